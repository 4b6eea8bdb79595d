// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_rates.c - from two moments to what was in between
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rates.h"

#define SECOND	1000000000ULL

static void test_rate(void **state)
{
	(void)state;
	assert_float_equal(rate(100, 350, SECOND), 250, 1e-9);
	assert_float_equal(rate(100, 350, SECOND / 2), 500, 1e-9);
	assert_float_equal(rate(7, 7, SECOND), 0, 1e-9);
	assert_float_equal(rate(0, 1, 3600 * SECOND), 1 / 3600.0, 1e-9);
	assert_float_equal(rate_percent(0, SECOND, SECOND), 100, 1e-9);
	assert_float_equal(rate_percent(5 * SECOND, 8 * SECOND, 2 * SECOND), 150, 1e-9);
}

static void test_odd_moments(void **state)
{
	(void)state;
	/* no time has passed */
	assert_float_equal(rate(0, 1000, 0), 0, 1e-9);
	assert_float_equal(rate_percent(0, SECOND, 0), 0, 1e-9);
	/* it began anew */
	assert_float_equal(rate(1000, 10, SECOND), 10, 1e-9);
	assert_float_equal(rate(UINT64_MAX, 0, SECOND), 0, 1e-9);
	/* as large as it gets */
	assert_true(rate(0, UINT64_MAX, 1) > 1e27);
}

static void test_all_of_them(void **state)
{
	const struct vm_sched before = {
		.received = SECOND, .waiting = 2 * SECOND, .throttled = 3 * SECOND,
		.taken = 4 * SECOND, .switches = 10, .migrations = 20, .wakes = 30,
		.latency = { 10, -5U, [10] = 20 },
	};
	const struct vm_sched now = {
		.received = 2 * SECOND, .waiting = 2 * SECOND + SECOND / 2,
		.throttled = 3 * SECOND + SECOND / 5, .taken = 4 * SECOND + SECOND / 10,
		.switches = 110, .migrations = 22, .wakes = 80,
		.latency = { 20, [10] = 20 },
	};
	struct rates rates;

	(void)state;
	rates_between(&before, &now, 2 * SECOND, &rates);
	assert_float_equal(rates.received, 50, 1e-6);
	assert_float_equal(rates.waiting, 25, 1e-6);
	assert_float_equal(rates.throttled, 10, 1e-6);
	assert_float_equal(rates.taken, 5, 1e-6);
	assert_float_equal(rates.steal, 40, 1e-6);
	assert_float_equal(rates.switches, 50, 1e-6);
	assert_float_equal(rates.migrations, 1, 1e-6);
	assert_float_equal(rates.wakes, 25, 1e-6);
	assert_int_equal(rates.latency[0], 10);
	assert_int_equal(rates.latency[1], 5);	/* it has wrapped around */
	assert_int_equal(rates.latency[10], 0);
	assert_int_equal(vm_steal(&now), 5 * SECOND + 8 * SECOND / 10 + 4 * SECOND);
}

/* One that was made in between has counted all in between. */
static void test_without_before(void **state)
{
	const struct vm_sched now = { .received = SECOND / 2, .wakes = 3, .latency = { [2] = 3 } };
	const struct vm_sched then = { .wakes = 4, .latency = { [2] = 4 } };
	struct rates rates;

	(void)state;
	rates_between(NULL, &now, SECOND, &rates);
	assert_float_equal(rates.received, 50, 1e-6);
	assert_float_equal(rates.wakes, 3, 1e-6);
	assert_float_equal(rates.steal, 0, 1e-6);
	assert_int_equal(rates.latency[2], 3);
	rates_between(&then, &now, SECOND, &rates);
	assert_int_equal(rates.latency[2], 3);
}

static void test_latency(void **state)
{
	uint32_t latency[INSULA_LATENCIES] = { 0 };

	(void)state;
	assert_int_equal(latency_within(latency, 990), 0);
	for (unsigned int i = 0; i < INSULA_LATENCIES; i++)
		latency[i] = 2;
	assert_int_equal(latency_within(latency, 0), 1000);
	assert_int_equal(latency_within(latency, 22), 1000);
	assert_int_equal(latency_within(latency, 23), 1500);
	assert_int_equal(latency_within(latency, 500), insula_latency_ns(21));
	assert_int_equal(latency_within(latency, 1000), insula_latency_ns(INSULA_LATENCIES - 1));
	memset(latency, 0xff, sizeof(latency));
	assert_int_equal(latency_within(latency, 500), insula_latency_ns(21));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_odd_moments),
		cmocka_unit_test(test_all_of_them),
		cmocka_unit_test(test_without_before),
		cmocka_unit_test(test_latency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
