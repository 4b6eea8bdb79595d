// SPDX-License-Identifier: GPL-2.0-only
/*
 * share-idle.c - how much of a VM's memory is in use, by samples, by what it brings back, and by
 * what its guest says
 *
 * Three averages, of which the most counts, as in ESX (Waldspurger, OSDI 2002, section 5.3): a
 * slow one, a fast one, and the fast one with the period that has not ended yet. An estimate that
 * is too high costs a VM's neighbours a little for a while; one that is too low, the VM its
 * working set. What was touched is out of a sample of n pages, so one period is off by up to
 * 100 / sqrt(n) % in 19 of 20 cases; as the most of three, the result is rather too high.
 *
 * A period is too short for a VM that uses much memory on little CPU time, or waits for its swap
 * again and again: it does not get round all that it uses. But what it brings back meanwhile, it
 * has touched, and who would be round within two minutes at that pace has nothing that is idle.
 * Such a VM may for seconds go through what is there, or wait, and bring nothing back; so that
 * holds for a while. But not for as long as a round takes: else who falls asleep would be taken for
 * one who goes round slowly.
 *
 * How much was taken of it meanwhile does not count: of that, nothing is known until it comes back
 * or does not. Were it a sign of idleness, then to lose memory would make a VM look idle, and so be
 * the reason to lose more.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "share.h"

/* A period is so much of an average: 2^-SLOW, 2^-FAST. */
#define SLOW	2
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

/* Of what it has, the same bytes are in use. */
static u32 concentrate(u32 active, u64 before, u64 resident)
{
	u64 bytes = mul_u64_u64_shr(before, active, SHARE_ONE_SHIFT);

	return mul_u64_u64_div_u64(min(bytes, resident), SHARE_ONE, resident);
}

void share_activity_taken(struct share_activity *activity, u64 before, u64 resident)
{
	if (!resident || resident >= before)
		return;
	activity->slow = concentrate(activity->slow, before, resident);
	activity->fast = concentrate(activity->fast, before, resident);
}

u32 share_activity(const struct share_activity *activity, u32 sampled, u32 touched)
{
	u32 most = max(activity->slow, activity->fast);

	if (sampled)
		most = max(most, average(activity->fast, part(sampled, touched), FAST));
	return most;
}

/* A step is so much of the sum: 2^-LATELY. In so many times what that spans, it has to be round. */
#define LATELY	2
#define ROUND	128
/* For so many steps, that holds. */
#define HOLD	20

void share_pace_init(struct share_pace *pace)
{
	pace->lately = 0;
	pace->slow = HOLD;
}

static u64 enough(u64 resident)
{
	return resident / ROUND + 1;
}

void share_pace_step(struct share_pace *pace, u64 returned, u64 resident)
{
	pace->lately += returned - (pace->lately >> LATELY);
	if (pace->lately >= enough(resident))
		pace->slow = 0;
	else if (pace->slow < HOLD)
		pace->slow++;
}

u32 share_idle(u32 active, const struct share_pace *pace, u64 resident)
{
	u32 idle = SHARE_ONE - min(active, SHARE_ONE);
	u64 most = enough(resident);

	if (pace->slow < HOLD)
		return 0;
	return idle - mul_u64_u64_div_u64(idle, min(pace->lately, most), most);
}

/* A part of its memory that a guest may keep available; and for how many periods it may go on. */
#define LEFT		32
#define AHEAD		3

void share_spare_init(struct share_spare *spare)
{
	*spare = (struct share_spare){ };
}

void share_spare_told(struct share_spare *spare, u64 available)
{
	spare->falls = spare->told ? spare->had - min(spare->had, available) : 0;
	spare->had = available;
	spare->told = min(spare->told + 1, 2U);
}

u64 share_spare(const struct share_spare *spare, u64 memory)
{
	u64 keeps = memory / LEFT + AHEAD * spare->falls;

	return spare->told < 2 ? 0 : spare->had - min(spare->had, keeps);
}
