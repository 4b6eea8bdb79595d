// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci.c - a PCI bus: the way to its devices' BARs, their interrupt pins, the host bridge
 *
 * What all BARs amount to, the table of windows, is computed anew whenever a command register or
 * a BAR has been written, which is seldom.
 *
 * Nothing here may sleep but vpci_reset(), and no op of a device is called under the bus's lock.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "pci-int.h"

/*
 * The host bridge has the ids of QEMU's generic one: systems know it as a bridge that needs
 * nothing, and Linux has neither a driver nor a quirk for it. Those of a real chipset would
 * promise its registers, and an id of nobody's could become somebody's.
 */
#define BRIDGE_VENDOR	0x1b36
#define BRIDGE_DEVICE	0x0008
#define CLASS_HOST_BRIDGE 0x060000

/* BARs. */

static u64 bar_base(const struct vpci_dev *dev, unsigned int bar)
{
	u64 base = vpci_get(dev, vpci_bar_register(bar), 4) & ~(dev->bar[bar].size - 1);

	if (dev->bar[bar].type == VPCI_BAR_MEM64)
		base |= (u64)vpci_get(dev, vpci_bar_register(bar) + 4, 4) << 32;
	return base;
}

static void add_windows(struct vpci_bus *bus, const struct vpci_dev *dev, bool io)
{
	unsigned int bar;
	u8 enable = io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;

	if (!(dev->config[PCI_COMMAND] & enable))
		return;
	for (bar = 0; bar < PCI_BARS; bar++) {
		enum vpci_bar_type type = dev->bar[bar].type;
		bool is_io = type == VPCI_BAR_IO;

		if (type != VPCI_BAR_NONE && is_io == io)
			bus->window[bus->nwindows++] = (struct vpci_window){
				.base = bar_base(dev, bar),
				.size = dev->bar[bar].size,
				.slot = dev->slot,
				.bar = bar,
			};
	}
}

static void update_windows(struct vpci_bus *bus)
{
	unsigned int slot;

	write_seqcount_begin(&bus->seq);
	bus->nwindows = 0;
	for (slot = 0; slot < PCI_SLOTS; slot++)
		if (bus->dev[slot])
			add_windows(bus, bus->dev[slot], true);
	bus->nports = bus->nwindows;
	for (slot = 0; slot < PCI_SLOTS; slot++)
		if (bus->dev[slot])
			add_windows(bus, bus->dev[slot], false);
	write_seqcount_end(&bus->seq);
}

/* What an access leads to. */
struct target {
	struct vpci_dev *dev;
	unsigned int bar;
	u64 offset;
};

/* Slots and BARs in the table always exist, even while it is being written. */
static bool scan(const struct vpci_bus *bus, bool io, u64 addr, unsigned int size,
		 struct target *to)
{
	unsigned int i = io ? 0 : READ_ONCE(bus->nports);
	unsigned int end = io ? READ_ONCE(bus->nports) : READ_ONCE(bus->nwindows);

	for (; i < end; i++) {
		const struct vpci_window *w = &bus->window[i];

		if (addr - w->base >= w->size)
			continue;
		to->dev = bus->dev[w->slot];
		to->bar = w->bar;
		to->offset = addr - w->base;
		return w->size - to->offset >= size;
	}
	return false;
}

/*
 * The way of every notification: no lock, unless another CPU is just moving a BAR. Trying
 * again until nobody is would be up to the guest.
 */
static bool find(struct vpci_bus *bus, bool io, u64 addr, unsigned int size, struct target *to)
{
	unsigned int seq = raw_seqcount_begin(&bus->seq);
	bool found = scan(bus, io, addr, size, to);
	unsigned long flags;

	if (likely(!read_seqcount_retry(&bus->seq, seq)))
		return found;
	raw_spin_lock_irqsave(&bus->lock, flags);
	found = scan(bus, io, addr, size, to);
	raw_spin_unlock_irqrestore(&bus->lock, flags);
	return found;
}

static u64 bar_read(const struct target *from, unsigned int size)
{
	return from->dev->ops->bar_read(from->dev, from->bar, from->offset, size);
}

static void bar_write(const struct target *to, unsigned int size, u64 val)
{
	to->dev->ops->bar_write(to->dev, to->bar, to->offset, size, val);
}

/* Interrupts. */

/* Bits of the slots on line @line: every GUEST_PCI_IRQS-th. */
static u32 sharers(unsigned int line)
{
	return (U32_MAX / (BIT(GUEST_PCI_IRQS) - 1)) << line;
}

static void update_intx(struct vpci_dev *dev)
{
	struct vpci_bus *bus = dev->bus;
	unsigned int line = dev->slot % GUEST_PCI_IRQS;
	u32 before = bus->intx, bit = BIT(dev->slot);

	if ((vpci_get(dev, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT) &&
	    !(vpci_get(dev, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE))
		bus->intx |= bit;
	else
		bus->intx &= ~bit;
	if (bus->intx != before)
		bus->ops->intx(bus, IRQ_PCI + line, bus->intx & sharers(line));
}

void vpci_set_intx(struct vpci_dev *dev, bool level)
{
	unsigned long flags;
	u32 status;

	raw_spin_lock_irqsave(&dev->bus->lock, flags);
	status = vpci_get(dev, PCI_STATUS, 2) & ~PCI_STATUS_INTERRUPT;
	vpci_put(dev, PCI_STATUS, 2, level ? status | PCI_STATUS_INTERRUPT : status);
	update_intx(dev);
	raw_spin_unlock_irqrestore(&dev->bus->lock, flags);
}

void vpci_send_msi(struct vpci_dev *dev, const struct apic_msg *msg)
{
	if (READ_ONCE(dev->config[PCI_COMMAND]) & PCI_COMMAND_MASTER)
		dev->bus->ops->msi(dev->bus, msg);
}

void vpci_update(struct vpci_dev *dev)
{
	update_windows(dev->bus);
	update_intx(dev);
}

/* From the board. */

u32 vpci_port_read(struct vpci_bus *bus, u16 port, unsigned int size)
{
	struct target from;

	if (port == PORT_PCI_ADDRESS && size == 4)
		return READ_ONCE(bus->address);
	if ((port & ~3) == PORT_PCI_DATA)
		return vpci_data_read(bus, port, size);
	return find(bus, true, port, size, &from) ? bar_read(&from, size) : vpci_ones(size);
}

void vpci_port_write(struct vpci_bus *bus, u16 port, unsigned int size, u32 val)
{
	struct target to;

	if (port == PORT_PCI_ADDRESS && size == 4)
		WRITE_ONCE(bus->address, val);
	else if ((port & ~3) == PORT_PCI_DATA)
		vpci_data_write(bus, port, size, val);
	else if (find(bus, true, port, size, &to))
		bar_write(&to, size, val);
}

u64 vpci_mem_read(struct vpci_bus *bus, u64 gpa, unsigned int size)
{
	struct target from;

	if (gpa - GUEST_ECAM_BASE < GUEST_ECAM_SIZE)
		return vpci_ecam_read(bus, gpa - GUEST_ECAM_BASE, size);
	return find(bus, false, gpa, size, &from) ? bar_read(&from, size) : U64_MAX;
}

void vpci_mem_write(struct vpci_bus *bus, u64 gpa, unsigned int size, u64 val)
{
	struct target to;

	if (gpa - GUEST_ECAM_BASE < GUEST_ECAM_SIZE)
		vpci_ecam_write(bus, gpa - GUEST_ECAM_BASE, size, val);
	else if (find(bus, false, gpa, size, &to))
		bar_write(&to, size, val);
}

/* The whole. */

static void put_into(struct vpci_bus *bus, struct vpci_dev *dev, unsigned int slot)
{
	dev->bus = bus;
	dev->slot = slot;
	bus->dev[slot] = dev;
	vpci_config_reset(dev);
}

int vpci_add(struct vpci_bus *bus, struct vpci_dev *dev, unsigned int slot)
{
	if (slot >= PCI_SLOTS)
		return -EINVAL;
	if (bus->dev[slot])
		return -EBUSY;
	dev->slot = slot;
	if (!vpci_assign_bars(dev))
		return -ENOSPC;
	put_into(bus, dev, slot);
	return 0;
}

void vpci_remove(struct vpci_dev *dev)
{
	struct vpci_bus *bus = dev->bus;
	unsigned long flags;

	raw_spin_lock_irqsave(&bus->lock, flags);
	bus->dev[dev->slot] = NULL;
	update_windows(bus);
	raw_spin_unlock_irqrestore(&bus->lock, flags);
}

void vpci_bus_init(struct vpci_bus *bus, const struct vpci_bus_ops *ops)
{
	static const struct vpci_dev_ops bridge_ops;
	static const struct vpci_ids bridge_ids = {
		.vendor = BRIDGE_VENDOR,
		.device = BRIDGE_DEVICE,
		.class = CLASS_HOST_BRIDGE,
	};

	memset(bus, 0, sizeof(*bus));
	bus->ops = ops;
	raw_spin_lock_init(&bus->lock);
	seqcount_raw_spinlock_init(&bus->seq, &bus->lock);
	vpci_dev_init(&bus->bridge, &bridge_ops, &bridge_ids);
	put_into(bus, &bus->bridge, 0);
}

void vpci_reset(struct vpci_bus *bus)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < PCI_SLOTS; i++)
		if (bus->dev[i] && bus->dev[i]->ops->reset)
			bus->dev[i]->ops->reset(bus->dev[i]);
	raw_spin_lock_irqsave(&bus->lock, flags);
	for (i = 0; i < PCI_SLOTS; i++)
		if (bus->dev[i])
			vpci_config_reset(bus->dev[i]);
	bus->address = 0;
	bus->intx = 0;
	for (i = 0; i < GUEST_PCI_IRQS; i++)
		bus->ops->intx(bus, IRQ_PCI + i, false);
	update_windows(bus);
	raw_spin_unlock_irqrestore(&bus->lock, flags);
}
