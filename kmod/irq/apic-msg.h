/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * apic-msg.h - an interrupt message on the way to local APICs
 *
 * What an IPI, an IOAPIC pin and an MSI have in common (Intel SDM vol. 3 §11.6.1,
 * §11.11; 82093AA datasheet §3.2.4). Plain data.
 */
#ifndef _INSULA_APIC_MSG_H
#define _INSULA_APIC_MSG_H

#include <linux/types.h>

enum apic_delivery {
	APIC_DELIVER_FIXED	= 0,
	APIC_DELIVER_LOWEST	= 1,
	APIC_DELIVER_SMI	= 2,
	APIC_DELIVER_REMOTE	= 3,	/* reserved */
	APIC_DELIVER_NMI	= 4,
	APIC_DELIVER_INIT	= 5,
	APIC_DELIVER_STARTUP	= 6,
	APIC_DELIVER_EXTINT	= 7,
};

enum apic_shorthand {
	APIC_TO_DEST	= 0,
	APIC_TO_SELF	= 1,
	APIC_TO_ALL	= 2,
	APIC_TO_OTHERS	= 3,
};

/**
 * struct apic_msg - an interrupt message
 * @dest:	destination: an APIC id, or a logical address if @logical; 0xff (xAPIC) or
 *		0xffffffff (x2APIC) is everyone
 * @vector:	interrupt vector; for APIC_DELIVER_STARTUP the page number
 * @delivery:	enum apic_delivery
 * @shorthand:	enum apic_shorthand; other than APIC_TO_DEST only for IPIs
 * @logical:	destination mode
 * @level:	trigger mode: level
 * @assert:	level of an INIT (false: the INIT level de-assert, which does nothing)
 */
struct apic_msg {
	u32 dest;
	u8 vector;
	u8 delivery;
	u8 shorthand;
	bool logical;
	bool level;
	bool assert;
};

#endif
