// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-guest.c - what guests do with memory, and what is done to them
 */
#include <math.h>
#include <linux/kernel.h>
#include "ram-sim.h"

/* Bytes a second: fresh memory, and what has to come back from swap; what balloons and demotion take. */
#define FRESH		(512 * MIB)
#define BACK		(128 * MIB)
#define BALLOON		(256 * MIB)
#define DEMOTION	(512 * MIB)

/* In a tick, of a VM: a large one has more vCPUs. */
static u64 speed(const struct ram_vm *vm, u64 a_second)
{
	u64 times = max(ram_size(vm->kind->max) >> 32, 1ULL);

	return a_second * times * TICK / SEC;
}

/* From 0 to 1 and back. */
static double wave(double at)
{
	double part = at - floor(at);

	return part < .5 ? 2 * part : 2 - 2 * part;
}

static void nap(struct ram_sim *sim, struct ram_vm *vm)
{
	u64 one = ram_size(vm->kind->uses), other = ram_size(vm->kind->uses_to);

	if (sim->tick < vm->change)
		return;
	vm->uses = vm->uses == one ? other : one;
	vm->change = sim->tick + TICKS(vm->kind->period) * (.5 + ram_random(sim)) / 2;
}

/* At first it touches what it has to; then it does what it is for. */
static void behave(struct ram_sim *sim, struct ram_vm *vm)
{
	const struct ram_kind *kind = vm->kind;
	double span = ram_size(kind->uses_to) - (double)ram_size(kind->uses);

	if (sim->tick < TICKS(RAM_START))
		return;
	if (sim->tick == TICKS(RAM_START))
		vm->uses = ram_size(kind->uses);
	if (kind->behaviour == WAVES)
		vm->uses = ram_size(kind->uses) + span * wave(sim->tick * (TICK / 1e9) / kind->period +
							      vm->phase);
	else if (kind->behaviour == NAPS)
		nap(sim, vm);
}

/* What is cold is what it will use first if it needs more. */
static void settle(struct ram_vm *vm)
{
	u64 all = ram_held(vm);

	vm->hot = min(vm->uses, all);
	vm->cold = all - vm->hot;
	if (vm->sampled)
		vm->reach = max(vm->reach, (double)min(vm->hot, vm->walked) / vm->sampled);
}

/* How far it would go round in a tick. */
static u64 pace(const struct ram_vm *vm)
{
	return vm->kind->lap ? vm->uses / TICKS(vm->kind->lap) : vm->uses;
}

/*
 * It brings in what it misses. At its target, each page that comes drives out another one: the one
 * that was not used for longest, which for who goes round is always the one that will be next.
 */
u64 guest_tick(struct ram_sim *sim, struct ram_vm *vm, u64 free)
{
	u64 missing, held, fresh, back;

	behave(sim, vm);
	settle(vm);
	missing = vm->uses - vm->hot;
	held = ram_held(vm);
	if (sim->state == SHARE_LOW && held > vm->v.target) {
		sim->blocked++;
		return 0;
	}
	fresh = min(min(missing, speed(vm, FRESH)), free);
	fresh = min(fresh, max(vm->v.target, held) - held);
	back = min(min(missing - fresh, speed(vm, BACK)), pace(vm));
	vm->hot += fresh;
	vm->asked += back;
	vm->returned += back;
	vm->walked += back ?: pace(vm);
	return fresh;
}

void guest_reclaim(struct ram_sim *sim, struct ram_vm *vm)
{
	u64 held = ram_held(vm), most = vm->v.target, take, least = min(vm->v.min, vm->v.ceiling);

	if (sim->state == SHARE_HIGH)
		most = max(most, vm->v.ceiling);
	if (held <= most)
		return;
	take = min(held - most, speed(vm, sim->state <= SHARE_SOFT ? BALLOON : DEMOTION));
	sim->taken += take;
	sim->below_min += min(take, least - min(least, held - take));
	vm->hot -= take - min(take, vm->cold);
	vm->cold -= min(take, vm->cold);
}

void guest_sample(struct ram_sim *sim, struct ram_vm *vm)
{
	vm->sampled = ram_held(vm);
	vm->reach = 0;
	vm->walked = vm->kind->lap ? 0 : U64_MAX / 2;
	for (unsigned int i = 0; i < SHARE_SAMPLE; i++)
		vm->sample[i] = ram_random(sim);
	settle(vm);
}

static u32 below(const struct ram_vm *vm, double most)
{
	u32 n = 0;

	for (unsigned int i = 0; i < SHARE_SAMPLE; i++)
		n += vm->sample[i] < most;
	return n;
}

u32 guest_sampled(const struct ram_vm *vm)
{
	return vm->sampled ? below(vm, (double)ram_held(vm) / vm->sampled) : 0;
}

u32 guest_touched(const struct ram_vm *vm)
{
	return min(below(vm, vm->reach), guest_sampled(vm));
}
