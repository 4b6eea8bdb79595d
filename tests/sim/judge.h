/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge.h - a simulation's figures, against what they have to be
 */
#ifndef _SIM_JUDGE_H
#define _SIM_JUDGE_H

#include "sim.h"

enum figure {
	FIG_10S,	/* error over the whole of a segment, % of the due or of 100 slices */
	FIG_1S,		/* error over any second, % of the due or of 20 slices */
	FIG_EFFECT,	/* error over 100 ms, from 100 ms after an action on, % or of 5 slices */
	FIG_MIN,	/* what a second fell short of cpu-min, % of it */
	FIG_MAX,	/* what a second exceeded cpu-max by, % of it */
	FIG_ENTITLED,	/* what the policy says is due, % off the ideal or 100 slices' worth */
	FIG_GAIN,	/* what one that games got beyond its due, % of that or of 100 slices */
	FIG_P50,	/* us, wake-up to running */
	FIG_P99,
	FIG_WORST,
	FIG_IDLE,	/* us that a CPU idled while somebody waited; twice WATCH too much */
	FIG_MIGRATIONS,	/* per second */
	FIG_COST,	/* basic blocks of the policy a decision */
	FIG_COST_WAKE,	/* and a wake-up */
	FIGURES
};

/**
 * struct verdict
 * @asked:	is it a figure of this scenario? @failed: is it beyond its limit?
 * @vm: @got: @due:	of the worst error over 10 s: who, CPUs
 */
struct verdict {
	double figure[FIGURES];
	bool asked[FIGURES], failed[FIGURES];
	unsigned int vm;
	double got, due;
};

/** judge() - what happened in @sim. Return: is all well? */
bool judge(const struct sim *sim, struct verdict *verdict);

#endif
