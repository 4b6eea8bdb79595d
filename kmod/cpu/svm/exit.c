// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit.c - SVM's exit codes in the common words of vm/vcpu.h
 *
 * AMD APM vol. 2 app. C (codes), §15.10.2 (IOIO), §15.25.6 (nested page faults). An exit
 * is only named here, never acted upon.
 */
#include "../../vm/vcpu.h"
#include "../mitigations.h"
#include "../x86.h"
#include "svm.h"

#define NPF_WRITE	(1 << 1)
#define NPF_FETCH	(1 << 4)

static void decode_io(struct vcpu *vcpu, const struct vmcb_control_area *c)
{
	struct vm_exit *e = &vcpu->exit;
	u32 info = c->exit_info_1;

	e->io.port = info >> 16;
	e->io.size = (info & SVM_IOIO_SIZE_MASK) >> SVM_IOIO_SIZE_SHIFT;
	e->io.in = info & SVM_IOIO_TYPE_MASK;
	e->io.string = info & SVM_IOIO_STR_MASK;
	e->next_rip = c->exit_info_2;
}

static void decode_npf(struct vcpu *vcpu, const struct vmcb_control_area *c)
{
	struct vm_exit *e = &vcpu->exit;

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
	e->exception.vector = vector;
	e->exception.has_error = vector == X86_TRAP_AC;
	e->exception.error = 0;
}

static void decode_failure(struct vcpu *vcpu, const struct vmcb_control_area *c)
{
	snprintf(vcpu->exit.failure, sizeof(vcpu->exit.failure), "exit %#x, info %#llx %#llx",
		 c->exit_code, c->exit_info_1, c->exit_info_2);
}

/* What is not here was not asked for, or is SVM_EXIT_ERR: EXIT_FAILED, which is 0. */
const u8 svm_exit_reasons[SVM_PLAIN_EXITS] = {
	[SVM_EXIT_READ_CR4]	= EXIT_CR4,
	[SVM_EXIT_WRITE_CR4]	= EXIT_CR4,
	[SVM_EXIT_WRITE_CR8]	= EXIT_CR8,
	[SVM_EXIT_READ_DR0 ... SVM_EXIT_READ_DR7] = EXIT_DR,
	[SVM_EXIT_WRITE_DR0 ... SVM_EXIT_WRITE_DR7] = EXIT_DR,
	[SVM_EXIT_EXCP_BASE ... SVM_EXIT_LAST_EXCP] = EXIT_EXCEPTION,
	[SVM_EXIT_INTR ... SVM_EXIT_INIT] = EXIT_HOST,
	[SVM_EXIT_VINTR]	= EXIT_IRQ_WINDOW,
	[SVM_EXIT_RDPMC]	= EXIT_GP,	/* there are no counters to read */
	[SVM_EXIT_CPUID]	= EXIT_CPUID,
	[SVM_EXIT_RSM]		= EXIT_UD,
	[SVM_EXIT_IRET]		= EXIT_NMI_WINDOW,
	[SVM_EXIT_INVD]		= EXIT_WBINVD,
	[SVM_EXIT_PAUSE]	= EXIT_PAUSE,
	[SVM_EXIT_HLT]		= EXIT_HLT,
	[SVM_EXIT_INVLPGA]	= EXIT_UD,
	[SVM_EXIT_IOIO]		= EXIT_IO,
	[SVM_EXIT_MSR]		= EXIT_RDMSR,
	[SVM_EXIT_SHUTDOWN]	= EXIT_SHUTDOWN,
	[SVM_EXIT_VMRUN ... SVM_EXIT_SKINIT] = EXIT_UD,
	[SVM_EXIT_WBINVD]	= EXIT_WBINVD,
	[SVM_EXIT_MONITOR ... SVM_EXIT_MWAIT_COND] = EXIT_UD,
	[SVM_EXIT_XSETBV]	= EXIT_XSETBV,
	[SVM_EXIT_RDPRU]	= EXIT_UD,
};

void svm_decode_details(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	const struct vmcb_control_area *c = &svm->vmcb->control;
	struct vm_exit *e = &vcpu->exit;

	switch (e->reason) {
	case EXIT_IO:
		decode_io(vcpu, c);
		break;
	case EXIT_RDMSR:
		if (c->exit_info_1)
			e->reason = EXIT_WRMSR;
		break;
	case EXIT_FAULT:
		decode_npf(vcpu, c);
		break;
	case EXIT_EXCEPTION:
		decode_exception(vcpu, c->exit_code - SVM_EXIT_EXCP_BASE);
		break;
	default:
		decode_failure(vcpu, c);
		break;
	}
}
