// SPDX-License-Identifier: GPL-2.0-only
/*
 * extack.c - error texts with numbers and names in them
 *
 * The kernel reads an extack's text after the request's handler has returned, and has a
 * buffer of its own for formatted ones only since 6.2, of 80 bytes. So the texts are
 * written into a ring of slots here. A text stays for the next EXTACK_SLOTS - 1 errors; only
 * who may manage VMs makes any, and netlink copies it as soon as the handler is done. All
 * slots end in a NUL at all times, so that the worst that a lost race gives is a wrong text.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include "extack.h"

#define EXTACK_SLOTS 64

static char slots[EXTACK_SLOTS][EXTACK_TEXT];
static atomic_t next_slot;

void extack_set(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *fmt, ...)
{
	unsigned int i = (unsigned int)atomic_inc_return(&next_slot) % EXTACK_SLOTS;
	va_list args;

	if (!extack)
		return;
	va_start(args, fmt);
	vsnprintf(slots[i], EXTACK_TEXT, fmt, args);
	va_end(args);

	do_trace_netlink_extack(slots[i]);
	extack->_msg = slots[i];
	extack->bad_attr = attr;
	extack->policy = NULL;
}
