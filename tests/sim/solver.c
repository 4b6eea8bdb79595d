// SPDX-License-Identifier: GPL-2.0-only
/*
 * solver.c - see solver.h
 *
 * VMs with one affinity are a class; CPUs that the same classes may use are a group. Whether
 * shares fit is a flow from the classes to the groups. The level rises for all until it cannot
 * (bisection); those who can then reach no CPU with time to spare, over the residual graph, are
 * at their bottleneck, keep what they have, and the level rises on for the rest.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include "solver.h"

#define MAX_CLASSES	64
#define MAX_GROUPS	256
#define NODES		(2 + MAX_CLASSES + MAX_GROUPS)
#define SOURCE		0
#define SINK		1
#define CLASS(i)	(2 + (i))
#define GROUP(i)	(2 + MAX_CLASSES + (i))
#define TINY		1e-9
#define STEPS		80

struct problem {
	struct share *share;
	unsigned int count, nr_cpus, classes, groups;
	const unsigned long *mask[MAX_CLASSES];
	u64 users[MAX_GROUPS];		/* bitmap of classes */
	double size[MAX_GROUPS];
	unsigned int *class_of;		/* of each VM */
	bool *fixed;
	double slack;			/* shares that exceed the CPUs by as much fit, still */
};

static double residual[NODES][NODES];

static void find_classes(struct problem *p)
{
	size_t size = BITS_TO_LONGS(p->nr_cpus) * sizeof(long);
	unsigned int i, c;

	for (i = 0; i < p->count; i++) {
		for (c = 0; c < p->classes; c++)
			if (!memcmp(p->mask[c], p->share[i].allowed, size))
				break;
		if (c == MAX_CLASSES)
			abort();
		if (c == p->classes)
			p->mask[p->classes++] = p->share[i].allowed;
		p->class_of[i] = c;
	}
}

static void find_groups(struct problem *p, const double *capacity)
{
	unsigned int cpu, c, g;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u64 users = 0;

		for (c = 0; c < p->classes; c++)
			users |= (u64)test_bit(cpu, p->mask[c]) << c;
		for (g = 0; g < p->groups && p->users[g] != users; g++)
			;
		if (g == MAX_GROUPS)
			abort();
		if (g == p->groups)
			p->users[p->groups++] = users;
		p->size[g] += capacity[cpu];
	}
}

static double at_level(const struct problem *p, unsigned int i, double level)
{
	const struct share *share = &p->share[i];

	if (p->fixed[i])
		return share->due;
	return min(max(level * share->weight, min(share->min, share->cap)), share->cap);
}

/* Breadth first: which nodes can @from still send to, and from where were they reached? */
static void reach(int from, int *parent)
{
	int queue[NODES], head = 0, tail = 0;

	for (int i = 0; i < NODES; i++)
		parent[i] = -1;
	parent[from] = from;
	queue[tail++] = from;
	while (head < tail) {
		int node = queue[head++];

		for (int next = 0; next < NODES; next++) {
			if (parent[next] >= 0 || residual[node][next] <= TINY)
				continue;
			parent[next] = node;
			queue[tail++] = next;
		}
	}
}

static double augment(const int *parent)
{
	double most = 1e18;

	for (int node = SINK; node != SOURCE; node = parent[node])
		most = min(most, residual[parent[node]][node]);
	for (int node = SINK; node != SOURCE; node = parent[node]) {
		residual[parent[node]][node] -= most;
		residual[node][parent[node]] += most;
	}
	return most;
}

/* Do the shares at this level fit? What is left of the edges is in residual[]. */
static bool fits(const struct problem *p, double level)
{
	double wanted[MAX_CLASSES] = { 0 }, sum = 0, sent = 0;
	int parent[NODES];

	for (unsigned int i = 0; i < p->count; i++)
		wanted[p->class_of[i]] += at_level(p, i, level);
	memset(residual, 0, sizeof(residual));
	for (unsigned int c = 0; c < p->classes; c++) {
		residual[SOURCE][CLASS(c)] = wanted[c];
		sum += wanted[c];
	}
	for (unsigned int g = 0; g < p->groups; g++) {
		residual[GROUP(g)][SINK] = p->size[g];
		for (unsigned int c = 0; c < p->classes; c++)
			if (p->users[g] >> c & 1)
				residual[CLASS(c)][GROUP(g)] = 1e9;
	}
	for (reach(SOURCE, parent); parent[SINK] >= 0; reach(SOURCE, parent))
		sent += augment(parent);
	return sent >= sum - p->slack;
}

static double highest_level(const struct problem *p)
{
	double low = 0, high = 0;

	for (unsigned int i = 0; i < p->count; i++)
		high = max(high, p->share[i].cap / p->share[i].weight);
	if (fits(p, high))
		return high;
	for (int i = 0; i < STEPS; i++) {
		double middle = (low + high) / 2;

		if (fits(p, middle))
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Those who cannot have more keep what they have. Return: how many can have more. */
static unsigned int fix(struct problem *p, double level)
{
	bool full[MAX_CLASSES];
	unsigned int left = 0;
	int parent[NODES];

	fits(p, level);
	for (unsigned int c = 0; c < p->classes; c++) {
		/* What the bisection left over is no spare time. */
		for (unsigned int g = 0; g < p->groups; g++)
			if (residual[GROUP(g)][SINK] < 1e-4)
				residual[GROUP(g)][SINK] = 0;
		reach(CLASS(c), parent);
		full[c] = parent[SINK] < 0;
	}
	for (unsigned int i = 0; i < p->count; i++) {
		if (p->fixed[i])
			continue;
		p->share[i].due = at_level(p, i, level);
		p->fixed[i] = full[p->class_of[i]] || p->share[i].due >= p->share[i].cap - TINY;
		left += !p->fixed[i];
	}
	return left;
}

void solve(const double *capacity, unsigned int nr_cpus, struct share *share, unsigned int count)
{
	struct problem *p = calloc(1, sizeof(*p));

	p->share = share;
	p->count = count;
	p->nr_cpus = nr_cpus;
	p->class_of = calloc(count, sizeof(*p->class_of));
	p->fixed = calloc(count, sizeof(*p->fixed));
	find_classes(p);
	find_groups(p, capacity);
	do {
		/* More each round: those who are fixed have used it up. */
		p->slack += 1e-7;
	} while (fix(p, highest_level(p)) && p->slack < 1e-4);
	free(p->class_of);
	free(p->fixed);
	free(p);
}
