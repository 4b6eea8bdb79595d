// SPDX-License-Identifier: GPL-2.0-only
/*
 * admit.c - see admit.h
 *
 * Claims with the same CPUs are a class. Flow goes from classes to CPUs; a claim is granted by
 * augmenting paths (Ford and Fulkerson): to a CPU that has something left, or to a full one,
 * from there to a class that uses it and moves elsewhere, and so on. Nothing that was granted is
 * taken back, so claims are granted in their order.
 *
 * If there is no way from a claim, the CPUs that were reached are full, and so are all that their
 * users may use: no later path can lead through them. They are closed and not looked at again.
 * Each search that does not fail grants at least 1 %.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "admit.h"

/**
 * struct admit - the state of it, all in the scratch memory
 * @nr_cpus:	as given
 * @classes:	how many there are so far
 * @cpu_words:	longs of a bitmap of CPUs
 * @class_words: of one of classes
 * @allowed:	by class: bitmap of CPUs
 * @users:	by CPU: bitmap of the classes with a flow there
 * @closed:	bitmap of CPUs
 * @seen_cpus:	bitmap, of the present search
 * @seen_classes: likewise
 * @via_class:	by CPU: where that search came from
 * @via_cpu:	by class: likewise
 * @queue:	CPUs from which to go on
 * @flow:	by class and CPU, percent
 * @load:	by CPU
 */
struct admit {
	unsigned int nr_cpus, classes, cpu_words, class_words;
	unsigned long *allowed, *users, *closed, *seen_cpus, *seen_classes;
	u32 *via_class, *via_cpu, *queue;
	u8 *flow, *load;
};

size_t sched_admit_size(unsigned int n, unsigned int nr_cpus)
{
	size_t cpu_words = BITS_TO_LONGS(nr_cpus), class_words = BITS_TO_LONGS(n);
	size_t words = (n + 2) * cpu_words + (nr_cpus + 1) * class_words;

	return words * sizeof(long) + (2 * (size_t)nr_cpus + n) * sizeof(u32) +
	       ((size_t)n + 1) * nr_cpus;
}

/* Where everything is, in so much. */
static void lay_out(struct admit *a, unsigned int n, unsigned int nr_cpus, void *scratch)
{
	size_t cpu_words = BITS_TO_LONGS(nr_cpus), class_words = BITS_TO_LONGS(n);

	a->nr_cpus = nr_cpus;
	a->classes = 0;
	a->cpu_words = cpu_words;
	a->class_words = class_words;
	a->allowed = scratch;
	a->users = a->allowed + n * cpu_words;
	a->closed = a->users + nr_cpus * class_words;
	a->seen_cpus = a->closed + cpu_words;
	a->seen_classes = a->seen_cpus + cpu_words;
	a->via_class = (u32 *)(a->seen_classes + class_words);
	a->via_cpu = a->via_class + nr_cpus;
	a->queue = a->via_cpu + n;
	a->flow = (u8 *)(a->queue + nr_cpus);
	a->load = a->flow + (size_t)n * nr_cpus;
}

static unsigned long *allowed_of(struct admit *a, unsigned int class)
{
	return a->allowed + (size_t)class * a->cpu_words;
}

static u8 *flow_of(struct admit *a, unsigned int class, unsigned int cpu)
{
	return a->flow + (size_t)class * a->nr_cpus + cpu;
}

/* The class of those that may use these CPUs; the space for the next one is there to try. */
static unsigned int class_of(struct admit *a, const unsigned long *allowed,
			     const unsigned long *online)
{
	unsigned long *mine = allowed_of(a, a->classes);
	unsigned int i;

	for (i = 0; i < a->cpu_words; i++)
		mine[i] = allowed[i] & online[i];
	if (a->nr_cpus % BITS_PER_LONG)
		mine[i - 1] &= ~0UL >> (BITS_PER_LONG - a->nr_cpus % BITS_PER_LONG);
	for (i = 0; i < a->classes; i++) {
		if (!memcmp(allowed_of(a, i), mine, a->cpu_words * sizeof(long)))
			return i;
	}
	return a->classes++;
}

/* Go from a class to all its CPUs. Return: one that has something left, or a->nr_cpus. */
static unsigned int reach(struct admit *a, unsigned int class, unsigned int *queued)
{
	const unsigned long *allowed = allowed_of(a, class);
	unsigned int i;

	for (i = 0; i < a->cpu_words; i++) {
		unsigned long new = allowed[i] & ~a->seen_cpus[i];

		a->seen_cpus[i] |= new;
		for (; new; new &= new - 1) {
			unsigned int cpu = i * BITS_PER_LONG + __ffs(new);

			a->via_class[cpu] = class;
			if (a->load[cpu] < ADMIT_CPU)
				return cpu;
			a->queue[(*queued)++] = cpu;
		}
	}
	return a->nr_cpus;
}

/* Likewise to all classes that use a CPU, and on. */
static unsigned int reach_users(struct admit *a, unsigned int cpu, unsigned int *queued)
{
	const unsigned long *users = a->users + (size_t)cpu * a->class_words;
	unsigned int i, found;

	for (i = 0; i < a->class_words; i++) {
		unsigned long new = users[i] & ~a->seen_classes[i];

		a->seen_classes[i] |= new;
		for (; new; new &= new - 1) {
			unsigned int class = i * BITS_PER_LONG + __ffs(new);

			a->via_cpu[class] = cpu;
			found = reach(a, class, queued);
			if (found < a->nr_cpus)
				return found;
		}
	}
	return a->nr_cpus;
}

/* A way from @root to a CPU that has something left. Return: that, or a->nr_cpus: none. */
static unsigned int search(struct admit *a, unsigned int root)
{
	unsigned int queued = 0, i, found;

	memcpy(a->seen_cpus, a->closed, a->cpu_words * sizeof(long));
	memset(a->seen_classes, 0, a->class_words * sizeof(long));
	__set_bit(root, a->seen_classes);
	found = reach(a, root, &queued);
	for (i = 0; i < queued && found == a->nr_cpus; i++)
		found = reach_users(a, a->queue[i], &queued);
	if (found == a->nr_cpus)
		memcpy(a->closed, a->seen_cpus, a->cpu_words * sizeof(long));
	return found;
}

static void add_flow(struct admit *a, unsigned int class, unsigned int cpu, int percent)
{
	unsigned long *users = a->users + (size_t)cpu * a->class_words;
	u8 *flow = flow_of(a, class, cpu);

	*flow += percent;
	if (*flow)
		__set_bit(class, users);
	else
		__clear_bit(class, users);
}

/* Send so much, or what fits, along the way that search() has found. Return: how much. */
static u32 push(struct admit *a, unsigned int root, unsigned int end, u32 percent)
{
	unsigned int class, cpu;

	percent = min_t(u32, percent, ADMIT_CPU - a->load[end]);
	for (class = a->via_class[end]; class != root; class = a->via_class[a->via_cpu[class]])
		percent = min_t(u32, percent, *flow_of(a, class, a->via_cpu[class]));

	a->load[end] += percent;
	for (cpu = end; ; cpu = a->via_cpu[class]) {
		class = a->via_class[cpu];
		add_flow(a, class, cpu, percent);
		if (class == root)
			return percent;
		add_flow(a, class, a->via_cpu[class], -(int)percent);
	}
}

static u32 grant(struct admit *a, unsigned int class, u32 percent)
{
	u32 granted = 0;

	while (granted < percent) {
		unsigned int cpu = search(a, class);

		if (cpu == a->nr_cpus)
			break;
		granted += push(a, class, cpu, percent - granted);
		cond_resched();
	}
	return granted;
}

unsigned int sched_admit(struct admit_claim *claim, unsigned int n, const unsigned long *online,
			 unsigned int nr_cpus, void *scratch)
{
	unsigned int i, unmet = 0;
	struct admit a;

	memset(scratch, 0, sched_admit_size(n, nr_cpus));
	lay_out(&a, n, nr_cpus, scratch);
	for (i = 0; i < n; i++) {
		claim[i].granted = 0;
		if (!claim[i].percent)
			continue;
		claim[i].granted = grant(&a, class_of(&a, claim[i].allowed, online),
					 claim[i].percent);
		unmet += claim[i].granted < claim[i].percent;
		cond_resched();
	}
	return unmet;
}
