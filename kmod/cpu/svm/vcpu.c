// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu.c - the VMCB of a vCPU: what is intercepted, and registers by name
 *
 * AMD APM vol. 2 §15.5 (VMCB), §15.9 (intercepts), app. B (layout), §14.1.3 (state after
 * INIT). May not run anything.
 */
#include <linux/gfp.h>
#include <linux/slab.h>
#include "../../vm/vcpu.h"
#include "../x86.h"
#include "svm.h"

/*
 * #DB and #AC are intercepted and handed on so that a guest cannot make the CPU deliver
 * them for ever without an exit; #MC is the host's, and so is CR4.MCE.
 */
static const unsigned int intercepts[] = {
	INTERCEPT_EXCEPTION_OFFSET + X86_TRAP_DB,
	INTERCEPT_EXCEPTION_OFFSET + X86_TRAP_AC,
	INTERCEPT_EXCEPTION_OFFSET + X86_TRAP_MC,
	INTERCEPT_CR4_READ, INTERCEPT_CR4_WRITE,
	INTERCEPT_INTR, INTERCEPT_NMI,
	INTERCEPT_CPUID, INTERCEPT_HLT, INTERCEPT_IOIO_PROT, INTERCEPT_MSR_PROT,
	INTERCEPT_RDPMC, INTERCEPT_INVD, INTERCEPT_WBINVD, INTERCEPT_XSETBV,
	INTERCEPT_SHUTDOWN, INTERCEPT_RSM, INTERCEPT_INVLPGA,
	INTERCEPT_VMRUN, INTERCEPT_VMMCALL, INTERCEPT_VMLOAD, INTERCEPT_VMSAVE,
	INTERCEPT_STGI, INTERCEPT_CLGI, INTERCEPT_SKINIT,
	INTERCEPT_MONITOR, INTERCEPT_MWAIT, INTERCEPT_RDPRU,
};

void svm_intercept(struct svm_vcpu *svm, unsigned int bit, bool on)
{
	if (on)
		svm->vmcb->control.intercepts[bit / 32] |= 1u << (bit % 32);
	else
		svm->vmcb->control.intercepts[bit / 32] &= ~(1u << (bit % 32));
}

int svm_vcpu_create(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = kzalloc(sizeof(*svm), GFP_KERNEL_ACCOUNT);

	if (!svm)
		return -ENOMEM;
	svm->vmcb = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	svm->fifth_level = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vcpu->hw = svm;
	if (!svm->vmcb || !svm->fifth_level) {
		svm_vcpu_destroy(vcpu);
		return -ENOMEM;
	}
	svm->world.vmcb_pa = __pa(svm->vmcb);
	return 0;
}

void svm_vcpu_destroy(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	free_page((unsigned long)svm->vmcb);
	free_page((unsigned long)svm->fifth_level);
	kfree(svm);
	vcpu->hw = NULL;
}

/*
 * Nested paging has as many levels as the host's own paging (§15.25.3). Our trees have
 * four; on a host with five one table is put above them.
 */
static u64 nested_root(struct svm_vcpu *svm, const struct tdp *tdp)
{
	u64 root = __pa(tdp->root);

	if (!pgtable_l5_enabled())
		return root;
	svm->fifth_level[0] = root | tdp->format->table;
	return __pa(svm->fifth_level);
}

static void reset_segments(struct vmcb_save_area *s)
{
	struct vmcb_seg data = { .attrib = 0x93, .limit = 0xffff };
	struct vmcb_seg system = { .limit = 0xffff };

	s->es = s->ss = s->ds = s->fs = s->gs = data;
	s->cs = (struct vmcb_seg){
		.selector = 0xf000, .attrib = 0x9b, .limit = 0xffff, .base = 0xffff0000,
	};
	s->gdtr = s->idtr = system;
	s->ldtr = system;
	s->ldtr.attrib = 0x82;
	s->tr = system;
	s->tr.attrib = 0x8b;
	s->cpl = 0;
}

void svm_vcpu_reset(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	struct vmcb *vmcb = svm->vmcb;
	unsigned int i;

	memset(vmcb, 0, sizeof(*vmcb));
	for (i = 0; i < ARRAY_SIZE(intercepts); i++)
		svm_intercept(svm, intercepts[i], true);
	for (i = 0; i < 8; i++) {	/* all reads and writes of DR0-DR7 */
		svm_intercept(svm, INTERCEPT_DR0_READ + i, true);
		svm_intercept(svm, INTERCEPT_DR0_WRITE + i, true);
	}
	if (svm_caps.pause_filter) {
		vmcb->control.pause_filter_count = 3000;
		svm_intercept(svm, INTERCEPT_PAUSE, true);
	}
	vmcb->control.asid = SVM_GUEST_ASID;
	vmcb->control.iopm_base_pa = svm_iopm_pa;
	vmcb->control.msrpm_base_pa = svm_msrpm_pa;
	vmcb->control.int_ctl = V_INTR_MASKING_MASK;
	vmcb->control.nested_ctl = SVM_NESTED_CTL_NP_ENABLE;
	vmcb->control.nested_cr3 = nested_root(svm, &vcpu->vm->ram.tdp);

	reset_segments(&vmcb->save);
	vmcb->save.efer = EFER_SVME;
	vmcb->save.cr0 = X86_CR0_NW | X86_CR0_CD | X86_CR0_ET;
	svm_set(vcpu, VIRT_CR4, 0);
	vmcb->save.dr6 = DR6_RESET;
	vmcb->save.dr7 = DR7_RESET;
	vmcb->save.g_pat = PAT_RESET;
	svm->windows = 0;
	svm->unsettled = svm->nmi_blocked = svm->nmi_step = svm->stepping = false;
	svm->tcg_irq = svm->tcg_shadow = false;
}

static u64 *reg_of(struct vcpu *vcpu, enum virt_reg reg)
{
	static const u16 at[] = {
		[VIRT_CR0]	= offsetof(struct vmcb, save.cr0),
		[VIRT_CR2]	= offsetof(struct vmcb, save.cr2),
		[VIRT_CR3]	= offsetof(struct vmcb, save.cr3),
		[VIRT_CR4]	= offsetof(struct vmcb, save.cr4),
		[VIRT_EFER]	= offsetof(struct vmcb, save.efer),
		[VIRT_PAT]	= offsetof(struct vmcb, save.g_pat),
		[VIRT_DEBUGCTL]	= offsetof(struct vmcb, save.dbgctl),
		[VIRT_DR6]	= offsetof(struct vmcb, save.dr6),
		[VIRT_DR7]	= offsetof(struct vmcb, save.dr7),
		[VIRT_TSC_OFFSET] = offsetof(struct vmcb, control.tsc_offset),
	};

	return (void *)((struct svm_vcpu *)vcpu->hw)->vmcb + at[reg];
}

/*
 * EFER.SVME is ours: VMRUN demands it, the guest has no SVM. CR4.MCE is as the host has it: a
 * machine check without it would shut the host down.
 */

u64 svm_get(struct vcpu *vcpu, enum virt_reg reg)
{
	if (reg == VIRT_CR4)
		return ((struct svm_vcpu *)vcpu->hw)->cr4;
	return reg == VIRT_EFER ? *reg_of(vcpu, reg) & ~EFER_SVME : *reg_of(vcpu, reg);
}

void svm_set(struct vcpu *vcpu, enum virt_reg reg, u64 val)
{
	if (reg == VIRT_CR4) {
		((struct svm_vcpu *)vcpu->hw)->cr4 = val;
		val = (val & ~X86_CR4_MCE) | (__read_cr4() & X86_CR4_MCE);
	} else if (reg == VIRT_EFER) {
		val |= EFER_SVME;
	}
	*reg_of(vcpu, reg) = val;
	vcpu->sys_known = false;
}

static struct vmcb_seg *seg_of(struct vcpu *vcpu, unsigned int seg)
{
	struct vmcb_save_area *s = &((struct svm_vcpu *)vcpu->hw)->vmcb->save;

	switch (seg) {
	case SEG_ES:	return &s->es;
	case SEG_CS:	return &s->cs;
	case SEG_SS:	return &s->ss;
	case SEG_FS:	return &s->fs;
	case SEG_GS:	return &s->gs;
	case SEG_LDTR:	return &s->ldtr;
	case SEG_TR:	return &s->tr;
	case SEG_GDTR:	return &s->gdtr;
	case SEG_IDTR:	return &s->idtr;
	default:	return &s->ds;
	}
}

void svm_get_seg(struct vcpu *vcpu, unsigned int seg, struct guest_seg *s)
{
	const struct vmcb_seg *v = seg_of(vcpu, seg);

	s->base = v->base;
	s->limit = v->limit;
	s->selector = v->selector;
	s->attr = v->attrib;
}

void svm_set_seg(struct vcpu *vcpu, unsigned int seg, const struct guest_seg *s)
{
	struct vmcb_seg *v = seg_of(vcpu, seg);

	v->base = s->base;
	v->limit = s->limit;
	v->selector = s->selector;
	v->attrib = s->attr;
	vcpu->sys_known = false;
}

void svm_get_sys(struct vcpu *vcpu, struct vcpu_sys *sys)
{
	const struct vmcb_save_area *s = &((struct svm_vcpu *)vcpu->hw)->vmcb->save;

	sys->cr0 = s->cr0;
	sys->cr3 = s->cr3;
	sys->cr4 = s->cr4;
	sys->efer = s->efer;
	sys->cs_base = s->cs.base;
	sys->cs_attr = s->cs.attrib;
	sys->cpl = s->cpl;
}

bool svm_same_sys(struct vcpu *vcpu, const struct vcpu_sys *sys)
{
	const struct vmcb_save_area *s = &((struct svm_vcpu *)vcpu->hw)->vmcb->save;

	return !((s->cr0 ^ sys->cr0) | (s->cr3 ^ sys->cr3) | (s->cr4 ^ sys->cr4) |
		 (s->efer ^ sys->efer) |
		 (s->cs.base ^ sys->cs_base) | (s->cs.attrib ^ sys->cs_attr) |
		 (s->cpl ^ sys->cpl));
}
