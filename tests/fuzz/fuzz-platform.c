// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-platform.c - any guest against all platform device models
 *
 * The input is a program: port and memory accesses of any size, steps of time, bytes on
 * the serial line, interrupt acknowledges and EOIs. The devices are wired as on the board.
 * Invariants are checked after each step; sanitizers see the rest.
 *
 * With clang, from tests/fuzz:
 *	clang -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
 *		-I ../unit/shim -I ../../include -I ../../kmod fuzz-platform.c \
 *		../../kmod/irq/{pic,ioapic,pit}.c ../../kmod/dev/{uart,rtc,pm}.c
 */
#include <string.h>
#include <linux/kernel.h>
#include "dev/pm.h"
#include "dev/rtc.h"
#include "dev/uart.h"
#include "irq/ioapic.h"
#include "irq/pic.h"
#include "irq/pit.h"
#include "program.h"

#define MAX_NOW		(1ULL << 62)	/* 146 years */
#define MAX_EXPIRIES	64		/* of one device in one step */

struct wire {
	struct irq_pin pin;
	unsigned int gsi, isa;
	bool level;
};

static struct board {
	struct pic pic;
	struct ioapic ioapic;
	struct pit pit;
	struct uart uart;
	struct rtc rtc;
	struct pm pm;
	struct wire wire[4];
	u64 now;
	bool line_busy;			/* the other end of the serial line takes nothing */
	bool refused;			/* and was refused something by the UART */
	unsigned int delivered;
} b;

static struct io_dev *const devices[] = {
	&b.pic.io, &b.ioapic.io, &b.pit.io, &b.uart.io, &b.rtc.io, &b.pm.io,
};

static const struct {
	struct io_dev *dev;
	u64 base, len;
} ranges[] = {
	{ &b.pic.io, PORT_PIC_MASTER, 2 },	{ &b.pic.io, PORT_PIC_SLAVE, 2 },
	{ &b.pic.io, PORT_PIC_ELCR, 2 },	{ &b.pit.io, PORT_PIT, 4 },
	{ &b.pit.io, PORT_SYSTEM_B, 1 },	{ &b.uart.io, PORT_COM1, 8 },
	{ &b.rtc.io, PORT_RTC, 2 },		{ &b.pm.io, PORT_KBD_DATA, 1 },
	{ &b.pm.io, PORT_KBD_CMD, 1 },		{ &b.pm.io, PORT_SYSTEM_A, 1 },
	{ &b.pm.io, PORT_DEBUG_EXIT, 4 },	{ &b.pm.io, PORT_PM1_EVT, 4 },
	{ &b.pm.io, PORT_PM1_CNT, 2 },		{ &b.pm.io, PORT_PM_TMR, 4 },
	{ &b.pm.io, PORT_RESET, 1 },		{ &b.ioapic.io, GUEST_IOAPIC_BASE, 0x50 },
};

static void set_wire(struct irq_pin *pin, bool level)
{
	struct wire *w = container_of(pin, struct wire, pin);

	w->level = level;
	ioapic_set(&b.ioapic, w->gsi, level);
	pic_set(&b.pic, w->isa, level);
}

static void deliver(struct ioapic *ioapic, const struct apic_msg *msg)
{
	CHECK(msg->delivery <= APIC_DELIVER_EXTINT && msg->delivery != APIC_DELIVER_REMOTE);
	CHECK(!msg->level || msg->delivery <= APIC_DELIVER_LOWEST);
	CHECK(msg->shorthand == APIC_TO_DEST && msg->dest <= 0xff);
	b.delivered++;
}

static bool serial_tx(struct uart *uart, u8 byte)
{
	return !b.line_busy;
}

static void serial_rx_ready(struct uart *uart)
{
	CHECK(b.refused && !uart->rx_count);
	b.refused = false;
}

static const struct uart_ops serial_ops = { serial_tx, serial_rx_ready };

static void pm_event(struct pm *pm, enum pm_event event, u32 code)
{
	CHECK(event != PM_DEBUG_EXIT || pm->debug_exit);
}

static void wire(unsigned int n, unsigned int gsi, unsigned int isa)
{
	b.wire[n].pin.set = set_wire;
	b.wire[n].gsi = gsi;
	b.wire[n].isa = isa;
}

static void build(u64 start)
{
	memset(&b, 0, sizeof(b));
	b.now = start;
	wire(0, GSI_PIT, IRQ_PIT);
	wire(1, IRQ_COM1, IRQ_COM1);
	wire(2, IRQ_RTC, IRQ_RTC);
	wire(3, IRQ_SCI, IRQ_SCI);
	pic_init(&b.pic);
	ioapic_init(&b.ioapic, 1, deliver);
	pit_init(&b.pit, &b.wire[0].pin, b.now);
	uart_init(&b.uart, PORT_COM1, &serial_ops, &b.wire[1].pin);
	rtc_init(&b.rtc, &b.wire[2].pin, 1700000000000000000LL + (s64)start / 16, b.now);
	pm_init(&b.pm, &b.wire[3].pin, pm_event);
	b.pm.debug_exit = start & 1;
}

static void check_pics(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct pic_chip *c = &b.pic.chip[i];

		CHECK(c->lowest < 8 && !(c->base & 7) && c->icw_step <= 4);
		CHECK(!(c->elcr & ~c->elcr_mask));
		CHECK((c->irr & c->elcr) == (c->lines & c->elcr));
	}
	CHECK(!b.pic.intr || (b.pic.chip[0].irr & ~b.pic.chip[0].imr));
	for (i = 0; i < GUEST_NR_GSIS; i++) {
		u64 e = b.ioapic.redir[i];

		CHECK(!(e & 0x00fffffffffe1000ULL));
		CHECK(!(e & 0x4000) || (e & 0x8000));	/* Remote IRR: level only */
		/* A level that is asserted and not masked has been delivered. */
		if ((e & 0x18000) == 0x8000 && !(e & 0x600) && (b.ioapic.lines & BIT(i)))
			CHECK(e & 0x4000);
	}
}

static void check_pit(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct pit_channel *ch = &b.pit.channel[i];

		CHECK(ch->mode <= 5 && ch->access >= 1 && ch->access <= 3);
		CHECK(ch->count >= 1 && ch->count <= 65536);
		CHECK(ch->reload >= 1 && ch->reload <= 65536);
		CHECK(ch->reload_at == NEVER || ch->counting);
	}
	CHECK(b.pit.channel[0].gate && b.pit.channel[1].gate);
	if (b.pit.channel[0].counting && (b.pit.channel[0].mode & 2))
		CHECK(b.pit.io.deadline <= b.now + 60 * 1000000);
}

static void check_others(void)
{
	u8 pending = b.rtc.cmos[12] & b.rtc.cmos[11] & 0x70;

	CHECK(b.uart.rx_count <= (b.uart.fcr & 1 ? 16 : 1));
	CHECK(b.uart.tx_count <= (b.uart.fcr & 1 ? 16 : 1));
	CHECK(b.uart.rx_head < 16 && b.uart.tx_head < 16);
	CHECK(b.uart.rx_starved == b.refused);
	CHECK(b.uart.ier || !b.wire[1].level);

	CHECK(b.wire[2].level == !!pending);
	CHECK(!(b.rtc.cmos[12] & 0x80) == !pending);
	CHECK(b.rtc.index < 128 && b.rtc.phase < 1000000000);
	CHECK(!pending || b.rtc.io.deadline == NEVER);
	CHECK((b.rtc.cmos[11] & 0x70) || b.rtc.io.deadline == NEVER);

	CHECK(b.wire[3].level == !!(b.pm.status & b.pm.enable & 0x0721));
	CHECK(b.pm.control & 1);
}

static void check(void)
{
	check_pics();
	check_pit();
	check_others();
	CHECK(b.pic.io.deadline == NEVER && b.ioapic.io.deadline == NEVER);
	CHECK(b.uart.io.deadline == NEVER);
}

/* What the bus does when time has passed; each device settles soon, whatever is programmed. */
static void expire_all(void)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		for (n = 0; devices[i]->deadline <= b.now; n++) {
			CHECK(n < MAX_EXPIRIES);
			devices[i]->ops->expire(devices[i], b.now);
		}
	}
}

static void access(struct input *in, bool write)
{
	unsigned int r = take(in, 1) % ARRAY_SIZE(ranges);
	struct io_dev *dev = ranges[r].dev;
	u8 how = take(in, 1);
	u64 addr = ranges[r].base + (how >> 2) % ranges[r].len;
	unsigned int size = 1 << (how & 3);
	u64 val;

	if (size == 8 && dev != &b.ioapic.io)
		size = 1;
	if (write) {
		dev->ops->write(dev, addr, size, take(in, size), b.now);
	} else {
		val = dev->ops->read(dev, addr, size, b.now);
		CHECK(size == 8 || !(val >> (8 * size)));
	}
}

static void receive(struct input *in)
{
	static const u8 bytes[32];
	unsigned int n = take(in, 1) % 32;

	if (uart_rx(&b.uart, bytes, n) < n)
		b.refused = true;
}

static void pass_time(u64 ns)
{
	b.now = min(b.now + ns, MAX_NOW);
	expire_all();
}

/* Two accesses that mean something only together: else they would seldom meet. */
static void program_pin(struct input *in)
{
	struct io_dev *dev = &b.ioapic.io;
	unsigned int pin = b.wire[take(in, 1) % ARRAY_SIZE(b.wire)].gsi;

	dev->ops->write(dev, GUEST_IOAPIC_BASE, 4, 0x10 + 2 * pin, b.now);
	dev->ops->write(dev, GUEST_IOAPIC_BASE + 0x10, 4, take(in, 3), b.now);
}

static void write_rtc(struct input *in)
{
	b.rtc.io.ops->write(&b.rtc.io, PORT_RTC, 2, take(in, 2) & 0xff0f, b.now);
}

static void step(struct input *in)
{
	switch (take(in, 1) % 14) {
	case 0 ... 3:
		access(in, true);
		break;
	case 4 ... 5:
		access(in, false);
		break;
	case 6:
		pass_time(take(in, 3));
		break;
	case 7:
		pass_time(take(in, 7));
		break;
	case 8:
		receive(in);
		break;
	case 9:
		if (!uart_break(&b.uart))
			b.refused = true;
		pm_power_button(&b.pm);
		break;
	case 10:
		b.line_busy = take(in, 1) & 1;
		uart_tx_ready(&b.uart);
		break;
	case 11:
		if (b.pic.intr)
			CHECK((pic_ack(&b.pic) & 0xf8) == b.pic.chip[0].base ||
			      (b.pic.chip[0].lines & 4) || b.pic.chip[1].isr ||
			      b.pic.chip[1].auto_eoi);
		ioapic_eoi(&b.ioapic, take(in, 1));
		break;
	case 12:
		program_pin(in);
		break;
	case 13:
		write_rtc(in);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	unsigned int i;

	build(take(&in, 7));
	while (in.left) {
		step(&in);
		expire_all();
		check();
	}
	b.refused = b.uart.rx_starved;
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		devices[i]->ops->reset(devices[i], b.now);
	check();
	CHECK(!b.pic.intr);
	for (i = 0; i < ARRAY_SIZE(b.wire); i++)
		CHECK(!b.wire[i].level);
	return 0;
}
