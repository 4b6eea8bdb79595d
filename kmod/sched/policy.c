// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy.c - the decisions: who is next, for how long, and who is not
 *
 * The ideal is that at each moment every VM gets min(max(level * shares, cpu-min), cpu-max, what
 * its vCPUs can use), with the one level for all at which the CPUs are just used up; where
 * affinities forbid that, the highest level that each can have (weighted max-min fairness). A
 * VM's vCPUs that can run divide its shares.
 *
 * On a CPU this is EEVDF (Stoica, Abdel-Wahab: "Earliest eligible virtual deadline first",
 * 1995). A vCPU's virtual time grows as it runs, in inverse proportion to its weight. The queue's
 * is the weighted mean of all that run or wait there. Who is not ahead of it is eligible, and of
 * these runs whose virtual deadline is first: the virtual time at which it will have had one more
 * turn. It is chosen because it alone of the kind keeps *everybody* within a turn of the ideal:
 * without eligibility (stride, CFS, WFQ) one with a large weight gets far ahead, and when many
 * light ones come at once it waits for a turn of each. Eligible ones and others are in trees of
 * their own, between which each moves once a turn, so a decision takes O(log n).
 *
 * Between CPUs virtual times are compared: see balance.c. It is what surplus fair scheduling does
 * (Chandra and others, OSDI 2000) without its global queue, and the idea of DWRR (Li and others,
 * PPoPP 2009), that CPUs which are ahead take from those which are behind. For that, weights have
 * to be such as can be satisfied, which entitle.c sees to: what a VM may not get for its cap, or
 * gets by its guarantee, counts as what it is worth. A vCPU that is worth a CPU or more counts as
 * one and a half; its queue falls behind, everybody else there is taken away, and it runs all the
 * time.
 *
 * Before all that come, in this order: vCPUs of VMs that are owed time by their guarantee, which
 * can be as many only as CPUs are promised; and ones that have slept, if they had less than
 * their due, for a short turn. Both pay for what they run like others, so neither gains time.
 *
 * What each of a VM's vCPUs may be off adds up, so those that are due little take shorter turns:
 * see vm_request().
 *
 * Bounds, in turns of SCHED_SLICE: on one CPU, of the ideal for those present, one turn, plus one
 * of each VM that is owed time. Between CPUs, one more for WORTH_MOVING and what passes until all
 * queues have been looked at (a turn for each LOOKED_AT of them). A guarantee: a turn for each CPU
 * it amounts to. A cap: nothing but what a CPU runs beyond rq->until.
 *
 * Time is charged by what passed, never by samples, to the vCPU that ran.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include "queue.h"

/* Nobody waits anywhere: how long until one looks again, ns. */
#define ALONE	(5 * SCHED_SLICE)

void sched_rq_init(struct sched_rq *rq, struct sched_system *sys, unsigned int cpu)
{
	enum sched_kind kind;

	raw_spin_lock_init(&rq->lock);
	rq->sys = sys;
	rq->cpu = cpu;
	rq->due = NEVER;
	rq->until = NEVER;
	for (kind = 0; kind < SCHED_KINDS; kind++)
		rq->tree[kind] = RB_ROOT_CACHED;
}

void sched_vcpu_init(struct sched_vcpu *vcpu, struct sched_vm *vm, struct sched_rq *rq)
{
	vcpu->vm = vm;
	vcpu->rq = rq;
	vcpu->due_at = NEVER;
	vcpu->woke = NEVER;
	vcpu->vtime = READ_ONCE(rq->vtime);
	vm_expect(vm, READ_ONCE(rq->level));
	vcpu->weight = vm_weight(vm);
}

static void new_request(struct sched_vcpu *vcpu)
{
	vcpu->deadline = vcpu->vtime + virtual(vm_request(vcpu->vm), vcpu->weight);
}

void sched_charge(struct sched_rq *rq, u64 now, u64 taken)
{
	struct sched_vcpu *vcpu = rq->curr;
	s64 ran = now - rq->charged - taken;

	WRITE_ONCE(rq->taken, rq->taken + taken);
	if ((s64)(now - rq->charged) > 0)
		rq->charged = now;
	if (!vcpu)
		return;
	vcpu->stats.taken += taken;
	/* Also what it did not have: what is left must not be less than it takes to arrive. */
	vcpu->boost -= min_t(u64, vcpu->boost, taken);
	if (ran <= 0)
		return;
	vcpu->stats.received += ran;
	vm_use(vcpu, ran, now);
	queue_run(rq, ran);
	vcpu->boost -= min_t(u64, vcpu->boost, ran);
	if (vcpu->kind == SCHED_WAKING && !vcpu->boost)
		vcpu->kind = SCHED_ELIGIBLE;
}

/* Somebody better than the running one has come: it ends its turn, if that has begun. */
static bool preempt(struct sched_rq *rq, const struct sched_vcpu *vcpu, u64 now)
{
	enum sched_kind kind = vcpu->due_at <= now ? SCHED_OWED : vcpu->kind;
	u64 grain = vcpu->woke == NEVER ? SCHED_GRAIN : SCHED_WAKE_GRAIN;
	u64 until;

	if (!rq->curr)
		until = now;
	else if (kind < rq->curr->kind && kind <= SCHED_WAKING)
		until = max(now, rq->began + grain);
	else if (rq->curr->kind != SCHED_OWED && vcpu->due_at != NEVER)
		until = max(vcpu->due_at, rq->began + SCHED_GRAIN);
	else
		return false;
	if (until >= rq->until)
		return false;
	rq->until = until;
	return true;
}

/* Where it was last, time has passed for others: that is what it is behind by now. */
static void arrive(struct sched_rq *rq, struct sched_vcpu *vcpu)
{
	if (vcpu->rq == rq)
		return;
	vcpu->vtime += READ_ONCE(rq->vtime) - READ_ONCE(vcpu->rq->vtime);
	WRITE_ONCE(vcpu->rq, rq);
	vcpu->stats.migrations++;
}

/* While nobody was here, nobody went short: what they had too much of is forgotten. */
static void time_passes(struct sched_rq *rq, const struct sched_vcpu *vcpu, u64 now)
{
	if (!rq->load && rq->idle_since)
		rq->vtime += virtual(min(now - rq->idle_since, NSEC_PER_SEC), vm_weight(vcpu->vm));
	rq->idle_since = 0;
}

/*
 * One that slept is not behind its VM: else several could sleep in turns, each gathering the credit
 * that all of the VM's shares are worth.
 */
static void not_before_vm(const struct sched_rq *rq, struct sched_vcpu *vcpu)
{
	u64 least = vm_vtime(vcpu->vm, rq->vtime + rq->base) - rq->base;

	if (before(vcpu->vtime, least))
		vcpu->vtime = least;
}

bool sched_wake(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now)
{
	bool slept = !vm_was_released(vcpu);

	vcpu->stats.wakes += slept;
	vcpu->woke = slept ? now : NEVER;
	vm_can_run(vcpu->vm, 1, now);
	sched_charge(rq, now, 0);
	time_passes(rq, vcpu, now);
	arrive(rq, vcpu);
	if (slept && rq->load)
		not_before_vm(rq, vcpu);
	queue_join(rq, vcpu, SCHED_SLICE);
	new_request(vcpu);
	vcpu->boost = 0;
	if (!before(rq->vtime, vcpu->vtime))
		vcpu->boost = min_t(u64, vm_request(vcpu->vm), SCHED_WAKE_SLICE);
	clear_bit(rq->cpu, rq->sys->idle);
	queue_add(rq, vcpu, now);
	return preempt(rq, vcpu, now);
}

static void stop_running(struct sched_rq *rq)
{
	vm_give_back(rq->curr);
	WRITE_ONCE(rq->curr, NULL);
	WRITE_ONCE(rq->serving, SCHED_AHEAD);
}

static void take_out(struct sched_rq *rq, struct sched_vcpu *vcpu, enum sched_state state, u64 now)
{
	queue_quit(rq, vcpu);
	vm_can_run(vcpu->vm, -1, now);
	WRITE_ONCE(vcpu->state, state);
	vcpu->since = now;
	vcpu->woke = NEVER;
	if (!rq->load)
		rq->idle_since = now;
}

void sched_block(struct sched_vcpu *vcpu, u64 now)
{
	struct sched_rq *rq = vcpu->rq;

	switch (vcpu->state) {
	case SCHED_RUNNING:
		sched_charge(rq, now, 0);
		stop_running(rq);
		break;
	case SCHED_QUEUED:
		queue_del(rq, vcpu, now);
		break;
	default:
		vm_unthrottle(vcpu, now);
		return;
	}
	take_out(rq, vcpu, SCHED_ASLEEP, now);
}

/* The turn is over: wait for the next one. */
static void put_back(struct sched_rq *rq, u64 now)
{
	struct sched_vcpu *vcpu = rq->curr;

	stop_running(rq);
	queue_weigh(rq, vcpu);
	if (!before(vcpu->vtime, vcpu->deadline))
		new_request(vcpu);
	queue_add(rq, vcpu, now);
}

void sched_weigh(struct sched_vcpu *vcpu, u64 now)
{
	struct sched_rq *rq = vcpu->rq;
	bool queued = vcpu->state == SCHED_QUEUED;

	if (!queued && vcpu->state != SCHED_RUNNING)
		return;
	sched_charge(rq, now, 0);
	if (queued)
		queue_del(rq, vcpu, now);
	queue_quit(rq, vcpu);
	vcpu->vtime = rq->vtime;
	queue_join(rq, vcpu, 0);
	new_request(vcpu);
	if (queued)
		queue_add(rq, vcpu, now);
	else
		rq->until = min(rq->until, max(now, rq->began + SCHED_GRAIN));
}

/* How long @vcpu may run, given that it may. */
static u64 turn(const struct sched_rq *rq, const struct sched_vcpu *vcpu)
{
	u64 left, least = SCHED_GRAIN;

	if (vcpu->kind == SCHED_OWED)
		return SCHED_REQUEST;
	if (vcpu->kind == SCHED_WAKING)
		return vcpu->boost;
	if (!rq->queued) {
		if (bitmap_empty(rq->sys->waiting, rq->sys->nr_cpus))
			return ALONE;
		least = SCHED_REQUEST;	/* there is nobody to make room for */
	}
	left = ((vcpu->deadline - vcpu->vtime) * vcpu->weight) >> VIRTUAL_SHIFT;
	return clamp(left, least, SCHED_SLICE);
}

/* Buckets end at 1000 << i / 2 and, the odd ones, 1500 << i / 2. */
static void count_latency(struct sched_vcpu *vcpu, u64 now)
{
	u64 took = max_t(s64, now - vcpu->woke, 0);
	unsigned int twice = fls64(div_u64(took, 1000)), i = 0;

	if (vcpu->woke == NEVER)
		return;
	if (twice)
		i = 2 * twice - (took < 1500ULL << (twice - 1));
	vcpu->stats.latency[min(i, INSULA_LATENCIES - 1U)]++;
	vcpu->woke = NEVER;
}

static void begin(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 lent, u64 now)
{
	bool owed = vcpu->due_at <= now;

	queue_del(rq, vcpu, now);
	if (owed)
		vcpu->kind = SCHED_OWED;
	WRITE_ONCE(vcpu->state, SCHED_RUNNING);
	vcpu->since = now;
	count_latency(vcpu, now);
	vcpu->stats.switches += vcpu != rq->last;
	rq->last = vcpu;
	WRITE_ONCE(rq->curr, vcpu);
	WRITE_ONCE(rq->serving, vcpu->kind);
	rq->began = now;
	rq->until = now + min(turn(rq, vcpu), lent);
	if (!owed && rq->due != NEVER)
		rq->until = min(rq->until, max(rq->due, now + SCHED_GRAIN));
}

static void throttle(struct sched_rq *rq, struct sched_vcpu *vcpu, u64 now)
{
	queue_del(rq, vcpu, now);
	take_out(rq, vcpu, SCHED_THROTTLED, now);
	vm_throttle(vcpu, now);
}

struct sched_vcpu *sched_pick(struct sched_rq *rq, u64 now)
{
	struct sched_vcpu *vcpu;
	u64 lent;

	sched_charge(rq, now, 0);
	rq->charged = now;
	vcpu = rq->curr;
	if (vcpu) {
		put_back(rq, now);
		if (!vm_has_left(vcpu->vm, now))
			throttle(rq, vcpu, now);
	}
	while ((vcpu = queue_first(rq, now))) {
		lent = vm_borrow(vcpu, now);
		if (lent) {
			begin(rq, vcpu, lent, now);
			return vcpu;
		}
		throttle(rq, vcpu, now);
	}
	rq->until = NEVER;
	set_bit(rq->cpu, rq->sys->idle);
	return NULL;
}

void sched_swap(struct sched_vcpu *vcpu, struct sched_vcpu *other, u64 now)
{
	struct sched_rq *rq = vcpu->rq, *from = other->rq;

	queue_del(from, other, now);
	swap(vcpu->vtime, other->vtime);
	swap(vcpu->deadline, other->deadline);
	swap(vcpu->weight, other->weight);
	swap(vcpu->boost, other->boost);
	swap(vcpu->lent, other->lent);
	WRITE_ONCE(vcpu->rq, from);
	WRITE_ONCE(other->rq, rq);
	vcpu->stats.migrations += rq != from;
	other->stats.migrations += rq != from;
	other->stats.switches++;
	rq->last = other;
	other->kind = vcpu->kind;
	other->since = now;
	count_latency(other, now);
	WRITE_ONCE(other->state, SCHED_RUNNING);
	WRITE_ONCE(rq->curr, other);
	queue_add(from, vcpu, now);
}

struct sched_vcpu *sched_leave(struct sched_rq *rq, u64 now)
{
	struct sched_vcpu *vcpu = queue_first(rq, now);

	if (vcpu)
		sched_block(vcpu, now);
	return vcpu;
}
