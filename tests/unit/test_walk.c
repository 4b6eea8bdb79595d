// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest page-table walker: page tables by chance in a small physical memory,
 * against a model that is written from the manuals' tables, and single cases by
 * hand for what is easy to get wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "insn/insn.h"

#define P	0x001ULL
#define W	0x002ULL
#define U	0x004ULL
#define A	0x020ULL
#define D	0x040ULL
#define PS	0x080ULL
#define NX	(1ULL << 63)

#define ERR_P		0x01
#define ERR_RSVD	0x08

/* Physical memory: the root at 0x1000, then one table a level. */
#define MEMORY_SIZE	0x8000
#define ROOT		0x1000ULL

static u8 memory[MEMORY_SIZE];
static unsigned int reads, sets;
static int read_error, set_error;

static int mem_read(struct walk *w, u64 gpa, u64 *entry, unsigned int size)
{
	if (read_error)
		return read_error;
	assert_true(gpa + size <= MEMORY_SIZE);
	assert_true(gpa % size == 0);
	*entry = 0;
	memcpy(entry, memory + gpa, size);
	reads++;
	return 0;
}

static int mem_set(struct walk *w, u64 gpa, u64 old, u64 new, unsigned int size)
{
	if (set_error)
		return set_error;
	assert_memory_equal(memory + gpa, &old, size);
	memcpy(memory + gpa, &new, size);
	sets++;
	return 0;
}

static void put(u64 gpa, u64 val, unsigned int size)
{
	memcpy(memory + gpa, &val, size);
}

static u64 get(u64 gpa, unsigned int size)
{
	u64 val = 0;

	memcpy(&val, memory + gpa, size);
	return val;
}

static void walk_init(struct walk *w, enum walk_mode mode)
{
	memset(memory, 0, sizeof(memory));
	reads = 0;
	sets = 0;
	read_error = 0;
	set_error = 0;
	*w = (struct walk){
		.mode = mode, .root = ROOT, .wp = true, .nx = true, .pse = true,
		.maxphyaddr = 40, .read = mem_read, .set = mem_set,
	};
}

static void expect_fault(struct walk *w, u64 la, u32 access, u32 error_code)
{
	assert_int_equal(walk_translate(w, la, access), -EFAULT);
	assert_int_equal(w->error_code, error_code);
	assert_int_equal(sets, 0);
}

static const struct {
	unsigned int levels, bits, size;
} modes[] = {
	[WALK_32]	= { 2, 10, 4 },
	[WALK_PAE]	= { 3, 9, 8 },
	[WALK_4LEVEL]	= { 4, 9, 8 },
	[WALK_5LEVEL]	= { 5, 9, 8 },
};

static unsigned int entry_index(enum walk_mode mode, u64 la, unsigned int level)
{
	return (la >> (12 + level * modes[mode].bits)) & ((1 << modes[mode].bits) - 1);
}

/* A chain of tables for @la; @flags[0] is the last level's. Returns the page's address. */
static void map_chain(enum walk_mode mode, u64 la, u64 page, const u64 *flags,
		      unsigned int leaf_level)
{
	unsigned int top = modes[mode].levels - 1, level;
	u64 table = ROOT;

	for (level = top;; level--) {
		u64 next = level == leaf_level ? page : ROOT + 0x1000 * (top - level + 1);
		u64 at = table + entry_index(mode, la, level) * modes[mode].size;

		put(at, next | flags[level], modes[mode].size);
		if (level == leaf_level)
			return;
		table = next;
	}
}

static const u64 all_rights[] = { P | W | U, P | W | U, P | W | U, P | W | U, P | W | U };
static const u64 pae_rights[] = { P | W | U, P | W | U, P };

static void without_paging_linear_is_physical(void **state)
{
	struct walk w;

	walk_init(&w, WALK_NONE);
	assert_int_equal(walk_translate(&w, 0xfee00020, WALK_WRITE), 0);
	assert_int_equal(w.gpa, 0xfee00020);
	assert_int_equal(w.size, 4096);
	assert_int_equal(w.nlevels, 0);
	assert_int_equal(reads, 0);
}

static void pages_of_4k_in_every_mode(void **state)
{
	static const u64 las[] = { [WALK_32] = 0xfedcb123, [WALK_PAE] = 0xfedcb123,
		[WALK_4LEVEL] = 0xfffff01234567123, [WALK_5LEVEL] = 0xfff0123456789123 };
	enum walk_mode mode;
	struct walk w;

	for (mode = WALK_32; mode <= WALK_5LEVEL; mode++) {
		walk_init(&w, mode);
		map_chain(mode, las[mode], 0xabcde000, mode == WALK_PAE ? pae_rights : all_rights, 0);
		assert_int_equal(walk_translate(&w, las[mode], WALK_WRITE | WALK_USER), 0);
		assert_int_equal(w.gpa, 0xabcde123);
		assert_int_equal(w.size, 4096);
		assert_int_equal(w.nlevels, modes[mode].levels);
	}
}

/* Each page size with its address bits, and what is reserved in it. */
static void large_pages(void **state)
{
	struct walk w;
	u64 flags[5];

	memcpy(flags, all_rights, sizeof(flags));
	flags[1] |= PS;
	walk_init(&w, WALK_4LEVEL);
	map_chain(WALK_4LEVEL, 0x7fffffffffff, 0x1240200000, flags, 1);
	assert_int_equal(walk_translate(&w, 0x7fffffffffff, 0), 0);
	assert_true(w.gpa == 0x12403fffff);
	assert_int_equal(w.size, 0x200000);

	/* PAT (bit 12) is no address bit; bit 13 is reserved. */
	map_chain(WALK_4LEVEL, 0, 0x1240201000, flags, 1);
	assert_int_equal(walk_translate(&w, 0, 0), 0);
	assert_true(w.gpa == 0x1240200000);
	map_chain(WALK_4LEVEL, 0, 0x1240202000, flags, 1);
	sets = 0;
	expect_fault(&w, 0, 0, ERR_P | ERR_RSVD);

	flags[2] |= PS;
	map_chain(WALK_4LEVEL, 0, 0xc0000000, flags, 2);
	assert_int_equal(walk_translate(&w, 0x3ffffffe, 0), 0);
	assert_true(w.gpa == 0xfffffffe);
	assert_int_equal(w.size, 0x40000000);
	map_chain(WALK_4LEVEL, 0, 0xc0200000, flags, 2);
	sets = 0;
	expect_fault(&w, 0, 0, ERR_P | ERR_RSVD);
}

static void large_bit_is_reserved_where_no_page_can_be(void **state)
{
	u64 flags[5];
	struct walk w;
	unsigned int level;

	for (level = 3; level <= 4; level++) {
		memcpy(flags, all_rights, sizeof(flags));
		flags[level] |= PS;
		walk_init(&w, WALK_5LEVEL);
		map_chain(WALK_5LEVEL, 0, 0x5000, flags, 0);
		expect_fault(&w, 0, WALK_USER, ERR_P | ERR_RSVD | WALK_USER);
	}
}

static void pages_of_4m_need_pse(void **state)
{
	static const u64 pse[] = { P | W | U, P | W | U | PS };
	struct walk w;

	walk_init(&w, WALK_32);
	map_chain(WALK_32, 0xffc00000, 0x12400000, pse, 1);
	assert_int_equal(walk_translate(&w, 0xfffffffc, 0), 0);
	assert_true(w.gpa == 0x127ffffc);
	assert_int_equal(w.size, 0x400000);
	assert_int_equal(w.nlevels, 1);

	/* Without, it is a pointer to a table. */
	walk_init(&w, WALK_32);
	w.pse = false;
	map_chain(WALK_32, 0, 0x87000, (const u64 []){ P | W | U, P | W | U | PS }, 0);
	assert_int_equal(walk_translate(&w, 0x10, 0), 0);
	assert_int_equal(w.gpa, 0x87010);
	assert_int_equal(w.size, 4096);
}

/* PSE-36: bits 20 to 13 are address bits 39 to 32, as far as the width goes. */
static void pages_of_4m_beyond_4g(void **state)
{
	static const u64 pse[] = { 0, P | W | U | PS };
	struct walk w;

	walk_init(&w, WALK_32);
	map_chain(WALK_32, 0, 0x12400000 | 0xabULL << 13, pse, 1);
	assert_int_equal(walk_translate(&w, 0x123, 0), 0);
	assert_true(w.gpa == 0xab12400123);

	sets = 0;
	map_chain(WALK_32, 0, 0x12400000 | 1 << 21, pse, 1);
	expect_fault(&w, 0, 0, ERR_P | ERR_RSVD);

	w.maxphyaddr = 36;
	map_chain(WALK_32, 0, 0x12400000 | 0x0fULL << 13, pse, 1);
	assert_int_equal(walk_translate(&w, 0, 0), 0);
	assert_true(w.gpa == 0x0f12400000);
	sets = 0;
	map_chain(WALK_32, 0, 0x12400000 | 0x10ULL << 13, pse, 1);
	expect_fault(&w, 0, 0, ERR_P | ERR_RSVD);

	w.maxphyaddr = 32;
	map_chain(WALK_32, 0, 0x12400000 | 0x01ULL << 13, pse, 1);
	expect_fault(&w, 0, 0, ERR_P | ERR_RSVD);
	/* The address of more than 40 bits has no place in the entry. */
	w.maxphyaddr = 48;
	map_chain(WALK_32, 0, 0x12400000 | 0xffULL << 13, pse, 1);
	assert_int_equal(walk_translate(&w, 0, 0), 0);
	assert_true(w.gpa == 0xff12400000);
}

static void pae_root_has_no_rights(void **state)
{
	static const u64 bad[] = { 1ULL << 52, 1ULL << 40 };
	static const u64 ignored[] = { W, U, A, D, PS, 1 << 8 };
	u64 flags[3] = { P | W | U, P | W | U, P };
	struct walk w;
	size_t i;

	/* Four entries at a 32-byte boundary, which need not begin a page. */
	walk_init(&w, WALK_PAE);
	w.root = ROOT + 0x20;
	put(w.root + 3 * 8, 0x2000 | P | 1 << 3 | 1 << 4 | 7 << 9, 8);
	put(0x2000 + 0x1ff * 8, 0x5e00000 | P | W | U | PS, 8);
	assert_int_equal(walk_translate(&w, 0xffffffff, WALK_WRITE | WALK_USER), 0);
	assert_true(w.gpa == 0x5ffffff);
	assert_int_equal(w.nlevels, 2);
	/* No accessed bit in the root. */
	assert_int_equal(sets, 1);
	assert_int_equal(get(w.root + 24, 8) & A, 0);

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		walk_init(&w, WALK_PAE);
		flags[2] = P | bad[i];
		map_chain(WALK_PAE, 0x1000, 0x5000, flags, 0);
		expect_fault(&w, 0x1000, 0, ERR_P | ERR_RSVD);
	}
	/* These the CPU has checked when it loaded CR3. */
	for (i = 0; i < ARRAY_SIZE(ignored); i++) {
		walk_init(&w, WALK_PAE);
		flags[2] = P | ignored[i];
		map_chain(WALK_PAE, 0x1000, 0x5000, flags, 0);
		assert_int_equal(walk_translate(&w, 0x1000, WALK_WRITE | WALK_USER), 0);
	}
	flags[2] = 0;
	map_chain(WALK_PAE, 0x1000, 0x5000, flags, 0);
	walk_init(&w, WALK_PAE);
	expect_fault(&w, 0x1000, WALK_WRITE, WALK_WRITE);
}

static void upper_address_bits_are_reserved(void **state)
{
	enum walk_mode mode;
	unsigned int level;
	struct walk w;

	for (mode = WALK_PAE; mode <= WALK_5LEVEL; mode++)
		for (level = 0; level < modes[mode].levels; level++) {
			u64 flags[5];

			memcpy(flags, all_rights, sizeof(flags));
			if (mode == WALK_PAE)
				flags[2] = P;
			flags[level] |= 1ULL << 40;
			walk_init(&w, mode);
			map_chain(mode, 0, 0x7000, flags, 0);
			expect_fault(&w, 0, 0, ERR_P | ERR_RSVD);
			assert_int_equal(w.nlevels, modes[mode].levels - level);
		}

	/* Bit 52 and above are software's in the long modes, reserved in PAE. */
	for (mode = WALK_PAE; mode <= WALK_4LEVEL; mode++) {
		u64 flags[5];

		memcpy(flags, all_rights, sizeof(flags));
		if (mode == WALK_PAE)
			flags[2] = P;
		flags[0] |= 1ULL << 52;
		walk_init(&w, mode);
		w.maxphyaddr = 52;
		map_chain(mode, 0, 0x7000, flags, 0);
		assert_int_equal(walk_translate(&w, 0, 0), mode == WALK_PAE ? -EFAULT : 0);
	}
}

static void nx_is_reserved_until_it_is_enabled(void **state)
{
	u64 flags[5];
	struct walk w;

	memcpy(flags, all_rights, sizeof(flags));
	flags[1] |= NX;
	walk_init(&w, WALK_4LEVEL);
	map_chain(WALK_4LEVEL, 0, 0x7000, flags, 0);
	expect_fault(&w, 0, WALK_FETCH, ERR_P | WALK_FETCH);
	w.nx = false;
	/* And the error code does not tell fetches apart. */
	expect_fault(&w, 0, WALK_FETCH, ERR_P | ERR_RSVD);
	w.smep = true;
	expect_fault(&w, 0, WALK_FETCH, ERR_P | ERR_RSVD | WALK_FETCH);
	w.smep = false;
	expect_fault(&w, 0, 0, ERR_P | ERR_RSVD);
}

/* 32-bit paging has no NX, whatever EFER says. */
static void fetches_in_32_bit_paging(void **state)
{
	struct walk w;

	walk_init(&w, WALK_32);
	expect_fault(&w, 0, WALK_FETCH | WALK_USER, WALK_USER);
	w.smep = true;
	expect_fault(&w, 0, WALK_FETCH | WALK_USER, WALK_FETCH | WALK_USER);
}

static void addresses_have_to_be_canonical(void **state)
{
	static const struct {
		enum walk_mode mode;
		u64 la;
		int ret;
	} cases[] = {
		{ WALK_4LEVEL, 0x00007fffffffffff, -EFAULT },
		{ WALK_4LEVEL, 0x0000800000000000, -EINVAL },
		{ WALK_4LEVEL, 0xffff7fffffffffff, -EINVAL },
		{ WALK_4LEVEL, 0xffff800000000000, -EFAULT },
		{ WALK_4LEVEL, 0x8000000000000000, -EINVAL },
		{ WALK_5LEVEL, 0x00ffffffffffffff, -EFAULT },
		{ WALK_5LEVEL, 0x0100000000000000, -EINVAL },
		{ WALK_5LEVEL, 0xfeffffffffffffff, -EINVAL },
		{ WALK_5LEVEL, 0xff00000000000000, -EFAULT },
		{ WALK_32, 0x0000800000000000, -EFAULT },
		{ WALK_PAE, 0x8000000000000000, -EFAULT },
	};
	struct walk w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		walk_init(&w, cases[i].mode);
		assert_int_equal(walk_translate(&w, cases[i].la, 0), cases[i].ret);
	}
}

static void control_bits_in_cr3_are_no_address(void **state)
{
	struct walk w;

	walk_init(&w, WALK_4LEVEL);
	w.root = ROOT | 0xfff | 1ULL << 61;
	map_chain(WALK_4LEVEL, 0, 0x7000, all_rights, 0);
	assert_int_equal(walk_translate(&w, 0, 0), 0);
	walk_init(&w, WALK_32);
	w.root = ROOT | 0x18;
	map_chain(WALK_32, 0, 0x7000, all_rights, 0);
	assert_int_equal(walk_translate(&w, 0, 0), 0);
}

static void accessed_and_dirty_are_set(void **state)
{
	struct walk w;
	unsigned int i;

	walk_init(&w, WALK_4LEVEL);
	map_chain(WALK_4LEVEL, 0, 0x7000, all_rights, 0);
	assert_int_equal(walk_translate(&w, 0, 0), 0);
	assert_int_equal(sets, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(get(w.pte_gpa[i], 8), w.pte[i] | A);
		assert_int_equal(w.pte[i] & (A | D), 0);
	}
	assert_int_equal(walk_translate(&w, 0, 0), 0);
	assert_int_equal(sets, 4);
	assert_int_equal(walk_translate(&w, 0, WALK_WRITE), 0);
	assert_int_equal(sets, 5);
	assert_int_equal(get(w.pte_gpa[3], 8), w.pte[3] | D);
	assert_int_equal(get(w.pte_gpa[2], 8) & D, 0);

	walk_init(&w, WALK_32);
	map_chain(WALK_32, 0, 0x7000, all_rights, 0);
	assert_int_equal(walk_translate(&w, 0, WALK_WRITE), 0);
	assert_int_equal(get(w.pte_gpa[1], 4), w.pte[1] | A | D);

	/* Not without a callback, and not where nothing may be written. */
	walk_init(&w, WALK_4LEVEL);
	w.set = NULL;
	map_chain(WALK_4LEVEL, 0, 0x7000, all_rights, 0);
	assert_int_equal(walk_translate(&w, 0, WALK_WRITE), 0);
}

static void errors_of_callbacks_come_back(void **state)
{
	struct walk w;

	walk_init(&w, WALK_4LEVEL);
	map_chain(WALK_4LEVEL, 0, 0x7000, all_rights, 0);
	set_error = -EAGAIN;
	assert_int_equal(walk_translate(&w, 0, 0), -EAGAIN);
	read_error = -EIO;
	assert_int_equal(walk_translate(&w, 0, 0), -EIO);
	assert_int_equal(w.nlevels, 0);
}

/*
 * Rights, from AMD APM vol. 2 §5.6 and Intel SDM vol. 3A §4.6.1, as those list them:
 * by who accesses, what the page is, and what the access is.
 */
static bool model_permits(const struct walk *w, bool page_user, bool page_writable, bool page_nx,
			  u32 access)
{
	bool user = access & WALK_USER;

	if (access & WALK_FETCH) {
		if (user)
			return page_user && !page_nx;
		return page_user ? !w->smep && !page_nx : !page_nx;
	}
	if (user)
		return page_user && (page_writable || !(access & WALK_WRITE));
	if (page_user && w->smap)
		return false;
	return !(access & WALK_WRITE) || page_writable || !w->wp;
}

static void rights_of_all_levels_count(void **state)
{
	static const u32 accesses[] = { 0, WALK_WRITE, WALK_USER, WALK_USER | WALK_WRITE,
					WALK_FETCH, WALK_FETCH | WALK_USER };
	unsigned int round, i, granted = 0;
	struct walk w;

	srand(1);
	for (round = 0; round < 200000; round++) {
		enum walk_mode mode = WALK_32 + rand() % 4;
		unsigned int top = modes[mode].levels - 1;
		u64 flags[5], la = (u64)rand() & 0x7fffffff, page = 0x7000;
		bool user = true, writable = true, nx = false, present = true;
		u32 access = accesses[rand() % 6], bits, code;

		walk_init(&w, mode);
		w.wp = rand() % 2;
		w.smep = rand() % 2;
		w.smap = rand() % 2;
		for (i = 0; i <= top; i++) {
			flags[i] = (rand() % 32 ? P : 0) | (rand() % 4 ? W : 0) | (rand() % 4 ? U : 0);
			if (mode != WALK_32 && rand() % 8 == 0)
				flags[i] |= NX;
			if (mode == WALK_PAE && i == 2)
				flags[i] &= P;
			present = present && flags[i] & P;
			if (mode == WALK_PAE && i == 2)
				continue;
			user = user && flags[i] & U;
			writable = writable && flags[i] & W;
			nx = nx || flags[i] & NX;
		}
		map_chain(mode, la, page, flags, 0);
		bits = mode == WALK_32 && !w.smep ? access & ~WALK_FETCH : access;
		code = bits | (present ? ERR_P : 0);
		if (!present || !model_permits(&w, user, writable, nx, access)) {
			expect_fault(&w, la, access, code);
			continue;
		}
		assert_int_equal(walk_translate(&w, la, access), 0);
		assert_true(w.gpa == page + (la & 0xfff));
		granted++;
	}
	assert_in_range(granted, 200000 / 10, 200000 * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_paging_linear_is_physical),
		cmocka_unit_test(pages_of_4k_in_every_mode),
		cmocka_unit_test(large_pages),
		cmocka_unit_test(large_bit_is_reserved_where_no_page_can_be),
		cmocka_unit_test(pages_of_4m_need_pse),
		cmocka_unit_test(pages_of_4m_beyond_4g),
		cmocka_unit_test(pae_root_has_no_rights),
		cmocka_unit_test(upper_address_bits_are_reserved),
		cmocka_unit_test(nx_is_reserved_until_it_is_enabled),
		cmocka_unit_test(fetches_in_32_bit_paging),
		cmocka_unit_test(addresses_have_to_be_canonical),
		cmocka_unit_test(control_bits_in_cr3_are_no_address),
		cmocka_unit_test(accessed_and_dirty_are_set),
		cmocka_unit_test(errors_of_callbacks_come_back),
		cmocka_unit_test(rights_of_all_levels_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
