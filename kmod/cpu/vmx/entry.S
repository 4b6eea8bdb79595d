/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.S - into a VMX guest and out again
 *
 * Nothing is decided here. An exit loads RSP, RIP, the control registers, FS, GS, TR and
 * the SYSENTER MSRs of the host from the VMCS. Intel SDM vol. 3 §26, §27.5.
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
#define HOST_RSP_FIELD 0x6c14

.section .noinstr.text, "ax"

SYM_FUNC_START(vmx_run)
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rsi			/* world */
	push %rdi			/* gpr */

	ALTERNATIVE "jmp 1f", "", X86_FEATURE_MSR_SPEC_CTRL
	mov VMX_WORLD_SPEC_CTRL(%rsi), %eax
	cmp VMX_WORLD_HOST_SPEC_CTRL(%rsi), %eax
	je 1f
	xor %edx, %edx
	mov $MSR_IA32_SPEC_CTRL, %ecx
	wrmsr
1:
	cmp %rsp, VMX_WORLD_HOST_RSP(%rsi)
	je 2f
	mov %rsp, VMX_WORLD_HOST_RSP(%rsi)
	mov $HOST_RSP_FIELD, %eax
	vmwrite %rsp, %rax
2:
	/* The flags of this comparison last until the entry. */
	cmpb $0, VMX_WORLD_LAUNCHED(%rsi)
	mov GPR(0)(%rdi), %rax
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
	/* For objtool: an exit goes on at vmx_exited, with the stack as it is here. */
	UNWIND_HINT_SAVE
	je 4f
3:	vmresume
	jmp 6f
4:	vmlaunch
	jmp 6f
	_ASM_EXTABLE(3b, 6f)
	_ASM_EXTABLE(4b, 6f)

SYM_INNER_LABEL(vmx_exited, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ANNOTATE_NOENDBR
	push %rdi
	mov 8(%rsp), %rdi
	mov %rax, GPR(0)(%rdi)
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
	xor %ebx, %ebx			/* the result */
	jmp 7f

	/* It did not run: the guest's registers in ours are what we have just loaded. */
6:	mov $1, %ebx
7:
	/* No return prediction that the guest has trained may be used by the host. */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE

	mov 8(%rsp), %rsi
	ALTERNATIVE "jmp 8f", "", X86_FEATURE_MSR_SPEC_CTRL
	mov VMX_WORLD_HOST_SPEC_CTRL(%rsi), %eax
	cmp VMX_WORLD_SPEC_CTRL(%rsi), %eax
	je 8f
	xor %edx, %edx
	mov $MSR_IA32_SPEC_CTRL, %ecx
	wrmsr
8:
	CLEAR_BRANCH_HISTORY_VMEXIT

	/* No guest value stays in a register for the host to speculate with. */
	mov %ebx, %eax
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
SYM_FUNC_END(vmx_run)
