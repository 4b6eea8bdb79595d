/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * excp-code.S - the instructions that the guest excp needs to the byte
 */
#include "layout.h"
#include "excp.h"

#ifdef __x86_64__
#define AX	%rax
#define CX	%rcx
#define SP	%rsp
#define LONG	.quad
#define PUSHF	pushfq
#define POPF	popfq
#define LAPIC_BASE $0xfee00000
#else
#define AX	%eax
#define CX	%ecx
#define SP	%esp
#define LONG	.long
#define PUSHF	pushfl
#define POPF	popfl
#define LAPIC_BASE $0xfee00000
#endif

	.text
	/* on_stack(sp, fn): call fn with that stack pointer; nothing is pushed there before */
	.globl	on_stack
on_stack:
#ifdef __x86_64__
	pushq	%rbx
	movq	%rsp, %rbx
	movq	%rdi, %rsp
	jmp	*%rsi
on_stack_return:
	movq	%rbx, %rsp
	popq	%rbx
#else
	pushl	%ebx
	movl	12(%esp), %eax
	movl	8(%esp), %ecx
	movl	%esp, %ebx
	movl	%ecx, %esp
	jmp	*%eax
on_stack_return:
	movl	%ebx, %esp
	popl	%ebx
#endif
	ret

	.globl	stub_int, stub_int3, stub_ud, stub_pf, stub_irq, stub_nmi
stub_int:
	int	$SOFT_VECTOR
	jmp	on_stack_return
stub_int3:
	int3
	jmp	on_stack_return
stub_ud:
	ud2
	jmp	on_stack_return
stub_pf:
	movl	ABSENT, %eax
	jmp	on_stack_return
stub_irq:
	movl	LAPIC_BASE, %eax
	movl	$0, 0x310(AX)
	movl	$(1 << 18 | 1 << 14 | VECTOR), 0x300(AX)
	sti
	nop
	nop
	cli
	jmp	on_stack_return
stub_nmi:
	movl	LAPIC_BASE, %eax
	movl	0x20(AX), %ecx
	andl	$0xff000000, %ecx
	movl	%ecx, 0x310(AX)
	movl	$(1 << 14 | 4 << 8), 0x300(AX)
	nop
	nop
	nop
	jmp	on_stack_return

	/*
	 * step_list(): runs with TF set from the first label to the last; step_addresses are
	 * where each single-step trap is to come.
	 */
	.macro	step
5:	.pushsection .rodata
	LONG	5b
	.popsection
	.endm

	.section .rodata
	.align	8
	.globl	step_addresses
step_addresses:

	.text
	.globl	step_list
step_list:
#ifdef __x86_64__
	pushq	%rbx
#else
	pushl	%ebx
#endif
	movl	LAPIC_BASE, %ebx
	PUSHF
	orl	$0x100, (SP)
	POPF
	nop
	step
	xorl	%eax, %eax
	step
	cpuid
	step
	movl	LAPIC_BASE, %ebx
	step
	xorl	%eax, %eax
	step
	outb	%al, $0x80
	step
	inb	$0x61, %al
	step
#ifdef __x86_64__
	movl	0x30(%rbx), %eax		/* LAPIC version */
	step
	movl	%eax, 0xd0(%rbx)
	step
#else
	movl	0x30(%ebx), %eax
	step
	movl	%eax, 0xd0(%ebx)
	step
#endif
	movl	$0x277, %ecx
	step
	rdmsr
	step
	wrmsr
	step
	rdtsc
	step
	mov	%cr0, AX
	step
	mov	AX, %cr0
	step
	movl	%ss, %eax
	step
	movl	%eax, %ss			/* no trap before the next instruction */
	cpuid
	step
	movl	$0x5555, %edx
	step
	movl	$3, %ecx
	step
	movl	$step_buffer, %edi
	step
6:	rep insb				/* a trap after each round */
	.pushsection .rodata
	LONG	6b
	LONG	6b
	.popsection
	step
	PUSHF
	step
	andl	$~0x100, (SP)
	step
	POPF
	step
	nop
	.section .rodata
	LONG	0
	.text
#ifdef __x86_64__
	popq	%rbx
#else
	popl	%ebx
#endif
	ret

	.bss
step_buffer:
	.skip	16

	/* For CPL 3, copied to USER_PAGE. */
	.section .rodata
	.globl	user_code, user_code_end
	.globl	user_hlt, user_in, user_int, user_pf, user_cr, user_ac, user_cpuid
user_code:
user_hlt:
	hlt
user_in:
	inb	$0x61, %al
	ud2
user_int:
	int	$SOFT_VECTOR
	ud2
user_pf:
	movl	%eax, 0x100000
	ud2
user_cr:
	mov	%cr0, AX
	ud2
user_ac:
	PUSHF
	orl	$0x40000, (SP)
	POPF
	movl	1(SP), %eax
	ud2
user_cpuid:
	xorl	%eax, %eax
	cpuid
	ud2
user_code_end:

	.section .note.GNU-stack, "", @progbits
