/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpuid.h - what a guest's CPUID instruction answers
 *
 * Pure code. A table is built once per VM from what the host's CPUID says, cut down to an
 * allow-list of features; a lookup copies a line of it and fills in what depends on the
 * vCPU and its registers. The guest sees the host's vendor, family and model, ncpus cores
 * of one thread in one package, and no feature whose state or MSRs Insula does not handle.
 *
 * Out-of-range leaves answer zeros on AMD (APM vol. 3 appendix E) and the highest basic
 * leaf on Intel (SDM vol. 2A, CPUID). The hypervisor range 0x40000000-0x4fffffff is zero
 * but for 0x40000000 (maximum leaf, "InsulaInsula") and 0x40000010 (kHz of TSC and of the
 * local APIC's timer, as VMware and KVM give them); and for KVM's two at 0x40000100, without
 * which stock Linux does not use x2APIC in a VM, and by which it learns of stolen time.
 */
#ifndef _INSULA_CPUID_H
#define _INSULA_CPUID_H

#include <linux/nospec.h>
#include <linux/types.h>

enum { R_EAX, R_EBX, R_ECX, R_EDX };

/*
 * What the machinery around can do: cpuid_config.extras. Without one, no feature that
 * needs it is shown. STABLE_TSC: the TSC is constant and the same on all CPUs; say so
 * even where the host's CPUID doesn't.
 */
#define CPUID_RDTSCP		(1U << 0)	/* TSC_AUX belongs to the guest while it runs */
#define CPUID_TSC_ADJUST	(1U << 1)	/* IA32_TSC_ADJUST is emulated */
#define CPUID_SPEC_CTRL		(1U << 2)	/* SPEC_CTRL and PRED_CMD are virtualized */
#define CPUID_VIRT_SSBD		(1U << 3)	/* VIRT_SPEC_CTRL is (AMD) */
#define CPUID_FLUSH_L1D		(1U << 4)	/* FLUSH_CMD is (Intel) */
#define CPUID_ARCH_CAP		(1U << 5)	/* ARCH_CAPABILITIES can be read (Intel) */
#define CPUID_INVPCID		(1U << 6)	/* PCID and INVPCID work without exits */
#define CPUID_STABLE_TSC	(1U << 7)
#define CPUID_XSAVES		(1U << 8)	/* XSAVES works without exits; XSS is 0 */

/**
 * struct cpuid_config - what a VM's table is built from, besides the host's CPUID
 * @ncpus:	1 to GUEST_MAX_CPUS
 * @maxphyaddr:	width of guest-physical addresses, bits; 36 to 52
 * @tsc_khz:	guest's TSC
 * @xcr0:	what the guest may set in XCR0 at most; 0: no XSAVE. Bits that this code does
 *		not know, or whose companions are missing, are dropped.
 * @extras:	CPUID_*
 * @arch_capabilities: the host's IA32_ARCH_CAPABILITIES; 0 if it has none
 */
struct cpuid_config {
	u32 ncpus;
	u32 maxphyaddr;
	u32 tsc_khz;
	u64 xcr0;
	u32 extras;
	u64 arch_capabilities;
};

struct cpuid_leaf {
	u32 reg[4];		/* by R_EAX... */
};

#define CPUID_EXT_BASE	0x80000000U

/* Leaves that say more than is in the table, or something else: a bit each. */
#define CPUID_SPECIAL_BASIC	(1UL << 1 | 1UL << 4 | 1UL << 7 | 1UL << 0xb | 1UL << 0xd)
#define CPUID_SPECIAL_EXT	(1UL << 1 | 1UL << 0x1d | 1UL << 0x1e)

#define CPUID_NR_BASIC	0x0e
#define CPUID_NR_EXT	0x22
#define CPUID_NR_CACHES	6
#define CPUID_NR_XSAVE	10

/**
 * struct cpuid_table - a VM's answers, and what follows from them
 *
 * Constant after cpuid_build(); no lock.
 *
 * @basic @ext:	leaves 0x0... and 0x80000000...; those with subleaves are empty here
 * @hyper:	0x40000000, 0x40000010, 0x40000100, 0x40000101
 * @leaf4 @leaf7 @leafb @leafd @leaf1d: subleaves of 4, 7, 0xb, 0xd and 0x8000001d
 * @max_ext:	highest extended leaf
 * @amd:	host is AMD's or Hygon's
 * @maxphyaddr:	as configured
 * @xcr0:	bits that XSETBV may set
 * @cr4:	bits that a guest may set in CR4
 * @efer:	bits that a guest may set in EFER (LMA among them)
 * @spec_ctrl:	bits that a guest may set in SPEC_CTRL; 0: no such MSR
 * @pred_cmd:	likewise in PRED_CMD
 * @arch_capabilities: what IA32_ARCH_CAPABILITIES reads; the MSR exists if CPUID says so
 */
struct cpuid_table {
	struct cpuid_leaf basic[CPUID_NR_BASIC];
	struct cpuid_leaf ext[CPUID_NR_EXT];
	struct cpuid_leaf leaf4[CPUID_NR_CACHES];
	struct cpuid_leaf leaf7[3];
	struct cpuid_leaf leafb[2];
	struct cpuid_leaf leafd[CPUID_NR_XSAVE];
	struct cpuid_leaf leaf1d[CPUID_NR_CACHES];
	struct cpuid_leaf hyper[4];
	u32 max_ext;
	u32 maxphyaddr;
	bool amd;
	u64 xcr0, cr4, efer, spec_ctrl, pred_cmd, arch_capabilities;
};

/**
 * struct cpuid_dynamic - what an answer depends on besides the table
 * @apic_id:	of the vCPU
 * @apic_enabled: IA32_APIC_BASE.EN
 * @cr4:	for OSXSAVE and OSPKE
 * @xcr0:	for the size of the XSAVE area
 */
struct cpuid_dynamic {
	u32 apic_id;
	bool apic_enabled;
	u64 cr4;
	u64 xcr0;
};

/** cpuid_host_t - the host's CPUID: fill @regs (EAX, EBX, ECX, EDX) for @leaf, @subleaf */
typedef void cpuid_host_t(u32 leaf, u32 subleaf, u32 regs[4]);

/** cpuid_build() - fill @t for a VM. Any context in which @host can be called. */
void cpuid_build(struct cpuid_table *t, const struct cpuid_config *config, cpuid_host_t *host);

/**
 * cpuid_plain() - the answer, if it depends on nothing but the leaf
 * Return: it, or NULL: ask cpuid_lookup(). Any context.
 */
static inline const struct cpuid_leaf *cpuid_plain(const struct cpuid_table *t, u32 leaf)
{
	if (leaf < CPUID_NR_BASIC)
		return CPUID_SPECIAL_BASIC >> leaf & 1 ? NULL :
		       &t->basic[array_index_nospec(leaf, CPUID_NR_BASIC)];
	if (leaf < CPUID_EXT_BASE || leaf > t->max_ext)
		return NULL;
	leaf -= CPUID_EXT_BASE;
	return CPUID_SPECIAL_EXT >> leaf & 1 ? NULL :
	       &t->ext[array_index_nospec(leaf, CPUID_NR_EXT)];
}

/**
 * cpuid_lookup() - answer a CPUID instruction
 * @out:	EAX, EBX, ECX, EDX
 * Any context.
 */
void cpuid_lookup(const struct cpuid_table *t, const struct cpuid_dynamic *dyn,
		  u32 leaf, u32 subleaf, u32 out[4]);

/**
 * cpuid_xsave_size() - bytes of an XSAVE area that holds the components in @xcr0
 * @compacted:	in the format of XSAVEC
 * Only components that the table knows count. At least 576.
 */
u32 cpuid_xsave_size(const struct cpuid_table *t, u64 xcr0, bool compacted);

#endif
