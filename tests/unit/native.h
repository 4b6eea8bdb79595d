/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * native.h - run one instruction on this very processor
 *
 * Loads all general registers and the flags, jumps to the instruction, and takes
 * them back. In 32- and 16-bit code, data segments come from the local descriptor
 * table and are based at the arena, if the kernel lets us have one. In 64-bit code
 * no descriptor is loaded at all: there are hosts that let a process keep its
 * segments, and fail when it loads one.
 */
#ifndef _UNIT_NATIVE_H
#define _UNIT_NATIVE_H

#include <asm/ldt.h>
#include <asm/prctl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "insn_cases.h"

/* Code lies directly below the arena, RIP-relative operands reach into it. */
#define ARENA_SIZE	0x4000
#define CODE_SIZE	0x20000
#define CODE_START	(CASE_ARENA - CODE_SIZE)
#define CODE16_OFFSET	0x100		/* in the 16-bit code segment, at CODE_START */

#define LINUX_CS64	0x33
#define LINUX_CS32	0x23
#define LINUX_DS	0x2b
#define LDT_DATA	0x07
#define LDT_CODE16	0x0f

/* The assembly below knows the offsets. */
struct native_cpu {
	uint64_t gpr[16];
	uint64_t rflags;		/* 128 */
	uint64_t start;			/* 136: the instruction, or native_far() */
	uint32_t target;		/* 144: a far pointer, with the next one */
	uint16_t cs, ds, ss;		/* 148, 150, 152; DS is ES as well */
};

void native_enter(struct native_cpu *cpu);
void native_far(void);
void native_exit(void);

asm(
"	.pushsection .text\n"
"	.intel_syntax noprefix\n"
"native_enter:\n"
"	push rbx\n"
"	push rbp\n"
"	push r12\n"
"	push r13\n"
"	push r14\n"
"	push r15\n"
"	mov [rip + native_rsp], rsp\n"
"	mov [rip + native_cpu], rdi\n"
"	mov rax, [rdi + 136]\n"
"	mov [rip + native_start], rax\n"
"	mov rax, [rdi + 144]\n"
"	mov [rip + native_target], rax\n"
"	movzx eax, word ptr [rdi + 150]\n"
"	mov ds, eax\n"
"	mov es, eax\n"
"	movzx eax, word ptr [rdi + 152]\n"
"	mov ecx, ss\n"
"	cmp eax, ecx\n"
"	je 1f\n"
"	mov ss, eax\n"
"1:	push qword ptr [rdi + 128]\n"
"	popfq\n"
	/* From here on no flag may change. */
"	mov rcx, [rdi + 8]\n"
"	mov rdx, [rdi + 16]\n"
"	mov rbx, [rdi + 24]\n"
"	mov rbp, [rdi + 40]\n"
"	mov rsi, [rdi + 48]\n"
"	mov r8, [rdi + 64]\n"
"	mov r9, [rdi + 72]\n"
"	mov r10, [rdi + 80]\n"
"	mov r11, [rdi + 88]\n"
"	mov r12, [rdi + 96]\n"
"	mov r13, [rdi + 104]\n"
"	mov r14, [rdi + 112]\n"
"	mov r15, [rdi + 120]\n"
"	mov rsp, [rdi + 32]\n"
"	mov rax, [rdi]\n"
"	mov rdi, [rdi + 56]\n"
"	jmp qword ptr [rip + native_start]\n"
"native_far:\n"
"	jmp fword ptr [rip + native_target]\n"
"native_exit:\n"
"	mov [rip + native_scratch], rdi\n"
"	mov rdi, [rip + native_cpu]\n"
"	mov [rdi], rax\n"
"	mov [rdi + 32], rsp\n"
"	mov rsp, [rip + native_rsp]\n"
"	pushfq\n"
"	pop qword ptr [rdi + 128]\n"
"	mov eax, ss\n"
"	cmp eax, 0x2b\n"
"	je 1f\n"
"	mov eax, 0x2b\n"
"	mov ss, eax\n"
"1:	mov rax, [rip + native_scratch]\n"
"	mov [rdi + 56], rax\n"
"	mov [rdi + 8], rcx\n"
"	mov [rdi + 16], rdx\n"
"	mov [rdi + 24], rbx\n"
"	mov [rdi + 40], rbp\n"
"	mov [rdi + 48], rsi\n"
"	mov [rdi + 64], r8\n"
"	mov [rdi + 72], r9\n"
"	mov [rdi + 80], r10\n"
"	mov [rdi + 88], r11\n"
"	mov [rdi + 96], r12\n"
"	mov [rdi + 104], r13\n"
"	mov [rdi + 112], r14\n"
"	mov [rdi + 120], r15\n"
"	cld\n"
"	xor eax, eax\n"
"	mov ds, eax\n"
"	mov es, eax\n"
"	pop r15\n"
"	pop r14\n"
"	pop r13\n"
"	pop r12\n"
"	pop rbp\n"
"	pop rbx\n"
"	ret\n"
"	.att_syntax\n"
"	.popsection\n"
"	.local native_rsp, native_cpu, native_scratch, native_start, native_target\n"
"	.comm native_rsp, 8\n"
"	.comm native_cpu, 8\n"
"	.comm native_scratch, 8\n"
"	.comm native_start, 8\n"
"	.comm native_target, 16\n"
);

static const char *native_text = "";
static bool native_has_ldt;

/* An instruction that faults is a mistake of the test; say which. */
static void native_on_fault(int sig, siginfo_t *info, void *context)
{
	fprintf(stderr, "signal %d, address %p, at: %s\n", sig, info->si_addr, native_text);
	_exit(1);
}

static void native_map(uintptr_t at, size_t size, int prot)
{
	void *p = mmap((void *)at, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		       -1, 0);

	if (p != (void *)at)
		asm_die("mmap");
}

static int native_set_ldt(unsigned int entry, uintptr_t base, unsigned int limit, bool code16)
{
	struct user_desc desc = {
		.entry_number = entry,
		.base_addr = base,
		.limit = limit,
		.seg_32bit = !code16,
		.contents = code16 ? MODIFY_LDT_CONTENTS_CODE : MODIFY_LDT_CONTENTS_DATA,
		.limit_in_pages = !code16,
		.useable = 1,
	};

	return syscall(SYS_modify_ldt, 1, &desc, sizeof(desc));
}

/* There are kernels that take descriptors, and yet load no table. */
static bool native_can_load(unsigned int selector)
{
	unsigned int rights;
	bool can;

	asm("lar %2, %0" : "=r"(rights), "=@ccz"(can) : "r"(selector));
	return can;
}

static void native_setup(uint64_t gs_base)
{
	static char stack[65536];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_sigaction = native_on_fault,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };
	static const int sigs[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP };

	native_map(CODE_START, CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
	native_map(CASE_ARENA, ARENA_SIZE, PROT_READ | PROT_WRITE);
	sigaltstack(&alt, NULL);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		sigaction(sigs[i], &sa, NULL);
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, gs_base))
		asm_die("arch_prctl");
	native_has_ldt = !native_set_ldt(0, CASE_ARENA, 0xfffff, false) &&
			 !native_set_ldt(1, CODE_START, 0xffff, true) &&
			 native_can_load(LDT_DATA) && native_can_load(LDT_CODE16);
}

/* A jump from code of @mode to native_exit(); @at is below 4 GiB. */
static void native_put_return(uint8_t *at, unsigned int mode)
{
	/* jmp [rip]: the address follows */
	static const uint8_t jump[] = { 0xff, 0x25, 0, 0, 0, 0 };
	uint64_t exit = (uintptr_t)native_exit;
	uint16_t cs = LINUX_CS64;
	uint32_t thunk;

	if (mode != 8) {
		if (mode == 2)
			*at++ = 0x66;
		*at++ = 0xea;		/* a far jump to directly behind itself */
		thunk = (uintptr_t)at + 6;
		memcpy(at, &thunk, 4);
		memcpy(at + 4, &cs, 2);
		at += 6;
	}
	memcpy(at, jump, sizeof(jump));
	memcpy(at + sizeof(jump), &exit, 8);
}

/* Run the instruction once, at linear address @at in the code area. */
static void native_run(struct native_cpu *cpu, const struct asm_insn *code, uintptr_t at)
{
	memcpy((void *)at, code->bytes, code->len);
	native_put_return((uint8_t *)at + code->len, code->mode);
	native_text = code->text;
	cpu->start = code->mode == 8 ? at : (uintptr_t)native_far;
	cpu->target = code->mode == 2 ? at - CODE_START : at;
	cpu->cs = code->mode == 8 ? LINUX_CS64 : code->mode == 4 ? LINUX_CS32 : LDT_CODE16;
	cpu->ds = code->mode == 8 ? 0 : LDT_DATA;
	cpu->ss = code->mode == 8 ? LINUX_DS : LDT_DATA;
	native_enter(cpu);
}

#endif
