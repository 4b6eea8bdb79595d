// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit.c - what to do about each exit: one table, one small function a reason
 *
 * Runs inside the window: interrupts are off, nothing may sleep. An instruction takes
 * effect whole or not at all: its length is asked for first.
 */
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

static noinline void single_step(struct vcpu *vcpu)
{
	virt->set(vcpu, VIRT_DR6, virt->get(vcpu, VIRT_DR6) | DR6_BS);
	vcpu_raise(vcpu, X86_TRAP_DB, false, 0);
}

void vcpu_stepped(struct vcpu *vcpu)
{
	vcpu->shadow = false;
	if (unlikely(vcpu->rflags & X86_EFLAGS_TF))
		single_step(vcpu);
}

void vcpu_skip(struct vcpu *vcpu)
{
	vcpu->rip = vcpu->exit.next_rip;
	vcpu_stepped(vcpu);
}

static enum exit_action exit_host(struct vcpu *vcpu)
{
	return EXIT_REOPEN;
}

#define CPUID_XSAVE	0xd	/* the only leaf that depends on XCR0 */

static void cpuid_result(struct vcpu *vcpu, const u32 reg[4])
{
	vcpu->gpr[REG_RAX] = reg[R_EAX];
	vcpu->gpr[REG_RBX] = reg[R_EBX];
	vcpu->gpr[REG_RCX] = reg[R_ECX];
	vcpu->gpr[REG_RDX] = reg[R_EDX];
}

static noinline void cpuid_dynamic(struct vcpu *vcpu)
{
	u32 leaf = vcpu->gpr[REG_RAX], out[4];
	struct cpuid_dynamic dyn = {
		.apic_id = vcpu->id,
		.cr4 = virt->get(vcpu, VIRT_CR4),
		.xcr0 = leaf == CPUID_XSAVE ? fpu_xcr0() : 0,
		.apic_enabled = lapic_enabled(&vcpu->lapic),
	};

	cpuid_lookup(&vcpu->vm->cpuid, &dyn, leaf, vcpu->gpr[REG_RCX], out);
	cpuid_result(vcpu, out);
}

/* It may be that it was as far as the CPU counts: vcpu_timer_update() will see. */
static enum exit_action exit_timer(struct vcpu *vcpu)
{
	vcpu_timer_forget(vcpu);
	return EXIT_RESUME;
}

static enum exit_action exit_cpuid(struct vcpu *vcpu)
{
	int other = vcpu_find_next(vcpu, INSN_CPUID);
	const struct cpuid_leaf *plain;

	if (other)
		return other;
	plain = cpuid_plain(&vcpu->vm->cpuid, vcpu->gpr[REG_RAX]);
	if (likely(plain))
		cpuid_result(vcpu, plain->reg);
	else
		cpuid_dynamic(vcpu);
	vcpu_skip(vcpu);
	return EXIT_RESUME;
}

static enum exit_action exit_hlt(struct vcpu *vcpu)
{
	int other = vcpu_find_next(vcpu, INSN_HLT);

	if (other)
		return other;
	vcpu_skip(vcpu);
	if (vcpu->event.type != EVENT_NONE || vcpu_has_work(vcpu))
		return EXIT_RESUME;
	vcpu->halted = true;
	return EXIT_LEAVE;
}

static u64 low_bytes(unsigned int size)
{
	return ~0ULL >> (64 - 8 * size);
}

enum exit_action vcpu_after_device(const struct vcpu *vcpu)
{
	/* It may have been the power switch. */
	if (READ_ONCE(vcpu->vm->quiesce))
		return EXIT_LEAVE;
	return local_softirq_pending() ? EXIT_REOPEN : EXIT_RESUME;
}

static enum exit_action exit_io(struct vcpu *vcpu)
{
	const struct vm_exit *e = &vcpu->exit;
	u64 *rax = &vcpu->gpr[REG_RAX];
	int other;

	if (e->io.string)
		return exit_string_io(vcpu);
	other = vcpu_find_next(vcpu, e->io.in ? INSN_IN : INSN_OUT);
	if (other)
		return other;
	if (e->io.in) {
		u64 mask = low_bytes(e->io.size);
		u32 val = platform_in(&vcpu->vm->platform, e->io.port, e->io.size);

		*rax = e->io.size == 4 ? val : (*rax & ~mask) | (val & mask);
	} else {
		platform_out(&vcpu->vm->platform, e->io.port, e->io.size, *rax);
	}
	vcpu_skip(vcpu);
	return vcpu_after_device(vcpu);
}

static enum exit_action exit_window(struct vcpu *vcpu)
{
	return EXIT_RESUME;	/* vcpu_deliver() finds it open */
}

/* MOV CRn and MOV DRn: the general register, and what is in it. */

static u64 *mov_gpr(struct vcpu *vcpu)
{
	return &vcpu->gpr[array_index_nospec(vcpu->now->insn.rm, NR_GPRS)];
}

static u64 mov_value(struct vcpu *vcpu)
{
	return vcpu_sys(vcpu)->mode == 8 ? *mov_gpr(vcpu) : (u32)*mov_gpr(vcpu);
}

/* Debug registers: MOV DRn is privileged, which the CPU has checked. */

static u64 *dr_slot(struct vcpu *vcpu, unsigned int n)
{
	return &vcpu->dr[array_index_nospec(n, ARRAY_SIZE(vcpu->dr))];
}

static u64 dr_read(struct vcpu *vcpu, unsigned int n)
{
	if (n < 4)
		return *dr_slot(vcpu, n);
	return virt->get(vcpu, n == 6 ? VIRT_DR6 : VIRT_DR7);
}

static void dr_write(struct vcpu *vcpu, unsigned int n, u64 val)
{
	if (n < 4)
		*dr_slot(vcpu, n) = val;
	else if (n == 6)
		virt->set(vcpu, VIRT_DR6, (val & DR6_WRITABLE) | DR6_RESET);
	else
		virt->set(vcpu, VIRT_DR7, (val & DR7_WRITABLE) | DR7_RESET);
}

/* DR4 and DR5 are DR6 and DR7 unless CR4.DE makes them #UD; DR7.GD traps any access. */
static enum exit_action exit_dr(struct vcpu *vcpu)
{
	int err = vcpu_fetch(vcpu);
	const struct insn *insn = &vcpu->now->insn;
	unsigned int n;
	u64 val;

	if (err == -EAGAIN)
		return EXIT_LEAVE;
	if (err || (insn->op != INSN_MOV_TO_DR && insn->op != INSN_MOV_FROM_DR))
		return EXIT_RESUME;
	n = insn->reg & 7;
	if (insn->reg > 7 || ((n == 4 || n == 5) && (virt->get(vcpu, VIRT_CR4) & X86_CR4_DE))) {
		vcpu_raise(vcpu, X86_TRAP_UD, false, 0);
		return EXIT_RESUME;
	}
	if (virt->get(vcpu, VIRT_DR7) & DR7_GD) {
		virt->set(vcpu, VIRT_DR7, virt->get(vcpu, VIRT_DR7) & ~DR7_GD);
		virt->set(vcpu, VIRT_DR6, virt->get(vcpu, VIRT_DR6) | DR6_BD);
		vcpu_raise(vcpu, X86_TRAP_DB, false, 0);
		return EXIT_RESUME;
	}
	if (n == 4 || n == 5)
		n += 2;
	val = mov_value(vcpu);
	if (insn->op == INSN_MOV_TO_DR && n >= 6 && val >> 32) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	if (insn->op == INSN_MOV_TO_DR)
		dr_write(vcpu, n, val);
	else
		*mov_gpr(vcpu) = dr_read(vcpu, n);
	vcpu_skip(vcpu);
	return EXIT_RESUME;
}

/* Only intercepted while an interrupt window is asked for. */
static enum exit_action exit_cr8(struct vcpu *vcpu)
{
	int err = vcpu_fetch(vcpu);
	const struct insn *insn = &vcpu->now->insn;
	u64 val;

	if (err == -EAGAIN)
		return EXIT_LEAVE;
	if (err || insn->op != INSN_MOV_TO_CR || insn->reg != 8)
		return EXIT_RESUME;
	val = *mov_gpr(vcpu);
	if (val & ~15ULL) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	vcpu->cr8 = val;
	lapic_cr8_write(&vcpu->lapic, val);
	vcpu_skip(vcpu);
	return EXIT_RESUME;
}

/* What MOV to CR4 refuses (AMD APM vol. 3, MOV CRn). */
static bool cr4_valid(struct vcpu *vcpu, u64 val)
{
	bool long_mode = virt->get(vcpu, VIRT_EFER) & EFER_LMA;
	u64 set = val & ~virt->get(vcpu, VIRT_CR4);

	if (val & ~vcpu->vm->cpuid.cr4)
		return false;
	if (long_mode && !(val & X86_CR4_PAE))
		return false;
	return !(set & X86_CR4_PCIDE) ||
	       (long_mode && !(virt->get(vcpu, VIRT_CR3) & X86_CR3_PCID_MASK));
}

/* Intercepted where the CPU cannot keep a bit of CR4 from the guest otherwise. */
static enum exit_action exit_cr4(struct vcpu *vcpu)
{
	int err = vcpu_fetch(vcpu);
	const struct insn *insn = &vcpu->now->insn;
	u64 val;

	if (err == -EAGAIN)
		return EXIT_LEAVE;
	if (err || (insn->op != INSN_MOV_TO_CR && insn->op != INSN_MOV_FROM_CR) || insn->reg != 4)
		return EXIT_RESUME;
	val = mov_value(vcpu);
	if (insn->op == INSN_MOV_FROM_CR) {
		*mov_gpr(vcpu) = virt->get(vcpu, VIRT_CR4);
	} else if (cr4_valid(vcpu, val)) {
		virt->set(vcpu, VIRT_CR4, val);
		vcpu->flush_tlb = true;
	} else {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	vcpu_skip(vcpu);
	return EXIT_RESUME;
}

/* The CPU has checked CPL and CR4.OSXSAVE before the intercept. */
static enum exit_action exit_xsetbv(struct vcpu *vcpu)
{
	int other = vcpu_find_next(vcpu, INSN_XSETBV);
	u64 val = (u32)vcpu->gpr[REG_RAX] | vcpu->gpr[REG_RDX] << 32;

	if (other)
		return other;
	if (vcpu_sys(vcpu)->cpl || (u32)vcpu->gpr[REG_RCX] ||
	    !fpu_set_xcr0(&vcpu->fpu, val)) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	vcpu_skip(vcpu);
	return EXIT_RESUME;
}

/* Guests have no device that is not coherent: nothing to write back. */
static enum exit_action exit_wbinvd(struct vcpu *vcpu)
{
	int err = vcpu_fetch(vcpu);
	const struct insn *insn = &vcpu->now->insn;

	if (err == -EAGAIN)
		return EXIT_LEAVE;
	if (!err && (insn->op == INSN_WBINVD || insn->op == INSN_INVD))
		vcpu_skip(vcpu);
	return EXIT_RESUME;
}

/* A spinning guest: let one run for which it may be waiting. */
static enum exit_action exit_pause(struct vcpu *vcpu)
{
	int other = vcpu_find_next(vcpu, INSN_PAUSE);

	if (other)
		return other;
	vcpu_skip(vcpu);
	return sched_spin(vcpu) ? EXIT_LEAVE : EXIT_RESUME;
}

static enum exit_action exit_ud(struct vcpu *vcpu)
{
	vcpu_raise(vcpu, X86_TRAP_UD, false, 0);
	return EXIT_RESUME;
}

static enum exit_action exit_gp(struct vcpu *vcpu)
{
	vcpu_raise_gp(vcpu);
	return EXIT_RESUME;
}

static enum exit_action exit_exception(struct vcpu *vcpu)
{
	const struct vm_exit *e = &vcpu->exit;

	vcpu_raise(vcpu, e->exception.vector, e->exception.has_error, e->exception.error);
	return EXIT_RESUME;
}

static enum exit_action exit_shutdown(struct vcpu *vcpu)
{
	vm_kill(vcpu->vm, "triple-fault");
	return EXIT_LEAVE;
}

static enum exit_action exit_failed(struct vcpu *vcpu)
{
	vm_kill(vcpu->vm, "entry failed: %s %s, rip %#llx", virt->name, vcpu->exit.failure,
		vcpu->rip);
	return EXIT_LEAVE;
}

enum exit_action (*const vcpu_exit_handlers[NR_EXIT_REASONS])(struct vcpu *) = {
	[EXIT_FAILED]		= exit_failed,
	[EXIT_HOST]		= exit_host,
	[EXIT_CPUID]		= exit_cpuid,
	[EXIT_HLT]		= exit_hlt,
	[EXIT_IO]		= exit_io,
	[EXIT_RDMSR]		= exit_rdmsr,
	[EXIT_WRMSR]		= exit_wrmsr,
	[EXIT_FAULT]		= exit_fault,
	[EXIT_IRQ_WINDOW]	= exit_window,
	[EXIT_NMI_WINDOW]	= exit_window,
	[EXIT_STEP]		= exit_window,
	[EXIT_CR8]		= exit_cr8,
	[EXIT_CR4]		= exit_cr4,
	[EXIT_CR]		= exit_window,
	[EXIT_DR]		= exit_dr,
	[EXIT_XSETBV]		= exit_xsetbv,
	[EXIT_WBINVD]		= exit_wbinvd,
	[EXIT_PAUSE]		= exit_pause,
	[EXIT_UD]		= exit_ud,
	[EXIT_GP]		= exit_gp,
	[EXIT_EXCEPTION]	= exit_exception,
	[EXIT_SHUTDOWN]		= exit_shutdown,
	[EXIT_TIMER]		= exit_timer,
};

static const char *const names[NR_EXIT_REASONS] = {
	[EXIT_FAILED]		= "failed",
	[EXIT_HOST]		= "host",
	[EXIT_CPUID]		= "cpuid",
	[EXIT_HLT]		= "hlt",
	[EXIT_IO]		= "io",
	[EXIT_RDMSR]		= "rdmsr",
	[EXIT_WRMSR]		= "wrmsr",
	[EXIT_FAULT]		= "fault",
	[EXIT_IRQ_WINDOW]	= "irq-window",
	[EXIT_NMI_WINDOW]	= "nmi-window",
	[EXIT_STEP]		= "step",
	[EXIT_CR8]		= "cr8",
	[EXIT_CR4]		= "cr4",
	[EXIT_CR]		= "cr",
	[EXIT_DR]		= "dr",
	[EXIT_XSETBV]		= "xsetbv",
	[EXIT_WBINVD]		= "wbinvd",
	[EXIT_PAUSE]		= "pause",
	[EXIT_UD]		= "ud",
	[EXIT_GP]		= "gp",
	[EXIT_EXCEPTION]	= "exception",
	[EXIT_SHUTDOWN]		= "shutdown",
	[EXIT_TIMER]		= "timer",
};

static_assert(NR_EXIT_REASONS <= VM_EXIT_COUNTERS);

const char *vm_exit_name(unsigned int i)
{
	return i < NR_EXIT_REASONS ? names[i] : NULL;
}
