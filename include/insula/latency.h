/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * latency.h - the scale on which the module counts wake-ups, and the tool reads them
 *
 * By how long it took until the vCPU ran: bucket i counts those of less than insula_latency_ns(i)
 * that are in none before; the last one, the rest. So what was counted until two moments can be
 * subtracted.
 */
#ifndef _INSULA_LATENCY_H
#define _INSULA_LATENCY_H

#include <linux/types.h>

#define INSULA_LATENCIES	44

/**
 * insula_latency_ns() - upper end of a bucket
 * @i:	which
 *
 * Return: ns: 1000, 1500, 2000, 3000, 4000, 6000 ...
 */
static inline __u64 insula_latency_ns(unsigned int i)
{
	return (i & 1 ? 1500ULL : 1000ULL) << (i / 2);
}

#endif
