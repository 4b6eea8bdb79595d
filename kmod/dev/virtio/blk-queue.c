// SPDX-License-Identifier: GPL-2.0-only
/*
 * blk-queue.c - a disk's requests: from pop to push
 *
 * Each gets an answer, whatever becomes of the file: an error of the host's is one of the
 * disk's. Nothing here moves data or waits for the disk; that is in blk-io.c and blk-slow.c.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio_blk.h>
#include "blk.h"

static struct blk_queue *to_blk_queue(const struct vio_queue *q)
{
	return &container_of(q->vio, struct blk, vio)->queue[q->index];
}

/* Requests. */

static void put_req(struct blk_req *req)
{
	struct blk_queue *bq = req->bq;
	unsigned long flags;
	bool starved;

	spin_lock_irqsave(&bq->lock, flags);
	list_add(&req->link, &bq->free);
	starved = bq->starved;
	bq->starved = false;
	spin_unlock_irqrestore(&bq->lock, flags);
	if (unlikely(starved))
		vio_run_later(bq->q);
}

static bool make_req(struct blk_queue *bq)
{
	struct blk_req *req = kmalloc(sizeof(*req), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (!req)
		return false;
	req->bq = bq;
	put_req(req);
	return true;
}

/* One that is free, or NULL; @wait: then the worker is called when there is one again. */
static struct blk_req *take_req(struct blk_queue *bq, bool wait)
{
	struct blk_req *req;

	spin_lock_irq(&bq->lock);
	req = list_first_entry_or_null(&bq->free, struct blk_req, link);
	if (req)
		list_del(&req->link);
	bq->starved = !req && wait;
	spin_unlock_irq(&bq->lock);
	return req;
}

/*
 * For the next chain. As many are made as were ever in flight at once, which the size of the ring
 * bounds. NULL: there is no memory for one more, but at least one is in flight.
 */
static struct blk_req *get_req(struct blk_queue *bq)
{
	struct blk_req *req = take_req(bq, false);

	if (!req) {
		make_req(bq);
		req = take_req(bq, true);
	}
	return req;
}

static void count(struct blk_stats *stats, const struct blk_cmd *cmd, u8 status)
{
	if (status != VIRTIO_BLK_S_OK) {
		stats->errors++;
		return;
	}
	switch (cmd->op) {
	case BLK_READ:
		stats->reads++;
		stats->read_bytes += cmd->len;
		break;
	case BLK_WRITE:
		stats->writes++;
		stats->write_bytes += cmd->len;
		break;
	case BLK_FLUSH:
		stats->flushes++;
		break;
	case BLK_DISCARD:
	case BLK_ZEROES:
		stats->discards++;
		break;
	case BLK_ID:
		break;
	}
}

void blk_answer(struct blk_req *req, u8 status)
{
	struct blk_queue *bq = req->bq;
	unsigned long flags;

	*(u8 *)bvec_virt(&req->status) = status;
	ram_let_go(&req->status, true);
	/* Who sees the answer finds it counted. */
	spin_lock_irqsave(&bq->lock, flags);
	count(&bq->stats, &req->cmd, status);
	spin_unlock_irqrestore(&bq->lock, flags);
	atomic_dec(&bq->inflight);
	vio_push(bq->q, req->chain.id, req->chain.write_len);
	put_req(req);
}

/* The beginning of a request, in the worker. */

static int hold_status(struct blk_req *req)
{
	struct guest_ram *ram = req->bq->blk->vio.ram;
	u64 at;
	int err;

	if (!req->chain.write_len)
		return -EINVAL;
	at = blk_status_at(&req->chain);
	while ((err = ram_hold(ram, at, 1, &req->status)) == -EAGAIN) {
		err = ram_bring_in(ram, at, 1);
		if (err)
			break;
	}
	return err;
}

static u8 parse(struct blk_req *req)
{
	const struct blk *blk = req->bq->blk;
	struct blk_header header;

	req->cmd = (struct blk_cmd){ .op = BLK_ID };
	if (vio_get(&blk->vio, &req->chain, 0, &header, sizeof(header)))
		return VIRTIO_BLK_S_IOERR;
	return blk_parse(&blk->disk, &header, req->chain.read_len, req->chain.write_len,
			 &req->cmd);
}

static u8 tell_id(struct blk_req *req)
{
	const struct blk *blk = req->bq->blk;
	u32 len = min_t(u32, req->cmd.len, BLK_ID_BYTES);

	return vio_put(&blk->vio, &req->chain, 0, blk->serial, len) ? VIRTIO_BLK_S_IOERR
								    : VIRTIO_BLK_S_OK;
}

static void make_slow(struct blk_req *req)
{
	struct blk_queue *bq = req->bq;

	spin_lock_irq(&bq->lock);
	list_add_tail(&req->link, &bq->slow);
	spin_unlock_irq(&bq->lock);
	vio_queue_work(&bq->slow_work);
}

static void begin(struct blk_req *req)
{
	u8 status;

	if (hold_status(req)) {
		vio_break(req->bq->q, "a request has no room in RAM for its status");
		atomic_dec(&req->bq->inflight);
		put_req(req);
		return;
	}
	req->done = 0;
	req->buffered = false;
	status = parse(req);
	if (status != VIRTIO_BLK_S_OK) {
		blk_answer(req, status);
		return;
	}
	switch (req->cmd.op) {
	case BLK_READ:
	case BLK_WRITE:
		blk_move(req);
		break;
	case BLK_ID:
		blk_answer(req, tell_id(req));
		break;
	default:
		make_slow(req);
		break;
	}
}

static void go_on(struct blk_queue *bq)
{
	struct blk_req *req;

	while (!list_empty(&bq->again) && vio_is_live(bq->q)) {
		spin_lock_irq(&bq->lock);
		req = list_first_entry(&bq->again, struct blk_req, link);
		list_del(&req->link);
		spin_unlock_irq(&bq->lock);
		blk_move(req);
	}
}

/* Return: false if it has to wait for a request to become free. */
static bool serve(struct vio_queue *q, struct blk_queue *bq)
{
	struct blk_req *req;

	for (;;) {
		go_on(bq);
		req = get_req(bq);
		if (!req)
			return false;
		if (vio_pop(q, &req->chain) <= 0)
			break;
		atomic_inc(&bq->inflight);
		begin(req);
		cond_resched();
	}
	put_req(req);
	return true;
}

void blk_run(struct vio_queue *q)
{
	struct blk_queue *bq = to_blk_queue(q);

	do {
		vio_disable_kick(q);
		if (!serve(q, bq))
			return;
	} while (vio_enable_kick(q));
}

void blk_go_on_later(struct blk_req *req)
{
	struct blk_queue *bq = req->bq;
	unsigned long flags;

	spin_lock_irqsave(&bq->lock, flags);
	list_add_tail(&req->link, &bq->again);
	spin_unlock_irqrestore(&bq->lock, flags);
	vio_run_later(bq->q);
}

/* The end. */

/* Of those that nobody will answer; the worker and the slow one are off. */
static void drop(struct list_head *reqs)
{
	struct blk_req *req, *next;

	list_for_each_entry_safe(req, next, reqs, link) {
		ram_let_go(&req->status, false);
		atomic_dec(&req->bq->inflight);
		put_req(req);
	}
	INIT_LIST_HEAD(reqs);
}

/* All but @keep of them. */
static void free_reqs(struct blk_queue *bq, unsigned int keep)
{
	struct blk_req *req, *next;

	list_for_each_entry_safe(req, next, &bq->free, link) {
		if (keep) {
			keep--;
			continue;
		}
		list_del(&req->link);
		kfree(req);
	}
}

void blk_stop(struct vio_queue *q)
{
	struct blk_queue *bq = to_blk_queue(q);

	cancel_work_sync(&bq->slow_work);
	spin_lock_irq(&bq->lock);
	wait_event_lock_irq(bq->idle, !bq->moving, bq->lock);
	spin_unlock_irq(&bq->lock);
	drop(&bq->again);
	drop(&bq->slow);
	bq->starved = false;
	free_reqs(bq, 1);
}

/* Its beginning and its end with the disk's. */

int blk_queue_init(struct blk *blk, unsigned int i)
{
	struct blk_queue *bq = &blk->queue[i];

	bq->blk = blk;
	bq->q = &blk->vio.queue[i];
	spin_lock_init(&bq->lock);
	INIT_LIST_HEAD(&bq->free);
	INIT_LIST_HEAD(&bq->again);
	INIT_LIST_HEAD(&bq->slow);
	init_waitqueue_head(&bq->idle);
	INIT_WORK(&bq->slow_work, blk_slow_work);
	return make_req(bq) ? 0 : -ENOMEM;
}

void blk_queue_free(struct blk_queue *bq)
{
	free_reqs(bq, 0);
}
