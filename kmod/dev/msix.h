/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * msix.h - MSI-X: a device's interrupts as messages
 *
 * Pure code. Table and pending bits lie one after the other in a memory BAR of a device, which
 * hands on what is read and written there. The guest may rewrite an entry while another CPU
 * signals it: each vector has a lock of its own, so that queues on different vectors never
 * meet.
 *
 * Sources: PCI Local Bus 3.0 §6.8.2; Intel SDM vol. 3 §11.11 (message address and data).
 */
#ifndef _INSULA_MSIX_H
#define _INSULA_MSIX_H

#include <linux/spinlock.h>
#include "pci.h"

#define MSIX_MAX_VECTORS	2048

/**
 * struct msix_vector - an entry of the table
 * @lock:	guards the rest
 * @reg:	address low, address high, data, vector control: as the guest sees them
 * @pending:	signalled while it was masked
 */
struct msix_vector {
	raw_spinlock_t lock;
	u32 reg[PCI_MSIX_ENTRY_SIZE / 4];
	bool pending;
};

/**
 * struct msix - the MSI-X of a device
 * @dev:	the device
 * @cap:	where the capability is in its configuration space
 * @n:		vectors
 * @vector:	they
 *
 * All constant after msix_init(). Enable and function mask stand in configuration space only.
 */
struct msix {
	struct vpci_dev *dev;
	u8 cap;
	unsigned int n;
	struct msix_vector *vector;
};

/** msix_size() - bytes that table and pending bits of @n vectors take in their BAR */
static inline u32 msix_size(unsigned int n)
{
	return n * PCI_MSIX_ENTRY_SIZE + (n + 63) / 64 * 8;
}

/**
 * msix_init() - give @dev the capability; before vpci_add()
 * @bar:	the memory BAR in which the table is, at @offset (a multiple of 8); the pending
 *		bits follow it
 * @vector:	room for @n of them, the caller's; need not be zeroed
 * @n:		1 to MSIX_MAX_VECTORS
 *
 * Every vector is masked. Return: 0, or -ENOSPC (no room for the capability).
 */
int msix_init(struct msix *msix, struct vpci_dev *dev, unsigned int bar, u32 offset,
	      struct msix_vector *vector, unsigned int n);
/** msix_reset() - in the device's reset op: all vectors masked, none pending */
void msix_reset(struct msix *msix);

/**
 * msix_enabled() - does the device use MSI-X now? If not, its interrupt pin.
 * Context: any, takes no lock.
 */
bool msix_enabled(const struct msix *msix);
/**
 * msix_signal() - signal @vector (those that do not exist are ignored)
 *
 * If it is masked it becomes pending, and is sent when it is no longer. Nothing happens while
 * MSI-X is disabled. Context: any; takes the vector's lock, and vpci_send_msi()'s inside it.
 */
void msix_signal(struct msix *msix, unsigned int vector);

/**
 * msix_read() - what the BAR reads at @at bytes from the table's beginning, @size 1 to 8
 * Return: the value; zeroes behind the end.
 */
u64 msix_read(struct msix *msix, u32 at, unsigned int size);
/** msix_write() - write there: whole registers, 4 or 8 bytes; others are ignored */
void msix_write(struct msix *msix, u32 at, unsigned int size, u64 val);
/**
 * msix_config_written() - in the device's config_written op, whatever has been written: sends
 * what the function mask or a missing enable bit has held back
 */
void msix_config_written(struct msix *msix);

/**
 * msix_decode() - what a message says
 * @address:	where it is written to: 64 bits
 * @data:	what is written
 * @msg:	result
 * Return: true; false if it is no interrupt: another address, a reserved delivery mode, the
 * de-assertion of a level.
 */
bool msix_decode(u64 address, u32 data, struct apic_msg *msg);

#endif
