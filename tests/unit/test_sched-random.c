// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_sched-random.c - the scheduling policy in any order of calls that its rules allow
 *
 * After each, check_all() holds; in the end, all time has been accounted for: of each CPU, of
 * each vCPU.
 */
#include "sched-bench.h"

#define STEPS	20000
#define SEEDS	12

static u64 random_state;

static u32 pick(u32 below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

static struct bench_vm *any_vm(void)
{
	return &b.vm[pick(VMS)];
}

/* Changed only while nobody is queued, or by a CPU that has gone. */
static void new_affinity(struct bench_vm *vm)
{
	for (unsigned int i = 0; i < VCPUS; i++)
		if (vm->vcpu[i].state != SCHED_ASLEEP)
			return;
	vm->allowed = pick(3) ? 0xf : 1 + pick(15);
}

static void set(void)
{
	static const u32 shares[] = { 1, 2, 50, 100, 100, 1000, 10000 };
	struct bench_vm *vm = any_vm();
	u32 min = pick(3) ? 0 : pick(100), max = pick(3) ? 0 : 1 + pick(300);

	if (max && min > max)
		min = max;
	sched_vm_set(&vm->v, shares[pick(ARRAY_SIZE(shares))], min, max, b.now);
	bench_weigh(vm);
}

static void wake(struct sched_vcpu *vcpu)
{
	struct sched_rq *rq = sched_place(vcpu);
	struct bench_vm *vm = container_of(vcpu->vm, struct bench_vm, v);

	if (!rq) {
		assert_false(vm->allowed & (b.cpu[0].online | b.cpu[1].online << 1 |
					    b.cpu[2].online << 2 | b.cpu[3].online << 3));
		return;
	}
	assert_true(rq->online && test_bit(rq->cpu, &vm->allowed));
	bench_wake_on(rq, vcpu);
	if (!rq->curr)
		bench_decide(rq);
}

static void wake_any(void)
{
	struct bench_vm *vm = any_vm();
	struct sched_vcpu *vcpu = &vm->vcpu[pick(VCPUS)];

	new_affinity(vm);
	if (vcpu->state == SCHED_ASLEEP)
		wake(vcpu);
}

static void block_any(void)
{
	struct sched_vcpu *vcpu = &any_vm()->vcpu[pick(VCPUS)];
	struct sched_rq *rq = vcpu->rq;
	bool ran = vcpu->state == SCHED_RUNNING;

	bench_block(vcpu);
	if (ran && pick(4))
		bench_decide(rq);
}

static void release(struct bench_vm *vm)
{
	struct sched_vcpu *vcpu;
	u64 again;

	while ((vcpu = sched_release(&vm->v, b.now, &again)))
		wake(vcpu);
	assert_true(!again || again > b.now);
}

static void leave(struct sched_rq *rq)
{
	struct sched_vcpu *vcpu, *list = NULL, *next;

	bench_charge(rq, 0);
	bench_settle(rq);
	raw_spin_lock(&rq->lock);
	rq->online = false;
	clear_bit(rq->cpu, &b.idle);
	if (rq->curr) {
		list = rq->curr;
		list->next = NULL;
		sched_block(list, b.now);
	}
	while ((vcpu = sched_leave(rq, b.now))) {
		vcpu->next = list;
		list = vcpu;
	}
	raw_spin_unlock(&rq->lock);
	check_all();
	for (; list; list = next) {
		next = list->next;
		wake(list);
	}
}

static void plug(void)
{
	struct sched_rq *rq = b.rq[pick(CPUS)];

	if (rq->online) {
		leave(rq);
		return;
	}
	bench_settle(rq);
	rq->online = true;
	bench_decide(rq);
}

/* Only who may be moved is. */
static void pull(void)
{
	struct sched_rq *rq = b.rq[pick(CPUS)], *from = b.rq[pick(CPUS)];
	unsigned int queued = rq->queued;

	if (rq == from || !rq->online)
		return;
	bench_charge(rq, 0);
	bench_charge(from, 0);
	if (bench_pull(rq, from))
		assert_int_equal(rq->queued, queued + 1);
	bench_pick(rq);
}

static void check_affinities(void)
{
	for (unsigned int i = 0; i < VMS; i++)
		for (unsigned int j = 0; j < VCPUS; j++)
			if (b.vm[i].vcpu[j].state == SCHED_RUNNING)
				assert_true(test_bit(b.vm[i].vcpu[j].rq->cpu, &b.vm[i].allowed));
}

/* Nobody is further behind than what a few turns of all others make. */
static void check_lags(void)
{
	const s64 most = 4 * VMS * VCPUS * SLICE;

	for (unsigned int i = 0; i < VMS * VCPUS; i++) {
		struct sched_vcpu *vcpu = &b.vm[i / VCPUS].vcpu[i % VCPUS];
		s64 lag = (s64)(vcpu->rq->vtime - vcpu->vtime) * vcpu->weight >> 20;

		if (vcpu->state == SCHED_QUEUED && (lag > most || lag < -most))
			fail_msg("lag of %lld ns at %llu", lag, b.now);
	}
}

/* One that runs gives its place to one that waits; it may be anywhere. */
static void swap_any(void)
{
	struct bench_vm *vm = any_vm();
	struct sched_vcpu *from = &vm->vcpu[pick(VCPUS)], *to = &vm->vcpu[pick(VCPUS)];
	struct sched_rq *rq = from->rq, *other = to->rq;
	u64 until = rq->until, vtime;

	if (from->state != SCHED_RUNNING || to->state != SCHED_QUEUED || b.now < rq->charged)
		return;
	bench_charge(rq, 0);
	vtime = from->vtime;
	raw_spin_lock(&rq->lock);
	if (other != rq)
		raw_spin_lock(&other->lock);
	sched_swap(from, to, b.now);
	if (other != rq)
		raw_spin_unlock(&other->lock);
	raw_spin_unlock(&rq->lock);
	assert_ptr_equal(rq->curr, to);
	assert_ptr_equal(from->rq, other);
	assert_int_equal(rq->until, until);
	assert_int_equal(to->vtime, vtime);
}

static void step(void)
{
	struct sched_rq *rq = b.rq[pick(CPUS)];

	switch (pick(14)) {
	case 0:
		return set();
	case 1 ... 2:
		return wake_any();
	case 3:
		return block_any();
	case 4:
		return release(any_vm());
	case 5:
		return pull();
	case 6:
		if (pick(20) == 0)
			plug();
		return;
	case 7 ... 8:
		return swap_any();
	case 9:
		return bench_charge(rq, pick(b.now - rq->charged + 1));
	default:
		if (rq->online)
			bench_decide(rq);
	}
}

static void finish(void)
{
	u64 used = 0, there = 0;

	for (unsigned int i = 0; i < CPUS; i++) {
		bench_charge(b.rq[i], 0);
		there += b.now - SEC - b.idled[i] - b.offline[i];
	}
	for (unsigned int i = 0; i < VMS * VCPUS; i++) {
		struct bench_vm *vm = &b.vm[i / VCPUS];
		struct sched_vcpu *vcpu = &vm->vcpu[i % VCPUS];
		u64 sum, ran = vcpu->stats.received + vcpu->stats.taken;

		used += ran;
		sum = ran + vcpu->stats.waiting + vcpu->stats.throttled + vm->asleep[i % VCPUS];
		if (vcpu->state != SCHED_RUNNING)
			sum += b.now - vcpu->since;
		assert_int_equal(sum, b.now - SEC);
	}
	assert_int_equal(used, there);
}

static void test_any_order(void **state)
{
	for (u64 seed = 1; seed <= SEEDS; seed++) {
		fresh(state);
		random_state = seed * 0x9e3779b97f4a7c15ULL;
		for (int i = 0; i < STEPS; i++) {
			b.now += pick(4) ? pick(1000 * 1000) : pick(5) ? 0 : pick(5 * MSEC);
			step();
			check_all();
			check_affinities();
			check_lags();
		}
		finish();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_any_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
