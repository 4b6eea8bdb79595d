/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-judge.h - the figures of RAM shares, against what they have to be
 */
#ifndef _SIM_RAM_JUDGE_H
#define _SIM_RAM_JUDGE_H

#include "ram-sim.h"

enum ram_figure {
	RAM_FIG_END,	/* what is resident, over the last 5 s of a segment, % off the ideal */
	RAM_FIG_SETTLE,	/* s from a segment's start until nobody is off by more than 5 % any more */
	RAM_FIG_SWING,	/* from the lowest to the highest since then, % of the ideal */
	RAM_FIG_FOLLOW,	/* % that all are off what is ideal at the time, on average */
	RAM_FIG_MIN,	/* the first VM, % off its minimum in the end */
	RAM_FIG_TAKEN,	/* MiB taken from VMs */
	RAM_FIG_BELOW,	/* MiB of these, below their minimum */
	RAM_FIG_FREE,	/* what the host had free at least, % of the reserve */
	RAM_FIG_BLOCKED, /* s that VMs waited in SHARE_LOW, all together */
	RAM_FIG_STEPS,	/* of the worker */
	RAM_FIG_COST,	/* basic blocks of the policy for each VM and step */
	RAM_FIG_NS,	/* ns likewise, on this machine, most of which goes into counting them */
	RAM_FIGURES
};

struct ram_verdict {
	double figure[RAM_FIGURES];
	bool asked[RAM_FIGURES], failed[RAM_FIGURES];
};

/** ram_judge() - what happened in @sim. Return: is all well? */
bool ram_judge(const struct ram_sim *sim, struct ram_verdict *verdict);

#endif
