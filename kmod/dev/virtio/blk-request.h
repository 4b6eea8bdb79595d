/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-request.h - what the driver of a disk asks for (virtio 1.2 §5.2.6), checked
 *
 * Pure code: headers and ranges are copies, the guest cannot change them any more. What a
 * function here has passed lies within the disk and within its chain.
 */
#ifndef _INSULA_VIRTIO_BLK_REQUEST_H
#define _INSULA_VIRTIO_BLK_REQUEST_H

#include <linux/types.h>
#include "ring.h"

#define BLK_SECTOR		512	/* bytes; what the driver counts in */
#define BLK_RANGES_MAX		32	/* of a request to discard, or to write zeroes */
#define BLK_DISCARD_MAX		(1u << 22)	/* sectors of a range: 2 GiB */
#define BLK_ZEROES_MAX		(1u << 16)	/* likewise: 32 MiB, which may have to be written */

/** struct blk_header - as a request begins, in its readable part */
struct blk_header {
	u32 type;		/* VIRTIO_BLK_T_* */
	u32 unused;
	u64 sector;
};

/** struct blk_raw_range - a range to discard or fill with zeroes, behind the header */
struct blk_raw_range {
	u64 sector;
	u32 sectors;
	u32 flags;		/* VIRTIO_BLK_WRITE_ZEROES_FLAG_* */
};

/** struct blk_disk - what is allowed: constant */
struct blk_disk {
	u64 sectors;		/* up to 2^54: no position overflows */
	bool ro;
	bool discard;		/* it is offered */
};

enum blk_op { BLK_READ, BLK_WRITE, BLK_FLUSH, BLK_ID, BLK_DISCARD, BLK_ZEROES };

/**
 * struct blk_cmd - a request that makes sense
 * @op:		what is to be done
 * @pos:	reading and writing: where, in bytes
 * @len:	reading and writing: bytes of data, a multiple of a sector, perhaps 0; BLK_ID: room
 *		for the name; else 0
 * @ranges:	discarding and writing of zeroes: how many struct blk_raw_range follow the header
 */
struct blk_cmd {
	enum blk_op op;
	u64 pos;
	u32 len;
	u32 ranges;
};

/**
 * blk_parse() - understand a request
 * @read_len:	bytes in the chain that the device reads, at least a header
 * @write_len:	bytes in the chain that it writes, at least one: the last is for the status
 * @cmd:	result
 *
 * Return: VIRTIO_BLK_S_OK, or the status that the driver is to get.
 */
u8 blk_parse(const struct blk_disk *disk, const struct blk_header *header, u32 read_len,
	     u32 write_len, struct blk_cmd *cmd);

/** struct blk_range - a range, in bytes; @len is not 0 */
struct blk_range {
	u64 pos, len;
	bool unmap;		/* its blocks may be given back */
};

/**
 * blk_parse_range() - understand one of its ranges
 * @op:		BLK_DISCARD or BLK_ZEROES
 * @range:	result
 *
 * Return: as blk_parse().
 */
u8 blk_parse_range(const struct blk_disk *disk, enum blk_op op, const struct blk_raw_range *raw,
		   struct blk_range *range);

/**
 * struct blk_cursor - a place in the data of a chain
 * @seg:	in this segment
 * @offset:	that many bytes behind its beginning; less than its length
 */
struct blk_cursor {
	const struct ring_seg *seg;
	u32 offset;
};

/**
 * blk_data_at() - byte @done of the data of a request to read or write
 *
 * Return: where it is; @done is less than the data's length.
 */
struct blk_cursor blk_data_at(const struct ring_chain *chain, enum blk_op op, u32 done);

/** blk_status_at() - guest-physical address of the status byte; @chain has room for it */
u64 blk_status_at(const struct ring_chain *chain);

#endif
