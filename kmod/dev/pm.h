/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pm.h - power: ACPI fixed hardware, and the ways in which a PC is reset
 *
 * Pure code; see io-dev.h for the rules. PM1a event and control blocks, the PM timer
 * (32 bits, 3.579545 MHz), the power button; port 0xcf9; port 0x92; the keyboard
 * controller with no keyboard; and isa-debug-exit. Ports as in guest-abi.h, and
 * PORT_SYSTEM_A.
 * Source: ACPI 6.5 §4.8.3; 82371SB datasheet (RC); IBM PC/AT technical reference;
 * 8042 data sheet.
 */
#ifndef _INSULA_PM_H
#define _INSULA_PM_H

#include <insula/guest-abi.h>
#include "io-dev.h"

#define PORT_SYSTEM_A	0x92		/* fast A20 and reset; 1 port */

struct pm;

/** enum pm_event - what a guest asks for */
enum pm_event {
	PM_POWER_OFF,		/* SLP_EN with SLP_TYP of S5 */
	PM_RESET,		/* 0xcf9, 0x92, keyboard controller */
	PM_DEBUG_EXIT,		/* code is the value written to 0xf4 */
};

/**
 * struct pm - power management
 * @io:		to the bus
 * @sci:	SCI pin, level
 * @event:	what the guest asks for; called with the device's lock held, may not call
 *		back. The guest goes on until the owner stops it.
 * @debug_exit:	port 0xf4 is there; set by the owner before use. Without it the port
 *		reads as ones and ignores writes.
 * @status:	PM1 status
 * @enable:	PM1 enable
 * @control:	PM1 control, with SCI_EN always set
 * @tmr_halves:	changes of the PM timer's bit 31 that have been accounted in TMR_STS
 * @kbd_status:	what port 0x64 reads
 * @kbd_out:	what port 0x60 reads
 * @kbd_mode:	the controller's command byte
 * @kbd_pending: command that waits for a byte on port 0x60, or 0
 * @reset_ctl:	port 0xcf9
 */
struct pm {
	struct io_dev io;
	struct irq_pin *sci;
	void (*event)(struct pm *pm, enum pm_event event, u32 code);
	bool debug_exit;
	u16 status, enable, control;
	u64 tmr_halves;
	u8 kbd_status, kbd_out, kbd_mode, kbd_pending;
	u8 reset_ctl;
};

/** pm_init() - once, at time 0 of the VM's clock; ends with a reset */
void pm_init(struct pm *pm, struct irq_pin *sci,
	     void (*event)(struct pm *, enum pm_event, u32));
/** pm_power_button() - the button is pressed: PWRBTN_STS, and SCI if it is enabled */
void pm_power_button(struct pm *pm);

#endif
