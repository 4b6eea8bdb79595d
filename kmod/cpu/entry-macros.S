/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry-macros.S - what the ways into a guest have in common; the backends' entry.S include it
 *
 * A function there is called with %rdi: general registers by enum insn_reg, and %rsi: the backend's
 * struct ..._world. From PUSH_HOST to POP_HOST both are on the stack: %rdi at its top, then %rsi.
 */
#include <linux/linkage.h>
#include <linux/version.h>
#include <asm/asm.h>
#include <asm/bitsperlong.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#define GPR(n) ((n) * 8)

.macro PUSH_HOST
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rsi			/* world */
	push %rdi			/* gpr */
.endm

/* No guest value stays in a register for the host to speculate with; RAX is the result, if any. */
.macro POP_HOST
	xor %ecx, %ecx
	xor %edx, %edx
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	pop %rdi
	pop %rsi
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
.endm

/* SPEC_CTRL from one field of the world at %rsi to another. RAX, RCX and RDX are lost. */
.macro SWITCH_SPEC_CTRL from:req to:req
	ALTERNATIVE "jmp .Lspec_ctrl_\@", "", X86_FEATURE_MSR_SPEC_CTRL
	mov \to(%rsi), %eax
	cmp \from(%rsi), %eax
	je .Lspec_ctrl_\@
	xor %edx, %edx
	mov $MSR_IA32_SPEC_CTRL, %ecx
	wrmsr
.Lspec_ctrl_\@:
.endm

/* The guest's registers, but RAX and RSP, from %rdi, which goes last. Flags stay. */
.macro LOAD_GUEST
	mov GPR(1)(%rdi), %rcx
	mov GPR(2)(%rdi), %rdx
	mov GPR(3)(%rdi), %rbx
	mov GPR(5)(%rdi), %rbp
	mov GPR(6)(%rdi), %rsi
	mov GPR(8)(%rdi), %r8
	mov GPR(9)(%rdi), %r9
	mov GPR(10)(%rdi), %r10
	mov GPR(11)(%rdi), %r11
	mov GPR(12)(%rdi), %r12
	mov GPR(13)(%rdi), %r13
	mov GPR(14)(%rdi), %r14
	mov GPR(15)(%rdi), %r15
	mov GPR(7)(%rdi), %rdi
.endm

/* And back. The guest's RDI has been pushed; %rdi is where they go. */
.macro STORE_GUEST
	mov %rcx, GPR(1)(%rdi)
	mov %rdx, GPR(2)(%rdi)
	mov %rbx, GPR(3)(%rdi)
	mov %rbp, GPR(5)(%rdi)
	mov %rsi, GPR(6)(%rdi)
	mov %r8, GPR(8)(%rdi)
	mov %r9, GPR(9)(%rdi)
	mov %r10, GPR(10)(%rdi)
	mov %r11, GPR(11)(%rdi)
	mov %r12, GPR(12)(%rdi)
	mov %r13, GPR(13)(%rdi)
	mov %r14, GPR(14)(%rdi)
	mov %r15, GPR(15)(%rdi)
	pop GPR(7)(%rdi)
.endm
