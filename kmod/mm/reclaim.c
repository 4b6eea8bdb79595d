// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim.c - the worker that divides the host's RAM while there is too little of it
 *
 * Knows VMs and the host's figures; what each VM is due is share.c's to say, which page goes
 * ram-demote.c's, and what a guest gives by itself is its balloon's.
 *
 * The worker goes against the order of locks, and so only tries vm->lock: of a VM that is being
 * switched on or off it knows what it has, but looks at its pages, and holds it to its target, in
 * the next step.
 */
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/virtio_balloon.h>
#include "../compat.h"
#include "../dev/virtio/devices.h"
#include "../vm/vcpu.h"
#include "reclaim-int.h"

#define STEP	nsecs_to_jiffies(SHARE_STEP_NS)

/* In steps. */
#define PERIOD	(SHARE_SAMPLE_NS / SHARE_STEP_NS)

DEFINE_MUTEX(reclaim_lock);
LIST_HEAD(reclaim_vms);
unsigned int reclaim_nr;
unsigned int reclaim_steps;

/* Guarded by it, too. */
static enum share_state state = SHARE_HIGH;
static u64 last_step;			/* ns */
static bool resting = true;		/* no VM is held to anything */
static u64 available;			/* bytes, unless it rests: see share_smooth() */

/* Not a workqueue: one that makes do without memory may not wait for others, as a VM's end does. */
static struct kthread_worker *worker;
static unsigned long active;		/* bit 0: the step is due some time */
static unsigned long not_before;	/* jiffies */
static void take_step(struct kthread_work *work);
static DEFINE_KTHREAD_DELAYED_WORK(step, take_step);

static unsigned int tax = SHARE_TAX_DEFAULT;

static int set_tax(const char *text, const struct kernel_param *param)
{
	return param_set_uint_minmax(text, param, 0, SHARE_TAX_MAX);
}

static const struct kernel_param_ops tax_ops = { .set = set_tax, .get = param_get_uint };
module_param_cb(memory_tax, &tax_ops, &tax, 0644);
MODULE_PARM_DESC(memory_tax, "tax on idle memory when RAM is short, percent (0-99)");

/* The host. */

/* struct host - what it has, in bytes: see share_available(); @room: in swap, for what is to go */
struct host {
	u64 free, held, reserve, room;
};

/*
 * What was demoted and is not in the swap yet: of what a VM's file has in memory, all that the
 * guest has not mapped. It is as good as free as far as there is swap for it; what is beyond, the
 * VM still holds, though it has to bring it back.
 */
static u64 not_swapped_yet(const struct vm *vm, u64 resident)
{
	u64 cached = (u64)READ_ONCE(vm->ram.file->f_mapping->nrpages) << PAGE_SHIFT;

	return cached - min(cached, resident);
}

static void look_at_host(struct host *host)
{
	u64 swap = (u64)max(get_nr_swap_pages(), 0L) << PAGE_SHIFT, demoted = 0;
	struct vm *vm;

	*host = (struct host){ .reserve = share_reserve(reclaim_host_ram()) };
	list_for_each_entry(vm, &reclaim_vms, reclaim.link) {
		u64 resident = READ_ONCE(vm->ram.resident);

		host->held += resident;
		demoted += not_swapped_yet(vm, resident);
	}
	host->free = ((u64)si_mem_available() << PAGE_SHIFT) + min(demoted, swap);
	host->held += demoted - min(demoted, swap);
	host->room = swap - min(demoted, swap);
}

/* VMs. */

/* What its guest says is taken at the end of a period; it is asked at the beginning. */

static void ask(struct vm *vm)
{
	struct balloon_info info;

	virtio_balloon_info(vm->devices.balloon, &info);
	vm->reclaim.ballooned = info.actual;
	virtio_balloon_ask(vm->devices.balloon);
}

static void hear(struct vm *vm)
{
	struct balloon_info info;

	virtio_balloon_info(vm->devices.balloon, &info);
	if ((info.stats & BIT(VIRTIO_BALLOON_S_AVAIL)) && info.stats_age < SHARE_SAMPLE_NS)
		share_spare_told(&vm->reclaim.spare, vm->reclaim.ballooned +
				 min(info.stat[VIRTIO_BALLOON_S_AVAIL], vm->memory));
}

static void new_sample(struct vm *vm)
{
	ram_sample_begin(&vm->ram, &vm->reclaim.sample);
	vm->reclaim.steps = 0;
}

/*
 * With vm->lock: how much of what it has it uses, and a new sample when this one has told what it
 * can. (Who cannot have the lock at the first step after a rest looks busy for a second.)
 */
static void watch(struct vm *vm)
{
	struct reclaim_vm *r = &vm->reclaim;

	if (resting)
		new_sample(vm);
	ram_sample_look(&vm->ram, &r->sample);
	r->share.idle = share_idle(share_activity(&r->activity, r->sample.n, r->sample.touched),
				   &r->pace, r->share.resident);
	if (vm->devices.balloon && !r->steps)
		ask(vm);
	if (++r->steps < PERIOD)
		return;
	if (vm->devices.balloon)
		hear(vm);
	share_activity_end(&r->activity, r->sample.n, r->sample.touched);
	new_sample(vm);
}

/* What it brings in while it is held to its ceiling, it would have kept. */
static void count(struct reclaim_vm *r, const struct guest_ram *ram)
{
	u64 filled = READ_ONCE(ram->filled), returned = READ_ONCE(ram->returned);

	r->asked += 4 * (filled - r->filled) - r->asked / 4;
	share_pace_step(&r->pace, returned - r->returned, r->share.resident);
	r->filled = filled;
	r->returned = returned;
}

/* The first step after a rest: nothing of what happened meanwhile was asked for of late. */
static void begin(struct reclaim_vm *r, const struct guest_ram *ram)
{
	count(r, ram);
	r->asked = 0;
	share_pace_init(&r->pace);
	share_spare_init(&r->spare);
}

/* Whoever has vm->lock: what a VM has now is always known. */
static void measure(struct vm *vm)
{
	struct reclaim_vm *r = &vm->reclaim;
	u64 resident = READ_ONCE(vm->ram.resident);

	share_activity_taken(&r->activity, r->share.resident, resident);
	r->share.resident = resident;
	if (resting)
		begin(r, &vm->ram);
	else
		count(r, &vm->ram);
	r->share.demand = resident + r->asked;
	r->share.min = reclaim_is_on(vm) ? r->claim.min : 0;
	r->before = r->share.target;
}

/* All VMs, with a reference each. Return: NULL if there is no memory for it. */
static struct vm **get_all(unsigned int *n)
{
	struct vm **all = kvmalloc_array(reclaim_nr, sizeof(*all), GFP_RECLAIM), *vm;

	*n = 0;
	if (!all)
		return NULL;
	list_for_each_entry(vm, &reclaim_vms, reclaim.link)
		if (kref_get_unless_zero(&vm->ref))
			all[(*n)++] = vm;
	return all;
}

/* With reclaim_lock. Return: is there more to do? */
static bool decide(struct vm **all, unsigned int n, struct host *host)
{
	struct share_vm **share = kvmalloc_array(n, sizeof(*share), GFP_RECLAIM);
	u64 now = ktime_get_ns();
	bool scarce, more;
	unsigned int i;

	if (!share)
		return true;
	for (i = 0; i < n; i++)
		share[i] = &all[i]->reclaim.share;
	available = share_smooth(resting ? 0 : available,
				 share_available(host->free, host->held, 0, host->reserve), state);
	scarce = share_solve(share, n, available, READ_ONCE(tax));
	state = share_state(state, host->free, host->reserve, scarce);
	more = share_step(share, n, available, scarce, now - last_step);
	last_step = now;
	kvfree(share);
	resting = !more && state == SHARE_HIGH;
	return !resting;
}

static void measure_all(struct vm **all, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		measure(all[i]);
		if (!mutex_trylock(&all[i]->lock))
			continue;
		watch(all[i]);
		mutex_unlock(&all[i]->lock);
	}
}

/*
 * What the user wants it to do without, it is told at once. For the sake of others it is asked for
 * no more than what it says that it has left: its own OOM killer would be a poor judge.
 */
static u64 for_balloon(struct vm *vm, u64 target)
{
	u64 told = vm->memory - reclaim_ceiling(vm, &vm->settings.memory);

	return max(told, min(vm->memory - target, share_spare(&vm->reclaim.spare, vm->memory)));
}

/* Who listens learns of the host's being short of RAM, and of the end of that. */
static void tell_if_held(struct vm *vm, u64 target)
{
	bool held = reclaim_is_on(vm) && target < reclaim_ceiling(vm, &vm->settings.memory);

	if (held != vm->reclaim.held)
		vm_tell(vm);
	vm->reclaim.held = held;
}

/* Its slack ends at the target, but it does not lose what it is guaranteed. */
static u64 ceiling_for(const struct vm *vm, u64 target, u64 room)
{
	u64 ceiling = target - min(target, ram_slack(&vm->ram, target));

	return target < vm->memory && room ? max(ceiling, vm->reclaim.claim.min) : U64_MAX;
}

/*
 * A balloon has until the next step to bring it about; what is missing then, or when there is no
 * time for that, is demoted, as far as the host has @room for it in its swap: beyond that it would
 * have nothing of it. Return: is there more to do?
 */
static bool follow(struct vm *vm, u64 *room)
{
	u64 target = READ_ONCE(vm->reclaim.share.target), limit;
	bool more;

	if (!mutex_trylock(&vm->lock))
		return true;
	limit = READ_ONCE(state) >= SHARE_HARD ? target : max(target, vm->reclaim.before);
	WRITE_ONCE(vm->ram.ceiling, ceiling_for(vm, target, *room));
	if (vm->devices.balloon)
		virtio_balloon_set_target(vm->devices.balloon, for_balloon(vm, target));
	if (*room && reclaim_is_on(vm) && READ_ONCE(vm->ram.resident) > limit)
		*room -= min(*room, ram_demote(&vm->ram, limit, *room));
	tell_if_held(vm, target);
	more = READ_ONCE(vm->ram.resident) > target + ram_slack(&vm->ram, target);
	mutex_unlock(&vm->lock);
	return more;
}

static void take_step(struct kthread_work *work)
{
	struct vm **all;
	struct host host = { };
	bool more = false;
	unsigned int n, i;

	/* Who wakes us from now on wants another look. */
	clear_bit(0, &active);
	smp_mb__after_atomic();		/* against reclaim_wake(), which comes after the news */
	WRITE_ONCE(not_before, jiffies + STEP);

	mutex_lock(&reclaim_lock);
	all = get_all(&n);
	if (n) {
		measure_all(all, n);
		look_at_host(&host);
		more = decide(all, n, &host);
	}
	reclaim_steps++;
	mutex_unlock(&reclaim_lock);
	for (i = 0; i < n; i++) {
		more |= follow(all[i], &host.room);
		vm_put(all[i]);
	}
	if (more || !all)
		reclaim_wake();
	kvfree(all);
}

void reclaim_wake(void)
{
	unsigned long now = jiffies, next = READ_ONCE(not_before);

	if (!test_bit(0, &active) && !test_and_set_bit(0, &active))
		kthread_queue_delayed_work(worker, &step,
					   time_after(next, now) ? next - now : 0);
}

/* kswapd comes by: the host is short of memory, whoever took it. */
static unsigned long on_shrink(struct shrinker *shrinker, struct shrink_control *control)
{
	if (READ_ONCE(reclaim_nr))
		reclaim_wake();
	return SHRINK_EMPTY;	/* what there is to take, the worker does */
}

/* The module. */

static struct compat_shrinker shrinker;

int reclaim_init(void)
{
	int err;

	not_before = jiffies;
	worker = kthread_create_worker(0, "insula-reclaim");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	err = compat_shrinker_register(&shrinker, "insula", on_shrink);
	if (!err)
		err = reclaim_oom_init();
	if (err) {
		compat_shrinker_unregister(&shrinker);
		kthread_destroy_worker(worker);
	}
	return err;
}

void reclaim_exit(void)
{
	reclaim_oom_exit();
	compat_shrinker_unregister(&shrinker);
	kthread_cancel_delayed_work_sync(&step);
	kthread_destroy_worker(worker);
}
