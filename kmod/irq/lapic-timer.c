// SPDX-License-Identifier: GPL-2.0-only
/*
 * lapic-timer.c - the local APIC's timer
 *
 * The timer is one number, the time at which it ends (timer_expiry): current counts are
 * computed from it, and so is the deadline by which lapic_expire() is wanted. A masked
 * timer counts on but wants no call; whoever looks at it then settles what has passed
 * meanwhile. Intel SDM vol. 3 §11.5.4.
 */
#include <linux/kernel.h>
#include <linux/math64.h>

#include <insula/guest-abi.h>
#include "../dev/io-dev.h"
#include "lapic-int.h"

/* A shorter period would let a guest fill a CPU with the work of expiring it. */
#define MIN_PERIOD_NS	20000

/* Divide configuration: bits 0, 1, 3; 0 divides by 2, 6 by 128, 7 by 1. */
static unsigned int divide_shift(const struct lapic *l)
{
	u32 code = (l->timer_divide & 3) | (l->timer_divide & 8) >> 1;

	return (code + 1) & 7;
}

static bool periodic(const struct lapic *l)
{
	return (l->lvt[LVT_TIMER] & LVT_TIMER_MODE) == LVT_TIMER_PERIODIC;
}

/* ns; one tick of the bus clock is one ns. */
static u64 duration(const struct lapic *l, u32 count)
{
	BUILD_BUG_ON(GUEST_LAPIC_TIMER_HZ != 1000000000);
	return (u64)count << divide_shift(l);
}

static u64 period(const struct lapic *l)
{
	return max_t(u64, duration(l, l->timer_initial), MIN_PERIOD_NS);
}

static void set_expiry(struct lapic *l, u64 expiry)
{
	l->timer_expiry = expiry;
	l->deadline = l->lvt[LVT_TIMER] & LVT_MASKED ? NEVER : expiry;
}

/* If the expiry has been reached, go on from it. Return: was it? */
static bool settle(struct lapic *l, u64 now)
{
	u64 periods;

	if (now < l->timer_expiry)
		return false;
	l->tsc_deadline = 0;
	if (periodic(l) && l->timer_initial) {
		periods = div64_u64(now - l->timer_expiry, period(l)) + 1;
		set_expiry(l, l->timer_expiry + periods * period(l));
	} else {
		set_expiry(l, NEVER);
	}
	return true;
}

/* What has passed while masked leaves no interrupt behind. */
static void settle_masked(struct lapic *l)
{
	if (l->timer_expiry != NEVER && l->deadline == NEVER)
		settle(l, l->ops->now(l));
}

void lapic_timer_reset(struct lapic *l)
{
	l->timer_initial = 0;
	l->timer_divide = 0;
	l->tsc_deadline = 0;
	set_expiry(l, NEVER);
}

void lapic_expire(struct lapic *l, u64 now)
{
	if (settle(l, now))
		lapic_raise_lvt(l, LVT_TIMER);
}

void lapic_timer_set_lvt(struct lapic *l, u32 lvt)
{
	bool was_tsc = lapic_tsc_mode(l);

	settle_masked(l);
	l->lvt[LVT_TIMER] = lvt;
	if (lapic_tsc_mode(l) != was_tsc) {
		l->timer_initial = 0;
		l->tsc_deadline = 0;
		l->timer_expiry = NEVER;
	}
	set_expiry(l, l->timer_expiry);
}

void lapic_timer_set_initial(struct lapic *l, u32 count)
{
	if (lapic_tsc_mode(l))
		return;
	l->timer_initial = count;
	if (!count)
		set_expiry(l, NEVER);
	else
		set_expiry(l, l->ops->now(l) + (periodic(l) ? period(l) : duration(l, count)));
}

/* An expiry that is due but has not been seen yet counts as 0 left; never less. */
static u64 left(const struct lapic *l, u64 now)
{
	return l->timer_expiry > now ? l->timer_expiry - now : 0;
}

u32 lapic_timer_current(struct lapic *l)
{
	u64 now, count;

	if (lapic_tsc_mode(l) || l->timer_expiry == NEVER)
		return 0;
	now = l->ops->now(l);
	settle_masked(l);
	if (l->timer_expiry == NEVER)
		return 0;
	count = left(l, now) >> divide_shift(l);
	/* A stretched period would show counts above the initial one. */
	return min_t(u64, count, l->timer_initial);
}

void lapic_timer_set_divide(struct lapic *l, u32 divide)
{
	u64 now, count;

	settle_masked(l);
	if (lapic_tsc_mode(l) || l->timer_expiry == NEVER) {
		l->timer_divide = divide;
		return;
	}
	now = l->ops->now(l);
	count = left(l, now) >> divide_shift(l);
	l->timer_divide = divide;
	set_expiry(l, now + duration(l, min_t(u64, count, U32_MAX)));
}

void lapic_timer_set_tsc(struct lapic *l, u64 tsc)
{
	if (!lapic_tsc_mode(l))
		return;
	l->tsc_deadline = tsc;
	set_expiry(l, tsc ? l->ops->tsc_to_ns(l, tsc) : NEVER);
}

u64 lapic_timer_tsc(struct lapic *l)
{
	settle_masked(l);
	return l->tsc_deadline;
}

void lapic_retime(struct lapic *l)
{
	lapic_timer_set_tsc(l, l->tsc_deadline);
}
