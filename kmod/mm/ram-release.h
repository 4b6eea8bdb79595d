/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-release.h - taking RAM back from a guest that runs
 *
 * What was taken comes back when it is touched again, by a vCPU or a device: see
 * ram_populate().
 */
#ifndef _INSULA_RAM_RELEASE_H
#define _INSULA_RAM_RELEASE_H

#include "ram-range.h"
#include "ram.h"

/**
 * ram_release() - give ranges up at the guest's own wish, while vCPUs and devices use RAM
 * @range:	ranges, aligned to 4 KiB; those that do not lie in RAM in one piece are passed over.
 *		They may overlap, and touch what is not mapped
 * @n:		how many
 * @released:	result, in bytes: what of the ranges lies in RAM; with an error, as far as it came
 *
 * The memory is the host's at once, the range reads as zeroes. What a device holds of it (see
 * ram-io.h) is nobody's from then on, and freed when the device lets go of it.
 *
 * A large page that is partly inside is unmapped whole; contents are given up inside only, and the
 * host gets that part back unless the guest uses the rest just then. RCU is
 * waited for once for each 32 MiB in 4 KiB pages, and once in the end; @ram's lock is held for
 * 2 MiB at a time. Calls may run at the same time. May sleep, no locks held; not from a vCPU.
 * Return: 0; -ENOMEM: nothing was done; a negative errno of the file's hole punching: all up to
 * there is unmapped, the contents of the range that failed may be there still.
 */
int ram_release(struct guest_ram *ram, const struct ram_range *range, unsigned int n,
		u64 *released);

#endif
