/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SWAB_H
#define _SHIM_LINUX_SWAB_H

#include_next <linux/swab.h>

#define swab16(x) __swab16(x)
#define swab32(x) __swab32(x)
#define swab64(x) __swab64(x)

#endif
