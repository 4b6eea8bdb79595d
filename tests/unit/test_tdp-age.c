// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_tdp-age.c - sweeps and samples of a paging tree, against a list of what a CPU has touched
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <asm/page.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include "mm/tdp-age.h"

#define PAGES	2048
#define END	(PAGES * TDP_4K)

static struct tdp tree;

/* What is mapped, accessed since a sweep came by, and since it was sampled. */
static struct page {
	bool mapped, young, touched;
} pages[PAGES];

static u64 left_bytes;

static void *alloc_table(struct tdp *tdp)
{
	return memset(aligned_alloc(PAGE_SIZE, PAGE_SIZE), 0, PAGE_SIZE);
}

static void free_table(struct tdp *tdp, void *table)
{
	free(table);
}

static u64 kept = U64_MAX;		/* the page that may not go */

static bool may_go(const struct tdp *tdp, u64 hpa)
{
	return hpa != kept;
}

static void leaf_goes(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty)
{
	assert_ptr_equal(tdp, &tree);
	assert_int_equal(hpa, gpa + TDP_1G);
	assert_true(pages[gpa / TDP_4K].mapped);
	memset(&pages[gpa / TDP_4K], 0, size / TDP_4K * sizeof(*pages));
	left_bytes += size;
}

static void new_tree(const struct tdp_format *format)
{
	memset(pages, 0, sizeof(pages));
	tree = (struct tdp){ .format = format, .leaf_level = 1, .alloc_table = alloc_table,
			     .free_table = free_table };
	assert_int_equal(tdp_init(&tree), 0);
}

static void end_tree(void)
{
	tdp_unmap(&tree, 0, U64_MAX, leaf_goes);
	tdp_destroy(&tree);
}

static void map(u64 gpa, u64 size)
{
	assert_int_equal(tdp_map(&tree, gpa, gpa + TDP_1G, size, true), 0);
	for (u64 at = gpa; at < gpa + size; at += TDP_4K)
		pages[at / TDP_4K].mapped = true;
}

/* As a CPU does: the accessed bit of the leaf, found by the addresses in the tables. */
static void touch(u64 gpa)
{
	u64 *table = tree.root, *entry;

	for (int level = 3;; level--) {
		entry = &table[gpa >> (12 + 9 * level) & 511];
		if (!level || (*entry & 0x80))
			break;
		table = (u64 *)(uintptr_t)(*entry & TDP_ADDRESS);
	}
	*entry |= tree.format->accessed;
	pages[gpa / TDP_4K].young = true;
	pages[gpa / TDP_4K].touched = true;
}

static void random_play(const struct tdp_format *format)
{
	struct tdp_sweep sweep = { .end = END, .may_go = may_go };
	u64 swept, from;
	int want;

	srand(7);
	new_tree(format);
	/* Tables all over it: each look is one page on. */
	for (u64 at = 0; at < END; at += TDP_2M)
		map(at, TDP_4K);
	for (unsigned int n = 0; n < 200000; n++) {
		unsigned int i = rand() % PAGES;

		switch (rand() % 8) {
		case 0 ... 1:
			if (!pages[i].mapped)
				map(i * TDP_4K, TDP_4K);
			break;
		case 2 ... 4:
			if (pages[i].mapped)
				touch(i * TDP_4K);
			break;
		case 5:
			want = pages[i].mapped ? pages[i].touched : -ENOENT;
			assert_int_equal(tdp_test_touched(&tree, i * TDP_4K), want);
			/* The one bit is for both as long as no sweep has come by. */
			if (pages[i].touched)
				pages[i].young = pages[i].touched = false;
			break;
		default:
			if (sweep.at >= END)
				sweep.at = 0;
			sweep.looks = rand() % 16;
			sweep.bytes = rand() % 8 * TDP_4K;
			from = sweep.at;
			left_bytes = 0;
			swept = tdp_sweep(&tree, &sweep, leaf_goes);
			assert_int_equal(swept, left_bytes);
			assert_true(swept <= sweep.bytes);
			assert_true(sweep.at - from <= sweep.looks * TDP_4K);
			for (u64 at = from; at < min_t(u64, sweep.at, END); at += TDP_4K) {
				/* Left behind: it was young, and is no more. */
				if (pages[at / TDP_4K].mapped)
					assert_true(pages[at / TDP_4K].young);
				pages[at / TDP_4K].young = false;
			}
		}
	}
	end_tree();
}

static void test_random(void **state)
{
	random_play(&tdp_npt);
	random_play(&tdp_ept);
}

/* The hand of a clock: what was accessed gets a second chance, and only one. */
static void test_second_chance(void **state)
{
	struct tdp_sweep sweep = { .end = 8 * TDP_4K, .bytes = U64_MAX, .looks = 100,
				   .may_go = may_go };

	new_tree(&tdp_ept);
	for (u64 i = 0; i < 8; i++)
		map(i * TDP_4K, TDP_4K);
	touch(2 * TDP_4K);
	touch(5 * TDP_4K);
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), 6 * TDP_4K);
	assert_int_equal(sweep.at, 8 * TDP_4K);
	assert_true(pages[2].mapped && pages[5].mapped);
	/* It was accessed, as far as samples are concerned; once. */
	assert_int_equal(tdp_test_touched(&tree, 2 * TDP_4K), 1);
	assert_int_equal(tdp_test_touched(&tree, 2 * TDP_4K), 0);
	touch(5 * TDP_4K);
	sweep.at = 0;
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), TDP_4K);
	assert_true(!pages[2].mapped && pages[5].mapped);
	sweep.at = 0;
	sweep.any = true;
	touch(5 * TDP_4K);
	kept = TDP_1G + 5 * TDP_4K;
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), 0);
	kept = U64_MAX;
	sweep.at = 0;
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), TDP_4K);
	end_tree();
}

static void test_large_and_nothing(void **state)
{
	struct tdp_sweep sweep = { .at = TDP_2M, .end = END, .bytes = TDP_2M - TDP_4K, .looks = 1,
				   .may_go = may_go };

	new_tree(&tdp_npt);
	map(TDP_2M, TDP_2M);
	/* It goes whole or not at all, when the hand is in its middle as well. */
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), 0);
	assert_int_equal(sweep.at, 2 * TDP_2M);
	sweep.at = TDP_2M + 5 * TDP_4K;
	sweep.bytes = TDP_2M;
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), TDP_2M);
	assert_int_equal(sweep.at, 2 * TDP_2M);
	/* What is empty costs a look for as much as the tree has no tables for. */
	sweep = (struct tdp_sweep){ .end = 1ULL << 40, .bytes = U64_MAX, .looks = 1,
				    .may_go = may_go };
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), 0);
	assert_int_equal(sweep.at, TDP_2M);
	sweep.looks = 100000;
	assert_int_equal(tdp_sweep(&tree, &sweep, leaf_goes), 0);
	assert_int_equal(sweep.at, 1ULL << 40);
	assert_int_equal(tdp_test_touched(&tree, 0), -ENOENT);
	assert_int_equal(tdp_test_touched(&tree, 1ULL << 39), -ENOENT);
	end_tree();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_second_chance),
		cmocka_unit_test(test_large_and_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
