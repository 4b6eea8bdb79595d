// SPDX-License-Identifier: GPL-2.0-only
/*
 * share-idle.c - how much of a VM's memory is in use, by samples and by what it brings back
 *
 * Three averages, of which the most counts, as in ESX (Waldspurger, OSDI 2002, section 5.3): a
 * slow one, a fast one, and the fast one with the period that has not ended yet. An estimate that
 * is too high costs a VM's neighbours a little for a while; one that is too low, the VM its
 * working set. What was touched is out of a sample of n pages, so one period is off by up to
 * 100 / sqrt(n) % in 19 of 20 cases; as the most of three, the result is rather too high.
 *
 * A period is too short for a VM that uses much memory on little CPU time, or waits for its swap
 * again and again: it does not get round all that it uses. But then it brings back what was taken.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "share.h"

/* A period is so much of an average: 2^-SLOW, 2^-FAST. */
#define SLOW	3
#define FAST	1

void share_activity_init(struct share_activity *activity)
{
	activity->slow = SHARE_ONE;
	activity->fast = SHARE_ONE;
}

static u32 part(u32 sampled, u32 touched)
{
	return div_u64((u64)min(touched, sampled) * SHARE_ONE, sampled);
}

static u32 average(u32 of, u32 with, unsigned int shift)
{
	return of + (((s32)with - (s32)of) >> shift);
}

void share_activity_end(struct share_activity *activity, u32 sampled, u32 touched)
{
	if (!sampled)
		return;
	activity->slow = average(activity->slow, part(sampled, touched), SLOW);
	activity->fast = average(activity->fast, part(sampled, touched), FAST);
}

u32 share_activity(const struct share_activity *activity, u32 sampled, u32 touched)
{
	u32 most = max(activity->slow, activity->fast);

	if (sampled)
		most = max(most, average(activity->fast, part(sampled, touched), FAST));
	return most;
}

/* A step is so much of the sums: 2^-REFAULTS. So much of what it has may come back unnoticed. */
#define REFAULTS	5
#define NOTICED		64

void share_refault(struct share_refaults *refaults, u64 taken, u64 returned)
{
	refaults->taken += taken - (refaults->taken >> REFAULTS);
	refaults->returned += returned - (refaults->returned >> REFAULTS);
}

u32 share_idle(u32 active, const struct share_refaults *refaults, u64 resident)
{
	u32 idle = SHARE_ONE - min(active, SHARE_ONE);
	u64 most = refaults->taken + resident / NOTICED + 1;

	return idle - mul_u64_u64_div_u64(idle, min(refaults->returned, most), most);
}
