/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layout.h - constants that the guests' C and assembly share
 */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define STACK_SIZE	0x4000
#define AP_STACK_SIZE	0x2000
#define MAX_APS		63
#define IDENTITY_GIB	8		/* mapped one to one in long mode */

#define AP_TRAMPOLINE	0x8000		/* a page: startup vector 8 */
#define LOW_BLOB	0x9000		/* code that runs in real mode, up to 0x10000 */
#define LOW_STACK	0x7c00		/* its stack, downwards */

#define SEL_CODE32	0x08
#define SEL_DATA	0x10
#define SEL_CODE64	0x18
#define SEL_CODE16	0x20
#define SEL_DATA16	0x28
#define SEL_USER_CODE32	0x30
#define SEL_USER_DATA	0x38
#define SEL_USER_CODE64	0x40
#define SEL_SPARE	0x48
#define SEL_SPARE2	0x50
#define SEL_TSS		0x58

#define CR0_PE		(1 << 0)
#define CR0_MP		(1 << 1)
#define CR0_EM		(1 << 2)
#define CR0_TS		(1 << 3)
#define CR0_ET		(1 << 4)
#define CR0_NE		(1 << 5)
#define CR0_WP		(1 << 16)
#define CR0_PG		(1 << 31)
#define CR0_BASE	(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP)

#define CR4_TSD		(1 << 2)
#define CR4_DE		(1 << 3)
#define CR4_PSE		(1 << 4)
#define CR4_PAE		(1 << 5)
#define CR4_MCE		(1 << 6)
#define CR4_PGE		(1 << 7)
#define CR4_OSFXSR	(1 << 9)
#define CR4_OSXMMEXCPT	(1 << 10)
#define CR4_VMXE	(1 << 13)
#define CR4_PCIDE	(1 << 17)
#define CR4_OSXSAVE	(1 << 18)

#define MSR_EFER	0xc0000080
#define EFER_SCE	(1 << 0)
#define EFER_LME	(1 << 8)
#define EFER_LMA	(1 << 10)
#define EFER_NXE	(1 << 11)
#define EFER_SVME	(1 << 12)

#define PTE_P		(1 << 0)
#define PTE_W		(1 << 1)
#define PTE_U		(1 << 2)
#define PTE_PCD		(1 << 4)
#define PTE_PS		(1 << 7)
#define PTE_TABLE	(PTE_P | PTE_W | PTE_U)
#define PTE_LARGE	(PTE_P | PTE_W | PTE_U | PTE_PS)

#endif
