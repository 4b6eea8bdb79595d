/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-sim.h - guests that use memory, a host that has less, and the policy between them
 *
 * Memory is counted, not paged: of what a VM holds, some bytes are hot, which it uses all the time,
 * and the others cold. Time goes in ticks.
 */
#ifndef _SIM_RAM_SIM_H
#define _SIM_RAM_SIM_H

#include "mm/share.h"
#include "ram-scenario.h"

#define MIB		(1ULL << 20)
#define SEC		1000000000ULL
#define TICK		(SEC / 20)
#define TICKS(seconds)	((seconds) * (unsigned int)(SEC / TICK))
/* s: so long VMs touch what they touch at first. */
#define RAM_START	5

/**
 * struct ram_vm
 * @first_shares: before any act
 * @uses:	bytes of its memory that it uses now
 * @hot: @cold:	what is resident of this, and besides
 * @asked:	what it brought in, while it had its target already, since the last step; @demand: of
 *		late
 * @returned:	all that it brought back since then
 * @sample:	where in its memory the pages of the sample lie, 0 to 1: hot is what lies lowest
 * @sampled:	how large it was then; @reach: how far up it has been hot since; @walked: bytes it
 *		has gone round since
 * @phase: @change: of one that waves; tick at which one that naps changes
 * @used: @held: bytes, by each tick
 */
struct ram_vm {
	struct share_vm v;
	const struct ram_kind *kind;
	u32 first_shares;
	u64 uses, hot, cold, asked, demand, returned;
	struct share_activity activity;
	struct share_pace pace;
	float sample[SHARE_SAMPLE];
	u64 sampled, walked;
	double reach, phase;
	unsigned int change;
	float *used, *held;
};

/**
 * struct ram_sim
 * @own:	what the host uses itself, which goes to @own_wanted; @owned: by each tick
 * @available:	for VMs, smoothed
 * @works:	does the worker run? @scarce: @state: as of its last step
 * @taken:	bytes that were reclaimed from VMs; @below_min: of these, below their minimum
 * @blocked:	ticks that a VM had to wait in SHARE_LOW
 * @least_free:	bytes
 * @steps: @cost: @ns: of the worker; basic blocks and time of the policy
 */
struct ram_sim {
	const struct ram_scenario *scenario;
	struct ram_vm *vm;
	struct share_vm **all;
	unsigned int nr_vms, tick, ticks;
	u64 ram, reserve, available, own, own_wanted, random;
	float *owned;
	bool works, scarce;
	enum share_state state;
	u64 taken, below_min, blocked, least_free;
	u64 steps, cost;
	double ns;
};

static inline u64 ram_held(const struct ram_vm *vm)
{
	return vm->hot + vm->cold;
}

/* ram-guest.c */

/** guest_tick() - it goes on for a tick, with @free bytes there. Return: what it took of these. */
u64 guest_tick(struct ram_sim *sim, struct ram_vm *vm, u64 free);
/** guest_reclaim() - take what is beyond its target, as far as that can be done in a tick */
void guest_reclaim(struct ram_sim *sim, struct ram_vm *vm);
/** guest_sample() - choose a sample */
void guest_sample(struct ram_sim *sim, struct ram_vm *vm);
/** guest_sampled() - how much of it is still there */
u32 guest_sampled(const struct ram_vm *vm);
/** guest_touched() - how much of that has been touched since */
u32 guest_touched(const struct ram_vm *vm);

/* ram-host.c */

/** ram_run() - from beginning to end; the result is in @sim, until ram_free() */
void ram_run(struct ram_sim *sim, const struct ram_scenario *scenario);
void ram_free(struct ram_sim *sim);
/** ram_random() - 0 to 1 */
double ram_random(struct ram_sim *sim);
/** ram_size() - bytes of so many MiB that a scenario asks for */
static inline u64 ram_size(u32 mib)
{
	return mib * MIB;
}

/** sim_cost - basic blocks of the policy that have been executed */
extern u64 sim_cost;

#endif
