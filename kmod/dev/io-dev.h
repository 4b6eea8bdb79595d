/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io-dev.h - what a device model is to the bus
 *
 * A device model is pure code: it holds registers, answers reads and writes,
 * drives interrupt pins and says when it next wants to be called. It knows
 * neither threads nor timers. Every call into a model is made with the lock that
 * its owner gave it (@lock) held and interrupts off; a model takes no lock, does
 * not sleep, and finishes in bounded time.
 */
#ifndef _INSULA_IO_DEV_H
#define _INSULA_IO_DEV_H

#include <linux/types.h>

#define NEVER	(~0ULL)		/* no deadline */

/**
 * struct irq_pin - an interrupt output of a device
 * @set:	drive the line; called with the device's lock held. Setting the level
 *		that it already has is allowed and means nothing.
 */
struct irq_pin {
	void (*set)(struct irq_pin *pin, bool level);
};

struct io_dev;

/**
 * struct io_dev_ops - a device model
 *
 * Addresses are absolute (port numbers or guest-physical addresses) and lie inside
 * one of the ranges that the device was put on the bus with; @size is 1, 2 or 4 on
 * ports and 1 to 8 on memory, and an access may reach past the end of the range: a
 * model looks at the bytes that are its own. @now is the VM's clock: ns, monotonic.
 *
 * @read:	value read, zero-extended; unclaimed bits read as ones
 * @write:	write
 * @expire:	@now has reached @deadline; optional when @deadline is always NEVER
 * @reset:	to the state after power-on, pins low, deadline computed anew
 */
struct io_dev_ops {
	u64 (*read)(struct io_dev *dev, u64 addr, unsigned int size, u64 now);
	void (*write)(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now);
	void (*expire)(struct io_dev *dev, u64 now);
	void (*reset)(struct io_dev *dev, u64 now);
};

/**
 * struct io_dev - base of a device model, embedded in it
 * @ops:	the model; constant
 * @name:	for messages; constant
 * @deadline:	ns on the VM's clock when @expire is wanted, or NEVER; the model sets
 *		it in any call, the bus arms its timer from it afterwards
 */
struct io_dev {
	const struct io_dev_ops *ops;
	const char *name;
	u64 deadline;
};

/**
 * io_read_bytes() - read from a device whose registers are single bytes
 * @dev:	the device
 * @addr:	first byte
 * @size:	bytes
 * @now:	ns on the VM's clock
 * @read:	reads one byte; 0xff where the device has nothing
 *
 * The ISA bus splits a wide access to an 8-bit device into byte accesses, lowest address
 * first. Return: the bytes put together.
 */
static inline u64 io_read_bytes(struct io_dev *dev, u64 addr, unsigned int size, u64 now,
				u8 (*read)(struct io_dev *dev, u64 addr, u64 now))
{
	u64 val = 0;
	unsigned int i;

	for (i = 0; i < size; i++)
		val |= (u64)read(dev, addr + i, now) << (8 * i);
	return val;
}

/** io_write_bytes() - write to such a device; @write ignores what is not its own */
static inline void io_write_bytes(struct io_dev *dev, u64 addr, unsigned int size, u64 val,
				  u64 now,
				  void (*write)(struct io_dev *dev, u64 addr, u8 val, u64 now))
{
	unsigned int i;

	for (i = 0; i < size; i++)
		write(dev, addr + i, val >> (8 * i), now);
}

#endif
