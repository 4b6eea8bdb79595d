// SPDX-License-Identifier: GPL-2.0-only
/*
 * thread.c - a vCPU's thread and the CPU that it holds, or waits for
 *
 * A vCPU comes into a queue in one of four ways: its thread wants to go on (sched_hold()), it is
 * halted and gets something to do (sched_kick()), its VM's cap allows it again, or it may not be
 * where it was (sched_move()). Each takes sched_task.lock, looks whether it sleeps and whether
 * that is wanted, and queues it.
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include "../compat.h"
#include "../vm/vcpu.h"
#include "cpu.h"
#include "due.h"
#include "sched.h"
#include "trace.h"

static bool has_cpu(const struct vcpu *vcpu)
{
	return READ_ONCE(vcpu->sched.v.state) == SCHED_RUNNING;
}

static bool interrupted(const struct vcpu *vcpu)
{
	return READ_ONCE(vcpu->vm->quiesce) || kthread_should_stop();
}

/* Into a queue. */

/* The queue to wait in, locked. One whose CPUs are all offline runs anywhere. */
static struct sched_rq *lock_place(struct sched_vcpu *v)
	__acquires(rq->lock)
{
	struct sched_rq *rq;

	for (;;) {
		rq = sched_place(v);
		if (!rq)
			rq = sched_sys.rq[cpumask_any(to_cpumask(sched_online))];
		raw_spin_lock(&rq->lock);
		if (rq->online)
			return rq;
		raw_spin_unlock(&rq->lock);
	}
}

static void enqueue(struct sched_vcpu *v, struct sched_todo *todo)
{
	struct sched_rq *rq = lock_place(v);
	struct sched_cpu *cpu = cpu_of(rq);
	u64 now = ktime_get_ns();
	bool sooner;

	cpu_charge(cpu, now);
	trace_sched_wake(vcpu_of(v), rq->cpu);
	sooner = sched_wake(rq, v, now);
	if (!rq->curr)
		cpu_decide(cpu, todo);
	else
		todo->spare = sooner ? rq->cpu : sched_spare(rq);
	raw_spin_unlock(&rq->lock);
}

/* Unless it is not asleep, or not wanted. */
static void wake(struct sched_task *task, enum sched_want least)
{
	struct sched_todo todo = SCHED_TODO;
	unsigned long flags;

	raw_spin_lock_irqsave(&task->lock, flags);
	if (task->v.state == SCHED_ASLEEP && task->want != SCHED_WANT_NOTHING &&
	    task->want <= least)
		enqueue(&task->v, &todo);
	raw_spin_unlock(&task->lock);
	cpu_finish(&todo);
	local_irq_restore(flags);
	due_start();
}

void sched_kick(struct vcpu *vcpu)
{
	if (READ_ONCE(vcpu->sched.v.state) == SCHED_ASLEEP)
		wake(&vcpu->sched, SCHED_WANT_WORK);
}

void sched_move(struct sched_vcpu *v)
{
	wake(container_of(v, struct sched_task, v), SCHED_WANT_CPU);
}

/* The cap: vm->sched.release has come. */
static enum hrtimer_restart release(struct hrtimer *timer)
{
	struct vm *vm = container_of(timer, struct vm, release);
	struct sched_vcpu *v;
	u64 again;

	while ((v = sched_release(&vm->sched, ktime_get_ns(), &again)))
		sched_move(v);
	/* Others may be starting it, too. */
	if (again)
		hrtimer_start(timer, ns_to_ktime(again), HRTIMER_MODE_ABS_HARD);
	return HRTIMER_NORESTART;
}

/* Out of it. */

/* sched_task.lock is held. */
static void give_up(struct sched_vcpu *v, struct sched_todo *todo)
{
	struct sched_rq *rq = cpu_lock_queue(v);
	struct sched_cpu *cpu = cpu_of(rq);
	bool ran = rq->curr == v;

	if (ran) {
		trace_sched_sleep(vcpu_of(v), rq->cpu);
		cpu_charge(cpu, ktime_get_ns());
	}
	sched_block(v, ktime_get_ns());
	if (ran)
		cpu_decide(cpu, todo);
	raw_spin_unlock(&rq->lock);
}

static void let_go(struct vcpu *vcpu, enum sched_want want)
{
	struct sched_task *task = &vcpu->sched;
	struct sched_todo todo = SCHED_TODO;
	unsigned long flags;

	raw_spin_lock_irqsave(&task->lock, flags);
	task->want = want;
	give_up(&task->v, &todo);
	raw_spin_unlock(&task->lock);
	cpu_finish(&todo);
	local_irq_restore(flags);
}

void sched_drop(struct vcpu *vcpu)
{
	let_go(vcpu, SCHED_WANT_NOTHING);
}

/* Until this thread has got a CPU, has to park, or for no reason. */
static void wait(struct vcpu *vcpu)
{
	WRITE_ONCE(vcpu->sched.waits, true);
	set_current_state(TASK_IDLE);
	if (!has_cpu(vcpu) && !interrupted(vcpu))
		schedule();
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(vcpu->sched.waits, false);
}

void sched_sleep(struct vcpu *vcpu)
{
	let_go(vcpu, SCHED_WANT_WORK);
	smp_mb();	/* what sched_kick() looks at, against what comes before it */
	if (vcpu_has_work(vcpu))
		sched_kick(vcpu);
	wait(vcpu);
}

/* Holding one. */

static void want_cpu(struct vcpu *vcpu)
{
	struct sched_task *task = &vcpu->sched;
	struct sched_todo todo = SCHED_TODO;
	unsigned long flags;

	raw_spin_lock_irqsave(&task->lock, flags);
	task->want = SCHED_WANT_CPU;
	if (task->v.state == SCHED_ASLEEP)
		enqueue(&task->v, &todo);
	raw_spin_unlock(&task->lock);
	cpu_finish(&todo);
	local_irq_restore(flags);
	due_start();
}

static unsigned int given_cpu(const struct vcpu *vcpu)
{
	return READ_ONCE(vcpu->sched.v.rq)->cpu;
}

/*
 * The host moves a thread because its mask changes. One that it could not move, because just then
 * the CPU began to go offline, has the new mask all the same, and would stay when the CPU is back.
 */
static void go_to(unsigned int cpu)
{
	if (raw_smp_processor_id() != cpu && cpumask_test_cpu(cpu, current->cpus_ptr))
		set_cpus_allowed_ptr(current, cpu_possible_mask);
	set_cpus_allowed_ptr(current, cpumask_of(cpu));
}

bool sched_hold(struct vcpu *vcpu)
{
	if (READ_ONCE(vcpu->sched.want) != SCHED_WANT_CPU ||
	    READ_ONCE(vcpu->sched.v.state) == SCHED_ASLEEP)
		want_cpu(vcpu);
	if (!has_cpu(vcpu))
		wait(vcpu);
	if (!has_cpu(vcpu))
		return false;
	if (current->nr_cpus_allowed != 1 || raw_smp_processor_id() != given_cpu(vcpu))
		go_to(given_cpu(vcpu));
	return true;
}

bool sched_enter(struct vcpu *vcpu)
{
	struct sched_rq *rq = READ_ONCE(vcpu->sched.v.rq);
	struct sched_cpu *cpu = cpu_of(rq);

	if (!has_cpu(vcpu) || rq->cpu != smp_processor_id())
		return false;
	if (unlikely(READ_ONCE(cpu->away))) {
		raw_spin_lock_irq(&rq->lock);
		if (rq->curr == &vcpu->sched.v)
			cpu_arrive(cpu, ktime_get_ns());
		raw_spin_unlock_irq(&rq->lock);
	}
	return has_cpu(vcpu);
}

/* What the host's scheduler does: see sched.c. */

static struct vcpu *notified(struct preempt_notifier *notifier)
{
	return container_of(notifier, struct vcpu, sched.notifier);
}

/* Is this the queue of the CPU that @vcpu holds, and that it is on? */
static bool is_on(const struct vcpu *vcpu, const struct sched_rq *rq)
{
	return rq->curr == &vcpu->sched.v && rq->cpu == smp_processor_id();
}

static void lose_to_host(struct vcpu *vcpu, struct sched_cpu *cpu, bool sleeps)
{
	u64 now = ktime_get_ns();

	cpu_charge(cpu, now);
	cpu->away = sleeps ? 0 : now;
	if (sleeps) {
		sched_block(&vcpu->sched.v, now);
		irq_work_queue(&cpu->handover);
	}
}

/* Under the lock of the host's run queue: nobody can be waked up. Interrupts are off. */
static void scheduled_out(struct preempt_notifier *notifier, struct task_struct *next)
{
	struct vcpu *vcpu = notified(notifier);
	bool sleeps = !compat_task_is_runnable(current);
	struct sched_rq *rq;

	if (!has_cpu(vcpu) || (sleeps && vcpu->sched.waits))
		return;
	rq = cpu_lock_queue(&vcpu->sched.v);
	if (is_on(vcpu, rq))
		lose_to_host(vcpu, cpu_of(rq), sleeps);
	raw_spin_unlock(&rq->lock);
}

static void scheduled_in(struct preempt_notifier *notifier, int nr)
{
	struct vcpu *vcpu = notified(notifier);
	struct sched_rq *rq;
	unsigned long flags;

	if (!has_cpu(vcpu))
		return;
	local_irq_save(flags);
	rq = cpu_lock_queue(&vcpu->sched.v);
	if (is_on(vcpu, rq))
		cpu_arrive(cpu_of(rq), ktime_get_ns());
	raw_spin_unlock(&rq->lock);
	local_irq_restore(flags);
}

static struct preempt_ops notifier_ops = {
	.sched_in = scheduled_in,
	.sched_out = scheduled_out,
};

void sched_begin(struct vcpu *vcpu)
{
	preempt_notifier_inc();
	preempt_notifier_register(&vcpu->sched.notifier);
}

void sched_end(struct vcpu *vcpu)
{
	sched_drop(vcpu);
	preempt_notifier_unregister(&vcpu->sched.notifier);
	preempt_notifier_dec();
}

/* Creation, settings, statistics. */

void sched_vcpu_create(struct vcpu *vcpu)
{
	raw_spin_lock_init(&vcpu->sched.lock);
	preempt_notifier_init(&vcpu->sched.notifier, &notifier_ops);
	sched_vcpu_init(&vcpu->sched.v, &vcpu->vm->sched,
			sched_sys.rq[cpumask_first(cpu_possible_mask)]);
}

void sched_vm_create(struct vm *vm)
{
	unsigned long flags;

	cpumask_copy(&vm->allowed, cpu_possible_mask);
	hrtimer_setup(&vm->release, release, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	local_irq_save(flags);
	sched_vm_init(&vm->sched, vm->ncpus, cpumask_bits(&vm->allowed), ktime_get_ns());
	local_irq_restore(flags);
	due_add(vm);
}

void sched_vm_stop(struct vm *vm)
{
	hrtimer_cancel(&vm->release);
}

void sched_vm_destroy(struct vm *vm)
{
	due_remove(vm);
}

u64 sched_vm_entitled(struct vm *vm)
{
	u64 entitled;

	local_irq_disable();
	entitled = sched_entitled(&vm->sched, ktime_get_ns());
	local_irq_enable();
	return entitled;
}

/* What was set counts for @v; if it runs or waits where it may not any more, it leaves. */
static void apply(struct sched_vcpu *v)
{
	struct sched_todo todo = SCHED_TODO;
	unsigned long flags;
	struct sched_rq *rq;
	u64 now;

	local_irq_save(flags);
	rq = cpu_lock_queue(v);
	now = ktime_get_ns();
	cpu_charge(cpu_of(rq), now);
	sched_weigh(v, now);
	if (rq->curr == v) {
		if (cpu_misplaced(v, rq->cpu))
			rq->until = now;
		todo.spare = rq->cpu;
	} else if (v->state == SCHED_QUEUED && cpu_misplaced(v, rq->cpu)) {
		sched_block(v, now);
		todo.moved = v;
	}
	raw_spin_unlock(&rq->lock);
	cpu_finish(&todo);
	local_irq_restore(flags);
}

int sched_vm_set_cpu(struct vm *vm, const struct vm_cpu *cpu, struct netlink_ext_ack *extack)
{
	int err = due_set(vm, cpu, extack);
	u32 i;

	if (err)
		return err;
	for (i = 0; vm->vcpu && i < vm->ncpus; i++)
		apply(&vm->vcpu[i]->sched.v);
	if (READ_ONCE(vm->sched.throttled))
		hrtimer_start(&vm->release, ns_to_ktime(ktime_get_ns()), HRTIMER_MODE_ABS_HARD);
	return 0;
}

void sched_vcpu_stats(struct vcpu *vcpu, struct sched_stats *stats)
{
	struct sched_vcpu *v = &vcpu->sched.v;
	struct sched_rq *rq;
	u64 now, passed;

	local_irq_disable();
	rq = cpu_lock_queue(v);
	now = ktime_get_ns();
	if (rq->curr == v)
		cpu_charge(cpu_of(rq), now);
	*stats = v->stats;
	passed = now - v->since;
	if (v->state == SCHED_QUEUED)
		stats->waiting += passed;
	if (v->state == SCHED_THROTTLED)
		stats->throttled += passed;
	raw_spin_unlock(&rq->lock);
	local_irq_enable();
}
