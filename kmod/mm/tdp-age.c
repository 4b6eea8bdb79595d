// SPDX-License-Identifier: GPL-2.0-only
/*
 * tdp-age.c - which pages of a tree are in use: the CPU's accessed bits, read and cleared
 *
 * Two ask independently of each other: a sweep, which takes what has not been accessed since it
 * came by last, and samples, from which the share of idle memory is estimated. So what a sweep
 * clears it leaves behind for samples, in a bit that CPUs ignore.
 *
 * No TLB is flushed here: a CPU that has an entry cached does not set its bit again. Callers who
 * want to know of that have the vCPUs flush theirs.
 *
 * Pure: as tdp.c.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include "tdp-int.h"
#include "tdp-age.h"

/* Ignored in leaves of both formats: APM vol. 2 §5.3, SDM vol. 3 §29.3.2. */
#define TDP_TOUCHED	(1ULL << 52)

/*
 * Take the accessed bit off, and set @mark instead. If the CPU sets a bit in between, then the
 * entry stays as it is: what it says is true, and it is asked again.
 */
static void clear_accessed(const struct tdp *tdp, u64 *entry, u64 old, u64 mark)
{
	cmpxchg(entry, old, (old & ~(tdp->format->accessed | TDP_TOUCHED)) | mark);
}

int tdp_test_touched(struct tdp *tdp, u64 gpa)
{
	unsigned int level;
	u64 *entry = tdp_walk(tdp, gpa, &level), old = READ_ONCE(*entry);

	if (!old)
		return -ENOENT;
	if (!(old & (tdp->format->accessed | TDP_TOUCHED)))
		return 0;
	clear_accessed(tdp, entry, old, 0);
	return 1;
}

/* Has the leaf had its chance? One that was accessed gets another. */
static bool is_due(const struct tdp *tdp, const struct tdp_sweep *sweep, u64 *entry)
{
	u64 old = READ_ONCE(*entry);

	if (sweep->any || !(old & tdp->format->accessed))
		return sweep->may_go(tdp, old & TDP_ADDRESS);
	clear_accessed(tdp, entry, old, TDP_TOUCHED);
	return false;
}

u64 tdp_sweep(struct tdp *tdp, struct tdp_sweep *sweep, tdp_leaf_fn leaf)
{
	unsigned int level, looks;
	u64 size, swept = 0;

	for (looks = 0; looks < sweep->looks && swept < sweep->bytes && sweep->at < sweep->end;
	     looks++) {
		u64 *entry = tdp_walk(tdp, sweep->at, &level);

		size = 1ULL << tdp_shift(level);
		sweep->at = ALIGN_DOWN(sweep->at, size);
		if (*entry && size <= sweep->bytes - swept && is_due(tdp, sweep, entry)) {
			tdp_empty(tdp, entry, sweep->at, size, leaf);
			swept += size;
		}
		sweep->at += size;
	}
	return swept;
}
