/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * excp.h - what the parts of the guest excp share
 */
#ifndef GUEST_EXCP_H
#define GUEST_EXCP_H

#define ABSENT		0x40000000	/* a page that is not mapped */
#define READONLY	0x40001000
#define USER_PAGE	0x40002000
#define USER_STACK	0x40003000
#define FRESH_BASE	0x2000000	/* memory that nothing has touched yet */
#define VECTOR		0x41
#define SOFT_VECTOR	0x81

#ifndef __ASSEMBLER__
#include "guest.h"

#define GATE_SIZE	(sizeof(long) * 2)

/* excp-code.S: bodies that make something happen, and a stack for them to do it on */
void on_stack(ulong sp, void (*fn)(void));
void stub_int(void);
void stub_int3(void);
void stub_ud(void);
void stub_pf(void);
void stub_irq(void);
void stub_nmi(void);
void step_list(void);
extern u8 step_addresses[];
extern u8 user_code[], user_code_end[], user_hlt[], user_in[], user_int[], user_pf[], user_cr[],
	user_ac[], user_cpuid[];

/* excp-debug.c */
void test_single_step(void);
void test_breakpoints(void);

/* excp-user.c */
void test_user(void);
void spare_segment_absent(void);
void prepare_fpu(void);
#endif

#endif
