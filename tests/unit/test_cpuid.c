// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_cpuid.c - what guests see of CPUID, from hosts that are made up and from this one
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <cpuid.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "cpu/cpuid.h"
#include "cpu/cpuid-features.h"

enum { A, B, C, D };
#define EXT 0x80000000U
#define ALL_EXTRAS (0x7fU | CPUID_XSAVES)

/* ---- hosts ---- */

static struct {
	bool amd;
	u32 fill;		/* every feature word */
	u32 max_basic, max_ext;
} host;

static u32 level(u32 subleaf)
{
	return subleaf < 2 ? 1 : subleaf;	/* L1d, L1i, L2, L3 */
}

static void xsave_leaf(u32 subleaf, u32 r[4])
{
	static const u32 size[] = { 0, 0, 256, 0, 0, 64, 512, 1024, 0, 8 };
	static const u32 offset[] = { 0, 0, 576, 0, 0, 1088, 1152, 1664, 0, 2688 };

	if (subleaf == 0)
		r[A] = 0x2e7;
	if (subleaf == 1)
		r[A] = r[C] = r[D] = r[B] = host.fill;
	if (subleaf >= 2 && subleaf < ARRAY_SIZE(size)) {
		r[A] = size[subleaf];
		r[B] = offset[subleaf];
		r[C] = subleaf == 6 ? 7 : 4;	/* aligned; XFD */
	}
}

static void caches(u32 subleaf, u32 r[4])
{
	if (subleaf >= 4)
		return;
	r[A] = 1 | level(subleaf) << 5 | 1 << 8 | 15 << 14 | 31U << 26;
	r[B] = 0x01c0003f;
	r[C] = 63;
}

static void fake(u32 leaf, u32 subleaf, u32 r[4])
{
	static const char brand[48] = "Some Processor Of The Third Generation";

	/* A real CPU answers something for leaves that it hasn't: nobody may look. */
	if (leaf > (leaf < EXT ? host.max_basic : host.max_ext)) {
		memset(r, 0xff, 16);
		return;
	}
	memset(r, 0, 16);
	switch (leaf) {
	case 0:
		r[A] = host.max_basic;
		memcpy(&r[B], host.amd ? "Auth" : "Genu", 4);
		memcpy(&r[D], host.amd ? "enti" : "ineI", 4);
		memcpy(&r[C], host.amd ? "cAMD" : "ntel", 4);
		break;
	case 1:
		r[A] = 0x00a20f12;
		r[B] = 0x07100800;
		r[C] = r[D] = host.fill;
		break;
	case 2:
		r[A] = 0x00feff01;
		break;
	case 4:
		caches(subleaf, r);
		break;
	case 7:
		memset(r, host.fill & 0xff, 16);
		if (subleaf == 0)
			r[A] = 2;
		break;
	case 0xd:
		xsave_leaf(subleaf, r);
		break;
	case EXT:
		r[A] = host.max_ext;
		break;
	case EXT + 1:
		r[A] = 0x00a20f12;
		r[B] = 0x20000000;
		r[C] = r[D] = host.fill;
		break;
	case EXT + 2 ... EXT + 4:
		memcpy(r, brand + 16 * (leaf - EXT - 2), 16);
		break;
	case EXT + 8:
		r[A] = 0x00003030;
		r[B] = host.fill;
		r[C] = 0xf00f;
		r[D] = 0x10007;
		break;
	case EXT + 0x1d:
		caches(subleaf, r);
		break;
	case EXT + 0x1e:
		r[A] = 7, r[B] = 0x103, r[C] = 0x200;
		break;
	default:
		memset(r, host.fill & 0xff, 16);
		break;
	}
}

static void this_cpu(u32 leaf, u32 subleaf, u32 r[4])
{
	__cpuid_count(leaf, subleaf, r[A], r[B], r[C], r[D]);
}

/* ---- a guest ---- */

static struct cpuid_config config;
static struct cpuid_table t;
static struct cpuid_dynamic dyn;
static u32 r[4];

static void build(bool amd, u32 fill)
{
	host.amd = amd;
	host.fill = fill;
	cpuid_build(&t, &config, fake);
}

static int fresh(void **state)
{
	host.max_basic = 0x20;
	host.max_ext = EXT + 0x28;
	config = (struct cpuid_config){
		.ncpus = 4, .maxphyaddr = 40, .tsc_khz = 2100000, .xcr0 = 0x2e7,
		.extras = ALL_EXTRAS, .arch_capabilities = ~0ULL,
	};
	dyn = (struct cpuid_dynamic){ .apic_id = 3, .apic_enabled = true, .xcr0 = 1 };
	return 0;
}

static u32 *get(u32 leaf, u32 subleaf)
{
	memset(r, 0xa5, sizeof(r));
	cpuid_lookup(&t, &dyn, leaf, subleaf, r);
	return r;
}

static void expect(u32 leaf, u32 subleaf, u32 a, u32 b, u32 c, u32 d)
{
	get(leaf, subleaf);
	assert_int_equal(r[A], a);
	assert_int_equal(r[B], b);
	assert_int_equal(r[C], c);
	assert_int_equal(r[D], d);
}

static void expect_zero(u32 leaf, u32 subleaf)
{
	expect(leaf, subleaf, 0, 0, 0, 0);
}

/* What no guest may ever see: leaf, register, bits. */
static const struct { u32 leaf, subleaf, reg, bits; } forbidden[] = {
	/* DTES64, MONITOR, DS-CPL, VMX, SMX, EST, TM2, CNXT-ID, xTPR, PDCM, DCA */
	{ 1, 0, C, 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 |
		   1 << 14 | 1 << 15 | 1 << 18 },
	/* PSN, DS, ACPI thermal, TM, PBE */
	{ 1, 0, D, 1 << 18 | 1 << 21 | 1 << 22 | 1 << 29 | 1U << 31 },
	/* SGX, HLE, RTM, PQM, MPX, PQE, PT */
	{ 7, 0, B, 1 << 2 | 1 << 4 | 1 << 11 | 1 << 12 | 1 << 14 | 1 << 15 | 1 << 25 },
	/* WAITPKG, CET_SS, TME, LA57, key locker, bus lock, ENQCMD, SGX_LC, PKS */
	{ 7, 0, C, 1 << 5 | 1 << 7 | 1 << 13 | 1 << 16 | 1 << 23 | 1 << 24 | 1 << 29 |
		   1 << 30 | 1U << 31 },
	/* UINTR, SRBDS_CTRL, RTM_ALWAYS_ABORT, TSX_FORCE_ABORT, HYBRID, TSXLDTRK, */
	/* PCONFIG, LBR, IBT, AMX, CORE_CAPABILITIES */
	{ 7, 0, D, 1 << 5 | 1 << 9 | 1 << 11 | 1 << 13 | 1 << 15 | 1 << 16 | 1 << 18 |
		   1 << 19 | 1 << 20 | 1 << 22 | 1 << 24 | 1 << 25 | 1 << 30 },
	/* AMX, FRED, LKGS, WRMSRNS, LAM */
	{ 7, 1, A, 1 << 17 | 1 << 18 | 1 << 19 | 1 << 21 | 1 << 22 | 1 << 26 },
	{ 0xd, 1, A, ~15U },		/* XFD */
	{ 0xd, 1, C, ~0U },
	{ 0xd, 1, D, ~0U },
	/* SVM, ExtApic, IBS, SKINIT, WDT, LWP, TCE, NODEID, PERFCTR*, BPEXT, PTSC, MWAITX */
	{ EXT + 1, 0, C, 1 << 2 | 1 << 3 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 15 | 1 << 17 |
			 1 << 19 | 1 << 23 | 1 << 24 | 1 << 26 | 1 << 27 | 1 << 28 | 1 << 29 },
	{ EXT + 7, 0, A, ~0U }, { EXT + 7, 0, B, ~0U }, { EXT + 7, 0, C, ~0U },
	{ EXT + 7, 0, D, ~(1U << 8) },
	/* IRPERF, INVLPGB, RDPRU, MCOMMIT, INT_WBINVD, PPIN, CPPC */
	{ EXT + 8, 0, B, 1 << 1 | 1 << 3 | 1 << 4 | 1 << 8 | 1 << 13 | 1 << 23 | 1 << 27 },
	{ EXT + 0x21, 0, A, 1 << 3 | 1 << 8 | 1 << 17 },
};

/* Leaves about things that guests have not. */
static const u32 empty[] = {
	3, 5, 8, 9, 0xa, 0xc, 0x12, 0x14, EXT + 0xa, EXT + 0xb, EXT + 0x1b, EXT + 0x1c,
	EXT + 0x1f, EXT + 0x20,
};

static void check_forbidden(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(forbidden); i++) {
		u32 val = get(forbidden[i].leaf, forbidden[i].subleaf)[forbidden[i].reg];

		if (val & forbidden[i].bits)
			fail_msg("leaf %x.%x shows %x", forbidden[i].leaf,
				 forbidden[i].subleaf, val & forbidden[i].bits);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(empty); i++)
		if (t.amd || empty[i] < 0xd)
			expect_zero(empty[i], 0);
	expect(6, 0, 4, 0, 0, 0);	/* ARAT and nothing else */
}

/* ---- tests ---- */

static void test_generous_host(void **state)
{
	build(true, ~0U);
	check_forbidden();
	assert_int_equal(get(1, 0)[C], 0xf7fa3203);
	assert_int_equal(r[D], 0x1f8bfbff);
	assert_int_equal(get(7, 0)[B], 0xfdbf27eb);
	assert_int_equal(get(EXT + 1, 0)[C], 0x00610bf3);
	assert_int_equal(r[D], 0xefd3fbff);
	assert_int_equal(get(0xd, 1)[A], 15);
	assert_int_equal(get(EXT + 7, 0)[D], 0x100);

	build(false, ~0U);
	check_forbidden();
	assert_int_equal(get(EXT + 1, 0)[D] & 0x183f3ff, 0);	/* AMD repeats, Intel not */
	assert_true(get(7, 0)[D] & 1 << 29);
	assert_true(t.arch_capabilities == 0x1d1ae17f);
}

static void test_poor_host(void **state)
{
	build(true, 0);
	expect(1, 0, 0x00a20f12, 0x03040800, 0x81200000, 0x10005280);
	expect(7, 0, 2, 2, 0, 0);
	expect(EXT + 1, 0, 0x00a20f12, 0x20000000, 0x202, 0x5280);
	expect_zero(0xd, 0);
	expect_zero(0xd, 1);
	expect_zero(0xd, 2);
	expect_zero(EXT + 0x1d, 0);
	expect_zero(EXT + 0x1e, 0);
	assert_int_equal(t.cr4, 1 << 6);	/* MCE */
	assert_int_equal(t.efer, 0);
	assert_int_equal(t.spec_ctrl, 0);
	assert_int_equal(t.xcr0, 0);

	host.max_basic = 1;			/* and an old one */
	host.max_ext = EXT + 1;
	build(true, ~0U);
	expect(0, 0, 0xd, 0x68747541, 0x444d4163, 0x69746e65);
	expect(7, 0, 0, 2, 0, 0);
	assert_int_equal(get(EXT, 0)[A], EXT + 8);
	assert_int_equal(get(EXT + 8, 0)[A], 0x3028);
	expect_zero(EXT + 2, 0);
	expect_zero(EXT + 7, 0);
}

static void test_allow_list(void **state)
{
	u32 seen[NR_WORDS] = { 0 };

	for (unsigned int i = 0; i < nr_features; i++) {
		assert_true(features[i].word < NR_WORDS && features[i].bit < 32);
		assert_true(strlen(features[i].name) > 0);
		assert_false(seen[features[i].word] & 1U << features[i].bit);
		seen[features[i].word] |= 1U << features[i].bit;
	}
}

/* Taking an extra away takes its features, and only those. */
static void test_extras(void **state)
{
	static const struct { u32 extra, leaf, reg, bits; } e[] = {
		{ CPUID_RDTSCP, EXT + 1, D, 1 << 27 }, { CPUID_RDTSCP, 7, C, 1 << 22 },
		{ CPUID_TSC_ADJUST, 7, B, 1 << 1 }, { CPUID_SPEC_CTRL, 7, D, 0x8c000000 },
		{ CPUID_SPEC_CTRL, EXT + 8, B, 0x110fd000 },
		{ CPUID_VIRT_SSBD, EXT + 8, B, 1 << 25 }, { CPUID_FLUSH_L1D, 7, D, 1 << 28 },
		{ CPUID_INVPCID, 7, B, 1 << 10 }, { CPUID_INVPCID, 1, C, 1 << 17 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(e); i++) {
		u32 with;

		config.extras = ALL_EXTRAS;
		build(true, ~0U);
		with = get(e[i].leaf, 0)[e[i].reg];

		config.extras = ALL_EXTRAS & ~e[i].extra;
		build(true, ~0U);
		assert_int_equal(with & ~get(e[i].leaf, 0)[e[i].reg], e[i].bits);
	}
	config.extras = ALL_EXTRAS & ~CPUID_XSAVES;
	build(true, ~0U);
	assert_int_equal(get(0xd, 1)[A], 7);
	config.extras = ALL_EXTRAS;
	build(true, ~0U);
	assert_int_equal(t.spec_ctrl, 0x5ff);
	assert_int_equal(t.pred_cmd, 0x81);
	config.extras = 0;
	build(true, ~0U);
	assert_int_equal(t.spec_ctrl, 0);
	assert_int_equal(t.pred_cmd, 0);
	config.extras = ALL_EXTRAS;		/* what is Intel's is not AMD's */
	build(true, ~0U);
	assert_false(get(7, 0)[D] & 1 << 29);
	build(false, ~0U);
	assert_false(get(EXT + 8, 0)[B] & 1 << 25);
	assert_false(get(EXT + 1, 0)[C] & (1 << 1 | 1 << 9 | 1 << 22));
}

static void test_stable_tsc(void **state)
{
	build(true, 0);
	expect(EXT + 7, 0, 0, 0, 0, 0);
	config.extras = CPUID_STABLE_TSC;
	build(true, 0);
	expect(EXT + 7, 0, 0, 0, 0, 0x100);
	expect(0x40000101, 0, 0x0100002a, 0, 0, 0);
	config.extras = 0;
	build(true, ~0U);
	expect(EXT + 7, 0, 0, 0, 0, 0x100);
	expect(0x40000101, 0, 0x2a, 0, 0, 0);
}

static void test_control_registers(void **state)
{
	build(true, ~0U);
	assert_int_equal(t.cr4, 0x770fff);	/* no LA57, VMXE, SMXE, CET */
	assert_int_equal(t.efer, 0x4d01);	/* no SVME, LMSLE, TCE */
	config.xcr0 = 0;
	config.extras = 0;
	build(true, ~0U);
	assert_int_equal(t.cr4, 0x310fff);
}

static void test_dynamic(void **state)
{
	build(true, ~0U);
	assert_int_equal(get(1, 0)[B], 0x03040800);
	dyn.apic_id = 254;
	assert_int_equal(get(1, 0)[B], 0xfe040800);
	assert_false(r[C] & 1 << 27);
	assert_true(r[D] & 1 << 9);
	dyn.cr4 = 1 << 18 | 1 << 22;
	dyn.apic_enabled = false;
	get(1, 0);
	assert_true(r[C] & 1 << 27);
	assert_false(r[D] & 1 << 9);
	assert_false(get(EXT + 1, 0)[D] & 1 << 9);
	assert_true(get(7, 0)[C] & 1 << 4);
	dyn.cr4 = 0;
	assert_false(get(7, 0)[C] & 1 << 4);
	dyn.cr4 = 1 << 22;
	assert_false(get(7, 1)[C] & 1 << 4);
}

static void test_xcr0(void **state)
{
	static const struct { u64 asked, got; } x[] = {
		{ 0x2e7, 0x2e7 }, { ~0ULL, 0x2e7 }, { 0, 0 }, { 1, 0 }, { 3, 3 }, { 7, 7 },
		{ 0x67, 7 }, { 0xe3, 3 }, { 0x203, 0x203 }, { 0x60003, 3 }, { 0x1b, 3 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(x); i++) {
		config.xcr0 = x[i].asked;
		build(false, ~0U);
		assert_true(t.xcr0 == x[i].got);
		assert_int_equal(get(0xd, 0)[A], x[i].got);
		assert_int_equal(get(1, 0)[C] >> 26 & 1, x[i].got != 0);
		assert_int_equal(r[C] >> 28 & 1, (x[i].got & 4) != 0);
		assert_int_equal(get(7, 0)[B] >> 5 & 1, (x[i].got & 4) != 0);
		assert_int_equal(get(7, 0)[B] >> 16 & 1, (x[i].got & 0x80) != 0);
		assert_int_equal(get(7, 0)[C] >> 3 & 1, (x[i].got & 0x200) != 0);
	}
}

static void test_xsave_sizes(void **state)
{
	static const struct { u64 xcr0; u32 standard, compacted; } x[] = {
		{ 1, 576, 576 }, { 3, 576, 576 }, { 7, 832, 832 }, { 0xe7, 2688, 2432 },
		{ 0x2e7, 2696, 2440 }, { 0x203, 2696, 584 }, { 0x207, 2696, 840 },
	};

	build(true, ~0U);
	for (unsigned int i = 0; i < ARRAY_SIZE(x); i++) {
		dyn.xcr0 = x[i].xcr0;
		expect(0xd, 0, 0x2e7, x[i].standard, 2696, 0);
		expect(0xd, 1, 15, x[i].compacted, 0, 0);
	}
	expect(0xd, 2, 256, 576, 0, 0);
	expect(0xd, 6, 512, 1152, 2, 0);
	t.leafd[5].reg[A] = 60;		/* where alignment matters */
	assert_int_equal(cpuid_xsave_size(&t, 0xe7, true), 2432);
	assert_int_equal(cpuid_xsave_size(&t, 0x27, true), 892);
	expect_zero(0xd, 3);
	expect_zero(0xd, 10);
	expect_zero(0xd, 0xffffffff);
	config.xcr0 = 7;
	build(true, ~0U);
	dyn.xcr0 = 7;
	expect(0xd, 0, 7, 832, 832, 0);
	expect_zero(0xd, 9);
}

/* As Linux and others read it: every way must lead to one package of ncpus cores. */
static void test_topology(void **state)
{
	static const u32 n[] = { 1, 2, 3, 4, 5, 8, 9, 64, 65, 255 };

	for (unsigned int i = 0; i < ARRAY_SIZE(n) * 2; i++) {
		u32 ncpus = n[i / 2], bits = 0;

		while (1U << bits < ncpus)
			bits++;
		config.ncpus = ncpus;
		build(i & 1, ~0U);
		for (dyn.apic_id = 0; dyn.apic_id < ncpus; dyn.apic_id++) {
			expect(0xb, 0, 0, 1, 0x100, dyn.apic_id);
			expect(0xb, 1, bits, ncpus, 0x201, dyn.apic_id);
			expect(0xb, 2, 0, 0, 2, dyn.apic_id);
			assert_int_equal(dyn.apic_id >> bits, 0);
			assert_int_equal(get(1, 0)[B], dyn.apic_id << 24 | ncpus << 16 | 0x800);
			assert_int_equal(r[D] >> 28 & 1, ncpus > 1);
			if (!t.amd)
				continue;
			expect(EXT + 0x1e, 0, dyn.apic_id, dyn.apic_id, 0, 0);
		}
		assert_int_equal(get(EXT + 8, 0)[C], t.amd ? bits << 12 | (ncpus - 1) : 0);
		assert_int_equal(get(EXT + 1, 0)[C] >> 1 & 1, t.amd && ncpus > 1);
	}
}

static void test_caches(void **state)
{
	for (u32 ncpus = 1; ncpus <= 255; ncpus += 2) {
		u32 ids = 1;

		while (ids < ncpus)
			ids *= 2;
		config.ncpus = ncpus;
		for (int amd = 0; amd < 2; amd++) {
			u32 leaf = amd ? EXT + 0x1d : 4;
			u32 cores = amd ? 0 : min(ids, 64U) - 1;

			build(amd, ~0U);
			for (u32 i = 0; i < 4; i++)
				expect(leaf, i, 1 | level(i) << 5 | 1 << 8 | cores << 26 |
				       (i == 3 ? ids - 1 : 0) << 14, 0x01c0003f, 63, 0);
			expect_zero(leaf, 4);
			expect_zero(leaf, 5);
			expect_zero(leaf, 6);
			expect_zero(leaf, 0xffffffff);
			if (amd)
				expect_zero(4, 0);
		}
	}
}

static void test_ranges(void **state)
{
	u32 highest[4];

	build(true, ~0U);
	assert_int_equal(get(0, 0)[A], 0xd);
	assert_int_equal(get(EXT, 0)[A], EXT + 0x21);
	expect_zero(0xe, 0);
	expect_zero(0x7fffffff, 0);
	expect_zero(EXT + 0x22, 0);
	expect_zero(0xc0000000, 0);
	expect_zero(0xffffffff, 0xffffffff);

	build(false, ~0U);
	assert_int_equal(get(EXT, 0)[A], EXT + 8);
	for (u32 subleaf = 0; subleaf < 12; subleaf++) {
		memcpy(highest, get(0xd, subleaf), sizeof(highest));
		assert_memory_equal(get(0xe, subleaf), highest, 16);
		assert_memory_equal(get(0x15, subleaf), highest, 16);
		assert_memory_equal(get(0x7fffffff, subleaf), highest, 16);
		assert_memory_equal(get(EXT + 9, subleaf), highest, 16);
		assert_memory_equal(get(EXT + 0x1e, subleaf), highest, 16);
		assert_memory_equal(get(0xffffffff, subleaf), highest, 16);
	}
}

static void test_hypervisor(void **state)
{
	for (int amd = 0; amd < 2; amd++) {
		build(amd, ~0U);
		get(0x40000000, 0);
		assert_int_equal(r[A], 0x40000010);
		assert_memory_equal(&r[B], "InsulaInsula", 12);
		expect(0x40000010, 0, 2100000, 1000000, 0, 0);
		for (u32 leaf = 0x40000001; leaf < 0x40000200; leaf++)
			if (leaf != 0x40000010 && leaf != 0x40000100 && leaf != 0x40000101)
				expect_zero(leaf, 0);
		get(0x40000100, 0);
		assert_int_equal(r[A], 0x40000101);
		assert_memory_equal(&r[B], "KVMKVMKVM\0\0\0", 12);
		expect(0x40000101, 0, 0x2a, 0, 0, 0);
		expect_zero(0x4fffffff, 0);
	}
}

static void test_address_sizes(void **state)
{
	build(true, ~0U);
	assert_int_equal(get(EXT + 8, 0)[A], 0x3028);
	assert_int_equal(r[D], 0);
	config.maxphyaddr = 52;
	build(false, ~0U);
	assert_int_equal(get(EXT + 8, 0)[A], 0x3034);
}

static void test_brand(void **state)
{
	char text[49] = "";

	build(true, ~0U);
	for (u32 i = 0; i < 3; i++)
		memcpy(text + 16 * i, get(EXT + 2 + i, 0), 16);
	assert_string_equal(text, "Some Processor Of The Third Generation");
}

static void test_this_cpu(void **state)
{
	u32 real[4];

	cpuid_build(&t, &config, this_cpu);
	check_forbidden();
	this_cpu(1, 0, real);
	assert_int_equal(get(1, 0)[A], real[A]);
	assert_int_equal(r[C] & ~real[C] & ~(1U << 31 | 1 << 24 | 1 << 21), 0);
	this_cpu(7, 0, real);
	assert_int_equal(get(7, 0)[B] & ~real[B] & ~2U, 0);
	assert_int_equal(r[C] & ~real[C], 0);
	for (u32 i = 0; i < 0x40; i++) {
		get(i, i & 3);
		get(EXT + i, i & 3);
	}
}

#define T(name) cmocka_unit_test_setup(test_##name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(generous_host), T(poor_host), T(allow_list), T(extras), T(stable_tsc),
		T(control_registers), T(dynamic), T(xcr0), T(xsave_sizes), T(topology),
		T(caches), T(ranges), T(hypervisor), T(address_sizes), T(brand), T(this_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
