// SPDX-License-Identifier: GPL-2.0-only
/*
 * entitle.c - what each VM is due
 *
 * The ideal of policy.c, found from time to time for what VMs wanted since the last time: their
 * vCPUs that could run, on average. For a set of VMs and the CPUs they may use there is one level,
 * what a share is worth, at which min(max(level * shares, cpu-min), cpu-max, what is wanted) adds
 * up to the CPUs. If affinities let everybody have that (fit.c), it is the answer. Else some of
 * them together want more than all CPUs that they may use; these, and all the others with the
 * CPUs that are left, are solved for themselves. That is the decomposition algorithm for a base
 * polytope (Fujishige 1980; Groenevelt 1991); each step divides, so of k affinities it takes at
 * most 2k.
 *
 * What comes of it: the rate by which vm->due.entitled grows, and weights that can be satisfied
 * (as in surplus fair scheduling: Chandra and others, OSDI 2000). With these all queues' virtual
 * times go forward at one rate, the level; so they can be compared, and whoever moves neither
 * gains nor loses. Who waits or runs is counted with the new weight at once. Only the level is old
 * between two calls: how many vCPUs can run, and the settings, vm_weight() takes as they are. A VM
 * that sleeps most of the time has the weight of its shares when it is awake: only its entitlement
 * is by the average.
 *
 * For 4,096 VMs on 256 CPUs it takes 1.6 ms if all may run anywhere, of which 0.6 are for the
 * queues, with 16 vCPUs under each lock; and 40 with 256 affinities at random.
 *
 * Exact to 2^-18 of a CPU for each affinity, up to FIT_CLASSES affinities that make up FIT_GROUPS
 * kinds of CPUs, FIT_EDGES pairs in a part. Beyond, affinities are taken for wider than they are:
 * the level is then that of a larger set of CPUs, and the entitlement of who is tied down may be
 * too high, never what it gets beyond its cap, nor below its guarantee. Where guarantees exceed the
 * CPUs, all are cut in proportion.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "fit.h"
#include "queue.h"

/* A level is right to so many bits. */
#define PRECISION	20

/* One call at a time. */
static struct fit fit;

/* What the VM wanted since the last time: that begins anew. */
static void measure(struct sched_vm *vm, u64 now)
{
	struct sched_due *due = &vm->due;
	u64 wanted;
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->lock, flags);
	vm_count(vm, now);
	due->span = max(due->at - due->since, 1ULL);
	wanted = mul_u64_u64_div_u64(due->wanted, 1ULL << 32, due->span);
	due->active = mul_u64_u64_div_u64(due->busy, 1ULL << 32, due->span);
	due->since = due->at;
	due->wanted = 0;
	due->busy = 0;
	due->shares = vm->shares;
	due->ceiling = wanted;
	if (vm->max.percent != SCHED_NO_MAX)
		due->ceiling = min(wanted, cpus_of(vm->max.percent));
	due->floor = min(mul_u64_u64_shr(cpus_of(vm->min.percent), due->active, 32), due->ceiling);
	raw_spin_unlock_irqrestore(&vm->lock, flags);
}

/* What the host left of that CPU. One that is online has at least something. */
static void measure_cpu(struct sched_rq *rq, u64 now)
{
	u64 taken = READ_ONCE(rq->taken), span = max(now - rq->seen, 1ULL);
	u64 part = mul_u64_u64_div_u64(min(taken - rq->taken_seen, span), 1ULL << 32, span);

	rq->size = READ_ONCE(rq->online) ? max((1ULL << 32) - part, 1ULL) : 0;
	rq->taken_seen = taken;
	rq->seen = now;
}

static u64 due_at(const struct sched_vm *vm, u64 level)
{
	return clamp(level * vm->due.shares, vm->due.floor, vm->due.ceiling);
}

/* Return: what the VMs of @class are due together. By @slope more if the level is 1 more. */
static u64 class_at(const struct fit_class *class, u64 level, u64 *slope)
{
	const struct sched_vm *vm;
	u64 sum = 0, due;

	for (vm = class->first; vm; vm = vm->due.peer) {
		due = due_at(vm, level);
		sum += due;
		if (due == level * vm->due.shares && due < vm->due.ceiling)
			*slope += vm->due.shares;
	}
	return sum;
}

static u64 part_at(unsigned int part, u64 level, u64 *slope)
{
	unsigned int i;
	u64 sum = 0;

	*slope = 0;
	for (i = 0; i < fit.nr_classes; i++)
		if (fit.class[i].part == part)
			sum += class_at(&fit.class[i], level, slope);
	return sum;
}

/* The level at which all of @part have whatever they want. */
static u64 top_level(unsigned int part)
{
	const struct sched_vm *vm;
	u64 top = 0;
	unsigned int i;

	for (i = 0; i < fit.nr_classes; i++) {
		if (fit.class[i].part != part)
			continue;
		for (vm = fit.class[i].first; vm; vm = vm->due.peer)
			top = max(top, div_u64(vm->due.ceiling, vm->due.shares) + 1);
	}
	return top;
}

/* More is promised than there is: nobody gets more than a part of that. */
static void cut(unsigned int part, u64 cpus, u64 promised)
{
	struct sched_vm *vm;
	unsigned int i;

	for (i = 0; i < fit.nr_classes; i++) {
		if (fit.class[i].part != part)
			continue;
		for (vm = fit.class[i].first; vm; vm = vm->due.peer) {
			vm->due.floor = mul_u64_u64_div_u64(vm->due.floor, cpus, promised);
			vm->due.ceiling = vm->due.floor;
		}
	}
}

/*
 * The highest level at which what all of @part are due is not more than @cpus; it is at least @low
 * and less than @high. By Newton's method, and every third time by halves.
 */
static u64 search(unsigned int part, u64 cpus, u64 low, u64 high)
{
	u64 slope, sum = part_at(part, low, &slope), next = low, at;
	unsigned int step;

	for (step = 1; high - low > (low >> PRECISION) + 1; step++) {
		if (sum <= cpus)
			next += div64_u64(cpus - sum, max(slope, 1ULL));
		else
			next -= min(next, div64_u64(sum - cpus, max(slope, 1ULL)));
		at = next;
		if (step % 3 == 0 || at <= low || at >= high)
			at = low + (high - low) / 2;
		sum = part_at(part, at, &slope);
		if (sum > cpus)
			high = at;
		else
			low = at;
		if (sum <= cpus && cpus - sum <= cpus >> PRECISION)
			break;
		next = at;
	}
	return low;
}

static u64 find_level(unsigned int part, bool *short_of)
{
	u64 cpus = fit_size(&fit, part), high = top_level(part), slope, least;

	*short_of = part_at(part, high, &slope) > cpus;
	if (!*short_of)
		return high;
	least = part_at(part, 0, &slope);
	if (least > cpus) {
		cut(part, cpus, least);
		return 0;
	}
	return search(part, cpus, 0, high);
}

static void solve(unsigned int part)
{
	u64 level, slope;
	bool short_of;
	unsigned int i;

	do {
		level = find_level(part, &short_of);
		for (i = 0; i < fit.nr_classes; i++) {
			if (fit.class[i].part != part)
				continue;
			fit.class[i].wanted = class_at(&fit.class[i], level, &slope);
			fit.class[i].level = level;
		}
	} while (!fit_part(&fit, part));
	fit.level[part] = short_of ? max(level, 1ULL) : 0;
}

/* It was due that, and will be in proportion to the time for which it wants anything. */
static void publish(struct sched_vm *vm, const struct fit_class *class)
{
	struct sched_due *due = &vm->due;
	unsigned long flags;
	u64 rate;

	raw_spin_lock_irqsave(&vm->lock, flags);
	rate = due_at(vm, class->level);
	due->entitled += mul_u64_u64_shr(rate, due->span, 32);
	due->rate = due->active ? mul_u64_u64_div_u64(rate, 1ULL << 32, due->active) : 0;
	due->level = fit.level[class->part];
	vm_bounds(vm);
	raw_spin_unlock_irqrestore(&vm->lock, flags);
}

/* Does @rq belong to @part? */
static bool in_part(const struct sched_rq *rq, unsigned int part)
{
	return rq && rq->group != FIT_NONE && fit.group[rq->group].part == part;
}

static void take_back(struct sched_rq *rq, u64 least, u64 most)
{
	unsigned long flags;
	s64 ahead;

	raw_spin_lock_irqsave(&rq->lock, flags);
	ahead = rq_mean(rq) - least - most;
	if (rq->load && ahead > 0)
		WRITE_ONCE(rq->base, rq->base - ahead);
	raw_spin_unlock_irqrestore(&rq->lock, flags);
}

/* By how much may queues of @part be apart? Some turns of the lightest that wants to run. */
static u64 may_differ(unsigned int part)
{
	const struct sched_vm *vm;
	u32 lightest = U32_MAX;
	unsigned int i;

	for (i = 0; i < fit.nr_classes; i++) {
		if (fit.class[i].part != part)
			continue;
		for (vm = fit.class[i].first; vm; vm = vm->due.peer)
			if (vm->due.ceiling)
				lightest = min(lightest, vm_weight(vm));
	}
	return virtual(QUEUE_BEHIND, lightest);
}

/* How far is the queue that is behind the others of @part, and has more to do than it does? */
static bool find_least(const struct sched_system *sys, unsigned int part, u64 *least)
{
	const struct sched_rq *rq;
	bool found = false;
	unsigned int i;

	for (i = 0; i < sys->nr_cpus; i++) {
		rq = sys->rq[i];
		if (!in_part(rq, part) || !READ_ONCE(rq->queued))
			continue;
		if (!found || before(rq_mean(rq), *least))
			*least = rq_mean(rq);
		found = true;
	}
	return found;
}

/*
 * While weights were not right, virtual times could not be compared: who waits in a queue that has
 * got far ahead by that would not be pulled from it. It is taken back to the others; the more so
 * if up to now nobody went short, and there was nothing to compare.
 */
static void align(struct sched_system *sys, unsigned int part)
{
	u64 level = fit.level[part], most = may_differ(part), least = 0;
	bool found = find_least(sys, part, &least);
	struct sched_rq *rq;
	unsigned int i;

	for (i = 0; i < sys->nr_cpus; i++) {
		rq = sys->rq[i];
		if (!in_part(rq, part))
			continue;
		if (found && level)
			take_back(rq, least, rq->level ? most : 0);
		WRITE_ONCE(rq->level, level);
	}
}

/*
 * The level may be a thousandth of what it was, when others have come. One that is ahead by a turn
 * at the weight of then would be so by a thousand turns, and wait for as long.
 */
static void weigh(struct sched_rq *rq)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rq->lock, flags);
	queue_weigh_all(rq);
	raw_spin_unlock_irqrestore(&rq->lock, flags);
}

void sched_entitle(struct sched_system *sys, struct sched_vm **vm, unsigned int n, u64 now)
{
	struct sched_vm *next;
	unsigned int i;

	for (i = 0; i < n; i++)
		measure(vm[i], now);
	for (i = 0; i < sys->nr_cpus; i++)
		if (sys->rq[i])
			measure_cpu(sys->rq[i], now);
	fit_init(&fit, sys, vm, n);
	/* There may be more and more parts. */
	for (i = 0; i < fit.nr_parts; i++)
		solve(i);
	for (i = 0; i < fit.nr_classes; i++)
		for (next = fit.class[i].first; next; next = next->due.peer)
			publish(next, &fit.class[i]);
	for (i = 0; i < sys->nr_cpus; i++)
		if (sys->rq[i])
			weigh(sys->rq[i]);
	for (i = 0; i < fit.nr_parts; i++)
		align(sys, i);
}

u64 sched_entitled(struct sched_vm *vm, u64 now)
{
	struct sched_due *due = &vm->due;
	unsigned long flags;
	u64 ns;

	raw_spin_lock_irqsave(&vm->lock, flags);
	vm_count(vm, now);
	ns = due->entitled + mul_u64_u64_shr(due->rate, due->busy, 32);
	/* That it was less is found out in the end: till then it is not more. */
	due->told = max(due->told, ns);
	ns = due->told;
	raw_spin_unlock_irqrestore(&vm->lock, flags);
	return ns;
}
