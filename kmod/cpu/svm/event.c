// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - interrupts, NMIs and exceptions on their way into an SVM guest
 *
 * AMD APM vol. 2 §15.20 (EVENTINJ), §15.21 (interrupts), §15.7.2 (EXITINTINFO). What is
 * to be delivered is decided elsewhere (vm/event.c).
 */
#include "../../vm/vcpu.h"
#include "../x86.h"
#include "svm.h"

#define TF	X86_EFLAGS_TF

bool svm_nmi_blocked(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	return svm->nmi_blocked || vcpu->shadow;
}

/* While V_IRQ is pending, too: QEMU's TCG aborts on a MOV to CR8 then. */
void svm_update_cr8_intercept(struct svm_vcpu *svm)
{
	svm_intercept(svm, INTERCEPT_CR8_WRITE,
		      (svm->windows & WINDOW_TPR) || (svm->vmcb->control.int_ctl & V_IRQ_MASK));
}

/*
 * Come back after one instruction. Ours is RFLAGS.TF from this entry to its exit only:
 * nothing above knows of it.
 */
static void step(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	if (svm->stepping)
		return;
	svm->stepping = svm->unsettled = true;
	svm->step_tf = vcpu->rflags & TF;
	vcpu->rflags |= TF;
}

static void end_step(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	svm->stepping = false;
	if (!svm->step_tf)
		vcpu->rflags &= ~(u64)TF;
}

bool svm_step_end(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	if (!svm->stepping)
		return false;
	end_step(vcpu);
	if (svm->step_tf || (svm->vmcb->save.dr6 & DR6_TRAPS))
		return false;
	svm->vmcb->save.dr6 &= ~DR6_BS;
	return true;
}

/*
 * The window for interrupts is a virtual interrupt of the highest priority that is
 * intercepted before it is taken.
 *
 * Under QEMU's TCG the window would open inside the interrupt shadow (tcg.c): there the
 * instruction in the shadow is stepped over first.
 */
void svm_set_windows(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	struct vmcb_control_area *c = &svm->vmcb->control;
	u8 windows = vcpu->windows;

	if (svm_caps.tcg && vcpu->shadow && (windows & WINDOW_IRQ)) {
		windows &= ~WINDOW_IRQ;
		step(vcpu);
	}
	if (windows == svm->windows)
		return;
	svm->windows = windows;
	c->int_ctl &= ~V_IRQ_INJECTION_BITS_MASK;
	if (windows & WINDOW_IRQ)
		c->int_ctl |= V_IRQ_MASK | V_INTR_PRIO_MASK | V_IGN_TPR_MASK;
	c->int_vector = 0;
	svm_intercept(svm, INTERCEPT_VINTR, windows & WINDOW_IRQ);
	svm_update_cr8_intercept(svm);
}

/*
 * NMIs are blocked in software, from delivery to IRET: IRET is intercepted before it is
 * carried out, so one more step is needed until the block is really gone.
 */
void svm_nmi_window(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	if (svm->nmi_blocked && !svm->nmi_step)
		return;		/* IRET is intercepted since the delivery */
	step(vcpu);
}

static void nmi_progress(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	u32 code = svm->vmcb->control.exit_code;

	if (code == SVM_EXIT_IRET) {
		svm_intercept(svm, INTERCEPT_IRET, false);
		svm->nmi_step = true;
		svm->nmi_iret_rip = vcpu->rip;
	} else if (svm->nmi_step && vcpu->rip != svm->nmi_iret_rip) {
		svm->nmi_step = false;
		svm->nmi_blocked = false;
	}
}

void svm_put_event(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	struct vmcb_control_area *c = &svm->vmcb->control;
	const struct vcpu_event *e = &vcpu->event;
	u32 inj = SVM_EVTINJ_VALID | e->vector;

	switch (e->type) {
	case EVENT_IRQ:
		inj |= SVM_EVTINJ_TYPE_INTR;
		if (svm_caps.tcg)
			inj = svm_tcg_put_irq(svm, e->vector);
		break;
	case EVENT_NMI:
		inj |= SVM_EVTINJ_TYPE_NMI;
		svm->nmi_blocked = true;
		svm->nmi_step = false;
		svm_intercept(svm, INTERCEPT_IRET, true);
		break;
	case EVENT_EXCEPTION:
		inj |= SVM_EVTINJ_TYPE_EXEPT;
		if (e->has_error)
			inj |= SVM_EVTINJ_VALID_ERR;
		break;
	}
	svm->unsettled = true;
	c->event_inj = inj;
	c->event_inj_err = e->error;
	vcpu->event.type = EVENT_NONE;
}

/*
 * Software interrupts and the exceptions that instructions raise on purpose are not kept:
 * RIP is still at the instruction, which does it all over again.
 */
static void take_interrupted(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;
	const struct vmcb_control_area *c = &svm->vmcb->control;
	u32 info = c->exit_int_info;
	u8 vector = info & SVM_EXITINTINFO_VEC_MASK;

	if (!(info & SVM_EXITINTINFO_VALID))
		return;

	switch (info & SVM_EXITINTINFO_TYPE_MASK) {
	case SVM_EXITINTINFO_TYPE_INTR:
		vcpu->event = (struct vcpu_event){ .type = EVENT_IRQ, .vector = vector };
		break;
	case SVM_EXITINTINFO_TYPE_NMI:
		vcpu->event = (struct vcpu_event){ .type = EVENT_NMI, .vector = 2 };
		svm->nmi_blocked = false;
		break;
	case SVM_EXITINTINFO_TYPE_EXEPT:
		if (vector == X86_TRAP_BP || vector == X86_TRAP_OF)
			break;
		vcpu->event = (struct vcpu_event){
			.type = EVENT_EXCEPTION,
			.vector = vector,
			.has_error = info & SVM_EXITINTINFO_VALID_ERR,
			.error = c->exit_int_info_err,
		};
		break;
	}
}

void svm_take_event(struct vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->hw;

	if (svm->tcg_irq)
		svm_tcg_take_irq(vcpu);
	if (svm->tcg_shadow)
		svm_tcg_keep_shadow(vcpu);
	take_interrupted(vcpu);
	if (svm->nmi_blocked)
		nmi_progress(vcpu);
	if (svm->stepping && svm->vmcb->control.exit_code != SVM_EXIT_EXCP_BASE + X86_TRAP_DB)
		end_step(vcpu);
}
