/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - a virtio device at work: its registers, its queues' memory, and who serves them
 *
 * A kind of device (blk, net, ...) embeds struct vio and gives it struct vio_ops. A queue's life
 * is here: when the driver activates it, a worker maps its rings into the kernel; from then on
 * the device serves it; when the driver, or the VM, resets it, the device lets go of all that
 * it has of the guest's, and the rings are unmapped. All that takes time happens in
 * workers; the vCPU that asked goes on and reads "not done yet".
 *
 * A device serves its queues in its @run, which is called by a worker of the queue's own and
 * may sleep:
 *
 *	do {
 *		vio_disable_kick(q);
 *		while (vio_pop(q, chain) > 0)
 *			... vio_push(q, chain->id, written);
 *	} while (vio_enable_kick(q));
 *
 * or later, from any context, as long as @stop waits for what is on its way.
 */
#ifndef _INSULA_VIRTIO_DEVICE_H
#define _INSULA_VIRTIO_DEVICE_H

#include <linux/mutex.h>
#include <linux/workqueue.h>
#include "../../mm/ram-io.h"
#include "regs.h"
#include "ring.h"

struct vio;
struct vio_queue;

/**
 * struct vio_ops - a kind of device
 * @start:	queue @q is mapped and about to be served: make it ready. Optional. May sleep.
 * @run:	the driver has notified @q, or it has just been started. Called by its worker, one
 *		call at a time. May sleep.
 * @kick:	called instead, where the notification comes in: on a vCPU's CPU with interrupts
 *		off, perhaps on several at once. It may make @run be called by vio_run_later().
 *		Optional.
 * @stop:	@q will not be served any more: return when nothing of the device touches its ring
 *		or memory of its chains, nor will. vio_pop() finds nothing already, and @run does
 *		not run. What was popped need not be pushed. Optional. May sleep.
 * @reset:	all queues are stopped: what the driver has told the device besides is forgotten.
 *		Optional. May sleep.
 * @config_written: see struct virtio_ops. Optional.
 * @free:	the queues are off for good: see to it that nobody on the host uses the device any
 *		more, and free it, and what it has. May sleep.
 */
struct vio_ops {
	void (*start)(struct vio_queue *q);
	void (*run)(struct vio_queue *q);
	void (*kick)(struct vio_queue *q);
	void (*stop)(struct vio_queue *q);
	void (*reset)(struct vio *vio);
	void (*config_written)(struct vio *vio, u32 offset, unsigned int size, u64 val);
	void (*free)(struct vio *vio);
};

/** enum vio_queue_state - what is to become of a queue; set by registers, seen by its worker */
enum vio_queue_state {
	VIO_QUEUE_OFF,
	VIO_QUEUE_WANTED,	/* activated: to be mapped */
	VIO_QUEUE_LIVE,		/* mapped and started */
};

/**
 * struct vio_queue - a queue
 * @vio:	its device; constant
 * @index:	constant
 * @state:	enum vio_queue_state
 * @lock:	guards @ring; taken with interrupts off, from any context
 * @ring:	the ring, while @state is VIO_QUEUE_LIVE
 * @missing:	where the indirect table is that vio_pop_now() did not find mapped
 * @missing_len: and how long it is
 * @map:	its parts in the host; the worker's, or stop's when the worker is off
 * @started:	likewise: vio_ops.start has been called
 * @work:	the worker
 * @reset:	stops it, because the driver has reset the queue
 */
struct vio_queue {
	struct vio *vio;
	unsigned int index;
	int state;
	raw_spinlock_t lock;
	struct ring ring;
	u64 missing;
	u32 missing_len;
	struct ram_map map[3];
	bool started;
	struct work_struct work, reset;
};

/**
 * struct vio - a device
 * @regs:	what the guest sees
 * @ops:	constant
 * @ram:	constant
 * @nqueues:	constant
 * @queue:	they
 * @lock:	one stops queues at a time
 * @reset:	stops all, because the driver has reset the device
 */
struct vio {
	struct virtio_dev regs;
	const struct vio_ops *ops;
	struct guest_ram *ram;
	unsigned int nqueues;
	struct vio_queue *queue;
	struct mutex lock;
	struct work_struct reset;
};

/**
 * struct vio_setup - what a device is
 * @ops:	see there
 * @type:	VIRTIO_ID_*
 * @features:	of the device type, bits of VIRTIO_*_F_*; those of rings are added
 * @nqueues:	1 to VIRTIO_QUEUES_MAX
 * @queue_size:	entries that each offers: a power of two, up to VIO_QUEUE_SIZE_MAX
 * @config:	device configuration, the caller's until @free; may be NULL
 * @config_len:	its bytes
 */
struct vio_setup {
	const struct vio_ops *ops;
	u16 type;
	u64 features;
	unsigned int nqueues;
	u16 queue_size;
	void *config;
	u32 config_len;
};

#define VIO_QUEUE_SIZE_MAX	1024

/** vio_init() - workers, once a module. Return: 0 or -ENOMEM. */
int vio_init(void);
/** vio_exit() - no device exists any more */
void vio_exit(void);

/**
 * vio_create() - a device at rest
 * @vio:	zeroed
 *
 * After an error @vio is to be freed by the caller, ops->free() is not called.
 * May sleep. Return: 0, -ENOMEM, -EINVAL, -ENOSPC (see virtio_init()).
 */
int vio_create(struct vio *vio, struct guest_ram *ram, const struct vio_setup *setup);
/** vio_destroy() - stop it and free it by ops->free(). No vCPU exists. May sleep. */
void vio_destroy(struct vio *vio);

/** vio_is_live() - is @q to be served? Context: any */
static inline bool vio_is_live(const struct vio_queue *q)
{
	return smp_load_acquire(&q->state) == VIO_QUEUE_LIVE; /* pairs with its start */
}

/** vio_run_later() - have @run called, if the queue is still alive. Context: any. */
void vio_run_later(struct vio_queue *q);

/** vio_queue_work() - have work of the device's own done, among that of queues. Context: any. */
void vio_queue_work(struct work_struct *work);

/**
 * vio_pop() - take the next chain
 *
 * Brings an indirect table in. May sleep. Return: 1 with a chain; 0: there is none, or the
 * queue is being stopped; -EPROTO: the ring is broken, which the driver has been told.
 */
int vio_pop(struct vio_queue *q, struct ring_chain *chain);
/**
 * vio_pop_now() - likewise, from any context
 * Return: also -EAGAIN: it is in memory that is not mapped; vio_bring_in() is needed.
 */
int vio_pop_now(struct vio_queue *q, struct ring_chain *chain);
/** vio_bring_in() - what vio_pop_now() has missed. May sleep. Return: 0, or it is broken. */
int vio_bring_in(struct vio_queue *q);
/** vio_unpop() - see ring_unpop(). Context: any. */
void vio_unpop(struct vio_queue *q, struct ring_id id);
/** vio_push() - done with a chain: push, publish, interrupt if wanted. Context: any. */
void vio_push(struct vio_queue *q, struct ring_id id, u32 written);
/** struct vio_used - a chain that the device is done with: arguments of vio_push() */
struct vio_used {
	struct ring_id id;
	u32 written;
};

/**
 * vio_push_many() - done with @n chains: push, publish them together
 * @signal:	interrupt, if the driver wants one for what was published; else vio_signal() follows
 *
 * Context: any.
 */
void vio_push_many(struct vio_queue *q, const struct vio_used *used, unsigned int n, bool signal);
/**
 * vio_signal() - interrupt, if the driver wants one for what was published without
 *
 * Nothing happens to a queue that is off. Context: any, as long as @stop waits for it.
 */
void vio_signal(struct vio_queue *q);
/** vio_disable_kick() - see ring_disable_kick(). Context: any. */
void vio_disable_kick(struct vio_queue *q);
/** vio_enable_kick() - Return: is there more to pop? No, when it is being stopped. Context: any. */
bool vio_enable_kick(struct vio_queue *q);
/** vio_break() - the driver did what can't be: it has to reset the device. Context: any. */
void vio_break(struct vio_queue *q, const char *why);

/** enum vio_side - the part of a chain that the device reads, or the one that it writes */
enum vio_side { VIO_READ, VIO_WRITE };

/**
 * vio_copy_from() - copy from what a chain gives the device to read
 * @offset:	bytes to leave out at its beginning
 * @len:	bytes to copy
 *
 * Context: any. Return: 0; -EINVAL: it is shorter than that; as ram_read() else.
 */
int vio_copy_from(const struct vio *vio, const struct ring_chain *chain, u32 offset, void *buf,
		  u32 len);
/** vio_copy_to() - copy to what a chain lets the device write; likewise */
int vio_copy_to(const struct vio *vio, const struct ring_chain *chain, u32 offset,
		const void *buf, u32 len);
/**
 * vio_bring_in_chain() - have one side of a chain mapped, after -EAGAIN
 * @offset:	from which byte
 * @len:	how many
 *
 * May sleep. Return: 0; as ram_bring_in().
 */
int vio_bring_in_chain(const struct vio *vio, const struct ring_chain *chain, enum vio_side side,
		       u32 offset, u32 len);

/**
 * vio_get() - vio_copy_from() for one who may sleep: brings in what is not mapped
 * Return: 0; -EINVAL: the chain is shorter than that; as ram_bring_in() else.
 */
int vio_get(const struct vio *vio, const struct ring_chain *chain, u32 offset, void *buf, u32 len);
/** vio_put() - vio_copy_to() for one who may sleep; likewise */
int vio_put(const struct vio *vio, const struct ring_chain *chain, u32 offset, const void *buf,
	    u32 len);

#endif
