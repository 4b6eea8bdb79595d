// SPDX-License-Identifier: GPL-2.0-only
/*
 * solver-test.c - ideals that were worked out by hand
 */
#include <math.h>
#include <stdio.h>
#include <linux/kernel.h>
#include "solver.h"

#define MOST 5

struct vm_case {
	double weight, min, cap;
	unsigned long cpus;
	double due;
};

static const struct {
	unsigned int nr_cpus;
	double first;		/* capacity of CPU 0; that of the others is 1 */
	struct vm_case vm[MOST];
} cases[] = {
	/* In proportion. */
	{ 1, 1, { { 100, 0, 1, 1, .1 }, { 200, 0, 1, 1, .2 }, { 700, 0, 1, 1, .7 } } },
	/* One cannot use what it is due. */
	{ 2, 1, { { 900, 0, 1, 3, 1 }, { 50, 0, 1, 3, .5 }, { 50, 0, 1, 3, .5 } } },
	{ 2, 1, { { 900, 0, 2, 3, 1.8 }, { 50, 0, 1, 3, .1 }, { 50, 0, 1, 3, .1 } } },
	/* Nobody wants what is left. */
	{ 4, 1, { { 1, 0, 1, 15, 1 }, { 10000, 0, .5, 15, .5 } } },
	/* A guarantee comes first; the others divide the rest. */
	{ 1, 1, { { 1, .5, 1, 1, .5 }, { 100, 0, 1, 1, .125 }, { 300, 0, 1, 1, .375 } } },
	/* A guarantee below the share changes nothing; nor does one that is not used. */
	{ 1, 1, { { 100, .2, 1, 1, .5 }, { 100, 0, 1, 1, .5 } } },
	{ 1, 1, { { 100, .5, .1, 1, .1 }, { 100, 0, 1, 1, .9 } } },
	/* A cap; what it leaves goes to the others by weight. */
	{ 1, 1, { { 600, 0, .3, 1, .3 }, { 100, 0, 1, 1, .175 }, { 300, 0, 1, 1, .525 } } },
	/* Affinities: two on CPU 0, one on both. */
	{ 2, 1, { { 100, 0, 1, 1, .5 }, { 100, 0, 1, 1, .5 }, { 100, 0, 1, 3, 1 } } },
	{ 2, 1, { { 100, 0, 2, 1, .5 }, { 100, 0, 2, 1, .5 }, { 100, 0, 2, 2, .5 },
		  { 100, 0, 2, 3, .5 } } },
	/* The one that can go anywhere is worth four of them, and gets what two CPUs leave. */
	{ 3, 1, { { 100, 0, 1, 1, .75 }, { 100, 0, 1, 2, .75 }, { 200, 0, 3, 7, 1.5 } } },
	{ 3, 1, { { 100, 0, 1, 1, 1. / 3 }, { 200, 0, 1, 1, 2. / 3 }, { 100, 0, 3, 7, 2 } } },
	/* The host takes half of CPU 0. */
	{ 2, .5, { { 100, 0, 1, 1, .5 }, { 100, 0, 1, 2, 1 } } },
	{ 2, .5, { { 100, 0, 1, 3, .75 }, { 100, 0, 1, 3, .75 } } },
};

static int check(unsigned int n)
{
	struct share share[MOST] = { 0 };
	double capacity[64];
	unsigned int count = 0;
	int wrong = 0;

	for (unsigned int i = 0; i < cases[n].nr_cpus; i++)
		capacity[i] = i ? 1 : cases[n].first;
	for (; count < MOST && cases[n].vm[count].weight; count++) {
		const struct vm_case *vm = &cases[n].vm[count];

		share[count] = (struct share){ vm->weight, vm->min, vm->cap, &vm->cpus, 0 };
	}
	solve(capacity, cases[n].nr_cpus, share, count);
	for (unsigned int i = 0; i < count; i++) {
		if (fabs(share[i].due - cases[n].vm[i].due) < 1e-5)
			continue;
		printf("solver: case %u, VM %u: %g instead of %g\n", n, i, share[i].due,
		       cases[n].vm[i].due);
		wrong++;
	}
	return wrong;
}

int solver_test(void)
{
	int wrong = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		wrong += check(i);
	return wrong;
}
