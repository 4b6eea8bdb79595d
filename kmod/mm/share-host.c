// SPDX-License-Identifier: GPL-2.0-only
/*
 * share-host.c - what the host has for VMs, what of it can be promised, and how short it is
 *
 * The states are those of ESX (Waldspurger, "Memory Resource Management in VMware ESX Server",
 * OSDI 2002, section 6.3), with its 6, 4, 2 and 1 %; but of a large host, less: see
 * share_reserve().
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "share.h"

#define SMALL_HOST	(4ULL << 30)

u64 share_reserve(u64 ram)
{
	u64 first = min(ram, SMALL_HOST);

	return div_u64(6 * first + (ram - first), 100);
}

u64 share_available(u64 free, u64 held, u64 overhead, u64 reserve)
{
	u64 all = free + held;

	return all - min(all, reserve + overhead);
}

u64 share_smooth(u64 before, u64 available, enum share_state state)
{
	if (!before || (state >= SHARE_HARD && available < before))
		return available;
	return before + div_s64((s64)(available - before), 8);
}

/* Sixths of the reserve, below which a state begins. */
static const u8 marks[] = {
	[SHARE_HIGH] = 6,	/* unless it was so before */
	[SHARE_SOFT] = 4,
	[SHARE_HARD] = 2,
	[SHARE_LOW] = 1,
};

static bool below(u64 free, u64 reserve, enum share_state state)
{
	return 6 * free < marks[state] * reserve;
}

enum share_state share_state(enum share_state state, u64 free, u64 reserve, bool scarce)
{
	while (state < SHARE_LOW && below(free, reserve, state + 1))
		state++;
	while (state > SHARE_HIGH && !below(free, reserve, state - 1))
		state--;
	return scarce && state == SHARE_HIGH ? SHARE_SOFT : state;
}

/* What is left of @of without @much. */
static u64 without(u64 of, u64 much)
{
	return of - min(of, much);
}

u64 share_left(const struct share_claim *claim, unsigned int n, u64 overhead, u64 usable)
{
	u64 left = without(usable, overhead);
	unsigned int i;

	for (i = 0; i < n; i++)
		left = without(without(left, claim[i].min), claim[i].overhead);
	return left;
}
