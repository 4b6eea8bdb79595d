/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-range.h - a piece of a guest's RAM by its guest-physical address
 */
#ifndef _INSULA_RAM_RANGE_H
#define _INSULA_RAM_RANGE_H

#include <linux/types.h>

/**
 * struct ram_range - @len bytes from guest-physical @gpa on
 */
struct ram_range {
	u64 gpa, len;
};

#endif
