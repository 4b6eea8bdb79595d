/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - between the parts of the policy: virtual time, trees, accounts
 *
 * rq->lock is held wherever there is a queue.
 */
#ifndef _INSULA_SCHED_QUEUE_H
#define _INSULA_SCHED_QUEUE_H

#include <linux/math64.h>
#include "policy.h"

#define NEVER (~0ULL)

/* A vCPU that runs may do so for as long before another takes its place, or one that wakes up. */
#define SCHED_GRAIN	100000ULL
#define SCHED_WAKE_GRAIN 10000ULL

/* Virtual time is ns << VIRTUAL_SHIFT, divided by the weight. */
#define VIRTUAL_SHIFT	20
/*
 * One that had more than its due without anybody wanting it, or by a guarantee, need not wait
 * for longer than it takes to make up for this, ns.
 */
#define AHEAD_MAX	SCHED_SLICE
/* By how much queues may be apart: ns of the lightest there. */
#define QUEUE_BEHIND	(32 * SCHED_SLICE)

/* A weight is shares times this, divided by the VM's vCPUs that can run. */
#define WEIGHT_SHIFT	10
#define WEIGHT_SCALE	(1 << WEIGHT_SHIFT)
/* More would leave virtual() too few digits. */
#define WEIGHT_MOST	(16 * SCHED_SHARES_MAX * WEIGHT_SCALE)

/** virtual() - what @ns of running are worth to one of that weight */
static inline u64 virtual(u64 ns, u64 weight)
{
	return (ns << VIRTUAL_SHIFT) / weight;
}

/** before() - is virtual time @a earlier than @b? They wrap around. */
static inline bool before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

/** queue_entry() - whose @node of the tree of that kind is it? */
static inline struct sched_vcpu *queue_entry(struct rb_node *node, enum sched_kind kind)
{
	return kind == SCHED_OWED ? rb_entry(node, struct sched_vcpu, due)
				  : rb_entry(node, struct sched_vcpu, node);
}

/** cpus_of() - so many percent of a CPU, in CPUs << 32 */
static inline u64 cpus_of(u32 percent)
{
	return div_u64((u64)percent << 32, 100);
}

/* account.c: each takes vm->lock */

/** vm_can_run() - one more (@more 1) or less (-1) of its vCPUs can run */
void vm_can_run(struct sched_vm *vm, int more, u64 now);
/**
 * vm_vtime() - vm->vtime, which is kept near @mean, that of the queue where one of its vCPUs wakes
 * up; both on the scale of all queues
 */
u64 vm_vtime(struct sched_vm *vm, u64 mean);
/**
 * vm_count() - until now its vCPUs wanted what they want: to be called before that changes
 *
 * Context: vm->lock held, unlike elsewhere.
 */
void vm_count(struct sched_vm *vm, u64 now);
/** vm_bounds() - derive the weights in @vm->due; vm->lock held */
void vm_bounds(struct sched_vm *vm);
/** vm_expect() - until sched_entitle() says so itself, a share is worth @level */
void vm_expect(struct sched_vm *vm, u64 level);
/**
 * vm_weight() - of each vCPU that can run
 *
 * By the shares, but what a VM cannot get for its cap, or gets by its guarantee anyway, counts as
 * what it is worth, and no vCPU is worth more than a CPU.
 */
u32 vm_weight(const struct sched_vm *vm);
/** vm_use() - @vcpu ran for @ns */
void vm_use(struct sched_vcpu *vcpu, u64 ns, u64 now);
/** vm_due() - when is the VM owed time? Perhaps it is already. NEVER: it has no guarantee. */
u64 vm_due(struct sched_vm *vm, u64 now);
/** vm_borrow() - take some of what the cap leaves. Return: ns; NEVER: no cap; 0: none is left */
u64 vm_borrow(struct sched_vcpu *vcpu, u64 now);
/**
 * vm_request() - how much of a CPU, in ns, its vCPUs ask for at a time
 *
 * With a small cap no more than is taken of it at a time: it may be served at any time before its
 * deadline, early once and late the next time, and what has come meanwhile must not be more
 * than can be saved.
 *
 * Each of several vCPUs may be ahead or behind by what it asks for, and all of them at the same
 * time. So those that are due little ask for less, down to a part of the whole for each. Their
 * turns come so seldom that shorter ones cost nothing.
 */
u64 vm_request(const struct sched_vm *vm);
/** vm_has_left() - would it be more than 0? */
bool vm_has_left(struct sched_vm *vm, u64 now);
/** vm_give_back() - what of it was not used */
void vm_give_back(struct sched_vcpu *vcpu);
/** vm_throttle() - nothing was left: until vm->release @vcpu does not run */
void vm_throttle(struct sched_vcpu *vcpu, u64 now);
/** vm_unthrottle() - never mind: if it was throttled or released, it sleeps from now on */
void vm_unthrottle(struct sched_vcpu *vcpu, u64 now);
/** vm_was_released() - is it to go on after it was throttled? Once. */
bool vm_was_released(struct sched_vcpu *vcpu);

/* queue.c */

/** rq_mean() - its virtual time, to be compared with other queues'; perhaps old */
static inline u64 rq_mean(const struct sched_rq *rq)
{
	return READ_ONCE(rq->vtime) + READ_ONCE(rq->base);
}

/**
 * queue_join() - count @vcpu in, with the present weight
 * @owed:	ns that it may be behind the mean; more is forgotten
 *
 * vcpu->vtime is on this queue's scale.
 */
void queue_join(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 owed);
/** queue_quit() - and out; its vtime stays */
void queue_quit(struct sched_rq *rq, struct sched_vcpu *vcpu);
/** queue_run() - the running vCPU has had @ns more */
void queue_run(struct sched_rq *rq, u64 ns);
/** queue_add() - @vcpu, which counts, waits from now on */
void queue_add(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now);
/** queue_del() - it does not any more */
void queue_del(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now);
/** queue_owed() - who of those that wait is owed time, really. NULL: nobody */
struct sched_vcpu *queue_owed(struct sched_rq *rq, u64 now);
/** queue_first() - who is next? It stays there. NULL: nobody waits. */
struct sched_vcpu *queue_first(struct sched_rq *rq, u64 now);
/** queue_weigh() - @vcpu, which is in no tree, counts with the present weight from now on */
void queue_weigh(struct sched_rq *rq, struct sched_vcpu *vcpu);
/** queue_weigh_all() - so does everybody here */
void queue_weigh_all(struct sched_rq *rq);

#endif
