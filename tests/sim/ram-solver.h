/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-solver.h - the ideal that RAM shares are measured against
 *
 * Min-funding revocation with a tax on idle memory, at rest: nobody pays less for a byte than who
 * would get it. It has nothing in common with the policy but what they should arrive at.
 */
#ifndef _SIM_RAM_SOLVER_H
#define _SIM_RAM_SOLVER_H

#include <stdbool.h>

/**
 * struct ram_share - of one VM, in bytes
 * @shares: @min: @ceiling: settings
 * @wanted:	what it has or would use; @idle: of this
 * @due:	result
 */
struct ram_share {
	double shares, min, ceiling, wanted, idle;
	double due;
};

/**
 * ram_rho() - shares per byte, if @share has so many: what it pays for the last one
 * @tax:	0 to less than 1
 */
double ram_rho(const struct ram_share *share, double bytes, double tax);

/** ram_solve() - what all are due. Return: do they want more than is @available? */
bool ram_solve(struct ram_share *share, unsigned int count, double available, double tax);

#endif
