// SPDX-License-Identifier: GPL-2.0-only
/*
 * rates.c - from what was counted at two moments to what it was in between
 */
#include "rates.h"

double rate(uint64_t before, uint64_t now, uint64_t ns)
{
	uint64_t grown = now < before ? now : now - before;

	return ns ? grown * 1e9 / ns : 0;
}

double rate_percent(uint64_t before, uint64_t now, uint64_t ns)
{
	return rate(before, now, ns) / 1e9 * 100;
}

uint64_t latency_within(const uint32_t latency[INSULA_LATENCIES], unsigned int permille)
{
	uint64_t all = 0, seen = 0;

	for (unsigned int i = 0; i < INSULA_LATENCIES; i++)
		all += latency[i];
	for (unsigned int i = 0; i < INSULA_LATENCIES && all; i++) {
		seen += latency[i];
		if (seen && seen * 1000 >= all * permille)
			return insula_latency_ns(i);
	}
	return 0;
}

void rates_between(const struct vm_sched *before, const struct vm_sched *now, uint64_t ns,
		   struct rates *rates)
{
	static const struct vm_sched nothing;

	if (!before)
		before = &nothing;
	rates->received = rate_percent(before->received, now->received, ns);
	rates->waiting = rate_percent(before->waiting, now->waiting, ns);
	rates->throttled = rate_percent(before->throttled, now->throttled, ns);
	rates->taken = rate_percent(before->taken, now->taken, ns);
	rates->steal = rates->waiting + rates->throttled + rates->taken;
	rates->switches = rate(before->switches, now->switches, ns);
	rates->migrations = rate(before->migrations, now->migrations, ns);
	rates->wakes = rate(before->wakes, now->wakes, ns);
	if (now->wakes < before->wakes)
		before = &nothing;
	for (unsigned int i = 0; i < INSULA_LATENCIES; i++)
		rates->latency[i] = now->latency[i] - before->latency[i];
}
