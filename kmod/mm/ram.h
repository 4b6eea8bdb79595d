/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram.h - a guest's RAM: a file, and the paging tree that maps what of it is in use
 *
 * Pages are taken from the file when the guest first touches them, are held (a
 * reference each) while they are mapped, and given back when they are unmapped. The
 * file may shrink under us: what is mapped stays, later touches fail with -EFAULT.
 *
 * How it lies in the guest is fixed by guest-abi.h: [0, GUEST_LOW_RAM_TOP), and the rest
 * from GUEST_HIGH_RAM_BASE on; in the file the two follow each other.
 */
#ifndef _INSULA_RAM_H
#define _INSULA_RAM_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include "tdp.h"

/* A 4 KiB leaf in an empty tree needs this many tables besides the root. */
#define RAM_SPARE_TABLES (TDP_LEVELS - 1)

struct ram_batch;

/**
 * struct guest_ram - RAM of a VM
 * @file:	the file; constant, a reference is held
 * @size:	bytes; constant, a multiple of 4 KiB
 * @lock:	guards writing to @tdp, @resident and @gen, the spare and retired tables, @batch
 *		and @hand
 * @tdp:	the tree
 * @spare:	zeroed pages for tables to come, because none can be allocated under @lock
 * @nspare:	how many of them there are
 * @aside:	another one, for ram_forget(): there is no memory when a VM has to end for want of
 *		it. Its owner's, who powers the VM on and off; NULL only when it is off
 * @retired:	tables that left the tree, by their page's lru, until nobody can be in them any more
 * @batch:	where leaves go that are emptied
 * @resident:	bytes mapped now; read without the lock for statistics, as are the next four
 * @filled:	bytes that were mapped, ever
 * @demoted:	unmapped by ram_demote()
 * @returned:	mapped again, or for the first time but not new in the file
 * @large:	there have been leaves of more than 4 KiB
 * @ceiling:	bytes that should be mapped at most, see ram_slack(); read and written without
 *		a lock
 * @hand:	where the next look for pages to demote begins
 * @gen:	not 0; raised when anything is unmapped, after its entries are empty, before the
 *		TLBs are flushed. Who caches a translation reads @gen with
 *		smp_load_acquire(), then looks up. The cached one may be used with interrupts
 *		off after @gen was found unchanged, until they are on again: its page is not
 *		given back before then.
 * @flush:	have every vCPU leave the guest, and flush its TLB before it enters again. Need
 *		not wait for them: inside the guest interrupts are off, so RCU waits for those who
 *		still run on the old tree. Set by the owner; called without @lock; may sleep.
 */
struct guest_ram {
	struct file *file;
	u64 size;
	raw_spinlock_t lock;
	struct tdp tdp;
	void *spare[RAM_SPARE_TABLES];
	unsigned int nspare;
	void *aside;
	struct list_head retired;
	struct ram_batch *batch;
	u64 resident, filled, demoted, returned;
	bool large;
	u64 ceiling;
	u64 hand;
	unsigned long gen;
	void (*flush)(struct guest_ram *ram);
};

/**
 * ram_check_file() - can this file be RAM?
 * @size:	bytes of RAM
 *
 * It must be a regular file on shmem (memfd, tmpfs) or hugetlbfs, open for reading and
 * writing, of at least @size bytes, and not sealed against writing; @size must be a
 * multiple of 4 KiB that the machine's layout has room for.
 * Return: 0, or a negative errno with *@why pointing at a constant text.
 */
int ram_check_file(struct file *file, u64 size, const char **why);

/**
 * ram_check_segment() - can @len bytes of @file at @offset be laid down at @gpa?
 * @size:	bytes of RAM
 *
 * The file must be a regular one that can be read by the kernel and reaches far enough
 * now; the range must lie in RAM, in one piece.
 * Return: 0, or a negative errno with *@why pointing at a constant text.
 */
int ram_check_segment(struct file *file, u64 offset, u64 gpa, u64 len, u64 size,
		      const char **why);

/**
 * ram_init() - takes a reference on @file, which ram_check_file() has passed; while it is
 * held, the file cannot be sealed against writing. May sleep.
 * Return: 0; -ENOMEM; -EPERM if the file was sealed meanwhile.
 */
int ram_init(struct guest_ram *ram, struct file *file, u64 size,
	     const struct tdp_format *format, unsigned int leaf_level,
	     void (*flush)(struct guest_ram *));
/** ram_destroy() - unmaps and frees everything; no vCPU exists any more. May sleep. */
void ram_destroy(struct guest_ram *ram);

/** ram_contains() - is the byte at guest-physical @gpa RAM? */
bool ram_contains(const struct guest_ram *ram, u64 gpa);

/**
 * ram_populate() - make the page at @gpa present in the tree
 * @ahead:	bytes behind it that are likely to be wanted next: of these as many pages as
 *		can be had, which is no error if it is none
 *
 * Maps 1 GiB or 2 MiB where the page in the file is that large, aligned and inside RAM,
 * else 4 KiB. Another vCPU may have been faster: that is success. May sleep; no locks held.
 * Leaves the host a reserve (1/128 of its RAM, 8 to 256 MiB, free swap included) and never
 * sets off its OOM killer: nothing that it could kill would give the guest's memory back.
 * In a kernel thread, memory is charged to the root memcg.
 * Return: 0; -ENOENT: @gpa is not RAM; -EFAULT: the file no longer reaches there;
 * -ENOMEM; -ENOSPC: the file has no room for it; -EINTR if a fatal signal or kthread_stop() came.
 */
int ram_populate(struct guest_ram *ram, u64 gpa, u64 ahead);

/**
 * ram_ptr() - host address of guest-physical @gpa, if it is mapped now
 * @avail:	result: bytes from there to the end of the page (4 KiB, 2 MiB, 1 GiB)
 *
 * Context: interrupts off, and the pointer is good only until they are on again.
 * Return: the address, or NULL (not RAM, or not mapped: ram_populate() it).
 */
void *ram_ptr(const struct guest_ram *ram, u64 gpa, u64 *avail);

/**
 * ram_write_file() - copy a part of a file into RAM (a boot segment)
 * @src:	the file to read from, at @offset; ram_check_segment() has passed it
 *
 * The range lies in RAM, in one piece, and may not cross the device hole. May sleep.
 * Return: 0; -ENODATA if @src ends too early; -EFAULT if the range is not RAM or the RAM
 * file no longer reaches there; what ram_populate() or reading @src return else.
 */
int ram_write_file(struct guest_ram *ram, u64 gpa, u64 len, struct file *src, loff_t offset);

/**
 * ram_forget() - unmap everything and give the memory back to the host: RAM reads as
 * zeroes afterwards. No vCPU runs. Needs no memory for that. May sleep.
 * Return: 0; -ENOMEM: it was done, but there is no page for @aside, and the VM may not be powered
 * on; or a negative errno of the file system's hole punching (everything is unmapped, the
 * contents may be there still).
 */
int ram_forget(struct guest_ram *ram);

#endif
