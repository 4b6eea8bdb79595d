// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-host.c - the host: what is free, what it takes itself, and the worker that runs the policy
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <linux/kernel.h>
#include "ram-sim.h"

#define SEED	0x9e3779b97f4a7c15ULL
/* Bytes that the host takes or gives in a tick. */
#define OWN_SPEED	(256 * MIB * TICK / SEC)

u64 sim_cost;

double ram_random(struct ram_sim *sim)
{
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 7;
	sim->random ^= sim->random << 17;
	return (sim->random >> 11) / (double)(1ULL << 53);
}

static u64 held_by_all(const struct ram_sim *sim)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < sim->nr_vms; i++)
		sum += ram_held(&sim->vm[i]);
	return sum;
}

static u64 free_now(const struct ram_sim *sim)
{
	return sim->ram - sim->own - held_by_all(sim);
}

static void begin_work(struct ram_sim *sim)
{
	sim->works = true;
	sim->available = 0;
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		share_activity_init(&sim->vm[i].activity);
		guest_sample(sim, &sim->vm[i]);
		sim->vm[i].asked = sim->vm[i].demand = 0;
		sim->vm[i].returned = 0;
		share_pace_init(&sim->vm[i].pace);
	}
}

/* What was asked for is forgotten by a quarter a step: it is that of about a second. */
static void gather(struct ram_vm *vm)
{
	vm->demand += vm->asked - vm->demand / 4;
	vm->asked = 0;
	share_activity_taken(&vm->activity, vm->v.resident, ram_held(vm));
	vm->v.resident = ram_held(vm);
	share_pace_step(&vm->pace, vm->returned, vm->v.resident);
	vm->returned = 0;
	vm->v.demand = vm->v.resident + vm->demand;
	vm->v.idle = share_idle(share_activity(&vm->activity, guest_sampled(vm), guest_touched(vm)),
				&vm->pace, vm->v.resident);
}

static u64 clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * SEC + now.tv_nsec;
}

/* The worker's, as in share.h. Return: will there be more to do? */
static bool decide(struct ram_sim *sim, u64 free)
{
	u64 available = share_smooth(sim->available,
				     share_available(free, held_by_all(sim), 0, sim->reserve),
				     sim->state);
	u32 tax = sim->scenario->taxed ? sim->scenario->tax : SHARE_TAX_DEFAULT;
	u64 start = clock_ns(), cost = sim_cost;
	bool more;

	sim->available = available;
	sim->scarce = share_solve(sim->all, sim->nr_vms, available, tax);
	sim->state = share_state(sim->state, free, sim->reserve, sim->scarce);
	more = share_step(sim->all, sim->nr_vms, available, sim->scarce, SHARE_STEP_NS);
	sim->cost += sim_cost - cost;
	sim->ns += clock_ns() - start;
	sim->steps++;
	return more || sim->state != SHARE_HIGH;
}

static void work(struct ram_sim *sim)
{
	u64 free = free_now(sim);

	if (!sim->works) {
		sim->state = share_state(sim->state, free, sim->reserve, false);
		if (sim->state == SHARE_HIGH)
			return;
		begin_work(sim);
	}
	for (unsigned int i = 0; i < sim->nr_vms; i++)
		gather(&sim->vm[i]);
	sim->works = decide(sim, free);
}

static void sample(struct ram_sim *sim)
{
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		struct ram_vm *vm = &sim->vm[i];

		share_activity_end(&vm->activity, guest_sampled(vm), guest_touched(vm));
		guest_sample(sim, vm);
	}
}

static void act_on(struct ram_vm *vm, const struct ram_act *act)
{
	switch (act->action) {
	case RAM_USE:
		vm->uses = ram_size(act->value);
		break;
	case RAM_SHARES:
		vm->v.shares = act->value;
		break;
	case RAM_CEILING:
		vm->v.ceiling = ram_size(act->value);
		break;
	case RAM_MIN:
		vm->v.min = ram_size(act->value);
		break;
	default:
		break;
	}
}

static void act(struct ram_sim *sim)
{
	const struct ram_act *act = sim->scenario->acts;

	for (; act->action && act < sim->scenario->acts + RAM_MOST_ACTS; act++) {
		if (TICKS(act->at) != sim->tick)
			continue;
		if (act->action == RAM_HOST)
			sim->own_wanted = ram_size(act->value);
		if (act->action == RAM_CEILING && !sim->works)
			begin_work(sim);
		for (unsigned int i = 0; i < act->count; i++)
			act_on(&sim->vm[act->first + i], act);
	}
}

static void host_tick(struct ram_sim *sim, u64 free)
{
	if (sim->own < sim->own_wanted)
		sim->own += min(min(sim->own_wanted - sim->own, OWN_SPEED), free);
	else
		sim->own -= min(sim->own - sim->own_wanted, OWN_SPEED);
}

/* Whose turn it is first changes: who comes late finds less. */
static void guests_tick(struct ram_sim *sim)
{
	u64 free;

	for (unsigned int i = 0; i < sim->nr_vms; i++)
		guest_reclaim(sim, &sim->vm[i]);
	free = free_now(sim);
	sim->least_free = min(sim->least_free, free);
	/* That much ram_populate() leaves in any case. */
	free -= min(free, clamp(sim->ram / 128, 8 * MIB, 256 * MIB));
	for (unsigned int i = 0; i < sim->nr_vms; i++)
		free -= guest_tick(sim, &sim->vm[(i + sim->tick) % sim->nr_vms], free);
}

static void note(struct ram_sim *sim)
{
	sim->owned[sim->tick] = sim->own;
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		struct ram_vm *vm = &sim->vm[i];

		vm->used[sim->tick] = vm->uses;
		vm->held[sim->tick] = ram_held(vm);
	}
}

static u32 shares_of(const struct ram_kind *kind, unsigned int n)
{
	if (!kind->shares_to)
		return kind->shares;
	return lround(kind->shares * pow((double)kind->shares_to / kind->shares,
					 n / max(kind->count - 1., 1.)));
}

static void build_vm(struct ram_sim *sim, struct ram_vm *vm, const struct ram_kind *kind,
		     unsigned int n)
{
	vm->kind = kind;
	vm->v = (struct share_vm){ .shares = shares_of(kind, n), .min = ram_size(kind->min),
				   .ceiling = ram_size(kind->max), .target = ram_size(kind->max) };
	vm->first_shares = vm->v.shares;
	vm->uses = ram_size(max(kind->uses, kind->touched));
	vm->phase = ram_random(sim);
	vm->used = calloc(2 * sim->ticks, sizeof(*vm->used));
	vm->held = vm->used + sim->ticks;
}

static void build(struct ram_sim *sim, const struct ram_scenario *scenario)
{
	const struct ram_kind *kind;
	unsigned int next = 0;

	*sim = (struct ram_sim){ .scenario = scenario, .random = SEED,
				 .ticks = TICKS(scenario->seconds),
				 .ram = ram_size(scenario->ram), .least_free = U64_MAX };
	sim->reserve = share_reserve(sim->ram);
	sim->own = sim->ram / 16;
	sim->own_wanted = sim->own;
	for (kind = scenario->kinds; kind->count; kind++)
		sim->nr_vms += kind->count;
	sim->vm = calloc(sim->nr_vms, sizeof(*sim->vm));
	sim->all = calloc(sim->nr_vms, sizeof(*sim->all));
	sim->owned = calloc(sim->ticks, sizeof(*sim->owned));
	for (kind = scenario->kinds; kind->count; kind++)
		for (unsigned int n = 0; n < kind->count; n++)
			build_vm(sim, &sim->vm[next++], kind, n);
	for (unsigned int i = 0; i < sim->nr_vms; i++)
		sim->all[i] = &sim->vm[i].v;
}

void ram_run(struct ram_sim *sim, const struct ram_scenario *scenario)
{
	build(sim, scenario);
	for (; sim->tick < sim->ticks; sim->tick++) {
		act(sim);
		host_tick(sim, free_now(sim));
		if (!sim->works || sim->tick % (SHARE_STEP_NS / TICK) == 0)
			work(sim);
		guests_tick(sim);
		if (sim->works && sim->tick % (SHARE_SAMPLE_NS / TICK) == 0)
			sample(sim);
		note(sim);
	}
}

void ram_free(struct ram_sim *sim)
{
	for (unsigned int i = 0; i < sim->nr_vms; i++)
		free(sim->vm[i].used);
	free(sim->vm);
	free(sim->all);
	free(sim->owned);
}
