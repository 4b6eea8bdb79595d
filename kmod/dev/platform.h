/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * platform.h - the devices of a PC's board, and the bus that leads to them
 *
 * One raw spinlock a VM guards all of these models: none of them is on a hot path that
 * a modern guest takes often. PCI, where such paths are, has locks of its own: its lines
 * come to the interrupt controllers with its lock held, so that is the outer one; its
 * messages (MSI) need none.
 */
#ifndef _INSULA_PLATFORM_H
#define _INSULA_PLATFORM_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include "../irq/ioapic.h"
#include "../irq/pic.h"
#include "../irq/pit.h"
#include "io-dev.h"
#include "pci.h"
#include "pm.h"
#include "rtc.h"
#include "uart.h"

struct vm;

enum { DEV_PIC, DEV_IOAPIC, DEV_PIT, DEV_UART, DEV_RTC, DEV_PM, NR_PLATFORM_DEVS };

/** struct gsi_pin - an interrupt output wired to a GSI, and to the 8259s if it is below 16 */
struct gsi_pin {
	struct irq_pin pin;
	struct platform *platform;
	u8 gsi;
	s8 isa;			/* input of the 8259s, or -1 */
};

/**
 * struct platform_slot - a device on the bus
 * @dev:	the model
 * @timer:	fires at @armed
 * @armed:	what the timer is set to, ns, or NEVER
 */
struct platform_slot {
	struct platform *platform;
	struct io_dev *dev;
	struct hrtimer timer;
	u64 armed;
};

/**
 * struct platform - the board
 * @lock:	guards everything below, but for @pci
 * @slot:	by DEV_*
 */
struct platform {
	struct vm *vm;
	raw_spinlock_t lock;
	struct platform_slot slot[NR_PLATFORM_DEVS];
	struct pic pic;
	struct ioapic ioapic;
	struct pit pit;
	struct uart uart;
	struct rtc rtc;
	struct pm pm;
	struct gsi_pin pit_pin, uart_pin, rtc_pin, sci_pin;
	struct gsi_pin pci_pin[GUEST_PCI_IRQS];
	struct vpci_bus pci;
};

/** platform_init() - once, in vm_create(): the models, in their reset state */
void platform_init(struct platform *p, struct vm *vm, bool debug_exit);
/** platform_reset() - power-on state of every device. No vCPU runs. May sleep. */
void platform_reset(struct platform *p);
/** platform_stop() - no timer fires any more, and what is on PCI is at rest. May sleep. */
void platform_stop(struct platform *p);

/**
 * platform_in() - read a port; @size 1, 2 or 4. Unclaimed ones read as ones.
 * Context: any, takes the lock.
 */
u32 platform_in(struct platform *p, u16 port, unsigned int size);
/** platform_out() - write a port, likewise */
void platform_out(struct platform *p, u16 port, unsigned int size, u32 val);
/** platform_read() - read memory outside RAM, likewise; @size 1 to 8 */
u64 platform_read(struct platform *p, u64 gpa, unsigned int size);
/** platform_write() - write memory outside RAM, likewise */
void platform_write(struct platform *p, u64 gpa, unsigned int size, u64 val);

/** platform_eoi() - a level-triggered vector was completed at a local APIC */
void platform_eoi(struct platform *p, u8 vector);
/** platform_intr() - is the 8259s' output asserted? No lock: a hint, see platform_ack() */
static inline bool platform_intr(const struct platform *p)
{
	return READ_ONCE(p->pic.intr);
}

/** platform_ack() - INTA cycle. Return: the vector. */
u8 platform_ack(struct platform *p);
/** platform_power_button() - press it */
void platform_power_button(struct platform *p);

struct console_ops;
/** platform_console_ops - the serial line, for console_attach() with the platform */
extern const struct console_ops platform_console_ops;

#endif
