// SPDX-License-Identifier: GPL-2.0-only
/*
 * pit.c - the 8254 interval timer
 *
 * A counter is a count, the time at which it was loaded, and arithmetic: what it reads
 * and what its output is follow from the time at which they are looked at. Loading takes
 * no clock here; the chip takes one.
 *
 * Expiries of channel 0 are multiples of the period from the time of loading: being late
 * makes no drift, and any number of missed ones is one pulse.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include "pit.h"

#define PORT_CONTROL	(PORT_PIT + 3)
#define NSEC		1000000000ULL

#define ACCESS_LSB	1
#define ACCESS_MSB	2

#define CW_READ_BACK	3	/* in the place of a channel number */
#define READ_BACK_NO_COUNT	BIT(5)
#define READ_BACK_NO_STATUS	BIT(4)
#define STATUS_OUT	BIT(7)
#define STATUS_NULL	BIT(6)	/* the count last written is not in effect yet */

#define B_GATE2		BIT(0)
#define B_REFRESH	BIT(4)	/* toggles with each refresh, every 18 clocks */
#define B_OUT2		BIT(5)
#define B_WRITABLE	0x0f
#define REFRESH_CLOCKS	18

enum {
	MODE_TERMINAL	= 0,	/* interrupt on terminal count */
	MODE_ONE_SHOT	= 1,	/* retriggered by the gate */
	MODE_RATE	= 2,
	MODE_SQUARE	= 3,
	MODE_SW_STROBE	= 4,
	MODE_HW_STROBE	= 5,	/* triggered by the gate */
};

static struct pit *to_pit(struct io_dev *dev)
{
	return container_of(dev, struct pit, io);
}

static u64 ns_to_clocks(u64 ns)
{
	return mul_u64_u64_div_u64(ns, GUEST_PIT_HZ, NSEC);
}

/* Rounds up: after so many ns, ns_to_clocks() says @clocks. */
static u64 clocks_to_ns(u64 clocks)
{
	return mul_u64_u64_div_u64(clocks, NSEC, GUEST_PIT_HZ) + 1;
}

static bool is_periodic(const struct pit_channel *ch)
{
	return ch->mode == MODE_RATE || ch->mode == MODE_SQUARE;
}

static bool is_gate_triggered(const struct pit_channel *ch)
{
	return ch->mode == MODE_ONE_SHOT || ch->mode == MODE_HW_STROBE;
}

static u16 to_bcd(u32 n)
{
	n %= 10000;
	return n % 10 | n / 10 % 10 << 4 | n / 100 % 10 << 8 | n / 1000 << 12;
}

static u32 from_bcd(u16 n)
{
	return (n & 15) + (n >> 4 & 15) * 10 + (n >> 8 & 15) * 100 + (n >> 12) * 1000;
}

/* Clocks counted since the count was loaded. */
static u64 elapsed(const struct pit_channel *ch, u64 now)
{
	if (!ch->counting)
		return ch->held;
	return now > ch->start ? ns_to_clocks(now - ch->start) : 0;
}

static void start_counting(struct pit_channel *ch, u64 now)
{
	ch->count = ch->reload;
	ch->start = now;
	ch->reload_at = NEVER;
	ch->counting = true;
	ch->loaded = true;
}

static void stop_counting(struct pit_channel *ch, u64 now)
{
	ch->held = elapsed(ch, now);
	ch->counting = false;
	ch->reload_at = NEVER;
}

/* Let a count that was written in the middle of a period take effect at the period's end. */
static void catch_up(struct pit_channel *ch, u64 now)
{
	if (now >= ch->reload_at)
		start_counting(ch, ch->reload_at);
}

/* In a square wave, clocks of the period's first half, in which the output is high. */
static u32 high_half(const struct pit_channel *ch)
{
	return (ch->count + 1) / 2;
}

static bool output(const struct pit_channel *ch, u64 now)
{
	u64 t = elapsed(ch, now);

	switch (ch->mode) {
	case MODE_TERMINAL:
		return ch->loaded && t >= ch->count;
	case MODE_ONE_SHOT:
		return !ch->loaded || t >= ch->count;
	case MODE_RATE:
		return !ch->counting || t % ch->count != ch->count - 1;
	case MODE_SQUARE:
		return !ch->counting || t % ch->count < high_half(ch);
	default:
		return !ch->loaded || t != ch->count;
	}
}

static u16 read_counter(const struct pit_channel *ch, u64 now)
{
	u64 t = elapsed(ch, now);
	u32 phase = t % ch->count, left;

	if (ch->mode == MODE_RATE) {
		left = ch->count - phase;
	} else if (ch->mode == MODE_SQUARE) {
		if (phase >= high_half(ch))
			phase -= high_half(ch);
		left = (ch->count & ~1U) - 2 * phase;
	} else {		/* counts on below 0, from 0xffff or 9999 */
		u32 modulus = ch->bcd ? 10000 : 0x10000;

		left = ch->count + modulus - (u32)(t % modulus);
	}
	return ch->bcd ? to_bcd(left) : left;
}

static u8 read_status(const struct pit_channel *ch, u64 now)
{
	bool is_null = !ch->loaded || ch->reload != ch->count || ch->reload_at != NEVER;

	return (output(ch, now) ? STATUS_OUT : 0) | (is_null ? STATUS_NULL : 0) |
	       ch->access << 4 | ch->mode << 1 | ch->bcd;
}

/* The time of the next rising edge of channel 0's output that has to reach the pin. */
static u64 next_edge(const struct pit_channel *ch, u64 now)
{
	u64 t = elapsed(ch, now), edge = ch->count;

	if (!ch->counting || is_gate_triggered(ch))
		return NEVER;
	if (is_periodic(ch))
		edge *= t / ch->count + 1;
	else if (t >= edge)
		return NEVER;
	return ch->start + clocks_to_ns(edge);
}

static void pulse(struct pit *pit)
{
	pit->pin->set(pit->pin, false);
	pit->pin->set(pit->pin, true);
}

static void pit_expire(struct io_dev *dev, u64 now)
{
	struct pit *pit = to_pit(dev);
	struct pit_channel *ch = &pit->channel[0];
	u64 period;

	if (now < dev->deadline)
		return;
	pulse(pit);
	catch_up(ch, now);
	dev->deadline = next_edge(ch, now);
	period = clocks_to_ns(ch->count);
	if (is_periodic(ch) && period < PIT_MIN_PERIOD)
		dev->deadline = now + PIT_MIN_PERIOD;
}

/*
 * Channel 0 was programmed: set the pin to what it is now, and the next deadline. With a
 * new count that waits for the end of the period (reload_at), that end is the next edge.
 */
static void arm(struct pit *pit, u64 now)
{
	struct pit_channel *ch = &pit->channel[0];

	if (ch->mode == MODE_TERMINAL)
		pit->pin->set(pit->pin, output(ch, now));
	else
		pit->pin->set(pit->pin, true);
	pit->io.deadline = next_edge(ch, now);
}

static void write_count(struct pit_channel *ch, u16 val, u64 now)
{
	u32 count = ch->bcd ? from_bcd(val) : val;

	if (!count)
		count = ch->bcd ? 10000 : 0x10000;
	ch->reload = count;
	ch->written = true;
	if (is_gate_triggered(ch))
		return;
	if (is_periodic(ch) && ch->counting) {
		ch->reload_at = ch->start +
				clocks_to_ns((elapsed(ch, now) / ch->count + 1) * ch->count);
		return;
	}
	if (is_periodic(ch) && !ch->gate)
		return;			/* the gate's rising edge loads it */
	start_counting(ch, now);
	if (!ch->gate) {
		ch->held = 0;
		ch->counting = false;
	}
}

static void write_channel(struct pit_channel *ch, u8 val, u64 now)
{
	if (ch->access == ACCESS_LSB) {
		write_count(ch, val, now);
	} else if (ch->access == ACCESS_MSB) {
		write_count(ch, val << 8, now);
	} else if (ch->write_msb) {
		ch->write_msb = false;
		write_count(ch, val << 8 | ch->write_lsb, now);
	} else {
		ch->write_lsb = val;
		ch->write_msb = true;
		if (ch->mode == MODE_TERMINAL) {	/* the first byte stops the count */
			stop_counting(ch, now);
			ch->loaded = false;
		}
	}
}

static u8 read_channel(struct pit_channel *ch, u64 now)
{
	u16 val;

	if (ch->status_latched) {
		ch->status_latched = false;
		return ch->status;
	}
	val = ch->count_latched ? ch->latch : read_counter(ch, now);
	if (ch->access == ACCESS_LSB || ch->access == ACCESS_MSB) {
		ch->count_latched = false;
		return ch->access == ACCESS_LSB ? val : val >> 8;
	}
	ch->read_msb = !ch->read_msb;
	if (ch->read_msb)
		return val;
	ch->count_latched = false;
	return val >> 8;
}

static void latch_count(struct pit_channel *ch, u64 now)
{
	if (ch->count_latched)
		return;			/* until it is read */
	ch->latch = read_counter(ch, now);
	ch->count_latched = true;
}

static void latch_status(struct pit_channel *ch, u64 now)
{
	if (ch->status_latched)
		return;
	ch->status = read_status(ch, now);
	ch->status_latched = true;
}

static void read_back(struct pit *pit, u8 val, u64 now)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (!(val & BIT(i + 1)))
			continue;
		catch_up(&pit->channel[i], now);
		if (!(val & READ_BACK_NO_COUNT))
			latch_count(&pit->channel[i], now);
		if (!(val & READ_BACK_NO_STATUS))
			latch_status(&pit->channel[i], now);
	}
}

static void set_mode(struct pit_channel *ch, u8 val, u64 now)
{
	stop_counting(ch, now);
	ch->access = val >> 4 & 3;
	ch->mode = val >> 1 & 7;
	if (ch->mode > MODE_HW_STROBE)
		ch->mode -= 4;		/* bit 2 is don't-care for the modes 2 and 3 */
	ch->bcd = val & 1;
	ch->written = false;
	ch->loaded = false;
	ch->write_msb = false;
	ch->read_msb = false;
	ch->status_latched = false;
	ch->count_latched = false;
}

static void write_control(struct pit *pit, u8 val, u64 now)
{
	struct pit_channel *ch;

	if (val >> 6 == CW_READ_BACK) {
		read_back(pit, val, now);
		return;
	}
	ch = &pit->channel[array_index_nospec(val >> 6, 3)];
	catch_up(ch, now);
	if (!(val & 0x30)) {
		latch_count(ch, now);
		return;
	}
	set_mode(ch, val, now);
	if (ch == &pit->channel[0])
		arm(pit, now);
}

static void set_gate(struct pit_channel *ch, bool gate, u64 now)
{
	if (gate == ch->gate)
		return;
	catch_up(ch, now);
	ch->gate = gate;
	if (gate && ch->written && (is_gate_triggered(ch) || is_periodic(ch))) {
		start_counting(ch, now);
	} else if (gate && ch->loaded) {	/* go on where it stopped */
		ch->start = now - min_t(u64, now, clocks_to_ns(ch->held));
		ch->counting = true;
	} else if (!gate && !is_gate_triggered(ch)) {
		stop_counting(ch, now);
	}
}

static u8 read_system_b(struct pit *pit, u64 now)
{
	u8 val = pit->system_b;

	catch_up(&pit->channel[2], now);
	if (ns_to_clocks(now) / REFRESH_CLOCKS & 1)
		val |= B_REFRESH;
	if (output(&pit->channel[2], now))
		val |= B_OUT2;
	return val;
}

static u8 pit_read_byte(struct io_dev *dev, u64 addr, u64 now)
{
	struct pit *pit = to_pit(dev);
	struct pit_channel *ch;

	if (addr == PORT_SYSTEM_B)
		return read_system_b(pit, now);
	if (addr - PORT_PIT >= 3)
		return 0xff;		/* the control port can't be read */
	ch = &pit->channel[array_index_nospec(addr - PORT_PIT, 3)];
	catch_up(ch, now);
	return read_channel(ch, now);
}

static void pit_write_byte(struct io_dev *dev, u64 addr, u8 val, u64 now)
{
	struct pit *pit = to_pit(dev);
	struct pit_channel *ch;

	pit_expire(dev, now);		/* an edge that is due comes before the change */
	if (addr == PORT_SYSTEM_B) {
		pit->system_b = val & B_WRITABLE;
		set_gate(&pit->channel[2], val & B_GATE2, now);
	} else if (addr == PORT_CONTROL) {
		write_control(pit, val, now);
	} else if (addr - PORT_PIT < 3) {
		ch = &pit->channel[array_index_nospec(addr - PORT_PIT, 3)];
		catch_up(ch, now);
		write_channel(ch, val, now);
		if (ch == &pit->channel[0])
			arm(pit, now);
	}
}

static u64 pit_read(struct io_dev *dev, u64 addr, unsigned int size, u64 now)
{
	return io_read_bytes(dev, addr, size, now, pit_read_byte);
}

static void pit_write(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now)
{
	io_write_bytes(dev, addr, size, val, now, pit_write_byte);
}

static void reset_channel(struct pit_channel *ch, bool gate)
{
	memset(ch, 0, sizeof(*ch));
	ch->count = 0x10000;
	ch->reload = 0x10000;
	ch->reload_at = NEVER;
	ch->access = ACCESS_LSB | ACCESS_MSB;
	ch->gate = gate;
}

static void pit_reset(struct io_dev *dev, u64 now)
{
	struct pit *pit = to_pit(dev);

	reset_channel(&pit->channel[0], true);
	reset_channel(&pit->channel[1], true);
	reset_channel(&pit->channel[2], false);
	pit->system_b = 0;
	pit->pin->set(pit->pin, false);
	dev->deadline = NEVER;
}

static const struct io_dev_ops pit_io_ops = {
	.read	= pit_read,
	.write	= pit_write,
	.expire	= pit_expire,
	.reset	= pit_reset,
};

void pit_init(struct pit *pit, struct irq_pin *pin, u64 now)
{
	memset(pit, 0, sizeof(*pit));
	pit->io.ops = &pit_io_ops;
	pit->io.name = "pit";
	pit->pin = pin;
	pit_reset(&pit->io, now);
}
