// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioapic.c - the I/O APIC
 *
 * Pins are told whether their device asserts them, so the polarity bit is kept for the
 * guest but means nothing: a guest that has it wrong works all the same. An edge on a
 * masked pin is lost, as the datasheet has it.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include "ioapic.h"

#define MMIO_SELECT	0x00
#define MMIO_WINDOW	0x10
#define MMIO_EOI	0x40

#define REG_ID		0x00
#define REG_VERSION	0x01
#define REG_ARBITRATION	0x02
#define REG_REDIR	0x10	/* two registers each pin: low, high */
#define REG_REDIR_END	(REG_REDIR + 2 * GUEST_NR_GSIS)

#define VERSION		0x20

#define REDIR_LOGICAL		BIT_ULL(11)
#define REDIR_REMOTE_IRR	BIT_ULL(14)
#define REDIR_LEVEL		BIT_ULL(15)
#define REDIR_MASKED		BIT_ULL(16)
#define REDIR_LOW_WRITABLE	0x1afffULL	/* not Delivery Status, Remote IRR */
#define REDIR_HIGH_WRITABLE	0xff000000ULL

static struct ioapic *to_ioapic(struct io_dev *dev)
{
	return container_of(dev, struct ioapic, io);
}

static unsigned int delivery_mode(u64 entry)
{
	return (entry >> 8) & 7;
}

/* Level semantics are for fixed and lowest priority only; the others are edges (§3.2.4). */
static bool is_level(u64 entry)
{
	return (entry & REDIR_LEVEL) && delivery_mode(entry) <= APIC_DELIVER_LOWEST;
}

static void send(struct ioapic *ioapic, unsigned int pin)
{
	u64 entry = ioapic->redir[pin];
	struct apic_msg msg = {
		.dest		= entry >> 56,
		.vector		= entry,
		.delivery	= delivery_mode(entry),
		.shorthand	= APIC_TO_DEST,
		.logical	= entry & REDIR_LOGICAL,
		.level		= is_level(entry),
		.assert		= true,
	};

	if (msg.delivery == APIC_DELIVER_REMOTE || msg.delivery == APIC_DELIVER_STARTUP)
		return;			/* reserved here */
	if (msg.level)
		ioapic->redir[pin] |= REDIR_REMOTE_IRR;
	ioapic->deliver(ioapic, &msg);
}

/* A level-triggered pin delivers whenever nothing holds it back. */
static void service_level(struct ioapic *ioapic, unsigned int pin)
{
	u64 entry = ioapic->redir[pin];

	if (is_level(entry) && (ioapic->lines & BIT(pin)) &&
	    !(entry & (REDIR_MASKED | REDIR_REMOTE_IRR)))
		send(ioapic, pin);
}

void ioapic_set(struct ioapic *ioapic, unsigned int pin, bool level)
{
	bool before;

	if (pin >= GUEST_NR_GSIS)
		return;
	pin = array_index_nospec(pin, GUEST_NR_GSIS);
	before = ioapic->lines & BIT(pin);
	if (level == before)
		return;
	ioapic->lines ^= BIT(pin);
	if (!level)
		return;
	if (is_level(ioapic->redir[pin]))
		service_level(ioapic, pin);
	else if (!(ioapic->redir[pin] & REDIR_MASKED))
		send(ioapic, pin);
}

void ioapic_eoi(struct ioapic *ioapic, u8 vector)
{
	unsigned int pin;

	for (pin = 0; pin < GUEST_NR_GSIS; pin++) {
		u64 entry = ioapic->redir[pin];

		if (!(entry & REDIR_REMOTE_IRR) || (u8)entry != vector)
			continue;
		ioapic->redir[pin] &= ~REDIR_REMOTE_IRR;
		service_level(ioapic, pin);
	}
}

static void write_redir(struct ioapic *ioapic, unsigned int pin, bool high, u32 val)
{
	u64 entry = ioapic->redir[pin];

	if (high) {
		entry &= U32_MAX;
		entry |= (val & REDIR_HIGH_WRITABLE) << 32;
	} else {
		entry &= ~REDIR_LOW_WRITABLE;
		entry |= val & REDIR_LOW_WRITABLE;
	}
	/* Switching to edge is how guests clear a Remote IRR that got stuck. */
	if (!is_level(entry))
		entry &= ~REDIR_REMOTE_IRR;
	ioapic->redir[pin] = entry;
	service_level(ioapic, pin);
}

static void write_window(struct ioapic *ioapic, u32 val)
{
	unsigned int reg = ioapic->select, pin;

	if (reg == REG_ID)
		ioapic->id = val >> 24;
	if (reg < REG_REDIR || reg >= REG_REDIR_END)
		return;
	pin = array_index_nospec((reg - REG_REDIR) / 2, GUEST_NR_GSIS);
	write_redir(ioapic, pin, reg & 1, val);
}

static u32 read_window(const struct ioapic *ioapic)
{
	unsigned int reg = ioapic->select, pin;

	switch (reg) {
	case REG_ID:
	case REG_ARBITRATION:
		return (u32)ioapic->id << 24;
	case REG_VERSION:
		return (GUEST_NR_GSIS - 1) << 16 | VERSION;
	}
	if (reg < REG_REDIR || reg >= REG_REDIR_END)
		return U32_MAX;
	pin = array_index_nospec((reg - REG_REDIR) / 2, GUEST_NR_GSIS);
	return ioapic->redir[pin] >> (reg & 1 ? 32 : 0);
}

/* Registers are 32 bits wide; a narrower or wider read sees its part of one of them. */
static u64 ioapic_read(struct io_dev *dev, u64 addr, unsigned int size, u64 now)
{
	struct ioapic *ioapic = to_ioapic(dev);
	unsigned int shift = 8 * (addr & 3);
	u64 val = U64_MAX;

	switch ((addr - GUEST_IOAPIC_BASE) & ~3ULL) {
	case MMIO_SELECT:
		val = ioapic->select;
		break;
	case MMIO_WINDOW:
		val = read_window(ioapic);
		break;
	}
	val >>= shift;
	return size < 8 ? val & (BIT_ULL(8 * size) - 1) : val;
}

static void ioapic_write(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now)
{
	struct ioapic *ioapic = to_ioapic(dev);

	switch (addr - GUEST_IOAPIC_BASE) {
	case MMIO_SELECT:		/* bits 0-7 are all it has: any width will do */
		ioapic->select = val;
		break;
	case MMIO_WINDOW:
		if (size >= 4)
			write_window(ioapic, val);
		break;
	case MMIO_EOI:
		ioapic_eoi(ioapic, val);
		break;
	}
}

static void ioapic_reset(struct io_dev *dev, u64 now)
{
	struct ioapic *ioapic = to_ioapic(dev);
	unsigned int pin;

	ioapic->id = ioapic->reset_id;
	ioapic->select = 0;
	for (pin = 0; pin < GUEST_NR_GSIS; pin++)
		ioapic->redir[pin] = REDIR_MASKED;
}

static const struct io_dev_ops ioapic_io_ops = {
	.read	= ioapic_read,
	.write	= ioapic_write,
	.reset	= ioapic_reset,
};

void ioapic_init(struct ioapic *ioapic, u8 id,
		 void (*deliver)(struct ioapic *, const struct apic_msg *))
{
	memset(ioapic, 0, sizeof(*ioapic));
	ioapic->io.ops = &ioapic_io_ops;
	ioapic->io.name = "ioapic";
	ioapic->io.deadline = NEVER;
	ioapic->deliver = deliver;
	ioapic->reset_id = id;
	ioapic_reset(&ioapic->io, 0);
}
