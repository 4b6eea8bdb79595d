/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * race.h - included before everything of a fuzzer whose guest writes while the host reads
 *
 * After each READ_ONCE() the guest has its turn, so that a value that is looked at twice is
 * two values.
 */
#ifndef _FUZZ_RACE_H
#define _FUZZ_RACE_H

void race(void);

#define READ_ONCE(x) ({							\
	__auto_type once_ = *(const volatile __typeof__(x) *)&(x);	\
	race();								\
	once_;								\
})

#endif
