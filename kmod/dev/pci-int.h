/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci-int.h - between pci.c (the bus) and pci-config.c (configuration space); for nobody else
 */
#ifndef _INSULA_PCI_INT_H
#define _INSULA_PCI_INT_H

#include <linux/kernel.h>
#include "pci.h"

/** vpci_ones() - @size bytes of ones, 1 to 4: what is read where nobody answers */
static inline u32 vpci_ones(unsigned int size)
{
	return U32_MAX >> (32 - 8 * size);
}

/** vpci_bar_register() - where BAR @bar is in configuration space */
static inline unsigned int vpci_bar_register(unsigned int bar)
{
	return PCI_BASE_ADDRESS_0 + 4 * bar;
}

/**
 * vpci_get() - what configuration space holds: @size bytes, 1 to 4, at @offset, all inside it
 * With the bus's lock, or before there is a bus.
 */
static inline u32 vpci_get(const struct vpci_dev *dev, unsigned int offset, unsigned int size)
{
	unsigned int i;
	u32 val = 0;

	for (i = 0; i < size; i++)
		val |= (u32)dev->config[(u8)(offset + i)] << (8 * i);
	return val;
}

/** vpci_put() - set it, whatever the guest may write; likewise */
static inline void vpci_put(struct vpci_dev *dev, unsigned int offset, unsigned int size, u32 val)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		WRITE_ONCE(dev->config[(u8)(offset + i)], val >> (8 * i));
}

/** vpci_update() - @dev's command register or BARs may have changed. With the bus's lock. */
void vpci_update(struct vpci_dev *dev);

/** vpci_config_reset() - @dev's configuration space as after power-on; BARs assigned. Likewise. */
void vpci_config_reset(struct vpci_dev *dev);
/**
 * vpci_assign_bars() - put the BARs where they are after a reset
 * Return: do all of them fit into the slot's share?
 */
bool vpci_assign_bars(struct vpci_dev *dev);

/** vpci_data_read() - CONFIG_DATA; takes the bus's lock, and calls the device without it */
u32 vpci_data_read(struct vpci_bus *bus, u16 port, unsigned int size);
/** vpci_data_write() - likewise */
void vpci_data_write(struct vpci_bus *bus, u16 port, unsigned int size, u32 val);
/** vpci_ecam_read() - likewise ECAM, @at bytes from its beginning; @size 1 to 8 */
u64 vpci_ecam_read(struct vpci_bus *bus, u64 at, unsigned int size);
/** vpci_ecam_write() - likewise */
void vpci_ecam_write(struct vpci_bus *bus, u64 at, unsigned int size, u64 val);

#endif
