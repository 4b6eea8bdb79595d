/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * start.S - from the PVH entry, and from a startup IPI, to C
 *
 * The first CPU arrives in 32-bit protected mode without paging, EBX pointing at the PVH
 * start info (xen/include/public/arch-x86/hvm/start_info.h). A 64-bit guest goes on to
 * long mode with the first 8 GiB mapped one to one; a 32-bit guest stays where it is.
 * The others arrive in real mode at AP_TRAMPOLINE, to which cpus.c has copied the code.
 */
#include "layout.h"

	.section .note.pvh, "a", @note
	.align	4
	.long	4, 8, 18			/* "Xen", XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	_start, 0

	.section .text.start, "ax"
	.code32
	.globl	_start
_start:
	cli
	cld
	movl	$stack_top, %esp
	movl	%ebx, %ebp
	movl	$__bss_start, %edi
	movl	$__bss_end, %ecx
	subl	%edi, %ecx
	xorl	%eax, %eax
	rep stosb
	movl	%ebp, start_info_pa
	lgdtl	gdt_pointer
	ljmpl	$SEL_CODE32, $1f
1:	call	load_segments
#ifdef __x86_64__
	call	build_page_tables
	call	enter_long_mode
	ljmpl	$SEL_CODE64, $start64
#else
	movl	$CR0_BASE, %eax
	movl	%eax, %cr0
	call	guest_start
2:	cli
	hlt
	jmp	2b
#endif

load_segments:
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	ret

/* Other CPUs, in protected mode: a stack for each, by the order of arrival. */
	.globl	ap_start32
ap_start32:
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	$1, %ebx
	lock xaddl %ebx, ap_arrived
	movl	%ebx, %eax
	incl	%eax
	imull	$AP_STACK_SIZE, %eax
	leal	ap_stacks(%eax), %esp
	incl	%ebx
#ifdef __x86_64__
	call	enter_long_mode
	ljmpl	$SEL_CODE64, $ap_start64
#else
	movl	$CR0_BASE, %eax
	movl	%eax, %cr0
	pushl	%ebx
	call	ap_main
3:	cli
	hlt
	jmp	3b
#endif

#ifdef __x86_64__
build_page_tables:
	movl	$page_pdpt + PTE_TABLE, page_pml4
	movl	$page_pd + PTE_TABLE, %eax
	movl	$page_pdpt, %edi
	movl	$IDENTITY_GIB, %ecx
1:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$8, %edi
	loop	1b
	movl	$page_pd, %edi
	movl	$PTE_LARGE, %eax
	xorl	%edx, %edx
	movl	$(IDENTITY_GIB * 512), %ecx
2:	movl	%eax, (%edi)
	movl	%edx, 4(%edi)
	addl	$0x200000, %eax
	adcl	$0, %edx
	addl	$8, %edi
	loop	2b
	ret

enter_long_mode:
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$page_pml4, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	$(CR0_BASE | CR0_PG), %eax
	movl	%eax, %cr0
	ret

	.code64
start64:
	movl	%esp, %esp
	call	guest_start
1:	cli
	hlt
	jmp	1b

ap_start64:
	movl	%esp, %esp
	movl	%ebx, %edi
	call	ap_main
2:	cli
	hlt
	jmp	2b

	.bss
	.align	4096
	.globl	page_pml4, page_pdpt, page_pd
page_pml4:
	.skip	4096
page_pdpt:
	.skip	4096
page_pd:
	.skip	4096 * IDENTITY_GIB
#endif

/* Copied to AP_TRAMPOLINE; CS.base is there and IP is 0. */
	.section .rodata
	.globl	trampoline, trampoline_end
	.code16
trampoline:
	cli
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	trampoline_gdt - trampoline
	movl	%cr0, %eax
	orl	$CR0_PE, %eax
	movl	%eax, %cr0
	ljmpl	$SEL_CODE32, $ap_start32
	.align	4
trampoline_gdt:
	.word	gdt_end - gdt - 1
	.long	gdt
trampoline_end:

	.data
	.align	16
	.globl	gdt, gdt_pointer
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff		/* SEL_CODE32: flat */
	.quad	0x00cf93000000ffff		/* SEL_DATA: flat */
	.quad	0x00af9b000000ffff		/* SEL_CODE64 */
	.quad	0x00009b000000ffff		/* SEL_CODE16: base 0, 64 KiB */
	.quad	0x000093000000ffff		/* SEL_DATA16: base 0, 64 KiB */
	.quad	0x00cffb000000ffff		/* SEL_USER_CODE32 */
	.quad	0x00cff3000000ffff		/* SEL_USER_DATA */
	.quad	0x00affb000000ffff		/* SEL_USER_CODE64 */
	.quad	0				/* SEL_SPARE: for a test to fill in */
	.quad	0
	.quad	0				/* SEL_TSS: trap.c */
	.quad	0
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
#ifdef __x86_64__
	.quad	gdt
#else
	.long	gdt
#endif

	.bss
	.align	16
	.globl	stack_top, ap_stacks, ap_arrived, start_info_pa
	.skip	STACK_SIZE
stack_top:
ap_stacks:
	.skip	AP_STACK_SIZE * MAX_APS
ap_arrived:
	.skip	4
start_info_pa:
	.skip	4

	.section .note.GNU-stack, "", @progbits
