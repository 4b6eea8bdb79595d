// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - interrupts, NMIs and exceptions: from their sources to the next entry
 *
 * Any CPU may send (vm_apic_send()); what a vCPU takes, and when, it decides itself
 * right before it enters (vcpu_deliver()). Intel SDM vol. 3 §6.9 (priorities), §6.15
 * (#DF), §11.6 (APIC messages).
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/nospec.h>
#include <asm/tsc.h>
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

/* Sending. */

static void deliver_to(struct vcpu *vcpu, const struct apic_msg *msg)
{
	switch (msg->delivery) {
	case APIC_DELIVER_FIXED:
	case APIC_DELIVER_LOWEST:
		if (lapic_accept(&vcpu->lapic, msg->vector, msg->level))
			vcpu_request(vcpu, REQ_EVENT);
		break;
	case APIC_DELIVER_NMI:
		vcpu_request(vcpu, REQ_NMI);
		break;
	case APIC_DELIVER_INIT:
		if (msg->assert || !msg->level)
			vcpu_request(vcpu, REQ_INIT);
		break;
	case APIC_DELIVER_STARTUP:
		WRITE_ONCE(vcpu->sipi_vector, msg->vector);
		vcpu_request(vcpu, REQ_STARTUP);
		break;
	default:	/* SMI: there is no SMM; ExtINT comes over LINT0 only */
		break;
	}
}

static bool addressed(struct vcpu *vcpu, struct vcpu *from, const struct apic_msg *msg)
{
	switch (msg->shorthand) {
	case APIC_TO_SELF:
		return vcpu == from;
	case APIC_TO_ALL:
		return true;
	case APIC_TO_OTHERS:
		return vcpu != from;
	default:
		return lapic_match(&vcpu->lapic, msg);
	}
}

static void send_lowest(struct vm *vm, const struct apic_msg *msg)
{
	struct lapic *best = NULL;
	u32 i;

	for (i = 0; i < vm->ncpus; i++) {
		if (lapic_match(&vm->vcpu[i]->lapic, msg))
			best = lapic_arbitrate(best, &vm->vcpu[i]->lapic);
	}
	if (best)
		deliver_to(container_of(best, struct vcpu, lapic), msg);
}

void vm_apic_send(struct vm *vm, struct vcpu *from, const struct apic_msg *msg)
{
	u32 i;

	if (!READ_ONCE(vm->vcpu))
		return;
	if (msg->shorthand == APIC_TO_SELF) {
		deliver_to(from, msg);
		return;
	}
	if (msg->delivery == APIC_DELIVER_LOWEST && msg->shorthand == APIC_TO_DEST) {
		send_lowest(vm, msg);
		return;
	}
	/* APIC ids are indices: the usual case needs no search. */
	if (msg->shorthand == APIC_TO_DEST && !msg->logical && msg->dest < vm->ncpus) {
		struct vcpu *vcpu = vm->vcpu[array_index_nospec(msg->dest, vm->ncpus)];

		if (lapic_match(&vcpu->lapic, msg))
			deliver_to(vcpu, msg);
		return;
	}
	for (i = 0; i < vm->ncpus; i++) {
		if (addressed(vm->vcpu[i], from, msg))
			deliver_to(vm->vcpu[i], msg);
	}
}

static struct vcpu *owner(struct lapic *l)
{
	return container_of(l, struct vcpu, lapic);
}

static void lapic_op_send(struct lapic *l, const struct apic_msg *msg)
{
	vm_apic_send(owner(l)->vm, owner(l), msg);
}

static void lapic_op_eoi(struct lapic *l, u8 vector)
{
	platform_eoi(&owner(l)->vm->platform, vector);
}

static u64 lapic_op_now(struct lapic *l)
{
	return ktime_get_ns();
}

static u64 lapic_op_tsc_to_ns(struct lapic *l, u64 tsc)
{
	u64 now = ktime_get_ns(), guest = rdtsc() + owner(l)->tsc_offset;
	u64 ns;

	if (tsc <= guest)
		return now;
	if (tsc - guest > 1ULL << 62)
		return NEVER - 1;
	ns = mul_u64_u64_div_u64(tsc - guest, NSEC_PER_MSEC, tsc_khz);
	return ns > (1ULL << 62) ? NEVER - 1 : now + ns;
}

const struct lapic_ops vcpu_lapic_ops = {
	.send = lapic_op_send,
	.eoi = lapic_op_eoi,
	.now = lapic_op_now,
	.tsc_to_ns = lapic_op_tsc_to_ns,
};

/* The LAPIC timer. */

/* What was armed before may still fire, for nothing. */
static void arm_hrtimer(struct vcpu *vcpu)
{
	vcpu->timer_armed = vcpu->timer_set;
	hrtimer_start(&vcpu->timer, ns_to_ktime(vcpu->timer_set), HRTIMER_MODE_ABS_PINNED_HARD);
}

/* The host's TSC in so many ns; not further away than what is worth to be counted. */
static u64 tsc_in(u64 ns)
{
	return rdtsc() + mul_u64_u64_div_u64(min(ns, 3600 * NSEC_PER_SEC), tsc_khz, NSEC_PER_MSEC);
}

void vcpu_timer_set(struct vcpu *vcpu)
{
	u64 deadline = vcpu->lapic.deadline, now;

	vcpu->timer_set = deadline;
	vcpu->timer_tsc = NEVER;
	if (deadline >= NEVER - 1)
		return;
	now = ktime_get_ns();
	if (deadline <= now)
		set_bit(REQ_TIMER, &vcpu->requests);
	else if (virt->counts_down())
		vcpu->timer_tsc = tsc_in(deadline - now);
	else if (deadline != vcpu->timer_armed)
		arm_hrtimer(vcpu);
}

void vcpu_timer_leave(struct vcpu *vcpu)
{
	if (vcpu->timer_tsc != NEVER && vcpu->timer_armed != vcpu->timer_set)
		arm_hrtimer(vcpu);
}

/* Exceptions. */

static bool contributory(u8 vector)
{
	return vector == X86_TRAP_DE || (vector >= X86_TRAP_TS && vector <= X86_TRAP_GP);
}

void vcpu_raise(struct vcpu *vcpu, u8 vector, bool has_error, u32 error)
{
	struct vcpu_event *e = &vcpu->event;

	if (e->type == EVENT_EXCEPTION) {
		if (e->vector == X86_TRAP_DF) {
			vm_kill(vcpu->vm, "triple-fault");
			return;
		}
		if ((contributory(e->vector) && contributory(vector)) ||
		    (e->vector == X86_TRAP_PF && (contributory(vector) || vector == X86_TRAP_PF))) {
			vector = X86_TRAP_DF;
			has_error = true;
			error = 0;
		}
	}
	/* An interrupt or NMI whose delivery faulted is lost, as on hardware. */
	*e = (struct vcpu_event){
		.type = EVENT_EXCEPTION,
		.vector = vector,
		.has_error = has_error && (virt->get(vcpu, VIRT_CR0) & X86_CR0_PE),
		.error = error,
	};
}

void vcpu_raise_gp(struct vcpu *vcpu)
{
	vcpu_raise(vcpu, X86_TRAP_GP, true, 0);
}

/* Taking. */

static bool pic_pending(struct vcpu *vcpu)
{
	return vcpu->id == 0 && unlikely(platform_intr(&vcpu->vm->platform)) &&
	       lapic_extint(&vcpu->lapic);
}

static void take_irq(struct vcpu *vcpu, int vector)
{
	if (vector >= 0)
		lapic_ack(&vcpu->lapic, vector);
	else
		vector = platform_ack(&vcpu->vm->platform);
	vcpu->event = (struct vcpu_event){ .type = EVENT_IRQ, .vector = vector };
}

static bool irq_blocked(const struct vcpu *vcpu)
{
	return !(vcpu->rflags & X86_EFLAGS_IF) || vcpu->shadow;
}

/* Return: WINDOW_* for what has to wait. The 8259 pair goes first, as it is asked first. */
static u8 deliver_irq(struct vcpu *vcpu, bool pic)
{
	struct lapic *l = &vcpu->lapic;
	int vector = pic ? -1 : lapic_pending(l);
	u8 windows = 0;

	if (pic || vector >= 0) {
		if (vcpu->event.type != EVENT_NONE || irq_blocked(vcpu))
			windows |= WINDOW_IRQ;
		else
			take_irq(vcpu, vector);
	}
	if (lapic_pending_masked(l) >= 0)
		windows |= WINDOW_TPR;
	return windows;
}

static void deliver_nmi(struct vcpu *vcpu)
{
	if (vcpu->event.type != EVENT_NONE)
		return;
	if (virt->nmi_blocked(vcpu)) {
		virt->nmi_window(vcpu);
	} else {
		vcpu->nmi_pending = false;
		vcpu->event = (struct vcpu_event){ .type = EVENT_NMI, .vector = 2 };
	}
}

void vcpu_deliver(struct vcpu *vcpu)
{
	bool pic = pic_pending(vcpu);

	if (vcpu->nmi_pending)
		deliver_nmi(vcpu);
	vcpu->windows = deliver_irq(vcpu, pic);
}

bool vcpu_has_work(struct vcpu *vcpu)
{
	unsigned long requests = READ_ONCE(vcpu->requests);

	if (vcpu->wait_sipi)
		return requests & (BIT(REQ_INIT) | BIT(REQ_STARTUP));
	if (requests & (BIT(REQ_NMI) | BIT(REQ_INIT) | BIT(REQ_TIMER)))
		return true;
	if (vcpu->nmi_pending && !virt->nmi_blocked(vcpu))
		return true;
	return (vcpu->rflags & X86_EFLAGS_IF) &&
	       (lapic_pending(&vcpu->lapic) >= 0 || pic_pending(vcpu));
}
