// SPDX-License-Identifier: GPL-2.0-only
/*
 * regs.c - the common configuration of a virtio device, and what follows from it
 *
 * The driver's steps are taken in the order that the specification asks for (§3.1); those out
 * of order are ignored. What it can't have meant, such as a misaligned ring, makes the device
 * need a reset.
 */
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/nospec.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include "regs-int.h"
#include "ring.h"

enum {				/* fields, as offsets (§4.1.4.3) */
	DEVICE_FEATURE_SELECT	= 0,
	DEVICE_FEATURE		= 4,
	DRIVER_FEATURE_SELECT	= 8,
	DRIVER_FEATURE		= 12,
	CONFIG_MSIX_VECTOR	= 16,
	NUM_QUEUES		= 18,
	DEVICE_STATUS		= 20,
	CONFIG_GENERATION	= 21,
	QUEUE_SELECT		= 22,
	QUEUE_SIZE		= 24,
	QUEUE_MSIX_VECTOR	= 26,
	QUEUE_ENABLE		= 28,
	QUEUE_NOTIFY_OFF	= 30,	/* always 0 */
	QUEUE_DESC		= 32,
	QUEUE_DRIVER		= 40,
	QUEUE_DEVICE		= 48,
	QUEUE_NOTIFY_DATA	= 56,	/* not offered: 0 */
	QUEUE_RESET		= 58,
};

/* Of fields that can be written; the halves of addresses are written apart. */
static const u8 widths[COMMON_SIZE] = {
	[DEVICE_FEATURE_SELECT] = 4, [DRIVER_FEATURE_SELECT] = 4, [DRIVER_FEATURE] = 4,
	[CONFIG_MSIX_VECTOR] = 2, [DEVICE_STATUS] = 1, [QUEUE_SELECT] = 2,
	[QUEUE_SIZE] = 2, [QUEUE_MSIX_VECTOR] = 2, [QUEUE_ENABLE] = 2, [QUEUE_RESET] = 2,
	[QUEUE_DESC] = 4, [QUEUE_DESC + 4] = 4, [QUEUE_DRIVER] = 4, [QUEUE_DRIVER + 4] = 4,
	[QUEUE_DEVICE] = 4, [QUEUE_DEVICE + 4] = 4,
};

/* The queue that is selected, or NULL. */
static struct virtio_queue *selected(struct virtio_dev *dev)
{
	if (dev->queue_select >= dev->nqueues)
		return NULL;
	return &dev->queue[array_index_nospec(dev->queue_select, dev->nqueues)];
}

/* Two fields of a word. */
static u32 pair(u16 low, u16 high)
{
	return low | (u32)high << 16;
}

static u32 half(u64 val, u32 n)
{
	return n == 0 ? val : n == 1 ? val >> 32 : 0;
}

static void set_half(u64 *val, u32 n, u32 to)
{
	if (n == 0)
		*val = (*val & ~(u64)U32_MAX) | to;
	else if (n == 1)
		*val = (*val & U32_MAX) | (u64)to << 32;
}

static u32 queue_word(const struct virtio_queue *q, u32 offset)
{
	u32 n = offset / 4 % 2;

	switch (offset) {
	case QUEUE_SIZE:
		return pair(q->size, q->vector);
	case QUEUE_ENABLE:
		return q->enabled;
	case QUEUE_DESC:
	case QUEUE_DESC + 4:
		return half(q->desc, n);
	case QUEUE_DRIVER:
	case QUEUE_DRIVER + 4:
		return half(q->driver, n);
	case QUEUE_DEVICE:
	case QUEUE_DEVICE + 4:
		return half(q->device, n);
	case QUEUE_NOTIFY_DATA:
		return pair(0, q->resetting);
	default:
		return 0;
	}
}

/* Four bytes, which may be several fields. Nothing changes by reading. */
static u32 common_word(struct virtio_dev *dev, u32 offset)
{
	static const struct virtio_queue none = { .vector = VIRTIO_MSI_NO_VECTOR };
	const struct virtio_queue *q = selected(dev);

	switch (offset) {
	case DEVICE_FEATURE_SELECT:
		return dev->device_select;
	case DEVICE_FEATURE:
		return half(dev->offered, dev->device_select);
	case DRIVER_FEATURE_SELECT:
		return dev->driver_select;
	case DRIVER_FEATURE:
		return half(dev->features, dev->driver_select);
	case CONFIG_MSIX_VECTOR:
		return pair(dev->config_vector, dev->nqueues);
	case DEVICE_STATUS:
		return pair(dev->status | dev->generation << 8, dev->queue_select);
	default:
		return queue_word(q ?: &none, offset);
	}
}

u64 common_read(struct virtio_dev *dev, u32 offset, unsigned int size)
{
	u32 at = offset & ~3;
	u64 val = common_word(dev, at) | (u64)common_word(dev, at + 4) << 32;

	return val >> 8 * (offset & 3);
}

static void queue_reset(struct virtio_queue *q)
{
	*q = (struct virtio_queue){
		.size = q->max_size, .max_size = q->max_size, .vector = VIRTIO_MSI_NO_VECTOR,
	};
}

void registers_reset(struct virtio_dev *dev)
{
	unsigned int q;

	for (q = 0; q < dev->nqueues; q++)
		queue_reset(&dev->queue[q]);
	dev->features = 0;
	dev->device_select = 0;
	dev->driver_select = 0;
	dev->queue_select = 0;
	dev->config_vector = VIRTIO_MSI_NO_VECTOR;
	dev->status = 0;
	dev->isr = 0;
	dev->resetting = false;
	WRITE_ONCE(dev->broken, NULL);
	vpci_set_intx(&dev->pci, false);
}

static void needs_reset(struct virtio_dev *dev, const char *why)
{
	if (dev->broken || !dev->status)
		return;
	WRITE_ONCE(dev->broken, why);
	dev->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	signal_config(dev);
}

static void begin_reset(struct virtio_dev *dev)
{
	unsigned int q;

	for (q = 0; q < dev->nqueues; q++)
		WRITE_ONCE(dev->queue[q].running, false);
	/* Without a status there was no driver, and nothing to stop. */
	dev->resetting = dev->status && !dev->ops->reset(dev);
	if (!dev->resetting)
		registers_reset(dev);
}

static void activate(struct virtio_dev *dev, unsigned int q)
{
	WRITE_ONCE(dev->queue[q].running, true);
	dev->ops->activate(dev, q);
}

static bool features_ok(const struct virtio_dev *dev)
{
	return virtio_has(dev, VIRTIO_F_VERSION_1) && !(dev->features & ~dev->offered);
}

/* §2.1: bits are only ever set; the two that need an answer are answered in their order. */
static void write_status(struct virtio_dev *dev, u8 val)
{
	u8 set = val & ~dev->status;
	unsigned int q;

	if (!val) {
		begin_reset(dev);
		return;
	}
	dev->status |= set & (VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER |
			      VIRTIO_CONFIG_S_FAILED);
	if ((set & VIRTIO_CONFIG_S_FEATURES_OK) && features_ok(dev))
		dev->status |= VIRTIO_CONFIG_S_FEATURES_OK;
	if (!(set & VIRTIO_CONFIG_S_DRIVER_OK) ||
	    !(dev->status & VIRTIO_CONFIG_S_FEATURES_OK) || dev->broken)
		return;
	dev->status |= VIRTIO_CONFIG_S_DRIVER_OK;
	for (q = 0; q < dev->nqueues; q++)
		if (dev->queue[q].enabled)
			activate(dev, q);
}

static bool aligned(const struct virtio_dev *dev, const struct virtio_queue *q)
{
	bool packed = virtio_has(dev, VIRTIO_F_RING_PACKED);

	return IS_ALIGNED(q->desc, ring_part_align(packed, RING_DESC)) &&
	       IS_ALIGNED(q->driver, ring_part_align(packed, RING_DRIVER)) &&
	       IS_ALIGNED(q->device, ring_part_align(packed, RING_DEVICE));
}

static void enable_queue(struct virtio_dev *dev, struct virtio_queue *q)
{
	if (!(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	if (!ring_size_ok(virtio_has(dev, VIRTIO_F_RING_PACKED), q->size)) {
		needs_reset(dev, "a ring's size is not allowed");
		return;
	}
	if (!aligned(dev, q)) {
		needs_reset(dev, "a ring is not aligned");
		return;
	}
	q->enabled = true;
	if (dev->status & VIRTIO_CONFIG_S_DRIVER_OK)
		activate(dev, q - dev->queue);
}

static void begin_queue_reset(struct virtio_dev *dev, struct virtio_queue *q)
{
	bool running = q->running;

	if (!virtio_has(dev, VIRTIO_F_RING_RESET) || !q->enabled ||
	    !(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	WRITE_ONCE(q->running, false);
	q->resetting = running && !dev->ops->reset_queue(dev, q - dev->queue);
	if (!q->resetting)
		queue_reset(q);
}

/* A queue is set up before it is enabled; a size that can't be leaves the one it has. */
static void write_setup(struct virtio_dev *dev, struct virtio_queue *q, u32 offset, u32 val)
{
	u32 n = offset / 4 % 2;

	switch (offset) {
	case QUEUE_SIZE:
		if (val <= q->max_size &&
		    ring_size_ok(virtio_has(dev, VIRTIO_F_RING_PACKED), val))
			q->size = val;
		break;
	case QUEUE_ENABLE:
		if (val == 1)
			enable_queue(dev, q);
		break;
	case QUEUE_DESC:
	case QUEUE_DESC + 4:
		set_half(&q->desc, n, val);
		break;
	case QUEUE_DRIVER:
	case QUEUE_DRIVER + 4:
		set_half(&q->driver, n, val);
		break;
	case QUEUE_DEVICE:
	case QUEUE_DEVICE + 4:
		set_half(&q->device, n, val);
		break;
	}
}

/* What is written, if the device has it: the driver reads it back (§4.1.5.1.2.1). */
static u16 to_vector(const struct virtio_dev *dev, u32 val)
{
	return val < dev->msix.n ? val : VIRTIO_MSI_NO_VECTOR;
}

static void write_queue(struct virtio_dev *dev, struct virtio_queue *q, u32 offset, u32 val)
{
	if (!q || q->resetting)
		return;
	if (offset == QUEUE_MSIX_VECTOR)
		WRITE_ONCE(q->vector, to_vector(dev, val));
	else if (offset == QUEUE_RESET && val == 1)
		begin_queue_reset(dev, q);
	else if (!q->enabled)
		write_setup(dev, q, offset, val);
}

static void write_field(struct virtio_dev *dev, u32 offset, u32 val)
{
	switch (offset) {
	case DEVICE_FEATURE_SELECT:
		dev->device_select = val;
		break;
	case DRIVER_FEATURE_SELECT:
		dev->driver_select = val;
		break;
	case DRIVER_FEATURE:
		if (!(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
			set_half(&dev->features, dev->driver_select, val);
		break;
	case CONFIG_MSIX_VECTOR:
		WRITE_ONCE(dev->config_vector, to_vector(dev, val));
		break;
	case DEVICE_STATUS:
		write_status(dev, val);
		break;
	case QUEUE_SELECT:
		dev->queue_select = val;
		break;
	default:
		write_queue(dev, selected(dev), offset, val);
		break;
	}
}

void common_write(struct virtio_dev *dev, u32 offset, unsigned int size, u64 val)
{
	if (size == 8 && offset >= QUEUE_DESC) {
		common_write(dev, offset, 4, val & U32_MAX);
		common_write(dev, offset + 4, 4, val >> 32);
		return;
	}
	if (dev->resetting || offset >= COMMON_SIZE)
		return;
	offset = array_index_nospec(offset, COMMON_SIZE);
	if (widths[offset] == size)
		write_field(dev, offset, val);
}

void virtio_reset_done(struct virtio_dev *dev)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dev->lock, flags);
	if (dev->resetting)
		registers_reset(dev);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
}

void virtio_queue_reset_done(struct virtio_dev *dev, unsigned int q)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dev->lock, flags);
	if (dev->queue[q].resetting && !dev->resetting)
		queue_reset(&dev->queue[q]);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
}

void virtio_needs_reset(struct virtio_dev *dev, const char *why)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dev->lock, flags);
	if (!dev->resetting)
		needs_reset(dev, why);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
}
