// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit.c - what to do about each exit: one table, one small function a reason
 *
 * Runs inside the window: interrupts are off, nothing may sleep. An instruction takes
 * effect whole or not at all: its length is asked for first.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

unsigned int vcpu_insn_length(struct vcpu *vcpu, enum insn_op op, enum exit_action *action)
{
	u8 bytes[INSN_MAX_LEN];
	struct insn insn;
	int err;

	if (vcpu->exit.len)
		return vcpu->exit.len;
	err = vcpu_fetch(vcpu, &insn, bytes);
	*action = err == -EAGAIN ? EXIT_LEAVE : EXIT_RESUME;
	if (err == -ENXIO) {
		vm_kill(vcpu->vm, "page tables or code outside RAM at rip %#llx", vcpu->rip);
		*action = EXIT_LEAVE;
	}
	/* Anything else: it was changed since; let the guest execute what is there now. */
	return !err && insn.op == op ? insn.len : 0;
}

void vcpu_stepped(struct vcpu *vcpu)
{
	virt->clear_shadow(vcpu);
	if (unlikely(vcpu->rflags & X86_EFLAGS_TF)) {
		virt->set(vcpu, VIRT_DR6, virt->get(vcpu, VIRT_DR6) | DR6_BS);
		vcpu_raise(vcpu, X86_TRAP_DB, false, 0);
	}
}

void vcpu_skip(struct vcpu *vcpu, unsigned int len)
{
	vcpu->rip += len;
	if (unlikely(vcpu->rip >> 16) && vcpu_mode(vcpu) != 8)
		vcpu->rip = vcpu_mode(vcpu) == 4 ? (u32)vcpu->rip : (u16)vcpu->rip;
	vcpu_stepped(vcpu);
}

static enum exit_action exit_host(struct vcpu *vcpu)
{
	return EXIT_REOPEN;
}

#define CPUID_XSAVE	0xd	/* the only leaf that depends on XCR0 */

static enum exit_action exit_cpuid(struct vcpu *vcpu)
{
	enum exit_action action;
	unsigned int len = vcpu_insn_length(vcpu, INSN_CPUID, &action);
	u64 *gpr = vcpu->gpr;
	u32 out[4];
	struct cpuid_dynamic dyn = {
		.apic_id = vcpu->id,
		.cr4 = virt->get(vcpu, VIRT_CR4),
		.xcr0 = (u32)gpr[REG_RAX] == CPUID_XSAVE ? fpu_xcr0() : 0,
		.apic_enabled = lapic_enabled(&vcpu->lapic),
	};

	if (!len)
		return action;
	cpuid_lookup(&vcpu->vm->cpuid, &dyn, gpr[REG_RAX], gpr[REG_RCX], out);
	gpr[REG_RAX] = out[0];
	gpr[REG_RBX] = out[1];
	gpr[REG_RCX] = out[2];
	gpr[REG_RDX] = out[3];
	vcpu_skip(vcpu, len);
	return EXIT_RESUME;
}

static enum exit_action exit_hlt(struct vcpu *vcpu)
{
	enum exit_action action;
	unsigned int len = vcpu_insn_length(vcpu, INSN_HLT, &action);

	if (!len)
		return action;
	vcpu_skip(vcpu, len);
	if (vcpu->event.type != EVENT_NONE || vcpu_has_work(vcpu))
		return EXIT_RESUME;
	vcpu->halted = true;
	return EXIT_LEAVE;
}

static u64 low_bytes(unsigned int size)
{
	return ~0ULL >> (64 - 8 * size);
}

static enum exit_action exit_io(struct vcpu *vcpu)
{
	const struct vm_exit *e = &vcpu->exit;
	u64 *rax = &vcpu->gpr[REG_RAX];
	enum exit_action action;
	unsigned int len;

	if (e->io.string)
		return exit_string_io(vcpu);
	len = vcpu_insn_length(vcpu, e->io.in ? INSN_IN : INSN_OUT, &action);
	if (!len)
		return action;
	if (e->io.in) {
		u64 mask = low_bytes(e->io.size);
		u32 val = platform_in(&vcpu->vm->platform, e->io.port, e->io.size);

		*rax = e->io.size == 4 ? val : (*rax & ~mask) | (val & mask);
	} else {
		platform_out(&vcpu->vm->platform, e->io.port, e->io.size, *rax);
	}
	vcpu_skip(vcpu, len);
	/* It may have been the power switch. */
	return READ_ONCE(vcpu->vm->quiesce) ? EXIT_LEAVE : EXIT_RESUME;
}

static enum exit_action exit_window(struct vcpu *vcpu)
{
	return EXIT_RESUME;	/* vcpu_deliver() finds it open */
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
	u8 bytes[INSN_MAX_LEN];
	struct insn insn;
	int err = vcpu_fetch(vcpu, &insn, bytes);
	unsigned int n;
	u64 *gpr, val;

	if (err == -EAGAIN)
		return EXIT_LEAVE;
	if (err || (insn.op != INSN_MOV_TO_DR && insn.op != INSN_MOV_FROM_DR))
		return EXIT_RESUME;
	n = insn.reg & 7;
	if (insn.reg > 7 || ((n == 4 || n == 5) && (virt->get(vcpu, VIRT_CR4) & X86_CR4_DE))) {
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
	gpr = &vcpu->gpr[array_index_nospec(insn.rm, NR_GPRS)];
	val = vcpu_mode(vcpu) == 8 ? *gpr : (u32)*gpr;
	if (insn.op == INSN_MOV_TO_DR && n >= 6 && val >> 32) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	if (insn.op == INSN_MOV_TO_DR)
		dr_write(vcpu, n, val);
	else
		*gpr = dr_read(vcpu, n);
	vcpu_skip(vcpu, insn.len);
	return EXIT_RESUME;
}

/* Only intercepted while an interrupt window is asked for. */
static enum exit_action exit_cr8(struct vcpu *vcpu)
{
	u8 bytes[INSN_MAX_LEN];
	struct insn insn;
	int err = vcpu_fetch(vcpu, &insn, bytes);
	u64 val;

	if (err == -EAGAIN)
		return EXIT_LEAVE;
	if (err || insn.op != INSN_MOV_TO_CR || insn.reg != 8)
		return EXIT_RESUME;
	val = vcpu->gpr[array_index_nospec(insn.rm, NR_GPRS)];
	if (val & ~15ULL) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	vcpu->cr8 = val;
	lapic_cr8_write(&vcpu->lapic, val);
	vcpu_skip(vcpu, insn.len);
	return EXIT_RESUME;
}

/* The CPU has checked CPL and CR4.OSXSAVE before the intercept. */
static enum exit_action exit_xsetbv(struct vcpu *vcpu)
{
	enum exit_action action;
	unsigned int len = vcpu_insn_length(vcpu, INSN_XSETBV, &action);
	u64 val = (u32)vcpu->gpr[REG_RAX] | vcpu->gpr[REG_RDX] << 32;

	if (!len)
		return action;
	if (virt->cpl(vcpu) || (u32)vcpu->gpr[REG_RCX] ||
	    !fpu_set_xcr0(&vcpu->fpu, val)) {
		vcpu_raise_gp(vcpu);
		return EXIT_RESUME;
	}
	vcpu_skip(vcpu, len);
	return EXIT_RESUME;
}

/* Guests have no device that is not coherent: nothing to write back. */
static enum exit_action exit_wbinvd(struct vcpu *vcpu)
{
	u8 bytes[INSN_MAX_LEN];
	struct insn insn;
	int err = vcpu_fetch(vcpu, &insn, bytes);

	if (err == -EAGAIN)
		return EXIT_LEAVE;
	if (!err && (insn.op == INSN_WBINVD || insn.op == INSN_INVD))
		vcpu_skip(vcpu, insn.len);
	return EXIT_RESUME;
}

/* A spinning guest: let something else run, if there is something. */
static enum exit_action exit_pause(struct vcpu *vcpu)
{
	enum exit_action action;
	unsigned int len = vcpu_insn_length(vcpu, INSN_PAUSE, &action);

	if (!len)
		return action;
	vcpu_skip(vcpu, len);
	return EXIT_LEAVE;
}

static enum exit_action exit_ud(struct vcpu *vcpu)
{
	vcpu_raise(vcpu, X86_TRAP_UD, false, 0);
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
	const u64 *code = vcpu->exit.code;

	vm_kill(vcpu->vm, "entry failed: %s exit %#llx, info %#llx %#llx, rip %#llx",
		virt->name, code[0], code[1], code[2], vcpu->rip);
	return EXIT_LEAVE;
}

static enum exit_action (*const handlers[NR_EXIT_REASONS])(struct vcpu *) = {
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
	[EXIT_DR]		= exit_dr,
	[EXIT_XSETBV]		= exit_xsetbv,
	[EXIT_WBINVD]		= exit_wbinvd,
	[EXIT_PAUSE]		= exit_pause,
	[EXIT_UD]		= exit_ud,
	[EXIT_EXCEPTION]	= exit_exception,
	[EXIT_SHUTDOWN]		= exit_shutdown,
	[EXIT_FAILED]		= exit_failed,
};

enum exit_action vcpu_handle_exit(struct vcpu *vcpu)
{
	return handlers[vcpu->exit.reason](vcpu);
}

static const char *const names[NR_EXIT_REASONS] = {
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
	[EXIT_DR]		= "dr",
	[EXIT_XSETBV]		= "xsetbv",
	[EXIT_WBINVD]		= "wbinvd",
	[EXIT_PAUSE]		= "pause",
	[EXIT_UD]		= "ud",
	[EXIT_EXCEPTION]	= "exception",
	[EXIT_SHUTDOWN]		= "shutdown",
	[EXIT_FAILED]		= "failed",
};

static_assert(NR_EXIT_REASONS <= VM_EXIT_COUNTERS);

const char *vm_exit_name(unsigned int i)
{
	return i < NR_EXIT_REASONS ? names[i] : NULL;
}
