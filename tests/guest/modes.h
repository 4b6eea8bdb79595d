/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modes.h - the results that modes-code.S leaves for modes.c
 */
#ifndef GUEST_MODES_H
#define GUEST_MODES_H

#define R_LAPIC		0
#define R_UNREAL	1
#define R_CR0		2
#define R_CPUID		3
#define R_MSR		4
#define R_PORT		5
#define R_INS		6
#define R_INTS		7
#define R_IRQ		8
#define R_SEGMENT	9
#define R_A20		10
#define R_CS		11
#define NR_RESULTS	12

#define L_COMPAT_MMIO	0
#define L_COMPAT_CPUID	1
#define L_EFER		2
#define L_WIDE		3
#define L_MMIO		4
#define L_CPUID		5
#define L_EFER_AFTER	6
#define NR_LONG_RESULTS	7

#endif
