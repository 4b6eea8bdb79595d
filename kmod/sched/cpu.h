/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.h - between the parts of the mechanism: a physical CPU and who holds it
 *
 * Locks, from the outside: sched_task.lock; the queues' (policy.h). The notifiers of the host's
 * scheduler take a queue's under its own run queue's lock: so nobody is waked up while a queue
 * is locked. What is left to do then is noted in a struct sched_todo.
 */
#ifndef _INSULA_SCHED_CPU_H
#define _INSULA_SCHED_CPU_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include "../vm/vcpu.h"
#include "policy.h"

/**
 * struct sched_cpu - a physical CPU. [q]: guarded by the queue's lock
 * @rq:		its queue; the thread of rq.curr, and no other, may enter its guest here
 * @timer:	fires when rq.until has come, or before; started by this CPU only
 * @timer_at:	[q] when it does; ~0: it does not
 * @poke:	makes this CPU look whether it has to decide
 * @handover:	likewise, after the thread of rq.curr has gone to sleep unexpectedly
 * @fetch:	brings the thread of rq.curr here, if it is pinned to another CPU
 * @away:	[q] ns: since when the thread of rq.curr is not on this CPU, be it that it has not
 *		arrived or that the host runs something else. 0: it is here
 * @taken:	[q] ns that the host took, not yet charged
 */
struct sched_cpu {
	struct sched_rq rq;
	struct hrtimer timer;
	u64 timer_at;
	call_single_data_t poke;
	struct irq_work handover;
	struct work_struct fetch;
	u64 away, taken;
};

/**
 * struct sched_todo - what is to be done when no queue is locked any more
 * @cpu: @task:	this thread has been given that CPU; with a reference
 * @moved:	a vCPU that may not be where it was: asleep, to be placed anew
 * @spare:	this CPU has nothing to do, and there is something; -1: none
 */
struct sched_todo {
	struct sched_cpu *cpu;
	struct task_struct *task;
	struct sched_vcpu *moved;
	int spare;
};

#define SCHED_TODO { .spare = -1 }

/* cpus.c */
extern struct sched_system sched_sys;
extern unsigned long *sched_online;	/* bitmap, CPUs whose queues are online; atomic */

static inline struct sched_cpu *cpu_of(struct sched_rq *rq)
{
	return container_of(rq, struct sched_cpu, rq);
}

static inline struct vcpu *vcpu_of(struct sched_vcpu *v)
{
	return container_of(v, struct vcpu, sched.v);
}

/* sched.c. Interrupts are off in all of them. */

/** cpu_lock_queue() - lock the queue where @vcpu is or was last. Return: it. */
struct sched_rq *cpu_lock_queue(struct sched_vcpu *vcpu) __acquires(rq->lock);
/** cpu_charge() - sched_charge(), with what the host took. The queue is locked. */
void cpu_charge(struct sched_cpu *cpu, u64 now);
/**
 * cpu_decide() - who runs on @cpu next?
 *
 * The queue is locked. On another CPU than @cpu only while nobody holds that.
 */
void cpu_decide(struct sched_cpu *cpu, struct sched_todo *todo);
/**
 * cpu_swap() - @vcpu, which should hold @cpu, this CPU, gives it to @other, which should wait
 *
 * Both are of one VM. No lock. Return: was it so?
 */
bool cpu_swap(struct sched_cpu *cpu, struct sched_vcpu *vcpu, struct sched_vcpu *other);
/** cpu_look() - decide if it is time: this CPU. No lock. */
void cpu_look(struct sched_cpu *cpu);
/** cpu_poke() - make any CPU look. No lock. */
void cpu_poke(unsigned int cpu);
/** cpu_finish() - do what is to be done. No lock. */
void cpu_finish(struct sched_todo *todo);
/** cpu_arrive() - the thread of rq->curr is here. The queue is locked. */
void cpu_arrive(struct sched_cpu *cpu, u64 now);
/** cpu_misplaced() - should @vcpu, by its affinity, be elsewhere than on that CPU? */
bool cpu_misplaced(const struct sched_vcpu *vcpu, unsigned int cpu);
/** cpu_setup() - a new CPU, which is zeroed; it is not online */
void cpu_setup(struct sched_cpu *cpu, unsigned int nr);

/* thread.c */

/** sched_move() - place @vcpu, which has just been taken out of a queue. IRQs are off, no lock. */
void sched_move(struct sched_vcpu *vcpu);

#endif
