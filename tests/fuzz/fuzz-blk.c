// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-blk.c - any request to a disk
 *
 * The input is a disk, and a chain with a header and ranges in it. What is passed must lie within
 * the disk, and its data within the chain; the answer must not depend on anything else.
 */
#include <string.h>
#include <linux/kernel.h>
#include <linux/virtio_blk.h>
#include "dev/virtio/blk-request.h"
#include "program.h"

#define MAX_SEGS	12

/* A few bytes for what is mostly small, or near to an end. */
static u64 some(struct input *in, u64 end)
{
	u8 how = take(in, 1);

	switch (how % 4) {
	case 0:
		return take(in, 1);
	case 1:
		return end - take(in, 1);
	case 2:
		return take(in, 2) * BLK_SECTOR;
	default:
		return take(in, 8);
	}
}

/* As ring_pop() makes them: no segment is empty, all together are below 4 GiB. */
static void make_chain(struct input *in, struct ring_chain *chain)
{
	u32 i, len, left = U32_MAX;

	chain->nread = take(in, 1) % MAX_SEGS;
	chain->nwrite = 1 + take(in, 1) % MAX_SEGS;
	chain->read_len = 0;
	chain->write_len = 0;
	for (i = 0; i < chain->nread + chain->nwrite; i++) {
		len = some(in, left / MAX_SEGS);
		len = len % (left / (2 * MAX_SEGS)) + 1;
		left -= len;
		chain->seg[i] = (struct ring_seg){ (u64)i << 40, len };
		*(i < chain->nread ? &chain->read_len : &chain->write_len) += len;
	}
}

static void check_on_disk(const struct blk_disk *disk, u64 pos, u64 len)
{
	u64 size = disk->sectors * BLK_SECTOR;

	CHECK(pos % BLK_SECTOR == 0 && len % BLK_SECTOR == 0);
	CHECK(pos <= size && len <= size - pos);
}

static u64 position(const struct ring_chain *chain, struct blk_cursor at)
{
	u64 sum = at.offset;
	const struct ring_seg *seg;

	CHECK(at.seg >= chain->seg && at.seg < chain->seg + chain->nread + chain->nwrite);
	CHECK(at.offset < at.seg->len);
	for (seg = chain->seg; seg < at.seg; seg++)
		sum += seg->len;
	return sum;
}

/* Byte by byte the data is what stands between header and status. */
static void check_data(struct input *in, const struct ring_chain *chain, const struct blk_cmd *cmd)
{
	u64 begin = cmd->op == BLK_READ ? chain->read_len : sizeof(struct blk_header);
	u32 done = cmd->len ? some(in, cmd->len) % cmd->len : 0;

	CHECK(begin + cmd->len <= (u64)chain->read_len + chain->write_len - 1);
	if (cmd->op == BLK_WRITE)
		CHECK(begin + cmd->len == chain->read_len);
	if (!cmd->len)
		return;
	CHECK(position(chain, blk_data_at(chain, cmd->op, 0)) == begin);
	CHECK(position(chain, blk_data_at(chain, cmd->op, done)) == begin + done);
	CHECK(position(chain, blk_data_at(chain, cmd->op, cmd->len - 1)) == begin + cmd->len - 1);
}

static void check_ranges(struct input *in, const struct blk_disk *disk, const struct blk_cmd *cmd,
			 u32 read_len)
{
	struct blk_raw_range raw;
	struct blk_range range;
	u32 i;

	CHECK(cmd->ranges && cmd->ranges <= BLK_RANGES_MAX);
	CHECK(cmd->ranges * sizeof(raw) == read_len - sizeof(struct blk_header));
	for (i = 0; i < cmd->ranges; i++) {
		raw.sector = some(in, disk->sectors);
		raw.sectors = some(in, disk->sectors - raw.sector);
		raw.flags = take(in, 1) % 4;
		if (blk_parse_range(disk, cmd->op, &raw, &range) != VIRTIO_BLK_S_OK)
			continue;
		CHECK(range.len && range.len <= (u64)BLK_DISCARD_MAX * BLK_SECTOR);
		CHECK(range.unmap || cmd->op == BLK_ZEROES);
		check_on_disk(disk, range.pos, range.len);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct blk_disk disk = {
		.sectors = some(&in, 1ULL << 54) % ((1ULL << 54) + 1),
		.ro = take(&in, 1) % 4 == 0,
		.discard = take(&in, 1) % 2,
	};
	struct ring_chain chain;
	struct blk_header header;
	struct blk_cmd cmd;
	u8 status;

	make_chain(&in, &chain);
	if (chain.read_len < sizeof(header))
		return 0;
	header.type = take(&in, 1) % 16;
	header.sector = some(&in, disk.sectors);
	status = blk_parse(&disk, &header, chain.read_len, chain.write_len, &cmd);
	CHECK(blk_status_at(&chain) == ((u64)(chain.nread + chain.nwrite - 1) << 40) +
	      chain.seg[chain.nread + chain.nwrite - 1].len - 1);
	if (status != VIRTIO_BLK_S_OK) {
		CHECK(status == VIRTIO_BLK_S_IOERR || status == VIRTIO_BLK_S_UNSUPP);
		return 0;
	}
	if (disk.ro)
		CHECK(cmd.op == BLK_READ || cmd.op == BLK_FLUSH || cmd.op == BLK_ID);
	if (cmd.op == BLK_READ || cmd.op == BLK_WRITE) {
		check_on_disk(&disk, cmd.pos, cmd.len);
		check_data(&in, &chain, &cmd);
	} else if (cmd.op == BLK_DISCARD || cmd.op == BLK_ZEROES) {
		CHECK(disk.discard || cmd.op == BLK_ZEROES);
		check_ranges(&in, &disk, &cmd, chain.read_len);
	}
	return 0;
}
