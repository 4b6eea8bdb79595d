// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_admit.c - whether guarantees can be kept, against all that could be in their way
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "sched/admit.h"

#define CLAIMS	4096
#define CPUS	256
#define WORDS	(CPUS / 64)

static struct admit_claim claim[CLAIMS];
static unsigned long allowed[CLAIMS][WORDS], online[WORDS];

/* Exactly as much memory as was asked for, with anything in it: ASan sees what is beyond. */
static unsigned int admit(unsigned int n, unsigned int nr_cpus)
{
	size_t size = sched_admit_size(n, nr_cpus);
	void *scratch = malloc(size);
	unsigned int unmet;

	memset(scratch, 0xa5, size);
	unmet = sched_admit(claim, n, online, nr_cpus, scratch);
	free(scratch);
	return unmet;
}

static void want(unsigned int i, u32 percent, unsigned long cpus)
{
	memset(allowed[i], 0, sizeof(allowed[i]));
	allowed[i][0] = cpus;
	claim[i] = (struct admit_claim){ percent, allowed[i], 12345 };
}

static void expect(unsigned int i, u32 granted)
{
	if (claim[i].granted != granted)
		fail_msg("claim %u: %u granted, not %u", i, claim[i].granted, granted);
}

static int fresh(void **state)
{
	srandom(1);
	memset(online, 0, sizeof(online));
	online[0] = 0xf;
	return 0;
}

static void test_nobody(void **state)
{
	assert_int_equal(admit(0, 4), 0);
	want(0, 0, 0xf);
	want(1, 0, 0);
	assert_int_equal(admit(2, 4), 0);
	expect(0, 0);
}

/* "cpu-min 150 exceeds what is left (120 of 400)" */
static void test_left(void **state)
{
	want(0, 280, 0xf);
	want(1, 150, 0xf);
	assert_int_equal(admit(2, 4), 1);
	expect(0, 280);
	expect(1, 120);
	want(1, 120, 0xf);
	assert_int_equal(admit(2, 4), 0);
	want(1, ~0U, ~0UL);
	assert_int_equal(admit(2, 4), 1);
	expect(1, 120);
}

/* Who can move makes room for who cannot. */
static void test_moves(void **state)
{
	want(0, 100, 0x3);		/* begins on CPU 0 */
	want(1, 100, 0x1);
	assert_int_equal(admit(2, 2), 0);
	want(2, 1, 0x3);
	assert_int_equal(admit(3, 2), 1);
	expect(2, 0);

	/* A chain: each moves on by one. */
	for (unsigned int i = 0; i < 3; i++)
		want(i, 100, 3UL << i);
	want(3, 100, 1);
	assert_int_equal(admit(4, 4), 0);
	want(3, 60, 1);
	want(4, 60, 1);
	assert_int_equal(admit(5, 4), 1);
	expect(3, 60);
	expect(4, 40);
}

static void test_pinned(void **state)
{
	want(0, 50, 1);
	want(1, 50, 1);
	want(2, 50, 1);
	want(3, 300, 0xf);
	want(4, 1, 0xe);
	assert_int_equal(admit(5, 4), 2);
	expect(1, 50);
	expect(2, 0);
	expect(3, 300);
	expect(4, 0);
}

/* A CPU goes: those for whom it is too late are found, in order. */
static void test_offline(void **state)
{
	want(0, 100, 0x8);
	want(1, 200, 0xf);
	want(2, 100, 0xc);
	assert_int_equal(admit(3, 4), 0);
	online[0] = 0x7;
	assert_int_equal(admit(3, 4), 1);
	expect(0, 0);
	expect(1, 200);
	expect(2, 100);
	online[0] = 0x3;
	assert_int_equal(admit(3, 4), 2);
	expect(1, 200);
	expect(2, 0);
	online[0] = 0;
	assert_int_equal(admit(3, 4), 3);
}

/* What lies beyond the last CPU is not there. */
static void test_beyond(void **state)
{
	online[0] = ~0UL;
	want(0, 1000, ~0UL);
	assert_int_equal(admit(1, 3), 1);
	expect(0, 300);
	online[1] = online[2] = ~0UL;
	allowed[0][1] = allowed[0][2] = ~0UL;
	assert_int_equal(admit(1, 65), 0);
	claim[0].percent = 100000;
	assert_int_equal(admit(1, 65), 1);
	expect(0, 6500);
	assert_int_equal(admit(1, 128), 1);
	expect(0, 12800);
}

/*
 * The oracle: of claim @i there is as much as the tightest set of CPUs around its own leaves,
 * after all before it that are in that set, too (Hall's condition; in general, the greedy
 * algorithm on a polymatroid).
 */
static u32 oracle(unsigned int i, unsigned int nr_cpus)
{
	unsigned long own = allowed[i][0] & online[0] & ((1UL << nr_cpus) - 1);
	u32 least = claim[i].percent;

	for (unsigned long set = 0; set < 1UL << nr_cpus; set++) {
		u32 left = 100 * __builtin_popcountl(set & online[0]);

		if (own & ~set)
			continue;
		for (unsigned int j = 0; j < i; j++) {
			if (!(allowed[j][0] & online[0] & ((1UL << nr_cpus) - 1) & ~set))
				left -= claim[j].granted;
		}
		least = min(least, left);
	}
	return least;
}

static bool hall(unsigned int n, unsigned int nr_cpus)
{
	for (unsigned long set = 0; set < 1UL << nr_cpus; set++) {
		u32 sum = 0;

		for (unsigned int i = 0; i < n; i++) {
			if (!(allowed[i][0] & online[0] & ((1UL << nr_cpus) - 1) & ~set))
				sum += claim[i].percent;
		}
		if (sum > 100 * __builtin_popcountl(set & online[0]))
			return false;
	}
	return true;
}

static void test_random(void **state)
{
	unsigned int feasible = 0;

	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int nr_cpus = 1 + random() % 6, n = 1 + random() % 9, unmet = 0, got;
		u32 most = 1 + random() % (250 * nr_cpus / n + 1);

		online[0] = random() % 4 ? ~0UL : (unsigned long)random();
		for (unsigned int i = 0; i < n; i++)
			want(i, random() % 8 ? random() % most : most / 50 * 50,
			     random() & (random() % 3 ? ~0L : random()));
		got = admit(n, nr_cpus);
		for (unsigned int i = 0; i < n; i++) {
			expect(i, oracle(i, nr_cpus));
			unmet += claim[i].granted < claim[i].percent;
		}
		assert_int_equal(got, unmet);
		assert_int_equal(!unmet, hall(n, nr_cpus));
		feasible += !unmet;
	}
	assert_in_range(feasible, 4000, 16000);		/* the dice are fair */
}

/* The order does not matter for whether all can be kept. */
static void test_order(void **state)
{
	for (unsigned int round = 0; round < 2000; round++) {
		unsigned int n = 2 + random() % 20;
		bool all;

		online[0] = 0xffff;
		for (unsigned int i = 0; i < n; i++)
			want(i, random() % (3200 / n), random() & random());
		all = !admit(n, 16);
		for (unsigned int i = n - 1; i; i--) {
			struct admit_claim other = claim[i];
			unsigned int with = random() % i;

			claim[i] = claim[with];
			claim[with] = other;
		}
		assert_int_equal(!admit(n, 16), all);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* The largest there is, in several shapes; how long it takes is told. */
static void test_large(void **state)
{
	static const char *const shape[] = {
		"all alike", "random, half the CPUs", "random, one in 16", "windows", "a staircase",
	};

	memset(online, 0xff, sizeof(online));
	for (unsigned int s = 0; s < ARRAY_SIZE(shape); s++) {
		unsigned long sum = 0;
		double began;

		for (unsigned int i = 0; i < CLAIMS; i++) {
			want(i, 7, 0);
			for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
				bool on = s == 0 ? true : s == 1 ? random() & 1 :
					  s == 2 ? random() % 16 == 0 :
					  s == 3 ? (cpu - i) % CPUS < 4 + i / CPUS :
					  cpu >= CPUS - 1 - i / 16;

				if (on)
					__set_bit(cpu, allowed[i]);
			}
		}
		began = seconds();
		admit(CLAIMS, CPUS);
		print_message("%s: %.3f s\n", shape[s], seconds() - began);
		for (unsigned int i = 0; i < CLAIMS; i++)
			sum += claim[i].granted;
		assert_in_range(sum, 20000, 100 * CPUS);
		assert_true(seconds() - began < 60);
	}
}

#define T(name) cmocka_unit_test_setup(test_##name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nobody), T(left), T(moves), T(pinned), T(offline), T(beyond), T(random), T(order),
		T(large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
