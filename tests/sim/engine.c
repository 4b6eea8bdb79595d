// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine.c - the mechanism, in simulated time
 *
 * The rules of kmod/sched/policy.h, kept as sched.c has to: a CPU decides at rq->until, when the
 * running vCPU has nothing more to do, and when a wake-up says so; one that idles, whenever
 * somebody who may use it waits elsewhere.
 */
#include <time.h>
#include <linux/kernel.h>
#include "sim.h"

/* One decision of as many is timed. */
#define TIMED	64
/* How many of those who wait in a queue are offered to idle CPUs. */
#define OFFERED	8
/* How many queues a CPU with nothing to do tries to pull from. */
#define TRIES	8

u64 sim_cost;

static struct sim_cpu *cpu_of(struct sched_rq *rq)
{
	return container_of(rq, struct sim_cpu, rq);
}

static struct sim_vcpu *vcpu_of(struct sched_vcpu *vcpu)
{
	return container_of(vcpu, struct sim_vcpu, v);
}

/* What the host has taken of a CPU since the beginning. */
static u64 stolen(const struct sim_cpu *cpu, u64 at)
{
	if (!cpu->steal)
		return 0;
	return at / cpu->steal_period * cpu->steal + min(at % cpu->steal_period, cpu->steal);
}

void sim_settle(struct sim *sim, struct sim_cpu *cpu)
{
	u64 here = clamp(cpu->arrives, cpu->seen, sim->now);
	u64 taken = here - cpu->seen + stolen(cpu, sim->now) - stolen(cpu, here);
	u64 ran = sim->now - cpu->seen - taken;

	cpu->away += here - cpu->seen;
	cpu->seen = sim->now;
	if (!cpu->rq.curr)
		return;
	cpu->taken += taken;
	cpu->busy += ran;
	vcpu_of(cpu->rq.curr)->received += ran;
	if (vcpu_of(cpu->rq.curr)->left != NEVER)
		vcpu_of(cpu->rq.curr)->left -= min(vcpu_of(cpu->rq.curr)->left, ran);
}

void sim_charge(struct sim *sim, struct sim_cpu *cpu)
{
	sim_settle(sim, cpu);
	sched_charge(&cpu->rq, sim->now, cpu->taken);
	cpu->taken = 0;
}

void sim_decide_now(struct sim *sim, struct sim_cpu *cpu)
{
	if (!cpu->decide.place || cpu->decide.at != sim->now)
		heap_arm(&sim->heap, &cpu->decide, sim->now);
}

/* An idle CPU for @vcpu, which waits. */
static void offer(struct sim *sim, struct sched_vcpu *vcpu)
{
	for (unsigned int i = 0; i < sim->nr_cpus; i++) {
		struct sim_cpu *cpu = &sim->cpu[sim->sys.near[vcpu->rq->cpu][i]];

		if (!cpu->idle || !test_bit(cpu->rq.cpu, vcpu->vm->allowed))
			continue;
		if (cpu->decide.place && cpu->decide.at == sim->now)
			continue;
		sim_decide_now(sim, cpu);
		return;
	}
}

static void offer_all(struct sim *sim, struct sched_rq *rq)
{
	unsigned int left = OFFERED;

	if (!sim->idle || !rq->queued)
		return;
	for (int kind = SCHED_WAKING; kind < SCHED_KINDS; kind++) {
		struct rb_node *node = rb_first_cached(&rq->tree[kind]);

		for (; node && left; node = rb_next(node), left--)
			offer(sim, rb_entry(node, struct sched_vcpu, node));
	}
}

static void lock_both(struct sched_rq *a, struct sched_rq *b)
{
	raw_spin_lock(a->cpu < b->cpu ? &a->lock : &b->lock);
	raw_spin_lock(a->cpu < b->cpu ? &b->lock : &a->lock);
}

/* Return: was there a queue to pull from? */
static bool pull(struct sim *sim, struct sim_cpu *cpu)
{
	struct sched_rq *rq = &cpu->rq, *from = sched_victim(rq);

	if (!from)
		return false;
	raw_spin_unlock(&rq->lock);
	lock_both(rq, from);
	sched_pull(rq, from, sim->now);
	raw_spin_unlock(&from->lock);
	return true;
}

/*
 * Who was here, or whom a CPU with nothing to do has pulled, may be at its cap: then there is
 * another queue to pull from, now that nobody is left.
 */
static struct sched_vcpu *ask_policy(struct sim *sim, struct sim_cpu *cpu)
{
	struct sched_vcpu *next;
	unsigned int tries = TRIES;
	bool again;

	sim_charge(sim, cpu);
	do {
		again = cpu->rq.curr || cpu->rq.queued;
		again |= pull(sim, cpu);
		next = sched_pick(&cpu->rq, sim->now);
	} while (!next && again && --tries);
	return next;
}

static u64 clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SEC + now.tv_nsec;
}

static struct sched_vcpu *ask_and_count(struct sim *sim, struct sim_cpu *cpu)
{
	u64 cost = sim_cost, start = sim->decisions % TIMED ? 0 : clock_ns();
	struct sched_vcpu *next = ask_policy(sim, cpu);

	if (start)
		sim->decision_ns += (clock_ns() - start) * (double)TIMED;
	cost = sim_cost - cost;
	sim->decisions++;
	sim->decision_cost += cost;
	sim->cost_max = max(sim->cost_max, cost);
	return next;
}

static void run(struct sim *sim, struct sim_cpu *cpu, struct sim_vcpu *vcpu, bool switched)
{
	int here = cpu->rq.cpu;

	cpu->hungry = NEVER;
	sim->switches += switched;
	if (switched)
		cpu->arrives = sim->now + sim->scenario->arrival;
	sim->migrations += vcpu->last_cpu >= 0 && vcpu->last_cpu != here;
	vcpu->last_cpu = here;
	if (vcpu->woke != NEVER && vcpu->vm->spec->latency)
		watch_latency(sim, vcpu);
	vcpu->woke = NEVER;
	behave_run(sim, vcpu, cpu->rq.until);
	heap_arm(&sim->heap, &cpu->end, vcpu->left == NEVER ? NEVER : sim->now + vcpu->left);
}

/* The running one may have done what it had to do. */
static void finish(struct sim *sim, struct sim_cpu *cpu)
{
	struct sched_vcpu *curr = cpu->rq.curr;

	if (curr && !vcpu_of(curr)->left && behave_done(sim, vcpu_of(curr)))
		sched_block(curr, sim->now);
}

static void decide(struct sim *sim, struct timer *timer)
{
	struct sim_cpu *cpu = container_of(timer, struct sim_cpu, decide);
	struct sched_vcpu *before = cpu->rq.curr, *next;

	if (!cpu->rq.online)
		return;
	raw_spin_lock(&cpu->rq.lock);
	sim_charge(sim, cpu);
	finish(sim, cpu);
	next = ask_and_count(sim, cpu);
	raw_spin_unlock(&cpu->rq.lock);
	heap_arm(&sim->heap, &cpu->decide, next ? max(cpu->rq.until, sim->now + 1) : NEVER);
	sim->idle += !next - cpu->idle;
	cpu->idle = !next;
	if (next)
		run(sim, cpu, vcpu_of(next), next != before);
	else
		heap_arm(&sim->heap, &cpu->end, NEVER);
	offer_all(sim, &cpu->rq);
}

/* Unless the host took some of the time. */
static void end(struct sim *sim, struct timer *timer)
{
	struct sim_cpu *cpu = container_of(timer, struct sim_cpu, end);

	sim_settle(sim, cpu);
	if (vcpu_of(cpu->rq.curr)->left)
		heap_arm(&sim->heap, timer, sim->now + vcpu_of(cpu->rq.curr)->left);
	else
		decide(sim, &cpu->decide);
}

void sim_wake(struct sim *sim, struct sim_vcpu *vcpu)
{
	u64 cost = sim_cost;
	struct sched_rq *rq = sched_place(&vcpu->v);
	bool moved;

	vcpu->homeless = !rq;
	if (!rq)
		return;
	raw_spin_lock(&rq->lock);
	sim_charge(sim, cpu_of(rq));
	moved = sched_wake(rq, &vcpu->v, sim->now);
	raw_spin_unlock(&rq->lock);
	sim->wake_calls++;
	sim->wake_cost += sim_cost - cost;
	if (!rq->curr)
		sim_decide_now(sim, cpu_of(rq));
	else if (moved)
		heap_arm(&sim->heap, &cpu_of(rq)->decide, max(rq->until, sim->now));
	if (rq->curr && sim->idle)
		offer(sim, &vcpu->v);
}

static void wake(struct sim *sim, struct timer *timer)
{
	struct sim_vcpu *vcpu = container_of(timer, struct sim_vcpu, wake);

	behave_wake(sim, vcpu);
	vcpu->woke = sim->now;
	sim_wake(sim, vcpu);
}

static void release(struct sim *sim, struct timer *timer)
{
	struct sim_vm *vm = container_of(timer, struct sim_vm, release);
	struct sched_vcpu *vcpu;
	u64 again;

	while ((vcpu = sched_release(&vm->v, sim->now, &again)))
		sim_wake(sim, vcpu_of(vcpu));
	if (again)
		heap_arm(&sim->heap, timer, again);
}

static void throttled(struct sched_vm *v)
{
	struct sim_vm *vm = container_of(v, struct sim_vm, v);

	heap_arm(&vm->sim->heap, &vm->release, v->release);
}

static void entitle(struct sim *sim, struct timer *timer)
{
	sched_entitle(&sim->sys, sim->all, sim->nr_vms, sim->now);
	heap_arm(&sim->heap, timer, sim->now + SCHED_ENTITLE_NS);
}

static void start(struct sim *sim)
{
	sim->entitle.fire = entitle;
	heap_arm(&sim->heap, &sim->entitle, SCHED_ENTITLE_NS);
	sim->sys.throttled = throttled;
	for (unsigned int i = 0; i < sim->nr_cpus; i++) {
		sim->cpu[i].decide.fire = decide;
		sim->cpu[i].end.fire = end;
	}
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		struct sim_vm *vm = &sim->vm[i];

		vm->release.fire = release;
		for (unsigned int j = 0; j < vcpus_of(vm->spec); j++) {
			vm->vcpu[j].wake.fire = wake;
			behave_start(sim, &vm->vcpu[j]);
		}
	}
}

void sim_run(struct sim *sim, const struct scenario *scenario)
{
	struct timer *timer;

	sim_build(sim, scenario);
	watch_start(sim);
	script_start(sim);
	start(sim);
	while ((timer = heap_next(&sim->heap, sim->end))) {
		sim->now = timer->at;
		timer->fire(sim, timer);
	}
}
