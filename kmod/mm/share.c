// SPDX-License-Identifier: GPL-2.0-only
/*
 * share.c - what each VM is due of the host's RAM
 *
 * Shares, minima and a tax on idle memory, as in VMware's ESX (Waldspurger, "Memory Resource
 * Management in VMware ESX Server", OSDI 2002, sections 4 and 5). There, memory moves page by page,
 * from whoever pays the least for a page: shares per page, where a page that is idle counts as
 * k = 1 / (1 - tax) pages,
 *
 *	rho = shares / (pages * (active + k * (1 - active)))
 *
 * with the part of its pages that is active. Idle pages are what is taken first; so as long as
 * any are left, how many are active does not change, and with b bytes a VM is charged for
 *
 *	price(b) = b			if b is not more than what is active, else
 *	price(b) = active + k * (b - active)
 *
 * Revocation comes to rest where nobody pays less than who would get the page: all have the same
 * rho, but those who are at their bounds. That is what is solved here: there is one level, what
 * can be charged to a share, at which the b of
 *
 *	price(b) = level * shares, but floor <= b <= cap
 *
 * add up to what is available. When memory is scarce, floor is the guarantee, and cap what the VM
 * wants: beyond that, only what it is guaranteed is kept free for it, as taking it back from others
 * takes seconds. When there is enough for what everybody wants, that is the floor, and the rest is
 * divided up to the ceilings: what a VM could have, if it asked.
 *
 * All b grow with the level, so it is found by halving an interval that is never larger than
 * 2^57: at most 57 passes over the VMs, which need no order.
 *
 * Error. Levels have LEVEL_SHIFT binary places, so what a VM is due is less than it should be by at
 * most 10 bytes (10,000 shares / 2^10) and two roundings; and more at most by what the others lose
 * to theirs, 2 bytes each. The sum is never more than what is available. More memory of the host
 * never means less for anybody, and more shares do by no more than that error.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "share.h"

/* Levels are in bytes << LEVEL_SHIFT, up to 2^57: all of the largest VM, idle, for one share. */
#define LEVEL_SHIFT	10

/* @untaxed, here and below: what of the price of idle memory is no tax, percent. */
static u64 price(const struct share_vm *vm, u64 bytes, u32 untaxed)
{
	if (bytes <= vm->active)
		return bytes;
	return vm->active + div_u64((bytes - vm->active) * 100, untaxed) + 1;
}

static u64 due_at(const struct share_vm *vm, u64 level, u32 untaxed)
{
	u64 bytes;

	/* Beyond, what it could pay need not fit into 64 bits. */
	if (level >= vm->full)
		return vm->cap;
	bytes = (level * vm->shares) >> LEVEL_SHIFT;
	if (bytes > vm->active)
		bytes = vm->active + div_u64((bytes - vm->active) * untaxed, 100);
	return clamp(bytes, vm->floor, vm->cap);
}

static u64 sum_at(struct share_vm **vm, unsigned int n, u64 level, u32 untaxed)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < n; i++)
		sum += due_at(vm[i], level, untaxed);
	return sum;
}

/* The guarantee, and what is wanted. Return: the latter. */
static u64 measure(struct share_vm *vm)
{
	u64 wanted = max(vm->demand, vm->resident);
	u64 idle = mul_u64_u64_shr(vm->resident, min(vm->idle, SHARE_ONE), SHARE_ONE_SHIFT);

	vm->active = wanted - idle;
	vm->floor = min(vm->min, vm->ceiling);
	vm->cap = clamp(wanted, vm->floor, vm->ceiling);
	return vm->cap;
}

/* Who wants something has it; the question is who could have the rest. */
static void widen(struct share_vm **vm, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		vm[i]->floor = vm[i]->cap;
		vm[i]->cap = vm[i]->ceiling;
	}
}

/* Return: the level at which all have their cap. */
static u64 find_full(struct share_vm **vm, unsigned int n, u32 untaxed)
{
	unsigned int i;
	u64 most = 0;

	for (i = 0; i < n; i++) {
		vm[i]->full = div_u64(price(vm[i], vm[i]->cap, untaxed) << LEVEL_SHIFT,
				      vm[i]->shares) + 1;
		most = max(most, vm[i]->full);
	}
	return most;
}

/*
 * The highest level at which what all are due is not more than @available, if there is any: with
 * @high it would be.
 */
static u64 find_level(struct share_vm **vm, unsigned int n, u64 high, u64 available, u32 untaxed)
{
	u64 low = 0, level;

	while (high - low > 1) {
		level = low + (high - low) / 2;
		if (sum_at(vm, n, level, untaxed) <= available)
			low = level;
		else
			high = level;
	}
	return low;
}

bool share_solve(struct share_vm **vm, unsigned int n, u64 available, u32 tax)
{
	u32 untaxed = 100 - min_t(u32, tax, SHARE_TAX_MAX);
	u64 wanted = 0, level;
	unsigned int i;
	bool scarce;

	for (i = 0; i < n; i++)
		wanted += measure(vm[i]);
	scarce = wanted > available;
	if (!scarce)
		widen(vm, n);
	level = find_full(vm, n, untaxed);
	if (sum_at(vm, n, level, untaxed) > available)
		level = find_level(vm, n, level, available, untaxed);
	for (i = 0; i < n; i++)
		vm[i]->entitled = due_at(vm[i], level, untaxed);
	return scarce;
}
