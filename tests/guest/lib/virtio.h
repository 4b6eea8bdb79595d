/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio.h - a driver for modern virtio devices on PCI, as simple as one can be
 *
 * Rings are static memory of the guest's that wants them; who wants to misbehave writes there.
 * A chain has an id of its choice below VQ_IDS, and comes back with that.
 */
#ifndef GUEST_VIRTIO_H
#define GUEST_VIRTIO_H

#include "guest.h"

#define VQ_SIZE		256
#define VQ_IDS		64
#define VQ_DIRECT	4	/* segments of a chain that is in the ring itself */
#define VQ_INDIRECT	130

enum {
	VIRTIO_NET = 1, VIRTIO_BLK, VIRTIO_CONSOLE, VIRTIO_RNG, VIRTIO_BALLOON,
};

enum {			/* feature bits */
	VIRTIO_INDIRECT	= 28,
	VIRTIO_EVENT_IDX = 29,
	VIRTIO_VERSION_1 = 32,
	VIRTIO_PACKED	= 34,
	VIRTIO_RESET_RING = 40,
};

enum {			/* device status */
	VIRTIO_ACKNOWLEDGE = 1, VIRTIO_DRIVER = 2, VIRTIO_DRIVER_OK = 4, VIRTIO_FEATURES_OK = 8,
	VIRTIO_NEEDS_RESET = 64,
};

#define VIRTIO_BIT(n)	(1ULL << (n))

struct virtio {
	u32 slot;
	ulong common, isr, config, msix, notify;
	u32 notify_multiplier;
	u16 notify_port;	/* or 0: notified in memory */
	u64 features;
};

struct vq_desc {
	u64 addr;
	u32 len;
	u16 a, b;		/* split: flags, next; packed: id, flags */
};

struct vq_memory {
	struct vq_desc desc[VQ_SIZE];
	u8 driver[4096], device[4096];
	struct vq_desc table[VQ_IDS][VQ_INDIRECT];
} __attribute__((aligned(4096)));

struct virtqueue {
	struct virtio *dev;
	struct vq_memory *mem;
	u16 index;
	bool packed, event_idx;
	u16 next, kicked, used;
	bool wrap, used_wrap;
	u16 slots[VQ_IDS];	/* packed: that a chain occupies */
	u32 added;		/* packed: descriptors since the last kick */
	ulong notify;
};

struct vq_seg {
	u64 addr;
	u32 len;
};

/* A device of that type, the nth from 0 on, by slot; it is switched on, and reset. */
bool virtio_find(struct virtio *dev, u16 type, u32 nth);
u64 virtio_offers(struct virtio *dev);
u8 virtio_status(struct virtio *dev);
bool virtio_reset(struct virtio *dev);		/* false when it takes forever */
/* From reset to FEATURES_OK, with those features (of what is offered). */
bool virtio_negotiate(struct virtio *dev, u64 features);
u32 virtio_queues(struct virtio *dev);
void virtio_ready(struct virtio *dev);		/* DRIVER_OK */
/* Interrupts of queue @queue come as @vector to the first CPU. Before virtio_ready(). */
bool virtio_vector(struct virtio *dev, u16 queue, u8 vector);

void vq_setup(struct virtqueue *vq, struct virtio *dev, u16 index, struct vq_memory *mem);
bool vq_reset(struct virtqueue *vq);		/* of VIRTIO_RESET_RING; vq_setup() follows */
/* The first @nread of them are read by the device, @nwrite written. */
void vq_add(struct virtqueue *vq, u16 id, const struct vq_seg *seg, u32 nread, u32 nwrite,
	    bool indirect);
void vq_kick(struct virtqueue *vq);		/* unless the device does not want it */
bool vq_take(struct virtqueue *vq, u16 *id, u32 *len);
bool vq_wait(struct virtqueue *vq, u16 *id, u32 *len);	/* spinning; false after a while */

u32 pci_config(u32 slot, u32 reg);
void pci_set_config(u32 slot, u32 reg, u32 v);

#endif
