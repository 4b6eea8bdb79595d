/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scenario.h - what is simulated, and what is asked of the result
 */
#ifndef _SIM_SCENARIO_H
#define _SIM_SCENARIO_H

#include <linux/types.h>

#define MOST_KINDS	8
#define MOST_ACTIONS	6

enum behaviour {
	HOG,		/* always has something to do */
	CLOCK,		/* @run ns of work arrive every @run + @sleep ns */
	RANDOM,		/* likewise, each from none to twice as long */
	NAP,		/* runs @run, sleeps @sleep */
	DODGE,		/* sleeps for @sleep shortly before its turn is over */
	TICK,		/* runs from tick to tick (@run), sleeps over each (@sleep) */
	RELAY,		/* one vCPU runs at a time, and wakes the next before its turn is over */
};

/**
 * struct vm_spec - some VMs of one kind
 * @count:	how many; 0 ends the list
 * @shares:	each; @shares_to: not 0: spread from @shares to that, evenly by logarithm
 * @vcpus:	each, 0: 1
 * @min: @max:	percent of a CPU
 * @first_cpu: @cpus:	affinity; @cpus 0: all. @spread: that of the next VM begins so much later
 * @late:	it begins with a START; a HOG only
 * @latency:	measure its wake-ups
 * @games:	tries to get more than it is due: must not
 */
struct vm_spec {
	unsigned int count, vcpus;
	u32 shares, shares_to, min, max;
	enum behaviour behaviour;
	u64 run, sleep;
	unsigned int first_cpu, cpus, spread;
	bool late, latency, games;
};

static inline unsigned int vcpus_of(const struct vm_spec *spec)
{
	return spec->vcpus ?: 1;
}

enum action { SET = 1, START, OFFLINE, ONLINE };

/**
 * struct act - at some time
 * @first: @count:	VMs, by their place in the list, or CPUs
 */
struct act {
	u64 at;
	enum action action;
	unsigned int first, count;
	u32 shares, min, max;
};

enum check {
	SHARES_10S	= 1 << 0,	/* within 1 % of the ideal, or one slice, over it all */
	SHARES_1S	= 1 << 1,	/* within 5 %, or one slice, in any second */
	LATENCY		= 1 << 2,	/* p99 <= 1 ms */
	EFFECT		= 1 << 3,	/* 100 ms after an action it shows, in the next 100 ms */
	LIMITS		= 1 << 4,	/* cpu-min and cpu-max within 1 % in any second */
	COST_FEWEST	= 1 << 5,	/* a decision among few vCPUs */
	COST_MOST	= 1 << 6,	/* among many costs at most 3 times as much */
	SHARES		= SHARES_10S | SHARES_1S,
};

/**
 * struct scenario
 * @steal: @steal_period: of every @steal_period ns the host takes as many of each even CPU
 * @arrival:	ns from a decision until the thread of another vCPU is there: part of its turn, but
 *		nobody's time
 */
struct scenario {
	const char *name;
	unsigned int nr_cpus;
	u64 seconds;
	unsigned int checks;
	struct vm_spec vms[MOST_KINDS];
	struct act acts[MOST_ACTIONS];
	u64 steal, steal_period, arrival;
};

extern const struct scenario scenarios[];
extern const unsigned int nr_scenarios;

#endif
