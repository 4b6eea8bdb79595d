/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tdp.h - two-dimensional paging: the tree from guest-physical to host-physical
 *
 * One builder for NPT and EPT. What differs between them is a table of bits,
 * struct tdp_format. Pure code: pages come from, and go to, the callbacks.
 *
 * Writers hold the owner's lock (mm/ram.c: ram->lock). Readers that only look up
 * (tdp_lookup()) need none as long as pages that left the tree are freed only after
 * every reader is gone (they read with interrupts off, which RCU waits for).
 *
 * Sources: AMD APM vol. 2 §15.25; Intel SDM vol. 3 §29.3.
 */
#ifndef _INSULA_TDP_H
#define _INSULA_TDP_H

#include <asm/page.h>
#include <linux/kernel.h>
#include <linux/types.h>

#define TDP_4K		0x1000ULL
#define TDP_2M		0x200000ULL
#define TDP_1G		0x40000000ULL
#define TDP_LEVELS	4	/* 3 is the root; leaves: 0 4 KiB, 1 2 MiB, 2 1 GiB */
#define TDP_ENTRIES	512
#define TDP_BITS	48	/* guest-physical addresses end here */
#define TDP_ADDRESS	0x000ffffffffff000ULL	/* bits of an entry that are an address */

/**
 * struct tdp_format - the bits of an entry; an empty entry is 0
 * @table:	set in an entry that points to a table
 * @leaf:	set in a 4 KiB leaf: present, executable, user, memory type write-back
 * @large:	set besides @leaf in a larger one
 * @write:	writable (in leaves; tables always are)
 * @present:	every entry that is not empty has one of these bits
 * @accessed:	accessed bit, set by the CPU (in tables it is set from the start)
 * @dirty:	dirty bit, set by the CPU
 */
struct tdp_format {
	u64 table, leaf, large, write, present, accessed, dirty;
};

extern const struct tdp_format tdp_npt;
extern const struct tdp_format tdp_ept;

/**
 * struct tdp - a tree of four levels
 * @format:	constant
 * @leaf_level:	constant, the largest leaves: 0: 4 KiB, 1: 2 MiB, 2: 1 GiB
 * @root:	top table; changes only in tdp_init() and tdp_destroy()
 * @alloc_table: a zeroed 4 KiB page; NULL when there is none. Called from tdp_init() and,
 *		so under the writer's lock, from tdp_map()
 * @free_table:	give one back; called from tdp_destroy() only
 * @retire_table: one that is empty and has left the tree, but CPUs and readers may still be on
 *		their way through it: flush and wait before it is given back. Called from tdp_map()
 * @tables:	tables in use, the root among them
 *
 * A table is found by the kernel's direct map, __va(), rather than by a callback: the
 * lookup is on every path that reads guest memory.
 */
struct tdp {
	const struct tdp_format *format;
	unsigned int leaf_level;
	u64 *root;
	void *(*alloc_table)(struct tdp *tdp);
	void (*free_table)(struct tdp *tdp, void *table);
	void (*retire_table)(struct tdp *tdp, void *table);
	unsigned long tables;
};

/** tdp_init() - callbacks, format and leaf_level are set by the caller. Return: 0 or -ENOMEM. */
int tdp_init(struct tdp *tdp);

/**
 * tdp_map() - map a page
 * @gpa:	aligned to @size, below 2^TDP_BITS
 * @hpa:	aligned to @size, not 0
 * @size:	TDP_4K, TDP_2M or TDP_1G
 *
 * Needs up to three tables from @alloc_table.
 * Return: 0; -EINVAL for arguments that break the rules above, or a @size above
 * @leaf_level; -ENOMEM (nothing was mapped); -EEXIST if something is mapped there already. An
 * empty table of 4 KiB leaves makes room for a leaf of 2 MiB; other tables count as something.
 */
int tdp_map(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool write);

/* How much of an address is an offset into what an entry of @level maps, as a shift. */
static __always_inline unsigned int tdp_shift(unsigned int level)
{
	return 12 + 9 * level;
}

/* The entry for @gpa in a table of @level. */
static __always_inline u64 *tdp_entry(u64 *table, u64 gpa, unsigned int level)
{
	return &table[(gpa >> tdp_shift(level)) % TDP_ENTRIES];
}

/* The table that @entry points to. */
static __always_inline u64 *tdp_table(u64 entry)
{
	return __va(entry & TDP_ADDRESS);
}

/**
 * tdp_lookup() - the leaf that translates @gpa
 * @size:	result: its size, if something is mapped
 *
 * Context: any, without the lock, as said above. About 40 instructions: the levels are
 * written out, and it is here to be inlined, because all reading of guest memory needs it.
 * Return: host-physical address of the byte at @gpa, or 0 if nothing is mapped.
 */
static inline u64 tdp_lookup(const struct tdp *tdp, u64 gpa, u64 *size)
{
	u64 e;

	if (unlikely(gpa >> TDP_BITS))
		return 0;
	e = READ_ONCE(*tdp_entry(tdp->root, gpa, 3));
	if (unlikely(!e))
		return 0;
	e = READ_ONCE(*tdp_entry(tdp_table(e), gpa, 2));
	if (unlikely(!e))
		return 0;
	if (unlikely(e & tdp->format->large)) {
		*size = TDP_1G;
		return (e & TDP_ADDRESS) | (gpa & (TDP_1G - 1));
	}
	e = READ_ONCE(*tdp_entry(tdp_table(e), gpa, 1));
	if (unlikely(!e))
		return 0;
	if (e & tdp->format->large) {
		*size = TDP_2M;
		return (e & TDP_ADDRESS) | (gpa & (TDP_2M - 1));
	}
	e = READ_ONCE(*tdp_entry(tdp_table(e), gpa, 0));
	if (unlikely(!e))
		return 0;
	*size = TDP_4K;
	return (e & TDP_ADDRESS) | (gpa & (TDP_4K - 1));
}

/** tdp_leaf_fn - told of a leaf that was emptied, with the writer's lock held */
typedef void (*tdp_leaf_fn)(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty);

/**
 * tdp_unmap() - empty all leaves in a range
 * @start:	4 KiB-aligned
 * @end:	likewise, exclusive. A larger leaf that is only partly inside is unmapped whole
 *		(the rest comes back by faults).
 * @leaf:	called for each leaf emptied
 *
 * Tables stay; tdp_destroy() frees them. Return: bytes that were unmapped.
 */
u64 tdp_unmap(struct tdp *tdp, u64 start, u64 end, tdp_leaf_fn leaf);

/**
 * tdp_detach() - move everything below the root to another tree, in bounded time
 * @old:	result: a tree with the same format and callbacks
 * @root:	a zeroed 4 KiB page, like one from @alloc_table, for the root of @old
 *
 * @tdp keeps its root table and is empty afterwards. CPUs and readers may still be on
 * their way through what is @old's now: flush and wait before @old is taken apart.
 */
void tdp_detach(struct tdp *tdp, struct tdp *old, void *root);

/** tdp_destroy() - free all tables; the leaves must be unmapped already, no reader be left */
void tdp_destroy(struct tdp *tdp);

#endif
