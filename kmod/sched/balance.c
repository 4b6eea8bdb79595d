// SPDX-License-Identifier: GPL-2.0-only
/*
 * balance.c - which CPU a vCPU waits for
 *
 * There is no balancer that runs from time to time. A vCPU that wakes up goes to an idle CPU; a
 * CPU with nothing to do takes somebody who waits elsewhere; and every CPU, before each decision,
 * looks at a few others, in turn, for one who waits there and has had less, by virtual time, than
 * those here. So what is short is passed on, and virtual times go forward together.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "queue.h"

/* How many other queues a decision looks at. */
#define LOOKED_AT	4
/* How many vCPUs a pull looks at, for one that is allowed here, while there is something to do. */
#define TRIED		8
/* ns of its own: by how much a vCPU must be behind to be moved, and what of that is kept. */
#define WORTH_MOVING	SCHED_REQUEST
#define PULLED_OWED	(8 * SCHED_SLICE)
/*
 * By how much a queue with one vCPU may be behind others, ns of that. It is not meant to be, but if
 * it cannot get what its weight is worth it falls behind for ever.
 */
#define ALONE_BEHIND	(4 * SCHED_SLICE)

static bool usable(const struct sched_vcpu *vcpu, unsigned int cpu)
{
	const struct sched_system *sys = vcpu->rq->sys;

	return test_bit(cpu, vcpu->vm->allowed) && sys->rq[cpu] && READ_ONCE(sys->rq[cpu]->online);
}

static unsigned int nth_near(const struct sched_system *sys, unsigned int cpu, unsigned int n)
{
	return sys->near ? sys->near[cpu][n] : (cpu + n) % sys->nr_cpus;
}

/* The nearest queue that @vcpu may use, of the CPUs @among or (NULL) of all; it is near itself. */
static struct sched_rq *nearest(const struct sched_vcpu *vcpu, const unsigned long *among)
{
	const struct sched_system *sys = vcpu->rq->sys;
	unsigned int i, cpu;

	if (among && !bitmap_intersects(among, vcpu->vm->allowed, sys->nr_cpus))
		return NULL;
	for (i = 0; i < sys->nr_cpus; i++) {
		cpu = nth_near(sys, vcpu->rq->cpu, i);
		if ((!among || test_bit(cpu, among)) && usable(vcpu, cpu))
			return sys->rq[cpu];
	}
	return NULL;
}

struct sched_rq *sched_place(struct sched_vcpu *vcpu)
{
	struct sched_system *sys = vcpu->rq->sys;
	struct sched_rq *best = nearest(vcpu, sys->idle);
	unsigned int i, cpu;

	if (best)
		return best;
	best = nearest(vcpu, NULL);
	if (!best)
		return NULL;
	/* It has to be worth going away. */
	for (i = 0; i < 2; i++) {
		cpu = nth_near(sys, best->cpu, (vcpu->stats.wakes + i) % sys->nr_cpus);
		if (usable(vcpu, cpu) &&
		    READ_ONCE(sys->rq[cpu]->load) * 5 < READ_ONCE(best->load) * 4)
			best = sys->rq[cpu];
	}
	return best;
}

/*
 * Is somebody owed time who does not get it on @from, because another there is owed time, too? It
 * is taken from those who have had more than others; in the end from anybody.
 */
static bool is_stuck(const struct sched_rq *rq, const struct sched_rq *from)
{
	u64 due = READ_ONCE(from->due);

	return due <= rq->charged && READ_ONCE(from->serving) == SCHED_OWED &&
	       (before(rq_mean(from), rq_mean(rq)) || due + SCHED_SLICE <= rq->charged);
}

/* Is the best that waits on @from better off here? @mine: who would be next here. */
static bool is_better(const struct sched_rq *rq, const struct sched_rq *from,
		      enum sched_kind mine)
{
	u32 weight = READ_ONCE(from->best_weight);
	u64 behind, others = READ_ONCE(from->load) - weight;

	if (mine == SCHED_OWED)
		return false;
	if (READ_ONCE(from->best) == SCHED_WAKING && mine > SCHED_WAKING)
		return true;
	/* Not from a queue that is ahead, nor where there is far more to share with. */
	if (!before(rq_mean(from), rq_mean(rq)) || rq->load > 2 * others)
		return false;
	behind = rq_mean(rq) - READ_ONCE(from->best_vtime);
	return (s64)behind > (s64)virtual(WORTH_MOVING, weight);
}

/* By how much may this queue be behind? */
static u64 may_lag(const struct sched_rq *rq)
{
	u32 lightest = rq->curr ? rq->curr->weight : U32_MAX;

	if (!rq->queued)
		return virtual(ALONE_BEHIND, lightest);
	return virtual(QUEUE_BEHIND, min(lightest, rq->best_weight));
}

/*
 * This queue's virtual time is shifted when it is far behind all of some others: the past is
 * forgotten. @least: the least of theirs.
 */
static void catch_up(struct sched_rq *rq, u64 least)
{
	s64 behind = least - rq_mean(rq), most = may_lag(rq);

	if (behind > most)
		WRITE_ONCE(rq->base, rq->base + behind - most);
}

static struct sched_rq *victim_of_idle(const struct sched_rq *rq)
{
	const struct sched_system *sys = rq->sys;
	unsigned int i, cpu;

	if (bitmap_empty(sys->waiting, sys->nr_cpus))
		return NULL;
	for (i = 1; i <= sys->nr_cpus; i++) {
		cpu = nth_near(sys, rq->cpu, (rq->turn + i) % sys->nr_cpus);
		if (cpu != rq->cpu && test_bit(cpu, sys->waiting))
			return sys->rq[cpu];
	}
	return NULL;
}

static enum sched_kind best_here(struct sched_rq *rq)
{
	enum sched_kind best = rq->queued ? rq->best : SCHED_AHEAD, curr = SCHED_AHEAD;

	if (rq->due <= rq->charged && queue_owed(rq, rq->charged))
		return SCHED_OWED;
	if (rq->curr && vm_due(rq->curr->vm, rq->charged) <= rq->charged)
		return SCHED_OWED;
	if (rq->curr && rq->curr->kind != SCHED_OWED)
		curr = rq->curr->kind;
	return min(best, curr);
}

struct sched_rq *sched_victim(struct sched_rq *rq)
{
	const struct sched_system *sys = rq->sys;
	enum sched_kind mine = best_here(rq);
	struct sched_rq *other, *best = NULL;
	unsigned int i, found = 0;
	u64 least = 0;

	if (!rq->curr && !rq->queued) {
		other = victim_of_idle(rq);
		if (other)
			rq->turn++;
		return other;
	}
	for (i = 0; i < min_t(unsigned int, LOOKED_AT, sys->nr_cpus); i++) {
		rq->turn = (rq->turn + 1) % sys->nr_cpus;
		other = sys->rq[nth_near(sys, rq->cpu, rq->turn)];
		if (!other || other == rq)
			continue;
		if (READ_ONCE(other->queued) && (!found++ || before(rq_mean(other), least)))
			least = rq_mean(other);
		if (!READ_ONCE(other->queued))
			continue;
		if (is_stuck(rq, other)) {
			if (mine != SCHED_OWED)
				return other;
		} else if (!best && is_better(rq, other, mine)) {
			best = other;
		}
	}
	if (found)
		catch_up(rq, least);
	return best;
}

static struct sched_vcpu *allowed_in(const struct sched_rq *from, enum sched_kind kind,
				     unsigned int cpu, unsigned int tries, u64 now)
{
	struct rb_node *node;
	struct sched_vcpu *vcpu;

	for (node = rb_first_cached(&from->tree[kind]); node && tries; node = rb_next(node)) {
		vcpu = queue_entry(node, kind);
		if (test_bit(cpu, vcpu->vm->allowed) && vm_has_left(vcpu->vm, now))
			return vcpu;
		tries--;
	}
	return NULL;
}

static struct sched_vcpu *candidate(struct sched_rq *rq, struct sched_rq *from, u64 now)
{
	unsigned int tries = rq->curr || rq->queued ? TRIED : ~0U;
	struct sched_vcpu *vcpu = NULL;
	enum sched_kind kind;

	if (from->due <= now && queue_owed(from, now))
		vcpu = allowed_in(from, SCHED_OWED, rq->cpu, tries, now);
	for (kind = SCHED_WAKING; !vcpu && kind < SCHED_KINDS; kind++)
		vcpu = allowed_in(from, kind, rq->cpu, tries, now);
	return vcpu;
}

bool sched_pull(struct sched_rq *rq, struct sched_rq *from, u64 now)
{
	struct sched_vcpu *vcpu = rq->online ? candidate(rq, from, now) : NULL;

	if (!vcpu)
		return false;
	queue_del(from, vcpu, now);
	queue_quit(from, vcpu);
	if (!rq->load)
		WRITE_ONCE(rq->base, from->base);
	vcpu->vtime += from->base - rq->base;
	vcpu->deadline += from->base - rq->base;
	WRITE_ONCE(vcpu->rq, rq);
	clear_bit(rq->cpu, rq->sys->idle);
	queue_join(rq, vcpu, PULLED_OWED);
	queue_add(rq, vcpu, now);
	vcpu->stats.migrations++;
	return true;
}

int sched_spare(const struct sched_rq *rq)
{
	const struct sched_system *sys = rq->sys;
	unsigned int tries = TRIED;
	struct rb_node *node;
	enum sched_kind kind;
	struct sched_rq *idle;

	if (!rq->queued || bitmap_empty(sys->idle, sys->nr_cpus))
		return -1;
	for (kind = SCHED_WAKING; kind < SCHED_KINDS; kind++) {
		node = rb_first_cached(&rq->tree[kind]);
		for (; node && tries; node = rb_next(node), tries--) {
			idle = nearest(queue_entry(node, kind), sys->idle);
			if (idle)
				return idle->cpu;
		}
	}
	return -1;
}
