// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - interrupts, NMIs and exceptions on their way into a VMX guest
 *
 * Intel SDM vol. 3 §27.6 (injection), §26.2 and §25.6.2 (windows), §28.2.4 (IDT-vectoring
 * information). What is to be delivered is decided elsewhere (vm/event.c).
 */
#include "../../vm/vcpu.h"
#include "../x86.h"
#include "vmx.h"

bool vmx_nmi_blocked(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	return (vmx->intr_state & GUEST_INTR_STATE_NMI) || vcpu->shadow;
}

void vmx_nmi_window(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	vmx->nmi_wanted = true;
}

/*
 * The window for NMIs may open in the shadow of STI, where some CPUs refuse to inject one.
 * STI has set IF: there the window for interrupts is the same, and opens behind it.
 */
static u8 nmi_window(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	if (!vmx->nmi_wanted)
		return 0;
	vmx->nmi_wanted = false;
	return vcpu->shadow && (vmx->intr_state & GUEST_INTR_STATE_STI) ? WINDOW_IRQ : WINDOW_NMI;
}

void vmx_set_windows(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	u8 windows = vcpu->windows | nmi_window(vcpu);
	u32 proc = vmx_caps.proc;

	if (windows == vmx->windows)
		return;
	vmx->windows = windows;
	if (windows & WINDOW_IRQ)
		proc |= CPU_BASED_INTR_WINDOW_EXITING;
	if (windows & WINDOW_NMI)
		proc |= CPU_BASED_NMI_WINDOW_EXITING;
	if (windows & WINDOW_TPR)
		proc |= CPU_BASED_CR8_LOAD_EXITING;
	vmcs_write(CPU_BASED_VM_EXEC_CONTROL, proc);
}

void vmx_put_event(struct vcpu *vcpu)
{
	const struct vcpu_event *e = &vcpu->event;
	u32 info = INTR_INFO_VALID_MASK | e->vector;

	switch (e->type) {
	case EVENT_IRQ:
		info |= INTR_TYPE_EXT_INTR;
		break;
	case EVENT_NMI:
		info |= INTR_TYPE_NMI_INTR;
		break;
	case EVENT_EXCEPTION:
		info |= INTR_TYPE_HARD_EXCEPTION;
		if (e->has_error) {
			info |= INTR_INFO_DELIVER_CODE_MASK;
			vmcs_write(VM_ENTRY_EXCEPTION_ERROR_CODE, e->error);
		}
		break;
	}
	vmcs_write(VM_ENTRY_INTR_INFO_FIELD, info);
	vcpu->event.type = EVENT_NONE;
}

/*
 * Software interrupts and the exceptions that instructions raise on purpose are not kept:
 * RIP is still at the instruction, which does it all over again.
 */
void vmx_take_event(struct vcpu *vcpu, u32 info)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	u8 vector = info & VECTORING_INFO_VECTOR_MASK;

	switch (info & VECTORING_INFO_TYPE_MASK) {
	case INTR_TYPE_EXT_INTR:
		vcpu->event = (struct vcpu_event){ .type = EVENT_IRQ, .vector = vector };
		break;
	case INTR_TYPE_NMI_INTR:
		vcpu->event = (struct vcpu_event){ .type = EVENT_NMI, .vector = 2 };
		/* It was not delivered, so it blocks none, and is refused if it seems to. */
		vmx->intr_state &= ~GUEST_INTR_STATE_NMI;
		vmcs_write(GUEST_INTERRUPTIBILITY_INFO, vmx->intr_state);
		break;
	case INTR_TYPE_HARD_EXCEPTION:
		vcpu->event = (struct vcpu_event){
			.type = EVENT_EXCEPTION,
			.vector = vector,
			.has_error = info & VECTORING_INFO_DELIVER_CODE_MASK,
			.error = vmcs_read(IDT_VECTORING_ERROR_CODE),
		};
		break;
	}
}
