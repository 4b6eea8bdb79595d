/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sim.h - CPUs, vCPUs and what they do, in simulated time
 *
 * engine.c plays the mechanism (kmod/sched/sched.c) around the very policy of kmod/sched/;
 * behave.c plays the guests. What everybody receives is measured here, not asked of the policy.
 */
#ifndef _SIM_SIM_H
#define _SIM_SIM_H

#include "heap.h"
#include "scenario.h"
#include "sched/policy.h"

#define USEC	1000ULL
#define MSEC	1000000ULL
#define SEC	1000000000ULL

/* How often what VMs have received is written down, and idle CPUs are looked at. */
#define SAMPLE	(10 * MSEC)
#define WATCH	(200 * USEC)

/* Latencies by their logarithm, 32 to the octave. */
#define LATENCY_STEPS	32
#define LATENCIES	(64 * LATENCY_STEPS)

struct sim_vm;

/**
 * struct sim_cpu
 * @decide: @end:	when to decide anew; when the running vCPU will have nothing to do
 * @seen:	until when what it does has been accounted for
 * @arrives:	when the thread of the running vCPU is here; @away: ns that were spent so
 * @taken:	ns of the host, not told to the policy yet
 * @steal:	of every @steal_period ns the host takes as many at the beginning
 * @idle:	nothing runs here, though something could
 * @hungry:	since when it idles while somebody waits, NEVER: it does not
 */
struct sim_cpu {
	struct sched_rq rq;
	struct timer decide, end;
	u64 seen, arrives, away, taken, busy;
	u64 steal, steal_period;
	u64 hungry;
	bool idle;
};

/**
 * struct sim_vcpu
 * @left:	ns until it has nothing to do, NEVER: it always has
 * @wake:	when it will have something to do
 * @due_at:	when its next request is due, if they come by the clock
 * @woke:	when it waked up, NEVER: it has run since
 * @last_cpu:	where it ran
 * @homeless:	no CPU that it may use is online
 */
struct sim_vcpu {
	struct sched_vcpu v;
	struct sim_vm *vm;
	struct timer wake;
	unsigned int index;
	u64 left, due_at, woke;
	u64 received, requested;
	int last_cpu;
	bool homeless;
};

/**
 * struct sim_vm
 * @received: @requested: @entitled:	ns, by each sample
 */
struct sim_vm {
	struct sched_vm v;
	const struct vm_spec *spec;
	struct sim *sim;
	struct sim_vcpu *vcpu;
	struct timer release;
	unsigned long *allowed;
	u32 shares;
	u64 *received, *requested, *entitled;
};

struct sim {
	const struct scenario *scenario;
	struct heap heap;
	u64 now, end, random;
	struct sched_system sys;
	struct sim_cpu *cpu;
	struct sim_vm *vm;
	unsigned int nr_cpus, nr_vms, idle;
	struct timer sample, watch, script, entitle;
	struct sched_vm **all;
	unsigned int samples, next_action;
	u64 *away;	/* ns, of all CPUs until threads had arrived, by each sample */
	/* figures */
	u64 latency[LATENCIES], wakes, latency_max;
	u64 hungry_max, migrations, switches;
	u64 decisions, decision_cost, wake_calls, wake_cost, cost_max;
	double decision_ns;
};

/** sim_cost - basic blocks of the policy that have been executed */
extern u64 sim_cost;

/* engine.c */

/** sim_run() - from beginning to end; the result is in @sim, until sim_free() */
void sim_run(struct sim *sim, const struct scenario *scenario);
void sim_free(struct sim *sim);
/** sim_settle() - account for what a CPU has done until now */
void sim_settle(struct sim *sim, struct sim_cpu *cpu);
/** sim_charge() - likewise, and tell the policy; under the queue's lock */
void sim_charge(struct sim *sim, struct sim_cpu *cpu);
/** sim_wake() - @vcpu, which sleeps or was throttled, has something to do */
void sim_wake(struct sim *sim, struct sim_vcpu *vcpu);
/** sim_decide_now() - about that CPU, as soon as what happens now is over */
void sim_decide_now(struct sim *sim, struct sim_cpu *cpu);

/* script.c */

/** script_start() - do what the scenario says at its times */
void script_start(struct sim *sim);

/* build.c */

void sim_build(struct sim *sim, const struct scenario *scenario);
/** sim_random() - below @below */
u64 sim_random(struct sim *sim, u64 below);

/* behave.c */

/** behave_start() - what @vcpu does at first: arms vcpu->wake */
void behave_start(struct sim *sim, struct sim_vcpu *vcpu);
/** behave_wake() - sets what it has to do */
void behave_wake(struct sim *sim, struct sim_vcpu *vcpu);
/** behave_run() - it has got a CPU, until @until if nothing happens */
void behave_run(struct sim *sim, struct sim_vcpu *vcpu, u64 until);
/** behave_done() - what it had to do is done. Return: does it sleep now? Then wake is armed. */
bool behave_done(struct sim *sim, struct sim_vcpu *vcpu);

/* watch.c */

void watch_start(struct sim *sim);
/** watch_latency() - @vcpu runs, after it waked up */
void watch_latency(struct sim *sim, struct sim_vcpu *vcpu);
/** latency_percentile() - ns */
u64 latency_percentile(const struct sim *sim, double percent);

#endif
