// SPDX-License-Identifier: GPL-2.0-only
/*
 * blk-slow.c - a disk's requests that wait for the disk without moving data of the guest's
 *
 * One at a time for each queue, so that a guest cannot have more of the host's workers than it
 * has queues; reads and writes go on meanwhile.
 */
#include <linux/blkdev.h>
#include <linux/falloc.h>
#include <linux/mm.h>
#include <linux/virtio_blk.h>
#include "blk.h"

static u8 to_status(int err)
{
	if (!err)
		return VIRTIO_BLK_S_OK;
	return err == -EOPNOTSUPP ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR;
}

/* A device may give blocks back whatever they read as then; its fallocate() may not. */
static int discard_of_device(const struct blk *blk, const struct blk_range *range)
{
	struct address_space *mapping = blk->file->f_mapping;
	int err;

	filemap_invalidate_lock(mapping);
	truncate_inode_pages_range(mapping, range->pos, range->pos + range->len - 1);
	err = blkdev_issue_discard(I_BDEV(mapping->host), range->pos / BLK_SECTOR,
				   range->len / BLK_SECTOR, GFP_KERNEL);
	filemap_invalidate_unlock(mapping);
	return err;
}

static int clear(const struct blk *blk, enum blk_op op, const struct blk_range *range)
{
	int mode = range->unmap ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;
	int err = -EOPNOTSUPP;

	if (op == BLK_DISCARD && !blk->regular)
		return discard_of_device(blk, range);
	if (blk->file->f_op->fallocate)
		err = vfs_fallocate(blk->file, mode | FALLOC_FL_KEEP_SIZE, range->pos, range->len);
	if (err == -EOPNOTSUPP && op == BLK_ZEROES)
		err = blk_write_zeroes(blk, range->pos, range->len);
	return err;
}

static u8 clear_ranges(const struct blk_req *req)
{
	const struct blk *blk = req->bq->blk;
	struct blk_raw_range raw;
	struct blk_range range;
	u32 i, at = sizeof(struct blk_header);
	u8 status = VIRTIO_BLK_S_OK;

	for (i = 0; i < req->cmd.ranges && status == VIRTIO_BLK_S_OK; i++, at += sizeof(raw)) {
		if (vio_get(&blk->vio, &req->chain, at, &raw, sizeof(raw)))
			return VIRTIO_BLK_S_IOERR;
		status = blk_parse_range(&blk->disk, req->cmd.op, &raw, &range);
		if (status == VIRTIO_BLK_S_OK)
			status = to_status(clear(blk, req->cmd.op, &range));
		if (!vio_is_live(req->bq->q))
			return VIRTIO_BLK_S_IOERR;
		cond_resched();
	}
	if (status == VIRTIO_BLK_S_OK && !blk_is_write_back(blk))
		status = to_status(vfs_fsync(blk->file, 1));
	return status;
}

/* All that is there at once: one flush of the disk is one for all who have asked for it by then. */
static void do_all(struct list_head *reqs, struct blk_queue *bq)
{
	struct blk_req *req, *next;
	bool flushed = false;
	u8 status = 0;

	list_for_each_entry_safe(req, next, reqs, link) {
		if (!vio_is_live(bq->q))
			return;
		list_del(&req->link);
		if (req->cmd.op != BLK_FLUSH) {
			blk_answer(req, clear_ranges(req));
			continue;
		}
		if (!flushed)
			status = to_status(vfs_fsync(bq->blk->file, 1));
		flushed = true;
		blk_answer(req, status);
	}
}

void blk_slow_work(struct work_struct *work)
{
	struct blk_queue *bq = container_of(work, struct blk_queue, slow_work);
	LIST_HEAD(reqs);

	spin_lock_irq(&bq->lock);
	list_splice_init(&bq->slow, &reqs);
	spin_unlock_irq(&bq->lock);
	do_all(&reqs, bq);
	/* Of a queue that is being stopped: for blk_stop(). */
	spin_lock_irq(&bq->lock);
	list_splice(&reqs, &bq->slow);
	spin_unlock_irq(&bq->lock);
}
