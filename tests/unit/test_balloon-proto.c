// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a balloon's driver says: page numbers and buffers as ranges, statistics, configuration, and
 * which queue is which.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include <asm/byteorder.h>
#include "dev/virtio/balloon-proto.h"

#define STATS		BIT_ULL(VIRTIO_BALLOON_F_STATS_VQ)
#define REPORTING	BIT_ULL(VIRTIO_BALLOON_F_REPORTING)
#define POISON		BIT_ULL(VIRTIO_BALLOON_F_PAGE_POISON)

static struct ram_range range[BALLOON_PFNS];
static unsigned int nranges;

/* RAM as in a machine with a hole: pages 0 to 99 and 200 to 299. */
static bool contains(const void *ctx, u64 gpa)
{
	u64 page = gpa / BALLOON_PAGE;

	return page < 100 || (page >= 200 && page < 300);
}

static void ranges_of(const u32 *page, unsigned int n)
{
	__le32 *pfn = malloc(n * sizeof(*pfn) + !n);	/* of its size: ASan looks after the end */
	unsigned int i;

	for (i = 0; i < n; i++)
		pfn[i] = cpu_to_le32(page[i]);
	nranges = balloon_ranges(pfn, n, contains, NULL, range);
	free(pfn);
}

static void assert_range(unsigned int i, u64 page, u64 pages)
{
	assert_true(i < nranges);
	assert_int_equal(range[i].gpa, page * BALLOON_PAGE);
	assert_int_equal(range[i].len, pages * BALLOON_PAGE);
}

static void test_pages_that_follow_each_other_are_one_range(void **state)
{
	const u32 rising[] = { 5, 6, 7, 20, 21 }, falling[] = { 9, 8, 7 };

	ranges_of(rising, ARRAY_SIZE(rising));
	assert_int_equal(nranges, 2);
	assert_range(0, 5, 3);
	assert_range(1, 20, 2);
	ranges_of(falling, ARRAY_SIZE(falling));
	assert_int_equal(nranges, 1);
	assert_range(0, 7, 3);
}

static void test_twice_is_once(void **state)
{
	const u32 page[] = { 3, 4, 3, 3, 9, 4 };

	ranges_of(page, ARRAY_SIZE(page));
	assert_int_equal(nranges, 2);
	assert_range(0, 3, 2);
	assert_range(1, 9, 1);
}

static void test_what_is_no_ram_is_left_out(void **state)
{
	const u32 page[] = { 0, 99, 100, 101, 199, 200, U32_MAX, 299, 300, U32_MAX };

	ranges_of(page, ARRAY_SIZE(page));
	assert_int_equal(nranges, 4);
	assert_range(0, 0, 1);
	assert_range(1, 99, 1);
	assert_range(2, 200, 1);
	assert_range(3, 299, 1);
	ranges_of(&page[2], 3);
	assert_int_equal(nranges, 0);
	ranges_of(NULL, 0);
	assert_int_equal(nranges, 0);
}

static void test_as_many_ranges_as_pages(void **state)
{
	u32 page[BALLOON_PFNS];
	unsigned int i;

	for (i = 0; i < BALLOON_PFNS; i++)
		page[i] = 2 * i % 100;
	ranges_of(page, BALLOON_PFNS);
	assert_int_equal(nranges, 50);
	for (i = 0; i < 50; i++)
		assert_range(i, 2 * i, 1);
}

static bool seg_range(u64 gpa, u32 len)
{
	const struct ring_seg seg = { gpa, len };

	return balloon_seg_range(&seg, &range[0]);
}

static void test_a_buffer_is_its_whole_pages(void **state)
{
	nranges = 1;
	assert_true(seg_range(0x200000, 0x200000));
	assert_range(0, 512, 512);
	assert_true(seg_range(0x1001, 0x2fff));
	assert_range(0, 2, 2);
	assert_true(seg_range(0x1000, 0x1fff));
	assert_range(0, 1, 1);
	assert_false(seg_range(0x1000, 0xfff));
	assert_false(seg_range(0x1001, 0x1000));
	assert_false(seg_range(0x1fff, 1));
	assert_true(seg_range(0xfff, 0x1001));
	assert_range(0, 1, 1);
	assert_false(seg_range(~0ULL, 0));
	assert_false(seg_range(~0ULL - 1, 1));
	assert_false(seg_range(-0x1800ULL, 0x17ff));
	assert_true(seg_range(-0x3000ULL, 0x2800));
	assert_int_equal(range[0].gpa, -0x3000ULL);
	assert_int_equal(range[0].len, 0x2000);
}

static void test_queues_by_their_numbers(void **state)
{
	const u64 all = STATS | REPORTING | POISON;
	unsigned int i;

	for (i = 0; i < BALLOON_QUEUES; i++) {
		assert_int_equal(balloon_role(all, i),
				 ((enum balloon_role[]){ BALLOON_ROLE_INFLATE, BALLOON_ROLE_DEFLATE,
				  BALLOON_ROLE_STATS, BALLOON_ROLE_REPORT, BALLOON_ROLE_REPORT })[i]);
		assert_int_equal(balloon_role(STATS, i),
				 ((enum balloon_role[]){ BALLOON_ROLE_INFLATE, BALLOON_ROLE_DEFLATE,
				  BALLOON_ROLE_STATS, BALLOON_ROLE_NONE, BALLOON_ROLE_NONE })[i]);
	}
	assert_int_equal(balloon_role(REPORTING, 2), BALLOON_ROLE_REPORT);
	assert_int_equal(balloon_role(0, 2), BALLOON_ROLE_NONE);
	assert_int_equal(balloon_role(0, 0), BALLOON_ROLE_INFLATE);
}

static void test_statistics(void **state)
{
	const struct balloon_stat stat[] = {
		{ cpu_to_le16(VIRTIO_BALLOON_S_MEMFREE), cpu_to_le64(1ULL << 40) },
		{ cpu_to_le16(BALLOON_STATS), cpu_to_le64(7) },
		{ cpu_to_le16(0xffff), cpu_to_le64(8) },
		{ cpu_to_le16(VIRTIO_BALLOON_S_SWAP_IN), cpu_to_le64(0) },
		{ cpu_to_le16(BALLOON_STATS - 1), cpu_to_le64(9) },
		{ cpu_to_le16(VIRTIO_BALLOON_S_MEMFREE), cpu_to_le64(5) },
	};
	struct balloon_stats stats = { };

	assert_int_equal(sizeof(stat[0]), 10);
	balloon_take_stats(&stats, stat, 5);
	assert_int_equal(stats.has, 1 << VIRTIO_BALLOON_S_MEMFREE | 1 << (BALLOON_STATS - 1) | 1);
	assert_int_equal(stats.val[VIRTIO_BALLOON_S_MEMFREE], 1ULL << 40);
	assert_int_equal(stats.val[BALLOON_STATS - 1], 9);
	balloon_take_stats(&stats, stat, ARRAY_SIZE(stat));
	assert_int_equal(stats.val[VIRTIO_BALLOON_S_MEMFREE], 5);
}

static void test_configuration(void **state)
{
	struct virtio_balloon_config config = { .num_pages = cpu_to_le32(77) }, before;
	u32 offset;

	/* §5.5.4 */
	assert_int_equal(offsetof(struct virtio_balloon_config, num_pages), 0);
	assert_int_equal(offsetof(struct virtio_balloon_config, actual), 4);
	assert_int_equal(offsetof(struct virtio_balloon_config, poison_val), 12);
	assert_int_equal(sizeof(config), 16);
	assert_true(balloon_config_written(&config, 4, 4, 0x123456789ULL));
	assert_int_equal(le32_to_cpu(config.actual), 0x23456789);
	assert_true(balloon_config_written(&config, 12, 4, 0xaaaaaaaa));
	assert_int_equal(le32_to_cpu(config.poison_val), 0xaaaaaaaa);
	before = config;
	for (offset = 0; offset < 16; offset++) {
		assert_false(balloon_config_written(&config, offset, 1, 9));
		assert_false(balloon_config_written(&config, offset, 2, 9));
		assert_false(balloon_config_written(&config, offset, 8, 9));
		if (offset != 4 && offset != 12)
			assert_false(balloon_config_written(&config, offset, 4, 9));
	}
	assert_memory_equal(&config, &before, sizeof(config));
}

static void test_poisoned_pages_are_left_alone(void **state)
{
	struct virtio_balloon_config config = { };

	assert_true(balloon_may_discard(REPORTING, &config));
	assert_true(balloon_may_discard(REPORTING | POISON, &config));
	config.poison_val = cpu_to_le32(0xaa);
	assert_false(balloon_may_discard(REPORTING | POISON, &config));
	assert_true(balloon_may_discard(REPORTING, &config));
}

static void test_what_is_offered(void **state)
{
	assert_int_equal(BALLOON_FEATURES, 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_that_follow_each_other_are_one_range),
		cmocka_unit_test(test_twice_is_once),
		cmocka_unit_test(test_what_is_no_ram_is_left_out),
		cmocka_unit_test(test_as_many_ranges_as_pages),
		cmocka_unit_test(test_a_buffer_is_its_whole_pages),
		cmocka_unit_test(test_queues_by_their_numbers),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_poisoned_pages_are_left_alone),
		cmocka_unit_test(test_what_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
