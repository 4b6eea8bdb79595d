/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pit.h - the 8254 interval timer, and port 0x61 for its channel 2
 *
 * Pure code; see dev/io-dev.h for the rules. Ports 0x40-0x43 and 0x61. Counters are
 * functions of time: nothing ticks but channel 0's output while its pin matters.
 * Source: Intel 8254 datasheet, modes 0-5, BCD, latch and read-back commands.
 */
#ifndef _INSULA_PIT_H
#define _INSULA_PIT_H

#include <insula/guest-abi.h>
#include "../dev/io-dev.h"

/*
 * Interrupts of channel 0 come no closer together than this, in ns. No system asks for
 * more than a few kHz; 10 kHz costs the host a few percent of a CPU at most, while a
 * count of 2 would ask for 600 kHz.
 */
#define PIT_MIN_PERIOD	100000

/**
 * struct pit_channel - one counter
 * @start:	ns at which the present count was loaded, when @counting
 * @held:	clocks counted since then, when not @counting
 * @count:	count in effect, in clocks: 1 to 65536 (BCD: to 10000)
 * @reload:	count written last: takes effect at @reload_at, or at the next gate pulse
 * @reload_at:	ns at which @reload takes effect, or NEVER
 * @mode:	0 to 5
 * @access:	bytes of the count that are written and read: 1 LSB, 2 MSB, 3 both
 * @bcd:	counts in four decimal digits
 * @gate:	gate input; always high but for channel 2
 * @written:	a count was written since the control word
 * @loaded:	a count is or was in effect since the control word
 * @counting:	the counter runs
 * @write_msb:	next byte written is the high one
 * @read_msb:	next byte read is the high one
 * @write_lsb:	the low byte while waiting for the high one
 * @status:	latched status, when @status_latched
 * @status_latched: until it is read
 * @latch:	latched count, when @count_latched
 * @count_latched: until it is read
 */
struct pit_channel {
	u64 start, held;
	u32 count, reload;
	u64 reload_at;
	u8 mode, access;
	bool bcd;
	bool gate, written, loaded, counting;
	bool write_msb, read_msb;
	u8 write_lsb;
	u8 status;
	bool status_latched;
	u16 latch;
	bool count_latched;
};

/**
 * struct pit - an 8254
 * @io:		to the bus
 * @pin:	channel 0's output. Its rising edges are what counts: in the modes 2, 3 and 4
 *		each is given as a low-high pulse at expiry, and the pin stays high between.
 * @channel:	0: interrupt, 1: refresh, 2: speaker (its gate and output are in port 0x61)
 * @system_b:	port 0x61 bits 0-3, as written
 */
struct pit {
	struct io_dev io;
	struct irq_pin *pin;
	struct pit_channel channel[3];
	u8 system_b;
};

/** pit_init() - once; ends with a reset. @now: ns */
void pit_init(struct pit *pit, struct irq_pin *pin, u64 now);

#endif
