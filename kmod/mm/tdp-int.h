/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tdp-int.h - between the files of the paging tree
 */
#ifndef _INSULA_TDP_INT_H
#define _INSULA_TDP_INT_H

#include "tdp.h"

/** tdp_walk() - the deepest entry on the way to @gpa: a leaf, or empty; and its @level */
u64 *tdp_walk(const struct tdp *tdp, u64 gpa, unsigned int *level);

/** tdp_empty() - empty a leaf, and say so by @leaf */
void tdp_empty(struct tdp *tdp, u64 *entry, u64 gpa, u64 size, tdp_leaf_fn leaf);

#endif
