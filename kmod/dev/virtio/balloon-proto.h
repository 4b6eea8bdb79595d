/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * balloon-proto.h - what a memory balloon and its driver say to each other (virtio 1.2 §5.5)
 *
 * Pure code: page numbers, statistics, configuration. All of it is what a hostile driver wrote;
 * copies are what is given to these functions.
 */
#ifndef _INSULA_VIRTIO_BALLOON_PROTO_H
#define _INSULA_VIRTIO_BALLOON_PROTO_H

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/virtio_balloon.h>
#include "../../mm/ram-range.h"
#include "ring.h"

#define BALLOON_PAGE	4096ULL		/* that page numbers count, whatever the driver has */
#define BALLOON_PFNS	256		/* page numbers looked at together; Linux's chains */
#define BALLOON_STATS	10		/* VIRTIO_BALLOON_S_*, from 0 on */
#define BALLOON_QUEUES	5
#define BALLOON_QUEUE_STATS 2		/* if it is that */
#define BALLOON_FEATURES (BIT_ULL(VIRTIO_BALLOON_F_STATS_VQ) | \
			  BIT_ULL(VIRTIO_BALLOON_F_DEFLATE_ON_OOM) | \
			  BIT_ULL(VIRTIO_BALLOON_F_PAGE_POISON) | \
			  BIT_ULL(VIRTIO_BALLOON_F_REPORTING))

/** enum balloon_role - what a queue is for */
enum balloon_role {
	BALLOON_ROLE_NONE,
	BALLOON_ROLE_INFLATE,
	BALLOON_ROLE_DEFLATE,
	BALLOON_ROLE_STATS,
	BALLOON_ROLE_REPORT,
};

/**
 * balloon_role() - what queue @index is for, with these features negotiated
 *
 * §5.5.2 gives the reporting queue the number 4, whether there are those before it or not. Linux
 * has left out the numbers of queues that it does not use, which makes it 3, or 2 without
 * statistics. None of these can be anything else then, so all of them are taken for it.
 */
enum balloon_role balloon_role(u64 features, unsigned int index);

/** struct balloon_stat - an element of the statistics queue's buffer (§5.5.6.3) */
struct balloon_stat {
	__le16 tag;
	__le64 val;
} __packed;

/**
 * struct balloon_stats - what the guest says of its memory
 * @has:	bits of VIRTIO_BALLOON_S_*: which of @val are there
 * @val:	bytes or numbers, by VIRTIO_BALLOON_S_*
 */
struct balloon_stats {
	u32 has;
	u64 val[BALLOON_STATS];
};

/** balloon_take_stats() - @n elements of a buffer; tags that we do not know are passed over */
void balloon_take_stats(struct balloon_stats *stats, const struct balloon_stat *stat,
			unsigned int n);

/**
 * balloon_ranges() - page numbers as ranges
 * @pfn:	they, in any order; sorted in place
 * @n:		how many
 * @contains:	is the page at @gpa RAM? Those that are not are left out
 * @ctx:	its first argument
 * @range:	result: has room for @n. They rise, neither meet nor overlap, and are made of pages
 *		that are RAM and next to each other
 *
 * Return: number of ranges.
 */
unsigned int balloon_ranges(__le32 *pfn, unsigned int n, bool (*contains)(const void *ctx, u64 gpa),
			    const void *ctx, struct ram_range *range);

/**
 * balloon_seg_range() - the whole pages inside a buffer
 * Return: is there one?
 */
bool balloon_seg_range(const struct ring_seg *seg, struct ram_range *range);

/**
 * balloon_config_written() - the driver writes to the device's configuration
 * @config:	changes if it may be changed there: @actual and @poison_val, each as a whole
 *
 * Return: was that so?
 */
bool balloon_config_written(struct virtio_balloon_config *config, u32 offset, unsigned int size,
			    u64 val);

/**
 * balloon_may_discard() - may contents of pages that were reported as free be given up?
 * @features:	that were negotiated
 *
 * Not if the driver relies on them to be anything but 0 (§5.5.6.7.2).
 */
bool balloon_may_discard(u64 features, const struct virtio_balloon_config *config);

#endif
