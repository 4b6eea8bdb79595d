/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.h - which vCPU thread may hold which physical CPU
 *
 * The policy (policy.h) gives each CPU to one vCPU at a time. That one's thread is pinned to it
 * and may enter the guest; all other vCPU threads sleep. Between the threads that hold CPUs and
 * all else that runs on the host, the host's scheduler decides, as between any threads.
 */
#ifndef _INSULA_SCHED_H
#define _INSULA_SCHED_H

#include <linux/preempt.h>
#include "policy.h"

struct netlink_ext_ack;
struct vcpu;
struct vm;
struct vm_cpu;

/** enum sched_want - what is to become of a vCPU that the policy has asleep */
enum sched_want {
	SCHED_WANT_NOTHING,	/* it is parked: leave it alone */
	SCHED_WANT_WORK,	/* it is halted: sched_kick() queues it */
	SCHED_WANT_CPU,		/* its thread will see to it, or has been throttled */
};

/**
 * struct sched_task - the scheduler's part of struct vcpu
 * @v:		the policy's; locks are said there
 * @lock:	guards the way from SCHED_ASLEEP into a queue, and @want
 * @waits:	its thread sleeps because it has no CPU: its own thread
 * @spun:	it lost the CPU because it was spinning; read by others
 * @poll:	ns for which it polls when it halts: its own thread
 * @notifier:	tells when the host's scheduler takes and gives the CPU
 */
struct sched_task {
	struct sched_vcpu v;
	raw_spinlock_t lock;
	enum sched_want want;
	bool waits, spun;
	u32 poll;
	struct preempt_notifier notifier;
};

/** sched_init() - of the module. Return: 0 or -ENOMEM, ... */
int sched_init(void);
void sched_exit(void);

/** sched_vm_create() - @vm's part, with default settings; nothing can fail. May sleep. */
void sched_vm_create(struct vm *vm);
/** sched_vm_stop() - its vCPUs' threads have ended. May sleep. */
void sched_vm_stop(struct vm *vm);
/** sched_vm_destroy() - it is gone: what it was promised is free. May sleep. */
void sched_vm_destroy(struct vm *vm);
/**
 * sched_vm_set_cpu() - new settings, in effect from now on
 *
 * Context: process, vm->lock held. Return: 0; -ENOSPC: that guarantee cannot be kept, see
 * @extack; -ENOMEM.
 */
int sched_vm_set_cpu(struct vm *vm, const struct vm_cpu *cpu, struct netlink_ext_ack *extack);
/** sched_vm_entitled() - what it was due since it was made, ns. May sleep. */
u64 sched_vm_entitled(struct vm *vm);

/** sched_vcpu_create() - @vcpu's part; it is zeroed, and must be freed by RCU */
void sched_vcpu_create(struct vcpu *vcpu);
/** sched_vcpu_stats() - as of now. Context: process. */
void sched_vcpu_stats(struct vcpu *vcpu, struct sched_stats *stats);

/** sched_begin() - @vcpu's thread begins; it calls what follows, where not said otherwise */
void sched_begin(struct vcpu *vcpu);
/** sched_end() - it ends */
void sched_end(struct vcpu *vcpu);

/**
 * sched_hold() - get hold of a CPU: wait until it is @vcpu's turn. May sleep.
 *
 * Return: true, which may not be true any more: see sched_enter(). False: the thread is to
 * park or to stop.
 */
bool sched_hold(struct vcpu *vcpu);

/**
 * sched_enter() - does @vcpu hold this CPU?
 *
 * From now on REQ_SCHED tells when that ends. Preemption is off.
 */
bool sched_enter(struct vcpu *vcpu);

/** sched_halt() - @vcpu is halted: return when it has work, has to park, or for no reason */
void sched_halt(struct vcpu *vcpu);
/** sched_sleep() - likewise, but let go of the CPU at once */
void sched_sleep(struct vcpu *vcpu);
/**
 * sched_spin() - @vcpu, which holds this CPU, waits for another in a loop
 *
 * Interrupts are off. Return: has another one of its VM got the CPU instead?
 */
bool sched_spin(struct vcpu *vcpu);
/** sched_drop() - let go of the CPU; until sched_hold() nobody queues @vcpu */
void sched_drop(struct vcpu *vcpu);

/**
 * sched_kick() - there is something to do: if @vcpu is in sched_sleep(), queue it
 *
 * What it is to do has been written before, and a full barrier stands between. Context: any
 * but NMI.
 */
void sched_kick(struct vcpu *vcpu);

#endif
