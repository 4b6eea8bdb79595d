/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioapic.h - the 82093AA I/O APIC, version 0x20 with EOI register, 24 pins
 *
 * Pure code; see dev/io-dev.h for the rules. Memory at GUEST_IOAPIC_BASE.
 * Sources: 82093AA datasheet; 82801 (ICH) datasheet for the EOI register.
 */
#ifndef _INSULA_IOAPIC_H
#define _INSULA_IOAPIC_H

#include <insula/guest-abi.h>
#include "../dev/io-dev.h"
#include "apic-msg.h"

/**
 * struct ioapic - an I/O APIC
 * @io:		to the bus; its deadline is always NEVER
 * @deliver:	deliver a message; called with the device's lock held, may not call back
 * @reset_id:	APIC id after a reset, as the MADT says; constant
 * @id:		APIC id: 8 bits, as later chips have it, not the 82093AA's 4
 * @select:	IOREGSEL
 * @lines:	each input now; bit n is pin n, set when asserted, whatever the polarity
 * @redir:	redirection table; Remote IRR is bit 14, Delivery Status always reads 0
 */
struct ioapic {
	struct io_dev io;
	void (*deliver)(struct ioapic *ioapic, const struct apic_msg *msg);
	u8 reset_id;
	u8 id;
	u8 select;
	u32 lines;
	u64 redir[GUEST_NR_GSIS];
};

/** ioapic_init() - once; ends with a reset: every pin masked */
void ioapic_init(struct ioapic *ioapic, u8 id,
		 void (*deliver)(struct ioapic *, const struct apic_msg *));
/** ioapic_set() - drive input @pin (0 to 23; others are ignored); true is asserted */
void ioapic_set(struct ioapic *ioapic, unsigned int pin, bool level);
/**
 * ioapic_eoi() - a local APIC completed level-triggered @vector: clears Remote IRR, and
 * delivers again where the line is still asserted
 */
void ioapic_eoi(struct ioapic *ioapic, u8 vector);

#endif
