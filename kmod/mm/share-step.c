// SPDX-License-Identifier: GPL-2.0-only
/*
 * share-step.c - from what VMs may have to what they are due, in steps
 *
 * What a VM is due is computed from what was measured, which is never exact; so not every
 * difference is followed at once. Downwards all are: what a VM may have beyond its due, somebody
 * else is owed. Upwards one of less than 1/SHARE_PLAY is not before it has been there for
 * SHARE_PATIENCE_NS without a break; but once begun, a rise ends only where it should. So the sum
 * of the targets comes to be within what there is, nobody stays short of its due, and noise below
 * that part moves a target up within itself, and down again, no more than once in that time.
 *
 * A step may be no larger than what makes the whole way in SHARE_WAY_NS: time for a balloon to
 * follow, for a guest to choose what it can do without, and for samples to tell if it is not so
 * idle. What neither takes nor gives anything is done at once: a target beyond what is resident
 * comes down to that, and one below it goes up to that, as far as the VM is due it.
 *
 * There is one way back from targets to what VMs are due: what is resident counts as wanted. Of a
 * VM at its target that is not more than its due, so it raises nothing by itself. Whether anything
 * swings, tests/sim looks.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "share.h"

static u64 goal_of(const struct share_vm *vm, bool scarce)
{
	return scarce ? vm->entitled : vm->ceiling;
}

/* The largest step. */
static u64 stride(const struct share_vm *vm, u64 ns)
{
	return mul_u64_u64_div_u64(vm->ceiling, min(ns, SHARE_WAY_NS), SHARE_WAY_NS);
}

static void lower(struct share_vm *vm, u64 goal, u64 ns)
{
	u64 from = clamp(vm->resident, goal, vm->target), most = stride(vm, ns);

	vm->target = from - min(from - goal, most);
	vm->waits = 0;
}

static bool rises(const struct share_vm *vm)
{
	return vm->waits >= SHARE_PATIENCE_NS;
}

/* Does it rise? Then what it has already is its own at once. */
static void begin_rise(struct share_vm *vm, u64 goal, bool scarce, u64 ns)
{
	vm->waits += min(ns, SHARE_PATIENCE_NS - vm->waits);
	if (!scarce || goal - vm->target > vm->target / SHARE_PLAY)
		vm->waits = SHARE_PATIENCE_NS;
	if (rises(vm))
		vm->target = clamp(vm->resident, vm->target, goal);
	if (vm->target == goal)
		vm->waits = 0;
}

/* How far it would go up in this step. */
static u64 rise(const struct share_vm *vm, bool scarce, u64 ns)
{
	if (!rises(vm))
		return 0;
	return min(goal_of(vm, scarce) - vm->target, stride(vm, ns));
}

/* All but the rise. Return: what is left for that. */
static u64 prepare(struct share_vm **vm, unsigned int n, u64 available, bool scarce, u64 ns)
{
	unsigned int i;
	u64 held = 0;

	for (i = 0; i < n; i++) {
		u64 goal = goal_of(vm[i], scarce);

		if (goal < vm[i]->target)
			lower(vm[i], goal, ns);
		else
			begin_rise(vm[i], goal, scarce, ns);
		held += max(vm[i]->target, vm[i]->resident);
	}
	return available - min(available, held);
}

bool share_step(struct share_vm **vm, unsigned int n, u64 available, bool scarce, u64 ns)
{
	u64 room = prepare(vm, n, available, scarce, ns), wanted = 0, more;
	bool more_to_do = false;
	unsigned int i;

	for (i = 0; i < n; i++)
		wanted += rise(vm[i], scarce, ns);
	for (i = 0; i < n; i++) {
		more = rise(vm[i], scarce, ns);
		if (scarce && wanted > room)
			more = mul_u64_u64_div_u64(more, room, wanted);
		vm[i]->target += more;
		if (vm[i]->target == goal_of(vm[i], scarce))
			vm[i]->waits = 0;
		more_to_do |= vm[i]->target != vm[i]->ceiling;
	}
	return more_to_do;
}
