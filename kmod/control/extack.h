/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * extack.h - error texts with numbers and names in them
 */
#ifndef _INSULA_EXTACK_H
#define _INSULA_EXTACK_H

#include <linux/compiler_attributes.h>
#include <linux/netlink.h>

/** EXTACK_TEXT - bytes of an error text, the NUL included; the rest is cut off */
#define EXTACK_TEXT 256

/**
 * extack_set() - say what is wrong with a request
 * @extack:	of the request; NULL is allowed
 * @attr:	the attribute that is wrong, or NULL
 * @fmt:	the text, without a newline
 *
 * Context: any; the sender's request is being handled. A later call takes the place of an
 * earlier one.
 */
__printf(3, 4)
void extack_set(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *fmt, ...);

#endif
