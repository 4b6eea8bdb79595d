// SPDX-License-Identifier: GPL-2.0-only
/*
 * fit.c - see fit.h
 *
 * A flow from classes to groups. It is found in waves: each node that holds something it cannot
 * keep passes it on towards the nearest room, classes to groups, and groups that are too full back
 * to classes which may go elsewhere. What in the end finds no way to any room is at a bottleneck:
 * the nodes from which there is none are the smallest cut, where more is wanted than there is by
 * the most.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "fit.h"

/* Waves, for each node. Few need more than a handful in all. */
#define WAVES	4

static bool counts(const struct sched_system *sys, unsigned int cpu)
{
	return sys->rq[cpu] && sys->rq[cpu]->size;
}

static bool same(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	return a == b || bitmap_equal(a, b, bits);
}

static void add_vm(struct fit *fit, struct sched_system *sys, struct sched_vm *vm)
{
	struct fit_class *class = fit->class;
	unsigned int i;

	for (i = 0; i < fit->nr_classes; i++, class++)
		if (same(class->first->allowed, vm->allowed, sys->nr_cpus))
			break;
	if (i == FIT_CLASSES)
		class--;
	if (i == fit->nr_classes && i < FIT_CLASSES) {
		fit->nr_classes++;
		*class = (struct fit_class){ 0 };
	}
	vm->due.peer = class->first;
	class->first = vm;
}

/* @cpu may be used by a class that may not use all of its group. */
static void move_cpu(struct fit *fit, struct sched_rq *rq)
{
	struct fit_group *group = &fit->group[rq->group];

	if (group->split == rq->group) {
		if (group->inside == group->cpus || fit->nr_groups == FIT_GROUPS)
			return;
		group->split = fit->nr_groups++;
		fit->group[group->split] = (struct fit_group){ .split = group->split };
	}
	group->cpus--;
	rq->group = group->split;
	fit->group[rq->group].cpus++;
}

static void split_groups(struct fit *fit, struct sched_system *sys, const unsigned long *allowed)
{
	unsigned int cpu, i;

	for (i = 0; i < fit->nr_groups; i++) {
		fit->group[i].inside = 0;
		fit->group[i].split = i;
	}
	for_each_set_bit(cpu, allowed, sys->nr_cpus)
		if (counts(sys, cpu))
			fit->group[sys->rq[cpu]->group].inside++;
	for_each_set_bit(cpu, allowed, sys->nr_cpus)
		if (counts(sys, cpu))
			move_cpu(fit, sys->rq[cpu]);
}

/* All VMs of the last class, with which those go for whom there is none. */
static void find_edges(struct fit *fit, struct sched_system *sys, unsigned int i)
{
	struct fit_class *class = &fit->class[i];
	struct sched_vm *vm;
	unsigned int cpu;

	for (vm = class->first; vm; vm = i == FIT_CLASSES - 1 ? vm->due.peer : NULL)
		for_each_set_bit(cpu, vm->allowed, sys->nr_cpus)
			if (counts(sys, cpu))
				__set_bit(sys->rq[cpu]->group, class->may);
}

static bool is_used(const struct fit *fit, unsigned int group)
{
	unsigned int i;

	for (i = 0; i < fit->nr_classes; i++)
		if (test_bit(group, fit->class[i].may))
			return true;
	return false;
}

void fit_init(struct fit *fit, struct sched_system *sys, struct sched_vm **vm, unsigned int n)
{
	unsigned int i;

	fit->nr_classes = 0;
	fit->nr_groups = 1;
	fit->nr_parts = 1;
	fit->group[0] = (struct fit_group){ 0 };
	for (i = 0; i < n; i++)
		add_vm(fit, sys, vm[i]);
	for (i = 0; i < sys->nr_cpus; i++) {
		if (!sys->rq[i])
			continue;
		sys->rq[i]->group = counts(sys, i) ? 0 : FIT_NONE;
		fit->group[0].cpus += counts(sys, i);
	}
	for (i = 0; i < fit->nr_classes; i++)
		split_groups(fit, sys, fit->class[i].first->allowed);
	for (i = 0; i < fit->nr_classes; i++)
		find_edges(fit, sys, i);
	for (i = 0; i < fit->nr_groups; i++)
		if (!is_used(fit, i))
			fit->group[i].part = FIT_NONE;
	for (i = 0; i < sys->nr_cpus; i++)
		if (counts(sys, i))
			fit->group[sys->rq[i]->group].size += sys->rq[i]->size;
}

u64 fit_size(const struct fit *fit, unsigned int part)
{
	unsigned int i;
	u64 size = 0;

	for (i = 0; i < fit->nr_groups; i++)
		if (fit->group[i].part == part)
			size += fit->group[i].size;
	return size;
}

static void start(struct fit *fit)
{
	unsigned int i;

	for (i = 0; i < fit->nr_classes; i++)
		fit->class[i].left = fit->class[i].wanted >> (32 - FIT_SHIFT);
	for (i = 0; i < fit->nr_groups; i++)
		fit->group[i].room = fit->group[i].size >> (32 - FIT_SHIFT);
}

/* Return: are there not too many? */
static bool list_edges(struct fit *fit, unsigned int part)
{
	unsigned int i, g;

	fit->nr_edges = 0;
	for (i = 0; i < fit->nr_classes; i++) {
		if (fit->class[i].part != part)
			continue;
		for_each_set_bit(g, fit->class[i].may, fit->nr_groups) {
			if (fit->group[g].part != part)
				continue;
			if (fit->nr_edges == FIT_EDGES)
				return false;
			fit->edge[fit->nr_edges++] = (struct fit_edge){ i, g, 0 };
		}
	}
	return true;
}

/* Find the ways to what has room. Return: how far is the farthest from where one is? */
static unsigned int find_ways(struct fit *fit)
{
	unsigned int i, far = 0;
	bool more = true;

	for (i = 0; i < fit->nr_classes; i++)
		fit->class[i].far = FIT_FAR;
	for (i = 0; i < fit->nr_groups; i++)
		fit->group[i].far = fit->group[i].room > 0 ? 0 : FIT_FAR;
	for (; more; far++) {
		more = false;
		for (i = 0; i < fit->nr_edges; i++) {
			struct fit_class *class = &fit->class[fit->edge[i].class];
			struct fit_group *group = &fit->group[fit->edge[i].group];

			if (group->far == far && class->far == FIT_FAR)
				class->far = far + 1;
			else if (class->far == far && group->far == FIT_FAR && fit->edge[i].flow)
				group->far = far + 1;
			else
				continue;
			more = true;
		}
	}
	return far - 1;
}

/* Return: how much has gone one step on. */
static u64 pass_on(struct fit *fit, struct fit_edge *edge, unsigned int far)
{
	struct fit_class *class = &fit->class[edge->class];
	struct fit_group *group = &fit->group[edge->group];
	u64 most;

	if (class->far == far && group->far == far - 1) {
		most = class->left;
		if (far == 1)
			most = min_t(u64, most, max_t(s64, group->room, 0));
		edge->flow += most;
		group->room -= most;
		class->left -= most;
		return most;
	}
	if (group->far == far && class->far == far - 1 && group->room < 0) {
		most = min_t(u64, edge->flow, -group->room);
		edge->flow -= most;
		group->room += most;
		class->left += most;
		return most;
	}
	return 0;
}

static bool wave(struct fit *fit)
{
	unsigned int far = find_ways(fit), i;
	u64 passed = 0;

	for (; far; far--)
		for (i = 0; i < fit->nr_edges; i++)
			passed += pass_on(fit, &fit->edge[i], far);
	return passed;
}

/* Is there something that has not been placed? */
static bool too_much(const struct fit *fit, unsigned int part)
{
	unsigned int i;

	for (i = 0; i < fit->nr_classes; i++)
		if (fit->class[i].part == part && fit->class[i].left)
			return true;
	for (i = 0; i < fit->nr_groups; i++)
		if (fit->group[i].part == part && fit->group[i].room < 0)
			return true;
	return false;
}

/*
 * Those from whom there is no way to any room become a part. If that is all of them or nobody,
 * it was but a remainder that did not fit. Return: are there two parts now?
 */
static bool divide(struct fit *fit, unsigned int part)
{
	unsigned int i, stay = 0, go = 0;

	for (i = 0; i < fit->nr_classes; i++) {
		if (fit->class[i].part == part && fit->class[i].far == FIT_FAR)
			go++;
		else if (fit->class[i].part == part)
			stay++;
	}
	if (!go || !stay)
		return false;
	for (i = 0; i < fit->nr_classes; i++)
		if (fit->class[i].part == part && fit->class[i].far == FIT_FAR)
			fit->class[i].part = fit->nr_parts;
	for (i = 0; i < fit->nr_groups; i++)
		if (fit->group[i].part == part && fit->group[i].far == FIT_FAR)
			fit->group[i].part = fit->nr_parts;
	fit->nr_parts++;
	return true;
}

bool fit_part(struct fit *fit, unsigned int part)
{
	unsigned int waves = WAVES * (fit->nr_classes + fit->nr_groups);

	if (!list_edges(fit, part))
		return true;
	start(fit);
	while (wave(fit))
		if (!--waves)
			return true;
	return !too_much(fit, part) || !divide(fit, part);
}
