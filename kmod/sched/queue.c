// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue.c - a run queue: virtual time and who waits
 *
 * rq->vtime is the mean of the virtual times of all that count here, weighted; so their lags
 * (what the mean has more than they) always add up to nothing. It is kept by its changes: a vCPU
 * that joins, quits or runs moves it by its share, and what the division leaves stays in
 * rq->rest.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "queue.h"

/* The sum of weight times virtual time has changed. */
static void move_mean(struct sched_rq *rq, s64 by)
{
	s64 whole;

	if (!rq->load) {
		rq->rest = 0;
		return;
	}
	rq->rest += by;
	whole = div64_s64(rq->rest, rq->load);
	rq->vtime += whole;
	rq->rest -= whole * (s64)rq->load;
}

/* Weight times what the vCPU is ahead of the mean. */
static s64 moment(const struct sched_rq *rq, const struct sched_vcpu *vcpu)
{
	return (s64)(vcpu->vtime - rq->vtime) * vcpu->weight;
}

void queue_join(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 owed)
{
	u64 least, most;

	vcpu->weight = vm_weight(vcpu->vm);
	if (!rq->load)
		rq->vtime = vcpu->vtime;
	least = rq->vtime - virtual(owed, vcpu->weight);
	most = rq->vtime + virtual(AHEAD_MAX, vcpu->weight);
	if (before(vcpu->vtime, least))
		vcpu->vtime = least;
	if (before(most, vcpu->vtime))
		vcpu->vtime = most;
	WRITE_ONCE(rq->load, rq->load + vcpu->weight);
	move_mean(rq, moment(rq, vcpu));
}

void queue_quit(struct sched_rq *rq, struct sched_vcpu *vcpu)
{
	s64 by = moment(rq, vcpu);

	WRITE_ONCE(rq->load, rq->load - vcpu->weight);
	move_mean(rq, -by);
}

/*
 * What it is ahead or behind, and what is left of its request, are time: with another weight that
 * is as much, but more or less of virtual time. The mean stays where it is.
 */
void queue_weigh(struct sched_rq *rq, struct sched_vcpu *vcpu)
{
	s64 ahead = moment(rq, vcpu), left = (s64)(vcpu->deadline - vcpu->vtime) * vcpu->weight;
	u32 weight = vm_weight(vcpu->vm);

	if (vcpu->weight == weight)
		return;
	WRITE_ONCE(rq->load, rq->load - vcpu->weight + weight);
	vcpu->weight = weight;
	vcpu->vtime = rq->vtime + div_s64(ahead, weight);
	vcpu->deadline = vcpu->vtime + div_s64(left, weight);
	move_mean(rq, moment(rq, vcpu) - ahead);
}

void queue_run(struct sched_rq *rq, u64 ns)
{
	struct sched_vcpu *vcpu = rq->curr;
	u64 had = virtual(ns, vcpu->weight), most;

	vcpu->vtime += had;
	move_mean(rq, had * vcpu->weight);
	most = rq->vtime + virtual(AHEAD_MAX, vcpu->weight);
	if (before(most, vcpu->vtime)) {
		move_mean(rq, -(s64)(vcpu->vtime - most) * vcpu->weight);
		vcpu->vtime = most;
	}
}

static bool key_less(struct rb_node *a, const struct rb_node *b)
{
	return before(rb_entry(a, struct sched_vcpu, node)->key,
		      rb_entry(b, struct sched_vcpu, node)->key);
}

static bool due_less(struct rb_node *a, const struct rb_node *b)
{
	return before(rb_entry(a, struct sched_vcpu, due)->due_at,
		      rb_entry(b, struct sched_vcpu, due)->due_at);
}

static struct sched_vcpu *first_of(const struct sched_rq *rq, enum sched_kind kind)
{
	struct rb_node *node = rb_first_cached(&rq->tree[kind]);

	return node ? queue_entry(node, kind) : NULL;
}

static void insert(struct sched_rq *rq, struct sched_vcpu *vcpu)
{
	if (vcpu->boost)
		vcpu->kind = SCHED_WAKING;
	else
		vcpu->kind = before(rq->vtime, vcpu->vtime) ? SCHED_AHEAD : SCHED_ELIGIBLE;
	switch (vcpu->kind) {
	case SCHED_WAKING:
		vcpu->key = vcpu->since;
		break;
	case SCHED_ELIGIBLE:
		vcpu->key = vcpu->deadline;
		break;
	default:
		vcpu->key = vcpu->vtime;
		break;
	}
	rb_add_cached(&vcpu->node, &rq->tree[vcpu->kind], key_less);
}

static void insert_due(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now)
{
	vcpu->due_at = vm_due(vcpu->vm, now);
	if (vcpu->due_at != NEVER)
		rb_add_cached(&vcpu->due, &rq->tree[SCHED_OWED], due_less);
}

static void erase_due(struct sched_rq *rq, struct sched_vcpu *vcpu)
{
	if (vcpu->due_at != NEVER)
		rb_erase_cached(&vcpu->due, &rq->tree[SCHED_OWED]);
	vcpu->due_at = NEVER;
}

/* Those whom the mean has reached are eligible. */
static void promote(struct sched_rq *rq)
{
	struct sched_vcpu *vcpu;

	while ((vcpu = first_of(rq, SCHED_AHEAD)) && !before(rq->vtime, vcpu->vtime)) {
		rb_erase_cached(&vcpu->node, &rq->tree[SCHED_AHEAD]);
		insert(rq, vcpu);
	}
}

static struct sched_vcpu *first_fair(const struct sched_rq *rq)
{
	struct sched_vcpu *vcpu = first_of(rq, SCHED_WAKING);

	if (!vcpu)
		vcpu = first_of(rq, SCHED_ELIGIBLE);
	return vcpu ?: first_of(rq, SCHED_AHEAD);
}

/* What other CPUs look at. */
static void publish(struct sched_rq *rq)
{
	const struct sched_vcpu *best = first_fair(rq), *due = first_of(rq, SCHED_OWED);

	WRITE_ONCE(rq->due, due ? due->due_at : NEVER);
	if (!best)
		return;
	WRITE_ONCE(rq->best, best->kind);
	WRITE_ONCE(rq->best_vtime, best->vtime + rq->base);
	WRITE_ONCE(rq->best_weight, best->weight);
}

void queue_weigh_all(struct sched_rq *rq)
{
	struct rb_node *node, *next;
	struct sched_vcpu *vcpu;
	enum sched_kind kind;

	if (rq->curr)
		queue_weigh(rq, rq->curr);
	for (kind = SCHED_WAKING; kind < SCHED_KINDS; kind++) {
		for (node = rb_first_cached(&rq->tree[kind]); node; node = next) {
			next = rb_next(node);
			vcpu = queue_entry(node, kind);
			if (vcpu->weight == vm_weight(vcpu->vm))
				continue;
			rb_erase_cached(node, &rq->tree[kind]);
			queue_weigh(rq, vcpu);
			insert(rq, vcpu);
		}
	}
	publish(rq);
}

void queue_add(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now)
{
	WRITE_ONCE(vcpu->state, SCHED_QUEUED);
	vcpu->since = now;
	insert(rq, vcpu);
	insert_due(rq, vcpu, now);
	WRITE_ONCE(rq->queued, rq->queued + 1);
	if (rq->queued == 1)
		set_bit(rq->cpu, rq->sys->waiting);
	publish(rq);
}

void queue_del(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now)
{
	rb_erase_cached(&vcpu->node, &rq->tree[vcpu->kind]);
	erase_due(rq, vcpu);
	vcpu->stats.waiting += now - vcpu->since;
	WRITE_ONCE(rq->queued, rq->queued - 1);
	if (!rq->queued)
		clear_bit(rq->cpu, rq->sys->waiting);
	publish(rq);
}

/*
 * One whose VM is owed time. When that began was told when it was queued; its VM may have run
 * elsewhere since.
 */
struct sched_vcpu *queue_owed(struct sched_rq *rq, u64 now)
{
	struct sched_vcpu *vcpu;

	while ((vcpu = first_of(rq, SCHED_OWED)) && vcpu->due_at <= now) {
		if (vm_due(vcpu->vm, now) <= now)
			return vcpu;
		erase_due(rq, vcpu);
		insert_due(rq, vcpu, now);
	}
	return NULL;
}

struct sched_vcpu *queue_first(struct sched_rq *rq, u64 now)
{
	struct sched_vcpu *vcpu = queue_owed(rq, now);

	promote(rq);
	publish(rq);
	return vcpu ?: first_fair(rq);
}
