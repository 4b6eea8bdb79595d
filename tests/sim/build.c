// SPDX-License-Identifier: GPL-2.0-only
/*
 * build.c - what a scenario describes, made
 */
#include <math.h>
#include <stdlib.h>
#include <linux/kernel.h>
#include "sim.h"

#define LONGEST	(BITS_TO_LONGS(sim->nr_cpus) * sizeof(long))

static void *make(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		abort();
	return p;
}

u64 sim_random(struct sim *sim, u64 below)
{
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 7;
	sim->random ^= sim->random << 17;
	return below ? sim->random % below : 0;
}

/* Siblings are 2n and 2n + 1, caches and nodes have a power of 2: the nearer, the less differs. */
static const u16 *distances(unsigned int cpu, unsigned int nr_cpus)
{
	u16 *near = make(nr_cpus, sizeof(*near));
	unsigned int count = 0;

	for (unsigned int differs = 0; count < nr_cpus; differs++)
		if ((cpu ^ differs) < nr_cpus)
			near[count++] = cpu ^ differs;
	return near;
}

static void build_cpus(struct sim *sim)
{
	const struct scenario *s = sim->scenario;
	struct sched_system *sys = &sim->sys;
	const u16 **near = make(sim->nr_cpus, sizeof(*near));

	sys->nr_cpus = sim->nr_cpus;
	sys->rq = make(sim->nr_cpus, sizeof(*sys->rq));
	sys->idle = make(1, LONGEST);
	sys->waiting = make(1, LONGEST);
	sys->near = near;
	sim->cpu = make(sim->nr_cpus, sizeof(*sim->cpu));
	sim->idle = sim->nr_cpus;
	for (unsigned int i = 0; i < sim->nr_cpus; i++) {
		struct sim_cpu *cpu = &sim->cpu[i];

		near[i] = distances(i, sim->nr_cpus);
		sys->rq[i] = &cpu->rq;
		sched_rq_init(&cpu->rq, sys, i);
		cpu->rq.online = true;
		cpu->idle = true;
		set_bit(i, sys->idle);
		cpu->hungry = NEVER;
		if (s->steal && i % 2 == 0) {
			cpu->steal = s->steal;
			cpu->steal_period = s->steal_period;
		}
	}
}

static u32 shares_of(const struct vm_spec *spec, unsigned int i)
{
	double steps = spec->count - 1;

	if (!spec->shares_to || !steps)
		return spec->shares;
	return lround(spec->shares * pow((double)spec->shares_to / spec->shares, i / steps));
}

static void build_vcpus(struct sim *sim, struct sim_vm *vm)
{
	unsigned int count = vcpus_of(vm->spec);

	vm->vcpu = make(count, sizeof(*vm->vcpu));
	for (unsigned int i = 0; i < count; i++) {
		struct sim_vcpu *vcpu = &vm->vcpu[i];
		unsigned int home = find_next_bit(vm->allowed, sim->nr_cpus,
						  sim_random(sim, sim->nr_cpus));

		if (home == sim->nr_cpus)
			home = find_first_bit(vm->allowed, sim->nr_cpus);
		vcpu->vm = vm;
		vcpu->index = i;
		vcpu->woke = NEVER;
		vcpu->last_cpu = -1;
		sched_vcpu_init(&vcpu->v, &vm->v, &sim->cpu[home].rq);
	}
}

static void build_vm(struct sim *sim, struct sim_vm *vm, const struct vm_spec *spec, unsigned int i)
{
	unsigned int samples = sim->end / SAMPLE + 2;
	unsigned int first = spec->first_cpu + i * spec->spread;

	vm->spec = spec;
	vm->sim = sim;
	vm->allowed = make(1, LONGEST);
	for (unsigned int cpu = 0; cpu < (spec->cpus ?: sim->nr_cpus); cpu++)
		set_bit((first + cpu) % sim->nr_cpus, vm->allowed);
	vm->received = make(samples, sizeof(u64));
	vm->requested = make(samples, sizeof(u64));
	vm->entitled = make(samples, sizeof(u64));
	vm->shares = shares_of(spec, i);
	sched_vm_init(&vm->v, vcpus_of(spec), vm->allowed, 0);
	sched_vm_set(&vm->v, vm->shares, spec->min, spec->max, 0);
	build_vcpus(sim, vm);
}

void sim_build(struct sim *sim, const struct scenario *scenario)
{
	const struct vm_spec *spec;
	struct sim_vm *vm;

	*sim = (struct sim){ .scenario = scenario, .random = 88172645463325252ULL };
	sim->nr_cpus = scenario->nr_cpus;
	sim->end = scenario->seconds * SEC;
	sim->away = make(sim->end / SAMPLE + 2, sizeof(*sim->away));
	for (spec = scenario->vms; spec->count; spec++)
		sim->nr_vms += spec->count;
	build_cpus(sim);
	vm = sim->vm = make(sim->nr_vms, sizeof(*sim->vm));
	sim->all = make(sim->nr_vms, sizeof(*sim->all));
	for (spec = scenario->vms; spec->count; spec++)
		for (unsigned int i = 0; i < spec->count; i++)
			build_vm(sim, vm++, spec, i);
	for (unsigned int i = 0; i < sim->nr_vms; i++)
		sim->all[i] = &sim->vm[i].v;
}

static void free_vms(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		free(sim->vm[i].vcpu);
		free(sim->vm[i].allowed);
		free(sim->vm[i].received);
		free(sim->vm[i].requested);
		free(sim->vm[i].entitled);
	}
	free(sim->vm);
}

void sim_free(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->nr_cpus; i++)
		free((void *)sim->sys.near[i]);
	free((void *)sim->sys.near);
	free(sim->sys.rq);
	free(sim->sys.idle);
	free(sim->sys.waiting);
	free(sim->cpu);
	free(sim->all);
	free(sim->away);
	free_vms(sim);
	heap_free(&sim->heap);
}
