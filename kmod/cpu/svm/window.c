// SPDX-License-Identifier: GPL-2.0-only
/*
 * window.c - SVM enabled on a CPU for as long as a vCPU runs there, and not longer
 *
 * Between svm_open() and svm_close() interrupts are off, EFER.SVME is set and VM_HSAVE_PA
 * points at our page; outside, both are as somebody else (KVM, or nobody) left them. May
 * not assume anything about what ran on this CPU before.
 *
 * Translation tags: only one of our vCPUs at a time has entries in a TLB, always under
 * ASID 1. Its entries are flushed when it comes to a CPU (anything may have run there
 * under the same ASID), and, if somebody else had SVM enabled and so may hand out ASID 1
 * without knowing of us, when it leaves.
 */
#include <linux/preempt.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/spec-ctrl.h>
#include "../../compat.h"
#include "../../vm/vcpu.h"
#include "../mitigations.h"
#include "../x86.h"
#include "svm.h"

#define GUEST_ASID	1

DEFINE_PER_CPU(struct svm_cpu, svm_cpu);

static u8 flush_kind(void)
{
	return svm_caps.flush_by_asid ? TLB_CONTROL_FLUSH_ASID : TLB_CONTROL_FLUSH_ALL_ASID;
}

void svm_open(struct vcpu *vcpu, bool first)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);

	rdmsrl(MSR_EFER, c->efer);
	rdmsrl(MSR_VM_HSAVE_PA, c->hsave_pa);
	c->foreign = c->efer & EFER_SVME;
	if (!c->foreign)
		wrmsrl(MSR_EFER, c->efer | EFER_SVME);
	wrmsrl(MSR_VM_HSAVE_PA, page_to_phys(c->hsave));
	asm volatile("vmsave %0" : : "a" (page_to_phys(c->host)) : "memory");

	if (first) {
		vcpu->flush_tlb = true;
		mitigate_vm_switch(&c->last_vm, vcpu->vm->id);
	}
}

/* Our entries out of this CPU's TLB: a guest that runs for no instruction. */
static void flush_ours(struct svm_cpu *c)
{
	u64 gpr[NR_GPRS] = { };

	asm volatile("clgi" : : : "memory");
	svm_run(gpr, page_to_phys(c->stub), page_to_phys(c->host), 0);
	asm volatile("stgi" : : : "memory");
}

void svm_close(struct vcpu *vcpu)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);

	if (c->foreign) {
		flush_ours(c);
		vcpu->flush_tlb = true;
	}
	wrmsrl(MSR_VM_HSAVE_PA, c->hsave_pa);
	if (!c->foreign)
		wrmsrl(MSR_EFER, c->efer);
}

/* DR0-DR3 are not in the VMCB, and VMRUN leaves the host's DR6 and DR7 lost. */
struct host_debug {
	unsigned long dr[4], dr6, dr7;
	bool saved;
};

static void debug_swap_in(struct vcpu *vcpu, const struct vmcb *vmcb, struct host_debug *h)
{
	get_debugreg(h->dr7, 7);
	h->saved = ((vmcb->save.dr7 | h->dr7) & DR7_ENABLES);
	if (likely(!h->saved))
		return;
	get_debugreg(h->dr[0], 0);
	get_debugreg(h->dr[1], 1);
	get_debugreg(h->dr[2], 2);
	get_debugreg(h->dr[3], 3);
	get_debugreg(h->dr6, 6);
	set_debugreg(0, 7);
	set_debugreg(vcpu->dr[0], 0);
	set_debugreg(vcpu->dr[1], 1);
	set_debugreg(vcpu->dr[2], 2);
	set_debugreg(vcpu->dr[3], 3);
}

static void debug_swap_out(const struct host_debug *h)
{
	if (likely(!h->saved))
		return;
	set_debugreg(h->dr[0], 0);
	set_debugreg(h->dr[1], 1);
	set_debugreg(h->dr[2], 2);
	set_debugreg(h->dr[3], 3);
	set_debugreg(h->dr6, 6);
	set_debugreg(h->dr7, 7);
}

void svm_enter(struct vcpu *vcpu)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	struct svm_vcpu *svm = vcpu->hw;
	struct vmcb *vmcb = svm->vmcb;
	struct host_debug debug;
	u64 spec_ctrl = mitigate_spec_ctrl(vcpu->spec_ctrl);

	svm_put_event(vcpu);
	vmcb->control.asid = GUEST_ASID;
	vmcb->control.tlb_ctl = vcpu->flush_tlb ? flush_kind() : TLB_CONTROL_DO_NOTHING;
	vmcb->control.tsc_offset = vcpu->tsc_offset;
	vmcb->control.int_ctl = (vmcb->control.int_ctl & ~V_TPR_MASK) | vcpu->cr8;
	vmcb->save.rax = vcpu->gpr[REG_RAX];
	vmcb->save.rsp = vcpu->gpr[REG_RSP];
	vmcb->save.rip = vcpu->rip;
	vmcb->save.rflags = vcpu->rflags;
	vcpu->flush_tlb = false;

	asm volatile("clgi" : : : "memory");
	debug_swap_in(vcpu, vmcb, &debug);
	mitigate_entry();
	svm_run(vcpu->gpr, svm->vmcb_pa, page_to_phys(c->host), spec_ctrl);
	debug_swap_out(&debug);
	asm volatile("stgi" : : : "memory");

	vcpu->gpr[REG_RAX] = vmcb->save.rax;
	vcpu->gpr[REG_RSP] = vmcb->save.rsp;
	vcpu->rip = vmcb->save.rip;
	vcpu->rflags = vmcb->save.rflags;
	vcpu->cr8 = vmcb->control.int_ctl & V_TPR_MASK;
	svm_take_event(vcpu);
	svm_nmi_progress(vcpu);
	svm_decode_exit(vcpu);
}
