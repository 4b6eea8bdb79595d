// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_sched.c - the scheduling policy, call by call
 */
#include "sched-bench.h"

#define VCPU(i)		(&b.vm[i].vcpu[0])
#define RECEIVED(i)	(VCPU(i)->stats.received)

/* The first @count VMs have a vCPU each that has something to do on CPU 0. */
static void hogs(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		bench_wake_on(b.rq[0], VCPU(i));
}

static void set(unsigned int i, u32 shares, u32 min, u32 max)
{
	sched_vm_set(&b.vm[i].v, shares, min, max, b.now);
	bench_weigh(&b.vm[i]);
	check_all();
}

static void assert_near(u64 got, u64 wanted, u64 off)
{
	if (got + off < wanted || got > wanted + off)
		fail_msg("%llu is not within %llu of %llu", got, off, wanted);
}

static void test_nobody(void **state)
{
	assert_null(bench_decide(b.rq[0]));
	assert_true(b.rq[0]->until == ~0ULL);
	b.now += SEC;
	bench_charge(b.rq[0], 0);
	assert_null(bench_decide(b.rq[0]));
}

static void test_alone(void **state)
{
	assert_true(bench_wake_on(b.rq[0], VCPU(0)));
	assert_true(b.rq[0]->until <= b.now);
	assert_ptr_equal(bench_decide(b.rq[0]), VCPU(0));
	assert_false(test_bit(0, &b.idle));
	bench_run(b.rq[0], SEC);
	assert_int_equal(RECEIVED(0), SEC);
	assert_int_equal(VCPU(0)->stats.switches, 1);
	bench_block(VCPU(0));
	assert_null(bench_decide(b.rq[0]));
	assert_true(test_bit(0, &b.idle));
}

static void test_in_turn(void **state)
{
	hogs(3);
	bench_run(b.rq[0], 300 * MSEC);
	for (int i = 0; i < 3; i++)
		assert_near(RECEIVED(i), 100 * MSEC, SLICE);
	for (int i = 0; i < 6; i++) {
		u64 start = b.now;

		bench_decide(b.rq[0]);
		assert_true(b.rq[0]->until - start <= SLICE);
		b.now = b.rq[0]->until;
	}
	bench_charge(b.rq[0], 0);
	for (int i = 0; i < 3; i++)
		assert_near(RECEIVED(i), 100 * MSEC + 2 * SCHED_REQUEST / VCPUS, SLICE);
}

static void test_weights(void **state)
{
	set(0, 1, 0, 0);
	set(1, 1000, 0, 0);
	set(2, 3000, 0, 0);
	hogs(3);
	bench_run(b.rq[0], 10 * SEC);
	assert_near(RECEIVED(0), 10 * SEC / 4001, SLICE);
	assert_near(RECEIVED(1), 10 * SEC / 4001 * 1000, SLICE);
	assert_near(RECEIVED(2), 10 * SEC / 4001 * 3000, SLICE);
}

/* Three vCPUs of one VM are not worth more than one of another. */
static void test_vcpus_divide(void **state)
{
	for (int i = 0; i < VCPUS; i++)
		bench_wake_on(b.rq[0], &b.vm[0].vcpu[i]);
	bench_wake_on(b.rq[0], VCPU(1));
	bench_run(b.rq[0], SEC);
	assert_near(RECEIVED(1), SEC / 2, 2 * SLICE);
	bench_block(&b.vm[0].vcpu[1]);
	bench_block(&b.vm[0].vcpu[2]);
	bench_run(b.rq[0], SEC);
	assert_near(RECEIVED(1), SEC, 4 * SLICE);
}

static void test_set_while_running(void **state)
{
	hogs(2);
	bench_run(b.rq[0], SEC);
	set(1, 900, 0, 0);
	bench_run(b.rq[0], SEC);
	assert_near(RECEIVED(1), SEC / 2 + SEC / 10 * 9, 3 * SLICE);
	set(1, 1, 0, 0);
	set(0, 10000, 0, 0);
	bench_run(b.rq[0], SEC);
	assert_near(RECEIVED(0), SEC / 2 + SEC / 10 + SEC, 4 * SLICE);
}

/* Who has slept interrupts, and runs for a while. */
static void test_wake_up(void **state)
{
	hogs(3);
	bench_run(b.rq[0], 100 * MSEC);
	bench_decide(b.rq[0]);
	b.now = b.rq[0]->began + MSEC / 4;
	assert_true(bench_wake_on(b.rq[0], VCPU(3)));
	assert_true(b.rq[0]->until <= b.now + MSEC / 2);
	b.now = max(b.now, b.rq[0]->until);
	assert_ptr_equal(bench_decide(b.rq[0]), VCPU(3));
	assert_true(b.rq[0]->until - b.now <= SCHED_WAKE_SLICE);
	bench_run(b.rq[0], 100 * MSEC);
	assert_near(RECEIVED(3), 25 * MSEC, 2 * SLICE);
}

static void test_wake_up_again_and_again(void **state)
{
	u64 from = b.now;

	hogs(3);
	while (b.now < from + SEC) {
		if (VCPU(0)->state == SCHED_RUNNING) {
			b.now += 10000;
			bench_block(VCPU(0));
			bench_decide(b.rq[0]);
			b.now += 100;
			bench_wake_on(b.rq[0], VCPU(0));
		} else {
			b.now = max(b.now, b.rq[0]->until);
		}
		if (b.now >= b.rq[0]->until)
			bench_decide(b.rq[0]);
	}
	assert_true(RECEIVED(0) <= SEC / 3 + SLICE);
}

static void test_guarantee(void **state)
{
	u64 before;

	set(0, 1, 40, 0);
	set(1, 10000, 0, 0);
	set(2, 10000, 0, 0);
	hogs(3);
	for (int i = 0; i < 20; i++) {
		before = RECEIVED(0);
		bench_run(b.rq[0], SEC);
		assert_true(RECEIVED(0) - before >= SEC / 1000 * 396);
		assert_true(RECEIVED(0) - before <= SEC / 1000 * 404);
	}
	/* It is in nobody's debt for that. */
	set(0, 10000, 0, 0);
	before = RECEIVED(0);
	bench_run(b.rq[0], SEC);
	assert_near(RECEIVED(0) - before, SEC / 3, 10 * SLICE);
}

/* What is not used is not saved. */
static void test_guarantee_after_sleep(void **state)
{
	set(0, 1, 40, 0);
	set(1, 10000, 0, 0);
	hogs(2);
	bench_run(b.rq[0], SEC);
	bench_block(VCPU(0));
	bench_run(b.rq[0], 10 * SEC);
	bench_wake_on(b.rq[0], VCPU(0));
	bench_run(b.rq[0], SEC);
	assert_near(RECEIVED(0), 2 * SEC / 10 * 4, 4 * SLICE);
}

static void release(unsigned int i)
{
	struct sched_vcpu *vcpu;
	u64 again;

	while ((vcpu = sched_release(&b.vm[i].v, b.now, &again)))
		bench_wake_on(b.rq[0], vcpu);
	assert_int_equal(again, 0);
	check_all();
}

static void run_capped(unsigned int i, u64 ns)
{
	u64 end = b.now + ns;

	while (b.now < end) {
		if (b.vm[i].v.throttled && b.now >= b.vm[i].v.release)
			release(i);
		bench_decide(b.rq[0]);
		b.now = min(end, min(b.rq[0]->until, b.vm[i].v.release));
	}
	bench_charge(b.rq[0], 0);
}

static void test_cap(void **state)
{
	u64 start = b.now, again, later;

	set(0, 100, 0, 25);
	hogs(1);
	while (VCPU(0)->state != SCHED_THROTTLED) {
		assert_true(b.now - start < 100 * MSEC);
		bench_run(b.rq[0], MSEC);
	}
	assert_true(b.vm[0].throttled);
	assert_null(b.rq[0]->curr);
	assert_int_equal(b.vm[0].v.runnable, 0);
	assert_null(sched_release(&b.vm[0].v, b.now, &again));
	assert_true(again > b.now && again == b.vm[0].v.release);
	b.now = again - 1;
	assert_null(sched_release(&b.vm[0].v, b.now, &later));
	assert_near(later, again, 10);
	b.now = b.vm[0].v.release;
	release(0);
	for (int i = 0; i < 10; i++) {
		u64 before = RECEIVED(0);

		run_capped(0, SEC);
		assert_near(RECEIVED(0) - before, SEC / 4, SEC / 400);
	}
}

static void throttle(void)
{
	set(0, 100, 0, 1);
	hogs(1);
	while (VCPU(0)->state != SCHED_THROTTLED)
		bench_run(b.rq[0], MSEC);
}

static void test_cap_is_lifted(void **state)
{
	throttle();
	set(0, 100, 0, 0);
	release(0);
	assert_ptr_equal(bench_decide(b.rq[0]), VCPU(0));
	bench_run(b.rq[0], SEC);
	assert_int_equal(VCPU(0)->state, SCHED_RUNNING);
}

static void test_block_throttled(void **state)
{
	u64 again;

	throttle();
	bench_block(VCPU(0));
	b.now += SEC;
	assert_null(sched_release(&b.vm[0].v, b.now, &again));
	assert_int_equal(again, 0);
	bench_wake_on(b.rq[0], VCPU(0));
	assert_ptr_equal(bench_decide(b.rq[0]), VCPU(0));
}

static void test_block_any_state(void **state)
{
	hogs(2);
	bench_decide(b.rq[0]);
	bench_block(VCPU(2));				/* asleep */
	bench_block(VCPU(VCPU(0) == b.rq[0]->curr));	/* queued */
	bench_block(b.rq[0]->curr);			/* running */
	assert_null(bench_decide(b.rq[0]));
	assert_int_equal(b.rq[0]->load, 0);
}

/* What the host takes is not charged, and does not end in anybody's share. */
static void test_taken(void **state)
{
	hogs(2);
	for (int i = 0; i < 1000; i++) {
		u64 start = b.now;

		bench_decide(b.rq[0]);
		b.now = b.rq[0]->until;
		bench_charge(b.rq[0], b.rq[0]->curr == VCPU(0) ? (b.now - start) / 2 : 0);
	}
	assert_near(RECEIVED(0), RECEIVED(1), 2 * SLICE);
	assert_int_equal(RECEIVED(0) + RECEIVED(1) + VCPU(0)->stats.taken, b.now - SEC);
}

/* Until a thread has arrived its turn passes: there is no turn that is over before, again and again. */
static void test_arrival(void **state)
{
	const u64 arrival = 20000;

	hogs(2);
	for (int i = 0; i < 100; i++) {
		struct sched_vcpu *vcpu = b.rq[0]->curr;
		bool other = bench_decide(b.rq[0]) != vcpu;

		assert_true(!other || b.rq[0]->until - b.now > arrival);
		b.now = b.rq[0]->until;
		bench_charge(b.rq[0], other ? arrival : 0);
	}
	assert_near(RECEIVED(0), RECEIVED(1), 2 * SLICE);
}

static void entitle(void)
{
	struct sched_vm *all[VMS];

	for (unsigned int i = 0; i < VMS; i++)
		all[i] = &b.vm[i].v;
	sched_entitle(&b.sys, all, VMS, b.now);
	check_all();
}

/* ns that it is ahead of the mean */
static s64 ahead(const struct sched_vcpu *vcpu)
{
	return ((s64)(vcpu->vtime - vcpu->rq->vtime) * vcpu->weight) >> 20;
}

/*
 * What a share is worth falls to a thousandth when others come. Who waits just then has the weight
 * that it should have, and is not further ahead than before.
 */
static void test_weights_of_who_waits(void **state)
{
	s64 before;

	b.vm[0].allowed = b.vm[1].allowed = b.vm[2].allowed = 1;
	set(0, 10000, 0, 10);
	set(1, 1, 50, 0);
	hogs(2);
	run_capped(0, SCHED_ENTITLE_NS);
	entitle();
	run_capped(0, SCHED_ENTITLE_NS);
	while (VCPU(0)->state != SCHED_QUEUED || ahead(VCPU(0)) <= 0)
		run_capped(0, MSEC / 10);
	entitle();
	bench_wake_on(b.rq[0], VCPU(2));
	b.now += SCHED_ENTITLE_NS;
	before = ahead(VCPU(0));
	assert_true(VCPU(0)->weight < VCPU(2)->weight / 10);
	entitle();
	assert_int_equal(VCPU(0)->state, SCHED_QUEUED);
	assert_near(VCPU(0)->weight, VCPU(1)->weight / 5, VCPU(1)->weight / 50);
	assert_near(ahead(VCPU(0)), before, 1000);
}

/* Several vCPUs that are due little take turns that together are not more than one would take. */
static void test_short_turns(void **state)
{
	u64 received = 0;

	set(0, 1, 0, 0);
	set(1, 10000, 0, 0);
	for (int i = 0; i < VCPUS; i++)
		bench_wake_on(b.rq[0], &b.vm[0].vcpu[i]);
	bench_wake_on(b.rq[0], VCPU(1));
	bench_run(b.rq[0], 100 * MSEC);
	for (int i = 0; i < VCPUS; i++)
		received += b.vm[0].vcpu[i].stats.received;
	assert_in_range(received, 1, SCHED_REQUEST);
}

/* A VM whose vCPUs give their turns to each other for ever gains nothing by that. */
static void test_swap(void **state)
{
	struct sched_vcpu *a = VCPU(0), *c = &b.vm[0].vcpu[1];

	hogs(2);
	bench_wake_on(b.rq[0], c);
	while (b.now < 11 * SEC) {
		bench_decide(b.rq[0]);
		if (b.rq[0]->curr != VCPU(1)) {
			b.now += SLICE / 10;
			bench_charge(b.rq[0], 0);
			raw_spin_lock(&b.rq[0]->lock);
			sched_swap(b.rq[0]->curr, b.rq[0]->curr == a ? c : a, b.now);
			raw_spin_unlock(&b.rq[0]->lock);
		}
		check_all();
		b.now = max(b.now, b.rq[0]->until);
	}
	bench_charge(b.rq[0], 0);
	assert_near(a->stats.received + c->stats.received, RECEIVED(1), 4 * SLICE);
}

static void test_place(void **state)
{
	assert_ptr_equal(sched_place(VCPU(0)), b.rq[0]);
	clear_bit(0, &b.idle);
	assert_ptr_equal(sched_place(VCPU(0)), b.rq[1]);
	b.vm[0].allowed = 1 << 3;
	assert_ptr_equal(sched_place(VCPU(0)), b.rq[3]);
	b.idle = 0;
	assert_ptr_equal(sched_place(VCPU(0)), b.rq[3]);
	b.rq[3]->online = false;
	assert_null(sched_place(VCPU(0)));
	b.vm[0].allowed = 0xf;
	b.rq[0] = NULL;
	assert_non_null(sched_place(VCPU(0)));
	assert_true(sched_place(VCPU(0))->online);
}

static void test_pull(void **state)
{
	b.vm[0].allowed = 1;
	hogs(3);
	bench_decide(b.rq[0]);
	assert_int_equal(b.rq[0]->queued, 2);
	b.vm[1].allowed = 1;
	b.vm[2].allowed = 1 << 0 | 1 << 2;
	assert_false(bench_pull(b.rq[1], b.rq[0]));
	assert_int_equal(b.rq[0]->queued, 2);
	assert_non_null(bench_decide(b.rq[2]));
	assert_ptr_equal(b.rq[2]->curr, VCPU(2));
	assert_int_equal(VCPU(2)->stats.migrations, 1);
	assert_false(bench_pull(b.rq[2], b.rq[0]));
	b.rq[3]->online = false;
	b.vm[1].allowed = 0xf;
	assert_false(bench_pull(b.rq[3], b.rq[0]));
}

/* A CPU with nothing to do finds whoever waits, wherever it looked last. */
static void test_idle_looks_everywhere(void **state)
{
	hogs(2);
	bench_decide(b.rq[0]);
	for (unsigned int cpus = 2; cpus <= CPUS; cpus++) {
		b.sys.nr_cpus = cpus;
		for (unsigned int turn = 0; turn < 2 * cpus; turn++) {
			b.rq[1]->turn = turn;
			assert_ptr_equal(sched_victim(b.rq[1]), b.rq[0]);
		}
	}
}

/* Each bucket holds what is less than its end, and not less than the one before. */
static void test_latency(void **state)
{
	const struct sched_stats *stats = &VCPU(0)->stats;
	u64 end;

	for (unsigned int i = 0; i < INSULA_LATENCIES; i++) {
		end = insula_latency_ns(i);
		for (u64 took = end - 1; took <= end; took++) {
			bench_wake_on(b.rq[0], VCPU(0));
			b.now += took;
			bench_decide(b.rq[0]);
			bench_block(VCPU(0));
		}
		assert_int_equal(stats->latency[i], i == INSULA_LATENCIES - 1 ? 3 : 1 + !!i);
	}
}

static u64 latencies(unsigned int i)
{
	u64 sum = 0;

	for (unsigned int n = 0; n < INSULA_LATENCIES; n++)
		sum += VCPU(i)->stats.latency[n];
	return sum;
}

/* It counts from the wake-up on, wherever the vCPU waits, and only until it runs. */
static void test_latency_of_what(void **state)
{
	hogs(2);
	bench_run(b.rq[0], 100 * MSEC);
	assert_int_equal(latencies(0), 1);
	assert_int_equal(latencies(1), 1);
	bench_wake_on(b.rq[0], VCPU(2));
	b.now += 5 * MSEC;
	assert_true(bench_pull(b.rq[1], b.rq[0]));
	b.now += 5 * MSEC;
	assert_ptr_equal(bench_pick(b.rq[1]), VCPU(2));
	assert_int_equal(VCPU(2)->stats.latency[27], 1);
	assert_true(insula_latency_ns(26) <= 10 * MSEC && 10 * MSEC < insula_latency_ns(27));
	bench_wake_on(b.rq[0], VCPU(3));
	bench_block(VCPU(3));
	assert_int_equal(latencies(3), 0);
	/* Nor does what its cap has kept off. */
	bench_block(VCPU(0));
	bench_block(VCPU(1));
	set(4, 100, 0, 1);
	bench_wake_on(b.rq[0], VCPU(4));
	while (VCPU(4)->state != SCHED_THROTTLED)
		bench_run(b.rq[0], MSEC);
	b.now = b.vm[4].v.release;
	release(4);
	assert_ptr_equal(bench_decide(b.rq[0]), VCPU(4));
	assert_int_equal(latencies(4), 0);
}

static void test_leave(void **state)
{
	struct sched_vcpu *vcpu;
	int left = 0;

	set(0, 100, 50, 0);
	hogs(4);
	b.now += SEC;
	raw_spin_lock(&b.rq[0]->lock);
	b.rq[0]->online = false;
	while ((vcpu = sched_leave(b.rq[0], b.now))) {
		assert_int_equal(vcpu->state, SCHED_ASLEEP);
		left++;
	}
	raw_spin_unlock(&b.rq[0]->lock);
	assert_int_equal(left, 4);
	check_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nobody), T(alone), T(in_turn), T(weights), T(vcpus_divide),
		T(set_while_running), T(wake_up), T(wake_up_again_and_again), T(guarantee),
		T(guarantee_after_sleep), T(cap), T(cap_is_lifted), T(block_throttled),
		T(block_any_state), T(taken), T(arrival), T(weights_of_who_waits),
		T(short_turns), T(swap), T(place), T(pull), T(leave),
		T(idle_looks_everywhere), T(latency), T(latency_of_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
