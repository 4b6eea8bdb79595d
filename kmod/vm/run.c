// SPDX-License-Identifier: GPL-2.0-only
/*
 * run.c - the life of a vCPU thread
 *
 * Three nested regions, each left when the one around it has something to do:
 *
 *   thread	may sleep: parks, waits for a CPU or while halted, brings in missing RAM
 *   residence	guest FPU state is in the registers; no preemption, no softirqs
 *   window	interrupts off, the CPU is able to run the guest; exits that need neither
 *		sleeping nor the host's interrupts are answered here
 *
 * A guest that exits for ever cannot hold the CPU: a pending host interrupt makes the next
 * entry exit at once, which ends the window, and the tick's need_resched() the residence. Which
 * vCPU may run on a CPU is the scheduler's to say: ../sched/sched.h.
 */
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "../compat.h"
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

/* INIT and SIPI: Intel SDM vol. 3 §9.4.3, §11.4.7. */
static void handle_init_sipi(struct vcpu *vcpu)
{
	struct guest_seg cs;

	if (test_and_clear_bit(REQ_INIT, &vcpu->requests)) {
		vcpu_reset(vcpu, NULL);
		lapic_reset(&vcpu->lapic, true);
	}
	if (test_and_clear_bit(REQ_STARTUP, &vcpu->requests) && vcpu->wait_sipi) {
		virt->get_seg(vcpu, SEG_CS, &cs);
		cs.selector = READ_ONCE(vcpu->sipi_vector) << 8;
		cs.base = cs.selector << 4;
		virt->set_seg(vcpu, SEG_CS, &cs);
		vcpu->rip = 0;
		vcpu->wait_sipi = false;
	}
}

/* Has the LAPIC timer's deadline been reached? Return: true if it was looked at. */
static bool take_timer(struct vcpu *vcpu)
{
	if (!test_and_clear_bit(REQ_TIMER, &vcpu->requests))
		return false;
	vcpu_timer_forget(vcpu);
	vcpu->timer_armed = NEVER;
	lapic_expire(&vcpu->lapic, ktime_get_ns());
	return true;
}

#define URGENT (BIT(REQ_INIT) | BIT(REQ_STARTUP))

/* What was asked for before this entry. Return: where to go with it. */
static noinline enum exit_action handle_requests(struct vcpu *vcpu)
{
	if (READ_ONCE(vcpu->vm->quiesce) || need_resched())
		return EXIT_REOPEN;
	if (test_and_clear_bit(REQ_SCHED, &vcpu->requests) ||
	    READ_ONCE(vcpu->requests) & (URGENT | BIT(REQ_CLOCK)))
		return EXIT_LEAVE;
	take_timer(vcpu);
	if (test_and_clear_bit(REQ_FLUSH, &vcpu->requests))
		vcpu->flush_tlb = true;
	if (test_and_clear_bit(REQ_NMI, &vcpu->requests))
		vcpu->nmi_pending = true;
	clear_bit(REQ_EVENT, &vcpu->requests);
	return EXIT_RESUME;
}

/*
 * One entry and the answer to its exit. CR8 is the TPR's class in the hardware's copy;
 * the LAPIC learns of a change after the exit.
 */
static enum exit_action enter(struct vcpu *vcpu)
{
	u64 cr8;

	vcpu_timer_update(vcpu);
	vcpu->windows = 0;
	if (unlikely(vcpu_may_deliver(vcpu)))
		vcpu_deliver(vcpu);
	cr8 = vcpu->cr8 = lapic_cr8_read(&vcpu->lapic);

	WRITE_ONCE(vcpu->in_guest, true);
	smp_mb();	/* see vcpu_kick() */
	/* A wake-up from inside the window sends no interrupt: look whether one is due. */
	if (unlikely(READ_ONCE(vcpu->requests) | READ_ONCE(vcpu->vm->quiesce) |
		     need_resched())) {
		WRITE_ONCE(vcpu->in_guest, false);
		return handle_requests(vcpu);
	}
	static_call(virt_enter)(vcpu);
	WRITE_ONCE(vcpu->in_guest, false);

	if (unlikely(vcpu->cr8 != cr8))
		lapic_cr8_write(&vcpu->lapic, vcpu->cr8);
	vcpu->exits[vcpu->exit.reason]++;
	return vcpu_exit_handlers[vcpu->exit.reason](vcpu);
}

static enum exit_action window(struct vcpu *vcpu, bool first)
{
	enum exit_action action;

	local_irq_disable();
	WRITE_ONCE(vcpu->cpu, smp_processor_id());
	virt->open(vcpu, first);
	do
		action = enter(vcpu);
	while (action == EXIT_RESUME);
	virt->close(vcpu);
	local_irq_enable();
	return action;
}

/* No hardware switches TSC_AUX; interrupt handlers of the host do not look at it. */
static u64 set_tsc_aux(u64 val)
{
	return boot_cpu_has(X86_FEATURE_RDTSCP) ? msr_swap(MSR_TSC_AUX, val) : 0;
}

/*
 * Those that a device has asked for with interrupts off: nobody else runs them soon. The guest's
 * FPU state stays where it is: softirqs that want to use the FPU ask whether they may.
 */
static void let_softirqs_run(void)
{
	if (local_softirq_pending()) {
		local_bh_disable();
		local_bh_enable();
	}
}

static bool host_wants_cpu(void)
{
	return need_resched() || local_softirq_pending();
}

static void reside(struct vcpu *vcpu)
{
	bool first = true;
	u64 host_aux;

	preempt_disable();
	if (!sched_enter(vcpu)) {
		preempt_enable();
		return;
	}
	WRITE_ONCE(vcpu->sched.spun, false);
	fpu_load(&vcpu->fpu, vcpu->xcr0);
	host_aux = set_tsc_aux(vcpu->tsc_aux);
	pvclock_enter(vcpu);
	while (window(vcpu, first) == EXIT_REOPEN) {
		first = false;
		let_softirqs_run();
		if (host_wants_cpu() || READ_ONCE(vcpu->vm->quiesce))
			break;
	}
	vcpu_timer_leave(vcpu);
	virt->leave(vcpu);
	set_tsc_aux(host_aux);
	vcpu->xcr0 = fpu_save(&vcpu->fpu);
	preempt_enable();
}

/* Until the VM goes on or the thread is to stop. Others wake it up for that. */
static void park(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;

	sched_drop(vcpu);
	atomic_inc(&vm->parked);
	wake_up(&vm->park_wait);
	for (;;) {
		set_current_state(TASK_IDLE);
		if (!READ_ONCE(vm->quiesce) || kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	atomic_dec(&vm->parked);
}

/* What a guest that fills memory in order is given in one go, at most. */
#define STREAM_MAX SZ_64K

/* How much to bring in from @page on: as much again as it has filled in order just before. */
static u64 stream_length(struct vcpu *vcpu, u64 page)
{
	u64 len = page == vcpu->stream_next ? min_t(u64, 2 * vcpu->stream, STREAM_MAX) : TDP_4K;

	vcpu->stream = len;
	vcpu->stream_next = page + len;
	return len;
}

static void bring_in(struct vcpu *vcpu)
{
	u64 gpa = vcpu->missing, len = stream_length(vcpu, ALIGN_DOWN(gpa, TDP_4K));
	int err;

	vcpu->missing = NEVER;
	err = ram_populate(&vcpu->vm->ram, gpa, len - TDP_4K);
	if (err == -EFAULT)
		vm_kill(vcpu->vm, "RAM file is too short for guest-physical %#llx: truncated?",
			gpa);
	else if (err == -ENOSPC)
		vm_kill(vcpu->vm, "no room in the RAM file for guest-physical %#llx: its limit?",
			gpa);
	else if (err == -ENOMEM)
		reclaim_out_of_memory(vcpu->vm, vcpu->refused);
	else if (err && err != -EINTR)
		vm_kill(vcpu->vm, "guest-physical %#llx cannot be had (error %d)", gpa, -err);
	vcpu->refused = err == -ENOMEM ? vcpu->refused + 1 : 0;
}

/* What has to be done before the guest can go on. Return: false: look again. */
static bool prepare(struct vcpu *vcpu)
{
	if (READ_ONCE(vcpu->vm->quiesce)) {
		park(vcpu);
		return false;
	}
	if (READ_ONCE(vcpu->requests) & URGENT)
		handle_init_sipi(vcpu);
	if (vcpu->missing != NEVER) {
		bring_in(vcpu);
		return false;
	}
	if (vcpu->halted || vcpu->wait_sipi) {
		if (!vcpu_has_work(vcpu)) {
			sched_halt(vcpu);
			return false;
		}
		/* A timer's expiry may or may not become an interrupt: look, then decide. */
		if (take_timer(vcpu)) {
			preempt_disable();
			vcpu_timer_set(vcpu);
			vcpu_timer_leave(vcpu);
			preempt_enable();
			return false;
		}
		vcpu->halted = false;
		return !vcpu->wait_sipi;
	}
	return true;
}

int vcpu_thread(void *data)
{
	struct vcpu *vcpu = data;

	sched_begin(vcpu);
	while (!kthread_should_stop()) {
		if (prepare(vcpu) && sched_hold(vcpu))
			reside(vcpu);
		if (sched_lost(vcpu) || need_resched())
			pvclock_preempted(vcpu);
		cond_resched();
	}
	sched_end(vcpu);
	return 0;
}
