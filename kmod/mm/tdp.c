// SPDX-License-Identifier: GPL-2.0-only
/*
 * tdp.c - the tree from guest-physical to host-physical, for NPT and EPT
 *
 * Level 3 is the root; level 0 holds 4 KiB leaves, 1 and 2 pointers to tables or leaves of
 * 2 MiB and 1 GiB. The CPU walks the tree while we write to it, and tdp_lookup() does so without
 * a lock, so entries change by single stores and a table is zeroed before it is linked.
 *
 * Pure: it may not sleep, lock, or touch the pages that leaves point to.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include "tdp-int.h"

/*
 * NPT (APM vol. 2 §5.3, §15.25.5): present 0, write 1, user 2, accessed 5, dirty 6, page
 * size 7; nested walks are user accesses. No PWT, PCD and PAT bits: entry 0 of the host's
 * PAT, write-back.
 */
const struct tdp_format tdp_npt = {
	.table		= 0x1 | 0x2 | 0x4 | 0x20,
	.leaf		= 0x1 | 0x4,
	.large		= 0x80,
	.write		= 0x2,
	.present	= 0x1,
	.accessed	= 0x20,
	.dirty		= 0x40,
};

/*
 * EPT (SDM vol. 3 §29.3.2): read 0, write 1, execute 2, memory type 5:3 (6 is write-back),
 * ignore-PAT 6, large 7, accessed 8, dirty 9. Ignore-PAT, because a guest's memory types
 * have no use on RAM and would make aliases of other types to what the host maps too.
 */
const struct tdp_format tdp_ept = {
	.table		= 0x1 | 0x2 | 0x4 | 0x100,
	.leaf		= 0x1 | 0x4 | 6 << 3 | 0x40,
	.large		= 0x80,
	.write		= 0x2,
	.present	= 0x7,
	.accessed	= 0x100,
	.dirty		= 0x200,
};

static bool is_leaf(const struct tdp *tdp, u64 entry, unsigned int level)
{
	return !level || (entry & tdp->format->large);
}

static u64 *new_table(struct tdp *tdp)
{
	u64 *table = tdp->alloc_table(tdp);

	if (table)
		tdp->tables++;
	return table;
}

int tdp_init(struct tdp *tdp)
{
	tdp->tables = 0;
	tdp->root = new_table(tdp);
	return tdp->root ? 0 : -ENOMEM;
}

/* The table that @entry points to, made if @entry is empty; NULL without memory. */
static u64 *table_below(struct tdp *tdp, u64 *entry)
{
	u64 *table;

	if (*entry)
		return tdp_table(*entry);
	table = new_table(tdp);
	if (!table)
		return NULL;
	/* Its zeroes must be there before the way to it is. */
	smp_store_release(entry, __pa(table) | tdp->format->table);
	return table;
}

/* Does this entry, where a leaf of @level is wanted, stand in its way? */
static bool is_taken(const struct tdp *tdp, u64 entry, unsigned int level)
{
	unsigned int i;

	if (!entry)
		return false;
	if (is_leaf(tdp, entry, level) || level > 1)
		return true;
	for (i = 0; i < TDP_ENTRIES; i++)
		if (tdp_table(entry)[i])
			return true;
	return false;
}

int tdp_map(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool write)
{
	const struct tdp_format *format = tdp->format;
	unsigned int level, leaf_level = 0;
	u64 *table = tdp->root, *entry, old;

	while (leaf_level < tdp->leaf_level && size != 1ULL << tdp_shift(leaf_level))
		leaf_level++;
	if (size != 1ULL << tdp_shift(leaf_level) || gpa >> TDP_BITS || !hpa ||
	    (hpa & ~TDP_ADDRESS) || ((gpa | hpa) & (size - 1)))
		return -EINVAL;

	for (level = TDP_LEVELS - 1; level > leaf_level; level--) {
		entry = tdp_entry(table, gpa, level);
		if (*entry && is_leaf(tdp, *entry, level))
			return -EEXIST;
		table = table_below(tdp, entry);
		if (!table)
			return -ENOMEM;
	}
	entry = tdp_entry(table, gpa, leaf_level);
	old = *entry;
	if (is_taken(tdp, old, leaf_level))
		return -EEXIST;
	/* The page's contents were written by another CPU, perhaps: order them too. */
	smp_store_release(entry, hpa | format->leaf | (leaf_level ? format->large : 0) |
			  (write ? format->write : 0));
	if (old) {
		tdp->tables--;
		tdp->retire_table(tdp, tdp_table(old));
	}
	return 0;
}

u64 *tdp_walk(const struct tdp *tdp, u64 gpa, unsigned int *level)
{
	u64 *table = tdp->root, *entry;

	for (*level = TDP_LEVELS - 1;; (*level)--) {
		entry = tdp_entry(table, gpa, *level);
		if (!*entry || is_leaf(tdp, *entry, *level))
			return entry;
		table = tdp_table(*entry);
	}
}

void tdp_empty(struct tdp *tdp, u64 *entry, u64 gpa, u64 size, tdp_leaf_fn leaf)
{
	/* An exchange, because the CPU sets accessed and dirty meanwhile. */
	u64 old = xchg(entry, 0);

	leaf(tdp, gpa, old & TDP_ADDRESS, size, old & tdp->format->dirty);
}

u64 tdp_unmap(struct tdp *tdp, u64 start, u64 end, tdp_leaf_fn leaf)
{
	u64 gpa, size, unmapped = 0;
	unsigned int level;

	end = min_t(u64, end, 1ULL << TDP_BITS);
	for (gpa = start; gpa < end; gpa += size) {
		u64 *entry = tdp_walk(tdp, gpa, &level);

		size = 1ULL << tdp_shift(level);
		gpa = ALIGN_DOWN(gpa, size);
		if (!*entry)
			continue;
		unmapped += size;
		tdp_empty(tdp, entry, gpa, size, leaf);
	}
	return unmapped;
}

void tdp_detach(struct tdp *tdp, struct tdp *old, void *root)
{
	unsigned int i;

	*old = *tdp;
	old->root = root;
	for (i = 0; i < TDP_ENTRIES; i++) {
		old->root[i] = tdp->root[i];
		WRITE_ONCE(tdp->root[i], 0);
	}
	tdp->tables = 1;
}

/* Recursion as deep as the tree: TDP_LEVELS. */
static void free_tables(struct tdp *tdp, u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; level && i < TDP_ENTRIES; i++)
		if (table[i] && !is_leaf(tdp, table[i], level))
			free_tables(tdp, tdp_table(table[i]), level - 1);
	tdp->free_table(tdp, table);
	tdp->tables--;
}

void tdp_destroy(struct tdp *tdp)
{
	if (tdp->root)
		free_tables(tdp, tdp->root, TDP_LEVELS - 1);
	tdp->root = NULL;
}
