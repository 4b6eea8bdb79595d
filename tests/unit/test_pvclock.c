// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_pvclock.c - clocks in guests' memory: scale, addresses, versions
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "cpu/pvclock.h"

static u64 distance(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

/* What 2^-31 of it is, and what the shift to the right has cut off. */
static void check_rate(u32 khz, u64 cycles)
{
	struct pv_scale scale;
	u64 exact = (u64)((unsigned __int128)cycles * 1000000 / khz), got;

	pv_scale_set(&scale, khz);
	assert_true(scale.mul >> 31);
	got = pv_scale_ns(&scale, cycles);
	if (got > exact || distance(got, exact) > (exact >> 31) + 2)
		fail_msg("%llu cycles of %u kHz: %llu ns, not %llu", cycles, khz, got, exact);
}

static void test_scale(void **state)
{
	static const u32 khz[] = {
		1, 2, 999, 1000, 1001, 33000, 499999, 500000, 500001, 999999, 1000000, 1000001,
		1999999, 2000000, 2000001, 2100000, 2893437, 3999999, 4000000, 5123456, 1U << 31,
		~0U,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(khz); i++) {
		check_rate(khz[i], 0);
		check_rate(khz[i], khz[i]);
		check_rate(khz[i], khz[i] * 3600000ULL);		/* an hour */
		if (khz[i] >= 1000)
			check_rate(khz[i], khz[i] * 86400000ULL * 3650);	/* ten years */
	}
	for (unsigned int i = 0; i < 100000; i++)
		check_rate(random() % 10000000 + 1, (u64)random() << 14);
}

static void test_scale_known(void **state)
{
	struct pv_scale scale;

	pv_scale_set(&scale, 1000000);
	assert_int_equal(scale.mul, 1U << 31);
	assert_int_equal(scale.shift, 1);
	pv_scale_set(&scale, 2000000);
	assert_int_equal(scale.mul, 1U << 31);
	assert_int_equal(scale.shift, 0);
	pv_scale_set(&scale, 3000000);
	assert_int_equal(scale.mul, 0xaaaaaaaa);
	assert_int_equal(scale.shift, -1);
	pv_scale_set(&scale, 0);		/* a host that doesn't know: no harm */
	assert_true(scale.mul);
}

static void test_scale_monotone(void **state)
{
	struct pv_scale scale;
	u64 last = 0, tsc = 1ULL << 50;

	pv_scale_set(&scale, 2893437);
	for (unsigned int i = 0; i < 10000; i++, tsc++) {
		u64 ns = pv_scale_ns(&scale, tsc);

		assert_true(ns >= last);
		last = ns;
	}
}

static void test_msrs(void **state)
{
	static const struct { u32 msr; u64 val; int size; } m[] = {
		{ PV_MSR_WALL, 0, 0 }, { PV_MSR_WALL, 0x1000, 12 }, { PV_MSR_WALL, 0x1004, 12 },
		{ PV_MSR_WALL, ~3ULL, 12 }, { PV_MSR_WALL, 0x1001, -EINVAL },
		{ PV_MSR_WALL, 0x1002, -EINVAL }, { PV_MSR_WALL, ~0ULL, -EINVAL },
		{ PV_MSR_TIME, 0, 0 }, { PV_MSR_TIME, 0x1000, 0 }, { PV_MSR_TIME, 0x1001, 32 },
		{ PV_MSR_TIME, 0x1005, 32 }, { PV_MSR_TIME, 0x1003, -EINVAL },
		{ PV_MSR_TIME, 2, -EINVAL }, { PV_MSR_TIME, ~2ULL, 32 },
		{ PV_MSR_STEAL, 0, 0 }, { PV_MSR_STEAL, 0x1040, 0 }, { PV_MSR_STEAL, 0x1041, 64 },
		{ PV_MSR_STEAL, 0x1003, -EINVAL }, { PV_MSR_STEAL, 0x1021, -EINVAL },
		{ PV_MSR_STEAL, 0x1020, -EINVAL }, { PV_MSR_STEAL, ~0x3eULL, 64 },
		{ 0x4b564d02, 0, -EINVAL }, { 0x4b564d04, 0x1001, -EINVAL }, { 0, 0, -EINVAL },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(m); i++) {
		int size = pv_msr_size(m[i].msr, m[i].val);

		if (size != m[i].size)
			fail_msg("MSR %x, %llx: %d, not %d", m[i].msr, m[i].val, size, m[i].size);
	}
}

/* Wherever the page ends, all words arrive, and none beside them. */
static void test_publish(void **state)
{
	struct pv_time time = { .version = 99, .pad = 7, .tsc = 0x1122334455667788, .ns = ~0ULL,
				.mul = 0x9abcdef0, .shift = -3, .flags = PV_TIME_STABLE };
	unsigned int words = PV_WORDS(time);

	for (unsigned int cut = 1; cut <= words; cut++) {
		u32 ram[2][16], whole[16], version = 6;
		struct pv_place place = {
			.piece = { &ram[0][16 - cut], cut < words ? &ram[1][0] : NULL },
			.words = cut,
		};
		struct pv_time *got = (struct pv_time *)whole;

		memset(ram, 0xa5, sizeof(ram));
		pv_publish(&place, &time, words, 0, &version);
		assert_int_equal(version, 8);
		memcpy(whole, &ram[0][16 - cut], words * 4);
		assert_int_equal(got->version, 8);
		got->version = 99;
		assert_memory_equal(got, &time, sizeof(time));
		for (unsigned int i = 0; i < 16 - cut; i++)
			assert_int_equal(ram[0][i], 0xa5a5a5a5);
		for (unsigned int i = words - cut; i < 16; i++)
			assert_int_equal(ram[1][i], 0xa5a5a5a5);
	}
}

static void test_publish_steal(void **state)
{
	struct pv_steal steal = { .steal = 0x123456789abcdef0 }, ram;
	struct pv_place place = { .piece = { (u32 *)&ram }, .words = PV_STEAL_WORDS };
	u32 version = ~0U - 1;

	memset(&ram, 0xff, sizeof(ram));
	pv_publish(&place, &steal, PV_STEAL_WORDS, PV_STEAL_AT, &version);
	assert_int_equal(ram.version, 0);		/* it wraps, and is even */
	pv_publish(&place, &steal, PV_STEAL_WORDS, PV_STEAL_AT, &version);
	assert_int_equal(ram.version, 2);
	assert_true(ram.steal == steal.steal);
	assert_int_equal(ram.flags, 0);
	assert_int_equal(ram.preempted, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(ram.unused); i++)
		assert_int_equal(ram.unused[i], ~0U);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale), cmocka_unit_test(test_scale_known),
		cmocka_unit_test(test_scale_monotone), cmocka_unit_test(test_msrs),
		cmocka_unit_test(test_publish), cmocka_unit_test(test_publish_steal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
