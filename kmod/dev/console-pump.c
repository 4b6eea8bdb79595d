// SPDX-License-Identifier: GPL-2.0-only
/*
 * console-pump.c - a guest's console as a tty of the host: rings, and what moves bytes
 *
 * Two rings a console. Guest to host ("out"): console_tx() puts bytes into it and starts the
 * console's work, which hands bytes on to the tty's flip buffer. Host to guest ("in"): the
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
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include "console-port.h"

#define CHUNK		256u	/* bytes copied at a time, on the stack */
/*
 * A guest writes byte after byte: waking a worker for each would cost more than the exit
 * does. Also the time until a full flip buffer, which tells nobody when it is not any
 * more, is tried again.
 */
#define LATER_JIFFIES	1
#define HURRY_BYTES	2048u	/* do not wait with so many */

static struct workqueue_struct *console_wq;

/* Start the work; under the lock, so that console_pump_end() can end it for good. */
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

static u32 out_count(const struct console_port *con)
{
	return con->out_head - con->out_tail;
}

/* Under the lock. Nobody reads: all is taken, and of what is kept the oldest goes. */
static unsigned int out_put(struct console_port *con, const u8 *bytes, unsigned int n)
{
	unsigned int i;

	if (con->reading)
		n = min(n, CONSOLE_OUT_SIZE - out_count(con));
	for (i = 0; i < n; i++)
		con->out[con->out_head++ % CONSOLE_OUT_SIZE] = bytes[i];
	if (out_count(con) > CONSOLE_OUT_SIZE)
		con->out_tail = con->out_head - CONSOLE_OUT_SIZE;
	return n;
}

/* Under the lock. What is typed goes to @line from now on, also what waits. */
static void set_input(struct console_port *con, enum console_line line)
{
	if (con->input == line)
		return;
	con->input = line;
	kick_locked(con);
}

unsigned int console_tx(struct console_port *con, enum console_line line, const u8 *bytes,
			unsigned int n)
{
	unsigned long flags;
	unsigned int taken;

	raw_spin_lock_irqsave(&con->lock, flags);
	if (con->reading && out_count(con) >= HURRY_BYTES)
		kick_locked(con);
	else if (con->reading)
		kick_later_locked(con);
	taken = out_put(con, bytes, n);
	if (taken < n)
		con->end[line].refused = true;
	if (line == CONSOLE_VIRTIO)
		set_input(con, CONSOLE_VIRTIO);
	raw_spin_unlock_irqrestore(&con->lock, flags);
	return taken;
}

void console_line_reset(struct console_port *con, enum console_line line)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	if (line == CONSOLE_VIRTIO)
		set_input(con, CONSOLE_SERIAL);
	raw_spin_unlock_irqrestore(&con->lock, flags);
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

/* Under the lock: is a line owed tx_ready(), and can it be paid? */
static bool settle_tx_ready(struct console_port *con, struct console_end *end)
{
	if (!end->refused || con->dead || (con->reading && out_count(con) == CONSOLE_OUT_SIZE))
		return false;
	end->refused = false;
	return true;
}

/* With @calls. */
static void pay_tx_ready(struct console_port *con)
{
	struct console_end *end;
	unsigned long flags;
	bool ready;

	for (end = con->end; end < con->end + NR_CONSOLE_LINES; end++) {
		raw_spin_lock_irqsave(&con->lock, flags);
		ready = settle_tx_ready(con, end);
		raw_spin_unlock_irqrestore(&con->lock, flags);
		if (ready && end->ops)
			end->ops->tx_ready(end->ctx);
	}
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

/* With @calls. */
static unsigned int offer(struct console_port *con, const u8 *bytes, unsigned int n)
{
	const struct console_end *end = &con->end[READ_ONCE(con->input)];

	return end->ops ? min(end->ops->rx(end->ctx, bytes, n), n) : 0;
}

/* Offer bytes until the guest has enough; console_rx_ready() starts this again. With @calls. */
static void pump_in(struct console_port *con)
{
	unsigned int n, taken, total = 0;
	u8 chunk[CHUNK];
	u32 tail;

	for (;;) {
		n = in_peek(con, chunk, &tail);
		if (!n)
			break;
		taken = offer(con, chunk, n);
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
	mutex_lock(&con->calls);
	pay_tx_ready(con);
	pump_in(con);
	mutex_unlock(&con->calls);
}

static void console_later(struct work_struct *work)
{
	console_kick(container_of(to_delayed_work(work), struct console_port, later));
}

void console_pump_init(struct console_port *con)
{
	INIT_WORK(&con->work, console_work);
	INIT_DELAYED_WORK(&con->later, console_later);
	raw_spin_lock_init(&con->lock);
}

void console_pump_end(struct console_port *con)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&con->lock, flags);
	WRITE_ONCE(con->dead, true);
	raw_spin_unlock_irqrestore(&con->lock, flags);
	cancel_work_sync(&con->work);
	cancel_delayed_work_sync(&con->later);
}

int console_pump_driver_init(void)
{
	console_wq = alloc_workqueue("insula-console", WQ_UNBOUND, 0);
	return console_wq ? 0 : -ENOMEM;
}

void console_pump_driver_exit(void)
{
	destroy_workqueue(console_wq);
}
