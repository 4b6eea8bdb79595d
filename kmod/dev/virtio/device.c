// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - a virtio device at work: the life of its queues
 *
 * A queue's state is set by registers, in a vCPU's window; a worker follows. Whoever sets it
 * to "off" then waits for the worker, which looks at the state again before everything that
 * it does, so that nothing is begun afterwards: not by a notification, either, that another
 * vCPU was just about to pass on.
 *
 * Lock order: vio->lock, then none; a queue's lock, then its memory's. Registers' lock is
 * never held while another one of this file is taken.
 */
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include "device.h"

static struct workqueue_struct *vio_wq;

static struct vio *to_vio(struct virtio_dev *regs)
{
	return container_of(regs, struct vio, regs);
}

/* A queue begins. */

/* For ring_pop(), under the queue's lock. */
static int read_table(void *ctx, u64 gpa, void *buf, u32 len)
{
	struct vio_queue *q = ctx;
	int err = ram_read(q->vio->ram, gpa, buf, len);

	if (err == -EAGAIN) {
		q->missing = gpa;
		q->missing_len = len;
	}
	return err;
}

static void unmap(struct vio_queue *q)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(q->map); i++)
		ram_unmap(&q->map[i]);
}

static int map(struct vio_queue *q)
{
	const struct virtio_queue *regs = &q->vio->regs.queue[q->index];
	const u64 gpa[] = {
		[RING_DESC]	= regs->desc,
		[RING_DRIVER]	= regs->driver,
		[RING_DEVICE]	= regs->device,
	};
	bool packed = virtio_has(&q->vio->regs, VIRTIO_F_RING_PACKED);
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(gpa) && !err; i++)
		err = ram_map(q->vio->ram, gpa[i], ring_part_bytes(packed, regs->size, i),
			      &q->map[i]);
	if (err)
		unmap(q);
	return err;
}

static void start_ring(struct vio_queue *q)
{
	struct virtio_dev *regs = &q->vio->regs;
	const struct ring_config config = {
		.parts = {
			.desc = q->map[RING_DESC].addr,
			.driver = q->map[RING_DRIVER].addr,
			.device = q->map[RING_DEVICE].addr,
		},
		.size = regs->queue[q->index].size,
		.packed = virtio_has(regs, VIRTIO_F_RING_PACKED),
		.indirect = virtio_has(regs, VIRTIO_RING_F_INDIRECT_DESC),
		.event_idx = virtio_has(regs, VIRTIO_RING_F_EVENT_IDX),
		.read = read_table,
		.ctx = q,
	};

	raw_spin_lock_irq(&q->lock);
	ring_init(&q->ring, &config);
	raw_spin_unlock_irq(&q->lock);
}

/* Whatever becomes of the queue, what is mapped and started is undone by stop(). */
static void start(struct vio_queue *q)
{
	int err = map(q);

	if (err) {
		cmpxchg(&q->state, VIO_QUEUE_WANTED, VIO_QUEUE_OFF);
		virtio_needs_reset(&q->vio->regs, err == -ENOMEM ? "no memory for a ring"
								 : "a ring is not in RAM");
		return;
	}
	start_ring(q);
	q->started = true;
	if (q->vio->ops->start)
		q->vio->ops->start(q);
	/* Before @run, and @kick, look at it. */
	cmpxchg_release(&q->state, VIO_QUEUE_WANTED, VIO_QUEUE_LIVE);
}

static void work(struct work_struct *work)
{
	struct vio_queue *q = container_of(work, struct vio_queue, work);

	if (READ_ONCE(q->state) == VIO_QUEUE_WANTED && !q->started)
		start(q);
	if (vio_is_live(q))
		q->vio->ops->run(q);
}

/* A queue ends. With vio->lock. */

/* Under the queue's lock, so that vio_run_later() has called for the worker, or will not. */
static void switch_off(struct vio_queue *q)
{
	raw_spin_lock_irq(&q->lock);
	WRITE_ONCE(q->state, VIO_QUEUE_OFF);
	raw_spin_unlock_irq(&q->lock);
}

static void stop(struct vio_queue *q)
{
	switch_off(q);
	cancel_work_sync(&q->work);
	if (!q->started)
		return;
	if (q->vio->ops->stop)
		q->vio->ops->stop(q);
	q->started = false;
	unmap(q);
}

static void reset_queue(struct work_struct *work)
{
	struct vio_queue *q = container_of(work, struct vio_queue, reset);

	mutex_lock(&q->vio->lock);
	stop(q);
	mutex_unlock(&q->vio->lock);
	virtio_queue_reset_done(&q->vio->regs, q->index);
}

static void stop_all(struct vio *vio)
{
	unsigned int i;

	mutex_lock(&vio->lock);
	for (i = 0; i < vio->nqueues; i++)
		switch_off(&vio->queue[i]);
	for (i = 0; i < vio->nqueues; i++)
		stop(&vio->queue[i]);
	if (vio->ops->reset)
		vio->ops->reset(vio);
	mutex_unlock(&vio->lock);
}

static void reset_device(struct work_struct *work)
{
	struct vio *vio = container_of(work, struct vio, reset);

	stop_all(vio);
	virtio_reset_done(&vio->regs);
}

/* From the registers: with their lock held, if not told otherwise. */

static void on_activate(struct virtio_dev *regs, unsigned int i)
{
	struct vio_queue *q = &to_vio(regs)->queue[i];

	WRITE_ONCE(q->state, VIO_QUEUE_WANTED);
	queue_work(vio_wq, &q->work);
}

static bool on_reset_queue(struct virtio_dev *regs, unsigned int i)
{
	queue_work(vio_wq, &to_vio(regs)->queue[i].reset);
	return false;
}

static bool on_reset(struct virtio_dev *regs)
{
	queue_work(vio_wq, &to_vio(regs)->reset);
	return false;
}

static void on_notify(struct virtio_dev *regs, unsigned int i)
{
	struct vio *vio = to_vio(regs);
	struct vio_queue *q = &vio->queue[i];

	if (vio->ops->kick && vio_is_live(q))
		vio->ops->kick(q);
	else
		queue_work(vio_wq, &q->work);
}

static void on_config_written(struct virtio_dev *regs, u32 offset, unsigned int size, u64 val)
{
	struct vio *vio = to_vio(regs);

	if (vio->ops->config_written)
		vio->ops->config_written(vio, offset, size, val);
}

/* No vCPU runs, so nobody asks for more; what has been asked for is done, or not begun. */
static void on_quiesce(struct virtio_dev *regs)
{
	struct vio *vio = to_vio(regs);
	unsigned int i;

	cancel_work_sync(&vio->reset);
	for (i = 0; i < vio->nqueues; i++)
		cancel_work_sync(&vio->queue[i].reset);
	stop_all(vio);
}

static const struct virtio_ops virtio_ops = {
	.activate = on_activate,
	.reset_queue = on_reset_queue,
	.reset = on_reset,
	.notify = on_notify,
	.config_written = on_config_written,
	.quiesce = on_quiesce,
};

/* For devices. */

void vio_run_later(struct vio_queue *q)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	if (READ_ONCE(q->state) != VIO_QUEUE_OFF)
		queue_work(vio_wq, &q->work);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

void vio_queue_work(struct work_struct *work)
{
	queue_work(vio_wq, work);
}

int vio_pop_now(struct vio_queue *q, struct ring_chain *chain)
{
	const char *broken = NULL;
	unsigned long flags;
	int n = 0;

	raw_spin_lock_irqsave(&q->lock, flags);
	if (vio_is_live(q)) {
		n = ring_pop(&q->ring, chain);
		broken = q->ring.broken;
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (unlikely(broken))
		virtio_needs_reset(&q->vio->regs, broken);
	return n;
}

int vio_bring_in(struct vio_queue *q)
{
	unsigned long flags;
	u64 missing;
	u32 len;
	int err;

	raw_spin_lock_irqsave(&q->lock, flags);
	missing = q->missing;
	len = q->missing_len;
	raw_spin_unlock_irqrestore(&q->lock, flags);
	err = ram_bring_in(q->vio->ram, missing, len);
	if (err)
		vio_break(q, "an indirect table can't be brought in");
	return err ? -EPROTO : 0;
}

int vio_pop(struct vio_queue *q, struct ring_chain *chain)
{
	int n = vio_pop_now(q, chain);

	while (n == -EAGAIN) {
		n = vio_bring_in(q);
		if (!n)
			n = vio_pop_now(q, chain);
	}
	return n;
}

void vio_unpop(struct vio_queue *q, struct ring_id id)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	ring_unpop(&q->ring, id);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

void vio_push(struct vio_queue *q, struct ring_id id, u32 written)
{
	const struct vio_used used = { .id = id, .written = written };

	vio_push_many(q, &used, 1, true);
}

void vio_push_many(struct vio_queue *q, const struct vio_used *used, unsigned int n, bool signal)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	for (; n; n--, used++)
		ring_push(&q->ring, used->id, used->written);
	ring_publish(&q->ring);
	signal = signal && ring_should_signal(&q->ring);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (signal)
		virtio_signal_queue(&q->vio->regs, q->index);
}

void vio_signal(struct vio_queue *q)
{
	unsigned long flags;
	bool signal;

	raw_spin_lock_irqsave(&q->lock, flags);
	signal = vio_is_live(q) && ring_should_signal(&q->ring);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (signal)
		virtio_signal_queue(&q->vio->regs, q->index);
}

void vio_disable_kick(struct vio_queue *q)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	ring_disable_kick(&q->ring);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

bool vio_enable_kick(struct vio_queue *q)
{
	unsigned long flags;
	bool more;

	raw_spin_lock_irqsave(&q->lock, flags);
	more = vio_is_live(q) && ring_enable_kick(&q->ring);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return more;
}

void vio_break(struct vio_queue *q, const char *why)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	WRITE_ONCE(q->ring.broken, why);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	virtio_needs_reset(&q->vio->regs, why);
}

/* Making and unmaking. */

static void init_queue(struct vio *vio, unsigned int i)
{
	struct vio_queue *q = &vio->queue[i];

	q->vio = vio;
	q->index = i;
	raw_spin_lock_init(&q->lock);
	INIT_WORK(&q->work, work);
	INIT_WORK(&q->reset, reset_queue);
}

static void free_parts(struct virtio_queue *regs, struct msix_vector *vector, struct vio_queue *q)
{
	kvfree(regs);
	kvfree(vector);
	kvfree(q);
}

int vio_create(struct vio *vio, struct guest_ram *ram, const struct vio_setup *setup)
{
	struct virtio_setup regs = {
		.ops = &virtio_ops,
		.type = setup->type,
		.features = setup->features,
		.nqueues = setup->nqueues,
		.config = setup->config,
		.config_len = setup->config_len,
	};
	unsigned int i, n = setup->nqueues;
	int err = -ENOMEM;

	regs.queue = kvcalloc(n, sizeof(*regs.queue), GFP_KERNEL_ACCOUNT);
	regs.vector = kvcalloc(n + 1, sizeof(*regs.vector), GFP_KERNEL_ACCOUNT);
	vio->queue = kvcalloc(n, sizeof(*vio->queue), GFP_KERNEL_ACCOUNT);
	if (!regs.queue || !regs.vector || !vio->queue)
		goto fail;
	vio->ops = setup->ops;
	vio->ram = ram;
	vio->nqueues = n;
	mutex_init(&vio->lock);
	INIT_WORK(&vio->reset, reset_device);
	for (i = 0; i < n; i++)
		regs.queue[i].max_size = setup->queue_size;
	err = virtio_init(&vio->regs, &regs);
	if (err)
		goto fail;
	for (i = 0; i < n; i++)
		init_queue(vio, i);
	return 0;
fail:
	free_parts(regs.queue, regs.vector, vio->queue);
	return err;
}

void vio_destroy(struct vio *vio)
{
	struct virtio_queue *regs = vio->regs.queue;
	struct msix_vector *vector = vio->regs.msix.vector;
	struct vio_queue *queue = vio->queue;

	on_quiesce(&vio->regs);
	/* Up to here users on the host may look at queues, which are off. */
	vio->ops->free(vio);
	free_parts(regs, vector, queue);
}

int vio_init(void)
{
	/* Frozen before the host's disks and networks are, when it is suspended. */
	vio_wq = alloc_workqueue("insula-io", WQ_UNBOUND | WQ_FREEZABLE, WQ_MAX_ACTIVE);
	return vio_wq ? 0 : -ENOMEM;
}

void vio_exit(void)
{
	destroy_workqueue(vio_wq);
}
