/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug.h - the debug registers while a guest uses them, or the host does
 *
 * DR0 to DR3 are switched by no hardware, and an exit loses the host's DR7.
 */
#ifndef _INSULA_DEBUG_H
#define _INSULA_DEBUG_H

#include <linux/types.h>
#include <asm/debugreg.h>

/** struct host_debug - the host's registers meanwhile */
struct host_debug {
	unsigned long dr[4], dr6, dr7;
};

/**
 * debug_switch_in() - the host's out, the guest's in; DR7 is 0 afterwards. IRQs off.
 * @guest:	DR0 to DR3
 */
static inline void debug_switch_in(struct host_debug *host, const u64 guest[4])
{
	get_debugreg(host->dr7, 7);
	get_debugreg(host->dr[0], 0);
	get_debugreg(host->dr[1], 1);
	get_debugreg(host->dr[2], 2);
	get_debugreg(host->dr[3], 3);
	get_debugreg(host->dr6, 6);
	set_debugreg(0, 7);
	set_debugreg(guest[0], 0);
	set_debugreg(guest[1], 1);
	set_debugreg(guest[2], 2);
	set_debugreg(guest[3], 3);
}

/** debug_switch_out() - the host's in again. IRQs off. */
static inline void debug_switch_out(const struct host_debug *host)
{
	set_debugreg(host->dr[0], 0);
	set_debugreg(host->dr[1], 1);
	set_debugreg(host->dr[2], 2);
	set_debugreg(host->dr[3], 3);
	set_debugreg(host->dr6, 6);
	set_debugreg(host->dr7, 7);
}

#endif
