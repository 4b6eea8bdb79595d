// SPDX-License-Identifier: GPL-2.0-only
/*
 * rates.c - from what was counted at two moments to what it was in between
 */
#include "rates.h"

double rate(uint64_t before, uint64_t now, uint64_t ns)
{
	uint64_t grown = now < before ? now : now - before;

	return ns ? grown * 1e9 / ns : 0;
}

double rate_percent(uint64_t before, uint64_t now, uint64_t ns)
{
	return rate(before, now, ns) / 1e9 * 100;
}

void rates_between(const struct vm_sched *before, const struct vm_sched *now, uint64_t ns,
		   struct rates *rates)
{
	static const struct vm_sched nothing;

	if (!before)
		before = &nothing;
	rates->received = rate_percent(before->received, now->received, ns);
	rates->waiting = rate_percent(before->waiting, now->waiting, ns);
	rates->throttled = rate_percent(before->throttled, now->throttled, ns);
	rates->taken = rate_percent(before->taken, now->taken, ns);
	rates->steal = rates->waiting + rates->throttled + rates->taken;
	rates->switches = rate(before->switches, now->switches, ns);
	rates->migrations = rate(before->migrations, now->migrations, ns);
	rates->wakes = rate(before->wakes, now->wakes, ns);
}
