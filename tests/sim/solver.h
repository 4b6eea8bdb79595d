/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * solver.h - the ideal that the scheduler is measured against
 *
 * Weighted max-min fairness: each VM gets min(max(level * weight, min), cap), with the one
 * level at which the CPUs are used up; where affinities forbid that, those who share a
 * bottleneck have their level, and the others a higher one. It has nothing in common with the
 * policy but what they should arrive at.
 */
#ifndef _SIM_SOLVER_H
#define _SIM_SOLVER_H

/**
 * struct share - of one VM, in CPUs
 * @weight: @min: @cap:	see above
 * @allowed:	bitmap of CPUs
 * @due:	result
 */
struct share {
	double weight, min, cap;
	const unsigned long *allowed;
	double due;
};

/**
 * solve() - what everybody is due
 * @capacity:	of each CPU, 0 to 1
 */
void solve(const double *capacity, unsigned int nr_cpus, struct share *share, unsigned int count);

/** solver_test() - some cases whose answers are known. Return: how many are wrong. */
int solver_test(void);

#endif
