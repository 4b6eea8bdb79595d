// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit.c - VMX's exit reasons in the common words of vm/vcpu.h
 *
 * Intel SDM vol. 3 app. C (reasons), §28.2 (qualifications, interruption information),
 * §31.4 (errors). An exit is only named here, never acted upon, but for what belongs to
 * the host: NMIs and machine checks.
 */
#include "../../vm/vcpu.h"
#include "../mitigations.h"
#include "../x86.h"
#include "vmx.h"

#define ENTRY_FAILED	VMX_EXIT_REASONS_FAILED_VMENTRY

#define IO_SIZE		7
#define IO_IN		BIT(3)
#define IO_STRING	BIT(4)

/* Bit 12 of the information about an exception, and of an EPT violation's qualification. */
#define IRET_UNBLOCKED_NMI	INTR_INFO_UNBLOCK_NMI

#define DB_CAUSES	(DR6_TRAPS | DR6_BD | DR6_BS)

/* What is not here was not asked for: EXIT_FAILED, which is 0. */
const u8 vmx_exit_reasons[VMX_EXITS] = {
	[EXIT_REASON_EXCEPTION_NMI]	= EXIT_EXCEPTION,
	[EXIT_REASON_EXTERNAL_INTERRUPT] = EXIT_HOST,
	[EXIT_REASON_TRIPLE_FAULT]	= EXIT_SHUTDOWN,
	[EXIT_REASON_INIT_SIGNAL]	= EXIT_HOST,
	[EXIT_REASON_INTERRUPT_WINDOW]	= EXIT_IRQ_WINDOW,
	[EXIT_REASON_NMI_WINDOW]	= EXIT_NMI_WINDOW,
	[EXIT_REASON_CPUID]		= EXIT_CPUID,
	[EXIT_REASON_HLT]		= EXIT_HLT,
	[EXIT_REASON_INVD]		= EXIT_WBINVD,
	[EXIT_REASON_RDPMC]		= EXIT_GP,	/* there are no counters to read */
	[EXIT_REASON_VMCALL ... EXIT_REASON_VMON] = EXIT_UD,
	[EXIT_REASON_CR_ACCESS]		= EXIT_CR,
	[EXIT_REASON_DR_ACCESS]		= EXIT_DR,
	[EXIT_REASON_IO_INSTRUCTION]	= EXIT_IO,
	[EXIT_REASON_MSR_READ]		= EXIT_RDMSR,
	[EXIT_REASON_MSR_WRITE]		= EXIT_WRMSR,
	[EXIT_REASON_MWAIT_INSTRUCTION]	= EXIT_UD,
	[EXIT_REASON_MONITOR_INSTRUCTION] = EXIT_UD,
	[EXIT_REASON_PAUSE_INSTRUCTION]	= EXIT_PAUSE,
	[EXIT_REASON_EPT_VIOLATION]	= EXIT_FAULT,
	[EXIT_REASON_INVEPT]		= EXIT_UD,
	[EXIT_REASON_INVVPID]		= EXIT_UD,
	[EXIT_REASON_PREEMPTION_TIMER]	= EXIT_TIMER,
	[EXIT_REASON_WBINVD]		= EXIT_WBINVD,
	[EXIT_REASON_XSETBV]		= EXIT_XSETBV,
};

/* GETSEC is 11, between CPUID and HLT, and has no name in the kernel. */
#define REASON_GETSEC	11

/*
 * NMIs are blocked after an exit because of one, until the host's handler returns by IRET.
 * (It goes by the IDT; with FRED it would not, see vmx_probe().)
 */
static void host_nmi(void)
{
	asm volatile("int $2");
}

static void decode_io(struct vm_exit *e, u64 qualification)
{
	e->io.port = qualification >> 16;
	e->io.size = (qualification & IO_SIZE) + 1;
	e->io.in = qualification & IO_IN;
	e->io.string = qualification & IO_STRING;
}

static void decode_fault(struct vm_exit *e, u64 qualification)
{
	e->fault.gpa = vmcs_read(GUEST_PHYSICAL_ADDRESS);
	e->fault.access = (qualification & EPT_VIOLATION_ACC_WRITE ? WALK_WRITE : 0) |
			  (qualification & EPT_VIOLATION_ACC_INSTR ? WALK_FETCH : 0);
}

/* An IRET that was to end the blocking of NMIs faulted: it goes on. */
static void block_nmis_again(struct vmx_vcpu *vmx)
{
	vmx->intr_state |= GUEST_INTR_STATE_NMI;
	vmcs_write(GUEST_INTERRUPTIBILITY_INFO, vmx->intr_state);
}

/*
 * An intercepted #DB has not changed DR6 yet. INT1's comes before RIP has moved, and pushes
 * the address behind it.
 */
static void decode_debug(struct vcpu *vcpu, u32 info)
{
	u64 causes = vmcs_read(EXIT_QUALIFICATION) & DB_CAUSES;

	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_PRIV_SW_EXCEPTION)
		vcpu->rip = vcpu->exit.next_rip;
	else
		vmx_set(vcpu, VIRT_DR6, (vmx_get(vcpu, VIRT_DR6) & ~DR6_TRAPS) | causes);
}

/* Which vectors are intercepted: see vcpu.c. */
static void decode_exception(struct vcpu *vcpu, bool delivering)
{
	struct vm_exit *e = &vcpu->exit;
	u32 info = vmcs_read(VM_EXIT_INTR_INFO);
	u8 vector = info & INTR_INFO_VECTOR_MASK;

	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR) {
		host_nmi();
		e->reason = EXIT_HOST;
		return;
	}
	if (vector == X86_TRAP_MC) {
		host_machine_check();
		e->reason = EXIT_HOST;
		return;
	}
	if ((info & IRET_UNBLOCKED_NMI) && !delivering)
		block_nmis_again(vcpu->hw);
	if (vector == X86_TRAP_DB)
		decode_debug(vcpu, info);
	e->exception.vector = vector;
	e->exception.has_error = vector == X86_TRAP_AC;
	e->exception.error = 0;
}

/* What entries are refused for, mostly: §27.3. */
static void decode_refusal(struct vcpu *vcpu, u32 reason)
{
	snprintf(vcpu->exit.failure, sizeof(vcpu->exit.failure),
		 "reason %#x/%llu, cr0 %llx cr4 %llx efer %llx rflags %llx cs %llx ss %llx tr %llx entry %llx/%llx",
		 reason, vmcs_read(EXIT_QUALIFICATION), vmcs_read(GUEST_CR0),
		 vmcs_read(GUEST_CR4), vmcs_read(GUEST_IA32_EFER), vmcs_read(GUEST_RFLAGS),
		 vmcs_read(GUEST_CS_AR_BYTES), vmcs_read(GUEST_SS_AR_BYTES),
		 vmcs_read(GUEST_TR_AR_BYTES), vmcs_read(VM_ENTRY_CONTROLS),
		 vmcs_read(GUEST_INTERRUPTIBILITY_INFO));
}

void vmx_decode_failure(struct vcpu *vcpu)
{
	vcpu->exit.reason = EXIT_FAILED;
	snprintf(vcpu->exit.failure, sizeof(vcpu->exit.failure),
		 "VM-instruction error %llu", vmcs_read(VM_INSTRUCTION_ERROR));
}

static void decode_failed_exit(struct vcpu *vcpu, u32 reason)
{
	struct vm_exit *e = &vcpu->exit;

	switch (reason) {
	case EXIT_REASON_MCE_DURING_VMENTRY | ENTRY_FAILED:
		host_machine_check();
		e->reason = EXIT_HOST;
		return;
	case REASON_GETSEC:
	case EXIT_REASON_VMFUNC:
		e->reason = EXIT_UD;
		return;
	case EXIT_REASON_TASK_SWITCH:
		snprintf(e->failure, sizeof(e->failure), "a task switch, which is not emulated");
		return;
	case EXIT_REASON_EPT_MISCONFIG:
		snprintf(e->failure, sizeof(e->failure), "EPT misconfiguration at %#llx",
			 vmcs_read(GUEST_PHYSICAL_ADDRESS));
		return;
	}
	decode_refusal(vcpu, reason);
}

void vmx_decode_details(struct vcpu *vcpu, u32 reason, u32 vectoring)
{
	struct vm_exit *e = &vcpu->exit;
	bool delivering = vectoring & VECTORING_INFO_VALID_MASK;
	u64 qualification;

	switch (e->reason) {
	case EXIT_FAILED:
		decode_failed_exit(vcpu, reason);
		break;
	case EXIT_IO:
		decode_io(e, vmcs_read(EXIT_QUALIFICATION));
		break;
	case EXIT_CR:
		e->reason = vmx_cr_exit(vcpu, vmcs_read(EXIT_QUALIFICATION));
		if (e->reason == EXIT_FAILED)
			decode_refusal(vcpu, reason);
		break;
	case EXIT_FAULT:
		qualification = vmcs_read(EXIT_QUALIFICATION);
		if ((qualification & IRET_UNBLOCKED_NMI) && !delivering)
			block_nmis_again(vcpu->hw);
		decode_fault(e, qualification);
		break;
	case EXIT_EXCEPTION:
		decode_exception(vcpu, delivering);
		break;
	default:
		break;
	}
}
