/* SPDX-License-Identifier: GPL-2.0-only */
/* program.h - a fuzzer's input as a program: bytes to be taken, and what must never be */
#ifndef _FUZZ_PROGRAM_H
#define _FUZZ_PROGRAM_H

#include <stdio.h>
#include <stdlib.h>
#include <linux/types.h>

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s\n", __func__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

struct input {
	const u8 *data;
	size_t left;
};

/* The next @bytes as a number, the first one highest; fewer at the end. */
static inline u64 take(struct input *in, unsigned int bytes)
{
	u64 val = 0;

	for (; bytes && in->left; bytes--, in->left--)
		val = val << 8 | *in->data++;
	return val;
}

#endif
