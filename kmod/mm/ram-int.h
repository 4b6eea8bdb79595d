/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-int.h - what the files that map and unmap a guest's RAM share
 */
#ifndef _INSULA_RAM_INT_H
#define _INSULA_RAM_INT_H

#include "ram.h"

/** ram_new_table() - a zeroed page for a table. May sleep. Return: NULL if there is none. */
void *ram_new_table(void);

/** ram_free_tables() - by their page's lru; nobody uses them any more. */
void ram_free_tables(struct list_head *tables);

/**
 * struct ram_batch - leaves that were emptied, their pages not released yet
 * @ram:	whose
 * @split:	a leaf was larger than what was to be released of it
 * @n:		how many; @size: how many there is room for
 * @hpa:	of each
 */
struct ram_batch {
	struct guest_ram *ram;
	bool split;
	unsigned int n, size;
	u64 hpa[];
};

/**
 * ram_batch_new() - room for about so many leaves, or at least for those of 2 MiB
 *
 * May sleep. Return: it, to be freed by kvfree(), or NULL.
 */
struct ram_batch *ram_batch_new(struct guest_ram *ram, u64 leaves);

/**
 * ram_batch_leaf() - tdp's callback: a leaf for ram->batch, which has room for it
 *
 * Context: ram->lock held since ram->batch was set.
 */
void ram_batch_leaf(struct tdp *tdp, u64 gpa, u64 hpa, u64 size, bool dirty);

/**
 * ram_batch_finish() - wait until nobody uses what is in it, and release that
 *
 * vCPUs neither come nor go meanwhile. May sleep, no locks of @batch->ram held.
 */
void ram_batch_finish(struct ram_batch *batch);

/** ram_release_tree() - release pages and tables of a tree that nobody uses any more. May sleep. */
void ram_release_tree(struct tdp *tdp);

#endif
