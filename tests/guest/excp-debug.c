// SPDX-License-Identifier: GPL-2.0-only
/*
 * excp-debug.c - #DB: single steps over instructions that leave the guest, breakpoints,
 * watchpoints, the debug registers themselves
 */
#include "excp.h"

#define MAX_STEPS	64
#define DR6_BS		(1 << 14)
#define DR6_BD		(1 << 13)
#define DR7_GD		(1 << 13)

static volatile ulong steps[MAX_STEPS];
static volatile u32 nr_steps;
static volatile ulong dr6_seen, db_ip;
static volatile u32 watched[4] __attribute__((aligned(16)));

static void on_step(struct frame *frame)
{
	if (nr_steps < MAX_STEPS)
		steps[nr_steps++] = frame->ip;
	dr6_seen |= READ_DR(6);
	WRITE_DR(6, 0xffff0ff0);
}

static void on_break(struct frame *frame)
{
	nr_steps++;
	db_ip = frame->ip;
	dr6_seen = READ_DR(6);
	WRITE_DR(6, 0xffff0ff0);
	frame->flags |= FLAG_RF;
}

void test_single_step(void)
{
	const ulong *want = (const ulong *)step_addresses;
	trap_handler old = trap_set(DB, on_step);
	u32 i;

	nr_steps = 0;
	dr6_seen = 0;
	step_list();
	for (i = 0; i < nr_steps && want[i] == steps[i]; i++)
		;
	check(i == nr_steps && !want[i], "single-step", "trap %u of %u is at %lx, not %lx", i, nr_steps,
	      steps[i < MAX_STEPS ? i : 0], want[i]);
	check(dr6_seen & DR6_BS, "single-step-dr6", "%lx", dr6_seen);
	trap_set(DB, old);
}

static void test_registers(void)
{
	ulong value[4];
	u32 a, b, c, d, i;

	WRITE_DR(0, 0x1000);
	WRITE_DR(1, 0x2000);
	WRITE_DR(2, 0x3000);
	WRITE_DR(3, 0x4000);
	for (i = 0; i < 50; i++)
		cpuid(0, 0, &a, &b, &c, &d);
	print("# an exit to a device\n");
	value[0] = READ_DR(0);
	value[1] = READ_DR(1);
	value[2] = READ_DR(2);
	value[3] = READ_DR(3);
	check(value[0] == 0x1000 && value[1] == 0x2000 && value[2] == 0x3000 && value[3] == 0x4000,
	      "dr0-3-keep", "%lx %lx %lx %lx", value[0], value[1], value[2], value[3]);
	check((READ_DR(7) & 0xffff) == 0x400, "dr7-initial", "%lx", READ_DR(7));
}

static void do_dr4(void *arg)
{
	asm volatile("mov %%db4, %0" :: "r"(0UL));
}

static void do_dr7(void *arg)
{
	WRITE_DR(7, 0x400);
}

static void test_rules(void)
{
	u32 vector;

	WRITE_CR(4, READ_CR(4) | CR4_DE);
	vector = trap_catch(do_dr4, NULL);
	check(vector == UD, "dr4-with-de", "vector %u", vector);
	WRITE_CR(4, READ_CR(4) & ~(ulong)CR4_DE);
	if (!exact_cpu())
		return;
	WRITE_DR(6, 0xffff0ff0);
	WRITE_DR(7, 0x400 | DR7_GD);
	vector = trap_catch(do_dr7, NULL);
	check(vector == DB && READ_DR(6) & DR6_BD, "dr7-general-detect", "vector %u, dr6 %lx", vector,
	      READ_DR(6));
	WRITE_DR(6, 0xffff0ff0);
	WRITE_DR(7, 0x400);
}

/* An instruction breakpoint comes before the instruction, and RF lets it run once. */
static void test_instruction(void)
{
	extern u8 break_here[], break_cpuid[];
	u32 a, b, c, d;

	nr_steps = 0;
	WRITE_DR(0, (ulong)break_here);
	WRITE_DR(7, 0x400 | 2);
	asm volatile("nop; break_here: nop");
	check(nr_steps == 1 && db_ip == (ulong)break_here && (dr6_seen & 15) == 1, "breakpoint",
	      "%u times, at %lx, dr6 %lx", nr_steps, db_ip, dr6_seen);
	nr_steps = 0;
	WRITE_DR(3, (ulong)break_cpuid);
	WRITE_DR(7, 0x400 | 2 << 6);
	asm volatile("nop; break_cpuid: cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(0));
	check(nr_steps == 1 && db_ip == (ulong)break_cpuid && (dr6_seen & 15) == 8,
	      "breakpoint-cpuid", "%u times, at %lx, dr6 %lx", nr_steps, db_ip, dr6_seen);
	WRITE_DR(7, 0x400);
}

static void test_data(void)
{
	extern u8 after_write[], after_read[];
	u32 value;

	nr_steps = 0;
	WRITE_DR(1, (ulong)&watched[1]);
	WRITE_DR(7, 0x400 | 2 << 2 | 0xdUL << 20);	/* writes of 4 bytes */
	asm volatile("movl %0, %1; after_write: nop" :: "r"(1), "m"(watched[1]));
	check(nr_steps == 1 && db_ip == (ulong)after_write && (dr6_seen & 15) == 2, "watch-write",
	      "%u times, at %lx, dr6 %lx", nr_steps, db_ip, dr6_seen);
	nr_steps = 0;
	asm volatile("movl %1, %0" : "=r"(value) : "m"(watched[1]));
	asm volatile("movl %0, %1" :: "r"(1), "m"(watched[2]));
	check(!nr_steps, "watch-not-others", "%u times, at %lx", nr_steps, db_ip);
	WRITE_DR(2, (ulong)&watched[1]);
	WRITE_DR(7, 0x400 | 2 << 4 | 0xfUL << 24);	/* reads and writes */
	asm volatile("movl %1, %0; after_read: nop" : "=r"(value) : "m"(watched[1]));
	check(nr_steps == 1 && db_ip == (ulong)after_read && (dr6_seen & 15) == 4, "watch-read",
	      "%u times, at %lx, dr6 %lx", nr_steps, db_ip, dr6_seen);
	WRITE_DR(7, 0x400);
	nr_steps = 0;
	asm volatile("movl %1, %0" : "=r"(value) : "m"(watched[1]));
	check(!nr_steps, "watch-off", "%u times", nr_steps);
}

void test_breakpoints(void)
{
	trap_handler old;

	test_registers();
	test_rules();
	if (!exact_cpu() && !on_tcg()) {
		skip("breakpoints", "QEMU's VMRUN does not arm them");
		return;
	}
	old = trap_set(DB, on_break);
	test_instruction();
	test_data();
	trap_set(DB, old);
}
