// SPDX-License-Identifier: GPL-2.0-only
/*
 * msr.c - RDMSR and WRMSR: each register belongs to one place, unknown ones are #GP
 *
 * Those that the hardware switches do not exit at all. Runs inside the window.
 */
#include <linux/kernel.h>
#include <asm/msr.h>
#include "../compat.h"
#include "../cpu/mitigations.h"
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

static u64 guest_tsc(struct vcpu *vcpu)
{
	return rdtsc() + vcpu->tsc_offset;
}

/* IA32_TSC_ADJUST moves with the TSC, whichever of them is written (SDM §18.17.3). */
static void shift_tsc(struct vcpu *vcpu, u64 delta)
{
	WRITE_ONCE(vcpu->tsc_offset, vcpu->tsc_offset + delta);
	virt->set(vcpu, VIRT_TSC_OFFSET, vcpu->tsc_offset);
	vcpu->tsc_adjust += delta;
	lapic_retime(&vcpu->lapic);
	pvclock_tsc_written(vcpu);
}

static bool is_lapic_msr(u32 msr)
{
	return msr == MSR_IA32_APICBASE || msr == MSR_IA32_TSC_DEADLINE ||
	       (msr >= 0x800 && msr <= 0x8ff);
}

/* LMA follows LME and CR0.PG and can't be written; LME can't change while paging. */
static int write_efer(struct vcpu *vcpu, u64 val)
{
	u64 old = virt->get(vcpu, VIRT_EFER);

	if (val & ~vcpu->vm->cpuid.efer)
		return -EINVAL;
	if (((val ^ old) & EFER_LME) && (virt->get(vcpu, VIRT_CR0) & X86_CR0_PG))
		return -EINVAL;
	virt->set(vcpu, VIRT_EFER, (val & ~(u64)EFER_LMA) | (old & EFER_LMA));
	return 0;
}

/* Memory types 0, 1, 4-7 in each byte (SDM §12.12.2). */
static int write_pat(struct vcpu *vcpu, u64 val)
{
	unsigned int i;

	for (i = 0; i < 64; i += 8) {
		u8 type = val >> i;

		if (type > 7 || type == 2 || type == 3)
			return -EINVAL;
	}
	virt->set(vcpu, VIRT_PAT, val);
	return 0;
}

static int write_spec_ctrl(struct vcpu *vcpu, u64 val)
{
	u64 valid = vcpu->vm->cpuid.spec_ctrl;

	if (!valid || (val & ~valid))
		return -EINVAL;
	vcpu->spec_ctrl = val;
	return 0;
}

static int write_pred_cmd(struct vcpu *vcpu, u64 val)
{
	u64 valid = vcpu->vm->cpuid.pred_cmd;

	if (!valid || (val & ~valid))
		return -EINVAL;
	if (val)
		wrmsrl(MSR_IA32_PRED_CMD, val);
	return 0;
}

static int write_tsc_aux(struct vcpu *vcpu, u64 val)
{
	if (!boot_cpu_has(X86_FEATURE_RDTSCP) || val >> 32)
		return -EINVAL;
	vcpu->tsc_aux = val;
	msr_put(MSR_TSC_AUX, val);	/* until the residence ends */
	return 0;
}

static int read_msr(struct vcpu *vcpu, u32 msr, u64 *val)
{
	if (is_lapic_msr(msr))
		return lapic_msr_read(&vcpu->lapic, msr, val);

	switch (msr) {
	case MSR_IA32_TSC:
		*val = guest_tsc(vcpu);
		return 0;
	case MSR_IA32_TSC_ADJUST:
		*val = vcpu->tsc_adjust;
		return 0;
	case MSR_EFER:
		*val = virt->get(vcpu, VIRT_EFER);
		return 0;
	case MSR_IA32_CR_PAT:
		*val = virt->get(vcpu, VIRT_PAT);
		return 0;
	case MSR_IA32_SPEC_CTRL:
		*val = vcpu->spec_ctrl;
		return vcpu->vm->cpuid.spec_ctrl ? 0 : -EINVAL;
	case MSR_TSC_AUX:
		*val = vcpu->tsc_aux;
		return boot_cpu_has(X86_FEATURE_RDTSCP) ? 0 : -EINVAL;
	case PV_MSR_WALL:
	case PV_MSR_TIME:
	case PV_MSR_STEAL:
		return pvclock_msr_read(vcpu, msr, val);
	default:
		return msr_read(&vcpu->msrs, msr, val);
	}
}

static int write_msr(struct vcpu *vcpu, u32 msr, u64 val)
{
	if (is_lapic_msr(msr))
		return lapic_msr_write(&vcpu->lapic, msr, val);

	switch (msr) {
	case MSR_IA32_TSC:
		shift_tsc(vcpu, val - guest_tsc(vcpu));
		return 0;
	case MSR_IA32_TSC_ADJUST:
		shift_tsc(vcpu, val - vcpu->tsc_adjust);
		return 0;
	case MSR_EFER:
		return write_efer(vcpu, val);
	case MSR_IA32_CR_PAT:
		return write_pat(vcpu, val);
	case MSR_IA32_SPEC_CTRL:
		return write_spec_ctrl(vcpu, val);
	case MSR_IA32_PRED_CMD:
		return write_pred_cmd(vcpu, val);
	case MSR_TSC_AUX:
		return write_tsc_aux(vcpu, val);
	case PV_MSR_WALL:
	case PV_MSR_TIME:
	case PV_MSR_STEAL:
		return pvclock_msr_write(vcpu, msr, val);
	default:
		return msr_write(&vcpu->msrs, msr, val);
	}
}

enum exit_action exit_rdmsr(struct vcpu *vcpu)
{
	int other = vcpu_find_next(vcpu, INSN_RDMSR);
	u64 val;

	if (other)
		return other;
	if (read_msr(vcpu, vcpu->gpr[REG_RCX], &val)) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	vcpu->gpr[REG_RAX] = (u32)val;
	vcpu->gpr[REG_RDX] = val >> 32;
	vcpu_skip(vcpu);
	return EXIT_RESUME;
}

enum exit_action exit_wrmsr(struct vcpu *vcpu)
{
	int other = vcpu_find_next(vcpu, INSN_WRMSR);
	u64 val = (u32)vcpu->gpr[REG_RAX] | vcpu->gpr[REG_RDX] << 32;

	if (other)
		return other;
	if (write_msr(vcpu, vcpu->gpr[REG_RCX], val)) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	vcpu_skip(vcpu);
	return EXIT_RESUME;
}
