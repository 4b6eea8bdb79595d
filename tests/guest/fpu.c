// SPDX-License-Identifier: GPL-2.0-only
/*
 * fpu: vector registers survive whatever leaves the guest, and the rules around them
 *
 * seed=N rounds=N: fill the registers from the seed and look at them for so many rounds
 * with halts in between: several VMs with different seeds must never see each other's.
 */
#include "guest.h"

struct vectors {
	u8 ymm[16][32];
	u32 mxcsr;
	u16 control;
} __attribute__((aligned(32)));

static struct vectors want, got;
static bool avx;
static volatile u32 ticks;

static void fill(u32 seed)
{
	u32 i, *p = (u32 *)want.ymm;

	random_seed(seed);
	for (i = 0; i < sizeof(want.ymm) / 4; i++)
		p[i] = random32();
	want.mxcsr = 0x1f80 | (seed & 3) << 13;
	want.control = 0x37f & ~((seed & 1) << 9);
}

#define EACH(op) op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) \
	op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)
#define LOAD_Y(n) "vmovdqu 32*" #n "(%0), %%ymm" #n "\n\t"
#define STORE_Y(n) "vmovdqu %%ymm" #n ", 32*" #n "(%0)\n\t"
#define LOAD_X(n) "movdqu 32*" #n "(%0), %%xmm" #n "\n\t"
#define STORE_X(n) "movdqu %%xmm" #n ", 32*" #n "(%0)\n\t"

static void load(const struct vectors *v)
{
	asm volatile("ldmxcsr %0; fldcw %1" :: "m"(v->mxcsr), "m"(v->control));
	if (avx)
		asm volatile(EACH(LOAD_Y) :: "r"(v) : "memory");
	else
		asm volatile(EACH(LOAD_X) :: "r"(v) : "memory");
}

static void store(struct vectors *v)
{
	memset(v, 0, sizeof(*v));
	asm volatile("stmxcsr %0; fnstcw %1" : "=m"(v->mxcsr), "=m"(v->control));
	if (avx)
		asm volatile(EACH(STORE_Y) :: "r"(v) : "memory");
	else
		asm volatile(EACH(STORE_X) :: "r"(v) : "memory");
}

static bool still_there(void)
{
	u32 i;

	store(&got);
	for (i = 0; i < 16; i++)
		if (memcmp(want.ymm[i], got.ymm[i], avx ? 32 : 16))
			return false;
	return want.mxcsr == got.mxcsr && want.control == got.control;
}

static void tick(struct frame *frame)
{
	ticks++;
	lapic_eoi();
}

static void halt_once(void)
{
	u32 before = ticks;

	lapic_write(LAPIC_TMICT, 200000);
	while (ticks == before)
		wait_irq();
}

static void switch_on(void)
{
	u32 a, b, c, d;

	WRITE_CR(4, READ_CR(4) | CR4_OSFXSR | CR4_OSXMMEXCPT);
	asm volatile("fninit");
	cpuid(1, 0, &a, &b, &c, &d);
	if (!(c & 1 << 26))
		return;
	WRITE_CR(4, READ_CR(4) | CR4_OSXSAVE);
	avx = c & 1 << 28;
	asm volatile("xsetbv" :: "c"(0), "a"(avx ? 7 : 3), "d"(0));
}

static void test_exits(void)
{
	u32 a, b, c, d, i;

	fill(1);
	load(&want);
	for (i = 0; i < 100; i++)
		cpuid(i & 7, 0, &a, &b, &c, &d);
	check(still_there(), "fpu-cpuid", "registers changed");
	fill(2);
	load(&want);
	print("# text through the serial port\n");
	check(still_there(), "fpu-port", "registers changed");
	fill(3);
	load(&want);
	for (i = 0; i < 100; i++)
		lapic_read(LAPIC_VERSION);
	check(still_there(), "fpu-mmio", "registers changed");
	fill(4);
	load(&want);
	for (i = 0; i < 20; i++)
		halt_once();
	check(still_there(), "fpu-halt", "registers changed");
	fill(5);
	load(&want);
	for (i = 0; i < 64; i++)
		*(volatile u32 *)(0x2000000UL + i * 0x1000) = i;
	check(still_there(), "fpu-page-fault", "registers changed");
}

static void use_sse(void *arg)
{
	asm volatile("movdqu %0, %%xmm0" :: "m"(want.ymm[0]));
}

static void use_x87(void *arg)
{
	asm volatile("fld1; fstp %st(0)");
}

static void test_task_switched(void)
{
	u32 vector;

	WRITE_CR(0, READ_CR(0) | CR0_TS);
	vector = trap_catch(use_sse, NULL);
	check(vector == NM, "ts-sse", "vector %u", vector);
	vector = trap_catch(use_x87, NULL);
	check(vector == NM, "ts-x87", "vector %u", vector);
	asm volatile("clts");
	check(!(READ_CR(0) & CR0_TS), "clts", "cr0 %lx", READ_CR(0));
	vector = trap_catch(use_sse, NULL);
	check(vector == NO_TRAP, "ts-clear", "vector %u", vector);
	WRITE_CR(0, READ_CR(0) | CR0_EM);
	vector = trap_catch(use_sse, NULL);
	check(vector == UD, "em-sse", "vector %u", vector);
	vector = trap_catch(use_x87, NULL);
	check(vector == NM, "em-x87", "vector %u", vector);
	WRITE_CR(0, READ_CR(0) & ~(ulong)CR0_EM);
	asm volatile("lmsw %w0" :: "r"(CR0_PE | CR0_MP | CR0_TS));
	check(READ_CR(0) & CR0_TS, "lmsw-ts", "cr0 %lx", READ_CR(0));
	asm volatile("clts");
}

static void set_xcr0(void *arg)
{
	asm volatile("xsetbv" :: "c"(0), "a"((u32)(ulong)arg), "d"(0));
}

static void set_xcr1(void *arg)
{
	asm volatile("xsetbv" :: "c"(5), "a"(1), "d"(0));
}

static u32 get_xcr0(void)
{
	u32 a, d;

	asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return a;
}

static void test_xcr0(void)
{
	static const u32 bad[] = { 0, 2, 4, 5, 1 << 30 | 7 };
	u32 i, vector, before;

	if (!(READ_CR(4) & CR4_OSXSAVE)) {
		skip("xcr0", "no XSAVE");
		return;
	}
	before = get_xcr0();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		vector = trap_catch(set_xcr0, (void *)(ulong)bad[i]);
		if (!check(vector == GP && get_xcr0() == before, "xcr0-invalid", "%x: vector %u",
			   bad[i], vector))
			break;
	}
	vector = trap_catch(set_xcr1, NULL);
	check(vector == GP, "xcr-5", "vector %u", vector);
	fill(6);
	load(&want);
	set_xcr0((void *)1);
	for (i = 0; i < 10; i++)
		halt_once();
	check(get_xcr0() == 1, "xcr0-x87-only", "%x", get_xcr0());
	set_xcr0((void *)(ulong)before);
	check(still_there(), "xcr0-keeps-disabled-state", "registers changed");
}

#define MSR_XSS 0xda0

static void do_xsaves(void *area)
{
	asm volatile("xsaves64 (%0)" :: "r"(area), "a"(~0), "d"(~0) : "memory");
}

static void do_xrstors(void *area)
{
	asm volatile("xrstors64 (%0)" :: "r"(area), "a"(~0), "d"(~0) : "memory");
}

static void do_read_xss(void *val)
{
	*(u64 *)val = rdmsr(MSR_XSS);
}

static void do_write_xss(void *val)
{
	wrmsr(MSR_XSS, *(u64 *)val);
}

/* With XSAVES there is XSS, in which nothing can be set; without it neither. */
static void test_xsaves(void)
{
	static u8 area[4096] __attribute__((aligned(64)));
	u64 zero = 0, some = 1 << 8, xss = ~0ULL;
	u32 a, b, c, d, vector;

	cpuid(0xd, 1, &a, &b, &c, &d);
	if (!(READ_CR(4) & CR4_OSXSAVE) || !(a & 1 << 3)) {
		vector = trap_catch(do_read_xss, &xss);
		check(vector == GP, "no-xss", "vector %u", vector);
		return;
	}
	vector = trap_catch(do_read_xss, &xss);
	check(vector == NO_TRAP && !xss, "xss", "vector %u, %llx", vector, xss);
	vector = trap_catch(do_write_xss, &zero);
	check(vector == NO_TRAP, "xss-zero", "vector %u", vector);
	vector = trap_catch(do_write_xss, &some);
	check(vector == GP, "xss-supervisor-state", "vector %u", vector);
	fill(7);
	load(&want);
	vector = trap_catch(do_xsaves, area);
	check(vector == NO_TRAP, "xsaves", "vector %u", vector);
	check(*(u64 *)(area + 520) == (1ULL << 63 | get_xcr0()), "xsaves-compacted", "%llx",
	      *(u64 *)(area + 520));
	fill(8);
	load(&want);
	fill(7);
	vector = trap_catch(do_xrstors, area);
	check(vector == NO_TRAP && still_there(), "xrstors", "vector %u", vector);
}

static void test_long_run(u32 seed, u32 rounds)
{
	u32 i;

	fill(seed);
	load(&want);
	for (i = 0; i < rounds; i++) {
		halt_once();
		if (!still_there())
			break;
	}
	check(i == rounds, "fpu-beside-others", "changed in round %u", i);
}

static u32 number(const char *text)
{
	u32 n = 0;

	while (text && *text >= '0' && *text <= '9')
		n = n * 10 + *text++ - '0';
	return n;
}

void guest_main(void)
{
	u32 seed = number(argument("seed"));

	switch_on();
	lapic_enable();
	trap_set(0x40, tick);
	lapic_write(LAPIC_TDCR, 0xb);
	lapic_write(LAPIC_LVTT, 0x40);
	if (seed) {
		test_long_run(seed, number(argument("rounds")));
		return;
	}
	test_exits();
	test_task_switched();
	test_xcr0();
	test_xsaves();
}
