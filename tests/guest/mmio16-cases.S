/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmio16-cases.S - one instruction a case, for 16-bit protected mode
 *
 * DS and ES have the window as their base. DI is the device's offset, SI memory's (K_SWAP:
 * the other way round); BX and BP are 32 and 16 below DI; CX is INDEX, DX is FAR_BIT, AX is
 * anything.
 */
#include "layout.h"
#include "mmio.h"

	.macro	case kind, insn:vararg
	.section .rodata
1:	.asciz	"\insn"
	.text
	.code16
2:	\insn
	ljmpl	$SEL_CODE32, $case_done
3:	.section .cases, "a"
	.long	1b, 2b, 3b, \kind
	.endm

	.macro	alu op, flags
	case K_B | \flags, \op\()b %al, (%di)
	case K_B | \flags, \op\()b (%di), %ah
	case K_B | \flags, \op\()b $0x9c, (%di)
	case K_W | \flags, \op\()w %ax, (%di)
	case K_W | \flags, \op\()w $-3, 32(%bx)
	case K_W | \flags, \op\()w $0x1234, (%di)
	case K_D | \flags, \op\()l %eax, (%di)
	case K_D | \flags, \op\()l $0x12345678, (%di)
	case K_D | \flags, \op\()l (%edi), %ecx
	.endm

	.section .cases, "a"
	.globl	mmio_cases
mmio_cases:
	case K_B, movb %al, (%di)
	case K_B, movb (%di), %dh
	case K_W, movw %ax, (%di)
	case K_W, movw (%di), %dx
	case K_D, movl %eax, (%di)
	case K_D, movl (%di), %eax
	case K_D, movl 32(%bx), %eax
	case K_D, movl %ds:16(%bp), %eax
	case K_D, movl 32 - 0x8010(%bx, %si), %eax
	case K_D, movl %eax, %ds:16 - 0x8010(%bp, %si)
	case K_D | K_SWAP, movl (%si), %eax
	case K_D | K_SWAP, movl %eax, %es:(%si)
	case K_D | K_SWAP, movl 32 - 0x8010(%bx, %si), %eax
	case K_D, movl (%edi), %eax
	case K_D, movl %eax, (%edi)
	case K_D, movl -4(%edi, %ecx, 2), %eax
	case K_W | K_VOID, movw 0x10, %ax
	case K_D | K_VOID, movl %eax, 0x10
	case K_B | K_VOID, addr32 movb 0x10, %al
	case K_B, movb $0xa5, (%di)
	case K_W, movw $0x5aa5, (%di)
	case K_D, movl $0x89abcdef, (%di)
	case K_B, movzbw (%di), %ax
	case K_B, movzbl (%di), %eax
	case K_W, movzwl (%di), %eax
	case K_B, movsbw (%di), %ax
	case K_B, movsbl (%di), %eax
	case K_W, movswl (%di), %eax

	alu	add, 0
	alu	adc, 0
	alu	sub, 0
	alu	sbb, 0
	alu	cmp, 0
	alu	and, K_NO_AF
	alu	or, K_NO_AF
	alu	xor, K_NO_AF
	case K_B | K_NO_AF, testb $0x81, (%di)
	case K_W | K_NO_AF, testw %ax, (%di)
	case K_D | K_NO_AF, testl %ecx, (%di)
	case K_W, incw (%di)
	case K_D, decl (%di)
	case K_D, notl (%di)
	case K_D, negl (%di)

	case K_W | K_ONLY_CF, btw $3, (%di)
	case K_W | K_ONLY_CF, btsw %cx, (%di)
	case K_D | K_ONLY_CF, btrl $31, (%di)
	case K_W | K_ONLY_CF | K_VOID, btcw %dx, (%di)

	case K_B, xchgb %al, (%di)
	case K_W, xchgw %ax, (%di)
	case K_D, lock xchgl %eax, (%di)
	case K_D, xaddl %eax, (%di)
	case K_D, cmpxchgl %ecx, (%di)

	case K_B, stosb
	case K_W, stosw
	case K_D, stosl
	case K_B, movsb
	case K_D | K_SWAP, movsl
	case K_W | K_SWAP, movsw
	case K_D | K_SWAP, movsl %es:(%si), %es:(%di)
	case K_D | K_SWAP, lodsl
	case K_D, scasl
	case K_B | K_VOID, rep stosb
	case K_W | K_VOID, rep stosw
	case K_D | K_VOID, rep stosl
	case K_W | K_VOID | K_SWAP, rep movsw
	case K_D | K_VOID | K_SWAP | K_DOWN, rep movsl
	case K_D | K_VOID, addr32 rep stosl
	case K_B | K_VOID, repne scasb
	case K_W, pushw (%di)
	case K_D, pushl (%di)
	case K_W, popw (%di)

	.section .cases, "a"
	.globl	mmio_cases_end
mmio_cases_end:

	.section .rodata
	.align	4
	.globl	case_base
case_base:
	.long	0

	.bss
	.align	4
current:
	.skip	4
saved_sp:
	.skip	4
kept_di:
	.skip	4

	.data
	.align	4
target:
	.long	0x100
	.word	SEL_CODE16

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

	.text
	.code32
/* set_base: let the descriptor at EDI have the base EAX. */
set_base:
	movw	%ax, 2(%edi)
	shrl	$16, %eax
	movb	%al, 4(%edi)
	movb	%ah, 7(%edi)
	ret

	.globl	run_case
run_case:
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	movl	%esp, saved_sp
	movl	20(%esp), %eax
	movl	%eax, current
	movl	24(%esp), %eax
	subl	$0x100, %eax
	movl	$gdt + SEL_CODE16, %edi
	call	set_base
	movl	$WINDOW, %eax
	movl	$gdt + SEL_DATA16, %edi
	call	set_base
	movl	current, %edi
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
	pushl	$SEL_DATA16
	popl	%es
	pushl	$SEL_DATA16
	popl	%ds
	ljmpl	*%cs:target
case_done:
	movl	%edi, %ss:kept_di
	movl	%ss:current, %edi
	movl	%eax, %ss:ax(%edi)
	movl	%ss, %eax
	movl	%eax, %ds
	movl	%eax, %es
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

	.section .note.GNU-stack, "", @progbits
