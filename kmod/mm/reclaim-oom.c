// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim-oom.c - when the host has no memory at all
 *
 * Either a process of the host's is about to be killed, or a guest wants a page that is not to be
 * had. May not wait for the worker, nor for memory.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sizes.h>
#include <linux/swap.h>
#include <linux/wait.h>
#include "../vm/vcpu.h"
#include "reclaim-int.h"

/* Of each VM, before the host looks again whether it is enough. */
#define AT_A_TIME SZ_8M

/* How long the memory of one that was stopped may be on its way back, jiffies. */
#define ON_ITS_WAY (2 * HZ)

/* How often in a row a vCPU is refused a page before a process that has more is no excuse. */
#define PATIENCE 20

/* jiffies; guarded by reclaim_lock. */
static unsigned long on_its_way_until;

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

static u64 beyond_due(const struct vm *vm)
{
	u64 resident = READ_ONCE(vm->ram.resident);

	return resident - min(resident, max(vm->reclaim.share.entitled, vm->reclaim.claim.min));
}

static bool is_on_its_way(void)
{
	struct vm *vm;

	list_for_each_entry(vm, &reclaim_vms, reclaim.link)
		if (reclaim_is_on(vm) && test_bit(0, &vm->wish))
			return true;
	return time_before(jiffies, on_its_way_until);
}

/* The one to be stopped, @vm if in doubt; but none for what it is guaranteed. */
static struct vm *worst(struct vm *vm)
{
	struct vm *other, *worst = vm;

	list_for_each_entry(other, &reclaim_vms, reclaim.link) {
		if (!reclaim_is_on(other) ||
		    READ_ONCE(other->ram.resident) <= other->reclaim.claim.min)
			continue;
		if (!worst || beyond_due(other) > beyond_due(worst))
			worst = other;
	}
	return worst;
}

/*
 * Stop a VM, unless there is a process that has more: the host's OOM killer will come upon that.
 * @vm wants memory, NULL: the host does. With reclaim_lock. Return: is there memory on its way?
 */
static bool stop_one(struct vm *vm, bool even_if_small)
{
	struct vm *victim;

	if (is_on_its_way())
		return true;
	victim = worst(vm);
	if (!victim)
		return false;
	if (!even_if_small && READ_ONCE(victim->ram.resident) < largest_process())
		return false;
	vm_wish(victim, VM_EVENT_STOP, 0,
		"out of memory: the host has none left; this VM had %llu MiB, and was due %llu MiB",
		READ_ONCE(victim->ram.resident) / SZ_1M, victim->reclaim.share.entitled / SZ_1M);
	on_its_way_until = jiffies + ON_ITS_WAY;
	return true;
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

	if (!mutex_trylock(&reclaim_lock))
		return NOTIFY_OK;
	if (get_nr_swap_pages() > 0)
		*pages += demote_all();
	else
		*pages += stop_one(NULL, false);
	mutex_unlock(&reclaim_lock);
	return NOTIFY_OK;
}

static struct notifier_block oom_nb = { .notifier_call = on_oom };

void reclaim_out_of_memory(struct vm *vm, unsigned int before)
{
	mutex_lock(&reclaim_lock);
	stop_one(vm, before >= PATIENCE);
	mutex_unlock(&reclaim_lock);
	/* Until there may be some again, or it is @vm's turn to go. */
	wait_event_idle_timeout(vm->park_wait, READ_ONCE(vm->quiesce), HZ / 10);
}

int reclaim_oom_init(void)
{
	on_its_way_until = jiffies;
	return register_oom_notifier(&oom_nb);
}

void reclaim_oom_exit(void)
{
	unregister_oom_notifier(&oom_nb);
}
