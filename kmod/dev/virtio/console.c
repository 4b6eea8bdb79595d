// SPDX-License-Identifier: GPL-2.0-only
/*
 * console.c - virtio console device: one port, which leads to the VM's tty (virtio 1.2 §5.3)
 *
 * Without multiple ports, so there is nothing to be told to its driver but the terminal's size.
 * What the guest writes goes to console_tx(); when that takes no more the chain stays where it is,
 * and the guest waits. Linux does so in a loop without interrupts, for each line that it writes,
 * so a few bytes are written in the exit in which it tells of them; the rest is a worker's. What is
 * typed comes by the console's work straight into the guest's buffers, or waits in the console
 * until the guest offers some.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include "../../vm/vcpu.h"
#include "../console.h"
#include "devices.h"

#define CONSOLE_QUEUE_SIZE	64
#define NOW_BYTES		4096u	/* written in an exit: that long are interrupts off */
#define NOW_CHAINS		8

enum { QUEUE_RX, QUEUE_TX, NR_QUEUES };		/* §5.3.2; rx: to the guest */

/**
 * struct vconsole - the device
 * @config:	as the guest reads it
 * @vio:	to the rest of the module
 * @tty:	the VM's console
 * @rx_lock:	held while something is put into buffers of the guest's; guards @rx
 * @rx:		the chain that is being filled
 * @tx_lock:	guards what follows; taken with interrupts off
 * @tx_busy:	@tx is a chain that is being written: from here on it is the worker's, or stop's
 * @tx:		what is being written
 * @tx_done:	bytes of it that the console has taken
 */
struct vconsole {
	struct virtio_console_config config;
	struct vio vio;
	struct console_port *tty;
	struct mutex rx_lock;
	struct ring_chain rx;
	raw_spinlock_t tx_lock;
	bool tx_busy;
	struct ring_chain tx;
	u32 tx_done;
};

static struct vconsole *to_console(struct vio *vio)
{
	return container_of(vio, struct vconsole, vio);
}

/* From the guest. */

enum how { NOW, SLEEPING };

/* Return: is all of the chain out? No: the console is full, it is not mapped, the queue ends. */
static bool write_out(struct vconsole *con, struct vio_queue *q, enum how how)
{
	unsigned int n, taken;
	u8 bytes[256];
	int err;

	while (con->tx_done < con->tx.read_len) {
		if (!vio_is_live(q))
			return false;
		n = min_t(u32, con->tx.read_len - con->tx_done, sizeof(bytes));
		err = (how == NOW ? vio_copy_from : vio_get)(&con->vio, &con->tx, con->tx_done,
							     bytes, n);
		if (err && err != -EAGAIN)
			vio_break(q, "what is to be written is not in RAM");
		if (err)
			return false;
		taken = console_tx(con->tty, CONSOLE_VIRTIO, bytes, n);
		con->tx_done += taken;
		if (taken < n)
			return false;
		if (how == SLEEPING)
			cond_resched();
	}
	return true;
}

/* Under the lock, no chain being written. Return: as vio_pop_now(); 1: @tx is busy now. */
static int take(struct vconsole *con, struct vio_queue *q)
{
	int n = vio_pop_now(q, &con->tx);

	con->tx_done = 0;
	con->tx_busy = n > 0;
	return n;
}

static void finish(struct vconsole *con, struct vio_queue *q)
{
	con->tx_busy = false;
	vio_push(q, con->tx.id, 0);
}

/* Under the lock: what can be done at once. Return: is that all? */
static bool write_now(struct vconsole *con, struct vio_queue *q)
{
	unsigned int budget;
	int n = 0;

	for (budget = NOW_CHAINS; budget; budget--) {
		if (con->tx_busy)
			return false;
		n = take(con, q);
		if (n < 0)
			return false;
		if (!n && !vio_enable_kick(q))
			return true;
		if (!n)
			continue;
		if (con->tx.read_len > NOW_BYTES || !write_out(con, q, NOW))
			return false;
		finish(con, q);
	}
	return false;
}

static void vconsole_kick(struct vio_queue *q)
{
	struct vconsole *con = to_console(q->vio);
	unsigned long flags;
	bool all = false;

	if (q->index == QUEUE_TX) {
		raw_spin_lock_irqsave(&con->tx_lock, flags);
		all = write_now(con, q);
		raw_spin_unlock_irqrestore(&con->tx_lock, flags);
	}
	if (!all)
		vio_run_later(q);
}

/* Return: is there a chain to be written? */
static bool next_chain(struct vconsole *con, struct vio_queue *q)
{
	int n = 1;

	do {
		raw_spin_lock_irq(&con->tx_lock);
		if (!con->tx_busy)
			n = take(con, q);
		raw_spin_unlock_irq(&con->tx_lock);
	} while (n == -EAGAIN && !vio_bring_in(q));
	return n > 0;
}

static void tx_run(struct vconsole *con, struct vio_queue *q)
{
	do {
		vio_disable_kick(q);
		while (next_chain(con, q)) {
			if (!write_out(con, q, SLEEPING))
				return;
			raw_spin_lock_irq(&con->tx_lock);
			finish(con, q);
			raw_spin_unlock_irq(&con->tx_lock);
		}
	} while (vio_enable_kick(q));
}

static void console_tx_ready(void *ctx)
{
	struct vconsole *con = ctx;

	vio_run_later(&con->vio.queue[QUEUE_TX]);
}

/* To the guest. */

/*
 * Fill buffers until there are none, or no more bytes. Return: how many of them are in. Each buffer
 * takes one at least: the guest can't keep us here by offering more and more.
 */
static unsigned int fill(struct vconsole *con, struct vio_queue *q, const u8 *bytes,
			 unsigned int n)
{
	unsigned int done = 0, len;

	while (done < n && vio_pop(q, &con->rx) > 0) {
		len = min(n - done, con->rx.write_len);
		if (!len || vio_put(&con->vio, &con->rx, 0, bytes + done, len)) {
			vio_break(q, "what is typed can't be put into a buffer");
			break;
		}
		vio_push(q, con->rx.id, len);
		done += len;
		cond_resched();
	}
	return done;
}

/* It notifies us of buffers only when somebody waits for them. */
static unsigned int console_rx(void *ctx, const u8 *bytes, unsigned int n)
{
	struct vconsole *con = ctx;
	struct vio_queue *q = &con->vio.queue[QUEUE_RX];
	unsigned int done = 0;

	mutex_lock(&con->rx_lock);
	do {
		vio_disable_kick(q);
		done += fill(con, q, bytes + done, n - done);
	} while (done < n && vio_enable_kick(q));
	mutex_unlock(&con->rx_lock);
	return done;
}

static void console_resized(void *ctx, u16 columns, u16 rows)
{
	struct vconsole *con = ctx;
	const __le16 size[] = { cpu_to_le16(columns), cpu_to_le16(rows) };

	virtio_config_update(&con->vio.regs, offsetof(struct virtio_console_config, cols), size,
			     sizeof(size));
}

static const struct console_ops console_ops = {
	.rx = console_rx,
	.tx_ready = console_tx_ready,
	.resize = console_resized,
};

/* The device. */

static void vconsole_run(struct vio_queue *q)
{
	struct vconsole *con = to_console(q->vio);

	if (q->index == QUEUE_TX)
		tx_run(con, q);
	else
		console_rx_ready(con->tty);
}

static void vconsole_stop(struct vio_queue *q)
{
	struct vconsole *con = to_console(q->vio);

	/* Who is in there finds no more chains, and comes out. */
	if (q->index == QUEUE_TX) {
		raw_spin_lock_irq(&con->tx_lock);
		con->tx_busy = false;
		raw_spin_unlock_irq(&con->tx_lock);
	} else {
		mutex_lock(&con->rx_lock);
		mutex_unlock(&con->rx_lock);
	}
}

static void vconsole_reset(struct vio *vio)
{
	console_line_reset(to_console(vio)->tty, CONSOLE_VIRTIO);
}

static void vconsole_free(struct vio *vio)
{
	struct vconsole *con = to_console(vio);

	console_detach(con->tty, CONSOLE_VIRTIO);
	kfree(con);
}

static const struct vio_ops vconsole_ops = {
	.run = vconsole_run,
	.kick = vconsole_kick,
	.stop = vconsole_stop,
	.reset = vconsole_reset,
	.free = vconsole_free,
};

struct vio *virtio_console_create(struct vm *vm)
{
	struct vconsole *con = kzalloc(sizeof(*con), GFP_KERNEL_ACCOUNT);
	struct vio_setup setup = {
		.ops = &vconsole_ops,
		.type = VIRTIO_ID_CONSOLE,
		.features = BIT_ULL(VIRTIO_CONSOLE_F_SIZE),
		.nqueues = NR_QUEUES,
		.queue_size = CONSOLE_QUEUE_SIZE,
		.config_len = sizeof(con->config),
	};
	int err;

	if (!con)
		return ERR_PTR(-ENOMEM);
	setup.config = &con->config;
	mutex_init(&con->rx_lock);
	raw_spin_lock_init(&con->tx_lock);
	con->tty = vm->console;
	err = vio_create(&con->vio, &vm->ram, &setup);
	if (err) {
		kfree(con);
		return ERR_PTR(err);
	}
	console_attach(con->tty, CONSOLE_VIRTIO, &console_ops, con);
	return &con->vio;
}
