/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk.h - a disk: what its parts share; for blk*.c only
 *
 * A request is popped by its queue's worker, which begins it. Data is moved in pieces, from or
 * to held pages of the guest, by direct I/O that completes in any context, or through the page
 * cache, where the worker waits. What may take long without moving data of the guest's is done
 * by other work of the queue ("slow"), one request after the other.
 *
 * Who has a request: @free of its queue; the worker; the host, while a piece of it is moved;
 * @again, for the worker to go on with; @slow, and the work for these.
 */
#ifndef _INSULA_VIRTIO_BLK_H
#define _INSULA_VIRTIO_BLK_H

#include <linux/atomic.h>
#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "../../vm/vm.h"
#include "blk-request.h"
#include "device.h"

#define BLK_QUEUES_MAX	8
#define BLK_QUEUE_SIZE	256
#define BLK_SEGS_MAX	128		/* of data: a chain has two more */
#define BLK_PIECE_PAGES	96		/* a request is one allocation of at most 4 KiB */
#define BLK_PIECE_BYTES	(4u << 20)	/* they may be huge */
#define BLK_ID_BYTES	20

/** struct blk_config - device configuration (virtio 1.2 §5.2.4) */
struct blk_config {
	u64 capacity;			/* sectors */
	u32 size_max;			/* not offered, like geometry */
	u32 seg_max;
	u32 geometry;
	u32 blk_size;			/* bytes; what follows is in these */
	u8 physical_block_exp;
	u8 alignment_offset;
	u16 min_io_size;
	u32 opt_io_size;
	u8 writeback;
	u8 unused0;
	u16 num_queues;
	u32 max_discard_sectors;
	u32 max_discard_seg;
	u32 discard_sector_alignment;
	u32 max_write_zeroes_sectors;
	u32 max_write_zeroes_seg;
	u8 write_zeroes_may_unmap;
	u8 unused1[3];
};

/**
 * struct blk_req - a request
 * @link:	in a list of its queue's
 * @bq:		its queue; constant
 * @cmd:	what is asked for
 * @status:	where the answer goes: a byte, held
 * @done:	bytes of data that have been moved
 * @buffered:	direct I/O was refused: it goes through the page cache
 * @iocb:	the piece that is being moved
 * @users:	who has yet to be done with @iocb: who submitted it, who moves it
 * @result:	what became of it: bytes, or an errno
 * @npieces:	entries of @piece
 * @piece:	its memory, held
 * @chain:	as popped
 */
struct blk_req {
	struct list_head link;
	struct blk_queue *bq;
	struct blk_cmd cmd;
	struct bio_vec status;
	u32 done;
	bool buffered;
	struct kiocb iocb;
	atomic_t users;
	long result;
	unsigned int npieces;
	struct bio_vec piece[BLK_PIECE_PAGES];
	struct ring_chain chain;
};

/** struct blk_stats - since the disk was made; for each kind of request, those that succeeded */
struct blk_stats {
	u64 reads, read_bytes, writes, write_bytes, flushes, discards, errors;
};

/**
 * struct blk_queue - what a queue has besides struct vio_queue
 * @blk:	constant
 * @q:		likewise
 * @lock:	guards what follows; innermost, from any context
 * @free:	requests that are none: always one if none is in flight
 * @again:	those for the worker to go on with
 * @slow:	those for @slow_work
 * @moving:	pieces that the host has
 * @starved:	the worker waits for a free request
 * @idle:	for @moving to become 0
 * @stats:	of this queue
 * @inflight:	requests popped and not answered; not guarded
 * @slow_work:	flushes, discards, writes zeroes
 */
struct blk_queue {
	struct blk *blk;
	struct vio_queue *q;
	spinlock_t lock;
	struct list_head free, again, slow;
	unsigned int moving;
	bool starved;
	wait_queue_head_t idle;
	struct blk_stats stats;
	atomic_t inflight;
	struct work_struct slow_work;
};

/**
 * struct blk - a disk
 * @vio:	to the rest of the module
 * @file:	constant, like all but @config
 * @disk:	what requests are checked by
 * @regular:	@file is no block device
 * @direct:	direct I/O is possible, for what is aligned:
 * @memory_mask: bits that are 0 in the offset of memory in its page
 * @disk_mask:	bits that are 0 in positions, and in lengths of each piece of memory
 * @serial:	as the guest gets it, filled up with zeroes
 * @config:	what the guest reads; it writes @writeback, under the registers' lock
 * @queue:	one for each of @vio's
 */
struct blk {
	struct vio vio;
	struct file *file;
	struct blk_disk disk;
	bool regular, direct;
	u32 memory_mask, disk_mask;
	char serial[BLK_ID_BYTES];
	struct blk_config config;
	struct blk_queue queue[];
};

/* blk.c */

/** blk_is_write_back() - may what is written wait for a flush? Only for queues at work. */
bool blk_is_write_back(const struct blk *blk);

/* blk-queue.c */

/** blk_run() - see struct vio_ops */
void blk_run(struct vio_queue *q);
/** blk_stop() - likewise */
void blk_stop(struct vio_queue *q);

/**
 * blk_queue_init() - what queue @i has besides its struct vio_queue, zeroed before
 * May sleep. Return: 0 or -ENOMEM.
 */
int blk_queue_init(struct blk *blk, unsigned int i);
/** blk_queue_free() - undo it; it is stopped */
void blk_queue_free(struct blk_queue *bq);

/**
 * blk_answer() - the request is done: tell the driver, and let go of it
 * @status:	VIRTIO_BLK_S_*
 *
 * Context: any.
 */
void blk_answer(struct blk_req *req, u8 status);
/** blk_go_on_later() - have the worker call blk_move() for it. Context: any. */
void blk_go_on_later(struct blk_req *req);

/* blk-io.c */

/** blk_move() - read or write what is left of @req, or the next piece of it. May sleep. */
void blk_move(struct blk_req *req);
/** blk_write_zeroes() - through the page cache. May sleep. Return: 0 or a negative errno. */
int blk_write_zeroes(const struct blk *blk, u64 pos, u64 len);

/* blk-slow.c */

/** blk_slow_work() - of struct blk_queue: all in its list @slow. May sleep. */
void blk_slow_work(struct work_struct *work);

#endif
