// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-config.c - configuration space of PCI devices, and the two ways to it
 *
 * A register is bytes with a mask of what can be written: that makes BARs, which answer to a
 * write of ones with their size, like any other.
 *
 * No op of a device is called under the bus's lock.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "pci-int.h"

#define CONFIG_ENABLE	BIT(31)
#define CONFIG_RESERVED	GENMASK(30, 24)

#define ECAM_FUNCTION	4096	/* bytes */

/* What each slot has of the windows. */
#define MEM_SHARE	(GUEST_PCI_MEM_SIZE / PCI_SLOTS)
#define IO_SHARE	(GUEST_PCI_IO_SIZE / PCI_SLOTS)

/* Making of devices. */

static void set_writable(struct vpci_dev *dev, unsigned int offset, unsigned int size, u32 mask)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		dev->writable[offset + i] = mask >> (8 * i);
}

void vpci_dev_init(struct vpci_dev *dev, const struct vpci_dev_ops *ops, const struct vpci_ids *ids)
{
	memset(dev, 0, sizeof(*dev));
	dev->ops = ops;
	dev->last_cap = PCI_CAPABILITY_LIST;
	dev->caps_end = PCI_STD_HEADER_SIZEOF;
	vpci_put(dev, PCI_VENDOR_ID, 2, ids->vendor);
	vpci_put(dev, PCI_DEVICE_ID, 2, ids->device);
	vpci_put(dev, PCI_CLASS_REVISION, 4, ids->class << 8 | ids->revision);
	vpci_put(dev, PCI_SUBSYSTEM_VENDOR_ID, 2, ids->subsystem_vendor);
	vpci_put(dev, PCI_SUBSYSTEM_ID, 2, ids->subsystem);
	vpci_put(dev, PCI_INTERRUPT_PIN, 1, ids->has_pin);
	set_writable(dev, PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MEMORY |
		     PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
	set_writable(dev, PCI_INTERRUPT_LINE, 1, 0xff);
}

void vpci_add_bar(struct vpci_dev *dev, unsigned int bar, enum vpci_bar_type type, u32 size)
{
	dev->bar[bar].type = type;
	dev->bar[bar].size = size;
	set_writable(dev, vpci_bar_register(bar), 4, ~(size - 1));
	if (type == VPCI_BAR_MEM64)
		set_writable(dev, vpci_bar_register(bar) + 4, 4, U32_MAX);
}

int vpci_add_cap(struct vpci_dev *dev, u8 id, unsigned int len)
{
	unsigned int offset = ALIGN(dev->caps_end, 4U);

	if (offset + len > PCI_CONFIG_SIZE)
		return -ENOSPC;
	vpci_put(dev, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	vpci_put(dev, dev->last_cap, 1, offset);
	vpci_put(dev, offset, 1, id);
	dev->last_cap = offset + PCI_CAP_LIST_NEXT;
	dev->caps_end = offset + len;
	return offset;
}

/* Reset. */

static void set_bar(struct vpci_dev *dev, unsigned int bar, u64 base)
{
	static const u8 flags[] = {
		[VPCI_BAR_IO]	= PCI_BASE_ADDRESS_SPACE_IO,
		[VPCI_BAR_MEM32]	= PCI_BASE_ADDRESS_MEM_TYPE_32,
		[VPCI_BAR_MEM64]	= PCI_BASE_ADDRESS_MEM_TYPE_64,
	};

	vpci_put(dev, vpci_bar_register(bar), 4, base | flags[dev->bar[bar].type]);
	if (dev->bar[bar].type == VPCI_BAR_MEM64)
		vpci_put(dev, vpci_bar_register(bar) + 4, 4, base >> 32);
}

bool vpci_assign_bars(struct vpci_dev *dev)
{
	u64 io = GUEST_PCI_IO_BASE + dev->slot * IO_SHARE, io_end = io + IO_SHARE;
	u64 mem = GUEST_PCI_MEM_BASE + dev->slot * MEM_SHARE, mem_end = mem + MEM_SHARE;
	unsigned int bar;

	for (bar = 0; bar < PCI_BARS; bar++) {
		u64 *next = dev->bar[bar].type == VPCI_BAR_IO ? &io : &mem;

		if (dev->bar[bar].type == VPCI_BAR_NONE)
			continue;
		*next = ALIGN(*next, (u64)dev->bar[bar].size);
		set_bar(dev, bar, *next);
		*next += dev->bar[bar].size;
	}
	return io <= io_end && mem <= mem_end;
}

void vpci_config_reset(struct vpci_dev *dev)
{
	unsigned int i;

	for (i = 0; i < PCI_CONFIG_SIZE; i++)
		dev->config[i] &= ~(dev->writable[i] | dev->clearable[i]);
	vpci_put(dev, PCI_STATUS, 2, vpci_get(dev, PCI_STATUS, 2) & ~PCI_STATUS_INTERRUPT);
	if (dev->config[PCI_INTERRUPT_PIN])
		vpci_put(dev, PCI_INTERRUPT_LINE, 1, IRQ_PCI + dev->slot % GUEST_PCI_IRQS);
	vpci_assign_bars(dev);
}

/* Accesses. */

/* As far as the guest may write. */
static void write_bytes(struct vpci_dev *dev, unsigned int offset, unsigned int size, u32 val)
{
	unsigned int i;

	for (i = 0; i < size; i++) {
		u8 at = offset + i, byte = val >> (8 * i);
		u8 kept = ~(dev->writable[at] | (byte & dev->clearable[at]));

		WRITE_ONCE(dev->config[at], (dev->config[at] & kept) | (byte & dev->writable[at]));
	}
}

u32 vpci_config_get(struct vpci_dev *dev, unsigned int offset, unsigned int size)
{
	unsigned long flags;
	u32 val;

	raw_spin_lock_irqsave(&dev->bus->lock, flags);
	val = vpci_get(dev, offset, size);
	raw_spin_unlock_irqrestore(&dev->bus->lock, flags);
	return val;
}

static u32 config_read(struct vpci_dev *dev, unsigned int offset, unsigned int size)
{
	u32 val;

	if (dev->ops->config_read && dev->ops->config_read(dev, offset, size, &val))
		return val & vpci_ones(size);
	return vpci_config_get(dev, offset, size);
}

static void config_write(struct vpci_dev *dev, unsigned int offset, unsigned int size, u32 val)
{
	struct vpci_bus *bus = dev->bus;
	unsigned long flags;

	raw_spin_lock_irqsave(&bus->lock, flags);
	write_bytes(dev, offset, size, val);
	if (offset < vpci_bar_register(PCI_BARS))
		vpci_update(dev);
	raw_spin_unlock_irqrestore(&bus->lock, flags);
	if (dev->ops->config_written)
		dev->ops->config_written(dev, offset, size);
}

/* The device that CONFIG_ADDRESS selects, or NULL; bits 2 to 7 are the register. */
static struct vpci_dev *selected(const struct vpci_bus *bus, u32 address)
{
	bool bus_0_function_0 = !(address & (CONFIG_RESERVED | 0xff0700));

	if (!(address & CONFIG_ENABLE) || !bus_0_function_0)
		return NULL;
	return bus->dev[(address >> 11) % PCI_SLOTS];
}

/* An access to CONFIG_DATA ends where the register does. */
static unsigned int data_size(u16 port, unsigned int size)
{
	return min(size, 4U - (port & 3));
}

u32 vpci_data_read(struct vpci_bus *bus, u16 port, unsigned int size)
{
	u32 address = READ_ONCE(bus->address);
	struct vpci_dev *dev = selected(bus, address);
	unsigned int own = data_size(port, size);
	u32 behind = vpci_ones(size) & ~vpci_ones(own);

	if (!dev)
		return vpci_ones(size);
	return config_read(dev, (address & 0xfc) | (port & 3), own) | behind;
}

void vpci_data_write(struct vpci_bus *bus, u16 port, unsigned int size, u32 val)
{
	u32 address = READ_ONCE(bus->address);
	struct vpci_dev *dev = selected(bus, address);

	if (dev)
		config_write(dev, (address & 0xfc) | (port & 3), data_size(port, size), val);
}

/* ECAM, where a function has room for more registers than these have. */
static struct vpci_dev *ecam_dev(const struct vpci_bus *bus, u64 at, unsigned int size)
{
	unsigned int function = at / ECAM_FUNCTION;

	if (function % 8 || at % ECAM_FUNCTION + size > PCI_CONFIG_SIZE)
		return NULL;
	return bus->dev[(function / 8) % PCI_SLOTS];
}

u64 vpci_ecam_read(struct vpci_bus *bus, u64 at, unsigned int size)
{
	struct vpci_dev *dev = ecam_dev(bus, at, size);
	unsigned int offset = at % ECAM_FUNCTION;
	u64 val;

	if (!dev)
		return U64_MAX;
	val = config_read(dev, offset, min(size, 4U));
	if (size > 4)
		val |= (u64)config_read(dev, offset + 4, size - 4) << 32;
	return val;
}

void vpci_ecam_write(struct vpci_bus *bus, u64 at, unsigned int size, u64 val)
{
	struct vpci_dev *dev = ecam_dev(bus, at, size);
	unsigned int offset = at % ECAM_FUNCTION;

	if (!dev)
		return;
	config_write(dev, offset, min(size, 4U), val);
	if (size > 4)
		config_write(dev, offset + 4, size - 4, val >> 32);
}
