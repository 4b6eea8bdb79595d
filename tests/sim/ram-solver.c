// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-solver.c - see ram-solver.h
 *
 * Bisection in bisection: of the ratio that all pay, by what they could have for it together; and
 * of what one could have for a ratio, by the ratio's definition in Waldspurger's paper.
 */
#include <math.h>
#include "ram-solver.h"

#define STEPS 100

static double least_of(double a, double b)
{
	return a < b ? a : b;
}

static double most_of(double a, double b)
{
	return a > b ? a : b;
}

double ram_rho(const struct ram_share *share, double bytes, double tax)
{
	double active = least_of((share->wanted - share->idle) / bytes, 1);

	return share->shares / (bytes * (active + (1 - active) / (1 - tax)));
}

/* With between @low and @high bytes, @share should pay @rho, or more with the least. */
static double worth(const struct ram_share *share, double low, double high, double rho, double tax)
{
	for (int i = 0; i < STEPS && high - low > 1e-3; i++) {
		double middle = (low + high) / 2;

		if (ram_rho(share, middle, tax) >= rho)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static double kept(const struct ram_share *share)
{
	return least_of(share->min, share->ceiling);
}

static double usable(const struct ram_share *share)
{
	return most_of(kept(share), least_of(share->wanted, share->ceiling));
}

static double spend(struct ram_share *share, unsigned int count, bool scarce, double rho, double tax)
{
	double sum = 0;

	for (unsigned int i = 0; i < count; i++) {
		double low = scarce ? kept(&share[i]) : usable(&share[i]);
		double high = scarce ? usable(&share[i]) : share[i].ceiling;

		share[i].due = worth(&share[i], low, high, rho, tax);
		sum += share[i].due;
	}
	return sum;
}

bool ram_solve(struct ram_share *share, unsigned int count, double available, double tax)
{
	double low = 1e-20, high = 1e20, wanted = 0;
	bool scarce;

	for (unsigned int i = 0; i < count; i++)
		wanted += usable(&share[i]);
	scarce = wanted > available;
	/* By halves of the exponent: ratios are of any size. */
	for (int i = 0; i < STEPS && high / low > 1 + 1e-12; i++) {
		double middle = sqrt(low * high);

		if (spend(share, count, scarce, middle, tax) <= available)
			high = middle;
		else
			low = middle;
	}
	spend(share, count, scarce, high, tax);
	return scarce;
}
