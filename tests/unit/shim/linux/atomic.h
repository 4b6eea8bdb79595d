/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_ATOMIC_H
#define _SHIM_LINUX_ATOMIC_H

#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define xchg(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define cmpxchg(p, old, new) ({ \
	typeof(*(p)) __old = (old); \
	__atomic_compare_exchange_n(p, &__old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	__old; \
})
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)

#endif
