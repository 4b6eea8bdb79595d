/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.S - into an SVM guest and out again
 *
 * Nothing is decided here. GIF is clear throughout, so that neither interrupt nor NMI
 * sees the guest's FS, GS, TR or SYSENTER MSRs. AMD APM vol. 2 §15.5, §15.17.
 */
#include "../entry-macros.S"
#include "world.h"

.section .noinstr.text, "ax"

SYM_FUNC_START(svm_run)
	PUSH_HOST
	SWITCH_SPEC_CTRL SVM_WORLD_HOST_SPEC_CTRL, SVM_WORLD_SPEC_CTRL

	mov SVM_WORLD_VMCB_PA(%rsi), %rax
	LOAD_GUEST

	/* With GIF clear nothing is taken here: IF decides what leaves the guest. */
	sti
	vmload %rax
	vmrun %rax
	vmsave %rax
	cli

	/* RAX is our own again; put the guest's RDI aside for one register to work with. */
	push %rdi
	mov 8(%rsp), %rdi
	STORE_GUEST

	/* The host's FS, GS, TR, LDTR, SYSENTER and SYSCALL MSRs. */
	mov 8(%rsp), %rsi
	mov SVM_WORLD_HOST_PA(%rsi), %rax
	vmload %rax

	/* No return prediction that the guest has trained may be used by the host. */
	FILL_RETURN_BUFFER %rax, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT

	SWITCH_SPEC_CTRL SVM_WORLD_SPEC_CTRL, SVM_WORLD_HOST_SPEC_CTRL
#ifdef UNTRAIN_RET_VM
	UNTRAIN_RET_VM
#else
	UNTRAIN_RET
#endif
	POP_HOST
	RET
SYM_FUNC_END(svm_run)
