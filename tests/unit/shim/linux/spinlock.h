/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks for the module's pure parts compiled in userspace: there is one thread, so that
 * a lock only has to tell whether its rules are kept.
 */
#ifndef _SHIM_LINUX_SPINLOCK_H
#define _SHIM_LINUX_SPINLOCK_H

#include <assert.h>
#include <linux/kernel.h>

typedef struct {
	bool held;
} raw_spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(name) { false }
#define raw_spin_lock_init(l) ((void)((l)->held = false))
#define raw_spin_is_locked(l) ((l)->held)

#define raw_spin_lock(l) do {		\
	assert(!(l)->held);		\
	(l)->held = true;		\
} while (0)

#define raw_spin_unlock(l) do {		\
	assert((l)->held);		\
	(l)->held = false;		\
} while (0)

#define raw_spin_lock_nested(l, subclass) raw_spin_lock(l)
#define raw_spin_lock_irqsave(l, flags) do { (flags) = 0; raw_spin_lock(l); } while (0)
#define raw_spin_unlock_irqrestore(l, flags) do { (void)(flags); raw_spin_unlock(l); } while (0)
#define raw_spin_lock_irq(l) raw_spin_lock(l)
#define raw_spin_unlock_irq(l) raw_spin_unlock(l)

#undef lockdep_assert_held
#define lockdep_assert_held(l) assert((l)->held)

#endif
