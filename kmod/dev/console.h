/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console.h - a guest's serial line as a tty of the host
 *
 * One tty /dev/ttyINS<n> a VM. Output that nobody reads yet is kept (the last 64 KiB)
 * and comes when somebody opens the tty; while it is open and the reader is slow,
 * console_tx() refuses bytes, so that nothing is lost. The line is raw: no echo, no
 * translation.
 */
#ifndef _INSULA_CONSOLE_H
#define _INSULA_CONSOLE_H

#include <linux/types.h>

struct console_port;

/**
 * struct console_port_ops - the guest's end
 * @rx:		bytes from the host. Return: how many were taken; the rest is offered again
 *		after console_rx_ready(). Called in process context, may not sleep.
 * @tx_ready:	console_tx() has room again after a refusal; called from process context
 */
struct console_port_ops {
	unsigned int (*rx)(void *ctx, const u8 *bytes, unsigned int n);
	void (*tx_ready)(void *ctx);
};

int console_driver_init(void);
void console_driver_exit(void);

/**
 * console_create() - a new line
 * Return: it, or ERR_PTR(-ENOMEM, -ENOSPC: more than 4,096). May sleep.
 */
struct console_port *console_create(const struct console_port_ops *ops, void *ctx);
/** console_destroy() - hang up, remove the tty. No callback runs after it. May sleep. */
void console_destroy(struct console_port *port);
/**
 * console_drain() - wait until the reader, if there is one, has read what is pending
 *
 * For 0.7 s at most. The caller holds no lock that the reader may want before it reads on:
 * it asks about its VM. Sleeps.
 */
void console_drain(struct console_port *port);
/**
 * console_hangup() - the VM was switched off: EOF to those who have the tty open, who lose
 * what they have not read. The line stays usable for the next start. May sleep.
 */
void console_hangup(struct console_port *port);
/** console_name() - "/dev/ttyINS3" into @buf */
void console_name(const struct console_port *port, char *buf, size_t size);
/**
 * console_tx() - a byte from the guest. Context: any, interrupts off, raw spinlocks held:
 * it only touches a ring and kicks an irq_work/work that feeds the tty.
 * Return: false if it could not be taken: tx_ready will be called.
 */
bool console_tx(struct console_port *port, u8 byte);
/** console_rx_ready() - @rx would take bytes again. Context: as console_tx(). */
void console_rx_ready(struct console_port *port);

#endif
