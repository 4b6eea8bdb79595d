// SPDX-License-Identifier: GPL-2.0-only
/*
 * blk-io.c - a disk's data, moved between guest memory and the file in pieces
 *
 * A piece is one read or write of the file. The host may do less than that; the rest is the
 * next piece, and none at all is an error. Memory is held while the host has it, and nothing
 * else of the guest's is.
 *
 * The file's own operations are called, as loop devices do: who opened it was asked by then
 * whether he may, and what remains, freezing of its file system, is done here.
 */
#include <linux/align.h>
#include <linux/mm.h>
#include <linux/ioprio.h>
#include <linux/uio.h>
#include <linux/virtio_blk.h>
#include "blk.h"

static void let_go(struct blk_req *req)
{
	unsigned int i;

	for (i = 0; i < req->npieces; i++)
		ram_let_go(&req->piece[i], req->cmd.op == BLK_READ);
}

static int hold(struct guest_ram *ram, u64 gpa, u32 len, struct bio_vec *piece)
{
	int err;

	while ((err = ram_hold(ram, gpa, len, piece)) == -EAGAIN) {
		err = ram_bring_in(ram, gpa, len);
		if (err)
			break;
	}
	return err;
}

/* As much of what is left as makes one piece. Return: its bytes, or a negative errno. */
static ssize_t hold_piece(struct blk_req *req)
{
	struct blk_cursor at = blk_data_at(&req->chain, req->cmd.op, req->done);
	u32 left = min(req->cmd.len - req->done, BLK_PIECE_BYTES), len = 0, n;
	int err;

	req->npieces = 0;
	while (len < left && req->npieces < BLK_PIECE_PAGES) {
		struct bio_vec *piece = &req->piece[req->npieces];

		n = min(at.seg->len - at.offset, left - len);
		err = hold(req->bq->blk->vio.ram, at.seg->gpa + at.offset, n, piece);
		if (err) {
			let_go(req);
			return err;
		}
		req->npieces++;
		len += piece->bv_len;
		at.offset += piece->bv_len;
		if (at.offset == at.seg->len)
			at = (struct blk_cursor){ .seg = at.seg + 1 };
	}
	return len;
}

static bool can_be_direct(const struct blk_req *req)
{
	const struct blk *blk = req->bq->blk;
	u32 memory = 0, disk = (u32)(req->cmd.pos + req->done);
	unsigned int i;

	if (!blk->direct || req->buffered)
		return false;
	for (i = 0; i < req->npieces; i++) {
		memory |= req->piece[i].bv_offset;
		disk |= req->piece[i].bv_len;
	}
	return !(memory & blk->memory_mask) && !(disk & blk->disk_mask);
}

/* The host is done with the piece: what next? In any context. */
static void end_piece(struct blk_req *req)
{
	bool was_direct = req->iocb.ki_flags & IOCB_DIRECT;
	struct blk_queue *bq = req->bq;
	unsigned long flags;

	let_go(req);
	if (req->result > 0)
		req->done += req->result;
	if (req->done == req->cmd.len) {
		blk_answer(req, VIRTIO_BLK_S_OK);
	} else if (req->result > 0) {
		blk_go_on_later(req);
	} else if (req->result == -EINVAL && was_direct) {
		/* Not all file systems say what they want aligned. */
		req->buffered = true;
		blk_go_on_later(req);
	} else {
		blk_answer(req, VIRTIO_BLK_S_IOERR);
	}
	/* Last of all, and under the lock: blk_stop() waits for it. */
	spin_lock_irqsave(&bq->lock, flags);
	if (!--bq->moving)
		wake_up(&bq->idle);
	spin_unlock_irqrestore(&bq->lock, flags);
}

/* A file system may look at the iocb after it has completed it, up to its return. */
static void put_one(struct blk_req *req)
{
	if (atomic_dec_and_test(&req->users))
		end_piece(req);
}

static void on_complete(struct kiocb *iocb, long result)
{
	struct blk_req *req = container_of(iocb, struct blk_req, iocb);

	if (req->cmd.op == BLK_WRITE && req->bq->blk->regular)
		kiocb_end_write(iocb);
	req->result = result;
	put_one(req);
}

static void init_iocb(struct blk_req *req)
{
	const struct blk *blk = req->bq->blk;
	bool direct = can_be_direct(req);

	req->iocb = (struct kiocb){
		.ki_filp = blk->file,
		.ki_pos = req->cmd.pos + req->done,
		.ki_ioprio = get_current_ioprio(),
		.ki_complete = direct ? on_complete : NULL,
		.ki_flags = direct ? IOCB_DIRECT : 0,
	};
	if (req->cmd.op == BLK_WRITE)
		req->iocb.ki_flags |= IOCB_WRITE | (blk_is_write_back(blk) ? 0 : IOCB_DSYNC);
}

static ssize_t read_or_write(struct blk_req *req, size_t len)
{
	const struct file_operations *ops = req->bq->blk->file->f_op;
	struct iov_iter iter;

	if (req->cmd.op == BLK_READ) {
		iov_iter_bvec(&iter, ITER_DEST, req->piece, req->npieces, len);
		return ops->read_iter(&req->iocb, &iter);
	}
	iov_iter_bvec(&iter, ITER_SOURCE, req->piece, req->npieces, len);
	if (req->bq->blk->regular)
		kiocb_start_write(&req->iocb);
	return ops->write_iter(&req->iocb, &iter);
}

void blk_move(struct blk_req *req)
{
	struct blk_queue *bq = req->bq;
	ssize_t len, result;

	if (req->done == req->cmd.len) {
		blk_answer(req, VIRTIO_BLK_S_OK);
		return;
	}
	len = hold_piece(req);
	if (len < 0) {
		blk_answer(req, VIRTIO_BLK_S_IOERR);
		return;
	}
	spin_lock_irq(&bq->lock);
	bq->moving++;
	spin_unlock_irq(&bq->lock);
	atomic_set(&req->users, 2);
	init_iocb(req);
	result = read_or_write(req, len);
	if (result != -EIOCBQUEUED)
		on_complete(&req->iocb, result);
	put_one(req);
}

int blk_write_zeroes(const struct blk *blk, u64 pos, u64 len)
{
	struct bio_vec zeroes[32];
	struct kiocb iocb;
	struct iov_iter iter;
	ssize_t n;
	int i;

	for (i = 0; i < ARRAY_SIZE(zeroes); i++)
		bvec_set_page(&zeroes[i], ZERO_PAGE(0), PAGE_SIZE, 0);
	for (; len; pos += n, len -= n) {
		iocb = (struct kiocb){
			.ki_filp = blk->file, .ki_pos = pos, .ki_flags = IOCB_WRITE,
			.ki_ioprio = get_current_ioprio(),
		};
		iov_iter_bvec(&iter, ITER_SOURCE, zeroes, ARRAY_SIZE(zeroes),
			      min_t(u64, len, sizeof(zeroes) / sizeof(*zeroes) * PAGE_SIZE));
		file_start_write(blk->file);
		n = blk->file->f_op->write_iter(&iocb, &iter);
		file_end_write(blk->file);
		if (n <= 0)
			return n ?: -EIO;
		cond_resched();
	}
	return 0;
}
