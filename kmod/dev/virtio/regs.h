/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regs.h - a virtio device as its driver sees it on PCI (virtio 1.2 §4.1), without its rings
 *
 * Pure code. Modern devices only. The registers keep the state of the negotiation and of the
 * queues; what a queue needs beyond that (its memory, its work) is the owner's, who learns from
 * struct virtio_ops what the driver wants. Nothing here sleeps: a reset that takes time is begun
 * by an op and ended by the owner, and reads as "not done" to the guest in between.
 *
 * BAR 0, four ports, takes notifications: the number of a queue is written to the first of
 * them, whichever queue it is (notify_off_multiplier is 0), so that an exit on OUT has all that
 * is needed in its port and in AX. BAR 1 has everything in memory, the MSI-X table, too, and
 * notifications a second time for those who have no ports.
 *
 * Locks: @lock of the device guards its registers. It is taken in here and never by the owner;
 * pci.h's lock is taken inside it. Ops are called with it held, except where it says no.
 */
#ifndef _INSULA_VIRTIO_REGS_H
#define _INSULA_VIRTIO_REGS_H

#include <linux/bits.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include "../msix.h"
#include "../pci.h"

#define VIRTIO_CONFIG_MAX	1024	/* bytes of device configuration */
#define VIRTIO_QUEUES_MAX	256

struct virtio_dev;

/**
 * struct virtio_ops - the owner of a device; interrupts are off, nobody may sleep
 * @activate:	queue @q is set up and the driver is ready: run it. The addresses, size and
 *		features are in @dev and do not change before reset or reset_queue ends. What is
 *		wrong with them is told by virtio_needs_reset(), later or from another context.
 *		Notifications may come as soon as this returns, and what is in the ring already
 *		comes without.
 * @reset_queue: stop using queue @q, which was activated. Return: true if it is done; false:
 *		virtio_queue_reset_done() will say so.
 * @reset:	stop using all queues, forget what the driver has told. Return: true if it is
 *		done; false: virtio_reset_done() will say so.
 * @notify:	the driver notifies queue @q, which was activated, but may be about to be reset.
 *		Called without the lock.
 * @config_written: @size bytes at @offset of @dev's @config are @val from now on, if it wants
 *		that: it stores them. Optional; without it the driver writes nothing.
 * @quiesce:	as @reset, and done when it returns: the VM is reset. Called without the lock,
 *		may sleep, no vCPU runs.
 */
struct virtio_ops {
	void (*activate)(struct virtio_dev *dev, unsigned int q);
	bool (*reset_queue)(struct virtio_dev *dev, unsigned int q);
	bool (*reset)(struct virtio_dev *dev);
	void (*notify)(struct virtio_dev *dev, unsigned int q);
	void (*config_written)(struct virtio_dev *dev, u32 offset, unsigned int size, u64 val);
	void (*quiesce)(struct virtio_dev *dev);
};

/**
 * struct virtio_queue - registers of a queue (§4.1.4.3)
 * @desc:	guest-physical address of the descriptor area
 * @driver:	of the driver area
 * @device:	of the device area
 * @size:	entries: what the driver chose, or @max_size
 * @max_size:	what the device offers: a power of two
 * @vector:	its MSI-X vector, or VIRTIO_MSI_NO_VECTOR
 * @enabled:	by the driver; from here on the fields above but @vector are constant
 * @running:	activated, and neither reset nor being reset
 * @resetting:	a reset of this queue has begun
 */
struct virtio_queue {
	u64 desc, driver, device;
	u16 size, max_size, vector;
	bool enabled, running, resetting;
};

/**
 * struct virtio_dev - registers of a device
 * @pci:	to the bus
 * @msix:	vectors: one for each queue and one for changes of the configuration
 * @ops:	the owner; constant
 * @type:	device id (§5); constant
 * @nqueues:	constant
 * @queue:	they
 * @config:	device configuration as it reads, little-endian; changed under the lock only
 * @config_len:	its bytes; constant
 * @lock:	guards what follows, and @queue
 * @offered:	features, bit by bit; constant
 * @features:	those that the driver accepted; constant from FEATURES_OK to a reset
 * @device_select: which half of @offered is read
 * @driver_select: which half of @features is accessed
 * @queue_select: which queue is accessed
 * @config_vector: MSI-X vector of configuration changes
 * @status:	device status (§2.1)
 * @generation:	of the configuration
 * @isr:	ISR status: what the interrupt pin is asserted for
 * @resetting:	a reset has begun
 * @broken:	why the device needs a reset, or NULL; may be read at any time
 * @window:	offset of the PCI_CFG capability in configuration space; constant
 */
struct virtio_dev {
	struct vpci_dev pci;
	struct msix msix;
	const struct virtio_ops *ops;
	u16 type;
	unsigned int nqueues;
	struct virtio_queue *queue;
	u8 *config;
	u32 config_len;
	raw_spinlock_t lock;
	u64 offered, features;
	u32 device_select, driver_select;
	u16 queue_select, config_vector;
	u8 status, generation, isr;
	bool resetting;
	const char *broken;
	u8 window;
};

/**
 * struct virtio_setup - what a device is
 * @ops:	see there
 * @type:	device id, VIRTIO_ID_*
 * @features:	of the device type; those of rings and transport are added: VERSION_1,
 *		RING_PACKED, INDIRECT_DESC, EVENT_IDX, RING_RESET
 * @nqueues:	1 to VIRTIO_QUEUES_MAX
 * @queue:	so many, with @max_size set, the caller's until the device is gone
 * @vector:	@nqueues + 1 vectors, likewise
 * @config:	device configuration, likewise
 * @config_len:	its bytes, up to VIRTIO_CONFIG_MAX; 0: the type has none
 */
struct virtio_setup {
	const struct virtio_ops *ops;
	u16 type;
	u64 features;
	unsigned int nqueues;
	struct virtio_queue *queue;
	struct msix_vector *vector;
	void *config;
	u32 config_len;
};

/**
 * virtio_init() - a device after power-on; vpci_add() with @dev->pci is the caller's next step
 * @dev:	the device; need not be zeroed
 * @setup:	what it is
 *
 * Return: 0; -EINVAL: numbers out of range; -ENOSPC: no room in configuration space.
 */
int virtio_init(struct virtio_dev *dev, const struct virtio_setup *setup);

/** virtio_has() - is feature @bit negotiated? Only for queues that are activated */
static inline bool virtio_has(const struct virtio_dev *dev, unsigned int bit)
{
	return dev->features & BIT_ULL(bit);
}

/** virtio_reset_done() - the reset that the owner was asked for is done. Context: any */
void virtio_reset_done(struct virtio_dev *dev);
/** virtio_queue_reset_done() - that of queue @q is. Context: any */
void virtio_queue_reset_done(struct virtio_dev *dev, unsigned int q);

/**
 * virtio_signal_queue() - interrupt: chains of queue @q have been used
 *
 * By MSI-X no lock of the device is taken, so that queues do not meet. Context: any.
 */
void virtio_signal_queue(struct virtio_dev *dev, unsigned int q);

/**
 * virtio_config_update() - change device configuration, and tell the driver
 * @dev:	the device
 * @offset:	where
 * @data:	new bytes
 * @len:	how many
 *
 * The generation changes with it. Context: any.
 */
void virtio_config_update(struct virtio_dev *dev, u32 offset, const void *data, u32 len);

/**
 * virtio_needs_reset() - the driver did what can't be, such as a broken ring (§2.1.2)
 * @dev:	the device
 * @why:	a constant string; the first one stays in @dev->broken until a reset
 *
 * Context: any.
 */
void virtio_needs_reset(struct virtio_dev *dev, const char *why);

#endif
