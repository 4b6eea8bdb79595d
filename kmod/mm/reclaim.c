// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim.c - see reclaim.h
 *
 * Knows VMs and the host's figures; what each VM is due is share.c's to say, which page goes
 * ram-demote.c's, and what a guest gives by itself is its balloon's.
 *
 * Lock order: vm->lock, reclaim_lock. The worker, which goes the other way, only tries vm->lock: a VM
 * that is being switched on or off has its turn in the next step.
 */
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/oom.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/virtio_balloon.h>
#include "../compat.h"
#include "../control/extack.h"
#include "../dev/virtio/devices.h"
#include "../vm/vcpu.h"
#include "reclaim.h"

#define STEP	nsecs_to_jiffies(SHARE_STEP_NS)

/* In steps: long enough for a guest that is given little CPU time to touch what it uses. */
#define PERIOD	16

/* Guards what follows, and each VM's struct reclaim_vm. */
static DEFINE_MUTEX(reclaim_lock);
static LIST_HEAD(vms);
static unsigned int nr_vms;
static enum share_state state = SHARE_HIGH;
static u64 last_step;			/* ns */

static struct workqueue_struct *wq;
static unsigned long active;		/* bit 0: the work is due some time */
static void take_step(struct work_struct *work);
static DECLARE_DELAYED_WORK(step, take_step);

static unsigned int tax = SHARE_TAX_DEFAULT;

/* A part of its memory that a guest may keep available. */
#define BALLOON_LEAVES	32

/* Bytes that a VM costs besides its RAM: devices and tables; a vCPU; paging tables for all of it. */
#define VM_COST		(256ULL << 10)
#define VCPU_COST	(64ULL << 10)
#define TABLES_SHIFT	9

static u64 overhead(const struct vm *vm)
{
	return VM_COST + vm->ncpus * VCPU_COST + (vm->memory >> TABLES_SHIFT);
}

static int set_tax(const char *text, const struct kernel_param *param)
{
	return param_set_uint_minmax(text, param, 0, SHARE_TAX_MAX);
}

static const struct kernel_param_ops tax_ops = { .set = set_tax, .get = param_get_uint };
module_param_cb(memory_tax, &tax_ops, &tax, 0644);
MODULE_PARM_DESC(memory_tax, "tax on idle memory when RAM is short, percent (0-99)");

/* The host. */

/* struct host - what it has, in bytes: see share_available() */
struct host {
	u64 free, held, reserve;
};

static u64 ram_of_host(void)
{
	return (u64)totalram_pages() << PAGE_SHIFT;
}

/*
 * What a VM's file has in memory: what the guest has mapped, and what was demoted and is not in the
 * swap yet. The latter is as good as free as far as there is swap for it.
 */
static u64 in_memory(const struct vm *vm)
{
	u64 cached = (u64)READ_ONCE(vm->ram.file->f_mapping->nrpages) << PAGE_SHIFT;

	return max(cached, READ_ONCE(vm->ram.resident));
}

static void look_at_host(struct host *host)
{
	long swap = max(get_nr_swap_pages(), 0L);
	u64 demoted = 0;
	struct vm *vm;

	*host = (struct host){ .reserve = share_reserve(ram_of_host()) };
	list_for_each_entry(vm, &vms, reclaim.link) {
		u64 resident = READ_ONCE(vm->ram.resident);

		host->held += resident;
		demoted += in_memory(vm) - min(in_memory(vm), resident);
	}
	host->free = ((u64)si_mem_available() << PAGE_SHIFT) +
		     min(demoted, (u64)swap << PAGE_SHIFT);
}

/* VMs. */

static u64 ceiling_of(const struct vm *vm, const struct vm_memory *memory)
{
	return memory->target ?: vm->memory;
}

static bool is_on(const struct vm *vm)
{
	return READ_ONCE(vm->vcpu);
}

/* How much of what it has it uses, and a new sample when this one has told what it can. */
static void watch(struct vm *vm)
{
	struct reclaim_vm *r = &vm->reclaim;

	ram_sample_look(&vm->ram, &r->sample);
	r->share.idle = SHARE_ONE - share_activity(&r->activity, r->sample.n, r->sample.touched);
	if (vm->devices.balloon && r->steps % (PERIOD / 4) == 0)
		virtio_balloon_ask(vm->devices.balloon);
	if (++r->steps < PERIOD)
		return;
	share_activity_end(&r->activity, r->sample.n, r->sample.touched);
	ram_sample_begin(&vm->ram, &r->sample);
	r->steps = 0;
}

/* What it brings in while it is held to its ceiling, it would have kept. */
static void measure(struct vm *vm)
{
	struct reclaim_vm *r = &vm->reclaim;
	u64 filled = READ_ONCE(vm->ram.filled);

	r->asked += 4 * (filled - r->filled) - r->asked / 4;
	r->filled = filled;
	r->share.resident = READ_ONCE(vm->ram.resident);
	r->share.demand = r->share.resident + r->asked;
	r->share.min = is_on(vm) ? r->claim.min : 0;
	r->before = r->share.target;
	watch(vm);
}

/* All VMs, with a reference each. Return: NULL if there are none, or no memory for it. */
static struct vm **get_all(unsigned int *n)
{
	struct vm **all = kvmalloc_array(nr_vms, sizeof(*all), GFP_KERNEL), *vm;

	*n = 0;
	if (!all)
		return NULL;
	list_for_each_entry(vm, &vms, reclaim.link)
		if (kref_get_unless_zero(&vm->ref))
			all[(*n)++] = vm;
	return all;
}

/* With reclaim_lock. Return: is there more to do? */
static bool decide(struct vm **all, unsigned int n, struct host *host)
{
	struct share_vm **share = kvmalloc_array(n, sizeof(*share), GFP_KERNEL);
	u64 now = ktime_get_ns(), available;
	bool scarce, more;
	unsigned int i;

	if (!share)
		return true;
	for (i = 0; i < n; i++)
		share[i] = &all[i]->reclaim.share;
	available = share_available(host->free, host->held, 0, host->reserve);
	scarce = share_solve(share, n, available, READ_ONCE(tax));
	state = share_state(state, host->free, host->reserve, scarce);
	more = share_step(share, n, available, scarce, now - last_step);
	last_step = now;
	kvfree(share);
	return more || state != SHARE_HIGH;
}

static void measure_all(struct vm **all, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!mutex_trylock(&all[i]->lock))
			continue;
		measure(all[i]);
		mutex_unlock(&all[i]->lock);
	}
}

/*
 * What the user wants it to do without, it is told at once. For the sake of others it is asked for no
 * more than what it says that it has left: its own OOM killer would be a poor judge.
 */
static u64 for_balloon(struct vm *vm, u64 target)
{
	u64 told = vm->memory - ceiling_of(vm, &vm->settings.memory), spare;
	struct balloon_info info = { };

	virtio_balloon_info(vm->devices.balloon, &info);
	if (!(info.stats & BIT(VIRTIO_BALLOON_S_AVAIL)))
		return told;
	spare = info.actual + min(info.stat[VIRTIO_BALLOON_S_AVAIL], vm->memory);
	spare -= min(spare, vm->memory / BALLOON_LEAVES);
	return max(told, min(vm->memory - target, spare));
}

/* Who listens learns of the host's being short of RAM, and of the end of that. */
static void tell_if_held(struct vm *vm, u64 target)
{
	bool held = is_on(vm) && target < ceiling_of(vm, &vm->settings.memory);

	if (held != vm->reclaim.held)
		vm_tell(vm);
	vm->reclaim.held = held;
}

/*
 * A balloon has until the next step to bring it about; what is missing then, or when there is no
 * time for that, is demoted. Return: is there more to do?
 */
static bool follow(struct vm *vm)
{
	u64 target = READ_ONCE(vm->reclaim.share.target), resident, limit;

	if (!mutex_trylock(&vm->lock))
		return true;
	resident = READ_ONCE(vm->ram.resident);
	limit = READ_ONCE(state) >= SHARE_HARD ? target : max(target, vm->reclaim.before);
	WRITE_ONCE(vm->ram.ceiling, target < vm->memory ? target : U64_MAX);
	if (vm->devices.balloon)
		virtio_balloon_set_target(vm->devices.balloon, for_balloon(vm, target));
	if (is_on(vm) && resident > limit)
		resident -= ram_demote(&vm->ram, resident - limit);
	tell_if_held(vm, target);
	mutex_unlock(&vm->lock);
	return resident > target;
}

static void take_step(struct work_struct *work)
{
	struct vm **all;
	struct host host;
	bool more = true;
	unsigned int n, i;

	mutex_lock(&reclaim_lock);
	all = get_all(&n);
	if (all) {
		measure_all(all, n);
		look_at_host(&host);
		more = decide(all, n, &host);
	}
	mutex_unlock(&reclaim_lock);
	for (i = 0; all && i < n; i++) {
		more |= follow(all[i]);
		vm_put(all[i]);
	}
	kvfree(all);
	if (more) {
		queue_delayed_work(wq, &step, STEP);
		return;
	}
	clear_bit(0, &active);
}

void reclaim_wake(void)
{
	if (!test_bit(0, &active) && !test_and_set_bit(0, &active))
		queue_delayed_work(wq, &step, 0);
}

/* kswapd comes by: the host is short of memory, whoever took it. */
static unsigned long on_shrink(struct shrinker *shrinker, struct shrink_control *control)
{
	if (READ_ONCE(nr_vms))
		reclaim_wake();
	return SHRINK_EMPTY;	/* what there is to take, the worker does */
}

/* Being short of memory for good. */

/*
 * The host is about to kill a process. What VMs have beyond their guarantees may be better placed in
 * its swap. (The worker could need the memory that is missing.)
 */
static int on_oom(struct notifier_block *nb, unsigned long unused, void *freed)
{
	struct vm *vm;

	if (get_nr_swap_pages() <= 0 || !mutex_trylock(&reclaim_lock))
		return NOTIFY_OK;
	list_for_each_entry(vm, &vms, reclaim.link) {
		u64 resident = READ_ONCE(vm->ram.resident), min = vm->reclaim.claim.min;

		if (resident <= min || !mutex_trylock(&vm->lock))
			continue;
		if (is_on(vm))
			*(unsigned long *)freed +=
				ram_demote(&vm->ram, min_t(u64, resident - min, SZ_8M)) >> PAGE_SHIFT;
		mutex_unlock(&vm->lock);
	}
	mutex_unlock(&reclaim_lock);
	return NOTIFY_OK;
}

static struct notifier_block oom_nb = { .notifier_call = on_oom };

static DECLARE_WAIT_QUEUE_HEAD(freed);

static u64 beyond_due(const struct vm *vm)
{
	return READ_ONCE(vm->ram.resident) -
	       min(READ_ONCE(vm->ram.resident), max(vm->reclaim.share.entitled, vm->reclaim.claim.min));
}

/* The one to be stopped, @vm if in doubt; NULL: one is leaving already. */
static struct vm *worst(struct vm *vm)
{
	struct vm *other, *worst = vm;

	list_for_each_entry(other, &vms, reclaim.link) {
		if (!is_on(other))
			continue;
		if (test_bit(0, &other->wish))
			return NULL;
		if (beyond_due(other) > beyond_due(worst))
			worst = other;
	}
	return worst;
}

void reclaim_out_of_memory(struct vm *vm)
{
	struct vm *victim;

	mutex_lock(&reclaim_lock);
	victim = worst(vm);
	if (victim)
		vm_wish(victim, VM_EVENT_STOP, 0,
			"out of memory: the host has none left; this VM had %llu MiB, and was due %llu MiB",
			READ_ONCE(victim->ram.resident) >> 20, victim->reclaim.share.entitled >> 20);
	mutex_unlock(&reclaim_lock);
	wait_event_idle_timeout(freed, READ_ONCE(vm->quiesce), HZ / 10);
}

/* Coming, going, settings. */

void reclaim_add(struct vm *vm)
{
	struct reclaim_vm *r = &vm->reclaim;

	r->claim.overhead = overhead(vm);
	r->share = (struct share_vm){ .ceiling = vm->memory, .shares = SHARE_SHARES_DEFAULT,
				      .target = vm->memory, };
	share_activity_init(&r->activity);
	mutex_lock(&reclaim_lock);
	list_add_tail(&r->link, &vms);
	nr_vms++;
	mutex_unlock(&reclaim_lock);
}

void reclaim_remove(struct vm *vm)
{
	mutex_lock(&reclaim_lock);
	if (!list_empty(&vm->reclaim.link)) {
		list_del_init(&vm->reclaim.link);
		nr_vms--;
	}
	mutex_unlock(&reclaim_lock);
}

/* All guarantees but @vm's. Return: how many bytes of another one there is room for; or -ENOMEM. */
static s64 left_for(const struct vm *vm, u64 usable)
{
	struct share_claim *claims = kvmalloc_array(nr_vms, sizeof(*claims), GFP_KERNEL);
	unsigned int n = 0;
	struct vm *other;
	u64 left;

	if (!claims)
		return -ENOMEM;
	list_for_each_entry(other, &vms, reclaim.link)
		if (other != vm)
			claims[n++] = other->reclaim.claim;
	left = share_left(claims, n, vm->reclaim.claim.overhead, usable);
	kvfree(claims);
	return left;
}

static int admit(const struct vm *vm, u64 min, struct netlink_ext_ack *extack)
{
	u64 all = ram_of_host(), usable = all - share_reserve(all);
	char asked[RAM_TEXT], some[RAM_TEXT], most[RAM_TEXT];
	s64 left = left_for(vm, usable);

	if (left < 0)
		return left;
	if (min <= left)
		return 0;
	extack_set(extack, NULL, "memory-min %s exceeds what is left (%s of %s)",
		   ram_text(min, asked), ram_text(left, some), ram_text(usable, most));
	return -ENOSPC;
}

int reclaim_set(struct vm *vm, const struct vm_memory *memory, struct netlink_ext_ack *extack)
{
	struct reclaim_vm *r = &vm->reclaim;
	int err = 0;

	mutex_lock(&reclaim_lock);
	if (memory->min > r->claim.min)
		err = admit(vm, memory->min, extack);
	if (!err) {
		r->claim.min = memory->min;
		r->share.shares = memory->shares;
		r->share.ceiling = ceiling_of(vm, memory);
		virtio_balloon_set_target(vm->devices.balloon, vm->memory - r->share.ceiling);
	}
	mutex_unlock(&reclaim_lock);
	if (!err)
		reclaim_wake();
	return err;
}

void reclaim_info(struct vm *vm, struct reclaim_info *info)
{
	const struct reclaim_vm *r = &vm->reclaim;

	mutex_lock(&reclaim_lock);
	info->target = min(r->share.target, r->share.ceiling);
	info->entitled = r->share.entitled;
	info->idle = mul_u64_u64_shr(READ_ONCE(vm->ram.resident), r->share.idle,
				     const_ilog2(SHARE_ONE));
	mutex_unlock(&reclaim_lock);
	info->demoted = READ_ONCE(vm->ram.demoted);
	info->returned = READ_ONCE(vm->ram.returned);
}

const char *ram_text(u64 bytes, char text[RAM_TEXT])
{
	static const char units[] = "KMGT";
	unsigned int unit = 0;
	u64 tenths;

	if (bytes < SZ_1K) {
		snprintf(text, RAM_TEXT, "%llu", bytes);
		return text;
	}
	while (unit < sizeof(units) - 2 && bytes >> (10 * (unit + 2)))
		unit++;
	tenths = mul_u64_u64_shr(bytes, 10, 10 * (unit + 1));
	if (tenths < 100 && tenths % 10)
		snprintf(text, RAM_TEXT, "%llu.%llu%c", tenths / 10, tenths % 10, units[unit]);
	else
		snprintf(text, RAM_TEXT, "%llu%c", tenths / 10, units[unit]);
	return text;
}

/* The module. */

static struct compat_shrinker shrinker;

int reclaim_init(void)
{
	int err;

	wq = alloc_workqueue("insula-reclaim", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!wq)
		return -ENOMEM;
	err = compat_shrinker_register(&shrinker, "insula", on_shrink);
	if (!err)
		err = register_oom_notifier(&oom_nb);
	if (err) {
		compat_shrinker_unregister(&shrinker);
		destroy_workqueue(wq);
	}
	return err;
}

void reclaim_exit(void)
{
	unregister_oom_notifier(&oom_nb);
	compat_shrinker_unregister(&shrinker);
	cancel_delayed_work_sync(&step);
	destroy_workqueue(wq);
}
