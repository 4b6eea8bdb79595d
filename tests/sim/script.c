// SPDX-License-Identifier: GPL-2.0-only
/*
 * script.c - what the host's owner does meanwhile: other shares, CPUs that go and come
 */
#include <linux/kernel.h>
#include "sim.h"

static void weigh(struct sim *sim, struct sim_vm *vm)
{
	for (unsigned int i = 0; i < vcpus_of(vm->spec); i++) {
		struct sched_vcpu *vcpu = &vm->vcpu[i].v;
		struct sched_rq *rq = vcpu->rq;

		raw_spin_lock(&rq->lock);
		sim_charge(sim, container_of(rq, struct sim_cpu, rq));
		sched_weigh(vcpu, sim->now);
		raw_spin_unlock(&rq->lock);
		sim_decide_now(sim, container_of(rq, struct sim_cpu, rq));
	}
}

static void set(struct sim *sim, const struct act *act)
{
	for (unsigned int i = act->first; i < act->first + act->count; i++) {
		struct sim_vm *vm = &sim->vm[i];

		sched_vm_set(&vm->v, act->shares, act->min, act->max, sim->now);
		weigh(sim, vm);
		if (vm->v.throttled)
			heap_arm(&sim->heap, &vm->release, sim->now);
	}
}

static void start(struct sim *sim, struct sim_vm *vm)
{
	for (unsigned int i = 0; i < vcpus_of(vm->spec); i++)
		heap_arm(&sim->heap, &vm->vcpu[i].wake, sim->now);
}

/* Everybody has to leave; those who were there, linked by @next. */
static struct sched_vcpu *clear(struct sim *sim, struct sim_cpu *cpu)
{
	struct sched_vcpu *vcpu, *list = NULL;

	raw_spin_lock(&cpu->rq.lock);
	sim_charge(sim, cpu);
	cpu->rq.online = false;
	clear_bit(cpu->rq.cpu, sim->sys.idle);
	vcpu = cpu->rq.curr;
	if (vcpu)
		sched_block(vcpu, sim->now);
	else
		vcpu = sched_leave(&cpu->rq, sim->now);
	for (; vcpu; vcpu = sched_leave(&cpu->rq, sim->now)) {
		vcpu->next = list;
		list = vcpu;
	}
	raw_spin_unlock(&cpu->rq.lock);
	return list;
}

static void offline(struct sim *sim, struct sim_cpu *cpu)
{
	struct sched_vcpu *list = clear(sim, cpu), *next;

	sim->idle -= cpu->idle;
	cpu->idle = false;
	heap_arm(&sim->heap, &cpu->decide, NEVER);
	heap_arm(&sim->heap, &cpu->end, NEVER);
	for (; list; list = next) {
		next = list->next;
		sim_wake(sim, container_of(list, struct sim_vcpu, v));
	}
}

static void online(struct sim *sim, struct sim_cpu *cpu)
{
	cpu->rq.online = true;
	cpu->idle = true;
	cpu->seen = sim->now;
	sim->idle++;
	sim_decide_now(sim, cpu);
	for (unsigned int i = 0; i < sim->nr_vms; i++)
		for (unsigned int j = 0; j < vcpus_of(sim->vm[i].spec); j++)
			if (sim->vm[i].vcpu[j].homeless)
				sim_wake(sim, &sim->vm[i].vcpu[j]);
}

static const struct act *next_act(struct sim *sim)
{
	const struct act *act = &sim->scenario->acts[sim->next_action];

	return sim->next_action < MOST_ACTIONS && act->action ? act : NULL;
}

static void script(struct sim *sim, struct timer *timer)
{
	const struct act *act = next_act(sim);

	if (act->action == SET)
		set(sim, act);
	for (unsigned int i = act->first; i < act->first + act->count; i++) {
		if (act->action == START)
			start(sim, &sim->vm[i]);
		if (act->action == OFFLINE)
			offline(sim, &sim->cpu[i]);
		if (act->action == ONLINE)
			online(sim, &sim->cpu[i]);
	}
	sim->next_action++;
	act = next_act(sim);
	heap_arm(&sim->heap, timer, act ? act->at : NEVER);
}

void script_start(struct sim *sim)
{
	const struct act *act = next_act(sim);

	sim->script.fire = script;
	heap_arm(&sim->heap, &sim->script, act ? act->at : NEVER);
}
