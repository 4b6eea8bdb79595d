// SPDX-License-Identifier: GPL-2.0-only
/*
 * excp: every exception arrives as the architecture says, also where a hypervisor has had
 * its hands in: intercepted instructions, emulated accesses, delivery onto a stack whose
 * memory the host has yet to provide, single steps over all of these
 */
#include "excp.h"

struct fault {
	const char *name;
	void (*fn)(void *);
	u32 vector;
	s32 error;		/* -1: not looked at */
};

#define INSN(name, ...) static void name(void *arg) { asm volatile(__VA_ARGS__); }

INSN(do_ud2, "ud2")
INSN(do_vmrun, "vmrun" :: "a"(0x300000))
INSN(do_vmload, "vmload" :: "a"(0x300000))
INSN(do_vmsave, "vmsave" :: "a"(0x300000))
INSN(do_stgi, "stgi")
INSN(do_clgi, "clgi")
INSN(do_invlpga, "invlpga" :: "a"(0), "c"(0))
INSN(do_vmxon, "vmxon %0" :: "m"(*(u64 *)0x300000))
INSN(do_vmcall, "vmcall")
INSN(do_vmmcall, "vmmcall")
INSN(do_divide, "divl %0" :: "r"(0), "a"(1), "d"(0) : "cc")
INSN(do_int3, "int3")
INSN(do_int_absent, "int $0xf1")
INSN(do_bad_segment, "mov %w0, %%fs" :: "r"(0x1230))
INSN(do_not_present, "mov %w0, %%fs" :: "r"(SEL_SPARE))
INSN(do_stack_not_present, "mov %w0, %%ss" :: "r"(SEL_SPARE))
INSN(do_bad_msr, "wrmsr" :: "c"(0x12345678), "a"(0), "d"(0))
INSN(do_x87_error, "fldz; fld1; fdivp; fwait")
INSN(do_sse_error, "divss %%xmm1, %%xmm0" : : : "memory")
#ifndef __x86_64__
INSN(do_null_stack, "mov %w0, %%ss" :: "r"(0))
static u32 bounds[2] = { 1, 3 };
INSN(do_bound, "bound %0, %1" :: "r"(7), "m"(bounds))
INSN(do_into, "movb $0x7f, %%al; addb $1, %%al; into" ::: "eax", "cc")
#endif

static void read_absent(void *arg)
{
	(void)*(volatile u32 *)(ABSENT + 0x123);
}

static void write_absent(void *arg)
{
	*(volatile u32 *)(ABSENT + 0x456) = 1;
}

static void write_readonly(void *arg)
{
	*(volatile u32 *)READONLY = 1;
}

static void call_absent(void *arg)
{
	((void (*)(void))(ABSENT + 0x10))();
}

static const struct fault exact[] = {
	{ "xm-sse", do_sse_error, XM, 0 },
};

static void try_all(const struct fault *list, u32 n)
{
	u32 i, vector;

	for (i = 0; i < n; i++) {
		vector = trap_catch(list[i].fn, NULL);
		check(vector == list[i].vector &&
		      (list[i].error < 0 || trap_frame.error == (ulong)list[i].error), list[i].name,
		      "vector %u, error %lx", vector, trap_frame.error);
	}
}

static void test_faults(void)
{
	static const struct fault list[] = {
		{ "ud-ud2", do_ud2, UD, 0 },
		{ "ud-vmrun", do_vmrun, UD, 0 },
		{ "ud-vmload", do_vmload, UD, 0 },
		{ "ud-vmsave", do_vmsave, UD, 0 },
		{ "ud-stgi", do_stgi, UD, 0 },
		{ "ud-clgi", do_clgi, UD, 0 },
		{ "ud-invlpga", do_invlpga, UD, 0 },
		{ "ud-vmxon", do_vmxon, UD, 0 },
		{ "de-divide", do_divide, DE, 0 },
		{ "bp-int3", do_int3, BP, 0 },
		{ "gp-selector", do_bad_segment, GP, 0x1230 },
		{ "np-segment", do_not_present, NP, SEL_SPARE },
		{ "ss-segment", do_stack_not_present, SS, SEL_SPARE },
		{ "pf-read", read_absent, PF, 0 },
		{ "pf-write", write_absent, PF, 2 },
		{ "pf-readonly", write_readonly, PF, 3 },
		{ "pf-fetch", call_absent, PF, -1 },
		{ "mf-x87", do_x87_error, MF, 0 },
#ifndef __x86_64__
		{ "gp-null-stack", do_null_stack, GP, 0 },
		{ "br-bound", do_bound, BR, 0 },
		{ "of-into", do_into, OF, 0 },
#endif
	};

	try_all(list, ARRAY_SIZE(list));
	if (exact_cpu())
		try_all(exact, ARRAY_SIZE(exact));
	asm volatile("fnclex");
	if (!on_tcg()) {
		u32 vector = trap_catch(do_bad_msr, NULL);

		check(vector == GP && !trap_frame.error, "gp-msr", "vector %u", vector);
		vector = trap_catch(do_vmcall, NULL);
		check(vector == UD || on_insula() == false, "ud-vmcall", "vector %u", vector);
		vector = trap_catch(do_vmmcall, NULL);
		check(vector == UD || on_insula() == false, "ud-vmmcall", "vector %u", vector);
	}
	trap_catch(read_absent, NULL);
	check(trap_cr2 == ABSENT + 0x123, "pf-cr2", "%lx", trap_cr2);
}

/* QEMU's CPU counts 16 bytes an entry here, where 8 is right. */
static bool idt_error(u32 vector)
{
	return trap_frame.error == vector * 8 + 2 ||
	       (!exact_cpu() && trap_frame.error == vector * GATE_SIZE + 2);
}

/* An entry of the IDT that is not there: #NP, or #GP beyond the limit. */
static void test_idt(void)
{
	struct idt_pointer shorter = { 0xf0 * GATE_SIZE - 1, idt_pointer.base };
	u8 *gate = (u8 *)idt_pointer.base + 0xf1 * GATE_SIZE;
	u32 vector;

	gate[5] &= 0x7f;
	vector = trap_catch(do_int_absent, NULL);
	check(vector == NP && idt_error(0xf1), "np-gate", "vector %u, error %lx",
	      vector, trap_frame.error);
	gate[5] |= 0x80;
	asm volatile("lidt %0" :: "m"(shorter));
	vector = trap_catch(do_int_absent, NULL);
	check(vector == GP && idt_error(0xf1), "gp-idt-limit", "vector %u, error %lx",
	      vector, trap_frame.error);
	trap_load();
#ifdef __x86_64__
	gate = (u8 *)idt_pointer.base + PF * GATE_SIZE;
	gate[5] &= 0x7f;
	vector = trap_catch(read_absent, NULL);
	gate[5] |= 0x80;
	check(vector == DF && !trap_frame.error, "double-fault", "vector %u, error %lx", vector,
	      trap_frame.error);
#endif
}

/*
 * Deliveries onto a stack in memory that nobody has touched: each needs the host to put a
 * page there in the middle of it, and to begin again.
 */
static volatile u32 arrivals;

static void on_arrival(struct frame *frame)
{
	arrivals++;
	if (frame->vector == VECTOR)
		lapic_eoi();
	if (frame->vector == UD)
		frame->ip += 2;
	if (frame->vector == PF) {
		map_page(ABSENT, FRESH_BASE, PTE_TABLE);
		frame->error = 0;
	}
}

static void test_fresh_stacks(void)
{
	static const struct {
		const char *name;
		void (*fn)(void);
		u32 vector;
	} list[] = {
		{ "fresh-stack-int", stub_int, SOFT_VECTOR },
		{ "fresh-stack-int3", stub_int3, BP },
		{ "fresh-stack-ud", stub_ud, UD },
		{ "fresh-stack-pf", stub_pf, PF },
		{ "fresh-stack-irq", stub_irq, VECTOR },
		{ "fresh-stack-nmi", stub_nmi, NMI },
	};
	trap_handler old;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		old = trap_set(list[i].vector, on_arrival);
		arrivals = 0;
		/* a page border, so that the frame lies in two fresh pages */
		on_stack(FRESH_BASE + 0x200000 * (i + 1) + 0x1010, list[i].fn);
		check(arrivals == 1, list[i].name, "%u arrivals", arrivals);
		trap_set(list[i].vector, old);
	}
	unmap_page(ABSENT);
}

void guest_main(void)
{
	paging_enable();
	lapic_enable();
	unmap_page(ABSENT);
	map_page(READONLY, 0x600000, PTE_P);
	WRITE_CR(4, READ_CR(4) | CR4_OSFXSR | CR4_OSXMMEXCPT);
	spare_segment_absent();
	prepare_fpu();
	test_faults();
	test_idt();
	test_fresh_stacks();
	test_single_step();
	test_breakpoints();
	test_user();
}
