// SPDX-License-Identifier: GPL-2.0-only
/*
 * regs-pci.c - where a virtio device's registers are on PCI, and how it interrupts
 *
 * BAR 1 is laid out below; a vendor capability in configuration space points to each
 * structure (§4.1.4), and one more is a window to the BARs for those who can't map them yet.
 */
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include "regs-int.h"
#include "ring.h"

#define VIRTIO_VENDOR	0x1af4
#define VIRTIO_DEVICE	0x1040		/* and the type (§4.1.2) */

enum { BAR_PORTS, BAR_MEMORY };

#define PORTS_SIZE	4		/* all of it notifications */
#define NOTIFY_SIZE	4

enum {				/* BAR_MEMORY */
	AT_COMMON	= 0x000,
	AT_ISR		= 0x100,
	AT_NOTIFY	= 0x200,
	AT_CONFIG	= 0x400,
	AT_MSIX		= 0x1000,	/* with the pending bits; up to the end */
};

#define ISR_QUEUE	BIT(0)
#define ISR_CONFIG	VIRTIO_PCI_ISR_CONFIG

static struct virtio_dev *to_virtio(struct vpci_dev *pci)
{
	return container_of(pci, struct virtio_dev, pci);
}

static void set_intx(struct virtio_dev *dev)
{
	vpci_set_intx(&dev->pci, dev->isr && !msix_enabled(&dev->msix));
}

/* With the lock held. */
static void raise_isr(struct virtio_dev *dev, u8 bits)
{
	dev->isr |= bits;
	set_intx(dev);
}

void virtio_signal_queue(struct virtio_dev *dev, unsigned int q)
{
	unsigned long flags;
	u16 vector;

	if (msix_enabled(&dev->msix)) {
		vector = READ_ONCE(dev->queue[q].vector);
		if (vector != VIRTIO_MSI_NO_VECTOR)
			msix_signal(&dev->msix, vector);
		return;
	}
	raw_spin_lock_irqsave(&dev->lock, flags);
	if (dev->queue[q].running)
		raise_isr(dev, ISR_QUEUE);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
}

void signal_config(struct virtio_dev *dev)
{
	if (!(dev->status & VIRTIO_CONFIG_S_DRIVER_OK))
		return;
	if (!msix_enabled(&dev->msix))
		raise_isr(dev, ISR_CONFIG);
	else if (dev->config_vector != VIRTIO_MSI_NO_VECTOR)
		msix_signal(&dev->msix, dev->config_vector);
}

void virtio_config_update(struct virtio_dev *dev, u32 offset, const void *data, u32 len)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dev->lock, flags);
	memcpy(dev->config + offset, data, len);
	dev->generation++;
	if (!dev->resetting)
		signal_config(dev);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
}

static void notify(struct virtio_dev *dev, u16 q)
{
	if (q >= dev->nqueues)
		return;
	q = array_index_nospec(q, dev->nqueues);
	if (READ_ONCE(dev->queue[q].running))
		dev->ops->notify(dev, q);
}

static u8 read_isr(struct virtio_dev *dev)
{
	u8 isr = dev->isr;

	dev->isr = 0;
	set_intx(dev);
	return isr;
}

static u64 config_read(const struct virtio_dev *dev, u32 offset, unsigned int size)
{
	u64 val = 0;

	if (offset < dev->config_len) {
		offset = array_index_nospec(offset, dev->config_len);
		memcpy(&val, dev->config + offset, min_t(u32, size, dev->config_len - offset));
	}
	return val;
}

static void config_write(struct virtio_dev *dev, u32 offset, unsigned int size, u64 val)
{
	if (dev->resetting || !dev->ops->config_written || offset >= dev->config_len ||
	    size > dev->config_len - offset)
		return;
	dev->ops->config_written(dev, array_index_nospec(offset, dev->config_len), size, val);
}

static u64 read_locked(struct virtio_dev *dev, u32 offset, unsigned int size)
{
	if (offset < AT_ISR)
		return common_read(dev, offset - AT_COMMON, size);
	if (offset == AT_ISR)
		return read_isr(dev);
	if (offset >= AT_CONFIG)
		return config_read(dev, offset - AT_CONFIG, size);
	return 0;
}

static u64 bar_read(struct vpci_dev *pci, unsigned int bar, u64 offset, unsigned int size)
{
	struct virtio_dev *dev = to_virtio(pci);
	unsigned long flags;
	u64 val;

	if (bar == BAR_PORTS)
		return 0;
	if (offset >= AT_MSIX)
		return msix_read(&dev->msix, offset - AT_MSIX, size);
	raw_spin_lock_irqsave(&dev->lock, flags);
	val = read_locked(dev, offset, size);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
	return val;
}

static void bar_write(struct vpci_dev *pci, unsigned int bar, u64 offset, unsigned int size,
		      u64 val)
{
	struct virtio_dev *dev = to_virtio(pci);
	unsigned long flags;

	if (bar == BAR_PORTS ? !offset : offset == AT_NOTIFY) {
		notify(dev, val);
		return;
	}
	if (bar != BAR_MEMORY)
		return;
	if (offset >= AT_MSIX) {
		msix_write(&dev->msix, offset - AT_MSIX, size, val);
		return;
	}
	raw_spin_lock_irqsave(&dev->lock, flags);
	if (offset < AT_ISR)
		common_write(dev, offset - AT_COMMON, size, val);
	else if (offset >= AT_CONFIG)
		config_write(dev, offset - AT_CONFIG, size, val);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
}

/*
 * Where the window points to: the capability's fields as the guest has set them (§4.1.4.9).
 * Return: false if that is no place in a BAR, or the access is not to the window.
 */
static bool window_target(struct virtio_dev *dev, unsigned int offset, unsigned int *bar,
			  u32 *at, u32 *len)
{
	if (offset != dev->window + sizeof(struct virtio_pci_cap))
		return false;
	*bar = vpci_config_get(&dev->pci, dev->window + VIRTIO_PCI_CAP_BAR, 1);
	*at = vpci_config_get(&dev->pci, dev->window + VIRTIO_PCI_CAP_OFFSET, 4);
	*len = vpci_config_get(&dev->pci, dev->window + VIRTIO_PCI_CAP_LENGTH, 4);
	if (*bar > BAR_MEMORY || (*len != 1 && *len != 2 && *len != 4))
		return false;
	*bar = array_index_nospec(*bar, BAR_MEMORY + 1);
	return IS_ALIGNED(*at, *len) && *at < dev->pci.bar[*bar].size;
}

static bool vpci_config_read(struct vpci_dev *pci, unsigned int offset, unsigned int size, u32 *val)
{
	unsigned int bar;
	u32 at, len;

	if (!window_target(to_virtio(pci), offset, &bar, &at, &len))
		return false;
	*val = bar_read(pci, bar, at, len);
	return true;
}

static void vpci_config_written(struct vpci_dev *pci, unsigned int offset, unsigned int size)
{
	struct virtio_dev *dev = to_virtio(pci);
	unsigned long flags;
	unsigned int bar;
	u32 at, len;

	if (window_target(dev, offset, &bar, &at, &len)) {
		bar_write(pci, bar, at, len, vpci_config_get(pci, offset, len));
		return;
	}
	msix_config_written(&dev->msix);
	raw_spin_lock_irqsave(&dev->lock, flags);
	set_intx(dev);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
}

static void reset(struct vpci_dev *pci)
{
	struct virtio_dev *dev = to_virtio(pci);
	unsigned long flags;

	dev->ops->quiesce(dev);
	raw_spin_lock_irqsave(&dev->lock, flags);
	registers_reset(dev);
	raw_spin_unlock_irqrestore(&dev->lock, flags);
	msix_reset(&dev->msix);
}

static const struct vpci_dev_ops pci_ops = {
	.bar_read = bar_read,
	.bar_write = bar_write,
	.config_read = vpci_config_read,
	.config_written = vpci_config_written,
	.reset = reset,
};

static void put32(u8 *p, u32 val)
{
	memcpy(p, &val, sizeof(val));
}

/* Return: its offset, or -ENOSPC. */
static int add_cap(struct virtio_dev *dev, u8 type, u8 bar, u32 at, u32 len, unsigned int more)
{
	unsigned int size = sizeof(struct virtio_pci_cap) + more;
	int cap = vpci_add_cap(&dev->pci, PCI_CAP_ID_VNDR, size);
	u8 *p;

	if (cap < 0)
		return cap;
	p = dev->pci.config + cap;
	p[VIRTIO_PCI_CAP_LEN] = size;
	p[VIRTIO_PCI_CAP_CFG_TYPE] = type;
	p[VIRTIO_PCI_CAP_BAR] = bar;
	put32(p + VIRTIO_PCI_CAP_OFFSET, at);
	put32(p + VIRTIO_PCI_CAP_LENGTH, len);
	return cap;
}

static int add_window(struct virtio_dev *dev)
{
	int cap = add_cap(dev, VIRTIO_PCI_CAP_PCI_CFG, 0, 0, 0, 4);
	u8 *writable = dev->pci.writable + cap;

	if (cap < 0)
		return cap;
	dev->window = cap;
	writable[VIRTIO_PCI_CAP_BAR] = 0xff;
	memset(writable + VIRTIO_PCI_CAP_OFFSET, 0xff, 12);	/* offset, length, data */
	return 0;
}

/* The order is that of preference: ports come first (§4.1.4.1). */
static int add_caps(struct virtio_dev *dev)
{
	int err = add_cap(dev, VIRTIO_PCI_CAP_COMMON_CFG, BAR_MEMORY, AT_COMMON, COMMON_SIZE, 0);

	if (err >= 0)	/* with 4 bytes of multiplier, 0 */
		err = add_cap(dev, VIRTIO_PCI_CAP_NOTIFY_CFG, BAR_PORTS, 0, PORTS_SIZE, 4);
	if (err >= 0)
		err = add_cap(dev, VIRTIO_PCI_CAP_NOTIFY_CFG, BAR_MEMORY, AT_NOTIFY,
			      NOTIFY_SIZE, 4);
	if (err >= 0)
		err = add_cap(dev, VIRTIO_PCI_CAP_ISR_CFG, BAR_MEMORY, AT_ISR, 1, 0);
	if (err >= 0 && dev->config_len)
		err = add_cap(dev, VIRTIO_PCI_CAP_DEVICE_CFG, BAR_MEMORY, AT_CONFIG,
			      dev->config_len, 0);
	return err < 0 ? err : add_window(dev);
}

static u32 class_of(u16 type)
{
	switch (type) {
	case VIRTIO_ID_NET:
		return 0x020000;	/* Ethernet controller */
	case VIRTIO_ID_BLOCK:
		return 0x010000;	/* SCSI storage controller, as everybody says */
	case VIRTIO_ID_CONSOLE:
		return 0x078000;	/* other communication controller */
	default:
		return 0x00ff00;	/* unclassified */
	}
}

static bool setup_ok(const struct virtio_setup *setup)
{
	unsigned int q;

	if (!setup->nqueues || setup->nqueues > VIRTIO_QUEUES_MAX ||
	    setup->config_len > VIRTIO_CONFIG_MAX)
		return false;
	for (q = 0; q < setup->nqueues; q++)
		if (!ring_size_ok(false, setup->queue[q].max_size))
			return false;
	return true;
}

static void add_bars(struct virtio_dev *dev)
{
	struct vpci_ids ids = {
		.vendor = VIRTIO_VENDOR, .device = VIRTIO_DEVICE + dev->type,
		.subsystem_vendor = VIRTIO_VENDOR, .subsystem = VIRTIO_DEVICE + dev->type,
		.class = class_of(dev->type), .revision = 1, .has_pin = true,
	};
	u32 size = AT_MSIX + msix_size(dev->nqueues + 1);

	vpci_dev_init(&dev->pci, &pci_ops, &ids);
	vpci_add_bar(&dev->pci, BAR_PORTS, VPCI_BAR_IO, PORTS_SIZE);
	vpci_add_bar(&dev->pci, BAR_MEMORY, VPCI_BAR_MEM32, roundup_pow_of_two(size));
}

int virtio_init(struct virtio_dev *dev, const struct virtio_setup *setup)
{
	unsigned int q;
	int err;

	if (!setup_ok(setup))
		return -EINVAL;
	*dev = (struct virtio_dev){
		.ops = setup->ops, .type = setup->type, .nqueues = setup->nqueues,
		.queue = setup->queue, .config = setup->config, .config_len = setup->config_len,
		.offered = setup->features | BIT_ULL(VIRTIO_F_VERSION_1) |
			BIT_ULL(VIRTIO_F_RING_PACKED) | BIT_ULL(VIRTIO_F_RING_RESET) |
			BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | BIT_ULL(VIRTIO_RING_F_EVENT_IDX),
		.config_vector = VIRTIO_MSI_NO_VECTOR,
	};
	raw_spin_lock_init(&dev->lock);
	for (q = 0; q < dev->nqueues; q++) {
		dev->queue[q].size = dev->queue[q].max_size;
		dev->queue[q].vector = VIRTIO_MSI_NO_VECTOR;
	}
	add_bars(dev);
	err = msix_init(&dev->msix, &dev->pci, BAR_MEMORY, AT_MSIX, setup->vector,
			dev->nqueues + 1);
	return err ?: add_caps(dev);
}
