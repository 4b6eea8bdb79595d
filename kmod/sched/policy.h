/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - which vCPU runs where, and for how long
 *
 * Pure: it compiles in userspace too, where tests and the simulator drive it. It is told the
 * time, never asks for it, and it does not know what a thread or a timer is. What makes it
 * happen on real CPUs is sched.c. How it decides, and how far it can be off, is in policy.c.
 *
 * Locks. Each run queue has one (rq->lock), which callers hold, with interrupts off, where
 * it says so; of two, that of the lower CPU first. A VM's (vm->lock) is taken in here, as
 * the innermost. Fields marked [q] are guarded by the queue's lock, [v] by the VM's; [p] are
 * published: written under the queue's lock, read by anybody, who may find them stale.
 */
#ifndef _INSULA_SCHED_POLICY_H
#define _INSULA_SCHED_POLICY_H

#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <insula/latency.h>

/* Bounds of what can be asked for; cpu_min and cpu_max are in percent of one CPU. */
#define SCHED_SHARES_MIN	1
#define SCHED_SHARES_MAX	10000
#define SCHED_SHARES_DEFAULT	100
#define SCHED_NO_MAX		0	/* of cpu_max */

/*
 * ns: how long a turn is at most, what is asked for at a time by those who have always something to
 * do, and by those who have just waked up. That two requests are a slice keeps what comes together
 * (a turn begun late, a queue that another is behind) within one slice.
 */
#define SCHED_SLICE		2000000ULL
#define SCHED_REQUEST		(SCHED_SLICE / 2)
#define SCHED_WAKE_SLICE	500000ULL

/* ns: how often sched_entitle() is to be called, about */
#define SCHED_ENTITLE_NS	50000000ULL

struct sched_rq;
struct sched_vcpu;

/**
 * struct sched_rate - a right to CPU time that accrues evenly, and is used up in portions
 * @percent:	of one CPU
 * @most:	ns: more is not saved
 * @least:	ns: less is forgiven
 * @balance:	ns, as of @at
 */
struct sched_rate {
	u32 percent;
	s64 most, least, balance;
	u64 at;
};

/**
 * struct sched_due - what a VM is due, and what follows from that
 *
 * Guarded by the VM's lock, without which weights may be read; from @span on, sched_entitle()'s
 * own. Rates are in CPUs << 32.
 * @entitled:	ns, since the VM was made, until @since, the last sched_entitle()
 * @rate:	by which it grows while any vCPU wants to run, it is thought
 * @told:	what it has been said to be
 * @wanted: @busy: ns from @since to @at that its vCPUs wanted to run, each counted; that any did
 * @level:	what a share is worth to who competes with the VM; 0: unknown, or nobody goes short
 * @least: @most: weights that are worth the guarantee and the cap; @each: and a whole CPU
 * @span: @active: ns before @since that were looked at; which part of them was @busy
 * @floor: @ceiling: of what it is due
 * @peer:	another VM with the same affinity
 */
struct sched_due {
	u64 entitled, rate, told;
	u64 since, at, wanted, busy;
	u64 level;
	u32 least, most, each;
	u64 span, active, floor, ceiling;
	u32 shares;
	struct sched_vm *peer;
};

/**
 * struct sched_vm - what the policy knows of a VM
 * @lock:	guards what follows
 * @shares:	weight among VMs that compete; all that can run of its vCPUs divide it
 * @min:	guarantee: it accrues while any vCPU can run, and while the balance is positive the
 *		VM is owed time
 * @max:	cap, if @max.percent is not SCHED_NO_MAX: none of its vCPUs runs on an empty balance
 * @allowed:	bitmap of the CPUs it may use, of sys->nr_cpus bits; belongs to the caller, who
 *		sees to it that vCPUs leave those which they may not use any more
 * @vcpus:	how many it has, constant; @runnable: of which so many are neither asleep nor
 *		throttled
 * @vtime:	virtual time that it has had as a whole, on the scale of all queues
 * @throttled:	those that wait for @max, @nr_throttled of them; @release: when they may go on
 * @due:	see there
 */
struct sched_vm {
	raw_spinlock_t lock;
	u32 shares;
	struct sched_rate min, max;
	const unsigned long *allowed;
	unsigned int vcpus, runnable;
	u64 vtime;
	struct sched_vcpu *throttled;
	unsigned int nr_throttled;
	u64 release;
	struct sched_due due;
};

enum sched_state {
	SCHED_ASLEEP,		/* nothing to do */
	SCHED_QUEUED,		/* waits in a run queue */
	SCHED_RUNNING,		/* has a CPU */
	SCHED_THROTTLED,	/* its VM is at its cap */
};

/* Who waits in a run queue, best first; each kind has a tree. */
enum sched_kind {
	SCHED_OWED,		/* their VM is owed time: by when that began, or will begin */
	SCHED_WAKING,		/* have slept, and had less than their due: by when they came */
	SCHED_ELIGIBLE,		/* had not more than their due: by virtual deadline */
	SCHED_AHEAD,		/* had more: by virtual time */
	SCHED_KINDS,
};

/**
 * struct sched_stats - of a vCPU [q]; all ns or counts, since it was made
 * @received:	time it ran, without what the host took away
 * @waiting:	time it was queued; @throttled: time it was kept off by the cap
 * @taken:	what the host took away while it had a CPU
 * @latency:	wake-ups by what they took: see insula_latency_ns(). Not of those whose cap, or who
 *		slept again, before they ran
 */
struct sched_stats {
	u64 received, waiting, throttled, taken;
	u64 switches, migrations, wakes;
	u32 latency[INSULA_LATENCIES];
};

/**
 * struct sched_vcpu - what the policy knows of a vCPU
 * @vm:		constant
 * @rq:		where it is, or was last; changes only under both queues' locks, or while it
 *		sleeps
 * @state: @kind: [q] and as what it is queued, or runs; what ends SCHED_THROTTLED is [v]
 * @node: @key:	[q] its place in that tree, which is not SCHED_OWED's
 * @due: @due_at: [q] its place in SCHED_OWED's tree: there, as well, is whose VM has a guarantee
 * @vtime:	[q] virtual time that it has received, on its queue's scale
 * @deadline:	[q] @vtime at which its present request has been served
 * @weight:	[q] as counted in rq->load
 * @boost:	[q] ns left of a turn as one that has waked up; they pass, whoever has them
 * @lent:	[q] ns taken from vm->max for the present turn
 * @since:	[q] when it came into @state
 * @woke:	[q] when it waked up, if it has not run since; else ~0
 * @next:	[v] in vm->throttled
 * @released:	[v] sleeps because it was taken from there, and is to be waked
 */
struct sched_vcpu {
	struct sched_vm *vm;
	struct sched_rq *rq;
	enum sched_state state;
	enum sched_kind kind;
	struct rb_node node, due;
	u64 key, due_at;
	u64 vtime, deadline;
	u32 weight;
	u64 boost, lent;
	u64 since, woke;
	struct sched_vcpu *next;
	bool released;
	struct sched_stats stats;
};

/**
 * struct sched_rq - a CPU's run queue
 * @lock:	see above
 * @sys: @cpu:	constant
 * @online:	[q] may be given vCPUs
 * @vtime:	[q] the mean of its vCPUs' virtual times, weighted; @rest: what the division left
 * @base:	[q] add it to a virtual time here to compare that with one elsewhere
 * @load:	[q, p] sum of the weights, the running one's too
 * @tree:	[q] who waits, by kind
 * @queued:	[q, p] how many wait
 * @curr:	[q, p] who runs, NULL: nobody
 * @last:	[q] who ran last; only to be compared
 * @charged:	[q] until when @curr's time has been charged
 * @began:	[q] when @curr's turn began; @until: [q] when to decide anew
 * @idle_since:	[q] since when it is empty
 * @turn:	[q] where to look for work next time
 * @taken:	[q, p] ns that the host took
 * @taken_seen: @seen: @size: @group: sched_entitle()'s own: what of @taken it knows, when it
 *		looked, CPUs << 32 that the host left, CPUs that the same VMs may use
 * @level:	[p] what a share was worth here lately, 0: nobody went short
 * @best:	[p] kind of the best that waits, but for SCHED_OWED; @best_vtime: [p] its virtual
 *		time, with @base; @best_weight: its weight
 * @serving:	[p] as what @curr runs
 * @due:	[p] when the first that waits is owed time, ~0: never
 */
struct sched_rq {
	raw_spinlock_t lock;
	struct sched_system *sys;
	unsigned int cpu;
	bool online;
	u64 vtime, base;
	s64 rest;
	u64 load;
	struct rb_root_cached tree[SCHED_KINDS];
	unsigned int queued;
	struct sched_vcpu *curr, *last;
	u64 charged, began, until;
	u64 idle_since;
	unsigned int turn, group;
	u64 taken, taken_seen, seen, size;
	u64 level;
	enum sched_kind best, serving;
	u64 best_vtime, due;
	u32 best_weight;
};

/**
 * struct sched_system - all CPUs
 * @nr_cpus:	highest number + 1
 * @rq:		by number; NULL: there is none
 * @near:	for each CPU, all numbers in the order in which to look for an idle one: itself,
 *		those with the same last-level cache, the same node, the rest. NULL: by number
 * @idle:	bitmap, CPUs with nothing to do; atomic
 * @waiting:	bitmap, CPUs with somebody who waits; atomic
 * @throttled:	called when vm->release has been set: sched_release() is to be called then. Under
 *		vm->lock and a queue's lock
 */
struct sched_system {
	unsigned int nr_cpus;
	struct sched_rq **rq;
	const u16 *const *near;
	unsigned long *idle, *waiting;
	void (*throttled)(struct sched_vm *vm);
};

/** sched_rq_init() - an empty queue, which is not online; @rq is zeroed */
void sched_rq_init(struct sched_rq *rq, struct sched_system *sys, unsigned int cpu);

/**
 * sched_vm_init() - a VM with default shares, no guarantee, no cap; @vm is zeroed
 * @vcpus:	that it has whenever it is on
 */
void sched_vm_init(struct sched_vm *vm, unsigned int vcpus, const unsigned long *allowed, u64 now);
/**
 * sched_vm_set() - new shares and rates
 *
 * The caller goes on with sched_weigh() for each vCPU, and sched_release() if some are throttled.
 */
void sched_vm_set(struct sched_vm *vm, u32 shares, u32 min, u32 max, u64 now);
/**
 * sched_weigh() - what was set takes effect on @vcpu, and what it had before counts no more
 *
 * Context: @vcpu->rq->lock held.
 */
void sched_weigh(struct sched_vcpu *vcpu, u64 now);
/** sched_vcpu_init() - a vCPU that sleeps, last seen on @rq; @vcpu is zeroed */
void sched_vcpu_init(struct sched_vcpu *vcpu, struct sched_vm *vm, struct sched_rq *rq);

/**
 * sched_place() - on which queue should @vcpu, which sleeps, wait?
 *
 * One of an idle CPU if there is one among the allowed, the nearer the better; else the least
 * loaded of the last and two others.
 * Context: no lock. Return: an online queue; NULL if no CPU that is allowed is online.
 */
struct sched_rq *sched_place(struct sched_vcpu *vcpu);

/**
 * sched_wake() - @vcpu, which slept or was throttled, has something to do: queue it here
 *
 * Context: @rq->lock held; the vCPU is nobody else's business.
 * Return: has rq->until moved? Then that CPU has to decide anew at that time, if it is now or
 * past: at once.
 */
bool sched_wake(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now);

/**
 * sched_block() - @vcpu, which runs or is queued, has nothing more to do
 *
 * Context: @vcpu->rq->lock held. If it ran, the CPU is to decide anew.
 */
void sched_block(struct sched_vcpu *vcpu, u64 now);

/**
 * sched_charge() - account for the running vCPU's time until now
 * @taken:	ns of it that the host used for something else: not charged
 *
 * Context: @rq->lock held.
 */
void sched_charge(struct sched_rq *rq, u64 now, u64 taken);

/**
 * sched_victim() - is there a vCPU on another queue that should rather run on this one?
 *
 * Looks at a few queues, all of which it comes to in the course of decisions; at every one that
 * has something to give if this one has nothing.
 * Context: @rq->lock held. Return: the queue to pull from, or NULL. Only a hint: nothing is
 * locked.
 */
struct sched_rq *sched_victim(struct sched_rq *rq);

/**
 * sched_pull() - move the best vCPU that waits on @from and may run on @rq
 *
 * Context: both locks held. Return: was there one?
 */
bool sched_pull(struct sched_rq *rq, struct sched_rq *from, u64 now);

/**
 * sched_pick() - the running vCPU's turn is over (or there is none): who is next?
 *
 * The one that ran is queued again, if it has not been blocked. Until rq->until the answer stands,
 * unless sched_wake() says otherwise. A vCPU whose VM is at its cap is taken out: see
 * sched_release().
 * Context: @rq->lock held. Return: rq->curr, NULL: nobody waits.
 */
struct sched_vcpu *sched_pick(struct sched_rq *rq, u64 now);

/**
 * sched_swap() - two vCPUs of a VM change places: @vcpu runs, @other waits somewhere
 *
 * Each goes on with what the other had been given: its turn, its place in the queue, its virtual
 * time. As they have the same weight, nobody else is concerned.
 * Context: the locks of both queues held (which may be one); sched_charge() has been called.
 */
void sched_swap(struct sched_vcpu *vcpu, struct sched_vcpu *other, u64 now);

/**
 * sched_release() - take one of the vCPUs of @vm that were throttled, if it is time
 * @again:	result if there is none: when to ask again, 0: nobody is throttled
 *
 * One at a time, so that nobody holds on to one while others are waked. Context: no lock.
 * Return: a vCPU, which sleeps now, to be placed and waked; NULL: none, or too early.
 */
struct sched_vcpu *sched_release(struct sched_vm *vm, u64 now, u64 *again);

/**
 * sched_spare() - a CPU with nothing to do that somebody who waits on @rq may use
 *
 * Context: @rq->lock held. Return: its number, or -1.
 */
int sched_spare(const struct sched_rq *rq);

/**
 * sched_entitle() - find out what each VM is due, as of now
 * @vm:	all of them, @n; none may go away meanwhile, nor its affinity change
 *
 * From now on sched_entitled() grows at that rate, and queues count vCPUs with weights that can be
 * satisfied: see entitle.c. To be called every SCHED_ENTITLE_NS or so, one call at a time.
 * Context: no lock; may take milliseconds.
 */
void sched_entitle(struct sched_system *sys, struct sched_vm **vm, unsigned int n, u64 now);

/**
 * sched_entitled() - what @vm was due since it was made, ns
 *
 * By what sched_entitle() found last. It does not grow while nothing of the VM wants to run.
 * Context: no lock.
 */
u64 sched_entitled(struct sched_vm *vm, u64 now);

/**
 * sched_leave() - a queue whose CPU goes offline: take any vCPU out
 *
 * Context: @rq->lock held, nothing runs. Return: a vCPU, asleep now, to be placed and waked
 * elsewhere; NULL: there is none left.
 */
struct sched_vcpu *sched_leave(struct sched_rq *rq, u64 now);

#endif
