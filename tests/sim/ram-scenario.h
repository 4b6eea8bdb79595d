/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-scenario.h - what is simulated of RAM shares, and what is asked of the result
 */
#ifndef _SIM_RAM_SCENARIO_H
#define _SIM_RAM_SCENARIO_H

#include <linux/types.h>

#define RAM_MOST_KINDS	6
#define RAM_MOST_ACTS	6

enum ram_behaviour {
	STEADY,		/* uses @uses all the time; what it touched beyond at first lies idle */
	WAVES,		/* goes from @uses to @uses_to and back, once in @period s */
	NAPS,		/* uses @uses for a while, then @uses_to: each @period s / 2 on average */
};

/**
 * struct ram_kind - some VMs of one kind; sizes in MiB
 * @count:	how many; 0 ends the list
 * @shares:	each; @shares_to: not 0: spread from @shares to that, evenly by logarithm
 * @min: @max:	memory-min, memory
 * @uses: @uses_to: @period: see enum ram_behaviour
 * @touched:	what it touches at the start
 * @lap:	s that it takes to go round what it uses, if that is there; 0: it uses all of it always
 */
struct ram_kind {
	unsigned int count;
	u32 shares, shares_to, min, max;
	enum ram_behaviour behaviour;
	u32 uses, uses_to, period, touched, lap;
};

enum ram_action { RAM_USE = 1, RAM_SHARES, RAM_CEILING, RAM_MIN, RAM_HOST };

/**
 * struct ram_act - at @at s
 * @first: @count: VMs, by their place in the list
 * @value:	what they use, their shares, their ceiling, their minimum; what the host itself uses
 */
struct ram_act {
	u32 at;
	enum ram_action action;
	unsigned int first, count;
	u32 value;
};

enum ram_check {
	RAM_ENDS	= 1 << 0,	/* in the end, after each act, within 5 % of the ideal */
	RAM_FOLLOWS	= 1 << 1,	/* within 15 % of what is ideal at any time, on average */
	RAM_UNTOUCHED	= 1 << 2,	/* there is no pressure: nothing is taken, no step is done */
	RAM_COST_FEW	= 1 << 3,	/* a step with few VMs */
	RAM_COST_MANY	= 1 << 4,	/* with many costs, for each, not more than half as much again */
	RAM_TO_MIN	= 1 << 5,	/* the first VM ends with its minimum */
};

/**
 * struct ram_scenario
 * @ram:	the host's, MiB, of which it uses a sixteenth itself
 * @tax:	percent, if @taxed; else the default
 */
struct ram_scenario {
	const char *name;
	u32 ram, seconds;
	unsigned int checks;
	struct ram_kind kinds[RAM_MOST_KINDS];
	struct ram_act acts[RAM_MOST_ACTS];
	bool taxed;
	u32 tax;
};

extern const struct ram_scenario ram_scenarios[];
extern const unsigned int nr_ram_scenarios;

#endif
