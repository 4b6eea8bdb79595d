/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.S - into a VMX guest and out again
 *
 * Nothing is decided here. An exit loads RSP, RIP, the control registers, FS, GS, TR and
 * the SYSENTER MSRs of the host from the VMCS. Intel SDM vol. 3 §26, §27.5.
 */
#include "../entry-macros.S"
#include "world.h"

#define HOST_RSP_FIELD 0x6c14

.section .noinstr.text, "ax"

SYM_FUNC_START(vmx_run)
	PUSH_HOST
	SWITCH_SPEC_CTRL VMX_WORLD_HOST_SPEC_CTRL, VMX_WORLD_SPEC_CTRL

	cmp %rsp, VMX_WORLD_HOST_RSP(%rsi)
	je 2f
	mov %rsp, VMX_WORLD_HOST_RSP(%rsi)
	mov $HOST_RSP_FIELD, %eax
	vmwrite %rsp, %rax
2:
	/* The flags of this comparison last until the entry. */
	cmpb $0, VMX_WORLD_LAUNCHED(%rsi)
	mov GPR(0)(%rdi), %rax
	LOAD_GUEST
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
	STORE_GUEST
	xor %ebx, %ebx			/* the result */
	jmp 7f

	/* It did not run: the guest's registers in ours are what we have just loaded. */
6:	mov $1, %ebx
7:
	/* No return prediction that the guest has trained may be used by the host. */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE

	mov 8(%rsp), %rsi
	SWITCH_SPEC_CTRL VMX_WORLD_SPEC_CTRL, VMX_WORLD_HOST_SPEC_CTRL
	CLEAR_BRANCH_HISTORY_VMEXIT

	mov %ebx, %eax
	POP_HOST
	RET
SYM_FUNC_END(vmx_run)
