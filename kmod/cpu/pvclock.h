/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pvclock.h - what a guest's memory says about time: its clock, the date, stolen time
 *
 * Pure code. These are KVM's interfaces, which stock kernels know: Linux,
 * Documentation/virt/kvm/x86/msr.rst and cpuid.rst. The guest names a place in its RAM by
 * writing an MSR; a structure appears there and is kept up to date. A guest reads it
 * between two looks at its version, which is odd while it is being changed.
 */
#ifndef _INSULA_PVCLOCK_H
#define _INSULA_PVCLOCK_H

#include <linux/types.h>

#define PV_MSR_WALL	0x4b564d00U	/* address of struct pv_wall: written once; 0: nothing */
#define PV_MSR_TIME	0x4b564d01U	/* of struct pv_time, and PV_MSR_ON */
#define PV_MSR_STEAL	0x4b564d03U	/* of struct pv_steal, and PV_MSR_ON */
#define PV_MSR_ON	1ULL

/**
 * struct pv_wall - when the VM's system time began
 * @sec @nsec:	since 1970, UTC
 */
struct pv_wall {
	u32 version, sec, nsec;
};

#define PV_TIME_STABLE	(1U << 0)	/* pv_time.flags: the same on all vCPUs */

/**
 * struct pv_time - system time, from the vCPU's TSC
 * @tsc @ns:	at that TSC it was so many ns
 * @mul @shift:	struct pv_scale, for the time since then
 */
struct pv_time {
	u32 version, pad;
	u64 tsc, ns;
	u32 mul;
	s8 shift;
	u8 flags, pad2[2];
};

/**
 * struct pv_steal - time that the vCPU wanted to run and could not
 * @steal:	ns
 * @preempted:	it does not run, though it would
 * @unused:	the guest's
 */
struct pv_steal {
	u64 steal;
	u32 version, flags;
	u8 preempted, pad[3];
	u32 unused[11];
};

/* pv_publish()'s @words and @at: the version is the first word, or the third. */
#define PV_WORDS(type)	(sizeof(type) / sizeof(u32))
#define PV_STEAL_WORDS	5	/* all but @unused */
#define PV_STEAL_AT	2

/**
 * pv_msr_size() - bytes that @val, being written to @msr, asks for in RAM
 *
 * The address is @val without PV_MSR_ON, which no valid PV_MSR_WALL has.
 * Return: 0: none; a negative errno: -EINVAL: reserved bits are set, or no such MSR.
 */
int pv_msr_size(u32 msr, u64 val);

/** struct pv_scale - ns = (cycles * 2^@shift) * @mul / 2^32; @shift may be negative */
struct pv_scale {
	u32 mul;
	s8 shift;
};

/** pv_scale_set() - for a TSC of @khz; as exact as 32 bits can be */
void pv_scale_set(struct pv_scale *scale, u32 khz);
/** pv_scale_ns() - ns that @cycles take, to the bit as guests compute it */
u64 pv_scale_ns(const struct pv_scale *scale, u64 cycles);

/**
 * struct pv_place - where in RAM a structure is: it may lie across two pages
 * @piece:	its parts
 * @words:	how much of it is in the first
 */
struct pv_place {
	u32 *piece[2];
	unsigned int words;
};

/**
 * pv_publish() - change a structure in RAM; nothing that is there is looked at
 * @from:	what it is to be, but for the version
 * @words:	how much of it
 * @at:		which word is the version
 * @version:	last one, even; raised
 */
void pv_publish(const struct pv_place *to, const void *from, unsigned int words,
		unsigned int at, u32 *version);

#endif
