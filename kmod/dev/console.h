/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console.h - a guest's console as a tty of the host
 *
 * One tty /dev/ttyINS<n> a VM. Output that nobody reads yet is kept (the last 64 KiB)
 * and comes when somebody opens the tty; while it is open and the reader is slow,
 * console_tx() refuses bytes, so that nothing is lost. The tty is raw: no echo, no
 * translation.
 *
 * Two lines of the guest lead to it: the serial one, and virtio's. What the guest writes to
 * either comes out, in the order in which it comes. What is typed goes to the serial line; but
 * once the guest has written to virtio's it goes there, until that is reset (the VM is, or the
 * guest lets go of its driver). So who has a login on one of them gets an answer, and that the
 * guest has merely found a virtio console changes nothing.
 */
#ifndef _INSULA_CONSOLE_H
#define _INSULA_CONSOLE_H

#include <linux/types.h>

struct console_port;

/** enum console_line - what the guest has at its end */
enum console_line { CONSOLE_SERIAL, CONSOLE_VIRTIO, NR_CONSOLE_LINES };

/**
 * struct console_ops - a line's end in the guest
 *
 * One call at a time, in process context; they may sleep.
 *
 * @rx:		bytes from the host. Return: how many were taken; the rest is offered again
 *		after console_rx_ready().
 * @tx_ready:	console_tx() has room again after a refusal
 * @resize:	the terminal has so many columns and rows now; 0: unknown. Optional.
 */
struct console_ops {
	unsigned int (*rx)(void *ctx, const u8 *bytes, unsigned int n);
	void (*tx_ready)(void *ctx);
	void (*resize)(void *ctx, u16 columns, u16 rows);
};

int console_driver_init(void);
void console_driver_exit(void);

/**
 * console_create() - a new tty
 * Return: it, or ERR_PTR(-ENOMEM, -ENOSPC: more than 4,096). May sleep.
 */
struct console_port *console_create(void);
/** console_attach() - a line has an end in the guest from now on. May sleep. */
void console_attach(struct console_port *port, enum console_line line,
		    const struct console_ops *ops, void *ctx);
/** console_detach() - it has none any more: no callback runs after this. May sleep. */
void console_detach(struct console_port *port, enum console_line line);
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
 * what they have not read. The console stays usable for the next start. May sleep.
 */
void console_hangup(struct console_port *port);
/** console_name() - "/dev/ttyINS3" into @buf */
void console_name(const struct console_port *port, char *buf, size_t size);
/**
 * console_tx() - bytes from the guest
 * @n:		few: it takes as long as copying them does
 *
 * Context: any, interrupts off, raw spinlocks held: it only touches a ring and kicks a work that
 * feeds the tty.
 * Return: how many were taken. If not all: tx_ready will be called.
 */
unsigned int console_tx(struct console_port *port, enum console_line line, const u8 *bytes,
			unsigned int n);
/** console_line_reset() - the guest no longer uses the line. Context: as console_tx(). */
void console_line_reset(struct console_port *port, enum console_line line);
/** console_rx_ready() - @rx would take bytes again. Context: as console_tx(). */
void console_rx_ready(struct console_port *port);

#endif
