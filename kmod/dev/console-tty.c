// SPDX-License-Identifier: GPL-2.0-only
/*
 * console-tty.c - a guest's serial line as a tty of the host: the tty driver
 *
 * References: the owner of a line has one on its tty_port, and so has each tty_struct, from
 * install() to cleanup(). A tty_struct also holds the module. A number stays taken until
 * the last reference is gone, because tty_open() finds a hung-up tty_struct by it.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_ldisc.h>
#include "../compat.h"
#include "console-port.h"

#define CONSOLE_MAX	4096
/* At a hangup: how long a reader may take for what is pending. */
#define HANGUP_MS	700

static struct tty_driver *console_driver;

/* Lines by number; the lock makes finding one and taking a reference one thing. */
static DEFINE_IDR(console_ports);
static DEFINE_MUTEX(console_lock);

static struct console_port *to_console(struct tty_port *port)
{
	return container_of(port, struct console_port, port);
}

static int console_activate(struct tty_port *port, struct tty_struct *tty)
{
	return READ_ONCE(to_console(port)->dead) ? -ENODEV : 0;
}

/* The last one closed it, or it was hung up. */
static void console_shutdown(struct tty_port *port)
{
	console_set_reading(to_console(port), false);
}

static void console_destruct(struct tty_port *port)
{
	struct console_port *con = to_console(port);

	mutex_lock(&console_lock);
	idr_remove(&console_ports, con->index);
	mutex_unlock(&console_lock);
	console_free(con);
}

static const struct tty_port_operations console_port_ops = {
	.activate = console_activate,
	.shutdown = console_shutdown,
	.destruct = console_destruct,
};

static struct console_port *find_live(unsigned int index)
{
	struct console_port *con;

	mutex_lock(&console_lock);
	con = idr_find(&console_ports, index);
	if (con && (READ_ONCE(con->dead) || !tty_port_get(&con->port)))
		con = NULL;
	mutex_unlock(&console_lock);
	return con;
}

static int console_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct console_port *con = find_live(tty->index);
	int err;

	if (!con)
		return -ENODEV;
	tty->driver_data = con;
	err = tty_port_install(&con->port, driver, tty);
	if (err)
		tty_port_put(&con->port);
	return err;
}

static void console_cleanup(struct tty_struct *tty)
{
	struct console_port *con = tty->driver_data;

	tty_port_put(&con->port);
}

static int console_open(struct tty_struct *tty, struct file *file)
{
	struct console_port *con = tty->driver_data;
	int err = tty_port_open(&con->port, tty, file);

	if (err)
		return err;
	if (!file || (file->f_mode & FMODE_READ))
		console_set_reading(con, true);
	return 0;
}

static void console_close(struct tty_struct *tty, struct file *file)
{
	struct console_port *con = tty->driver_data;

	tty_port_close(&con->port, tty, file);
}

static void console_hung_up(struct tty_struct *tty)
{
	struct console_port *con = tty->driver_data;

	tty_port_hangup(&con->port);
}

static tty_write_ret_t console_write(struct tty_struct *tty, const u8 *bytes, tty_write_len_t n)
{
	return console_in_put(tty->driver_data, bytes, n);
}

static unsigned int console_write_room(struct tty_struct *tty)
{
	return CONSOLE_IN_SIZE - console_in_count(tty->driver_data);
}

static unsigned int console_chars_in_buffer(struct tty_struct *tty)
{
	return console_in_count(tty->driver_data);
}

static void console_flush_buffer(struct tty_struct *tty)
{
	console_in_flush(tty->driver_data);
	tty_wakeup(tty);
}

/* The tty core remembers by itself that it is throttled. */
static void console_unthrottle(struct tty_struct *tty)
{
	console_kick(tty->driver_data);
}

static int console_set_winsize(struct tty_struct *tty, struct winsize *size)
{
	int err = tty_do_resize(tty, size);

	if (!err)
		console_resize(tty->driver_data, size->ws_col, size->ws_row);
	return err;
}

static const struct tty_operations console_tty_ops = {
	.install = console_install,
	.cleanup = console_cleanup,
	.open = console_open,
	.close = console_close,
	.hangup = console_hung_up,
	.write = console_write,
	.write_room = console_write_room,
	.chars_in_buffer = console_chars_in_buffer,
	.flush_buffer = console_flush_buffer,
	.unthrottle = console_unthrottle,
	.resize = console_set_winsize,
};

/* Has the line discipline bytes that nobody has read? Without a file it just looks. */
static bool has_unread(struct tty_struct *tty)
{
	struct tty_ldisc *ld = tty_ldisc_ref(tty);
	bool unread = false;

	if (!ld)
		return false;
	if (ld->ops->poll)
		unread = ld->ops->poll(tty, NULL, NULL) & EPOLLIN;
	tty_ldisc_deref(ld);
	return unread;
}

/*
 * pump_out() in console.c empties the ring only after it has pushed the bytes, so what is
 * neither there nor unread has been read.
 */
void console_tty_drain(struct console_port *con)
{
	unsigned long end = jiffies + msecs_to_jiffies(HANGUP_MS);
	struct tty_struct *tty = tty_port_tty_get(&con->port);

	while (tty && READ_ONCE(con->reading) && time_before(jiffies, end)) {
		bool pushed = console_out_empty(con);

		/* Between the ring and the line discipline bytes wait for this work. */
		flush_work(&con->port.buf.work);
		if (pushed && !has_unread(tty))
			break;
		usleep_range(1000, 2000);
	}
	tty_kref_put(tty);
}

void console_tty_hangup(struct console_port *con)
{
	struct tty_struct *tty = tty_port_tty_get(&con->port);

	if (!tty)
		return;
	tty_vhangup(tty);
	tty_kref_put(tty);
}

int console_tty_register(struct console_port *con, bool *numbered)
{
	struct device *dev;
	int index;

	con->port.ops = &console_port_ops;
	mutex_lock(&console_lock);
	index = idr_alloc(&console_ports, con, 0, CONSOLE_MAX, GFP_KERNEL);
	if (index >= 0)
		con->index = index;
	mutex_unlock(&console_lock);
	*numbered = index >= 0;
	if (index < 0)
		return index;
	dev = tty_port_register_device(&con->port, console_driver, index, NULL);
	return PTR_ERR_OR_ZERO(dev);
}

void console_tty_unregister(struct console_port *con)
{
	tty_unregister_device(console_driver, con->index);
}

static void set_termios(struct ktermios *termios)
{
	*termios = tty_std_termios;
	termios->c_iflag = 0;
	termios->c_oflag = 0;
	termios->c_lflag = 0;
	termios->c_cflag = B115200 | CS8 | CREAD | CLOCAL;
	termios->c_ispeed = 115200;
	termios->c_ospeed = 115200;
}

int console_tty_init(void)
{
	struct tty_driver *driver;
	int err;

	driver = tty_alloc_driver(CONSOLE_MAX, TTY_DRIVER_REAL_RAW | TTY_DRIVER_DYNAMIC_DEV |
				  TTY_DRIVER_RESET_TERMIOS);
	if (IS_ERR(driver))
		return PTR_ERR(driver);
	driver->driver_name = "insula";
	driver->name = "ttyINS";
	driver->type = TTY_DRIVER_TYPE_SERIAL;
	driver->subtype = SERIAL_TYPE_NORMAL;
	set_termios(&driver->init_termios);
	tty_set_operations(driver, &console_tty_ops);
	err = tty_register_driver(driver);
	if (err)
		tty_driver_kref_put(driver);
	else
		console_driver = driver;
	return err;
}

void console_tty_exit(void)
{
	tty_unregister_driver(console_driver);
	tty_driver_kref_put(console_driver);
	idr_destroy(&console_ports);
}
