// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_entitle.c - what VMs are due, against answers worked out by hand, and by a slow way
 *
 * The slow way tries every set of CPUs: what those who may use nothing else are due must not be
 * more than the set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include "sched/fit.h"
#include "sched/queue.h"

#define MOST_CPUS	256
#define MOST_VMS	4096
#define LONGS		(MOST_CPUS / 64)
#define PERIOD		SCHED_ENTITLE_NS
#define TINY		1e-7

static struct sched_rq queue[MOST_CPUS], *rq[MOST_CPUS];
static struct sched_vm vm[MOST_VMS], *all[MOST_VMS];
static unsigned long allowed[MOST_VMS][LONGS];
static struct sched_system sys;
static unsigned int nr_vms;
static u64 now, random_state;

static int fresh(void **state)
{
	memset(queue, 0, sizeof(queue));
	memset(vm, 0, sizeof(vm));
	memset(allowed, 0, sizeof(allowed));
	now = 1000 * PERIOD;
	nr_vms = 0;
	random_state = 88172645463325252ULL;
	return 0;
}

static void cpus(unsigned int count)
{
	sys = (struct sched_system){ .nr_cpus = count, .rq = rq };
	for (unsigned int i = 0; i < count; i++) {
		rq[i] = &queue[i];
		sched_rq_init(rq[i], &sys, i);
		rq[i]->online = true;
	}
}

/* A VM, of which so many vCPUs can run. */
static struct sched_vm *add(u32 shares, u32 min, u32 max, unsigned int vcpus, unsigned long mask)
{
	unsigned int i = nr_vms++;

	all[i] = &vm[i];
	allowed[i][0] = mask;
	sched_vm_init(&vm[i], vcpus, allowed[i], now);
	sched_vm_set(&vm[i], shares, min, max, now);
	vm[i].runnable = vcpus;
	return &vm[i];
}

static void entitle(void)
{
	now += PERIOD;
	sched_entitle(&sys, all, nr_vms, now);
}

/* In CPUs: what one more period would give, which is not there yet. */
static double due(struct sched_vm *of)
{
	u64 before = sched_entitled(of, now), after;
	struct sched_due saved = of->due;

	after = sched_entitled(of, now + PERIOD);
	of->due = saved;
	return (after - before) / (double)PERIOD;
}

#define assert_near(got, wanted) \
	do { \
		double _got = got, _wanted = wanted; \
		if (fabs(_got - _wanted) > 1e-4 * max(_wanted, .1)) \
			fail_msg("%g instead of %g", _got, _wanted); \
	} while (0)

static void test_in_proportion(void **state)
{
	cpus(1);
	add(100, 0, 0, 1, 1);
	add(200, 0, 0, 1, 1);
	add(700, 0, 0, 1, 1);
	entitle();
	assert_near(due(&vm[0]), .1);
	assert_near(due(&vm[1]), .2);
	assert_near(due(&vm[2]), .7);
	assert_near(sched_entitled(&vm[2], now + PERIOD) / (double)PERIOD, 1.4);
}

static void test_bounds(void **state)
{
	cpus(4);
	add(10000, 0, 0, 1, 15);	/* cannot use more than one */
	add(1, 120, 0, 2, 15);
	add(5000, 0, 30, 4, 15);
	add(100, 0, 0, 8, 15);
	add(200, 0, 0, 8, 15);
	entitle();
	assert_near(due(&vm[0]), 1);
	assert_near(due(&vm[1]), 1.2);
	assert_near(due(&vm[2]), .3);
	assert_near(due(&vm[3]), .5);
	assert_near(due(&vm[4]), 1);
}

static void test_enough_for_all(void **state)
{
	cpus(4);
	add(1, 0, 0, 1, 15);
	add(10000, 0, 50, 2, 15);
	entitle();
	assert_near(due(&vm[0]), 1);
	assert_near(due(&vm[1]), .5);
	assert_int_equal(vm_weight(&vm[0]), WEIGHT_SCALE);
	assert_int_equal(vm[0].due.level, 0);
}

static void test_promised_too_much(void **state)
{
	cpus(2);
	add(1, 100, 0, 1, 1);
	add(1, 50, 0, 1, 1);
	add(1, 50, 0, 1, 2);
	add(1, 0, 0, 1, 3);
	entitle();
	assert_near(due(&vm[0]), 2. / 3);
	assert_near(due(&vm[1]), 1. / 3);
	assert_near(due(&vm[2]), .5);
	assert_near(due(&vm[3]), .5);
}

static void test_affinities(void **state)
{
	cpus(3);
	add(100, 0, 0, 1, 1);
	add(200, 0, 0, 1, 1);
	add(100, 0, 0, 3, 7);
	add(100, 0, 0, 1, 0);
	entitle();
	assert_near(due(&vm[0]), 1. / 3);
	assert_near(due(&vm[1]), 2. / 3);
	assert_near(due(&vm[2]), 2);
	assert_near(due(&vm[3]), 0);
	rq[2]->online = false;
	entitle();
	assert_near(due(&vm[1]), 2. / 3);
	assert_near(due(&vm[2]), 1);
	rq[0] = NULL;
	entitle();
	assert_near(due(&vm[1]), 0);
	assert_near(due(&vm[2]), 1);
}

static void test_asleep(void **state)
{
	u64 before;

	cpus(1);
	add(100, 0, 0, 0, 1);
	add(100, 0, 0, 1, 1);
	entitle();
	assert_near(due(&vm[0]), 0);
	assert_near(due(&vm[1]), 1);
	/* A fifth of the time: the other may have the rest. */
	vm_can_run(&vm[0], 1, now);
	vm_can_run(&vm[0], -1, now + PERIOD / 5);
	before = sched_entitled(&vm[1], now);
	entitle();
	assert_near(sched_entitled(&vm[0], now) / (double)PERIOD, .2);
	assert_near((sched_entitled(&vm[1], now) - before) / (double)PERIOD, .8);
	/* Now it is asleep. */
	assert_int_equal(sched_entitled(&vm[0], now + 10 * PERIOD), sched_entitled(&vm[0], now));
}

/* Those at their cap would like to run. */
static void test_throttled(void **state)
{
	cpus(2);
	add(100, 0, 50, 0, 3);
	vm[0].nr_throttled = 2;
	entitle();
	assert_near(due(&vm[0]), .5);
}

static void test_never_less(void **state)
{
	u64 told;

	cpus(1);
	add(100, 0, 0, 1, 1);
	entitle();
	told = sched_entitled(&vm[0], now + PERIOD);
	assert_near(told / (double)PERIOD, 2);
	now += PERIOD;
	add(900, 0, 0, 1, 1);
	entitle();
	assert_int_equal(sched_entitled(&vm[0], now), told);
	for (int i = 0; i < 10; i++)
		entitle();
	assert_near(due(&vm[0]), .1);
	assert_true(sched_entitled(&vm[0], now) < told + PERIOD + PERIOD / 10);
}

/* A weight is what can be had, of the settings and the vCPUs of this moment. */
static void test_weights(void **state)
{
	const u32 one = WEIGHT_SCALE;

	cpus(4);
	for (int i = 0; i < 4; i++)
		add(100, 0, 0, 1, 15);
	add(1, 100, 0, 1, 15);
	add(1000, 0, 40, 1, 15);
	add(10000, 0, 0, 1, 15);
	assert_int_equal(vm_weight(&vm[6]), 10000 * one);
	entitle();
	/* 1.6 are left for the four: a CPU is worth 250 shares. */
	assert_near(vm_weight(&vm[0]), 100 * one);
	assert_near(vm_weight(&vm[4]), 250 * one);
	assert_near(vm_weight(&vm[5]), 100 * one);
	assert_near(vm_weight(&vm[6]), 375 * one);
	vm[6].runnable = 2;
	assert_near(vm_weight(&vm[6]), 375 * one);
	vm[0].runnable = 2;
	assert_near(vm_weight(&vm[0]), 50 * one);
	sched_vm_set(&vm[5], 1000, 0, 80, now);
	assert_near(vm_weight(&vm[5]), 200 * one);
	sched_vm_set(&vm[5], 10, 0, 0, now);
	assert_near(vm_weight(&vm[5]), 10 * one);
}

static u32 pick(u32 below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/* The slow way. */

struct claim {
	double shares, floor, ceiling, due;
	bool fixed;
};

static struct claim claim[16];

static double claim_at(unsigned int i, double level)
{
	if (claim[i].fixed)
		return claim[i].due;
	return min(max(level * claim[i].shares, claim[i].floor), claim[i].ceiling);
}

/* What is left of a set of CPUs for those who may use it only, and somebody else, or nobody. */
static double left_of(unsigned long set, double level)
{
	double left = __builtin_popcountl(set);

	for (unsigned int i = 0; i < nr_vms; i++)
		if (!(allowed[i][0] & ~set))
			left -= claim_at(i, level);
	return left;
}

static bool allows(double level)
{
	for (unsigned long set = 1; set < 1UL << sys.nr_cpus; set++)
		if (left_of(set, level) < -TINY)
			return false;
	return true;
}

static double raise_level(void)
{
	double low = 0, high = 16;

	for (int i = 0; i < 60; i++) {
		double middle = (low + high) / 2;

		if (allows(middle))
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Return: has anybody more to get? */
static bool fix(double level)
{
	unsigned long full = 0;
	bool more = false;

	for (unsigned long set = 1; set < 1UL << sys.nr_cpus; set++)
		if (left_of(set, level) < 2 * TINY)
			full |= set;
	for (unsigned int i = 0; i < nr_vms; i++) {
		bool stuck = !(allowed[i][0] & ~full);

		claim[i].due = claim_at(i, level);
		claim[i].fixed |= stuck || claim[i].due >= claim[i].ceiling - TINY;
		more |= !claim[i].fixed;
	}
	return more;
}

static void any_vm(void)
{
	unsigned int vcpus = 1 + pick(4), i = nr_vms;
	u32 min = pick(4) ? 0 : pick(60), max = pick(3) ? 0 : 1 + pick(150);
	unsigned long mask = pick(3) ? 1 + pick((1 << sys.nr_cpus) - 1) : (1UL << sys.nr_cpus) - 1;

	add(1 + pick(pick(2) ? 10 : 1000), min, max, vcpus, mask);
	claim[i] = (struct claim){ .shares = vm[i].shares, .ceiling = vcpus };
	if (max)
		claim[i].ceiling = min(claim[i].ceiling, max / 100.);
	claim[i].floor = min(min / 100., claim[i].ceiling);
}

static void test_any(void **state)
{
	unsigned int tried = 0;

	for (int n = 0; n < 1500; n++) {
		u64 seed = random_state;

		fresh(state);
		random_state = seed;
		cpus(1 + pick(6));
		for (unsigned int left = 1 + pick(12); left; left--)
			any_vm();
		if (!allows(0))
			continue;
		while (fix(raise_level()))
			;
		entitle();
		for (unsigned int i = 0; i < nr_vms; i++)
			assert_near(due(&vm[i]), claim[i].due);
		tried++;
	}
	assert_true(tried > 1000);
}

static double all_due(void)
{
	double sum = 0;

	for (unsigned int i = 0; i < nr_vms; i++)
		sum += due(&vm[i]);
	return sum;
}

/* Many of all: no more is due than there is, and all of it. */
static void test_many(void **state)
{
	cpus(MOST_CPUS);
	for (int i = 0; i < MOST_VMS; i++) {
		add(1 + pick(10000), pick(5), 0, 1 + pick(4), 0);
		for (unsigned int cpu = pick(64) * 4, left = 1 + pick(32); left; left--, cpu++)
			set_bit(cpu % MOST_CPUS, allowed[i]);
	}
	entitle();
	assert_near(all_due(), MOST_CPUS);
}

/* One on each CPU, and some that go anywhere: nested affinities, each with a level of its own. */
static void test_pinned(void **state)
{
	cpus(MOST_CPUS);
	for (int i = 0; i < MOST_CPUS - 1; i++)
		add(100 + i, 0, 0, 1, 0);
	for (int i = 0; i < MOST_CPUS - 1; i++)
		set_bit(i, allowed[i]);
	add(1000, 0, 0, 64, 0);
	memset(allowed[nr_vms - 1], 0xff, sizeof(allowed[0]));
	entitle();
	assert_int_equal(MOST_CPUS, nr_vms);
	assert_near(all_due(), MOST_CPUS);
	/* 42 CPUs are for it and the 41 pinned ones who have the fewest shares. */
	assert_near(due(&vm[MOST_CPUS - 1]), 1000 * 42. / 5920);
	assert_near(due(&vm[0]), 100 * 42. / 5920);
	assert_near(due(&vm[100]), 1);
}

/*
 * What the host leaves of CPUs is no round number, and what does not fit because of that is no reason
 * to look for those who want too much: it came to no end.
 */
static void test_odd_sizes(void **state)
{
	for (unsigned int seed = 0; seed < 300; seed++) {
		unsigned int count = 2 + pick(3), vms = 2 + pick(6);

		nr_vms = 0;
		cpus(count);
		for (unsigned int i = 0; i < vms; i++)
			add(1 + pick(10000), pick(3) ? 0 : pick(60), pick(3) ? 0 : 60 + pick(100),
			    1 + pick(4), pick(2) ? ~0UL >> (64 - count) : 1 + pick((1 << count) - 1));
		for (unsigned int round = 0; round < 20; round++) {
			for (unsigned int i = 0; i < count; i++)
				rq[i]->taken += pick(4) ? pick(PERIOD) : PERIOD;
			vm[pick(vms)].runnable = pick(5);
			entitle();
			assert_true(all_due() <= count + TINY);
		}
	}
}

#define T(name) cmocka_unit_test_setup(test_##name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(in_proportion), T(bounds), T(enough_for_all), T(promised_too_much),
		T(affinities), T(asleep), T(throttled), T(never_less), T(weights), T(any),
		T(many), T(pinned), T(odd_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
