// SPDX-License-Identifier: GPL-2.0-only
/*
 * pvclock.c - see pvclock.h
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>

#include "pvclock.h"

#define STEAL_RESERVED	0x3eULL		/* aligned to 64 bytes */
#define TIME_RESERVED	0x2ULL		/* to 4 */
#define WALL_RESERVED	0x3ULL

int pv_msr_size(u32 msr, u64 val)
{
	BUILD_BUG_ON(sizeof(struct pv_wall) != 12);
	BUILD_BUG_ON(sizeof(struct pv_time) != 32);
	BUILD_BUG_ON(sizeof(struct pv_steal) != 64);

	switch (msr) {
	case PV_MSR_WALL:
		if (val & WALL_RESERVED)
			return -EINVAL;
		return val ? sizeof(struct pv_wall) : 0;
	case PV_MSR_TIME:
		if (val & TIME_RESERVED)
			return -EINVAL;
		return val & PV_MSR_ON ? sizeof(struct pv_time) : 0;
	case PV_MSR_STEAL:
		if (val & STEAL_RESERVED)
			return -EINVAL;
		return val & PV_MSR_ON ? sizeof(struct pv_steal) : 0;
	default:
		return -EINVAL;
	}
}

/* Make ns per cycle, n / d, at least 1/2 and less than 1: then @mul has 32 significant bits. */
void pv_scale_set(struct pv_scale *scale, u32 khz)
{
	u64 n = 1000000, d = max(khz, 1U);

	scale->shift = 0;
	for (; n >= d; d <<= 1)
		scale->shift++;
	for (; n << 1 < d; n <<= 1)
		scale->shift--;
	scale->mul = div64_u64(n << 32, d);
}

u64 pv_scale_ns(const struct pv_scale *scale, u64 cycles)
{
	cycles = scale->shift < 0 ? cycles >> -scale->shift : cycles << scale->shift;
	return mul_u64_u64_shr(cycles, scale->mul, 32);
}

static void put(const struct pv_place *to, unsigned int i, u32 val)
{
	u32 *word = i < to->words ? to->piece[0] + i : to->piece[1] + (i - to->words);

	WRITE_ONCE(*word, val);
}

void pv_publish(const struct pv_place *to, const void *from, unsigned int words,
		unsigned int at, u32 *version)
{
	const u32 *word = from;
	unsigned int i;

	*version += 2;
	put(to, at, *version - 1);
	smp_wmb();	/* odd before anything changes */
	for (i = 0; i < words; i++) {
		if (i != at)
			put(to, i, word[i]);
	}
	smp_wmb();	/* even after everything has */
	put(to, at, *version);
}
