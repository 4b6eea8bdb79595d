/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sequence counters for the module's pure parts compiled in userspace: there is one thread, so
 * that a reader never meets a writer, unless a test pretends so by counting it up.
 */
#ifndef _SHIM_LINUX_SEQLOCK_H
#define _SHIM_LINUX_SEQLOCK_H

#include <linux/spinlock.h>

typedef struct {
	unsigned int sequence;
	raw_spinlock_t *lock;
} seqcount_raw_spinlock_t;

#define seqcount_raw_spinlock_init(s, l) \
	((void)(*(s) = (seqcount_raw_spinlock_t){ .lock = (l) }))
#define raw_seqcount_begin(s) ((s)->sequence & ~1U)
#define read_seqcount_retry(s, start) ((s)->sequence != (start))

static inline void write_seqcount_begin(seqcount_raw_spinlock_t *s)
{
	lockdep_assert_held(s->lock);
	s->sequence++;
}

static inline void write_seqcount_end(seqcount_raw_spinlock_t *s)
{
	lockdep_assert_held(s->lock);
	s->sequence++;
}

#endif
