// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim-oom.c - when the host has no memory at all
 *
 * Either a process of the host's is about to be killed, or a guest wants a page that is not to be
 * had. May not wait for the worker, nor for memory.
 */
#include <linux/oom.h>
#include <linux/sizes.h>
#include <linux/swap.h>
#include <linux/wait.h>
#include "../vm/vcpu.h"
#include "reclaim-int.h"

/* Of each VM, before the host looks again whether it is enough. */
#define AT_A_TIME SZ_8M

/*
 * The host is about to kill a process. What VMs have beyond their guarantees may be better placed
 * in its swap. (The worker could need the memory that is missing.)
 */
static int on_oom(struct notifier_block *nb, unsigned long unused, void *freed)
{
	unsigned long *pages = freed;
	struct vm *vm;

	if (get_nr_swap_pages() <= 0 || !mutex_trylock(&reclaim_lock))
		return NOTIFY_OK;
	list_for_each_entry(vm, &reclaim_vms, reclaim.link) {
		u64 min = vm->reclaim.claim.min;

		if (READ_ONCE(vm->ram.resident) <= min || !mutex_trylock(&vm->lock))
			continue;
		if (reclaim_is_on(vm))
			*pages += ram_demote(&vm->ram, min, AT_A_TIME) / PAGE_SIZE;
		mutex_unlock(&vm->lock);
	}
	mutex_unlock(&reclaim_lock);
	return NOTIFY_OK;
}

static struct notifier_block oom_nb = { .notifier_call = on_oom };

static u64 beyond_due(const struct vm *vm)
{
	u64 resident = READ_ONCE(vm->ram.resident);

	return resident - min(resident, max(vm->reclaim.share.entitled, vm->reclaim.claim.min));
}

/* The one to be stopped, @vm if in doubt; NULL: one is leaving already. */
static struct vm *worst(struct vm *vm)
{
	struct vm *other, *worst = vm;

	list_for_each_entry(other, &reclaim_vms, reclaim.link) {
		if (!reclaim_is_on(other))
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
			READ_ONCE(victim->ram.resident) / SZ_1M,
			victim->reclaim.share.entitled / SZ_1M);
	mutex_unlock(&reclaim_lock);
	/* Until there may be some again, or it is @vm's turn to go. */
	wait_event_idle_timeout(vm->park_wait, READ_ONCE(vm->quiesce), HZ / 10);
}

int reclaim_oom_init(void)
{
	return register_oom_notifier(&oom_nb);
}

void reclaim_oom_exit(void)
{
	unregister_oom_notifier(&oom_nb);
}
