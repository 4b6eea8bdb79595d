// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-release.c - how mapped pages leave the tree: all of them, or ranges from a guest that runs
 *
 * The order: entries emptied under the lock, gen raised, vCPUs told to flush, RCU waited for
 * (for readers, and for vCPUs that have not left the guest yet), pages released. Nothing may
 * shorten that. What is to be discarded is punched out of the file before its entries are emptied:
 * one who has got the page from the file just before either maps it in time to be unmapped here,
 * or finds that it is not the file's any more (map_page() in ram.c). So a page that is mapped is
 * always the file's, and can be demoted without losing what is in it.
 *
 * This file may not look at what a page contains.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "ram-file.h"
#include "ram-int.h"
#include "ram-release.h"

/* Leaves of a batch: at most 32 MiB in 4 KiB pages; at least all those that 2 MiB can have. */
#define BATCH_LEAVES	8192
#define BATCH_LEAST	512

void *ram_new_table(void)
{
	return (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

void ram_free_tables(struct list_head *tables)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, tables, lru)
		__free_page(page);
}

static void release_page(u64 hpa)
{
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);

	/* Whatever the entry said: the host writes through ram_ptr(), too. */
	set_page_dirty(page);
	ram_file_unpin(page);
	put_page(page);
	cond_resched();
}

/* tdp's callback, without locks. */
static void release_leaf(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty)
{
	release_page(hpa);
}

void ram_release_tree(struct tdp *tdp)
{
	tdp_unmap(tdp, 0, 1ULL << TDP_BITS, release_leaf);
	tdp_destroy(tdp);
}

/* Under the lock, when entries are empty. */
static void raise_gen(struct guest_ram *ram)
{
	/* Who reads the new generation finds them so. */
	smp_store_release(&ram->gen, ram->gen + 1);
}

/* Without the lock: returns when nobody uses what was unmapped. */
static void wait_for_users(struct guest_ram *ram)
{
	LIST_HEAD(retired);

	raw_spin_lock(&ram->lock);
	list_splice_init(&ram->retired, &retired);
	raw_spin_unlock(&ram->lock);
	ram->flush(ram);
	synchronize_rcu();
	ram_free_tables(&retired);
}

/* All of it. */

/* Put an empty tree in the place of this one, and let go of what it held. */
static void forget_leaves(struct guest_ram *ram)
{
	struct tdp old;

	raw_spin_lock(&ram->lock);
	tdp_detach(&ram->tdp, &old, ram->aside);
	WRITE_ONCE(ram->resident, 0);
	raise_gen(ram);
	raw_spin_unlock(&ram->lock);
	ram->aside = NULL;

	wait_for_users(ram);
	ram_release_tree(&old);
}

int ram_forget(struct guest_ram *ram)
{
	int err;

	/* Mostly a start finds nothing mapped, and need not wait for a grace period. */
	if (READ_ONCE(ram->resident))
		forget_leaves(ram);
	err = ram_file_punch(ram->file, 0, ram->size);
	if (!ram->aside)
		ram->aside = ram_new_table();
	return ram->aside ? err : -ENOMEM;
}

/* Batches. */

static struct ram_batch *try_batch(unsigned int size)
{
	struct ram_batch *batch;

	return kvmalloc(struct_size(batch, hpa, size),
			GFP_KERNEL_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN);
}

/* A small one can be had when there is hardly any memory left. */
struct ram_batch *ram_batch_new(struct guest_ram *ram, u64 leaves)
{
	unsigned int size = clamp_t(u64, leaves, BATCH_LEAST, BATCH_LEAVES);
	struct ram_batch *batch = try_batch(size);

	if (!batch) {
		size = BATCH_LEAST;
		batch = try_batch(size);
	}
	if (!batch)
		return NULL;
	batch->ram = ram;
	batch->split = false;
	batch->size = size;
	batch->n = 0;
	return batch;
}

void ram_batch_leaf(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty)
{
	struct ram_batch *batch = container_of(tdp, struct guest_ram, tdp)->batch;

	batch->hpa[batch->n++] = hpa;
}

void ram_batch_finish(struct ram_batch *batch)
{
	struct guest_ram *ram = batch->ram;

	if (!batch->n)
		return;
	raw_spin_lock(&ram->lock);
	raise_gen(ram);
	raw_spin_unlock(&ram->lock);

	wait_for_users(ram);
	while (batch->n)
		release_page(batch->hpa[--batch->n]);
}

/* Ranges. */

/* In one 2 MiB. */
static int release_piece(struct ram_batch *batch, u64 gpa, u64 len)
{
	struct guest_ram *ram = batch->ram;
	u64 offset, unmapped;
	int err = 0;

	if (batch->size - batch->n < BATCH_LEAST)
		ram_batch_finish(batch);
	if (ram_find(ram->size, gpa, len, &offset))
		err = ram_file_punch(ram->file, offset, len);
	raw_spin_lock(&ram->lock);
	ram->batch = batch;
	unmapped = tdp_unmap(&ram->tdp, gpa, gpa + len, ram_batch_leaf);
	WRITE_ONCE(ram->resident, ram->resident - unmapped);
	raw_spin_unlock(&ram->lock);
	batch->split |= unmapped > len;
	cond_resched();
	return err;
}

static int release_range(struct ram_batch *batch, const struct ram_range *range, u64 *released)
{
	u64 gpa = range->gpa, end = gpa + range->len, n;
	int err;

	for (; gpa < end; gpa += n) {
		n = min(end, ALIGN_DOWN(gpa, TDP_2M) + TDP_2M) - gpa;
		err = release_piece(batch, gpa, n);
		if (err)
			return err;
		*released += n;
	}
	return 0;
}

/*
 * A part of a large page was only cleared, as the page could not be split while it was mapped. Now
 * it can; unless the guest has touched the rest of it meanwhile, and then it stays as it is.
 */
static int punch_again(struct guest_ram *ram, const struct ram_range *range, unsigned int n)
{
	u64 offset;
	int err = 0;

	for (; n && !err; n--, range++)
		if (ram_find(ram->size, range->gpa, range->len, &offset))
			err = ram_file_punch(ram->file, offset, range->len);
	return err;
}

int ram_release(struct guest_ram *ram, const struct ram_range *range, unsigned int n, u64 *released)
{
	struct ram_batch *batch = ram_batch_new(ram, BATCH_LEAVES);
	unsigned int i;
	u64 unused;
	int err = 0;

	*released = 0;
	if (!batch)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++)
		if (ram_find(ram->size, range[i].gpa, range[i].len, &unused))
			err = release_range(batch, &range[i], released);
	ram_batch_finish(batch);
	if (!err && batch->split)
		err = punch_again(ram, range, n);
	kvfree(batch);
	return err;
}
