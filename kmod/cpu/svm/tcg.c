// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcg.c - what has to be done differently on the SVM of QEMU's TCG (svm_caps.tcg)
 *
 * Each is a mistake of that emulator, seen with 7.2; docs/open-points.md lists more, which
 * need no code. Real CPUs never come here.
 */
#include "../../vm/vcpu.h"
#include "../x86.h"
#include "svm.h"

/*
 * Having delivered an external interrupt from EVENTINJ it keeps the vector as the CPU's
 * pending exception: if it happens to leave its loop before the next exit (as it does to
 * take turns between CPUs) the guest gets the interrupt once more, with RFLAGS.IF clear. We
 * use a virtual interrupt instead, which is the same to the guest, and look after the exit
 * whether it was taken. (Not elsewhere: a virtual interrupt that is not taken can't be told
 * from one that waits, and V_IRQ serves as the window.)
 */
u32 svm_tcg_put_irq(struct svm_vcpu *svm, u8 vector)
{
	struct vmcb_control_area *c = &svm->vmcb->control;

	c->int_ctl |= V_IRQ_MASK | V_INTR_PRIO_MASK | V_IGN_TPR_MASK;
	c->int_vector = vector;
	svm_intercept(svm, INTERCEPT_VINTR, false);
	svm->windows &= ~WINDOW_IRQ;
	svm_update_cr8_intercept(svm);
	svm->tcg_irq = true;
	return 0;
}

/* A fault while it was delivered shows it as an exception in EXITINTINFO, too. */
void svm_tcg_take_irq(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	struct vmcb_control_area *c = &svm->vmcb->control;

	svm->tcg_irq = false;
	if (!(c->int_ctl & V_IRQ_MASK))
		return;
	vcpu->event = (struct vcpu_event){ .type = EVENT_IRQ, .vector = c->int_vector };
	c->int_ctl &= ~V_IRQ_INJECTION_BITS_MASK;
	c->exit_int_info = 0;
	svm_update_cr8_intercept(svm);
}

/*
 * VMRUN does not load the interrupt shadow. A guest that is left between STI and HLT twice,
 * without having executed anything, has none after the second exit: an interrupt would be
 * delivered before the HLT, which the guest then never leaves. So the shadow is kept for as
 * long as RIP stays.
 */
void svm_tcg_enter_shadow(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	svm->tcg_shadow_rip = vcpu->rip;
	svm->tcg_shadow = svm->unsettled = true;
}

/* Stepped over, an instruction that jumps to itself has been executed all the same. */
void svm_tcg_keep_shadow(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	bool stepped = svm->stepping &&
		       svm->vmcb->control.exit_code == SVM_EXIT_EXCP_BASE + X86_TRAP_DB;

	svm->tcg_shadow = false;
	if (vcpu->rip == svm->tcg_shadow_rip && !stepped)
		vcpu->shadow = true;
}
