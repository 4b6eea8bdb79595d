/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reclaim.h - all VMs together: how the host's RAM is divided among them
 *
 * As long as the host has enough, nothing here runs. When it has not, a worker gives each VM a
 * ceiling, by share.h, and sees to it that what is beyond goes back to the host: by its balloon as
 * far as its guest says that it can do without, else by demotion.
 */
#ifndef _INSULA_RECLAIM_H
#define _INSULA_RECLAIM_H

#include <linux/list.h>
#include "ram-demote.h"
#include "share.h"

struct netlink_ext_ack;
struct vm;
struct vm_memory;

#define RAM_TEXT 24

/** ram_exact() - a size as people write it, to the byte: 512M, 65540K. Return: @text. */
const char *ram_exact(u64 bytes, char text[RAM_TEXT]);
/** ram_text() - a size as people write it, rounded down: 5.2G. Return: @text. Context: any. */
const char *ram_text(u64 bytes, char text[RAM_TEXT]);

/**
 * struct reclaim_vm - what there is to know of a VM; guarded by reclaim.c's lock
 * @link:	in its list; empty: not in it
 * @share:	for the policy; @target is also read without the lock
 * @min:	promised; @share has it only while the VM is on
 * @claim:	likewise, for admission
 * @activity:	how much it uses of what it has
 * @pace:	how fast it brings back what was taken
 * @spare:	what its guest could do without
 * @ballooned:	what was in its balloon when it was asked for that
 * @sample:	the pages that are watched
 * @steps:	that this sample is old
 * @filled: @returned: as in struct guest_ram, at the last step
 * @asked:	bytes it has asked for of late, old ones counting less
 * @before:	its target one step ago
 * @refused:	the step after which it was refused a page, the first of those in a row
 * @held:	listeners have been told that it may not have all that its settings allow; vm->lock
 */
struct reclaim_vm {
	struct list_head link;
	struct share_vm share;
	struct share_claim claim;
	struct share_activity activity;
	struct share_pace pace;
	struct share_spare spare;
	u64 ballooned;
	struct ram_sample sample;
	u32 steps;
	u32 refused;
	u64 filled, returned, asked, before;
	bool held;
};

/** struct reclaim_info - what came of it, in bytes */
struct reclaim_info {
	u64 target;		/* what it may have now */
	u64 entitled;		/* what it is due */
	u64 idle;		/* what of its resident memory is not in use, by estimate */
	u64 demoted, returned;	/* since the VM was made: taken by demotion; touched again since */
	u64 tables;		/* what those take that map it */
};

/** reclaim_init() - before any VM exists. May sleep. Return: 0 or a negative errno. */
int reclaim_init(void);
/** reclaim_exit() - no VM exists any more. May sleep. */
void reclaim_exit(void);

/**
 * reclaim_add() - a new VM, without a guarantee, its RAM initialised
 *
 * Its link is empty till then; and stays so if its RAM is on hugetlbfs, which takes no part in the
 * division of what the host has besides. May sleep.
 */
void reclaim_add(struct vm *vm);
/** reclaim_remove() - it is gone; a second time nothing happens. May sleep. */
void reclaim_remove(struct vm *vm);

/**
 * reclaim_set() - new settings of a VM
 *
 * Context: process, vm->lock held. Return: 0; -ENOSPC: that guarantee cannot be kept, see @extack;
 * -ENOMEM.
 */
int reclaim_set(struct vm *vm, const struct vm_memory *memory, struct netlink_ext_ack *extack);

/** reclaim_info() - May sleep. */
void reclaim_info(struct vm *vm, struct reclaim_info *info);

/** reclaim_wake() - the host may be short of memory: look after it. Context: any but NMI. */
void reclaim_wake(void);

/**
 * reclaim_out_of_memory() - there is no page for @vm, and nothing the host could do about it
 * @before: how often that has been so since its vCPU was given one
 *
 * The VM that holds most beyond its due is stopped, for a reason that says so; not before what all
 * are due was computed anew, as one that grows has more than it had then. Memory that is on its way
 * back from one is waited for; and, for some time, the end of a process of the host's that has more
 * than any VM. Waits for a tenth of a second. Its vCPU, may sleep.
 */
void reclaim_out_of_memory(struct vm *vm, unsigned int before);

#endif
