// SPDX-License-Identifier: GPL-2.0-only
/*
 * console.c - a guest's serial line as a tty of the host: rings, and the guest's end
 *
 * Two rings a line. Guest to host ("out"): console_tx() puts a byte into it and starts the
 * line's work, which hands bytes on to the tty's flip buffer. Host to guest ("in"): the
 * tty's write() puts bytes into it and starts the same work, which offers them to the
 * guest's end. So everything that moves is moved by one work item, which never runs
 * twice at a time: nothing is reordered, and there is but one thing to wait for at the end.
 *
 * console_tx() may run with interrupts off and raw spinlocks held. @lock is therefore a raw
 * spinlock, and works and timers are started directly: their own locks are raw ones, too,
 * with PREEMPT_RT and without, so an irq_work between would only cost an interrupt. It
 * may not be called with a run queue's lock held (from a preempt notifier, say).
 *
 * Bytes go to the tty only while somebody has it open for reading: who opens it to write
 * a line must not swallow what the guest said before.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include "console-port.h"

#define CHUNK		256u	/* bytes copied at a time, on the stack */
/* What the tty may hold before its reader: a close loses it, so it is not much. */
#define FLIP_LIMIT	4096
/*
 * A guest writes byte after byte: waking a worker for each would cost more than the exit
 * does. Also the time until a full flip buffer, which tells nobody when it is not any
 * more, is tried again.
 */
#define LATER_JIFFIES	1
#define HURRY_BYTES	2048u	/* do not wait with so many */

static struct workqueue_struct *console_wq;

/* Start the work; under the lock, so that retire() can end it for good. */
static void kick_locked(struct console_port *con)
{
	lockdep_assert_held(&con->lock);
	if (!con->dead)
		queue_work(console_wq, &con->work);
}

void console_kick(struct console_port *con)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	kick_locked(con);
	raw_spin_unlock_irqrestore(&con->lock, flags);
}

/* The same in a moment, with what comes until then. */
static void kick_later_locked(struct console_port *con)
{
	lockdep_assert_held(&con->lock);
	if (!con->dead)
		queue_delayed_work(console_wq, &con->later, LATER_JIFFIES);
}

static void kick_later(struct console_port *con)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	kick_later_locked(con);
	raw_spin_unlock_irqrestore(&con->lock, flags);
}

/* Copy up to CHUNK bytes out of a ring; nothing is taken from it yet. */
static unsigned int peek(const u8 *ring, u32 size, u32 head, u32 tail, u8 *chunk)
{
	unsigned int i, n = min(head - tail, CHUNK);

	for (i = 0; i < n; i++)
		chunk[i] = ring[(tail + i) % size];
	return n;
}

bool console_tx(struct console_port *con, u8 byte)
{
	unsigned long flags;
	bool taken = true;
	u32 count;

	raw_spin_lock_irqsave(&con->lock, flags);
	count = con->out_head - con->out_tail;
	if (count == CONSOLE_OUT_SIZE) {
		taken = !con->reading;
		if (taken)
			con->out_tail++;
		else
			con->refused = true;
	}
	if (taken)
		con->out[con->out_head++ % CONSOLE_OUT_SIZE] = byte;
	if (con->reading && count >= HURRY_BYTES)
		kick_locked(con);
	else if (con->reading)
		kick_later_locked(con);
	raw_spin_unlock_irqrestore(&con->lock, flags);
	return taken;
}

static unsigned int out_peek(struct console_port *con, u8 *chunk, u32 *tail)
{
	unsigned long flags;
	unsigned int n = 0;

	raw_spin_lock_irqsave(&con->lock, flags);
	*tail = con->out_tail;
	if (con->reading)
		n = peek(con->out, CONSOLE_OUT_SIZE, con->out_head, con->out_tail, chunk);
	raw_spin_unlock_irqrestore(&con->lock, flags);
	return n;
}

/*
 * @n bytes from @tail on are out. If the reader has gone meanwhile console_tx() may have
 * dropped some of them already.
 */
static void out_consume(struct console_port *con, u32 tail, unsigned int n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	if ((s32)(tail + n - con->out_tail) > 0)
		con->out_tail = tail + n;
	raw_spin_unlock_irqrestore(&con->lock, flags);
}

bool console_out_empty(struct console_port *con)
{
	unsigned long flags;
	bool empty;

	raw_spin_lock_irqsave(&con->lock, flags);
	empty = con->out_head == con->out_tail;
	raw_spin_unlock_irqrestore(&con->lock, flags);
	return empty;
}

static bool is_throttled(struct console_port *con)
{
	struct tty_struct *tty = tty_port_tty_get(&con->port);
	bool throttled = !tty || tty_throttled(tty);

	tty_kref_put(tty);
	return throttled;
}

/*
 * Hand bytes to the tty until there are no more or it has enough. A throttled tty comes
 * back through unthrottle(), a closed one through open(). The push is for what an earlier
 * reader left in the flip buffer, too.
 */
static void pump_out(struct console_port *con)
{
	unsigned int n, inserted;
	u8 chunk[CHUNK];
	u32 tail;

	while (!is_throttled(con)) {
		n = out_peek(con, chunk, &tail);
		inserted = tty_insert_flip_string(&con->port, chunk, n);
		tty_flip_buffer_push(&con->port);
		out_consume(con, tail, inserted);
		if (inserted < n)
			kick_later(con);
		if (inserted < CHUNK)
			return;
		cond_resched();
	}
}

/* Call tx_ready() if console_tx() refused a byte and would take it now. */
static void pay_tx_ready(struct console_port *con)
{
	unsigned long flags;
	bool ready;

	raw_spin_lock_irqsave(&con->lock, flags);
	ready = con->refused && !con->dead &&
		(!con->reading || con->out_head - con->out_tail < CONSOLE_OUT_SIZE);
	if (ready)
		con->refused = false;
	raw_spin_unlock_irqrestore(&con->lock, flags);
	if (ready)
		con->ops->tx_ready(con->ctx);
}

void console_set_reading(struct console_port *con, bool reading)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	con->reading = reading;
	kick_locked(con);
	raw_spin_unlock_irqrestore(&con->lock, flags);
}

unsigned int console_in_put(struct console_port *con, const u8 *bytes, size_t n)
{
	unsigned long flags;
	u32 i, room;

	raw_spin_lock_irqsave(&con->lock, flags);
	room = CONSOLE_IN_SIZE - (con->in_head - con->in_tail);
	n = min_t(size_t, n, room);
	for (i = 0; i < n; i++)
		con->in[con->in_head++ % CONSOLE_IN_SIZE] = bytes[i];
	kick_locked(con);
	raw_spin_unlock_irqrestore(&con->lock, flags);
	return n;
}

unsigned int console_in_count(struct console_port *con)
{
	unsigned long flags;
	u32 n;

	raw_spin_lock_irqsave(&con->lock, flags);
	n = con->in_head - con->in_tail;
	raw_spin_unlock_irqrestore(&con->lock, flags);
	return n;
}

void console_in_flush(struct console_port *con)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	con->in_tail = con->in_head;
	raw_spin_unlock_irqrestore(&con->lock, flags);
}

static unsigned int in_peek(struct console_port *con, u8 *chunk, u32 *tail)
{
	unsigned long flags;
	unsigned int n = 0;

	raw_spin_lock_irqsave(&con->lock, flags);
	*tail = con->in_tail;
	if (!con->dead)
		n = peek(con->in, CONSOLE_IN_SIZE, con->in_head, con->in_tail, chunk);
	raw_spin_unlock_irqrestore(&con->lock, flags);
	return n;
}

/* @n bytes from @tail on are in the guest, unless a flush was faster. */
static void in_consume(struct console_port *con, u32 tail, unsigned int n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	if (con->in_tail == tail)
		con->in_tail += n;
	raw_spin_unlock_irqrestore(&con->lock, flags);
}

/* Offer bytes until the guest has enough; console_rx_ready() starts this again. */
static void pump_in(struct console_port *con)
{
	unsigned int n, taken, total = 0;
	u8 chunk[CHUNK];
	u32 tail;

	for (;;) {
		n = in_peek(con, chunk, &tail);
		if (!n)
			break;
		taken = min(con->ops->rx(con->ctx, chunk, n), n);
		in_consume(con, tail, taken);
		total += taken;
		if (taken < n)
			break;
		cond_resched();
	}
	if (total)
		tty_port_tty_wakeup(&con->port);
}

void console_rx_ready(struct console_port *con)
{
	console_kick(con);
}

static void console_work(struct work_struct *work)
{
	struct console_port *con = container_of(work, struct console_port, work);

	pump_out(con);
	pay_tx_ready(con);
	pump_in(con);
}

static void console_later(struct work_struct *work)
{
	console_kick(container_of(to_delayed_work(work), struct console_port, later));
}

static struct console_port *console_alloc(const struct console_port_ops *ops, void *ctx)
{
	struct console_port *con = kzalloc(sizeof(*con), GFP_KERNEL);

	if (!con)
		return NULL;
	con->out = kvmalloc(CONSOLE_OUT_SIZE, GFP_KERNEL);
	if (!con->out) {
		kfree(con);
		return NULL;
	}
	con->ops = ops;
	con->ctx = ctx;
	INIT_WORK(&con->work, console_work);
	INIT_DELAYED_WORK(&con->later, console_later);
	raw_spin_lock_init(&con->lock);
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
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	WRITE_ONCE(con->dead, true);
	raw_spin_unlock_irqrestore(&con->lock, flags);
	cancel_work_sync(&con->work);
	cancel_delayed_work_sync(&con->later);
	console_tty_hangup(con);
	tty_port_put(&con->port);
}

struct console_port *console_create(const struct console_port_ops *ops, void *ctx)
{
	struct console_port *con = console_alloc(ops, ctx);
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
	int err;

	console_wq = alloc_workqueue("insula-console", WQ_UNBOUND, 0);
	if (!console_wq)
		return -ENOMEM;
	err = console_tty_init();
	if (err)
		destroy_workqueue(console_wq);
	return err;
}

void console_driver_exit(void)
{
	console_tty_exit();
	destroy_workqueue(console_wq);
}
