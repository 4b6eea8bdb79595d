/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmio-cases.S - one instruction a case, for 32- and 64-bit mode
 *
 * DI points at the device, SI at memory (K_SWAP: the other way round); BX and BP are 32 and
 * 16 below DI; CX is INDEX, DX is FAR_BIT, AX is anything. In 64-bit mode R8 is as DI, R13
 * as BP, R12 as BX, R9 as CX, R10, R14 and R15 are anything.
 */
#include "mmio.h"

#ifdef __x86_64__
#define DI	%rdi
#define SI	%rsi
#define BX	%rbx
#define BP	%rbp
#define CX	%rcx
#define LONG	.quad
#else
#define DI	%edi
#define SI	%esi
#define BX	%ebx
#define BP	%ebp
#define CX	%ecx
#define LONG	.long
#endif

	.macro	case kind, insn:vararg
	.section .rodata
1:	.asciz	"\insn"
	.text
2:	\insn
	jmp	*case_done_pointer
3:	.section .cases, "a"
	LONG	1b, 2b, 3b, \kind
	.endm

	/* one operation in its encodings with memory as destination and as source */
	.macro	alu op, flags
	case K_B | \flags, \op\()b %al, (DI)
	case K_B | \flags, \op\()b (DI), %ah
	case K_B | \flags, \op\()b $0x9c, (DI)
	case K_W | \flags, \op\()w %ax, (DI)
	case K_W | \flags, \op\()w 16(BP), %dx
	case K_W | \flags, \op\()w $0x1234, (DI)
	case K_W | \flags, \op\()w $-3, (DI)
	case K_D | \flags, \op\()l %eax, (DI)
	case K_D | \flags, \op\()l 32(BX), %ecx
	case K_D | \flags, \op\()l $0x12345678, 16(BP)
	case K_D | \flags, \op\()l $-3, (DI)
#ifdef __x86_64__
	case K_Q | \flags, \op\()q %rax, (DI)
	case K_Q | \flags, \op\()q (DI), %r10
	case K_Q | \flags, \op\()q $-0x12345678, (%r8)
	case K_D | \flags, \op\()l %r14d, 16(%r13)
	case K_B | \flags, \op\()b %sil, (DI)
#endif
	.endm

	.macro	bit_op op
	case K_D | K_ONLY_CF, \op\()l $31, (DI)
	case K_D | K_ONLY_CF, \op\()l %ecx, (DI)
	case K_W | K_ONLY_CF, \op\()w $3, (DI)
	case K_D | K_ONLY_CF | K_VOID, \op\()l %edx, (DI)
#ifdef __x86_64__
	case K_Q | K_ONLY_CF, \op\()q $40, (DI)
	case K_D | K_ONLY_CF, \op\()l %r9d, (%r8)
#endif
	.endm

	.section .cases, "a"
	.globl	mmio_cases
mmio_cases:

	/* mov: registers */
	case K_B, movb %al, (DI)
	case K_B, movb %ch, (DI)
	case K_B, movb (DI), %dl
	case K_B, movb (DI), %bh
	case K_W, movw %ax, (DI)
	case K_W, movw (DI), %cx
	case K_D, movl %eax, (DI)
	case K_D, movl (DI), %eax
	case K_D, movl %edx, 32(BX)
	case K_D, movl 16(BP), %edx
	case K_D, movl %eax, 12(BP, CX, 2)
	case K_D, movl 16(BX, CX, 8), %eax
	case K_D | K_VOID, movl WINDOW - 4(, CX, 2), %eax
	case K_D, movl %eax, %ds:(DI)
	case K_D, movl %es:(DI), %ecx
	case K_D, movl %cs:(DI), %ecx
	case K_D, movl %fs:0x20(BX), %eax
	/* mov: immediates */
	case K_B, movb $0xa5, (DI)
	case K_W, movw $0x5aa5, 16(BP)
	case K_D, movl $0x89abcdef, (DI)
	/* sign and zero extension */
	case K_B, movzbl (DI), %eax
	case K_B, movzbw (DI), %ax
	case K_W, movzwl (DI), %eax
	case K_B, movsbl (DI), %ecx
	case K_B, movsbw (DI), %dx
	case K_W, movswl (DI), %eax
	/* absolute addresses */
#ifdef __x86_64__
	case K_D | K_VOID, movabsl %eax, WINDOW
	case K_D | K_VOID, movabsl WINDOW, %eax
	case K_B, movabsb WINDOW, %al
	case K_Q, movabsq WINDOW, %rax
	case K_Q, movabsq %rax, WINDOW
	case K_D | K_VOID, movl %eax, WINDOW
	case K_D | K_VOID | K_FIXED, movl WINDOW(%rip), %ecx
	case K_D | K_VOID | K_FIXED, movl $0x13572468, WINDOW(%rip)
	case K_D, movl (%edi), %eax
	case K_D, movl %eax, 32(%ebx)
	/* more registers, eight bytes */
	case K_Q, movq %rax, (DI)
	case K_Q, movq (DI), %rax
	case K_Q, movq $-2, (DI)
	case K_D, movl %r10d, (%r8)
	case K_D, movl 16(%r13), %r15d
	case K_D, movl 32(%r12), %r14d
	case K_D, movl 16(%r12, %r9, 8), %eax
	case K_B, movb %dil, (%r8)
	case K_B, movb (%r8), %sil
	case K_B, movb %r10b, (DI)
	case K_B, movzbq (DI), %rax
	case K_W, movzwq (DI), %r10
	case K_B, movsbq (DI), %rax
	case K_W, movswq (DI), %r10
	case K_D, movslq (DI), %rax
	case K_Q, movnti %rax, (DI)
#else
	case K_D | K_VOID, movl %eax, WINDOW
	case K_D | K_VOID, movl WINDOW, %eax
	case K_B, movb %al, WINDOW
	case K_W, movw WINDOW, %ax
	case K_D | K_VOID, movl WINDOW, %ecx
#endif
	case K_D, movnti %eax, (DI)
	case K_D | K_MOVBE, movbe %eax, (DI)
	case K_W | K_MOVBE, movbe (DI), %ax

	alu	add, 0
	alu	adc, 0
	alu	sub, 0
	alu	sbb, 0
	alu	cmp, 0
	alu	and, K_NO_AF
	alu	or, K_NO_AF
	alu	xor, K_NO_AF
	case K_B | K_NO_AF, testb %al, (DI)
	case K_B | K_NO_AF, testb $0x81, (DI)
	case K_W | K_NO_AF, testw %ax, (DI)
	case K_D | K_NO_AF, testl %ecx, (DI)
	case K_D | K_NO_AF, testl $0x80000001, 16(BP)
	case K_D, lock addl %eax, (DI)
	case K_D | K_NO_AF, lock orl $1, (DI)
	case K_D, incl (DI)
	case K_B, incb (DI)
	case K_W, decw (DI)
	case K_D, decl (DI)
	case K_D, notl (DI)
	case K_B, negb (DI)
	case K_D, negl (DI)

	bit_op	bt
	bit_op	bts
	bit_op	btr
	bit_op	btc

	case K_B, xchgb %al, (DI)
	case K_W, xchgw %ax, (DI)
	case K_D, xchgl %eax, (DI)
	case K_D, lock xchgl %ecx, (DI)
	case K_D, xaddl %eax, (DI)
	case K_B, xaddb %dl, (DI)
	case K_D, cmpxchgl %ecx, (DI)
	case K_B, lock cmpxchgb %dl, (DI)

	/* strings */
	case K_B, stosb
	case K_W, stosw
	case K_D, stosl
	case K_D | K_VOID | K_DOWN, rep stosl
	case K_B | K_VOID, rep stosb
	case K_W | K_VOID, rep stosw
	case K_D | K_VOID, rep stosl
	case K_B, movsb
	case K_D, movsl
	case K_D | K_SWAP, movsl
	case K_W | K_SWAP, movsw
	case K_B | K_SWAP, movsb
	case K_D | K_SWAP, movsl %es:(SI), %es:(DI)
	case K_D | K_VOID, rep movsl
	case K_D | K_VOID | K_SWAP, rep movsl
	case K_W | K_VOID | K_SWAP | K_DOWN, rep movsw
	case K_B | K_VOID | K_SWAP, rep movsb
	case K_D | K_SWAP, lodsl
	case K_B | K_SWAP, lodsb
	case K_D, scasl
	case K_B | K_VOID, repne scasb
	case K_B | K_VOID, repe scasb
	case K_D | K_SWAP, cmpsl
	case K_B | K_VOID, repe cmpsb
#ifdef __x86_64__
	case K_Q, stosq
	case K_Q | K_VOID, rep stosq
	case K_Q | K_VOID | K_SWAP, rep movsq
	case K_D | K_VOID, addr32 rep stosl
	case K_Q | K_SWAP, lodsq
	case K_Q, pushq (DI)
	case K_Q, popq (DI)
	case K_Q, popq 16(BP)
#else
	case K_D, pushl (DI)
	case K_D, popl (DI)
	case K_W, pushw (DI)
#endif
	/* redundant prefixes */
	case K_D, .byte 0x3e, 0x2e, 0x8b, 0x07
	case K_W, .byte 0x66, 0x66, 0x8b, 0x07
	case K_D, .byte 0xf2, 0x8b, 0x07

	.section .cases, "a"
	.globl	mmio_cases_end
mmio_cases_end:

	.section .rodata
	.align	8
	.globl	case_base
case_base:
	LONG	WINDOW
case_done_pointer:
	LONG	case_done

	.bss
	.align	8
current:
	.skip	8
saved_sp:
	.skip	8
kept_di:
	.skip	8
code:
	.skip	8

	.text
	.globl	run_case
#ifdef __x86_64__
	.set	ax, 0
	.set	bx, 8
	.set	cx, 16
	.set	dx, 24
	.set	si, 32
	.set	di, 40
	.set	bp, 48
	.set	sp, 56
	.set	flags, 64
	.set	top, 72
	.set	r8_, 80

run_case:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, saved_sp
	movq	%rdi, current
	movq	%rsi, code
	pushq	$0x5a5a1234
	pushq	$0x5a5a1234
	pushq	flags(%rdi)
	popfq
	movq	ax(%rdi), %rax
	movq	bx(%rdi), %rbx
	movq	cx(%rdi), %rcx
	movq	dx(%rdi), %rdx
	movq	si(%rdi), %rsi
	movq	bp(%rdi), %rbp
	movq	r8_(%rdi), %r8
	movq	r8_ + 8(%rdi), %r9
	movq	r8_ + 16(%rdi), %r10
	movq	r8_ + 24(%rdi), %r11
	movq	r8_ + 32(%rdi), %r12
	movq	r8_ + 40(%rdi), %r13
	movq	r8_ + 48(%rdi), %r14
	movq	r8_ + 56(%rdi), %r15
	movq	di(%rdi), %rdi
	jmp	*code
case_done:
	movq	%rdi, kept_di
	movq	current, %rdi
	movq	%rax, ax(%rdi)
	movq	%rbx, bx(%rdi)
	movq	%rcx, cx(%rdi)
	movq	%rdx, dx(%rdi)
	movq	%rsi, si(%rdi)
	movq	%rbp, bp(%rdi)
	movq	%rsp, sp(%rdi)
	movq	%r8, r8_(%rdi)
	movq	%r9, r8_ + 8(%rdi)
	movq	%r10, r8_ + 16(%rdi)
	movq	%r11, r8_ + 24(%rdi)
	movq	%r12, r8_ + 32(%rdi)
	movq	%r13, r8_ + 40(%rdi)
	movq	%r14, r8_ + 48(%rdi)
	movq	%r15, r8_ + 56(%rdi)
	movq	kept_di, %rax
	movq	%rax, di(%rdi)
	movq	(%rsp), %rax
	movq	%rax, top(%rdi)
	movq	saved_sp, %rsp
	pushfq
	popq	flags(%rdi)
	cld
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
#else
	.set	ax, 0
	.set	bx, 4
	.set	cx, 8
	.set	dx, 12
	.set	si, 16
	.set	di, 20
	.set	bp, 24
	.set	sp, 28
	.set	flags, 32
	.set	top, 36

run_case:
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	movl	%esp, saved_sp
	movl	20(%esp), %edi
	movl	24(%esp), %eax
	movl	%edi, current
	movl	%eax, code
	pushl	$0x5a5a1234
	pushl	$0x5a5a1234
	pushl	flags(%edi)
	popfl
	movl	ax(%edi), %eax
	movl	bx(%edi), %ebx
	movl	cx(%edi), %ecx
	movl	dx(%edi), %edx
	movl	si(%edi), %esi
	movl	bp(%edi), %ebp
	movl	di(%edi), %edi
	jmp	*code
case_done:
	movl	%edi, kept_di
	movl	current, %edi
	movl	%eax, ax(%edi)
	movl	%ebx, bx(%edi)
	movl	%ecx, cx(%edi)
	movl	%edx, dx(%edi)
	movl	%esi, si(%edi)
	movl	%ebp, bp(%edi)
	movl	%esp, sp(%edi)
	movl	kept_di, %eax
	movl	%eax, di(%edi)
	movl	(%esp), %eax
	movl	%eax, top(%edi)
	movl	saved_sp, %esp
	pushfl
	popl	flags(%edi)
	cld
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	ret
#endif

	.section .note.GNU-stack, "", @progbits
