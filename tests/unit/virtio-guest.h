/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio-guest.h - how a driver finds its way to a virtio device on PCI, for tests
 *
 * A bus with one device, whose structures are found by their capabilities alone.
 */
#ifndef _TEST_VIRTIO_GUEST_H
#define _TEST_VIRTIO_GUEST_H

#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>
#include "dev/virtio/regs.h"
#include "dev/virtio/ring.h"

#define SLOT	3

static struct vpci_bus bus;
static struct virtio_dev vdev;

/* Where structures are: ports and memory. */
static struct {
	u64 common, isr, config, notify, msix;
	u16 notify_port;
	u32 notify_mult;
	u8 window, msix_cap;
} at;

static inline u32 cfg_in(unsigned int offset, unsigned int size)
{
	vpci_port_write(&bus, PORT_PCI_ADDRESS, 4, 1U << 31 | SLOT << 11 | (offset & 0xfc));
	return vpci_port_read(&bus, PORT_PCI_DATA + (offset & 3), size);
}

static inline void cfg_out(unsigned int offset, unsigned int size, u32 val)
{
	vpci_port_write(&bus, PORT_PCI_ADDRESS, 4, 1U << 31 | SLOT << 11 | (offset & 0xfc));
	vpci_port_write(&bus, PORT_PCI_DATA + (offset & 3), size, val);
}

static inline u64 bar_address(unsigned int bar)
{
	u32 val = cfg_in(PCI_BASE_ADDRESS_0 + 4 * bar, 4);

	return val & 1 ? val & ~3U : val & ~15U;
}

static inline void note_cap(u8 cap)
{
	u64 base = bar_address(cfg_in(cap + VIRTIO_PCI_CAP_BAR, 1));
	bool ports = cfg_in(PCI_BASE_ADDRESS_0 + 4 * cfg_in(cap + VIRTIO_PCI_CAP_BAR, 1), 4) & 1;
	u64 where = base + cfg_in(cap + VIRTIO_PCI_CAP_OFFSET, 4);

	switch (cfg_in(cap + VIRTIO_PCI_CAP_CFG_TYPE, 1)) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		at.common = where;
		break;
	case VIRTIO_PCI_CAP_ISR_CFG:
		at.isr = where;
		break;
	case VIRTIO_PCI_CAP_DEVICE_CFG:
		at.config = where;
		break;
	case VIRTIO_PCI_CAP_PCI_CFG:
		at.window = cap;
		break;
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		at.notify_mult |= cfg_in(cap + VIRTIO_PCI_NOTIFY_CAP_MULT, 4);
		if (ports)
			at.notify_port = where;
		else
			at.notify = where;
		break;
	}
}

/* Decoding and bus mastering on, capabilities looked through. */
static inline void find_device(void)
{
	unsigned int n = 0;
	u8 cap;

	memset(&at, 0, sizeof(at));
	cfg_out(PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	for (cap = cfg_in(PCI_CAPABILITY_LIST, 1); cap && n < 48; n++) {
		if (cfg_in(cap, 1) == PCI_CAP_ID_VNDR)
			note_cap(cap);
		if (cfg_in(cap, 1) == PCI_CAP_ID_MSIX) {
			u32 table = cfg_in(cap + PCI_MSIX_TABLE, 4);

			at.msix_cap = cap;
			at.msix = bar_address(table & 7) + (table & ~7U);
		}
		cap = cfg_in(cap + 1, 1);
	}
}

static inline u32 common_in(u32 offset, unsigned int size)
{
	return vpci_mem_read(&bus, at.common + offset, size) & (~0ULL >> (64 - 8 * size));
}

static inline void common_out(u32 offset, unsigned int size, u32 val)
{
	vpci_mem_write(&bus, at.common + offset, size, val);
}

static inline u8 status_in(void)
{
	return common_in(VIRTIO_PCI_COMMON_STATUS, 1);
}

static inline void status_out(u8 val)
{
	common_out(VIRTIO_PCI_COMMON_STATUS, 1, val);
}

#endif
