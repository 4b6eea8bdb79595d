/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_LOG2_H
#define _SHIM_LINUX_LOG2_H

#define is_power_of_2(n) ((n) && !((n) & ((n) - 1)))
#define roundup_pow_of_two(n) (1UL << (64 - __builtin_clzl((n) - 1)))

#endif
