// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched.c - a physical CPU makes the policy's decisions happen
 *
 * A CPU decides when its timer says that rq->until has come, when another pokes it, and when
 * the vCPU that holds it lets go: always on that CPU itself, in an interrupt or in the thread
 * that lets go. Only if nobody holds it, whoever brings something to do decides for it.
 *
 * The thread that loses a CPU finds REQ_SCHED before it enters its guest again, and goes to
 * sleep; it is not in the guest, for it was an interrupt that decided, or itself. The one that
 * gains the CPU is waked up. If it is pinned to another CPU, a worker of this one pins it here
 * first, while it sleeps: so nobody has to get hold of one CPU in order to go to another.
 *
 * What passes while the thread that holds the CPU is not on it (it has not arrived, or the host's
 * scheduler runs something else) is not charged. If that thread goes to sleep for anything
 * but the lack of a CPU, say for a page of RAM, the vCPU loses the CPU at once.
 */
#include <linux/hrtimer.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include "../compat.h"
#include "../vm/vcpu.h"
#include "cpu.h"
#include "sched.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* How often a CPU with nothing to do asks again, in one decision. */
#define TRIES 8

struct sched_rq *cpu_lock_queue(struct sched_vcpu *vcpu)
	__acquires(rq->lock)
{
	struct sched_rq *rq;

	for (;;) {
		rq = READ_ONCE(vcpu->rq);
		raw_spin_lock(&rq->lock);
		if (rq == vcpu->rq)
			return rq;
		raw_spin_unlock(&rq->lock);
	}
}

void cpu_charge(struct sched_cpu *cpu, u64 now)
{
	u64 taken = cpu->taken;

	if (cpu->away) {
		taken += now - cpu->away;
		cpu->away = now;
	}
	cpu->taken = 0;
	sched_charge(&cpu->rq, now, taken);
}

/* Not later than rq->until; too early does not matter, and needs no change. */
static void arm(struct sched_cpu *cpu)
{
	u64 until = cpu->rq.until;

	if (cpu->rq.cpu != smp_processor_id() || until >= cpu->timer_at)
		return;
	cpu->timer_at = until;
	hrtimer_start(&cpu->timer, ns_to_ktime(until), HRTIMER_MODE_ABS_PINNED_HARD);
}

static bool is_here(const struct sched_cpu *cpu, struct sched_vcpu *v)
{
	return cpu->rq.cpu == smp_processor_id() && vcpu_of(v)->task == current;
}

void cpu_arrive(struct sched_cpu *cpu, u64 now)
{
	if (!cpu->away)
		return;
	cpu->taken += now - cpu->away;
	cpu->away = 0;
	arm(cpu);
}

bool cpu_misplaced(const struct sched_vcpu *vcpu, unsigned int cpu)
{
	const unsigned long *allowed = vcpu->vm->allowed;

	return !test_bit(cpu, allowed) &&
	       bitmap_intersects(allowed, sched_online, sched_sys.nr_cpus);
}

/* Of two queues' locks that of the lower CPU comes first. @rq's is held, and may be dropped. */
static void lock_other(struct sched_rq *rq, struct sched_rq *other)
	__acquires(other->lock)
{
	if (other->cpu > rq->cpu) {
		raw_spin_lock_nested(&other->lock, SINGLE_DEPTH_NESTING);
		return;
	}
	raw_spin_unlock(&rq->lock);
	raw_spin_lock(&other->lock);
	raw_spin_lock_nested(&rq->lock, SINGLE_DEPTH_NESTING);
}

/* Return: was there a queue to pull from? */
static bool pull(struct sched_cpu *cpu)
{
	struct sched_rq *from = sched_victim(&cpu->rq);

	if (!from)
		return false;
	lock_other(&cpu->rq, from);
	sched_pull(&cpu->rq, from, ktime_get_ns());
	raw_spin_unlock(&from->lock);
	return true;
}

/* One that has no business here any more is taken out: one in a decision. */
static struct sched_vcpu *pick(struct sched_cpu *cpu, u64 now, struct sched_todo *todo)
{
	struct sched_vcpu *next = sched_pick(&cpu->rq, now);

	if (!next || todo->moved || !cpu_misplaced(next, cpu->rq.cpu))
		return next;
	sched_block(next, now);
	todo->moved = next;
	return sched_pick(&cpu->rq, now);
}

static void hand_over(struct sched_cpu *cpu, struct sched_vcpu *from, struct sched_vcpu *to,
		      u64 now, struct sched_todo *todo)
{
	if (from) {
		trace_sched_take(vcpu_of(from), cpu->rq.cpu);
		set_bit(REQ_SCHED, &vcpu_of(from)->requests);
	}
	cpu->away = 0;
	if (!to)
		return;
	trace_sched_give(vcpu_of(to), cpu->rq.cpu);
	if (!is_here(cpu, to))
		cpu->away = now;
	todo->cpu = cpu;
	todo->task = get_task_struct(vcpu_of(to)->task);
}

void cpu_decide(struct sched_cpu *cpu, struct sched_todo *todo)
{
	struct sched_rq *rq = &cpu->rq;
	struct sched_vcpu *before, *next;
	unsigned int tries = TRIES;
	bool more;
	u64 now;

	if (!rq->online)
		return;
	/* Whoever was here, or has been pulled, may be at its cap: ask again. */
	do {
		cpu_charge(cpu, ktime_get_ns());
		more = rq->curr || rq->queued;
		more |= pull(cpu);
		now = ktime_get_ns();
		cpu_charge(cpu, now);
		before = rq->curr;
		next = pick(cpu, now, todo);
		if (next != before)
			hand_over(cpu, before, next, now, todo);
	} while (!next && more && --tries);
	arm(cpu);
	todo->spare = sched_spare(rq);
}

/* Both queues are locked. */
static void swap_locked(struct sched_cpu *cpu, struct sched_vcpu *vcpu, struct sched_vcpu *other,
			const struct sched_rq *from, struct sched_todo *todo)
{
	u64 now = ktime_get_ns();

	if (cpu->rq.curr != vcpu || other->rq != from || other->state != SCHED_QUEUED)
		return;
	cpu_charge(cpu, now);
	sched_swap(vcpu, other, now);
	trace_sched_spin(vcpu_of(vcpu), cpu->rq.cpu);
	hand_over(cpu, vcpu, other, now, todo);
}

bool cpu_swap(struct sched_cpu *cpu, struct sched_vcpu *vcpu, struct sched_vcpu *other)
{
	struct sched_rq *rq = &cpu->rq, *from = READ_ONCE(other->rq);
	struct sched_todo todo = SCHED_TODO;

	raw_spin_lock(&rq->lock);
	if (from == rq) {
		swap_locked(cpu, vcpu, other, from, &todo);
	} else {
		lock_other(rq, from);
		swap_locked(cpu, vcpu, other, from, &todo);
		raw_spin_unlock(&from->lock);
	}
	raw_spin_unlock(&rq->lock);
	cpu_finish(&todo);
	return todo.task;
}

static void give_cpu(struct sched_cpu *cpu, struct task_struct *task)
{
	if (task->nr_cpus_allowed == 1 && task_cpu(task) == cpu->rq.cpu)
		wake_up_process(task);
	else if (task != current || !in_task())
		queue_work_on(cpu->rq.cpu, system_highpri_wq, &cpu->fetch);
}

void cpu_finish(struct sched_todo *todo)
{
	if (todo->task) {
		give_cpu(todo->cpu, todo->task);
		put_task_struct(todo->task);
	}
	if (todo->spare >= 0)
		cpu_poke(todo->spare);
	if (todo->moved)
		sched_move(todo->moved);
}

void cpu_look(struct sched_cpu *cpu)
{
	struct sched_todo todo = SCHED_TODO;
	struct sched_rq *rq = &cpu->rq;

	raw_spin_lock(&rq->lock);
	if (!rq->curr || ktime_get_ns() >= rq->until)
		cpu_decide(cpu, &todo);
	else
		arm(cpu);
	raw_spin_unlock(&rq->lock);
	cpu_finish(&todo);
}

void cpu_poke(unsigned int nr)
{
	struct sched_cpu *cpu = cpu_of(sched_sys.rq[nr]);

	/* -EBUSY: one is on its way, and will see. */
	if (nr == smp_processor_id())
		irq_work_queue(&cpu->handover);
	else
		smp_call_function_single_async(nr, &cpu->poke);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	struct sched_cpu *cpu = container_of(timer, struct sched_cpu, timer);
	unsigned long flags;

	raw_spin_lock_irqsave(&cpu->rq.lock, flags);
	cpu->timer_at = ~0ULL;
	raw_spin_unlock(&cpu->rq.lock);
	cpu_look(cpu);
	local_irq_restore(flags);
	return HRTIMER_NORESTART;
}

static void poked(void *info)
{
	cpu_look(info);
}

static void handed_over(struct irq_work *work)
{
	cpu_look(container_of(work, struct sched_cpu, handover));
}

static void fetch(struct work_struct *work)
{
	struct sched_cpu *cpu = container_of(work, struct sched_cpu, fetch);
	struct task_struct *task = NULL;

	raw_spin_lock_irq(&cpu->rq.lock);
	if (cpu->rq.curr)
		task = get_task_struct(vcpu_of(cpu->rq.curr)->task);
	raw_spin_unlock_irq(&cpu->rq.lock);
	if (!task)
		return;
	/* Should the CPU be going offline, the thread sees for itself that it has lost it. */
	set_cpus_allowed_ptr(task, cpumask_of(cpu->rq.cpu));
	wake_up_process(task);
	put_task_struct(task);
}

void cpu_setup(struct sched_cpu *cpu, unsigned int nr)
{
	sched_rq_init(&cpu->rq, &sched_sys, nr);
	hrtimer_setup(&cpu->timer, timer_fired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
	cpu->timer_at = ~0ULL;
	INIT_CSD(&cpu->poke, poked, cpu);
	init_irq_work(&cpu->handover, handed_over);
	INIT_WORK(&cpu->fetch, fetch);
}
