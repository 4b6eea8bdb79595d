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
#include "../../vm/vcpu.h"
#include "../debug.h"
#include "../mitigations.h"
#include "../x86.h"
#include "svm.h"

DEFINE_PER_CPU(struct svm_cpu, svm_cpu);

static_assert(offsetof(struct svm_world, vmcb_pa) == SVM_WORLD_VMCB_PA);
static_assert(offsetof(struct svm_world, host_pa) == SVM_WORLD_HOST_PA);
static_assert(offsetof(struct svm_world, spec_ctrl) == SVM_WORLD_SPEC_CTRL);
static_assert(offsetof(struct svm_world, host_spec_ctrl) == SVM_WORLD_HOST_SPEC_CTRL);

static u8 flush_kind(void)
{
	return svm_caps.flush_by_asid ? TLB_CONTROL_FLUSH_ASID : TLB_CONTROL_FLUSH_ALL_ASID;
}

void svm_open(struct vcpu *vcpu, bool first)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	struct svm_vcpu *svm = vcpu->hw;

	c->efer = msr_get(MSR_EFER);
	c->hsave_pa = msr_get(MSR_VM_HSAVE_PA);
	c->foreign = c->efer & EFER_SVME;
	if (!c->foreign)
		msr_put(MSR_EFER, c->efer | EFER_SVME);
	msr_put(MSR_VM_HSAVE_PA, page_to_phys(c->hsave));
	svm->world.host_pa = c->stub_world.host_pa;
	asm volatile("vmsave %0" : : "a" (svm->world.host_pa) : "memory");

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
	if (mitigate_swaps_spec_ctrl())
		c->stub_world.spec_ctrl = c->stub_world.host_spec_ctrl = spec_ctrl_current();
	svm_run(gpr, &c->stub_world);
	asm volatile("stgi" : : : "memory");
}

void svm_close(struct vcpu *vcpu)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);

	if (c->foreign) {
		flush_ours(c);
		vcpu->flush_tlb = true;
	}
	msr_put(MSR_VM_HSAVE_PA, c->hsave_pa);
	if (!c->foreign)
		msr_put(MSR_EFER, c->efer);
}

bool svm_counts_down(void)
{
	return false;
}

/* VMLOAD and VMSAVE have switched everything at each entry and exit. */
void svm_leave(struct vcpu *vcpu)
{
}

/* DR0-DR3 are not in the VMCB, and VMRUN leaves the host's DR6 and DR7 lost. */
static noinline void run_debugging(struct vcpu *vcpu, const struct svm_world *world)
{
	struct host_debug host;

	debug_switch_in(&host, vcpu->dr);
	svm_run(vcpu->gpr, world);
	debug_switch_out(&host);
}

/* Bits 0 to 7 of int_ctl (§15.21.2). */
static u8 *v_tpr(struct vmcb_control_area *c)
{
	return (u8 *)&c->int_ctl;
}

/* What an entry seldom needs. */
static noinline void prepare(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	svm_set_windows(vcpu);
	if (svm_caps.tcg && vcpu->shadow)
		svm_tcg_enter_shadow(vcpu);
	if (vcpu->event.type != EVENT_NONE)
		svm_put_event(vcpu);
	if (vcpu->flush_tlb) {
		vcpu->flush_tlb = false;
		svm->vmcb->control.tlb_ctl = flush_kind();
		svm->unsettled = true;
	}
}

/* What an exit seldom needs. */
static noinline void settle(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	svm->vmcb->control.tlb_ctl = TLB_CONTROL_DO_NOTHING;
	svm->vmcb->control.event_inj = 0;
	svm_take_event(vcpu);
	svm->unsettled = svm->nmi_blocked;
}

static void load(struct vcpu *vcpu, struct svm_vcpu *svm)
{
	struct vmcb_control_area *c = &svm->vmcb->control;
	struct vmcb_save_area *s = &svm->vmcb->save;

	if (mitigate_swaps_spec_ctrl()) {
		svm->world.spec_ctrl = vcpu->spec_ctrl;
		svm->world.host_spec_ctrl = spec_ctrl_current();
	}
	*v_tpr(c) = vcpu->cr8;
	c->int_state = vcpu->shadow;
	s->rax = vcpu->gpr[REG_RAX];
	s->rsp = vcpu->gpr[REG_RSP];
	s->rip = vcpu->rip;
	s->rflags = vcpu->rflags;
}

static void run(struct vcpu *vcpu, struct svm_vcpu *svm)
{
	mitigate_entry();
	if (unlikely((svm->vmcb->save.dr7 & DR7_ENABLES) || hw_breakpoint_active()))
		run_debugging(vcpu, &svm->world);
	else
		svm_run(vcpu->gpr, &svm->world);
}

static void store(struct vcpu *vcpu, struct svm_vcpu *svm)
{
	struct vmcb_control_area *c = &svm->vmcb->control;
	const struct vmcb_save_area *s = &svm->vmcb->save;

	vcpu->gpr[REG_RAX] = s->rax;
	vcpu->gpr[REG_RSP] = s->rsp;
	vcpu->rip = s->rip;
	vcpu->rflags = s->rflags;
	vcpu->cr8 = *v_tpr(c);
	vcpu->shadow = c->int_state & SVM_SHADOW;
	vcpu->sys_known = false;
	if (unlikely((c->exit_int_info & SVM_EXITINTINFO_VALID) || svm->unsettled))
		settle(vcpu);
}

/* The VMCB's exit code into vcpu->exit. */
static void decode_exit(struct vcpu *vcpu, const struct vmcb_control_area *c)
{
	enum exit_reason reason;

	if (likely(c->exit_code < SVM_PLAIN_EXITS))
		reason = svm_exit_reasons[c->exit_code];
	else
		reason = c->exit_code == SVM_EXIT_NPF ? EXIT_FAULT : EXIT_FAILED;
	vcpu->exit.reason = reason;
	vcpu->exit.next_rip = c->next_rip;	/* stays 0 where there is no NRIPS */
	if (SVM_DETAILED_EXITS >> reason & 1)
		svm_decode_details(vcpu);
}

void svm_enter(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	if (unlikely(vcpu->windows | svm->windows | vcpu->event.type | vcpu->flush_tlb |
		     vcpu->shadow))
		prepare(vcpu);
	/* Read anew, here and below: not worth a register across the calls. */
	svm = vcpu->hw;
	load(vcpu, svm);
	asm volatile("clgi" : : : "memory");
	run(vcpu, svm);
	asm volatile("stgi" : : : "memory");
	svm = vcpu->hw;
	store(vcpu, svm);
	decode_exit(vcpu, &svm->vmcb->control);
}
