// SPDX-License-Identifier: GPL-2.0-only
/*
 * account.c - what VMs are promised and where their limit is
 *
 * Both are rates: a balance that grows with time and shrinks with use, within bounds. A VM
 * whose guarantee has a positive balance is owed time. One whose cap has none left is throttled;
 * a vCPU takes from it before it runs, so that all of them together never use more than there was.
 *
 * The bounds: a guarantee forgives a turn of each CPU's worth it amounts to, so that a VM which
 * had much for a while is owed again a turn after others come. A cap saves a hundredth of a
 * second's worth, so that no second exceeds it by more than a hundredth.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "queue.h"

#define CAP_SAVED_NS	10000000ULL
/* ns: what one of several vCPUs is due in as many it asks for at a time, if that is little. */
#define REQUEST_EVERY	25000000ULL
/*
 * By how many permille weights exceed what can be had. A vCPU that is worth a whole CPU has to
 * be so without doubt, or others would come and go there. A small cap is lent in small portions:
 * who comes late to one loses what cannot be saved.
 */
#define CPU_MORE	500
#define CAP_MORE	50

static void rate_set(struct sched_rate *rate, u32 percent, s64 most, s64 least, u64 now)
{
	rate->percent = percent;
	rate->most = most;
	rate->least = least;
	rate->balance = clamp(rate->balance, least, most);
	rate->at = now;
}

static void rate_grow(struct sched_rate *rate, u32 percent, u64 now)
{
	s64 passed = now - rate->at;

	if (passed <= 0)
		return;
	rate->balance = min_t(s64, rate->balance + div_u64(passed * percent, 100), rate->most);
	rate->at = now;
}

static void rate_use(struct sched_rate *rate, s64 ns)
{
	rate->balance = max(rate->balance - ns, rate->least);
}

/* When will the balance be @wanted, if nothing is used? */
static u64 rate_when(const struct sched_rate *rate, u32 percent, s64 wanted)
{
	if (rate->balance >= wanted)
		return rate->at;
	return rate->at + div_u64((wanted - rate->balance) * 100 + percent - 1, percent);
}

/* A VM cannot be owed more than its vCPUs can use. */
static u32 min_percent(const struct sched_vm *vm)
{
	return min(vm->min.percent, 100 * vm->runnable);
}

static void grow(struct sched_vm *vm, u64 now)
{
	rate_grow(&vm->min, min_percent(vm), now);
	rate_grow(&vm->max, vm->max.percent, now);
}

void vm_count(struct sched_vm *vm, u64 now)
{
	struct sched_due *due = &vm->due;
	unsigned int want = vm->runnable + vm->nr_throttled;
	s64 passed = now - due->at;

	if (passed <= 0)
		return;
	due->at = now;
	if (!want)
		return;
	due->wanted += passed * want;
	due->busy += passed;
}

/* What is taken of a cap at a time: not all, so that more is saved while that is used. */
static s64 portion(const struct sched_vm *vm)
{
	return min_t(s64, vm->max.most / 2, SCHED_SLICE);
}

/*
 * With less than that left one is throttled. What remains of a portion whose turn somebody else
 * has ended is enough to go on with: only who is throttled has to save for a whole one.
 */
static s64 enough(const struct sched_vm *vm)
{
	return min_t(s64, portion(vm), SCHED_GRAIN);
}

u64 vm_request(const struct sched_vm *vm)
{
	u64 most = SCHED_REQUEST, due, level = READ_ONCE(vm->due.level);

	if (READ_ONCE(vm->max.percent) != SCHED_NO_MAX)
		most = clamp((u64)portion(vm), SCHED_GRAIN, SCHED_REQUEST);
	if (vm->vcpus < 2)
		return most;
	/* Nothing while no level is known: what is asked for then may stand for long. */
	due = mul_u64_u64_shr(REQUEST_EVERY * vm_weight(vm), level, 32 + WEIGHT_SHIFT);
	return clamp(due, max(most / vm->vcpus, SCHED_GRAIN), most);
}

/* The weight that is worth that part of a CPU, and so many permille more. */
static u32 weight_worth(const struct sched_vm *vm, u32 percent, u32 more)
{
	u64 worth = cpus_of(percent) * WEIGHT_SCALE;

	if (!vm->due.level)
		return WEIGHT_MOST;
	worth = div64_u64(worth, vm->due.level);
	return min_t(u64, worth + worth / 1000 * more, WEIGHT_MOST);
}

void vm_bounds(struct sched_vm *vm)
{
	struct sched_due *due = &vm->due;
	bool capped = vm->max.percent != SCHED_NO_MAX;
	u32 more = portion(vm) < (s64)SCHED_REQUEST ? CAP_MORE : 0;

	WRITE_ONCE(due->least, due->level ? weight_worth(vm, vm->min.percent, 0) : 0);
	WRITE_ONCE(due->most, capped ? weight_worth(vm, vm->max.percent, more) : WEIGHT_MOST);
	WRITE_ONCE(due->each, weight_worth(vm, 100, CPU_MORE));
}

void vm_expect(struct sched_vm *vm, u64 level)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->lock, flags);
	vm->due.level = level;
	vm_bounds(vm);
	raw_spin_unlock_irqrestore(&vm->lock, flags);
}

void sched_vm_init(struct sched_vm *vm, unsigned int vcpus, const unsigned long *allowed, u64 now)
{
	raw_spin_lock_init(&vm->lock);
	vm->vcpus = vcpus;
	vm->allowed = allowed;
	vm->release = NEVER;
	vm->due.at = now;
	vm->due.since = now;
	sched_vm_set(vm, SCHED_SHARES_DEFAULT, 0, SCHED_NO_MAX, now);
}

void sched_vm_set(struct sched_vm *vm, u32 shares, u32 min, u32 max, u64 now)
{
	s64 turns = DIV_ROUND_UP(min, 100) * SCHED_SLICE;

	raw_spin_lock(&vm->lock);
	grow(vm, now);
	WRITE_ONCE(vm->shares, shares);
	rate_set(&vm->min, min, turns, -turns, now);
	rate_set(&vm->max, max, div_u64(CAP_SAVED_NS * max, 100), S64_MIN / 2, now);
	if (max == SCHED_NO_MAX)
		vm->max.balance = 0;
	vm_bounds(vm);
	raw_spin_unlock(&vm->lock);
}

void vm_can_run(struct sched_vm *vm, int more, u64 now)
{
	raw_spin_lock(&vm->lock);
	grow(vm, now);
	vm_count(vm, now);
	WRITE_ONCE(vm->runnable, vm->runnable + more);
	raw_spin_unlock(&vm->lock);
}

/* Of the VM as a whole, with @n vCPUs that can run. */
static u32 whole_weight(const struct sched_vm *vm, unsigned int n)
{
	u32 weight = READ_ONCE(vm->shares) * WEIGHT_SCALE;

	weight = min(max(weight, READ_ONCE(vm->due.least)), READ_ONCE(vm->due.most));
	return min_t(u64, weight, (u64)READ_ONCE(vm->due.each) * n);
}

u64 vm_vtime(struct sched_vm *vm, u64 mean)
{
	u32 weight = max(whole_weight(vm, max(READ_ONCE(vm->runnable), 1U)), 1U);
	u64 least = mean - virtual(SCHED_SLICE, weight);
	u64 most = mean + virtual(AHEAD_MAX, weight), vtime;

	raw_spin_lock(&vm->lock);
	if (before(vm->vtime, least))
		vm->vtime = least;
	if (before(most, vm->vtime))
		vm->vtime = most;
	vtime = vm->vtime;
	raw_spin_unlock(&vm->lock);
	return vtime;
}

u32 vm_weight(const struct sched_vm *vm)
{
	unsigned int n = max(READ_ONCE(vm->runnable), 1U);

	return max(whole_weight(vm, n) / n, 1U);
}

void vm_use(struct sched_vcpu *vcpu, u64 ns, u64 now)
{
	struct sched_vm *vm = vcpu->vm;
	u64 own = min(vcpu->lent, ns);

	raw_spin_lock(&vm->lock);
	grow(vm, now);
	rate_use(&vm->min, ns);
	vm->vtime += virtual(ns, max(whole_weight(vm, max(vm->runnable, 1U)), 1U));
	vcpu->lent -= own;
	if (vm->max.percent != SCHED_NO_MAX)
		rate_use(&vm->max, ns - own);
	raw_spin_unlock(&vm->lock);
}

u64 vm_due(struct sched_vm *vm, u64 now)
{
	u64 when = NEVER;

	if (!READ_ONCE(vm->min.percent))
		return when;
	raw_spin_lock(&vm->lock);
	grow(vm, now);
	if (min_percent(vm))
		when = rate_when(&vm->min, min_percent(vm), 0);
	raw_spin_unlock(&vm->lock);
	return when;
}

u64 vm_borrow(struct sched_vcpu *vcpu, u64 now)
{
	struct sched_vm *vm = vcpu->vm;

	if (READ_ONCE(vm->max.percent) == SCHED_NO_MAX)
		return NEVER;
	raw_spin_lock(&vm->lock);
	grow(vm, now);
	if (vm->max.balance >= enough(vm)) {
		vcpu->lent = min(vm->max.balance, portion(vm));
		vm->max.balance -= vcpu->lent;
	}
	raw_spin_unlock(&vm->lock);
	return vcpu->lent;
}

bool vm_has_left(struct sched_vm *vm, u64 now)
{
	bool left;

	if (READ_ONCE(vm->max.percent) == SCHED_NO_MAX)
		return true;
	raw_spin_lock(&vm->lock);
	grow(vm, now);
	left = vm->max.balance >= enough(vm);
	raw_spin_unlock(&vm->lock);
	return left;
}

void vm_give_back(struct sched_vcpu *vcpu)
{
	struct sched_vm *vm = vcpu->vm;

	if (!vcpu->lent)
		return;
	raw_spin_lock(&vm->lock);
	vm->max.balance = min_t(s64, vm->max.balance + vcpu->lent, vm->max.most);
	raw_spin_unlock(&vm->lock);
	vcpu->lent = 0;
}

void vm_throttle(struct sched_vcpu *vcpu, u64 now)
{
	struct sched_vm *vm = vcpu->vm;

	raw_spin_lock(&vm->lock);
	grow(vm, now);
	vm_count(vm, now);
	vcpu->next = vm->throttled;
	vm->throttled = vcpu;
	vm->nr_throttled++;
	vm->release = vm->max.percent ? rate_when(&vm->max, vm->max.percent, portion(vm)) : now;
	vcpu->rq->sys->throttled(vm);
	raw_spin_unlock(&vm->lock);
}

static void unthrottled(struct sched_vcpu *vcpu, u64 now)
{
	vm_count(vcpu->vm, now);
	vcpu->vm->nr_throttled--;
	vcpu->stats.throttled += now - vcpu->since;
	vcpu->since = now;
	WRITE_ONCE(vcpu->state, SCHED_ASLEEP);
}

void vm_unthrottle(struct sched_vcpu *vcpu, u64 now)
{
	struct sched_vm *vm = vcpu->vm;
	struct sched_vcpu **at;

	raw_spin_lock(&vm->lock);
	for (at = &vm->throttled; *at; at = &(*at)->next) {
		if (*at == vcpu) {
			*at = vcpu->next;
			unthrottled(vcpu, now);
			break;
		}
	}
	vcpu->released = false;
	raw_spin_unlock(&vm->lock);
}

bool vm_was_released(struct sched_vcpu *vcpu)
{
	bool was;

	raw_spin_lock(&vcpu->vm->lock);
	was = vcpu->released;
	vcpu->released = false;
	raw_spin_unlock(&vcpu->vm->lock);
	return was;
}

struct sched_vcpu *sched_release(struct sched_vm *vm, u64 now, u64 *again)
{
	struct sched_vcpu *vcpu;

	*again = 0;
	raw_spin_lock(&vm->lock);
	grow(vm, now);
	vcpu = vm->throttled;
	if (vcpu && vm->max.percent && vm->max.balance < portion(vm)) {
		vm->release = rate_when(&vm->max, vm->max.percent, portion(vm));
		*again = vm->release;
		vcpu = NULL;
	} else if (vcpu) {
		vm->throttled = vcpu->next;
		unthrottled(vcpu, now);
		vcpu->released = true;
	} else {
		vm->release = NEVER;
	}
	raw_spin_unlock(&vm->lock);
	return vcpu;
}
