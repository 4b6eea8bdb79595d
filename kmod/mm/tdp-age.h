/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tdp-age.h - which pages of a tree are in use
 *
 * All of it with the writer's lock held (see tdp.h). Where the CPU has no accessed bits, nothing
 * ever looks touched.
 */
#ifndef _INSULA_TDP_AGE_H
#define _INSULA_TDP_AGE_H

#include "tdp.h"

/**
 * tdp_test_touched() - was the leaf at @gpa accessed since this was asked last?
 *
 * Sweeps do not change the answer. Return: 1: yes, 0: no, -ENOENT: nothing is mapped there.
 */
int tdp_test_touched(struct tdp *tdp, u64 gpa);

/**
 * struct tdp_sweep - a way round the tree, like the hand of a clock
 * @at:		where to go on; 4 KiB-aligned
 * @end:	where to stop
 * @bytes:	enough, when so many are unmapped; leaves that are more than is missing stay
 * @looks:	entries to look at, at most: what bounds the time
 * @any:	empty every leaf, whether it was accessed or not
 * @may_go:	with what it maps: may a leaf be emptied?
 */
struct tdp_sweep {
	u64 at, end;
	u64 bytes;
	unsigned int looks;
	bool any;
	bool (*may_go)(const struct tdp *tdp, u64 hpa);
};

/**
 * tdp_sweep() - empty leaves that were not accessed since a sweep came by last
 * @sweep:	@at is moved on to where it has stopped; at or beyond @end when it is through
 * @leaf:	as for tdp_unmap()
 *
 * One that was accessed stays, and is no longer said to have been. Return: bytes unmapped.
 */
u64 tdp_sweep(struct tdp *tdp, struct tdp_sweep *sweep, tdp_leaf_fn leaf);

#endif
