/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched-bench.h - CPUs and vCPUs on the bench, for the tests of the scheduling policy
 *
 * The clock is a variable. bench_decide() is what a CPU does when rq->until has come. Whatever
 * is called, check_all() looks whether everything still fits together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include "sched/policy.h"

#define CPUS	4
#define VMS	8
#define VCPUS	3	/* of a VM */
#define MSEC	1000000ULL
#define SEC	1000000000ULL
#define SLICE	SCHED_SLICE

struct bench_vm {
	struct sched_vm v;
	struct sched_vcpu vcpu[VCPUS];
	unsigned long allowed;
	u64 asleep[VCPUS];		/* ns */
	bool throttled;			/* has been told */
};

static struct bench {
	struct sched_system sys;
	struct sched_rq cpu[CPUS], *rq[CPUS];
	unsigned long idle, waiting;
	u64 now;
	u64 idled[CPUS], offline[CPUS], seen[CPUS];
	struct bench_vm vm[VMS];
} b;

static void bench_throttled(struct sched_vm *vm)
{
	container_of(vm, struct bench_vm, v)->throttled = true;
}

static int fresh(void **state)
{
	memset(&b, 0, sizeof(b));
	b.now = SEC;
	b.sys = (struct sched_system){ .nr_cpus = CPUS, .rq = b.rq, .idle = &b.idle,
				       .waiting = &b.waiting, .throttled = bench_throttled };
	for (unsigned int i = 0; i < CPUS; i++) {
		b.rq[i] = &b.cpu[i];
		b.seen[i] = b.now;
		sched_rq_init(b.rq[i], &b.sys, i);
		b.rq[i]->online = true;
		set_bit(i, &b.idle);
	}
	for (unsigned int i = 0; i < VMS; i++) {
		b.vm[i].allowed = (1 << CPUS) - 1;
		sched_vm_init(&b.vm[i].v, VCPUS, &b.vm[i].allowed, b.now);
		for (unsigned int j = 0; j < VCPUS; j++) {
			sched_vcpu_init(&b.vm[i].vcpu[j], &b.vm[i].v, b.rq[0]);
			b.vm[i].vcpu[j].since = b.now;
		}
	}
	return 0;
}

/* Count an occurrence of @vcpu in a queue or a list. */
static void seen_once(struct sched_vcpu *vcpu, u8 seen[VMS][VCPUS])
{
	struct bench_vm *vm = container_of(vcpu->vm, struct bench_vm, v);

	assert_int_equal(seen[vm - b.vm][vcpu - vm->vcpu]++, 0);
}

static unsigned int check_tree(struct sched_rq *rq, enum sched_kind kind, u64 *load, s64 *moment,
			       u8 seen[VMS][VCPUS])
{
	struct sched_vcpu *vcpu, *before = NULL;
	unsigned int count = 0;

	for (struct rb_node *n = rb_first_cached(&rq->tree[kind]); n; n = rb_next(n), count++) {
		vcpu = rb_entry(n, struct sched_vcpu, node);
		assert_ptr_equal(vcpu->rq, rq);
		assert_int_equal(vcpu->state, SCHED_QUEUED);
		assert_int_equal(vcpu->kind, kind);
		assert_int_equal(vcpu->lent, 0);
		if (before)
			assert_true((s64)(vcpu->key - before->key) >= 0);
		before = vcpu;
		*load += vcpu->weight;
		*moment += (s64)(vcpu->vtime - rq->vtime) * vcpu->weight;
		seen_once(vcpu, seen);
	}
	return count;
}

/* Who is in the tree of those with a guarantee is in another, too. */
static void check_owed(struct sched_rq *rq)
{
	struct sched_vcpu *vcpu;
	u64 last = 0;

	for (struct rb_node *n = rb_first_cached(&rq->tree[SCHED_OWED]); n; n = rb_next(n)) {
		vcpu = rb_entry(n, struct sched_vcpu, due);
		assert_ptr_equal(vcpu->rq, rq);
		assert_int_equal(vcpu->state, SCHED_QUEUED);
		assert_true(vcpu->due_at != ~0ULL && vcpu->due_at >= last);
		last = vcpu->due_at;
	}
	/* What was published may be as old as the last change of the queue. */
	if (rb_first_cached(&rq->tree[SCHED_OWED]))
		assert_true(rq->due != ~0ULL);
}

static void check_queue(struct sched_rq *rq, u8 seen[VMS][VCPUS])
{
	unsigned int queued = 0;
	s64 moment = 0;
	u64 load = 0;

	for (int kind = SCHED_WAKING; kind < SCHED_KINDS; kind++)
		queued += check_tree(rq, kind, &load, &moment, seen);
	check_owed(rq);
	if (rq->curr) {
		assert_int_equal(rq->curr->state, SCHED_RUNNING);
		assert_ptr_equal(rq->curr->rq, rq);
		load += rq->curr->weight;
		moment += (s64)(rq->curr->vtime - rq->vtime) * rq->curr->weight;
		seen_once(rq->curr, seen);
	}
	assert_int_equal(rq->queued, queued);
	assert_int_equal(rq->load, load);
	assert_int_equal(test_bit(rq->cpu, &b.waiting), !!queued);
	if (test_bit(rq->cpu, &b.idle))
		assert_true(rq->online && !queued && !rq->curr);
	/* rq->vtime is their mean, to the last bit. */
	assert_int_equal(moment, rq->rest);
	assert_true((u64)llabs(rq->rest) < max(load, 1ULL));
	assert_false(raw_spin_is_locked(&rq->lock));
}

static void check_vm(struct bench_vm *vm, u8 seen[VMS][VCPUS])
{
	unsigned int runnable = 0, throttled = 0;

	for (struct sched_vcpu *vcpu = vm->v.throttled; vcpu; vcpu = vcpu->next) {
		assert_int_equal(vcpu->state, SCHED_THROTTLED);
		assert_true(vm->throttled);
		seen_once(vcpu, seen);
	}
	for (unsigned int i = 0; i < VCPUS; i++) {
		struct sched_vcpu *vcpu = &vm->vcpu[i];
		bool here = seen[vm - b.vm][i];

		assert_int_equal(here, vcpu->state != SCHED_ASLEEP);
		throttled += vcpu->state == SCHED_THROTTLED;
		runnable += vcpu->state == SCHED_QUEUED || vcpu->state == SCHED_RUNNING;
		assert_true(vcpu->stats.received + vcpu->stats.taken <= b.now - SEC);
	}
	assert_int_equal(vm->v.runnable, runnable);
	assert_int_equal(!!vm->v.throttled, !!throttled);
	assert_false(raw_spin_is_locked(&vm->v.lock));
}

static void check_all(void)
{
	u8 seen[VMS][VCPUS] = { 0 };

	for (unsigned int i = 0; i < CPUS; i++)
		check_queue(b.rq[i], seen);
	for (unsigned int i = 0; i < VMS; i++)
		check_vm(&b.vm[i], seen);
}

/* What the CPU did since it was looked at last. */
static void bench_settle(struct sched_rq *rq)
{
	u64 passed = b.now - b.seen[rq->cpu];

	b.seen[rq->cpu] = b.now;
	if (!rq->online)
		b.offline[rq->cpu] += passed;
	else if (!rq->curr)
		b.idled[rq->cpu] += passed;
}

static void bench_charge(struct sched_rq *rq, u64 taken)
{
	bench_settle(rq);
	raw_spin_lock(&rq->lock);
	sched_charge(rq, b.now, rq->curr ? taken : 0);
	raw_spin_unlock(&rq->lock);
}

/* What comes after sched_vm_set(). */
static void bench_weigh(struct bench_vm *vm)
{
	for (unsigned int i = 0; i < VCPUS; i++) {
		struct sched_rq *rq = vm->vcpu[i].rq;

		bench_settle(rq);
		raw_spin_lock(&rq->lock);
		sched_weigh(&vm->vcpu[i], b.now);
		raw_spin_unlock(&rq->lock);
	}
}

static bool bench_pull(struct sched_rq *rq, struct sched_rq *from)
{
	bool pulled;

	bench_settle(rq);
	raw_spin_lock(rq->cpu < from->cpu ? &rq->lock : &from->lock);
	raw_spin_lock(rq->cpu < from->cpu ? &from->lock : &rq->lock);
	pulled = sched_pull(rq, from, b.now);
	raw_spin_unlock(&from->lock);
	raw_spin_unlock(&rq->lock);
	return pulled;
}

static struct sched_vcpu *bench_pick(struct sched_rq *rq)
{
	struct sched_vcpu *vcpu;

	bench_settle(rq);
	raw_spin_lock(&rq->lock);
	vcpu = sched_pick(rq, b.now);
	raw_spin_unlock(&rq->lock);
	check_all();
	assert_ptr_equal(rq->curr, vcpu);
	if (vcpu)
		assert_true(rq->until > b.now);
	else
		assert_true(!rq->queued && test_bit(rq->cpu, &b.idle) == rq->online);
	return vcpu;
}

static struct sched_vcpu *bench_decide(struct sched_rq *rq)
{
	struct sched_rq *from;

	bench_charge(rq, 0);
	raw_spin_lock(&rq->lock);
	from = sched_victim(rq);
	raw_spin_unlock(&rq->lock);
	if (from)
		bench_pull(rq, from);
	return bench_pick(rq);
}

static bool bench_wake_on(struct sched_rq *rq, struct sched_vcpu *vcpu)
{
	struct bench_vm *vm = container_of(vcpu->vm, struct bench_vm, v);
	bool moved;

	if (vcpu->state == SCHED_ASLEEP)
		vm->asleep[vcpu - vm->vcpu] += b.now - vcpu->since;
	bench_charge(rq, 0);
	raw_spin_lock(&rq->lock);
	moved = sched_wake(rq, vcpu, b.now);
	raw_spin_unlock(&rq->lock);
	check_all();
	return moved;
}

static void bench_block(struct sched_vcpu *vcpu)
{
	struct sched_rq *rq = vcpu->rq;

	bench_settle(rq);
	raw_spin_lock(&rq->lock);
	sched_block(vcpu, b.now);
	raw_spin_unlock(&rq->lock);
	check_all();
	assert_int_equal(vcpu->state, SCHED_ASLEEP);
}

/* One CPU, for so long: it decides when it has to, and vCPUs do not sleep. */
static inline void bench_run(struct sched_rq *rq, u64 ns)
{
	u64 end = b.now + ns;

	while (b.now < end) {
		bench_decide(rq);
		b.now = min(end, rq->until);
	}
	bench_charge(rq, 0);
}

#define T(name) cmocka_unit_test_setup(test_##name, fresh)
