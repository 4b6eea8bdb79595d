/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.S - into an SVM guest and out again
 *
 * Nothing is decided here. GIF is clear throughout, so that neither interrupt nor NMI
 * sees the guest's FS, GS, TR or SYSENTER MSRs. AMD APM vol. 2 §15.5, §15.17.
 */
#include <linux/linkage.h>
#include <linux/version.h>
#include <asm/asm.h>
#include <asm/bitsperlong.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#include "world.h"

#define GPR(n) ((n) * 8)

.section .noinstr.text, "ax"

SYM_FUNC_START(svm_run)
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rsi			/* world */
	push %rdi			/* gpr */

	ALTERNATIVE "jmp 1f", "", X86_FEATURE_MSR_SPEC_CTRL
	mov SVM_WORLD_SPEC_CTRL(%rsi), %eax
	cmp SVM_WORLD_HOST_SPEC_CTRL(%rsi), %eax
	je 1f
	xor %edx, %edx
	mov $MSR_IA32_SPEC_CTRL, %ecx
	wrmsr
1:
	mov SVM_WORLD_VMCB_PA(%rsi), %rax
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

	/* With GIF clear nothing is taken here: IF decides what leaves the guest. */
	sti
	vmload %rax
	vmrun %rax
	vmsave %rax
	cli

	/* RAX is our own again; put the guest's RDI aside for one register to work with. */
	push %rdi
	mov 8(%rsp), %rdi
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

	/* The host's FS, GS, TR, LDTR, SYSENTER and SYSCALL MSRs. */
	mov 8(%rsp), %rsi
	mov SVM_WORLD_HOST_PA(%rsi), %rax
	vmload %rax

	/* No return prediction that the guest has trained may be used by the host. */
	FILL_RETURN_BUFFER %rax, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT

	ALTERNATIVE "jmp 2f", "", X86_FEATURE_MSR_SPEC_CTRL
	mov SVM_WORLD_HOST_SPEC_CTRL(%rsi), %eax
	cmp SVM_WORLD_SPEC_CTRL(%rsi), %eax
	je 2f
	xor %edx, %edx
	mov $MSR_IA32_SPEC_CTRL, %ecx
	wrmsr
2:
#ifdef UNTRAIN_RET_VM
	UNTRAIN_RET_VM
#else
	UNTRAIN_RET
#endif
	/* No guest value stays in a register for the host to speculate with. */
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
	RET
SYM_FUNC_END(svm_run)
