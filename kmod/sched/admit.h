/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * admit.h - can guarantees of CPU time be kept, all of them at once?
 *
 * Pure code. A VM's guarantee may be kept on any of the CPUs that it is allowed, a bit here and
 * a bit there, and a CPU has 100 % to give. That is a problem of transport, and is solved as a
 * flow from claims to CPUs. (That a vCPU cannot be on two CPUs at a time does not matter: if no
 * vCPU gets more than 100 % and no CPU gives more, there is a timetable without such times.)
 */
#ifndef _INSULA_SCHED_ADMIT_H
#define _INSULA_SCHED_ADMIT_H

#include <linux/types.h>

#define ADMIT_CPU	100	/* percent that a CPU has */

/**
 * struct admit_claim - a VM's guarantee
 * @percent:	of one CPU; any
 * @allowed:	bitmap of the CPUs on which it may be kept
 * @granted:	result: how much of @percent there is for it, beside what those before it in
 *		the list were granted
 */
struct admit_claim {
	u32 percent;
	const unsigned long *allowed;
	u32 granted;
};

/** sched_admit_size() - bytes of scratch memory for @n claims and @nr_cpus CPUs */
size_t sched_admit_size(unsigned int n, unsigned int nr_cpus);

/**
 * sched_admit() - grant claims, those first in the list first
 * @n:		how many
 * @online:	bitmap of the CPUs that there are
 * @nr_cpus:	bits in this and each other bitmap
 * @scratch:	sched_admit_size() bytes, aligned as a long is; contents don't matter
 *
 * Each claim is granted the most that is possible without less for one before it: so the last
 * one learns how much is left for it, and after a CPU has gone those are found whose guarantee
 * cannot be kept any more.
 * It ends after at most 101 searches a CPU, each of about @n * @nr_cpus / 32 steps. In practice
 * 4,096 claims that all differ, on 256 CPUs, take 50 ms. Context: process.
 * Return: how many claims were granted less than they want. 0: all can be kept.
 */
unsigned int sched_admit(struct admit_claim *claim, unsigned int n, const unsigned long *online,
			 unsigned int nr_cpus, void *scratch);

#endif
