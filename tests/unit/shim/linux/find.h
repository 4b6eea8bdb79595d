/* SPDX-License-Identifier: GPL-2.0-only */
/* Searches in bitmaps; what is not found is at @size. */
#ifndef _SHIM_LINUX_FIND_H
#define _SHIM_LINUX_FIND_H

/* Of the words (@a & @b), or of @a alone if @b is NULL. */
static inline unsigned long shim_find(const unsigned long *a, const unsigned long *b,
				      unsigned long size, unsigned long from)
{
	for (unsigned long i = from / 64; i * 64 < size; i++) {
		unsigned long word = __atomic_load_n(&a[i], __ATOMIC_RELAXED);

		if (b)
			word &= __atomic_load_n(&b[i], __ATOMIC_RELAXED);
		if (i == from / 64)
			word &= ~0UL << (from % 64);
		if (word) {
			unsigned long found = i * 64 + __builtin_ctzl(word);

			return found < size ? found : size;
		}
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *p, unsigned long size,
					  unsigned long from)
{
	return from < size ? shim_find(p, NULL, size, from) : size;
}

static inline unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b,
					      unsigned long size, unsigned long from)
{
	return from < size ? shim_find(a, b, size, from) : size;
}

#define find_first_bit(p, size) find_next_bit(p, size, 0)
#define find_first_and_bit(a, b, size) find_next_and_bit(a, b, size, 0)

#define for_each_set_bit(bit, p, size) \
	for ((bit) = find_first_bit(p, size); (bit) < (size); \
	     (bit) = find_next_bit(p, size, (bit) + 1))

#endif
