// SPDX-License-Identifier: GPL-2.0-only
/*
 * console.c - a guest's console as a tty of the host: its life, and its ends in the guest
 *
 * What moves bytes is in console-pump.c, what the tty core sees in console-tty.c. This file may
 * not touch the rings.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include "console-port.h"

/* What the tty may hold before its reader: a close loses it, so it is not much. */
#define FLIP_LIMIT	4096

static struct console_port *console_alloc(void)
{
	struct console_port *con = kzalloc(sizeof(*con), GFP_KERNEL);

	if (!con)
		return NULL;
	con->out = kvmalloc(CONSOLE_OUT_SIZE, GFP_KERNEL);
	if (!con->out) {
		kfree(con);
		return NULL;
	}
	mutex_init(&con->calls);
	console_pump_init(con);
	tty_port_init(&con->port);
	/* What a guest does not take must not hold up who closes the tty. */
	con->port.closing_wait = ASYNC_CLOSING_WAIT_NONE;
	tty_buffer_set_limit(&con->port, FLIP_LIMIT);
	return con;
}

void console_free(struct console_port *con)
{
	kvfree(con->out);
	kfree(con);
}

/*
 * The owner goes. From @dead on nobody can open the tty, and who was faster is hung up
 * here. What a process still holds then is a tty_struct without a line, whose reference
 * keeps the memory until it is closed.
 */
static void retire(struct console_port *con)
{
	console_pump_end(con);
	console_tty_hangup(con);
	tty_port_put(&con->port);
}

struct console_port *console_create(void)
{
	struct console_port *con = console_alloc();
	bool numbered;
	int err;

	if (!con)
		return ERR_PTR(-ENOMEM);
	err = console_tty_register(con, &numbered);
	if (!err)
		return con;
	if (numbered) {
		retire(con);
	} else {
		tty_port_destroy(&con->port);
		console_free(con);
	}
	return ERR_PTR(err);
}

/* Ends in the guest. */

static void set_end(struct console_port *con, enum console_line line,
		    const struct console_ops *ops, void *ctx)
{
	mutex_lock(&con->calls);
	con->end[line].ops = ops;
	con->end[line].ctx = ctx;
	if (ops && ops->resize)
		ops->resize(ctx, con->columns, con->rows);
	mutex_unlock(&con->calls);
}

void console_attach(struct console_port *con, enum console_line line,
		    const struct console_ops *ops, void *ctx)
{
	set_end(con, line, ops, ctx);
	console_kick(con);
}

void console_detach(struct console_port *con, enum console_line line)
{
	set_end(con, line, NULL, NULL);
}

void console_resize(struct console_port *con, u16 columns, u16 rows)
{
	struct console_end *end;

	mutex_lock(&con->calls);
	con->columns = columns;
	con->rows = rows;
	for (end = con->end; end < con->end + NR_CONSOLE_LINES; end++)
		if (end->ops && end->ops->resize)
			end->ops->resize(end->ctx, columns, rows);
	mutex_unlock(&con->calls);
}

void console_destroy(struct console_port *con)
{
	console_tty_unregister(con);
	retire(con);
}

void console_drain(struct console_port *con)
{
	console_kick(con);
	console_tty_drain(con);
}

void console_hangup(struct console_port *con)
{
	console_tty_hangup(con);
	console_in_flush(con);
}

void console_name(const struct console_port *con, char *buf, size_t size)
{
	snprintf(buf, size, "/dev/ttyINS%u", con->index);
}

int console_driver_init(void)
{
	int err = console_pump_driver_init();

	if (err)
		return err;
	err = console_tty_init();
	if (err)
		console_pump_driver_exit();
	return err;
}

void console_driver_exit(void)
{
	console_tty_exit();
	console_pump_driver_exit();
}
