// SPDX-License-Identifier: GPL-2.0-only
/*
 * msr.c - model-specific registers that are nothing but numbers
 *
 * What is here is here for a reason: it is architectural for a feature that CPUID shows,
 * or systems read it without catching #GP (Linux 6.1 and 6.12 complain then of an
 * "unchecked MSR access error"). What Linux probes with its safe accessors and takes the
 * absence of as an answer is not: LS_CFG (its presence would mean that SSBD works through
 * it), TSEG_ADDR, MISC_FEATURES_ENABLES, TSX_CTRL, RAPL.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "msr.h"

#define MTRR_CAP		(MTRR_VARIABLE | BIT(8) | BIT(10))	/* fixed ranges; WC */
#define MTRR_VARIABLE_FIRST	0x200
#define MTRR_DEFAULT		0x2ff
#define MTRR_ON			BIT(11)
#define MTRR_FIXED_ON		BIT(10)
#define MTRR_WRITE_BACK		6

#define ARCH_CAPABILITIES	0x10a
#define XSS			0xda0
#define OSVW_LENGTH		0xc0010140
#define OSVW_STATUS		0xc0010141
#define VIRT_SPEC_CTRL		0xc001011f
#define VIRT_SPEC_CTRL_SSBD	BIT(2)

#define HWCR_MC_STATUS_WR	BIT(18)
#define HWCR_TSC_FREQ_SEL	BIT(24)		/* TSC counts at P0's frequency */
#define MISC_FAST_STRING	BIT(0)
#define MISC_NO_BTS		BIT(11)
#define MISC_NO_PEBS		BIT(12)

enum vendor { INTEL = 1, AMD = 2, BOTH = 3 };

/* What a write does. */
enum on_write {
	REFUSE,		/* #GP */
	IGNORE,		/* nothing */
};

/**
 * struct constant - an MSR that always reads the same
 * @msr:	number
 * @last:	same, or the last one of a range
 * @vendor:	whose CPUs have it
 * @on_write:	what a write does
 * @val:	value
 */
struct constant {
	u32 msr, last;
	u8 vendor, on_write;
	u64 val;
};

#define C(msr, vendor, on_write, val)		{ msr, msr, vendor, on_write, val }
#define R(msr, last, vendor, on_write, val)	{ msr, last, vendor, on_write, val }

static const struct constant constants[] = {
	R(0x000, 0x001, BOTH, REFUSE, 0),	/* P5_MC_ADDR, TYPE: no machine check */
	C(0x017, INTEL, REFUSE, 0),		/* PLATFORM_ID */
	C(0x02a, INTEL, IGNORE, 0),		/* EBL_CR_POWERON */
	C(0x03a, INTEL, REFUSE, 1),		/* FEAT_CTL: locked, neither VMX nor SGX */
	C(0x079, INTEL, IGNORE, 0),		/* microcode updates are the host's */
	C(0x0cd, INTEL, REFUSE, 3),		/* FSB_FREQ: 166 MHz; Atoms' TSC calibration */
	C(0x0ce, INTEL, REFUSE, 0),		/* PLATFORM_INFO: no CPUID faulting */
	C(0x0fe, BOTH, REFUSE, MTRR_CAP),
	C(0x11e, INTEL, IGNORE, 0xbe702111),	/* BBL_CR_CTL3: an L2 cache; Windows XP */
	C(0x179, BOTH, REFUSE, 0),		/* MCG_CAP: no banks, no MCG_CTL */
	C(0x198, INTEL, REFUSE, 0),		/* PERF_STATUS, and */
	C(0x199, INTEL, IGNORE, 0),		/* PERF_CTL: frequencies are the host's */
	C(0x1d9, BOTH, IGNORE, 0),		/* DEBUGCTL: no LBR, no block stepping */
	R(0x1db, 0x1de, BOTH, REFUSE, 0),	/* last branch, last interrupt */
	R(0xc0010000, 0xc0010007, AMD, IGNORE, 0), /* counters that CPUID can't deny */
	C(0xc0010010, AMD, REFUSE, 0),		/* SYSCFG: no TOP_MEM2, no fixed-range DRAM bits */
	C(0xc001001f, AMD, IGNORE, 0),		/* NB_CFG: Linux turns CF8 extensions on */
	C(0xc0010020, AMD, IGNORE, 0),		/* PATCH_LOADER: microcode, see above */
	C(0xc0010055, AMD, IGNORE, 0),		/* INT_PENDING_MSG: no C1E */
	C(0xc0010058, AMD, IGNORE, 0),		/* MMIO_CONF_BASE: off */
	C(0xc0010114, AMD, IGNORE, 0x18),	/* VM_CR: SVM disabled and locked */
	R(0xc0011022, 0xc0011023, AMD, IGNORE, 0), /* DC_CFG, TW_CFG; Windows */
	C(0xc0011029, AMD, REFUSE, 2),		/* DE_CFG: LFENCE serializes */
	C(0xc001102a, AMD, IGNORE, 0),		/* BU_CFG2 */
	C(0xc001102c, AMD, IGNORE, 0),		/* EX_CFG */
};

/* Numbers of the fixed-range MTRRs, in the order of guest_msrs.mtrr_fixed. */
static const u16 fixed_mtrrs[MTRR_FIXED] = {
	0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f,
};

void guest_msrs_init(struct guest_msrs *m, const struct cpuid_table *cpuid, u64 microcode)
{
	memset(m, 0, sizeof(*m));
	m->amd = cpuid->amd;
	m->maxphyaddr = cpuid->maxphyaddr;
	m->has_arch_cap = cpuid->leaf7[0].reg[R_EDX] & BIT(29);
	m->has_osvw = cpuid->ext[1].reg[R_ECX] & BIT(9);
	m->has_virt_ssbd = cpuid->ext[8].reg[R_EBX] & BIT(25);
	m->has_xsaves = cpuid->leafd[1].reg[R_EAX] & BIT(3);
	m->arch_cap = cpuid->arch_capabilities;
	m->microcode = microcode;
	guest_msrs_reset(m);
}

void guest_msrs_reset(struct guest_msrs *m)
{
	m->mtrr_default = MTRR_ON | MTRR_WRITE_BACK;
	memset(m->mtrr_fixed, 0, sizeof(m->mtrr_fixed));
	memset(m->mtrr_variable, 0, sizeof(m->mtrr_variable));
	m->mcg_status = 0;
	m->misc_enable = MISC_FAST_STRING | MISC_NO_BTS | MISC_NO_PEBS;
	m->hwcr = HWCR_TSC_FREQ_SEL;
	m->virt_spec_ctrl = 0;
}

static const struct constant *find_constant(const struct guest_msrs *m, u32 msr)
{
	u8 vendor = m->amd ? AMD : INTEL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(constants); i++)
		if (msr >= constants[i].msr && msr <= constants[i].last &&
		    (constants[i].vendor & vendor))
			return &constants[i];
	return NULL;
}

static u64 *find_fixed_mtrr(struct guest_msrs *m, u32 msr)
{
	unsigned int i;

	for (i = 0; i < MTRR_FIXED; i++)
		if (fixed_mtrrs[i] == msr)
			return &m->mtrr_fixed[i];
	return NULL;
}

static u64 *find_variable_mtrr(struct guest_msrs *m, u32 msr)
{
	u32 i = msr - MTRR_VARIABLE_FIRST;

	if (i >= 2 * MTRR_VARIABLE)
		return NULL;
	return &m->mtrr_variable[array_index_nospec(i, 2 * MTRR_VARIABLE)];
}

/* UC, WC, WT, WP, WB (SDM §12.11.2.1) */
static bool is_memory_type(u8 type)
{
	return type <= 6 && type != 2 && type != 3;
}

static int write_fixed_mtrr(u64 *reg, u64 val)
{
	unsigned int i;

	for (i = 0; i < 64; i += 8)
		if (!is_memory_type(val >> i))
			return -EINVAL;
	*reg = val;
	return 0;
}

static int write_variable_mtrr(const struct guest_msrs *m, u64 *reg, bool mask, u64 val)
{
	if (val >> m->maxphyaddr)
		return -EINVAL;
	if (mask ? val & 0x7ff : (val & 0xf00) || !is_memory_type(val))
		return -EINVAL;
	*reg = val;
	return 0;
}

static int write_default_mtrr(struct guest_msrs *m, u64 val)
{
	if ((val & ~(MTRR_ON | MTRR_FIXED_ON | 0xffULL)) || !is_memory_type(val))
		return -EINVAL;
	m->mtrr_default = val;
	return 0;
}

/* Bits in @writable change, all others stay, without complaint. */
static int write_bits(u64 *reg, u64 writable, u64 val)
{
	*reg = (*reg & ~writable) | (val & writable);
	return 0;
}

static int write_virt_spec_ctrl(struct guest_msrs *m, u64 val)
{
	if (val & ~(u64)VIRT_SPEC_CTRL_SSBD)
		return -EINVAL;
	m->virt_spec_ctrl = val;
	return 0;
}

/* The register behind an MSR that exists for this vCPU and holds state; or NULL. */
static u64 *find_state(struct guest_msrs *m, u32 msr)
{
	u64 *reg;

	switch (msr) {
	case 0x8b:
		return &m->microcode;
	case ARCH_CAPABILITIES:
		return m->has_arch_cap ? &m->arch_cap : NULL;
	case 0x17a:
		return &m->mcg_status;
	case 0x1a0:
		return m->amd ? NULL : &m->misc_enable;
	case MTRR_DEFAULT:
		return &m->mtrr_default;
	case 0xc0010015:
		return m->amd ? &m->hwcr : NULL;
	case VIRT_SPEC_CTRL:
		return m->has_virt_ssbd ? &m->virt_spec_ctrl : NULL;
	}
	reg = find_variable_mtrr(m, msr);
	return reg ?: find_fixed_mtrr(m, msr);
}

int msr_read(struct guest_msrs *m, u32 msr, u64 *val)
{
	const struct constant *constant;
	const u64 *reg = find_state(m, msr);

	if (reg) {
		*val = *reg;
		return 0;
	}
	if (m->has_osvw && (msr == OSVW_LENGTH || msr == OSVW_STATUS)) {
		/* Four errata are known about, and the guest need not work around them. */
		*val = msr == OSVW_LENGTH ? 4 : 0;
		return 0;
	}
	if (m->has_xsaves && msr == XSS) {
		*val = 0;
		return 0;
	}
	constant = find_constant(m, msr);
	if (!constant)
		return -EINVAL;
	*val = constant->val;
	return 0;
}

static int write_state(struct guest_msrs *m, u32 msr, u64 *reg, u64 val)
{
	switch (msr) {
	case 0x8b:		/* written with 0 before CPUID loads the revision */
		return 0;
	case ARCH_CAPABILITIES:
		return -EINVAL;
	case 0x17a:
		return write_bits(reg, 7, val);
	case 0x1a0:
		return write_bits(reg, MISC_FAST_STRING, val);
	case MTRR_DEFAULT:
		return write_default_mtrr(m, val);
	case 0xc0010015:
		return write_bits(reg, HWCR_MC_STATUS_WR, val);
	case VIRT_SPEC_CTRL:
		return write_virt_spec_ctrl(m, val);
	}
	if (msr - MTRR_VARIABLE_FIRST < 2 * MTRR_VARIABLE)
		return write_variable_mtrr(m, reg, msr & 1, val);
	return write_fixed_mtrr(reg, val);
}

int msr_write(struct guest_msrs *m, u32 msr, u64 val)
{
	const struct constant *constant;
	u64 *reg = find_state(m, msr);

	if (reg)
		return write_state(m, msr, reg, val);
	if (m->has_xsaves && msr == XSS)
		return val ? -EINVAL : 0;	/* there is no supervisor state */
	constant = find_constant(m, msr);
	return constant && constant->on_write == IGNORE ? 0 : -EINVAL;
}
