// SPDX-License-Identifier: GPL-2.0-only
/*
 * window.c - a CPU in VMX operation for as long as a vCPU runs there, and not longer
 *
 * Between vmx_open() and vmx_close() interrupts are off and our VMCS is current. If nobody
 * else had the CPU in VMX operation we enter and leave it; VMXON fails if somebody has
 * (KVM, which does not leave it while it is loaded), and then we are guests there: their
 * current VMCS is made current again. May not assume anything about what ran before.
 *
 * Translation tags: all our vCPUs have the same VPID, one that KVM comes to last. Only one
 * of them at a time has entries in a TLB: they are flushed when a vCPU comes to a CPU, and,
 * if somebody else may hand out the VPID, or use our EPT's pages for their own after us,
 * when it leaves. Intel SDM vol. 3 §29.4.
 */
#include <linux/preempt.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include "../../compat.h"
#include "../../vm/vcpu.h"
#include "../debug.h"
#include "../mitigations.h"
#include "../x86.h"
#include "vmx.h"

#define VTPR	0x80	/* in the virtual-APIC page (§30.1) */

DEFINE_PER_CPU(struct vmx_cpu, vmx_cpu);

static_assert(offsetof(struct vmx_world, host_rsp) == VMX_WORLD_HOST_RSP);
static_assert(offsetof(struct vmx_world, spec_ctrl) == VMX_WORLD_SPEC_CTRL);
static_assert(offsetof(struct vmx_world, host_spec_ctrl) == VMX_WORLD_HOST_SPEC_CTRL);
static_assert(offsetof(struct vmx_world, launched) == VMX_WORLD_LAUNCHED);
static_assert(HOST_RSP == 0x6c14);	/* in entry.S */

void vmcs_write_failed(u32 field, u64 val)
{
	pr_err_once("VMWRITE of %#llx to field %#x failed: error %llu\n", val, field,
		    vmcs_read(VM_INSTRUCTION_ERROR));
}

/* The kernel's own way keeps a copy, which must not get VMXE: nobody is to believe in it. */
static void write_cr4(u64 val)
{
	asm volatile("mov %0, %%cr4" : : "r" (val) : "memory");
}

static void enter_operation(struct vmx_cpu *c)
{
	c->cr4 = __read_cr4();
	if (!(c->cr4 & X86_CR4_VMXE))
		write_cr4(c->cr4 | X86_CR4_VMXE);
	c->foreign = !vmxon_insn(page_to_phys(c->region));
	if (c->foreign)
		c->their_vmcs = vmptrst_insn();
}

static void leave_operation(struct vmx_cpu *c)
{
	if (!c->foreign)
		vmxoff_insn();
	else if (c->their_vmcs != ~0ULL)
		vmptrld_insn(c->their_vmcs);
	if (!(c->cr4 & X86_CR4_VMXE))
		write_cr4(c->cr4);
}

/* The TSS descriptor in the GDT; it has 16 bytes. */
static u64 task_base(const struct desc_ptr *gdt)
{
	const struct ldttss_desc *d = (void *)(gdt->address + GDT_ENTRY_TSS * 8);

	return d->base0 | (u64)d->base1 << 16 | (u64)d->base2 << 24 | (u64)d->base3 << 32;
}

/* What does not change while a thread stays on a CPU. */
static void save_host_of_cpu(struct vmx_cpu *c)
{
	vmcs_write(HOST_FS_BASE, msr_get(MSR_FS_BASE));
	vmcs_write(HOST_GS_BASE, msr_get(MSR_GS_BASE));
	vmcs_write(HOST_TR_BASE, task_base(&c->gdt));
	vmcs_write(HOST_GDTR_BASE, c->gdt.address);
	vmcs_write(HOST_IDTR_BASE, c->idt.address);
	vmcs_write(HOST_IA32_SYSENTER_CS, msr_get(MSR_IA32_SYSENTER_CS));
	vmcs_write(HOST_IA32_SYSENTER_ESP, msr_get(MSR_IA32_SYSENTER_ESP));
	vmcs_write(HOST_IA32_SYSENTER_EIP, msr_get(MSR_IA32_SYSENTER_EIP));
	vmcs_write(HOST_IA32_PAT, msr_get(MSR_IA32_CR_PAT));
	vmcs_write(HOST_IA32_EFER, msr_get(MSR_EFER));
}

/* What an interrupt handler may have changed since the last window. */
static void save_host(void)
{
	vmcs_write(HOST_CR0, read_cr0());
	vmcs_write(HOST_CR3, __read_cr3());
	vmcs_write(HOST_CR4, __read_cr4());
	if (vmx_caps.exit & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL)
		vmcs_write(HOST_IA32_PERF_GLOBAL_CTRL, msr_get(MSR_CORE_PERF_GLOBAL_CTRL));
}

/* An exit leaves limits that are too large, no LDT, and DEBUGCTL 0. */
static void save_spoiled(struct vmx_cpu *c)
{
	native_store_gdt(&c->gdt);
	store_idt(&c->idt);
	store_ldt(c->ldt);
	c->debugctl = msr_get(MSR_IA32_DEBUGCTLMSR);
}

static void restore_spoiled(struct vmx_cpu *c)
{
	native_load_gdt(&c->gdt);
	native_load_idt(&c->idt);
	if (c->ldt)
		asm volatile("lldt %0" : : "m" (c->ldt));
	/* The task's limit is what exits leave, too: for a task with an I/O bitmap. */
	invalidate_tss_limit();
	if (c->debugctl)
		msr_put(MSR_IA32_DEBUGCTLMSR, c->debugctl);
}

static void switch_late_msrs(u64 *out, const u64 *in)
{
	unsigned int i;

	for (i = 0; i < NR_LATE_MSRS; i++)
		out[i] = msr_swap(vmx_late_msrs[i], in[i]);
}

static void flush(const struct vcpu *vcpu)
{
	invept_insn(VMX_EPT_EXTENT_CONTEXT, vmx_eptp(vcpu), 0);
	if (vmx_caps.proc2 & SECONDARY_EXEC_ENABLE_VPID)
		invvpid_insn(vmx_caps.invvpid, VMX_GUEST_VPID, 0);
}

void vmx_open(struct vcpu *vcpu, bool first)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);
	struct vmx_vcpu *vmx = vcpu->hw;

	save_spoiled(c);
	enter_operation(c);
	if (vmx->new)
		vmclear_insn(vmx->vmcs_pa);
	vmptrld_insn(vmx->vmcs_pa);
	vmx->world.launched = false;
	vmx->flush_l1d = true;
	if (vmx->new)
		vmx_set_up(vcpu);
	if (first) {
		save_host_of_cpu(c);
		switch_late_msrs(c->late, vmx->late);
		vcpu->flush_tlb = true;
		mitigate_vm_switch(&c->last_vm, vcpu->vm->id);
	}
	save_host();
}

void vmx_close(struct vcpu *vcpu)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);
	struct vmx_vcpu *vmx = vcpu->hw;

	if (c->foreign) {
		flush(vcpu);
		vcpu->flush_tlb = true;
	}
	vmclear_insn(vmx->vmcs_pa);
	leave_operation(c);
	restore_spoiled(c);
}

/* Nothing in the kernel uses these MSRs; they are needed for the way back to user mode. */
void vmx_leave(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	switch_late_msrs(vmx->late, this_cpu_ptr(&vmx_cpu)->late);
}

bool vmx_counts_down(void)
{
	return vmx_caps.timer;
}

static bool has_timer(const struct vcpu *vcpu)
{
	return vcpu->timer_tsc != NEVER;
}

static void switch_timer(const struct vcpu *vcpu, struct vmx_vcpu *vmx)
{
	vmx->timer_on = has_timer(vcpu);
	vmcs_write(PIN_BASED_VM_EXEC_CONTROL,
		   vmx_caps.pin | (vmx->timer_on ? PIN_BASED_VMX_PREEMPTION_TIMER : 0));
}

/* It is loaded anew at each entry, and may not end too early: it would for ever. */
static u32 timer_left(const struct vcpu *vcpu)
{
	s64 left = vcpu->timer_tsc - rdtsc();

	return left > 0 ? min_t(u64, (left >> vmx_caps.timer_shift) + 1, U32_MAX) : 0;
}

/* What an entry seldom needs. */
static noinline void prepare(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	if (has_timer(vcpu) != vmx->timer_on)
		switch_timer(vcpu, vmx);
	if (vmx->dirty | vmx->seg_dirty)
		vmx_write_dirty(vcpu);
	vmx_set_windows(vcpu);
	if (vcpu->event.type != EVENT_NONE)
		vmx_put_event(vcpu);
	if (vcpu->flush_tlb) {
		vcpu->flush_tlb = false;
		flush(vcpu);
	}
}

/* The shadow ended with an instruction that was emulated. */
static noinline void end_shadow(struct vmx_vcpu *vmx)
{
	vmx->intr_state &= ~SHADOW;
	vmcs_write(GUEST_INTERRUPTIBILITY_INFO, vmx->intr_state);
	vmcs_write(GUEST_PENDING_DBG_EXCEPTIONS, 0);
}

static void load(struct vcpu *vcpu, struct vmx_vcpu *vmx)
{
	vmcs_write(GUEST_RIP, vcpu->rip);
	if (vcpu->gpr[REG_RSP] != vmx->rsp)
		vmcs_write(GUEST_RSP, vcpu->gpr[REG_RSP]);
	if (vcpu->rflags != vmx->rflags)
		vmcs_write(GUEST_RFLAGS, vcpu->rflags);
	if (unlikely((vmx->intr_state & SHADOW) && !vcpu->shadow))
		end_shadow(vmx);
	vmx->vapic[VTPR] = vcpu->cr8 << 4;
	if (vmx->timer_on)
		vmcs_write(VMX_PREEMPTION_TIMER_VALUE, timer_left(vcpu));
	if (native_read_cr2() != vmx->reg[VIRT_CR2])
		native_write_cr2(vmx->reg[VIRT_CR2]);
	if (mitigate_swaps_spec_ctrl()) {
		vmx->world.spec_ctrl = vcpu->spec_ctrl;
		vmx->world.host_spec_ctrl = spec_ctrl_current();
	}
}

/* DR0-DR3 and DR6 are not in the VMCS; DR7 is, but an exit loses the host's. */
static noinline int run_debugging(struct vcpu *vcpu, struct vmx_world *world)
{
	struct host_debug host;
	int failed;

	debug_switch_in(&host, vcpu->dr);
	failed = vmx_run(vcpu->gpr, world);
	debug_switch_out(&host);
	return failed;
}

static int run(struct vcpu *vcpu, struct vmx_vcpu *vmx)
{
	mitigate_entry();
	if (mitigate_flushes_l1d() && vmx->flush_l1d) {
		vmx->flush_l1d = false;
		mitigate_flush_l1d();
	}
	if (unlikely((vmx->reg[VIRT_DR7] & DR7_ENABLES) || hw_breakpoint_active()))
		return run_debugging(vcpu, &vmx->world);
	return vmx_run(vcpu->gpr, &vmx->world);
}

static void store(struct vcpu *vcpu, struct vmx_vcpu *vmx)
{
	vmx->reg[VIRT_CR2] = native_read_cr2();
	vcpu->rip = vmcs_read(GUEST_RIP);
	vcpu->gpr[REG_RSP] = vmx->rsp = vmcs_read(GUEST_RSP);
	vcpu->rflags = vmx->rflags = vmcs_read(GUEST_RFLAGS);
	vmx->intr_state = vmcs_read(GUEST_INTERRUPTIBILITY_INFO);
	vcpu->shadow = vmx->intr_state & SHADOW;
	vcpu->cr8 = vmx->vapic[VTPR] >> 4;
	vcpu->sys_known = false;
	vmx_forget(vmx);
}

/* Outside of 64-bit mode RIP has 32 bits. */
static noinline u64 next_rip_wrapped(struct vcpu *vcpu, u64 next)
{
	return vcpu_sys(vcpu)->mode == 8 ? next : (u32)next;
}

void vmx_enter(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	u32 reason, vectoring;
	u64 next;

	if (unlikely(vcpu->windows | vmx->windows | vmx->nmi_wanted | vcpu->event.type |
		     vcpu->flush_tlb | vmx->dirty | vmx->seg_dirty |
		     (has_timer(vcpu) ^ vmx->timer_on)))
		prepare(vcpu);
	load(vcpu, vmx);
	if (unlikely(run(vcpu, vmx))) {
		vmx_decode_failure(vcpu);
		return;
	}
	vmx->world.launched = true;
	store(vcpu, vmx);

	reason = vmcs_read(VM_EXIT_REASON);
	vectoring = vmcs_read(IDT_VECTORING_INFO_FIELD);
	if (unlikely(vectoring & VECTORING_INFO_VALID_MASK))
		vmx_take_event(vcpu, vectoring);
	next = vcpu->rip + vmcs_read(VM_EXIT_INSTRUCTION_LEN);
	vcpu->exit.next_rip = unlikely((next ^ vcpu->rip) >> 32) ? next_rip_wrapped(vcpu, next) :
								    next;
	vcpu->exit.reason = likely(reason < VMX_EXITS) ? vmx_exit_reasons[reason] : EXIT_FAILED;
	if (VMX_DETAILED_EXITS >> vcpu->exit.reason & 1)
		vmx_decode_details(vcpu, reason, vectoring);
}
