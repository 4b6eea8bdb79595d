// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch.c - what is measured while time goes by
 */
#include <linux/kernel.h>
#include "sim.h"

static unsigned int latency_slot(u64 ns)
{
	unsigned int octave;

	if (ns < LATENCY_STEPS)
		return ns;
	octave = fls64(ns) - 6;
	return (octave + 1) * LATENCY_STEPS + (ns >> octave) - LATENCY_STEPS;
}

/* The longest that is counted there. */
static u64 latency_of(unsigned int slot)
{
	unsigned int octave = slot / LATENCY_STEPS;

	if (!octave)
		return slot;
	return ((slot % LATENCY_STEPS + LATENCY_STEPS + 1ULL) << (octave - 1)) - 1;
}

void watch_latency(struct sim *sim, struct sim_vcpu *vcpu)
{
	u64 ns = sim->now - vcpu->woke;

	sim->latency[latency_slot(ns)]++;
	sim->wakes++;
	sim->latency_max = max(sim->latency_max, ns);
}

u64 latency_percentile(const struct sim *sim, double percent)
{
	double wanted = sim->wakes * percent / 100, seen = 0;

	for (unsigned int slot = 0; slot < LATENCIES; slot++) {
		seen += sim->latency[slot];
		if (seen >= wanted)
			return min(latency_of(slot), sim->latency_max);
	}
	return sim->latency_max;
}

static void sample(struct sim *sim, struct timer *timer)
{
	unsigned int n = sim->samples++;

	for (unsigned int i = 0; i < sim->nr_cpus; i++) {
		sim_settle(sim, &sim->cpu[i]);
		sim->away[n] += sim->cpu[i].away;
	}
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		struct sim_vm *vm = &sim->vm[i];

		vm->entitled[n] = sched_entitled(&vm->v, sim->now);
		for (unsigned int j = 0; j < vcpus_of(vm->spec); j++) {
			vm->received[n] += vm->vcpu[j].received;
			vm->requested[n] += vm->vcpu[j].requested;
		}
	}
	heap_arm(&sim->heap, timer, sim->now + SAMPLE);
}

/* Is there somebody in a queue who may use that CPU? */
static bool wanted(struct sim *sim, unsigned int cpu)
{
	for (unsigned int i = 0; i < sim->nr_cpus; i++) {
		struct sched_rq *rq = &sim->cpu[i].rq;

		for (int kind = SCHED_WAKING; kind < SCHED_KINDS && rq->queued; kind++) {
			struct rb_node *node = rb_first_cached(&rq->tree[kind]);

			for (; node; node = rb_next(node))
				if (test_bit(cpu, rb_entry(node, struct sched_vcpu,
							   node)->vm->allowed))
					return true;
		}
	}
	return false;
}

static void watch(struct sim *sim, struct timer *timer)
{
	for (unsigned int i = 0; i < sim->nr_cpus; i++) {
		struct sim_cpu *cpu = &sim->cpu[i];

		if (cpu->rq.curr || !cpu->rq.online || !wanted(sim, i))
			cpu->hungry = NEVER;
		else
			cpu->hungry = min(cpu->hungry, sim->now);
		if (cpu->hungry != NEVER)
			sim->hungry_max = max(sim->hungry_max, sim->now - cpu->hungry + WATCH);
	}
	heap_arm(&sim->heap, timer, sim->now + WATCH);
}

void watch_start(struct sim *sim)
{
	sim->sample.fire = sample;
	sim->watch.fire = watch;
	heap_arm(&sim->heap, &sim->sample, 0);
	heap_arm(&sim->heap, &sim->watch, WATCH);
}
