// SPDX-License-Identifier: GPL-2.0-only
/*
 * pic.c - the pair of 8259A interrupt controllers
 *
 * A request of an edge-triggered input is kept until it is acknowledged, even if the
 * line falls before: a pulse is never lost and seldom spurious. A level-triggered one
 * follows its line. The slave's INT output is treated as a level on the master's IR2.
 *
 * 8080 mode, buffered mode and ICW1's LTIM (ELCR is there instead) do not exist on a PC.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <insula/guest-abi.h>
#include "pic.h"

#define PORT_MASTER	0x20
#define PORT_SLAVE	0xa0
#define PORT_ELCR	0x4d0

#define PCI_IRQS	GENMASK(IRQ_PCI + GUEST_PCI_IRQS - 1, IRQ_PCI)

#define CASCADE_IR	2
#define SPURIOUS_IR	7
#define NO_IR		8

#define ICW1_IC4	BIT(0)
#define ICW1_SNGL	BIT(1)
#define ICW1_INIT	BIT(4)
#define ICW4_AEOI	BIT(1)
#define ICW4_SFNM	BIT(4)

#define OCW3_SELECT	BIT(3)	/* else OCW2 */
#define OCW3_RIS	BIT(0)
#define OCW3_RR		BIT(1)
#define OCW3_POLL	BIT(2)
#define OCW3_SMM	BIT(5)
#define OCW3_ESMM	BIT(6)

enum {				/* OCW2, bits 5-7 */
	OCW2_ROTATE_AEOI_OFF	= 0,
	OCW2_EOI		= 1,
	OCW2_NOP		= 2,
	OCW2_SPECIFIC_EOI	= 3,
	OCW2_ROTATE_AEOI_ON	= 4,
	OCW2_ROTATE_EOI		= 5,
	OCW2_SET_PRIORITY	= 6,
	OCW2_ROTATE_SPECIFIC	= 7,
};

static struct pic *to_pic(struct io_dev *dev)
{
	return container_of(dev, struct pic, io);
}

/* The input that is @rank steps below the one with the highest priority. */
static unsigned int rank_to_ir(const struct pic_chip *chip, unsigned int rank)
{
	return (chip->lowest + 1 + rank) & 7;
}

/* The rank of the first input in @mask; 8 if there is none. */
static unsigned int highest(const struct pic_chip *chip, u8 mask)
{
	unsigned int rank;

	for (rank = 0; rank < 8; rank++)
		if (mask & BIT(rank_to_ir(chip, rank)))
			break;
	return rank;
}

/* The input that the chip would interrupt for now, or NO_IR. */
static unsigned int pending_ir(const struct pic_chip *chip, bool is_master)
{
	unsigned int rank = highest(chip, chip->irr & ~chip->imr);
	u8 inhibiting = chip->isr;

	if (rank == 8 || chip->icw_step)
		return NO_IR;
	if (chip->special_mask)
		inhibiting &= ~chip->imr;
	if (chip->special_nested && is_master)
		inhibiting &= ~BIT(CASCADE_IR);
	if (rank >= highest(chip, inhibiting))
		return NO_IR;
	return rank_to_ir(chip, rank);
}

/* Inputs whose request is the level of their line. */
static u8 level_inputs(const struct pic *pic, const struct pic_chip *chip)
{
	return chip->elcr | (chip == &pic->chip[0] ? BIT(CASCADE_IR) : 0);
}

static void set_line(struct pic *pic, struct pic_chip *chip, unsigned int ir, bool level)
{
	u8 bit = BIT(ir);

	if (level && (!(chip->lines & bit) || (level_inputs(pic, chip) & bit)))
		chip->irr |= bit;
	else if (!level && (level_inputs(pic, chip) & bit))
		chip->irr &= ~bit;
	chip->lines = level ? chip->lines | bit : chip->lines & ~bit;
}

/* Call after every change: the slave's output into the master, the master's to the owner. */
static void update(struct pic *pic)
{
	set_line(pic, &pic->chip[0], CASCADE_IR, pending_ir(&pic->chip[1], false) != NO_IR);
	pic->intr = pending_ir(&pic->chip[0], true) != NO_IR;
}

static void take(struct pic *pic, struct pic_chip *chip, unsigned int ir)
{
	if (!chip->auto_eoi)
		chip->isr |= BIT(ir);
	else if (chip->rotate_on_aeoi)
		chip->lowest = ir;
	if (!(level_inputs(pic, chip) & BIT(ir)))
		chip->irr &= ~BIT(ir);
}

static u8 ack_chip(struct pic *pic, struct pic_chip *chip)
{
	unsigned int ir = pending_ir(chip, chip == &pic->chip[0]);

	if (ir == NO_IR)
		return SPURIOUS_IR;	/* and nothing is in service */
	take(pic, chip, ir);
	return ir;
}

u8 pic_ack(struct pic *pic)
{
	struct pic_chip *chip = &pic->chip[0];
	bool spurious = pending_ir(chip, true) == NO_IR;
	u8 ir = ack_chip(pic, chip);

	if (ir == CASCADE_IR && !spurious) {
		chip = &pic->chip[1];
		ir = ack_chip(pic, chip);
	}
	update(pic);
	return chip->base + ir;
}

/* A poll is an interrupt acknowledge whose answer comes over the data bus. */
static u8 poll_chip(struct pic *pic, struct pic_chip *chip)
{
	unsigned int ir = pending_ir(chip, chip == &pic->chip[0]);

	chip->poll = false;
	if (ir == NO_IR)
		return 0;
	take(pic, chip, ir);
	return 0x80 | ir;
}

/* ICW1 clears what the datasheet lists in "Initialization Command Words", a to f. */
static void write_icw1(struct pic *pic, struct pic_chip *chip, u8 val)
{
	chip->irr = chip->lines & level_inputs(pic, chip);
	chip->imr = 0;
	chip->isr = 0;
	chip->lowest = 7;
	chip->special_mask = false;
	chip->read_isr = false;
	chip->poll = false;
	chip->auto_eoi = false;
	chip->special_nested = false;
	chip->rotate_on_aeoi = false;
	chip->icw4 = val & ICW1_IC4;
	chip->single = val & ICW1_SNGL;
	chip->icw_step = 2;
}

static void end_of_interrupt(struct pic_chip *chip, unsigned int ir, bool rotate)
{
	chip->isr &= ~BIT(ir);
	if (rotate)
		chip->lowest = ir;
}

/* A non-specific EOI ends the highest in service that a special mask does not hide. */
static void nonspecific_eoi(struct pic_chip *chip, bool rotate)
{
	u8 isr = chip->special_mask ? chip->isr & ~chip->imr : chip->isr;
	unsigned int rank = highest(chip, isr);

	if (rank < 8)
		end_of_interrupt(chip, rank_to_ir(chip, rank), rotate);
}

static void write_ocw2(struct pic_chip *chip, u8 val)
{
	unsigned int ir = val & 7;

	switch (val >> 5) {
	case OCW2_ROTATE_AEOI_OFF:
	case OCW2_ROTATE_AEOI_ON:
		chip->rotate_on_aeoi = val >> 5 == OCW2_ROTATE_AEOI_ON;
		break;
	case OCW2_EOI:
	case OCW2_ROTATE_EOI:
		nonspecific_eoi(chip, val >> 5 == OCW2_ROTATE_EOI);
		break;
	case OCW2_SPECIFIC_EOI:
	case OCW2_ROTATE_SPECIFIC:
		end_of_interrupt(chip, ir, val >> 5 == OCW2_ROTATE_SPECIFIC);
		break;
	case OCW2_SET_PRIORITY:
		chip->lowest = ir;
		break;
	case OCW2_NOP:
		break;
	}
}

static void write_ocw3(struct pic_chip *chip, u8 val)
{
	if (val & OCW3_POLL)
		chip->poll = true;
	if (val & OCW3_RR)
		chip->read_isr = val & OCW3_RIS;
	if (val & OCW3_ESMM)
		chip->special_mask = val & OCW3_SMM;
}

static void write_command(struct pic *pic, struct pic_chip *chip, u8 val)
{
	if (val & ICW1_INIT)
		write_icw1(pic, chip, val);
	else if (val & OCW3_SELECT)
		write_ocw3(chip, val);
	else
		write_ocw2(chip, val);
}

static void write_data(struct pic_chip *chip, u8 val)
{
	switch (chip->icw_step) {
	case 2:
		chip->base = val & 0xf8;
		if (!chip->single)
			chip->icw_step = 3;
		else
			chip->icw_step = chip->icw4 ? 4 : 0;
		break;
	case 3:			/* how the chips are wired: not for the guest to say */
		chip->icw_step = chip->icw4 ? 4 : 0;
		break;
	case 4:
		chip->auto_eoi = val & ICW4_AEOI;
		chip->special_nested = val & ICW4_SFNM;
		chip->icw_step = 0;
		break;
	default:
		chip->imr = val;
		break;
	}
}

static void write_elcr(struct pic *pic, struct pic_chip *chip, u8 val)
{
	u8 level;

	chip->elcr = val & chip->elcr_mask;
	level = level_inputs(pic, chip);
	chip->irr = (chip->irr & ~level) | (chip->lines & level);
}

/* The chip behind a port, or NULL. */
static struct pic_chip *port_chip(struct pic *pic, u64 addr)
{
	switch (addr & ~1ULL) {
	case PORT_MASTER:
		return &pic->chip[0];
	case PORT_SLAVE:
		return &pic->chip[1];
	case PORT_ELCR:
		return &pic->chip[array_index_nospec(addr & 1, 2)];
	}
	return NULL;
}

static u8 pic_read_byte(struct io_dev *dev, u64 addr, u64 now)
{
	struct pic *pic = to_pic(dev);
	struct pic_chip *chip = port_chip(pic, addr);
	u8 val;

	if (!chip)
		return 0xff;
	if ((addr & ~1ULL) == PORT_ELCR)
		return chip->elcr;
	if (chip->poll) {
		val = poll_chip(pic, chip);
		update(pic);
		return val;
	}
	if (addr & 1)
		return chip->imr;
	return chip->read_isr ? chip->isr : chip->irr;
}

static void pic_write_byte(struct io_dev *dev, u64 addr, u8 val, u64 now)
{
	struct pic *pic = to_pic(dev);
	struct pic_chip *chip = port_chip(pic, addr);

	if (!chip)
		return;
	if ((addr & ~1ULL) == PORT_ELCR)
		write_elcr(pic, chip, val);
	else if (addr & 1)
		write_data(chip, val);
	else
		write_command(pic, chip, val);
	update(pic);
}

static u64 pic_read(struct io_dev *dev, u64 addr, unsigned int size, u64 now)
{
	return io_read_bytes(dev, addr, size, now, pic_read_byte);
}

static void pic_write(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now)
{
	io_write_bytes(dev, addr, size, val, now, pic_write_byte);
}

/* The inputs keep their levels: they belong to the devices. */
static void reset_chip(struct pic_chip *chip, u8 elcr_mask)
{
	u8 lines = chip->lines;

	memset(chip, 0, sizeof(*chip));
	chip->lines = lines;
	chip->elcr_mask = elcr_mask;
	chip->imr = 0xff;
	chip->lowest = 7;
}

static void pic_reset(struct io_dev *dev, u64 now)
{
	struct pic *pic = to_pic(dev);

	reset_chip(&pic->chip[0], 0xf8);	/* not IRQ 0-2: PIT, keyboard, cascade */
	reset_chip(&pic->chip[1], 0xde);	/* not IRQ 8 and 13: RTC, FPU */
	/* A guest that does not know about ELCR finds the shared lines as firmware leaves them. */
	write_elcr(pic, &pic->chip[1], PCI_IRQS >> 8);
	update(pic);
}

static const struct io_dev_ops pic_io_ops = {
	.read	= pic_read,
	.write	= pic_write,
	.reset	= pic_reset,
};

void pic_init(struct pic *pic)
{
	memset(pic, 0, sizeof(*pic));
	pic->io.ops = &pic_io_ops;
	pic->io.name = "pic";
	pic->io.deadline = NEVER;
	pic_reset(&pic->io, 0);
}

void pic_set(struct pic *pic, unsigned int irq, bool level)
{
	struct pic_chip *chip;

	if (irq > 15 || irq == CASCADE_IR)
		return;
	chip = &pic->chip[array_index_nospec(irq >> 3, 2)];
	if (level == !!(chip->lines & BIT(irq & 7)))
		return;
	set_line(pic, chip, irq & 7, level);
	update(pic);
}
