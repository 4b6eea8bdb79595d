/* SPDX-License-Identifier: GPL-2.0-only */
/* Atomic and plain bit operations, as <linux/bitops.h> and <linux/bitmap.h> name them. */
#ifndef _SHIM_LINUX_BITOPS_H
#define _SHIM_LINUX_BITOPS_H

#include <string.h>
#include <linux/bits.h>
#include <linux/types.h>

#define BITS_TO_LONGS(n) (((n) + 63) / 64)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline void set_bit(long nr, unsigned long *p)
{
	__atomic_fetch_or(&p[nr / 64], BIT(nr % 64), __ATOMIC_SEQ_CST);
}

static inline void clear_bit(long nr, unsigned long *p)
{
	__atomic_fetch_and(&p[nr / 64], ~BIT(nr % 64), __ATOMIC_SEQ_CST);
}

static inline bool test_bit(long nr, const unsigned long *p)
{
	return (__atomic_load_n(&p[nr / 64], __ATOMIC_RELAXED) >> (nr % 64)) & 1;
}

static inline bool test_and_set_bit(long nr, unsigned long *p)
{
	return (__atomic_fetch_or(&p[nr / 64], BIT(nr % 64), __ATOMIC_SEQ_CST) >> (nr % 64)) & 1;
}

static inline bool test_and_clear_bit(long nr, unsigned long *p)
{
	return (__atomic_fetch_and(&p[nr / 64], ~BIT(nr % 64), __ATOMIC_SEQ_CST) >> (nr % 64)) & 1;
}

static inline void __set_bit(long nr, unsigned long *p)
{
	p[nr / 64] |= BIT(nr % 64);
}

static inline void __clear_bit(long nr, unsigned long *p)
{
	p[nr / 64] &= ~BIT(nr % 64);
}

static inline unsigned long __fls(unsigned long word)
{
	return 63 - __builtin_clzl(word);
}

static inline unsigned long __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

#define ffs(x) __builtin_ffs(x)

static inline void bitmap_zero(unsigned long *p, unsigned int bits)
{
	memset(p, 0, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline bool bitmap_empty(const unsigned long *p, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		if (p[i])
			return false;
	return true;
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	return !memcmp(a, b, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
				     unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		if (a[i] & b[i])
			return true;
	return false;
}

#include <linux/find.h>

#endif
