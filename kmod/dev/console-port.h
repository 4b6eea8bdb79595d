/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console-port.h - what console.c (life, the guest's ends), console-pump.c (rings, and what moves
 * bytes) and console-tty.c (the tty's end) share
 */
#ifndef _INSULA_CONSOLE_PORT_H
#define _INSULA_CONSOLE_PORT_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/tty_port.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include "console.h"

#define CONSOLE_OUT_SIZE	(64u * 1024)	/* powers of 2 */
#define CONSOLE_IN_SIZE		4096u

/**
 * struct console_end - a line's end in the guest
 * @ops:	NULL: there is none
 * @ctx:	for @ops
 * @refused:	console_tx() took less than it was given; @ops->tx_ready is owed
 */
struct console_end {
	const struct console_ops *ops;
	void *ctx;
	bool refused;
};

/**
 * struct console_port - a console
 * @port:	its tty's end; holds the references: one is the owner's until
 *		console_destroy(), one each tty_struct's
 * @index:	of the tty; taken until the last reference is gone, because tty_open() finds
 *		a tty_struct by it
 * @calls:	held while one of @end's ops is called; guards @end's @ops and @ctx, @columns, @rows
 * @columns:	of the terminal, or 0
 * @rows:	likewise
 * @work:	moves bytes both ways
 * @later:	starts @work
 * @lock:	guards everything below
 * @dead:	console_destroy() has begun: @work is not started any more
 * @reading:	somebody has the tty open for reading
 * @input:	the line that gets what is typed
 * @end:	by line
 * @out:	ring of CONSOLE_OUT_SIZE bytes; from @out_tail up to @out_head,
 *		which run free and wrap at 2^32
 * @in:		ring of CONSOLE_IN_SIZE bytes, likewise
 */
struct console_port {
	struct tty_port port;
	unsigned int index;
	struct mutex calls;
	u16 columns, rows;
	struct work_struct work;
	struct delayed_work later;
	raw_spinlock_t lock;
	bool dead;
	bool reading;
	enum console_line input;
	struct console_end end[NR_CONSOLE_LINES];
	u32 out_head, out_tail;
	u32 in_head, in_tail;
	u8 *out;
	u8 in[CONSOLE_IN_SIZE];
};

/** console_pump_init() - a console begins: @work, @later, @lock */
void console_pump_init(struct console_port *con);
/** console_pump_end() - and ends: no callback runs after it. May sleep. */
void console_pump_end(struct console_port *con);
/** console_pump_driver_init() - what all of them share. Return: 0 or -ENOMEM. May sleep. */
int console_pump_driver_init(void);
void console_pump_driver_exit(void);
/** console_kick() - start the line's work. Context: any, interrupts off, raw spinlocks. */
void console_kick(struct console_port *con);
/** console_resize() - the terminal has another size. May sleep. */
void console_resize(struct console_port *con, u16 columns, u16 rows);
/** console_set_reading() - somebody reads from now on, or nobody does. Context: any. */
void console_set_reading(struct console_port *con, bool reading);
/** console_out_empty() - the tty has got all the output. Context: any. */
bool console_out_empty(struct console_port *con);
/** console_in_put() - bytes for the guest. Return: how many there was room for. Context: any. */
unsigned int console_in_put(struct console_port *con, const u8 *bytes, size_t n);
/** console_in_count() - bytes that the guest has not taken yet. Context: any. */
unsigned int console_in_count(struct console_port *con);
/** console_in_flush() - forget those. Context: any. */
void console_in_flush(struct console_port *con);
/** console_free() - the memory of a line that nobody refers to any more. May sleep. */
void console_free(struct console_port *con);

/** console_tty_init() - register the tty driver. Return: 0 or a negative errno. May sleep. */
int console_tty_init(void);
void console_tty_exit(void);
/**
 * console_tty_register() - give a line a number and a tty; sets @index and the port's ops
 *
 * From then on the line is freed by the last tty_port_put().
 * Return: 0; -ENOSPC: no number is free; -ENOMEM; of the device model. The caller keeps
 * its reference if *@numbered, else the line is as it was. May sleep.
 */
int console_tty_register(struct console_port *con, bool *numbered);
/** console_tty_unregister() - remove the device. May sleep. */
void console_tty_unregister(struct console_port *con);
/** console_tty_drain() - wait until a reader has read everything, for 0.7 s at most. Sleeps. */
void console_tty_drain(struct console_port *con);
/** console_tty_hangup() - EOF for who has the tty open. May sleep. */
void console_tty_hangup(struct console_port *con);

#endif
