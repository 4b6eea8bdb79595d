/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmio.h - what mmio.c, mmio16.c and their cases in assembly share
 */
#ifndef GUEST_MMIO_H
#define GUEST_MMIO_H

/* What a case is: bytes it accesses, and how it is to be run and judged. */
#define K_B		0x01
#define K_W		0x02
#define K_D		0x04
#define K_Q		0x08
#define K_SIZES		0x0f
#define K_SWAP		0x10		/* SI is the device, DI is memory */
#define K_DOWN		0x20		/* with the direction flag set */
#define K_VOID		0x40		/* touches more than one register: only where none is */
#define K_FIXED		0x80		/* the code cannot be moved */
#define K_NO_AF		0x100		/* AF is undefined */
#define K_ONLY_CF	0x200		/* the other flags are undefined */
#define K_NO_FLAGS	0x400
#define K_MOVBE		0x800		/* needs this feature */

/* struct case, in longs */
#define CASE_NAME	0
#define CASE_CODE	1
#define CASE_END	2
#define CASE_KIND	3

#define WINDOW		0x40000000	/* two pages: memory or device */
#define BUFFER		0x40008000	/* a page of memory */
#define RUN_PAGES	0x40400000	/* two pages: code that straddles them */

#define INDEX		2		/* in CX: a count, a small index or a bit number */
#define FAR_BIT		37		/* in DX: a bit number beyond the operand */

#ifndef __ASSEMBLER__
#include "guest.h"

struct regs {
	ulong ax, bx, cx, dx, si, di, bp, sp, flags, top;
#ifdef __x86_64__
	ulong r8, r9, r10, r11, r12, r13, r14, r15;
#endif
};

struct mmio_case {
	const char *name;
	const u8 *code, *end;
	ulong kind;
};

extern const struct mmio_case mmio_cases[], mmio_cases_end[];
extern const ulong case_base;		/* what pointers in registers begin with */
void run_case(struct regs *regs, const void *code);
#endif

#endif
