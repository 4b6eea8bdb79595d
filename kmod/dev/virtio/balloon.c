// SPDX-License-Identifier: GPL-2.0-only
/*
 * balloon.c - virtio memory balloon: RAM that the guest gives up (virtio 1.2 §5.5)
 *
 * In two ways. The host sets a target, and the driver inflates the balloon towards it: pages that
 * it takes from its guest and tells of by number. And the driver reports pages that are free
 * anyway, whenever there are some. Both are discarded: the memory is the host's, and what the guest
 * touches again reads as zeroes. Nothing has to be done for it to have them back, so deflating is
 * just acknowledged.
 *
 * What a driver says is believed only as far as it harms nobody but its own guest: pages outside of
 * RAM are passed over, those in use by devices are its own loss (see ram-release.h).
 *
 * Statistics lie in a buffer of the driver's that the device keeps. It is given back, for the
 * driver to fill it anew, only when somebody has asked for statistics: who asks gets those of the
 * last time. So an idle guest is not woken up.
 *
 * Locks: @work_lock is held while a chain is worked on, which takes its time. @lock is never held
 * for long, and taken inside it.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/virtio_ids.h>
#include "../../mm/ram-release.h"
#include "../../vm/vcpu.h"
#include "balloon-proto.h"
#include "devices.h"

#define BALLOON_QUEUE_SIZE	256
#define STATS_AT_ONCE		16

static_assert(RING_CHAIN_MAX <= BALLOON_PFNS);
static_assert(BALLOON_STATS == VM_BALLOON_STATS);

/**
 * struct balloon - the device
 * @vio:	to the rest of the module
 * @config:	as the guest reads it
 * @work_lock:	guards what follows, up to @lock
 * @chain:	being worked on
 * @pfn:	page numbers of it
 * @range:	what they, or its buffers, come to
 * @lock:	guards what follows; taken with interrupts off
 * @reported:	bytes that the guest has reported and that were discarded
 * @stats:	what the driver has told last
 * @stats_at:	when, in ns; 0: it has not
 * @keeping:	a buffer of the statistics queue is here
 * @kept:	which
 */
struct balloon {
	struct vio vio;
	struct virtio_balloon_config config;
	struct mutex work_lock;
	struct ring_chain chain;
	__le32 pfn[BALLOON_PFNS];
	struct ram_range range[BALLOON_PFNS];
	spinlock_t lock;
	u64 reported;
	struct balloon_stats stats;
	u64 stats_at;
	bool keeping;
	struct ring_id kept;
};

static struct balloon *to_balloon(struct vio *vio)
{
	return container_of(vio, struct balloon, vio);
}

static bool is_ram(const void *ram, u64 gpa)
{
	return ram_contains(ram, gpa);
}

/* What comes of it can't be told to the driver: what stays in the guest's file is no loss to it. */
static u64 discard(struct balloon *b, unsigned int n)
{
	u64 released;

	ram_release(b->vio.ram, b->range, n, &released);
	return released;
}

/* Return: 0, or a negative errno: the page numbers can't be read. */
static int inflate(struct balloon *b, struct vio_queue *q)
{
	u32 left = b->chain.read_len / sizeof(*b->pfn), done = 0, n;
	int err;

	for (; left && vio_is_live(q); left -= n) {
		n = min_t(u32, left, BALLOON_PFNS);
		err = vio_get(&b->vio, &b->chain, done, b->pfn, n * sizeof(*b->pfn));
		if (err)
			return err;
		done += n * sizeof(*b->pfn);
		discard(b, balloon_ranges(b->pfn, n, is_ram, b->vio.ram, b->range));
		cond_resched();
	}
	return 0;
}

static int report(struct balloon *b, struct vio_queue *q)
{
	const struct ring_seg *seg = b->chain.seg + b->chain.nread;
	unsigned int i, n = 0;
	u64 released;

	if (!balloon_may_discard(b->vio.regs.features, &b->config))
		return 0;
	for (i = 0; i < b->chain.nwrite; i++)
		n += balloon_seg_range(&seg[i], &b->range[n]);
	released = discard(b, n);
	spin_lock_irq(&b->lock);
	b->reported += released;
	spin_unlock_irq(&b->lock);
	return 0;
}

/* Under the lock: the driver is to tell anew. */
static void give_back(struct balloon *b, struct vio_queue *q)
{
	if (b->keeping)
		vio_push(q, b->kept, 0);
	b->keeping = false;
}

/* Takes the chain, to be given back when somebody asks. Linux has one, which is enough. */
static int take_stats(struct balloon *b, struct vio_queue *q)
{
	u32 n = min_t(u32, b->chain.read_len / sizeof(struct balloon_stat), STATS_AT_ONCE);
	struct balloon_stat stat[STATS_AT_ONCE];
	struct balloon_stats stats = { };
	int err;

	err = vio_get(&b->vio, &b->chain, 0, stat, n * sizeof(*stat));
	if (err)
		return err;
	balloon_take_stats(&stats, stat, n);
	spin_lock_irq(&b->lock);
	give_back(b, q);
	b->stats = stats;
	b->stats_at = ktime_get_ns();
	b->kept = b->chain.id;
	b->keeping = true;
	spin_unlock_irq(&b->lock);
	return 0;
}

/* Return: 0, and the chain is done with or kept; a negative errno: it is not in RAM. */
static int work_on(struct balloon *b, struct vio_queue *q)
{
	enum balloon_role role = balloon_role(b->vio.regs.features, q->index);
	int err = 0;

	if (role == BALLOON_ROLE_STATS)
		return take_stats(b, q);
	if (role == BALLOON_ROLE_INFLATE)
		err = inflate(b, q);
	else if (role == BALLOON_ROLE_REPORT)
		err = report(b, q);
	if (!err)
		vio_push(q, b->chain.id, 0);
	return err;
}

/* Return: was there one? */
static bool do_chain(struct balloon *b, struct vio_queue *q)
{
	bool there;

	mutex_lock(&b->work_lock);
	there = vio_pop(q, &b->chain) > 0;
	if (there && work_on(b, q)) {
		vio_break(q, "what the balloon is told is not in RAM");
		there = false;
	}
	mutex_unlock(&b->work_lock);
	return there;
}

static void balloon_run(struct vio_queue *q)
{
	struct balloon *b = to_balloon(q->vio);

	do {
		vio_disable_kick(q);
		while (do_chain(b, q))
			cond_resched();
	} while (vio_enable_kick(q));
}

static void balloon_stop(struct vio_queue *q)
{
	struct balloon *b = to_balloon(q->vio);

	if (q->index != BALLOON_QUEUE_STATS)
		return;
	spin_lock_irq(&b->lock);
	b->keeping = false;
	b->stats_at = 0;
	spin_unlock_irq(&b->lock);
}

static void balloon_reset(struct vio *vio)
{
	struct balloon *b = to_balloon(vio);

	WRITE_ONCE(b->config.actual, 0);
	WRITE_ONCE(b->config.poison_val, 0);
}

static void on_config_written(struct vio *vio, u32 offset, unsigned int size, u64 val)
{
	balloon_config_written(&to_balloon(vio)->config, offset, size, val);
}

static void balloon_free(struct vio *vio)
{
	kfree(to_balloon(vio));
}

static const struct vio_ops balloon_ops = {
	.run = balloon_run,
	.stop = balloon_stop,
	.reset = balloon_reset,
	.config_written = on_config_written,
	.free = balloon_free,
};

struct vio *virtio_balloon_create(struct vm *vm)
{
	struct balloon *b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	struct vio_setup setup = {
		.ops = &balloon_ops,
		.type = VIRTIO_ID_BALLOON,
		.features = BALLOON_FEATURES,
		.nqueues = BALLOON_QUEUES,
		.queue_size = BALLOON_QUEUE_SIZE,
		.config_len = sizeof(b->config),
	};
	int err;

	if (!b)
		return ERR_PTR(-ENOMEM);
	setup.config = &b->config;
	mutex_init(&b->work_lock);
	spin_lock_init(&b->lock);
	err = vio_create(&b->vio, &vm->ram, &setup);
	if (err) {
		kfree(b);
		return ERR_PTR(err);
	}
	return &b->vio;
}

void virtio_balloon_set_target(struct vio *vio, u64 bytes)
{
	struct balloon *b = to_balloon(vio);
	__le32 pages = cpu_to_le32(min_t(u64, bytes / BALLOON_PAGE, U32_MAX));

	if (READ_ONCE(b->config.num_pages) == pages)
		return;
	virtio_config_update(&vio->regs, offsetof(struct virtio_balloon_config, num_pages),
			     &pages, sizeof(pages));
}

void virtio_balloon_info(struct vio *vio, struct balloon_info *info)
{
	struct balloon *b = to_balloon(vio);
	u64 size = vio->ram->size;

	info->target = le32_to_cpu(READ_ONCE(b->config.num_pages)) * BALLOON_PAGE;
	info->actual = min(le32_to_cpu(READ_ONCE(b->config.actual)) * BALLOON_PAGE, size);
	info->stats = 0;
	spin_lock_irq(&b->lock);
	info->reported = b->reported;
	if (b->stats_at) {
		info->stats = b->stats.has;
		info->stats_age = ktime_get_ns() - b->stats_at;
		memcpy(info->stat, b->stats.val, sizeof(info->stat));
	}
	spin_unlock_irq(&b->lock);
}

void virtio_balloon_ask(struct vio *vio)
{
	struct balloon *b = to_balloon(vio);

	spin_lock_irq(&b->lock);
	give_back(b, &vio->queue[BALLOON_QUEUE_STATS]);
	spin_unlock_irq(&b->lock);
}
