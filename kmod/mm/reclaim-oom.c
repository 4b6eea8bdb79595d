// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim-oom.c - when the host has no memory at all
 *
 * Either a process of the host's is about to be killed, or a guest wants a page that is not to be
 * had. May not wait for the worker, nor for memory: who stops a VM has a thread of its own, as a
 * workqueue may have to make one first.
 */
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sizes.h>
#include <linux/swap.h>
#include <linux/wait.h>
#include "../vm/vcpu.h"
#include "ram-file.h"
#include "reclaim-int.h"

/* Of each VM, before the host looks again whether it is enough. */
#define AT_A_TIME SZ_8M

/* How long the host waits for a VM to end, and for its memory once it has, jiffies. */
#define ON_ITS_WAY (2 * HZ)

/* How often in a row a vCPU is refused a page before a process that has more is no excuse. */
#define PATIENCE 20

/* Has to go. One at a time; guarded by reclaim_lock. */
static struct {
	struct vm *vm;			/* a reference; NULL: none */
	u64 started;			/* as vm->started; else it is not the same any more */
	char why[INSULA_REASON_MAX + 1];
} condemned;
static unsigned long on_its_way_until;	/* jiffies; likewise */

static struct kthread_worker *executioner;

static void carry_out(struct kthread_work *work)
{
	/* It does not change before we say so. */
	struct vm *vm = condemned.vm;

	vm_stop(vm, condemned.started, condemned.why);
	mutex_lock(&reclaim_lock);
	condemned.vm = NULL;
	on_its_way_until = jiffies + ON_ITS_WAY;
	mutex_unlock(&reclaim_lock);
	vm_put(vm);
}

static DEFINE_KTHREAD_WORK(sentence, carry_out);

static u64 largest_process(void)
{
	unsigned long pages = 0;
	struct task_struct *p;

	rcu_read_lock();
	for_each_process(p) {
		task_lock(p);
		if (p->mm)
			pages = max(pages, get_mm_rss(p->mm));
		task_unlock(p);
	}
	rcu_read_unlock();
	return (u64)pages << PAGE_SHIFT;
}

/* What its end gives back: also what has been demoted, but is not in swap yet. */
static u64 held_by(const struct vm *vm)
{
	u64 in_file = (u64)READ_ONCE(vm->ram.file->f_mapping->nrpages) << PAGE_SHIFT;

	if (ram_file_is_apart(vm->ram.file))
		return 0;
	return max(READ_ONCE(vm->ram.resident), in_file);
}

static u64 beyond_due(const struct vm *vm)
{
	u64 held = held_by(vm);

	return held - min(held, max(vm->reclaim.share.entitled, vm->reclaim.claim.min));
}

/* The one to be stopped, @vm if in doubt; but none for what it is guaranteed. */
static struct vm *worst(struct vm *vm)
{
	struct vm *other, *worst = vm;

	list_for_each_entry(other, &reclaim_vms, reclaim.link) {
		if (!reclaim_is_on(other) || held_by(other) <= other->reclaim.claim.min)
			continue;
		if (!worst || beyond_due(other) > beyond_due(worst))
			worst = other;
	}
	return worst;
}

/* Return: has it to go? Not if it is about to be freed. */
static bool condemn(struct vm *vm)
{
	if (!kref_get_unless_zero(&vm->ref))
		return false;
	condemned.vm = vm;
	condemned.started = READ_ONCE(vm->started);
	snprintf(condemned.why, sizeof(condemned.why),
		 "out of memory: the host has none left; this VM had %llu MiB, and was due %llu MiB",
		 held_by(vm) / SZ_1M, vm->reclaim.share.entitled / SZ_1M);
	on_its_way_until = jiffies + ON_ITS_WAY;
	kthread_queue_work(executioner, &sentence);
	return true;
}

/*
 * Stop a VM, unless there is a process that has more: the host's OOM killer will come upon that.
 * @vm wants memory, NULL: the host does. With reclaim_lock. Return: will there be some very soon?
 */
static bool stop_one(struct vm *vm, bool even_if_small)
{
	struct vm *victim;

	if (condemned.vm || time_before(jiffies, on_its_way_until))
		return time_before(jiffies, on_its_way_until);
	victim = worst(vm);
	if (!victim)
		return false;
	if (!even_if_small && held_by(victim) < largest_process())
		return false;
	return condemn(victim);
}

/* Return: pages. */
static unsigned long demote_all(void)
{
	unsigned long pages = 0;
	struct vm *vm;

	list_for_each_entry(vm, &reclaim_vms, reclaim.link) {
		u64 min = vm->reclaim.claim.min;

		if (READ_ONCE(vm->ram.resident) <= min || !mutex_trylock(&vm->lock))
			continue;
		if (reclaim_is_on(vm))
			pages += ram_demote(&vm->ram, min, AT_A_TIME) / PAGE_SIZE;
		mutex_unlock(&vm->lock);
	}
	return pages;
}

/*
 * The host is about to kill a process. What VMs have beyond their guarantees may be better placed
 * in its swap (the worker could need the memory that is missing). If that is full, one VM goes.
 */
static int on_oom(struct notifier_block *nb, unsigned long unused, void *freed)
{
	unsigned long *pages = freed;
	unsigned int flags;

	if (!mutex_trylock(&reclaim_lock))
		return NOTIFY_OK;
	/* The allocator is waiting for us. What demotion needs for a moment is in its reserves. */
	flags = memalloc_noreclaim_save();
	if (get_nr_swap_pages() > 0)
		*pages += demote_all();
	else
		*pages += stop_one(NULL, false);
	memalloc_noreclaim_restore(flags);
	mutex_unlock(&reclaim_lock);
	return NOTIFY_OK;
}

static struct notifier_block oom_nb = { .notifier_call = on_oom };

void reclaim_out_of_memory(struct vm *vm, unsigned int before)
{
	struct reclaim_vm *r = &vm->reclaim;

	reclaim_wake();
	mutex_lock(&reclaim_lock);
	if (!before)
		r->refused = reclaim_steps;
	if (reclaim_steps != r->refused)
		stop_one(vm, before >= PATIENCE);
	mutex_unlock(&reclaim_lock);
	/* Until there may be some again, or it is @vm's turn to go. */
	wait_event_idle_timeout(vm->park_wait, READ_ONCE(vm->quiesce), HZ / 10);
}

int reclaim_oom_init(void)
{
	int err;

	on_its_way_until = jiffies;
	executioner = kthread_create_worker(0, "insula-oom");
	if (IS_ERR(executioner))
		return PTR_ERR(executioner);
	err = register_oom_notifier(&oom_nb);
	if (err)
		kthread_destroy_worker(executioner);
	return err;
}

void reclaim_oom_exit(void)
{
	unregister_oom_notifier(&oom_nb);
	kthread_destroy_worker(executioner);
}
