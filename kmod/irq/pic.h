/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pic.h - the pair of 8259A interrupt controllers of a PC
 *
 * Pure code; see dev/io-dev.h for the rules. Ports 0x20-0x21, 0xa0-0xa1, 0x4d0-0x4d1.
 * Source: Intel 8259A datasheet; 82371 (PIIX) datasheet for ELCR.
 */
#ifndef _INSULA_PIC_H
#define _INSULA_PIC_H

#include "../dev/io-dev.h"

/**
 * struct pic_chip - one 8259A; bit n of a mask is IRn
 * @irr:	requested
 * @imr:	masked
 * @isr:	in service
 * @lines:	level of each input now
 * @elcr:	level-triggered inputs; after a reset PCI's
 * @elcr_mask:	which inputs may be that; constant
 * @base:	ICW2: vector of IR0
 * @icw_step:	0: operating; 2 to 4: expecting that ICW
 * @icw4:	ICW1 announced an ICW4
 * @single:	ICW1 said that no ICW3 follows
 * @auto_eoi:	from ICW4
 * @special_nested: from ICW4: the slave may interrupt itself
 * @rotate_on_aeoi: from OCW2
 * @special_mask: from OCW3: masked inputs in service hold nothing back
 * @read_isr:	the command port reads ISR, not IRR
 * @poll:	the next read is a poll
 * @lowest:	IR with the lowest priority, 7 after reset
 */
struct pic_chip {
	u8 irr, imr, isr;
	u8 lines;
	u8 elcr, elcr_mask;
	u8 base;
	u8 icw_step;
	bool icw4, single, auto_eoi, special_nested, rotate_on_aeoi, special_mask;
	bool read_isr, poll;
	u8 lowest;
};

/**
 * struct pic - both chips
 * @io:		to the bus; its deadline is always NEVER
 * @chip:	master, slave (cascaded on the master's IR2)
 * @intr:	level of the master's INT output; the owner looks at it after each call
 */
struct pic {
	struct io_dev io;
	struct pic_chip chip[2];
	bool intr;
};

/** pic_init() - once; ends with a reset: every input masked until ICW1 */
void pic_init(struct pic *pic);
/** pic_set() - drive input @irq (0 to 15; others, and 2, are ignored) */
void pic_set(struct pic *pic, unsigned int irq, bool level);
/** pic_ack() - INTA cycle. Return: the vector; a spurious one (IR7) if nothing is there. */
u8 pic_ack(struct pic *pic);

#endif
