// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_tdp.c - the paging tree against a plain array, and its entries against the manuals
 *
 * The tree is read by a walker of the test's own, as a CPU would, besides tdp_lookup().
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
#include "mm/tdp.h"

#define LEAVES 512	/* 4 KiB in 2 MiB */

/* The 2 MiB of guest-physical space that are played with: neighbours, far ones, borders. */
static const u64 region[] = {
	0, TDP_2M, 2 * TDP_2M, (1ULL << 30) - TDP_2M, 1ULL << 30, 0xc0000000ULL - TDP_2M,
	1ULL << 32, 1ULL << 39, (1ULL << 48) - TDP_2M,
};

#define NR_REGIONS ARRAY_SIZE(region)

/* What should be mapped, and what unmapping should report. */
static struct model {
	u64 hpa[NR_REGIONS][LEAVES];
	bool large[NR_REGIONS], dirty[NR_REGIONS][LEAVES];
	bool has_table[NR_REGIONS];	/* of 4 KiB leaves, perhaps an empty one */
} model;

static struct tdp tree;
static unsigned long tables_out;	/* allocated and not freed yet */
static int alloc_budget;		/* so many more tables can be had */
static u64 leaves_seen;

static void *alloc_table(struct tdp *tdp)
{
	if (!alloc_budget)
		return NULL;
	alloc_budget--;
	tables_out++;
	return memset(aligned_alloc(PAGE_SIZE, PAGE_SIZE), 0, PAGE_SIZE);
}

static void free_table(struct tdp *tdp, void *table)
{
	tables_out--;
	free(table);
}

static unsigned long retired;

static void retire_table(struct tdp *tdp, void *table)
{
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(((u8 *)table)[i], 0);
	retired++;
	free_table(tdp, table);
}

static unsigned int leaf_level = 1;

static void new_tree(const struct tdp_format *format)
{
	memset(&model, 0, sizeof(model));
	alloc_budget = 1000000;
	tree = (struct tdp){ .format = format, .leaf_level = leaf_level,
			     .alloc_table = alloc_table, .free_table = free_table,
			     .retire_table = retire_table };
	assert_int_equal(tdp_init(&tree), 0);
	assert_int_equal(tree.tables, 1);
}

static void ignore_leaf(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty)
{
	leaves_seen++;
}

static void end_tree(void)
{
	tdp_unmap(&tree, 0, U64_MAX, ignore_leaf);
	assert_int_equal(tree.tables, tables_out);
	tdp_destroy(&tree);
	assert_int_equal(tree.tables, 0);
	assert_int_equal(tables_out, 0);
	assert_null(tree.root);
}

/* The manuals' walk: APM vol. 2 §5.3, SDM vol. 3 §29.3.2. NULL if it ends before a leaf. */
static u64 *cpu_walk(u64 gpa, u64 *size)
{
	bool npt = tree.format == &tdp_npt;
	u64 *table = tree.root;

	for (int shift = 39; shift >= 12; shift -= 9) {
		u64 *entry = &table[gpa >> shift & 511];
		u64 present = npt ? *entry & 1 : *entry & 7;

		if (!present)
			return NULL;
		/* NPT: present, write, user; EPT: read, write, execute. */
		assert_int_equal(*entry & 0x7, 0x7);
		if (shift == 12 || (shift == 21 && *entry & 0x80)) {
			*size = 1ULL << shift;
			return entry;
		}
		/* Reserved: bits 8:7 for NPT above the last level, 7:3 for EPT. */
		assert_int_equal(*entry & (npt ? 0x180 : 0xf8), 0);
		table = (u64 *)(uintptr_t)(*entry & 0x000ffffffffff000ULL);
	}
	return NULL;
}

static u64 expected(unsigned int r, unsigned int i)
{
	return model.large[r] ? model.hpa[r][0] + i * TDP_4K : model.hpa[r][i];
}

static void check_page(unsigned int r, unsigned int i)
{
	u64 gpa = region[r] + i * TDP_4K, hpa = expected(r, i), size = 0, cpu_size = 0, got;
	u64 *entry = cpu_walk(gpa, &cpu_size);

	got = tdp_lookup(&tree, gpa + 0x123, &size);
	if (!hpa) {
		assert_int_equal(got, 0);
		assert_null(entry);
		return;
	}
	assert_int_equal(got, hpa + 0x123);
	assert_int_equal(size, model.large[r] ? TDP_2M : TDP_4K);
	assert_non_null(entry);
	assert_int_equal(cpu_size, size);
	assert_int_equal(*entry & 0x000ffffffffff000ULL, hpa & ~(size - 1));
}

static void check_all(void)
{
	u64 size;

	for (unsigned int r = 0; r < NR_REGIONS; r++)
		for (unsigned int i = 0; i < LEAVES; i++)
			check_page(r, i);
	/* Around the regions there is nothing. */
	assert_int_equal(tdp_lookup(&tree, 3 * TDP_2M, &size), 0);
	assert_int_equal(tdp_lookup(&tree, (1ULL << 39) - 1, &size), 0);
	assert_int_equal(tdp_lookup(&tree, 1ULL << 48, &size), 0);
	assert_int_equal(tdp_lookup(&tree, U64_MAX, &size), 0);
}

static u64 random_hpa(u64 size)
{
	u64 hpa = ((u64)rand() << 31 ^ (u64)rand() << 12) & ((1ULL << 52) - 1) & ~(size - 1);

	return hpa ?: size;
}

static bool region_empty(unsigned int r)
{
	for (unsigned int i = 0; i < LEAVES; i++)
		if (expected(r, i))
			return false;
	return true;
}

static void step_map(void)
{
	unsigned int r = rand() % NR_REGIONS, i = rand() % LEAVES;
	u64 size = rand() % (model.has_table[r] ? 8 : 2) ? TDP_4K : TDP_2M;
	u64 hpa = random_hpa(size);
	u64 gpa = region[r] + (size == TDP_4K ? i * TDP_4K : 0);
	int want = 0, got;

	if (size == TDP_2M ? !region_empty(r) : expected(r, i) != 0)
		want = -EEXIST;
	alloc_budget = rand() % 4 ? 3 : rand() % 3;
	got = tdp_map(&tree, gpa, hpa, size, true);
	if (got == -ENOMEM && !want) {
		assert_int_equal(alloc_budget, 0);
		/* What it has made so far stays, a map with enough completes it. */
		check_page(r, i);
		alloc_budget = 3;
		got = tdp_map(&tree, gpa, hpa, size, true);
	}
	assert_int_equal(got, want);
	if (got)
		return;
	model.large[r] = size == TDP_2M;
	model.has_table[r] = size == TDP_4K;
	model.hpa[r][size == TDP_2M ? 0 : i] = hpa;
}

/* A CPU reads or writes a page: accessed, perhaps dirty. */
static void step_access(void)
{
	unsigned int r = rand() % NR_REGIONS, i = rand() % LEAVES;
	u64 size, *entry = cpu_walk(region[r] + i * TDP_4K, &size);
	bool npt = tree.format == &tdp_npt;

	if (!entry)
		return;
	*entry |= npt ? 0x20 : 0x100;
	if (rand() % 2)
		return;
	*entry |= npt ? 0x40 : 0x200;
	model.dirty[r][model.large[r] ? 0 : i] = true;
}

/* Each leaf that goes is one that should be there; the model forgets it. */
static void model_leaf(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty)
{
	unsigned int r, i = gpa % TDP_2M / TDP_4K;

	assert_ptr_equal(tdp, &tree);
	for (r = 0; r < NR_REGIONS && region[r] != gpa - gpa % TDP_2M; r++)
		;
	assert_true(r < NR_REGIONS);
	assert_int_equal(hpa, model.hpa[r][i]);
	assert_int_equal(size, model.large[r] ? TDP_2M : TDP_4K);
	assert_int_equal(dirty, model.dirty[r][i]);
	model.hpa[r][i] = 0;
	model.dirty[r][i] = false;
	model.large[r] = false;
	leaves_seen++;
}

/* Bytes mapped in a range, 2 MiB leaves that it touches as a whole; counts the leaves. */
static u64 model_range(u64 start, u64 end, u64 *leaves)
{
	u64 sum = 0;

	for (unsigned int r = 0; r < NR_REGIONS; r++) {
		if (model.large[r] && start < region[r] + TDP_2M && end > region[r]) {
			sum += TDP_2M;
			++*leaves;
		}
		for (unsigned int i = 0; i < LEAVES && !model.large[r]; i++) {
			u64 gpa = region[r] + i * TDP_4K;

			if (model.hpa[r][i] && gpa >= start && gpa < end) {
				sum += TDP_4K;
				++*leaves;
			}
		}
	}
	return sum;
}

static void step_unmap(void)
{
	u64 a = region[rand() % NR_REGIONS] + rand() % (LEAVES + 1) * TDP_4K;
	u64 b = rand() % 8 ? a + rand() % 600 * TDP_4K :
			     region[rand() % NR_REGIONS] + rand() % LEAVES * TDP_4K;
	u64 start = min(a, b), end = max(a, b), leaves = 0;
	u64 want = model_range(start, end, &leaves);
	unsigned long tables = tree.tables;

	leaves_seen = 0;
	assert_int_equal(tdp_unmap(&tree, start, end, model_leaf), want);
	assert_int_equal(leaves_seen, leaves);
	assert_int_equal(tree.tables, tables);
}

static void random_play(const struct tdp_format *format, unsigned int seed)
{
	srand(seed);
	retired = 0;
	new_tree(format);
	for (unsigned int n = 0; n < 20000; n++) {
		switch (rand() % 64) {
		case 0:
			step_unmap();
			break;
		case 1 ... 16:
			step_access();
			break;
		default:
			step_map();
		}
		check_page(rand() % NR_REGIONS, rand() % LEAVES);
		if (n % 500 == 0)
			check_all();
		assert_int_equal(tree.tables, tables_out);
	}
	assert_int_not_equal(retired, 0);
	check_all();
	end_tree();
}

static void test_random_npt(void **state)
{
	for (unsigned int seed = 1; seed <= 5; seed++)
		random_play(&tdp_npt, seed);
}

static void test_random_ept(void **state)
{
	for (unsigned int seed = 11; seed <= 15; seed++)
		random_play(&tdp_ept, seed);
}

static u64 leaf_bits(const struct tdp_format *format, u64 size, bool write)
{
	u64 found, bits;

	new_tree(format);
	assert_int_equal(tdp_map(&tree, TDP_2M, 8 * TDP_2M, size, write), 0);
	/* Not by cpu_walk(): a leaf that is read-only lacks a right. */
	bits = tree.root[0];
	for (int shift = 30; shift >= (size == TDP_2M ? 21 : 12); shift -= 9)
		bits = ((u64 *)(uintptr_t)(bits & TDP_ADDRESS))[TDP_2M >> shift & 511];
	assert_int_equal(bits & TDP_ADDRESS, 8 * TDP_2M);
	assert_int_equal(tdp_lookup(&tree, TDP_2M, &found), 8 * TDP_2M);
	assert_int_equal(found, size);
	end_tree();
	return bits & ~TDP_ADDRESS;
}

static void test_entry_bits(void **state)
{
	/* Present, write, user; page size in large ones. */
	assert_int_equal(leaf_bits(&tdp_npt, TDP_4K, true), 0x7);
	assert_int_equal(leaf_bits(&tdp_npt, TDP_4K, false), 0x5);
	assert_int_equal(leaf_bits(&tdp_npt, TDP_2M, true), 0x87);
	assert_int_equal(leaf_bits(&tdp_npt, TDP_2M, false), 0x85);
	/* Read, write, execute; write-back (6 in bits 5:3), ignore PAT. */
	assert_int_equal(leaf_bits(&tdp_ept, TDP_4K, true), 0x77);
	assert_int_equal(leaf_bits(&tdp_ept, TDP_4K, false), 0x75);
	assert_int_equal(leaf_bits(&tdp_ept, TDP_2M, true), 0xf7);
	assert_int_equal(leaf_bits(&tdp_ept, TDP_2M, false), 0xf5);
}

static void test_without_large_pages(void **state)
{
	u64 size;

	leaf_level = 0;
	new_tree(&tdp_ept);
	leaf_level = 1;
	assert_int_equal(tdp_map(&tree, TDP_2M, 8 * TDP_2M, TDP_2M, true), -EINVAL);
	assert_int_equal(tdp_lookup(&tree, TDP_2M, &size), 0);
	assert_int_equal(tdp_map(&tree, TDP_2M, 8 * TDP_2M, TDP_4K, true), 0);
	assert_int_equal(tdp_lookup(&tree, TDP_2M, &size), 8 * TDP_2M);
	assert_int_equal(size, TDP_4K);
	end_tree();
}

static u64 unmapped_size, unmapped_hpa;

static void take_leaf(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty)
{
	unmapped_size = size;
	unmapped_hpa = hpa;
	assert_int_equal(gpa, TDP_1G);
	assert_true(dirty);
}

static void test_1g(void **state)
{
	const struct tdp_format *formats[] = { &tdp_npt, &tdp_ept };
	u64 size, *entry;

	for (unsigned int i = 0; i < ARRAY_SIZE(formats); i++) {
		leaf_level = 1;
		new_tree(formats[i]);
		assert_int_equal(tdp_map(&tree, TDP_1G, 8 * TDP_1G, TDP_1G, true), -EINVAL);
		end_tree();

		leaf_level = 2;
		new_tree(formats[i]);
		assert_int_equal(tdp_map(&tree, TDP_1G, TDP_2M, TDP_1G, true), -EINVAL);
		assert_int_equal(tdp_map(&tree, TDP_2M, 8 * TDP_1G, TDP_1G, true), -EINVAL);
		assert_int_equal(tdp_map(&tree, TDP_1G, 8 * TDP_1G, TDP_1G, true), 0);
		assert_int_equal(tree.tables, 2);
		assert_int_equal(tdp_lookup(&tree, TDP_1G + 0x12345678, &size),
				 8 * TDP_1G + 0x12345678);
		assert_int_equal(size, TDP_1G);
		assert_int_equal(tdp_lookup(&tree, 2 * TDP_1G, &size), 0);
		assert_int_equal(tdp_map(&tree, TDP_1G + TDP_2M, TDP_2M, TDP_2M, true), -EEXIST);
		assert_int_equal(tdp_map(&tree, TDP_1G, TDP_4K, TDP_4K, true), -EEXIST);
		/* A table where a leaf should go stays. */
		assert_int_equal(tdp_map(&tree, 3 * TDP_1G, TDP_2M, TDP_2M, true), 0);
		assert_int_equal(tdp_map(&tree, 3 * TDP_1G, 8 * TDP_1G, TDP_1G, true), -EEXIST);
		/* A part takes the whole. */
		entry = &((u64 *)(uintptr_t)(tree.root[0] & TDP_ADDRESS))[1];
		*entry |= formats[i]->dirty;
		assert_int_equal(tdp_unmap(&tree, TDP_1G + TDP_4K, TDP_1G + 2 * TDP_4K, take_leaf),
				 TDP_1G);
		assert_int_equal(unmapped_size, TDP_1G);
		assert_int_equal(unmapped_hpa, 8 * TDP_1G);
		assert_int_equal(tdp_lookup(&tree, TDP_1G, &size), 0);
		end_tree();
	}
	leaf_level = 1;
}

static void test_bad_arguments(void **state)
{
	new_tree(&tdp_npt);
	assert_int_equal(tdp_map(&tree, 0x1000, TDP_2M, TDP_2M, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, TDP_2M, 0x1000, TDP_2M, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, 0x1001, 0x1000, TDP_4K, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, 0x1000, 0x1800, TDP_4K, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, 0x1000, 0, TDP_4K, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, 0x1000, 1ULL << 52, TDP_4K, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, 1ULL << 48, 0x1000, TDP_4K, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, 1ULL << 63, 0x1000, TDP_4K, true), -EINVAL);
	assert_int_equal(tdp_map(&tree, 0, 1ULL << 30, 1ULL << 30, true), -EINVAL);
	assert_int_equal(tree.tables, 1);
	end_tree();
}

static void test_no_memory(void **state)
{
	u64 size;

	alloc_budget = 0;
	tree = (struct tdp){ .format = &tdp_npt, .alloc_table = alloc_table,
			     .free_table = free_table };
	assert_int_equal(tdp_init(&tree), -ENOMEM);
	tdp_destroy(&tree);

	/* One table short each time, until it is enough. */
	for (int budget = 0; budget < 3; budget++) {
		new_tree(&tdp_npt);
		alloc_budget = budget;
		assert_int_equal(tdp_map(&tree, 0x5000, 0x1000, TDP_4K, true), -ENOMEM);
		assert_int_equal(tdp_lookup(&tree, 0x5000, &size), 0);
		assert_int_equal(tree.tables, 1 + budget);
		alloc_budget = 3 - budget;
		assert_int_equal(tdp_map(&tree, 0x5000, 0x1000, TDP_4K, true), 0);
		end_tree();
	}
}

static void test_detach(void **state)
{
	struct tdp old;
	u64 size;

	new_tree(&tdp_ept);
	assert_int_equal(tdp_map(&tree, 0x5000, 0x1000, TDP_4K, true), 0);
	assert_int_equal(tdp_map(&tree, 1ULL << 40, TDP_2M, TDP_2M, true), 0);
	assert_int_equal(tree.tables, 6);

	tdp_detach(&tree, &old, alloc_table(NULL));
	assert_int_equal(tree.tables, 1);
	assert_int_equal(old.tables, 6);
	assert_int_equal(tdp_lookup(&tree, 0x5000, &size), 0);
	assert_int_equal(tdp_lookup(&tree, 1ULL << 40, &size), 0);
	assert_int_equal(tdp_lookup(&old, 0x5000, &size), 0x1000);
	assert_int_equal(tdp_lookup(&old, 1ULL << 40, &size), TDP_2M);

	/* 2 MiB fit where the table of 4 KiB leaves has gone with the old tree. */
	assert_int_equal(tdp_map(&tree, 0, TDP_2M, TDP_2M, true), 0);
	leaves_seen = 0;
	assert_int_equal(tdp_unmap(&old, 0, U64_MAX, ignore_leaf), TDP_4K + TDP_2M);
	assert_int_equal(leaves_seen, 2);
	tdp_destroy(&old);
	end_tree();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_npt),
		cmocka_unit_test(test_random_ept),
		cmocka_unit_test(test_entry_bits),
		cmocka_unit_test(test_without_large_pages),
		cmocka_unit_test(test_1g),
		cmocka_unit_test(test_bad_arguments),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_detach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
