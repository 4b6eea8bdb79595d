/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtc.h - the MC146818 real-time clock with its CMOS memory
 *
 * Pure code; see io-dev.h for the rules. Ports 0x70-0x71. Periodic, alarm and update
 * interrupts; BCD and binary, 12 and 24 hours; century in 0x32. The date is UTC, and its
 * day of the week always the right one, whatever the guest writes there.
 * Source: Motorola MC146818A datasheet.
 */
#ifndef _INSULA_RTC_H
#define _INSULA_RTC_H

#include "io-dev.h"

#define RTC_CENTURY	0x32		/* CMOS byte; the FADT says the same */

/**
 * struct rtc - an MC146818
 * @io:		to the bus
 * @pin:	IRQ 8: level of status C's IRQF
 * @phase:	where the divider chain was at the VM clock's 0: ns since the last second,
 *		less than 10^9. Seconds begin where now + @phase is a multiple of 10^9.
 * @epoch:	UTC seconds since 1970 when now + @phase was 0, so that the time is
 *		@epoch + (now + @phase) / 10^9; not used while @halted
 * @halted:	register B SET, or the divider in reset: the time bytes of @cmos are the time
 *		and do not move
 * @index:	selected register; bit 7 of port 0x70 (NMI mask) is ignored
 * @cmos:	128 bytes: the alarm, registers A to D, memory. The bytes of the time are
 *		computed when read.
 * @last:	ns up to which periodic, alarm and update events have been accounted
 */
struct rtc {
	struct io_dev io;
	struct irq_pin *pin;
	u32 phase;
	s64 epoch;
	bool halted;
	u8 index;
	u8 cmos[128];
	u64 last;
};

/**
 * rtc_init() - once; ends with a reset
 * @rtc:	the clock
 * @pin:	interrupt output
 * @wall:	UTC time in ns since 1970 at @now
 * @now:	ns on the VM's clock
 *
 * A reset leaves date and memory as they are, as a battery does, and the registers as
 * firmware hands them over: running, BCD, 24 hours, no interrupts.
 */
void rtc_init(struct rtc *rtc, struct irq_pin *pin, s64 wall, u64 now);

#endif
