/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - a PCI bus with its host bridge, and what a device on it is
 *
 * Names begin with vpci_: those of the host's own PCI are Linux's.
 *
 * Pure code. One bus, 32 slots, function 0 only; the host bridge is in slot 0. Configuration
 * space is reached by ports 0xcf8 and 0xcfc and by ECAM; BARs are where the guest puts them,
 * and after a reset where this file puts them, as firmware would: by slot, see vpci_add().
 *
 * Devices are added before the VM is first started, and stay as long as it can be started.
 *
 * A device fills in its struct vpci_dev with vpci_dev_init(), vpci_add_bar(), vpci_add_cap(), then
 * vpci_add(). What happens to its BARs comes to its ops; interrupts leave by msix.h or
 * vpci_set_intx().
 *
 * Locks: the bus has one for configuration space. It is taken inside a device's own lock
 * (vpci_set_intx(), vpci_config_get()), and no op of a device is called with it held. Finding the
 * device of a BAR takes no lock.
 *
 * Sources: PCI Local Bus 3.0 chapter 6 and §3.2.2.3.2 (ports); PCI Express 4.0 §7.2.2 (ECAM).
 */
#ifndef _INSULA_PCI_H
#define _INSULA_PCI_H

#include <linux/pci_regs.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <insula/guest-abi.h>
#include "../irq/apic-msg.h"

#define PCI_SLOTS	32
#define PCI_BARS	6
#define PCI_CONFIG_SIZE	256

struct vpci_bus;
struct vpci_dev;

/**
 * struct vpci_dev_ops - what a device does
 *
 * Called in a vCPU's window unless told otherwise: interrupts off, no lock of the bus held, on
 * several CPUs at the same time; they may not sleep.
 *
 * @bar_read:	read @size bytes (on ports 1, 2, 4; in memory 1 to 8) at @offset in BAR @bar; all
 *		of them are inside the BAR, aligned or not. Bits above @size are ignored.
 * @bar_write:	write likewise; bits of @val above @size are 0. Both may be NULL without BARs.
 * @config_read: called before a read of configuration space: to answer it, set *@val and return
 *		true; false: the bytes in @config are the answer. Optional. @size is 1 to 4.
 * @config_written: bytes of configuration space have been written, as far as they can be.
 *		Another CPU may have written since: look at what is there now, with
 *		vpci_config_get(). For the command register, capabilities. Optional. For both,
 *		all of the bytes are inside PCI_CONFIG_SIZE.
 * @reset:	the VM is switched on, off, or reset; no vCPU runs. Be as after power-on and at
 *		rest: once it returns, nothing touches guest memory or sends interrupts until the
 *		guest asks for it. Configuration space follows. May sleep. Optional.
 */
struct vpci_dev_ops {
	u64 (*bar_read)(struct vpci_dev *dev, unsigned int bar, u64 offset, unsigned int size);
	void (*bar_write)(struct vpci_dev *dev, unsigned int bar, u64 offset, unsigned int size,
			  u64 val);
	bool (*config_read)(struct vpci_dev *dev, unsigned int offset, unsigned int size, u32 *val);
	void (*config_written)(struct vpci_dev *dev, unsigned int offset, unsigned int size);
	void (*reset)(struct vpci_dev *dev);
};

/** enum vpci_bar_type - what a BAR decodes; a 64-bit one takes the next register, too */
enum vpci_bar_type { VPCI_BAR_NONE, VPCI_BAR_IO, VPCI_BAR_MEM32, VPCI_BAR_MEM64 };

/**
 * struct vpci_dev - a device, embedded in its model
 * @ops:	the model; constant
 * @bus:	set by vpci_add()
 * @slot:	likewise
 * @caps_end:	first free byte for capabilities; up to vpci_add()
 * @last_cap:	the pointer in @config that the next capability goes into; up to vpci_add()
 * @bar:	type and size in bytes; constant after vpci_add()
 * @config:	configuration space as it reads. Written under the bus's lock after vpci_add();
 *		single bytes may be read without it, by READ_ONCE().
 * @writable:	bits of it that the guest may write; they are 0 after a reset, but for the BARs and
 *		the interrupt line. Constant after vpci_add(), and so is @clearable.
 * @clearable:	bits that writing 1 clears (RW1C); not in @writable. 0 after a reset.
 */
struct vpci_dev {
	const struct vpci_dev_ops *ops;
	struct vpci_bus *bus;
	u8 slot;
	u8 last_cap;
	u16 caps_end;
	struct {
		enum vpci_bar_type type;
		u32 size;
	} bar[PCI_BARS];
	u8 config[PCI_CONFIG_SIZE];
	u8 writable[PCI_CONFIG_SIZE];
	u8 clearable[PCI_CONFIG_SIZE];
};

/**
 * struct vpci_ids - who a device is
 * @class:	24 bits: class, subclass, programming interface
 * @has_pin:	it has an interrupt pin, INTA
 */
struct vpci_ids {
	u16 vendor, device, subsystem_vendor, subsystem;
	u32 class;
	u8 revision;
	bool has_pin;
};

/** vpci_dev_init() - first of all: an empty device. @dev need not be zeroed. */
void vpci_dev_init(struct vpci_dev *dev, const struct vpci_dev_ops *ops,
		   const struct vpci_ids *ids);

/**
 * vpci_add_bar() - give it BAR @bar (0 to 5; 0 to 4 for VPCI_BAR_MEM64)
 * @size:	bytes, a power of two: 4 to 256 for ports, 16 to 8 MiB for memory
 *
 * All of a device's must fit into a slot's share: 1 KiB of ports, 16 MiB of memory.
 */
void vpci_add_bar(struct vpci_dev *dev, unsigned int bar, enum vpci_bar_type type, u32 size);

/**
 * vpci_add_cap() - append a capability
 * @id:		PCI_CAP_ID_*
 * @len:	its bytes, with id and pointer
 *
 * They are zero and read-only; the caller fills in dev->config and dev->writable behind the
 * first two. Not after vpci_add(). Return: its offset in configuration space, or -ENOSPC.
 */
int vpci_add_cap(struct vpci_dev *dev, u8 id, unsigned int len);

/**
 * vpci_add() - plug it in
 * @slot:	1 to 31
 *
 * What the slot's number decides: BARs lie in the slot's share of GUEST_PCI_MEM_BASE and
 * GUEST_PCI_IO_BASE, in their order, each aligned to its size; the interrupt pin is wired to
 * IRQ_PCI + slot % GUEST_PCI_IRQS. No vCPU has run yet.
 * Return: 0; -EBUSY: the slot is taken; -ENOSPC: the BARs do not fit; -EINVAL: no such slot.
 */
int vpci_add(struct vpci_bus *bus, struct vpci_dev *dev, unsigned int slot);

/** vpci_remove() - pull it out, at rest as after a reset. No vCPU exists. Context: any. */
void vpci_remove(struct vpci_dev *dev);

/**
 * vpci_set_intx() - drive the interrupt pin; true asserts it
 *
 * The line is shared, and follows any of its devices; the command register's INTx disable keeps
 * it off the line. A device with MSI-X enabled leaves it alone. Context: any; takes the bus's
 * lock, then what the bus's intx op takes.
 */
void vpci_set_intx(struct vpci_dev *dev, bool level);

/**
 * vpci_send_msi() - send an interrupt message as the device; lost unless it may be bus master
 * Context: any, takes no lock of the bus.
 */
void vpci_send_msi(struct vpci_dev *dev, const struct apic_msg *msg);

/**
 * vpci_config_get() - what configuration space holds: @size bytes (1 to 4) at @offset
 * Context: any, takes the bus's lock.
 */
u32 vpci_config_get(struct vpci_dev *dev, unsigned int offset, unsigned int size);

/* The bus, for its owner: */

/**
 * struct vpci_bus_ops - where interrupts go
 * @intx:	drive GSI @gsi; called with the bus's lock held
 * @msi:	bring a message to the local APICs; called from any context
 */
struct vpci_bus_ops {
	void (*intx)(struct vpci_bus *bus, unsigned int gsi, bool level);
	void (*msi)(struct vpci_bus *bus, const struct apic_msg *msg);
};

/** struct vpci_window - where a BAR is now */
struct vpci_window {
	u64 base;
	u32 size;
	u8 slot, bar;
};

/**
 * struct vpci_bus - the bus
 * @ops:	constant
 * @lock:	guards configuration space, and writing of everything below
 * @address:	CONFIG_ADDRESS
 * @intx:	bit n: slot n asserts its pin and is allowed to
 * @dev:	by slot; constant once the VM is started
 * @bridge:	the host bridge, in slot 0
 * @seq:	lets readers of the windows do without @lock, see find() in pci.c
 * @nports:	windows of ports, that come first
 * @nwindows:	all of them
 * @window:	BARs that the guest has switched on; those of a kind by slot
 */
struct vpci_bus {
	const struct vpci_bus_ops *ops;
	raw_spinlock_t lock;
	u32 address;
	u32 intx;
	struct vpci_dev *dev[PCI_SLOTS];
	struct vpci_dev bridge;
	seqcount_raw_spinlock_t seq;
	unsigned int nports, nwindows;
	struct vpci_window window[PCI_SLOTS * PCI_BARS];
};

/** vpci_bus_init() - once; there is nothing on it but the host bridge. */
void vpci_bus_init(struct vpci_bus *bus, const struct vpci_bus_ops *ops);
/**
 * vpci_reset() - power-on state of all devices and of configuration space
 *
 * BARs have their addresses, and are switched off by the command register. No vCPU runs.
 * May sleep.
 */
void vpci_reset(struct vpci_bus *bus);

/**
 * vpci_port_read() - read a port that no other device of the board answers to
 * @size:	1, 2 or 4
 *
 * CONFIG_ADDRESS and CONFIG_DATA, then BARs; where they overlap, the one in the lowest slot.
 * Context: any; a BAR's device is called. Return: the value; ones if nobody answers.
 */
u32 vpci_port_read(struct vpci_bus *bus, u16 port, unsigned int size);
/** vpci_port_write() - write one, likewise */
void vpci_port_write(struct vpci_bus *bus, u16 port, unsigned int size, u32 val);
/** vpci_mem_read() - read guest-physical memory, @size 1 to 8, likewise: ECAM, then BARs */
u64 vpci_mem_read(struct vpci_bus *bus, u64 gpa, unsigned int size);
/** vpci_mem_write() - write it, likewise */
void vpci_mem_write(struct vpci_bus *bus, u64 gpa, unsigned int size, u64 val);

#endif
