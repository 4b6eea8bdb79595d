/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rates.h - from what was counted at two moments to what it was in between
 */
#ifndef INSULA_RATES_H
#define INSULA_RATES_H

#include <stdint.h>

#include "vm.h"

/**
 * struct rates - what came of CPU time over a while
 * @received: percent of a CPU, as the next four; as vm_sched else
 * @waiting: vCPUs could have run, and others did
 * @throttled: they could have run but for the cap
 * @taken: the host took it
 * @steal: the three together
 * @switches: per second, as the next two
 * @migrations: to another CPU
 * @wakes: wake-ups
 * @latency: how many, by the time until they ran: see insula_latency_ns()
 */
struct rates {
	double received;
	double waiting;
	double throttled;
	double taken;
	double steal;
	double switches;
	double migrations;
	double wakes;
	uint32_t latency[INSULA_LATENCIES];
};

/**
 * rate() - how fast something grew
 * @before: what was counted then
 * @now: what is counted now; less than @before: it began anew
 * @ns: time in between
 *
 * Return: per second; 0 when there was no time in between.
 */
double rate(uint64_t before, uint64_t now, uint64_t ns);

/**
 * rate_percent() - the same of a time
 * @before: ns
 * @now: ns
 * @ns: time in between
 *
 * Return: in percent.
 */
double rate_percent(uint64_t before, uint64_t now, uint64_t ns);

/**
 * latency_within() - of so many wake-ups none took longer
 * @latency: how many, by the time until they ran
 * @permille: of all
 *
 * Return: ns, the upper end of a bucket; of the last one, where it would be. 0: there was none.
 */
uint64_t latency_within(const uint32_t latency[INSULA_LATENCIES], unsigned int permille);

/**
 * rates_between() - the same of all that the scheduler counts
 * @before: then; NULL: there was none, and all has been counted since
 * @now: now
 * @ns: time in between
 * @rates: filled in
 */
void rates_between(const struct vm_sched *before, const struct vm_sched *now, uint64_t ns,
		   struct rates *rates);

#endif
