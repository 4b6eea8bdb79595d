// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpuid.c - build a VM's CPUID table, and look things up in it
 *
 * Building may be slow. A lookup is on the path of every CPUID exit: most leaves are
 * copied as they stand, and two bit masks tell which need more.
 * AMD APM vol. 3 appendix E, Intel SDM vol. 2A "CPUID".
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include <insula/guest-abi.h>
#include "cpuid-features.h"

#define HYPER_TIMING	0x40000010U	/* highest hypervisor leaf */
#define KVM_BASE	0x40000100U	/* KVM's, by which stock kernels trust x2APIC */
#define KVM_FEATURES	0x40000101U
#define KVM_NOP_IO_DELAY BIT(1)		/* port 0x80 need not be written to pass time */
#define KVM_CLOCK	BIT(3)		/* PV_MSR_TIME and PV_MSR_WALL */
#define KVM_STEAL_TIME	BIT(5)		/* PV_MSR_STEAL */
#define KVM_CLOCK_STABLE BIT(24)	/* that clock never differs between vCPUs if it says so */

#define EDX_APIC	BIT(9)		/* 1.EDX, and 0x80000001.EDX on AMD */
#define EDX_INVARIANT_TSC BIT(8)	/* 0x80000007.EDX */
#define ECX_OSXSAVE	BIT(27)
#define ECX_OSPKE	BIT(4)
#define ECX_TOPOEXT	BIT(22)
#define EAX_ARAT	BIT(2)		/* the APIC timer runs in deep sleep, too */
#define EAX_XSAVEC	BIT(1)
#define EAX_XSAVES	BIT(3)
#define CR4_OSXSAVE	BIT(18)
#define CR4_PKE		BIT(22)

/*
 * What IA32_ARCH_CAPABILITIES may say: facts about the CPU. Not the bits that announce
 * another MSR: TSX_CTRL 7, MISC_PACKAGE_CTLS 10, ENERGY_FILTERING_CTL 11, DOITM 12,
 * FB_CLEAR_CTRL 18, XAPIC_DISABLE 21, OVERCLOCKING 23, GDS_CTRL 25.
 */
#define ARCH_CAP_BITS	0x1d1ae17fULL

#define XCR0_SSE	0x3ULL
#define XCR0_AVX	0x4ULL
#define XCR0_AVX512	0xe0ULL
#define XCR0_PKRU	0x200ULL

static bool is_amd(const u32 *r)
{
	return (r[R_EBX] == 0x68747541 && r[R_EDX] == 0x69746e65 &&
		r[R_ECX] == 0x444d4163) ||		/* AuthenticAMD */
	       (r[R_EBX] == 0x6f677948 && r[R_EDX] == 0x6e65476e &&
		r[R_ECX] == 0x656e6975);		/* HygonGenuine */
}

/* Only combinations that XSETBV takes (SDM vol. 1 §13.3). */
static u64 sane_xcr0(u64 xcr0, u32 leaf1_ecx)
{
	if (!(leaf1_ecx & BIT(26)) || (xcr0 & XCR0_SSE) != XCR0_SSE)
		return 0;
	xcr0 &= XCR0_SSE | XCR0_AVX | XCR0_AVX512 | XCR0_PKRU;
	if (!(xcr0 & XCR0_AVX) || (xcr0 & XCR0_AVX512) != XCR0_AVX512)
		xcr0 &= ~XCR0_AVX512;
	return xcr0;
}

static u32 conditions(const struct cpuid_table *t, const struct cpuid_config *config)
{
	return (config->extras & NEED_EXTRAS) |
	       (t->xcr0 ? NEED_XSAVE : 0) |
	       (t->xcr0 & XCR0_AVX ? NEED_AVX : 0) |
	       (t->xcr0 & XCR0_AVX512 ? NEED_AVX512 : 0) |
	       (t->xcr0 & XCR0_PKRU ? NEED_PKRU : 0) |
	       (t->amd ? NEED_AMD : NEED_INTEL) |
	       (config->ncpus > 1 ? MULTI_CPU : 0);
}

struct source {
	cpuid_host_t *host;
	u32 max_basic, max_ext;
};

#define EAX	BIT(R_EAX)
#define EBX	BIT(R_EBX)
#define ECX	BIT(R_ECX)
#define EDX	BIT(R_EDX)

/* Copy what of a leaf is the guest's business: @regs. What the host hasn't stays zero. */
static void pass(const struct source *src, u32 leaf, u32 subleaf, u32 regs,
		 struct cpuid_leaf *out)
{
	u32 r[4];
	int i;

	if (leaf > (leaf < CPUID_EXT_BASE ? src->max_basic : src->max_ext))
		return;
	src->host(leaf, subleaf, r);
	for (i = 0; i < 4; i++)
		if (regs & BIT(i))
			out->reg[i] = r[i];
}

static void pass_leaves(struct cpuid_table *t, const struct source *src)
{
	u32 i;

	pass(src, 1, 0, EAX | EBX | ECX | EDX, &t->basic[1]);
	if (!t->amd)
		pass(src, 2, 0, EAX | EBX | ECX | EDX, &t->basic[2]);
	pass(src, 7, 0, EAX | EBX | ECX | EDX, &t->leaf7[0]);
	t->leaf7[0].reg[R_EAX] = min_t(u32, t->leaf7[0].reg[R_EAX], 2);
	if (t->leaf7[0].reg[R_EAX] >= 1)
		pass(src, 7, 1, EAX | EDX, &t->leaf7[1]);
	if (t->leaf7[0].reg[R_EAX] >= 2)
		pass(src, 7, 2, EDX, &t->leaf7[2]);
	pass(src, 0xd, 1, EAX, &t->leafd[1]);

	pass(src, CPUID_EXT_BASE + 1, 0, EAX | ECX | EDX | (t->amd ? EBX : 0), &t->ext[1]);
	for (i = 2; i <= 6; i++)		/* brand; caches and TLBs */
		pass(src, CPUID_EXT_BASE + i, 0, EAX | EBX | ECX | EDX, &t->ext[i]);
	pass(src, CPUID_EXT_BASE + 7, 0, EDX, &t->ext[7]);
	pass(src, CPUID_EXT_BASE + 8, 0, EBX, &t->ext[8]);
	pass(src, CPUID_EXT_BASE + 0x19, 0, EAX | EBX, &t->ext[0x19]);	/* TLBs, 1 GiB */
	pass(src, CPUID_EXT_BASE + 0x1a, 0, EAX, &t->ext[0x1a]);		/* width of FPU */
	pass(src, CPUID_EXT_BASE + 0x21, 0, EAX | ECX, &t->ext[0x21]);
}

static void build_features(struct cpuid_table *t, const struct cpuid_config *config)
{
	/* Where each word is, in the order of enum feature_word. */
	u32 *const place[] = {
		&t->basic[1].reg[R_ECX], &t->basic[1].reg[R_EDX],
		&t->leaf7[0].reg[R_EBX], &t->leaf7[0].reg[R_ECX],
		&t->leaf7[0].reg[R_EDX], &t->leaf7[1].reg[R_EAX],
		&t->leaf7[1].reg[R_EDX], &t->leaf7[2].reg[R_EDX],
		&t->leafd[1].reg[R_EAX], &t->ext[1].reg[R_ECX],
		&t->ext[1].reg[R_EDX], &t->ext[7].reg[R_EDX],
		&t->ext[8].reg[R_EBX], &t->ext[0x21].reg[R_EAX],
		&t->ext[0x21].reg[R_ECX],
	};
	u32 words[NR_WORDS];
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(place) != NR_WORDS);
	for (i = 0; i < NR_WORDS; i++)
		words[i] = *place[i];
	if (config->extras & CPUID_STABLE_TSC)
		words[W_E7_EDX] |= EDX_INVARIANT_TSC;
	features_filter(words, conditions(t, config));
	features_masks(t, words);
	for (i = 0; i < NR_WORDS; i++)
		*place[i] = words[i];
	if (t->amd)	/* repeats the old ones of leaf 1 */
		t->ext[1].reg[R_EDX] |= t->basic[1].reg[R_EDX] & 0x0183f3ff;
}

/*
 * Caches in the format of leaf 4, which 0x8000001d shares but for @cores: the first two
 * levels belong to one processor each, others to @sharing + 1.
 */
static void build_caches(const struct source *src, u32 leaf, u32 sharing, u32 cores,
			 struct cpuid_leaf caches[CPUID_NR_CACHES])
{
	unsigned int i;

	for (i = 0; i < CPUID_NR_CACHES - 1; i++) {	/* the last one ends the list */
		u32 *eax = &caches[i].reg[R_EAX];

		pass(src, leaf, i, EAX | EBX | ECX | EDX, &caches[i]);
		if (!(*eax & 0x1f)) {
			memset(&caches[i], 0, sizeof(caches[i]));
			return;
		}
		*eax &= 0x3fff;
		*eax |= cores << 26 | ((*eax >> 5 & 7) > 2 ? sharing << 14 : 0);
	}
}

/* One package of @ncpus cores with one thread each; APIC ids are filled in at lookup. */
static void build_topology(struct cpuid_table *t, const struct source *src, u32 ncpus)
{
	u32 bits = fls(ncpus - 1), ids = 1U << bits;

	/* CLFLUSH line; processors in the package */
	t->basic[1].reg[R_EBX] = (t->basic[1].reg[R_EBX] & 0xff00) | ncpus << 16;
	t->leafb[0] = (struct cpuid_leaf){ { 0, 1, 1 << 8 } };
	t->leafb[1] = (struct cpuid_leaf){ { bits, ncpus, 2 << 8 | 1 } };
	if (!t->amd) {
		build_caches(src, 4, ids - 1, min_t(u32, ids, 64) - 1, t->leaf4);
		return;
	}
	t->ext[8].reg[R_ECX] = bits << 12 | (ncpus - 1);
	if (t->ext[1].reg[R_ECX] & ECX_TOPOEXT)
		build_caches(src, CPUID_EXT_BASE + 0x1d, ids - 1, 0, t->leaf1d);
}

static void build_xsave(struct cpuid_table *t, const struct source *src)
{
	unsigned int i;

	if (!t->xcr0)
		return;
	for (i = 2; i < CPUID_NR_XSAVE; i++) {
		if (!(t->xcr0 & BIT_ULL(i)))
			continue;
		pass(src, 0xd, i, EAX | EBX | ECX, &t->leafd[i]);
		t->leafd[i].reg[R_ECX] &= 2;	/* alignment; user state */
	}
	t->leafd[0].reg[R_EAX] = t->xcr0;
	t->leafd[0].reg[R_ECX] = cpuid_xsave_size(t, t->xcr0, false);
}

void cpuid_build(struct cpuid_table *t, const struct cpuid_config *config, cpuid_host_t *host)
{
	struct source src = { .host = host };
	struct cpuid_leaf leaf1 = {};

	memset(t, 0, sizeof(*t));
	host(0, 0, t->basic[0].reg);
	src.max_basic = t->basic[0].reg[R_EAX];
	t->basic[0].reg[R_EAX] = CPUID_NR_BASIC - 1;
	t->amd = is_amd(t->basic[0].reg);
	host(CPUID_EXT_BASE, 0, t->ext[0].reg);
	src.max_ext = t->ext[0].reg[R_EAX];
	t->max_ext = CPUID_EXT_BASE + 8;
	if (t->amd)
		t->max_ext = clamp(src.max_ext, t->max_ext, CPUID_EXT_BASE + CPUID_NR_EXT - 1);
	t->ext[0].reg[R_EAX] = t->max_ext;

	pass(&src, 1, 0, ECX, &leaf1);
	t->xcr0 = sane_xcr0(config->xcr0, leaf1.reg[R_ECX]);
	t->maxphyaddr = config->maxphyaddr;
	t->arch_capabilities = config->arch_capabilities & ARCH_CAP_BITS;

	pass_leaves(t, &src);
	build_features(t, config);
	build_topology(t, &src, config->ncpus);
	build_xsave(t, &src);
	t->basic[6].reg[R_EAX] = EAX_ARAT;
	t->ext[8].reg[R_EAX] = 48 << 8 | t->maxphyaddr;

	t->hyper[0].reg[R_EAX] = HYPER_TIMING;
	memcpy(&t->hyper[0].reg[R_EBX], GUEST_CPUID_SIGNATURE, 12);
	t->hyper[1].reg[R_EAX] = config->tsc_khz;
	t->hyper[1].reg[R_EBX] = GUEST_LAPIC_TIMER_HZ / 1000;
	t->hyper[2].reg[R_EAX] = KVM_FEATURES;
	memcpy(&t->hyper[2].reg[R_EBX], "KVMKVMKVM\0\0\0", 12);
	t->hyper[3].reg[R_EAX] = KVM_NOP_IO_DELAY | KVM_CLOCK | KVM_STEAL_TIME |
				 (config->extras & CPUID_STABLE_TSC ? KVM_CLOCK_STABLE : 0);
}

u32 cpuid_xsave_size(const struct cpuid_table *t, u64 xcr0, bool compacted)
{
	u32 size = 576;			/* legacy region and header */
	unsigned int i;

	for (i = 2; i < CPUID_NR_XSAVE; i++) {
		const u32 *r = t->leafd[i].reg;

		if (!(xcr0 & BIT_ULL(i)))
			continue;
		if (!compacted)
			size = max(size, r[R_EBX] + r[R_EAX]);
		else
			size = (r[R_ECX] & 2 ? ALIGN(size, 64) : size) + r[R_EAX];
	}
	return size;
}

/* A leaf with subleaves; beyond the last it is zero. */
static void subleaf_of(const struct cpuid_leaf *leaves, u32 n, u32 subleaf, u32 out[4])
{
	if (subleaf < n)
		memcpy(out, &leaves[array_index_nospec(subleaf, n)], sizeof(*leaves));
}

static void xsave_leaf(const struct cpuid_table *t, const struct cpuid_dynamic *dyn,
		       u32 subleaf, u32 out[4])
{
	subleaf_of(t->leafd, ARRAY_SIZE(t->leafd), subleaf, out);
	if (!t->xcr0)
		return;
	if (subleaf == 0)
		out[R_EBX] = cpuid_xsave_size(t, dyn->xcr0, false);
	else if (subleaf == 1 && (out[R_EAX] & (EAX_XSAVEC | EAX_XSAVES)))
		out[R_EBX] = cpuid_xsave_size(t, dyn->xcr0, true);
}

/* @out: zeros, for the leaves that have subleaves */
static noinline void adjust_basic(const struct cpuid_table *t, const struct cpuid_dynamic *dyn,
				  u32 leaf, u32 subleaf, u32 out[4])
{
	switch (leaf) {
	case 1:
		out[R_EBX] |= dyn->apic_id << 24;
		if (dyn->cr4 & CR4_OSXSAVE)
			out[R_ECX] |= ECX_OSXSAVE;
		if (!dyn->apic_enabled)
			out[R_EDX] &= ~EDX_APIC;
		break;
	case 4:
		subleaf_of(t->leaf4, ARRAY_SIZE(t->leaf4), subleaf, out);
		break;
	case 7:
		subleaf_of(t->leaf7, ARRAY_SIZE(t->leaf7), subleaf, out);
		if (subleaf == 0 && (dyn->cr4 & CR4_PKE))
			out[R_ECX] |= ECX_OSPKE;
		break;
	case 0xb:
		out[R_ECX] = subleaf & 0xff;
		subleaf_of(t->leafb, ARRAY_SIZE(t->leafb), subleaf, out);
		out[R_EDX] = dyn->apic_id;
		break;
	case 0xd:
		xsave_leaf(t, dyn, subleaf, out);
		break;
	}
}

static noinline void adjust_ext(const struct cpuid_table *t, const struct cpuid_dynamic *dyn,
				u32 leaf, u32 subleaf, u32 out[4])
{
	switch (leaf) {
	case CPUID_EXT_BASE + 1:
		if (!dyn->apic_enabled && t->amd)
			out[R_EDX] &= ~EDX_APIC;
		break;
	case CPUID_EXT_BASE + 0x1d:
		subleaf_of(t->leaf1d, ARRAY_SIZE(t->leaf1d), subleaf, out);
		break;
	case CPUID_EXT_BASE + 0x1e:
		if (t->ext[1].reg[R_ECX] & ECX_TOPOEXT) {
			out[R_EAX] = dyn->apic_id;
			out[R_EBX] = dyn->apic_id & 0xff;	/* core; one thread in it */
		}
		break;
	}
}

static void lookup_other(const struct cpuid_table *t, u32 leaf, u32 out[4])
{
	static const u32 leaves[] = { GUEST_CPUID_BASE, HYPER_TIMING, KVM_BASE, KVM_FEATURES };
	unsigned int i;

	memset(out, 0, sizeof(t->hyper[0]));
	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		if (leaf == leaves[i])
			memcpy(out, &t->hyper[i], sizeof(t->hyper[i]));
	}
}

void cpuid_lookup(const struct cpuid_table *t, const struct cpuid_dynamic *dyn,
		  u32 leaf, u32 subleaf, u32 out[4])
{
	const struct cpuid_leaf *plain = cpuid_plain(t, leaf);

	if (!plain && leaf >= CPUID_NR_BASIC && (leaf < CPUID_EXT_BASE || leaf > t->max_ext)) {
		if (t->amd || leaf >> 28 == GUEST_CPUID_BASE >> 28) {
			lookup_other(t, leaf, out);
			return;
		}
		leaf = CPUID_NR_BASIC - 1;
		plain = cpuid_plain(t, leaf);
	}
	if (plain) {
		memcpy(out, plain, sizeof(*plain));
	} else if (leaf >= CPUID_EXT_BASE) {
		memcpy(out, &t->ext[array_index_nospec(leaf - CPUID_EXT_BASE, CPUID_NR_EXT)],
		       sizeof(t->ext[0]));
		adjust_ext(t, dyn, leaf, subleaf, out);
	} else {
		memcpy(out, &t->basic[array_index_nospec(leaf, CPUID_NR_BASIC)],
		       sizeof(t->basic[0]));
		adjust_basic(t, dyn, leaf, subleaf, out);
	}
}
