/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * emulate.h - what emulate.c and string.c share, and nobody else needs
 */
#ifndef _INSULA_INSN_EMULATE_H
#define _INSULA_INSN_EMULATE_H

#include <linux/bits.h>

#include "insn.h"

#define FLAG_CF		0x0001ULL
#define FLAG_PF		0x0004ULL
#define FLAG_AF		0x0010ULL
#define FLAG_ZF		0x0040ULL
#define FLAG_SF		0x0080ULL
#define FLAG_TF		0x0100ULL
#define FLAG_DF		0x0400ULL
#define FLAG_OF		0x0800ULL
#define FLAG_RF		0x10000ULL

#define FLAGS_ARITH	(FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

/* All bits of a value of @size bytes: 1, 2, 4 or 8. */
static inline u64 size_mask(unsigned int size)
{
	return ~0ULL >> (64 - 8 * size);
}

/* Put the low @size bytes of @val into a register: 4 bytes clear the upper half. */
static inline void reg_merge(u64 *reg, u64 val, unsigned int size)
{
	u64 mask = size_mask(size);

	*reg = size >= 4 ? val & mask : (*reg & ~mask) | (val & mask);
}

/* Linear addresses have 32 bits outside of 64-bit mode. */
static inline u64 linear_mask(const struct insn_env *env)
{
	return env->mode == 8 ? ~0ULL : 0xffffffffULL;
}

/**
 * flags_sub() - arithmetic flags of a subtraction or comparison
 * @flags:	flags before; all but the arithmetic ones are kept
 * @a:		minuend
 * @b:		subtrahend
 * @borrow:	0 or 1, subtracted as well
 * @size:	bytes: 1, 2, 4, 8; what @a and @b have above is ignored
 *
 * Return: the new flags.
 */
u64 flags_sub(u64 flags, u64 a, u64 b, u64 borrow, unsigned int size);

/**
 * insn_complete() - step over the instruction
 * @insn:	the instruction
 * @env:	RIP is advanced within the mode's width, RF cleared
 */
void insn_complete(const struct insn *insn, struct insn_env *env);

/**
 * insn_string() - carry out MOVS, STOS, LODS, CMPS, SCAS, INS or OUTS
 * @insn:	the instruction
 * @env:	registers and memory
 *
 * Return: as insn_emulate().
 */
int insn_string(const struct insn *insn, struct insn_env *env);

#endif
