// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit.c - SVM's exit codes in the common words of vm/vcpu.h
 *
 * AMD APM vol. 2 app. C (codes), §15.10.2 (IOIO), §15.25.6 (nested page faults). An exit
 * is only named here, never acted upon.
 */
#include <asm/mce.h>
#include "../../vm/vcpu.h"
#include "../mitigations.h"
#include "../x86.h"
#include "svm.h"

#define NPF_WRITE	(1 << 1)
#define NPF_FETCH	(1 << 4)

static u8 next_rip_len(struct vcpu *vcpu, u64 next)
{
	u64 len = next - vcpu->rip;

	return len <= INSN_MAX_LEN ? len : 0;
}

static void decode_io(struct vcpu *vcpu, const struct vmcb_control_area *c)
{
	struct vm_exit *e = &vcpu->exit;
	u32 info = c->exit_info_1;

	e->reason = EXIT_IO;
	e->io.port = info >> 16;
	e->io.size = (info & SVM_IOIO_SIZE_MASK) >> SVM_IOIO_SIZE_SHIFT;
	e->io.in = info & SVM_IOIO_TYPE_MASK;
	e->io.string = info & SVM_IOIO_STR_MASK;
	e->len = next_rip_len(vcpu, c->exit_info_2);
}

static void decode_npf(struct vcpu *vcpu, const struct vmcb_control_area *c)
{
	struct vm_exit *e = &vcpu->exit;

	e->reason = EXIT_FAULT;
	e->fault.gpa = c->exit_info_2;
	e->fault.access = (c->exit_info_1 & NPF_WRITE ? WALK_WRITE : 0) |
			  (c->exit_info_1 & NPF_FETCH ? WALK_FETCH : 0);
}

/* Which vectors are intercepted: see svm_vcpu_reset(). */
static void decode_exception(struct vcpu *vcpu, u8 vector)
{
	struct vm_exit *e = &vcpu->exit;

	if (vector == X86_TRAP_MC) {
		host_machine_check();
		e->reason = EXIT_HOST;
		return;
	}
	if (vector == X86_TRAP_DB && svm_step_end(vcpu)) {
		e->reason = EXIT_STEP;
		return;
	}
	e->reason = EXIT_EXCEPTION;
	e->exception.vector = vector;
	e->exception.has_error = vector == X86_TRAP_AC;
	e->exception.error = 0;
}

static void decode_failure(struct vcpu *vcpu, const struct vmcb_control_area *c)
{
	struct vm_exit *e = &vcpu->exit;

	e->reason = EXIT_FAILED;
	e->code[0] = c->exit_code;
	e->code[1] = c->exit_info_1;
	e->code[2] = c->exit_info_2;
}

/* Exits that need nothing but their name; all of them have an instruction to step over. */
static enum exit_reason plain_reason(u32 code)
{
	switch (code) {
	case SVM_EXIT_CPUID:	return EXIT_CPUID;
	case SVM_EXIT_HLT:	return EXIT_HLT;
	case SVM_EXIT_PAUSE:	return EXIT_PAUSE;
	case SVM_EXIT_WBINVD:
	case SVM_EXIT_INVD:	return EXIT_WBINVD;
	case SVM_EXIT_XSETBV:	return EXIT_XSETBV;
	case SVM_EXIT_WRITE_CR8: return EXIT_CR8;
	case SVM_EXIT_READ_DR0 ... SVM_EXIT_READ_DR7:
	case SVM_EXIT_WRITE_DR0 ... SVM_EXIT_WRITE_DR7: return EXIT_DR;
	case SVM_EXIT_VMRUN ... SVM_EXIT_SKINIT:
	case SVM_EXIT_MONITOR ... SVM_EXIT_MWAIT_COND:
	case SVM_EXIT_RDPRU:
	case SVM_EXIT_RSM:
	case SVM_EXIT_INVLPGA:	return EXIT_UD;
	default:		return NR_EXIT_REASONS;
	}
}

void svm_decode_exit(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	const struct vmcb_control_area *c = &svm->vmcb->control;
	struct vm_exit *e = &vcpu->exit;
	u32 code = c->exit_code;

	e->len = 0;
	switch (code) {
	case SVM_EXIT_INTR:
	case SVM_EXIT_NMI:
	case SVM_EXIT_SMI:
	case SVM_EXIT_INIT:
		e->reason = EXIT_HOST;
		return;
	case SVM_EXIT_IOIO:
		decode_io(vcpu, c);
		return;
	case SVM_EXIT_MSR:
		e->reason = c->exit_info_1 ? EXIT_WRMSR : EXIT_RDMSR;
		break;
	case SVM_EXIT_NPF:
		decode_npf(vcpu, c);
		return;
	case SVM_EXIT_VINTR:
		e->reason = EXIT_IRQ_WINDOW;
		return;
	case SVM_EXIT_IRET:
		e->reason = EXIT_NMI_WINDOW;
		return;
	case SVM_EXIT_SHUTDOWN:
		e->reason = EXIT_SHUTDOWN;
		return;
	case SVM_EXIT_RDPMC:	/* there are no counters to read */
		e->reason = EXIT_EXCEPTION;
		e->exception.vector = X86_TRAP_GP;
		e->exception.has_error = true;
		e->exception.error = 0;
		return;
	case SVM_EXIT_EXCP_BASE ... SVM_EXIT_EXCP_BASE + 31:
		decode_exception(vcpu, code - SVM_EXIT_EXCP_BASE);
		return;
	default:
		e->reason = plain_reason(code);
		if (e->reason == NR_EXIT_REASONS) {
			decode_failure(vcpu, c);
			return;
		}
	}
	if (svm_caps.nrips && c->next_rip)
		e->len = next_rip_len(vcpu, c->next_rip);
}
