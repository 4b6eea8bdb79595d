// SPDX-License-Identifier: GPL-2.0-only
/*
 * blk-request.c - what the driver of a disk asks for, checked
 *
 * Touches neither guest memory nor the disk.
 */
#include <linux/virtio_blk.h>
#include "blk-request.h"

static bool on_disk(const struct blk_disk *disk, u64 sector, u64 sectors)
{
	return sector <= disk->sectors && sectors <= disk->sectors - sector;
}

static u8 parse_data(const struct blk_disk *disk, const struct blk_header *header, u32 len,
		     struct blk_cmd *cmd)
{
	if (len % BLK_SECTOR || !on_disk(disk, header->sector, len / BLK_SECTOR))
		return VIRTIO_BLK_S_IOERR;
	cmd->pos = header->sector * BLK_SECTOR;
	cmd->len = len;
	return VIRTIO_BLK_S_OK;
}

static u8 parse_ranges(u32 len, struct blk_cmd *cmd)
{
	cmd->ranges = len / sizeof(struct blk_raw_range);
	if (!cmd->ranges || cmd->ranges > BLK_RANGES_MAX || len % sizeof(struct blk_raw_range))
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

u8 blk_parse(const struct blk_disk *disk, const struct blk_header *header, u32 read_len,
	     u32 write_len, struct blk_cmd *cmd)
{
	u32 out = read_len - sizeof(*header), in = write_len - 1;

	*cmd = (struct blk_cmd){ };
	switch (header->type) {
	case VIRTIO_BLK_T_IN:
		cmd->op = BLK_READ;
		return parse_data(disk, header, in, cmd);
	case VIRTIO_BLK_T_OUT:
		cmd->op = BLK_WRITE;
		return disk->ro ? VIRTIO_BLK_S_IOERR : parse_data(disk, header, out, cmd);
	case VIRTIO_BLK_T_FLUSH:
		cmd->op = BLK_FLUSH;
		return VIRTIO_BLK_S_OK;
	case VIRTIO_BLK_T_GET_ID:
		cmd->op = BLK_ID;
		cmd->len = in;
		return VIRTIO_BLK_S_OK;
	case VIRTIO_BLK_T_DISCARD:
		cmd->op = BLK_DISCARD;
		if (!disk->discard)
			return VIRTIO_BLK_S_UNSUPP;
		return disk->ro ? VIRTIO_BLK_S_IOERR : parse_ranges(out, cmd);
	case VIRTIO_BLK_T_WRITE_ZEROES:
		cmd->op = BLK_ZEROES;
		return disk->ro ? VIRTIO_BLK_S_IOERR : parse_ranges(out, cmd);
	default:
		return VIRTIO_BLK_S_UNSUPP;
	}
}

u8 blk_parse_range(const struct blk_disk *disk, enum blk_op op, const struct blk_raw_range *raw,
		   struct blk_range *range)
{
	u32 flags = op == BLK_ZEROES ? VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP : 0;
	u32 max = op == BLK_ZEROES ? BLK_ZEROES_MAX : BLK_DISCARD_MAX;

	if (raw->flags & ~flags)
		return VIRTIO_BLK_S_UNSUPP;
	if (!raw->sectors || raw->sectors > max || !on_disk(disk, raw->sector, raw->sectors))
		return VIRTIO_BLK_S_IOERR;
	*range = (struct blk_range){
		.pos = raw->sector * BLK_SECTOR,
		.len = (u64)raw->sectors * BLK_SECTOR,
		.unmap = op == BLK_DISCARD || raw->flags,
	};
	return VIRTIO_BLK_S_OK;
}

struct blk_cursor blk_data_at(const struct ring_chain *chain, enum blk_op op, u32 done)
{
	struct blk_cursor at = { .seg = chain->seg, .offset = done };

	if (op == BLK_READ)
		at.seg += chain->nread;
	else
		at.offset += sizeof(struct blk_header);
	for (; at.offset >= at.seg->len; at.seg++)
		at.offset -= at.seg->len;
	return at;
}

u64 blk_status_at(const struct ring_chain *chain)
{
	const struct ring_seg *last = &chain->seg[chain->nread + chain->nwrite - 1];

	return last->gpa + last->len - 1;
}
