// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_msr.c - the MSR allow-list
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "cpu/msr.h"

static struct guest_msrs m;

/* A host of either vendor that has everything. */
static void host(bool amd, u32 leaf, u32 r[4])
{
	memset(r, 0xff, 16);
	if (leaf == 0) {
		r[0] = 0xd;
		memcpy(&r[1], amd ? "Auth" : "Genu", 4);
		memcpy(&r[3], amd ? "enti" : "ineI", 4);
		memcpy(&r[2], amd ? "cAMD" : "ntel", 4);
	} else if (leaf == 0x80000000) {
		r[0] = 0x80000021;
	} else if (leaf == 4 || leaf == 0x8000001d) {
		r[0] = 0;
	}
}

static void intel(u32 leaf, u32 subleaf, u32 r[4])
{
	host(false, leaf, r);
}

static void amd(u32 leaf, u32 subleaf, u32 r[4])
{
	host(true, leaf, r);
}

static void start(bool is_amd, u32 extras)
{
	const struct cpuid_config config = {
		.ncpus = 2, .maxphyaddr = 40, .xcr0 = 7, .extras = extras,
		.arch_capabilities = 0x2b,
	};
	struct cpuid_table t;

	cpuid_build(&t, &config, is_amd ? amd : intel);
	memset(&m, 0xa5, sizeof(m));
	guest_msrs_init(&m, &t, 0x1234);
}

static int on_amd(void **state)
{
	start(true, 0x7f);
	return 0;
}

static int on_intel(void **state)
{
	start(false, 0x7f);
	return 0;
}

static u64 rd(u32 msr)
{
	u64 val = 0x5a5a5a5a5a5a5a5aULL;

	if (msr_read(&m, msr, &val))
		fail_msg("rdmsr %x: #GP", msr);
	return val;
}

static void wr(u32 msr, u64 val)
{
	if (msr_write(&m, msr, val))
		fail_msg("wrmsr %x: #GP", msr);
}

static void rd_gp(u32 msr)
{
	u64 val;

	if (!msr_read(&m, msr, &val))
		fail_msg("rdmsr %x: no #GP", msr);
}

static void wr_gp(u32 msr, u64 val)
{
	if (!msr_write(&m, msr, val))
		fail_msg("wrmsr %x: no #GP", msr);
}

/* What Linux 6.1 and 6.12 read with rdmsr or rdmsrl, where CPUID lets them. */
static void test_linux_amd(void **state)
{
	static const u32 msrs[] = {
		0x8b, 0xfe, 0x179, 0x200, 0x20f, 0x250, 0x258, 0x259, 0x268, 0x26f, 0x2ff,
		0x1d9, 0xc0010010, 0xc0010015, 0xc001001f, 0xc0010055, 0xc0010058,
		0xc0010114, 0xc0010140, 0xc0010141, 0xc001011f,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(msrs); i++)
		rd(msrs[i]);
	assert_true(rd(0xc0010015) & 1 << 24);	/* else "TSC doesn't count with P0" */
	assert_true(rd(0xc0011029) & 1 << 1);	/* LFENCE */
	assert_int_equal(rd(0xc0010010), 0);	/* else TOP_MEM2 is read */
	wr(0xc001001f, 1ULL << 46);		/* enable_pci_io_ecs() */
	wr(0x17a, 0);
	assert_int_equal(rd(0x8b), 0x1234);
	assert_int_equal(rd(0xc0010114), 0x18);
}

static void test_linux_intel(void **state)
{
	static const u32 msrs[] = {
		0x17, 0x3a, 0x8b, 0xcd, 0xce, 0xfe, 0x10a, 0x179, 0x198, 0x1a0, 0x1d9,
		0x200, 0x2ff,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(msrs); i++)
		rd(msrs[i]);
	assert_int_equal(rd(0x3a) & 1, 1);	/* unlocked, Linux would write it */
	wr(0x8b, 0);
	assert_int_equal(rd(0x8b), 0x1234);
	assert_int_equal(rd(0x10a), 0x2b);
	wr_gp(0x10a, 0);
	assert_int_equal(rd(0x1a0), 0x1801);
	wr(0x1a0, ~0ULL & ~1ULL);
	assert_int_equal(rd(0x1a0), 0x1800);
}

/* What must not be there, or means something if it is. */
static const u32 absent[] = {
	0x10b,			/* FLUSH_CMD: not a number */
	0x122, 0x123,		/* TSX_CTRL, MCU_OPT_CTRL */
	0x140,			/* MISC_FEATURES_ENABLES */
	0x17b, 0x400, 0x401,	/* MCG_CTL, banks */
	0x345, 0x38f, 0x480, 0x606, 0x610, 0xda0, 0x1fc,
	0x210, 0x24f, 0x251, 0x257, 0x25a, 0x267, 0x270, 0x280, 0x2fe, 0x300,
	0xc0010061, 0xc0010111, 0xc0010112, 0xc0010117, 0xc0010131, 0xc001100c,
	0xc0011005, 0xc0011020, 0xc0011021, 0xc00102b4, 0xc0000080, 0x4b564d01, 0x40000000,
	0xffffffff, 0x10, 0x1b, 0x6e0, 0x800, 0x277,
};

static void test_absent(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(absent); i++) {
		rd_gp(absent[i]);
		wr_gp(absent[i], 0);
	}
}

static void test_vendor(void **state)
{
	on_amd(state);
	rd_gp(0x1a0);
	rd_gp(0x3a);
	rd_gp(0x10a);
	rd_gp(0x17);
	wr_gp(0x1a0, 0);
	on_intel(state);
	rd_gp(0xc0010015);
	rd_gp(0xc0010140);
	rd_gp(0xc001011f);
	rd_gp(0xc0010000);
	wr_gp(0xc0010015, 0);
	start(true, 0);
	rd_gp(0xc001011f);
	start(false, 0);
	rd_gp(0x10a);
}

static void test_hwcr(void **state)
{
	wr(0xc0010015, 1 << 18);
	assert_int_equal(rd(0xc0010015), 1 << 24 | 1 << 18);
	wr(0xc0010015, 0x148);
	assert_int_equal(rd(0xc0010015), 1 << 24);
}

static void test_read_only(void **state)
{
	static const u32 msrs[] = { 0, 0xfe, 0x179, 0x1db, 0xc0010010, 0xc0011029, 0xc0010140 };

	for (unsigned int i = 0; i < ARRAY_SIZE(msrs); i++) {
		u64 val = rd(msrs[i]);

		wr_gp(msrs[i], val);
		wr_gp(msrs[i], ~0ULL);
	}
}

static void test_ignored(void **state)
{
	for (u32 msr = 0xc0010000; msr <= 0xc0010007; msr++) {
		wr(msr, 0x530076);
		assert_int_equal(rd(msr), 0);	/* so that Linux sees: no counter */
	}
	rd_gp(0xc0010008);
	wr(0xc0010114, 0);
	assert_int_equal(rd(0xc0010114), 0x18);
}

static void test_virt_spec_ctrl(void **state)
{
	wr(0xc001011f, 4);
	assert_int_equal(rd(0xc001011f), 4);
	wr_gp(0xc001011f, 5);
	assert_int_equal(rd(0xc001011f), 4);
}

static void test_osvw(void **state)
{
	assert_int_equal(rd(0xc0010140), 4);
	assert_int_equal(rd(0xc0010141), 0);
	wr_gp(0xc0010141, 1);
}

/* XSS is there with XSAVES, and nothing can be set in it. */
static void test_xss(void **state)
{
	rd_gp(0xda0);
	wr_gp(0xda0, 0);
	start(false, 0x7f | CPUID_XSAVES);
	assert_int_equal(rd(0xda0), 0);
	wr(0xda0, 0);
	wr_gp(0xda0, 0x100);
}

static void test_mtrr_cap(void **state)
{
	assert_int_equal(rd(0xfe), 0x508);
	assert_int_equal(rd(0x2ff), 0x806);
}

static void test_mtrr_types(void **state)
{
	for (u32 type = 0; type < 256; type++) {
		bool ok = type == 0 || type == 1 || type == 4 || type == 5 || type == 6;

		assert_int_equal(msr_write(&m, 0x2ff, 0xc00 | type), ok ? 0 : -EINVAL);
		assert_int_equal(msr_write(&m, 0x200, type), ok ? 0 : -EINVAL);
		for (int i = 0; i < 64; i += 8)
			assert_int_equal(msr_write(&m, 0x26a, (u64)type << i),
					 ok ? 0 : -EINVAL);
	}
}

static void test_mtrr_bits(void **state)
{
	for (int bit = 8; bit < 64; bit++) {
		assert_int_equal(msr_write(&m, 0x2ff, 1ULL << bit | 6),
				 bit == 10 || bit == 11 ? 0 : -EINVAL);
		assert_int_equal(msr_write(&m, 0x20e, 1ULL << bit | 6),
				 bit >= 12 && bit < 40 ? 0 : -EINVAL);
	}
	for (int bit = 0; bit < 64; bit++)
		assert_int_equal(msr_write(&m, 0x20f, 1ULL << bit),
				 bit >= 11 && bit < 40 ? 0 : -EINVAL);
}

static void test_mtrr_storage(void **state)
{
	static const u32 fixed[] = {
		0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f,
	};

	for (u32 i = 0; i < 16; i++)
		wr(0x200 + i, (u64)(i + 1) << 12);
	for (u32 i = 0; i < ARRAY_SIZE(fixed); i++)
		wr(fixed[i], 0x0606060606060600ULL | (i & 1));
	for (u32 i = 0; i < 16; i++)
		assert_int_equal(rd(0x200 + i), (u64)(i + 1) << 12);
	for (u32 i = 0; i < ARRAY_SIZE(fixed); i++)
		assert_true(rd(fixed[i]) == (0x0606060606060600ULL | (i & 1)));
	guest_msrs_reset(&m);
	for (u32 i = 0; i < 16; i++)
		assert_int_equal(rd(0x200 + i), 0);
	for (u32 i = 0; i < ARRAY_SIZE(fixed); i++)
		assert_int_equal(rd(fixed[i]), 0);
	assert_int_equal(rd(0x2ff), 0x806);
	assert_int_equal(rd(0x8b), 0x1234);	/* facts stay */
}

#define A(name) cmocka_unit_test_setup(test_##name, on_amd)
#define I(name) cmocka_unit_test_setup(test_##name, on_intel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		A(linux_amd), I(linux_intel), A(absent), I(absent), A(vendor), A(hwcr),
		A(read_only), A(ignored), A(virt_spec_ctrl), A(osvw), I(xss), A(mtrr_cap),
		A(mtrr_types), I(mtrr_types), A(mtrr_bits), A(mtrr_storage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
