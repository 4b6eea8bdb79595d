/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reclaim-int.h - between the files that divide the host's RAM
 *
 * Lock order: vm->lock, reclaim_lock.
 */
#ifndef _INSULA_RECLAIM_INT_H
#define _INSULA_RECLAIM_INT_H

#include <linux/mm.h>
#include <linux/mutex.h>
#include "../vm/vcpu.h"
#include "reclaim.h"

/*
 * For what is allocated with reclaim_lock: who waited there for memory would keep vCPUs from being
 * parked that wait for the lock, and so the VM from ending that has the memory.
 */
#define GFP_RECLAIM (GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)

/* Guards what follows, and each VM's struct reclaim_vm. */
extern struct mutex reclaim_lock;
extern struct list_head reclaim_vms;	/* by reclaim.link */
extern unsigned int reclaim_nr;		/* how many; also read without it */
extern unsigned int reclaim_steps;	/* how often the worker has looked what they are due */

/** reclaim_host_ram() - bytes that the host has */
static inline u64 reclaim_host_ram(void)
{
	return (u64)totalram_pages() << PAGE_SHIFT;
}

/** reclaim_ceiling() - bytes that @vm may have at most by its settings */
static inline u64 reclaim_ceiling(const struct vm *vm, const struct vm_memory *memory)
{
	return memory->target ?: vm->memory;
}

/** reclaim_is_on() - does it have vCPUs? It stays so only with vm->lock. */
static inline bool reclaim_is_on(const struct vm *vm)
{
	return READ_ONCE(vm->vcpu);
}

/** reclaim_oom_init() - look after the host's OOM killer. Return: 0 or a negative errno. */
int reclaim_oom_init(void);
/** reclaim_oom_exit() - no more of that */
void reclaim_oom_exit(void);

#endif
