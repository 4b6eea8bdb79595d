/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modes-code.S - the ways between real, protected and long mode, and what is done there
 *
 * The real-mode part is copied to LOW_BLOB and runs there with all segments 0 (so that its
 * labels, taken relative to its beginning, plus LOW_BLOB are its addresses). Results go
 * into the words after `results`, which modes.c reads.
 */
#include "layout.h"
#include "modes.h"

#define LOW(label)	(LOW_BLOB + (label) - real_blob)

	.text
	.code32
	/* real_mode(): run the blob, and come back */
	.globl	real_mode
real_mode:
	pushal
	movl	%esp, kept_sp
	sidt	kept_idt
	ljmpl	$SEL_CODE16, $LOW(to_real)
back_from_real:
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	kept_sp, %esp
	lidtl	kept_idt
	popal
	ret

	.section .rodata
	.globl	real_blob, real_blob_end, real_results
	.code16
	.align	16
real_blob:
	jmp	to_real
	.align	4
low_idt:
	.word	0x3ff
	.long	0
low_gdt:
	.word	0xffff
	.long	gdt
real_results:
	.skip	4 * NR_RESULTS
	.set	results, LOW(real_results)

	.macro	result n, reg
	movl	\reg, results + 4 * \n
	.endm

to_real:
	/* 16-bit protected mode with flat data segments, limit 4 GiB: they stay so */
	lidtl	%cs:LOW(low_idt)
	movl	%cr0, %eax
	andl	$~CR0_PE, %eax
	movl	%eax, %cr0
	ljmp	$0, $LOW(in_real)
in_real:
	xorw	%ax, %ax
	movw	%ax, %ss
	/* all of ESP: SS is still one of 32 bits, and the handlers below go by SP */
	movl	$LOW_STACK, %esp
	/* unreal: DS still reaches everything */
	movl	$0xfee00030, %ebx
	addr32 movl	(%ebx), %ecx
	movl	$0x100000, %ebx
	addr32 movl	(%ebx), %edx
	movw	%ax, %ds
	movw	%ax, %es
	result	R_LAPIC, %ecx
	result	R_UNREAL, %edx

	movl	$0x12345678, %eax
	movl	%cr0, %eax
	result	R_CR0, %eax
	xorl	%eax, %eax
	cpuid
	result	R_CPUID, %ebx
	movl	$0x277, %ecx
	rdmsr
	result	R_MSR, %eax
	movb	$0x5a, %al
	movw	$0x3ff, %dx
	outb	%al, %dx
	xorl	%eax, %eax
	inb	%dx, %al
	result	R_PORT, %eax
	movw	$string_buffer - real_blob + LOW_BLOB, %di
	movw	$3, %cx
	rep insb
	movl	LOW(string_buffer), %eax
	result	R_INS, %eax

	/* interrupts by the vector table at 0 */
	movw	$LOW(on_int), 4 * 0x60
	movw	$0, 4 * 0x60 + 2
	movw	$LOW(on_ud), 4 * 6
	movw	$0, 4 * 6 + 2
	movw	$LOW(on_irq), 4 * 0x20
	movw	$0, 4 * 0x20 + 2
	xorl	%esi, %esi
	int	$0x60
	ud2
	vmrun
	result	R_INTS, %esi
	/* IRQ 0: the PIT, in one-shot mode */
	movb	$0x30, %al
	outb	%al, $0x43
	movb	$0, %al
	outb	%al, $0x40
	movb	$4, %al
	outb	%al, $0x40
	movb	$0xfe, %al
	outb	%al, $0x21
	xorl	%esi, %esi
1:	sti
	hlt
	cli
	testl	%esi, %esi
	jz	1b
	movb	$0xff, %al
	outb	%al, $0x21
	result	R_IRQ, %esi
	/* segments: paragraph arithmetic, and the wrap of an offset */
	movw	$LOW_BLOB >> 4, %ax
	movw	%ax, %es
	movl	%es:real_results - real_blob + 4 * R_IRQ, %eax
	result	R_SEGMENT, %eax
	movw	$0xffff, %ax
	movw	%ax, %fs
	movl	%fs:0x10, %eax			/* FFFF:0010 is 1 MiB: A20 is on */
	result	R_A20, %eax
	movw	%cs, %ax
	movzwl	%ax, %eax
	result	R_CS, %eax

	lgdtl	LOW(low_gdt)
	movl	%cr0, %eax
	orl	$CR0_PE, %eax
	movl	%eax, %cr0
	ljmpl	$SEL_CODE32, $back_from_real

on_int:
	incl	%esi
	iret
on_ud:
	addl	$0x100, %esi
	pushw	%bp
	movw	%sp, %bp
	addw	$2, 2(%bp)
	cmpl	$0x101, %esi
	je	1f
	incw	2(%bp)				/* VMRUN has three bytes */
1:	popw	%bp
	iret
on_irq:
	incl	%esi
	pushw	%ax
	movb	$0x20, %al
	outb	%al, $0x20
	popw	%ax
	iret
string_buffer:
	.skip	4
real_blob_end:

	.text
	.code32
	/* long_mode(): there, to compatibility mode, and back; results in long_results */
	.globl	long_mode
long_mode:
	pushal
	movl	%cr4, %eax
	orl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$modes_pml4, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$CR0_PG, %eax
	movl	%eax, %cr0
	/* compatibility mode until CS is one of 64 bits */
	movl	0xfee00030, %eax
	movl	%eax, long_results + 4 * L_COMPAT_MMIO
	xorl	%eax, %eax
	cpuid
	movl	%ebx, long_results + 4 * L_COMPAT_CPUID
	movl	$MSR_EFER, %ecx
	rdmsr
	movl	%eax, long_results + 4 * L_EFER
	ljmpl	$SEL_CODE64, $1f
	.code64
1:	movl	$long_results, %esi
	movabsq	$0x123456789abcdef0, %r15
	movq	%r15, %rax
	shrq	$36, %rax
	movl	%eax, 4 * L_WIDE(%rsi)
	movl	$0xfee00030, %r11d
	movl	(%r11), %r12d
	movl	%r12d, 4 * L_MMIO(%rsi)
	xorl	%eax, %eax
	cpuid
	movl	%ebx, 4 * L_CPUID(%rsi)
	movl	$2f, %edi
	ljmpl	*(%rdi)
2:	.long	3f
	.word	SEL_CODE32
	.code32
3:	movl	%cr0, %eax
	andl	$~CR0_PG, %eax
	movl	%eax, %cr0
	movl	$MSR_EFER, %ecx
	rdmsr
	movl	%eax, long_results + 4 * L_EFER_AFTER
	andl	$~EFER_LME, %eax
	wrmsr
	movl	%cr4, %eax
	andl	$~CR4_PAE, %eax
	movl	%eax, %cr4
	popal
	ret

	.bss
	.align	4
	.globl	long_results
long_results:
	.skip	4 * NR_LONG_RESULTS
kept_sp:
	.skip	4
kept_idt:
	.skip	8

	.section .note.GNU-stack, "", @progbits
