/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vectors.S - 256 entry points of the IDT, one frame for C; the way out of trap_catch
 */
#include "layout.h"

	.text
	.globl	vectors
	.align	16
vectors:
	.set	n, 0
	.rept	256
	.align	16
	.if	n == 8 || n == 10 || n == 11 || n == 12 || n == 13 || n == 14 || n == 17 || n == 21
	nop				/* the CPU has pushed an error code */
	.else
	.byte	0x6a, 0			/* push $0 */
	.endif
	.byte	0x68			/* push $n */
	.long	n
	jmp	common
	.set	n, n + 1
	.endr

#ifdef __x86_64__
common:
	pushq	%rax
	pushq	%rbx
	pushq	%rcx
	pushq	%rdx
	pushq	%rbp
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	movq	%rsp, %rdi
	movq	%rsp, %rbp
	andq	$-16, %rsp
	call	trap
	movq	%rbp, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rbp
	popq	%rdx
	popq	%rcx
	popq	%rbx
	popq	%rax
	addq	$16, %rsp
	iretq

/* u32 trap_run(fn, arg): calls fn(arg), returns NO_TRAP; or trap() lets it go on at trap_landing. */
	.globl	trap_run, trap_landing
trap_run:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, saved_sp
	subq	$8, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	movl	$256, %eax
	jmp	1f
trap_landing:
	movl	$SEL_DATA, %eax
	movl	%eax, %ss
	movl	%eax, %ds
	movl	%eax, %es
	movl	caught_vector, %eax
1:	movq	saved_sp, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
#else
common:
	pushal
	pushl	%ds
	pushl	%es
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	movl	%esp, %ebp
	pushl	%esp
	call	trap
	movl	%ebp, %esp
	popl	%es
	popl	%ds
	popal
	addl	$8, %esp
	iretl

	.globl	trap_run, trap_landing
trap_run:
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	movl	%esp, saved_sp
	pushl	24(%esp)
	call	*24(%esp)
	movl	$256, %eax
	jmp	1f
trap_landing:
	movl	$SEL_DATA, %eax
	movl	%eax, %ss
	movl	%eax, %ds
	movl	%eax, %es
	movl	caught_vector, %eax
1:	movl	saved_sp, %esp
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	ret
#endif

	.bss
	.align	8
saved_sp:
	.skip	8

	.section .note.GNU-stack, "", @progbits
