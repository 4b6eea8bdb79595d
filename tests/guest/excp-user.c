// SPDX-License-Identifier: GPL-2.0-only
/*
 * excp-user.c - what happens at CPL 3, and states that other tests of excp need
 */
#include "excp.h"

extern u64 gdt[];

void spare_segment_absent(void)
{
	gdt[SEL_SPARE / 8] = gdt[SEL_DATA / 8] & ~(1ULL << 47);
}

/* Unmask division by zero, with operands that make one. */
void prepare_fpu(void)
{
	static const u16 control = 0x37b;
	static const u32 mxcsr = 0x1d80;

	WRITE_CR(0, (READ_CR(0) & ~(ulong)CR0_EM) | CR0_NE);
	asm volatile("fninit; fldcw %0" :: "m"(control));
	asm volatile("ldmxcsr %0; movd %1, %%xmm0; pxor %%xmm1, %%xmm1" :: "m"(mxcsr),
		     "r"(0x3f800000));
}

static void enter(void *arg)
{
	ulong ip = USER_PAGE + ((u8 *)arg - user_code), sp = USER_STACK + 0x800;

#ifdef __x86_64__
	asm volatile("pushq %0; pushq %1; pushq $2; pushq %2; pushq %3; iretq"
		     :: "i"(SEL_USER_DATA | 3), "r"(sp), "i"(SEL_USER_CODE64 | 3), "r"(ip));
#else
	asm volatile("movl %0, %%ds; movl %0, %%es; pushl %0; pushl %1; pushl $2; pushl %2; pushl %3;"
		     "iretl" :: "r"(SEL_USER_DATA | 3), "r"(sp), "i"(SEL_USER_CODE32 | 3), "r"(ip));
#endif
}

/* Run it; the vector it ends with, and whether it ended at CPL 3. */
static void expect(const char *name, u8 *code, u32 wanted, s32 error)
{
	u32 vector = trap_catch(enter, code);

	check(vector == wanted && (trap_frame.cs & 3) == 3 &&
	      (error < 0 || trap_frame.error == (ulong)error), name, "vector %u, cs %lx, error %lx",
	      vector, trap_frame.cs, trap_frame.error);
}

static volatile u32 calls;

static void on_call(struct frame *frame)
{
	calls += (frame->cs & 3) == 3;
}

static void open_to_user(void)
{
	map_page(USER_PAGE, 0x700000, PTE_TABLE);
	map_page(USER_STACK, 0x701000, PTE_TABLE);
	memcpy((void *)USER_PAGE, user_code, user_code_end - user_code);
	/* what belongs to the kernel */
#ifdef __x86_64__
	*page_entry(0x100000) &= ~(u64)PTE_U;
	invlpg(0x100000);
#else
	map_page(0x100000, 0x100000, PTE_P | PTE_W);
#endif
}

void test_user(void)
{
	u8 *gate = (u8 *)idt_pointer.base + SOFT_VECTOR * GATE_SIZE;

	open_to_user();
	expect("user-hlt", user_hlt, GP, 0);
	expect("user-in", user_in, GP, 0);
	expect("user-int-refused", user_int, GP, exact_cpu() ? SOFT_VECTOR * 8 + 2 : -1);
	gate[5] |= 0x60;
	trap_set(SOFT_VECTOR, on_call);
	expect("user-int", user_int, UD, 0);
	check(calls == 1, "user-int-calls", "%u", calls);
	expect("user-page-fault", user_pf, PF, 7);
	expect("user-cr", user_cr, GP, 0);
	expect("user-cpuid", user_cpuid, UD, 0);
	if (!exact_cpu())
		return;
	WRITE_CR(0, READ_CR(0) | 1 << 18);
	expect("user-alignment", user_ac, AC, 0);
	WRITE_CR(0, READ_CR(0) & ~(1UL << 18));
}
