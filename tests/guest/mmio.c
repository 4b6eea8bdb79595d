// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmio: each instruction of mmio-cases.S (or, as the guest mmio16, of mmio16-cases.S) on a
 * device, judged by the CPU itself
 *
 * A window in the guest's address space shows memory first, then a device register with the
 * same content. What the CPU does to registers, flags and memory is what has to come out of
 * the device access, too. Then the same with the instruction, and with the operand, across
 * the border of two pages.
 */
#include "mmio.h"

#define UNCLAIMED	0xd0000000UL
#define PATTERN		((ulong)0x8877665544332211ULL)
#define SETS		4

static u8 ram[2][4096] __attribute__((aligned(4096)));
static u8 code_page[2][4096] __attribute__((aligned(4096)));
static u8 buffer[4096] __attribute__((aligned(4096))), buffer_before[64];
static const ulong values[SETS] = { 0, (ulong)0x8000000080008081ULL, ~0UL,
				    (ulong)0x7fffffff7fff557fULL };
static u32 void_value;
static bool movbe;

/* A device register of the size of the access, or none. */
struct target {
	ulong page;
	u32 offset;
	u32 mask;
};

static const struct target *target_for(ulong kind)
{
	static const struct target byte = { IOAPIC, 0, 0xff }, word = { IOAPIC, 0, 0xff },
		full = { LAPIC, LAPIC_TMICT, 0xffffffff };

	if (kind & K_VOID)
		return NULL;
	switch (kind & K_SIZES) {
	case K_B:
		return &byte;
	case K_W:
		return &word;
	case K_D:
		return &full;
	}
	return NULL;
}

static void set_regs(struct regs *r, const struct mmio_case *c, u32 offset, ulong value, u32 set)
{
	ulong device = case_base + offset, memory = case_base + BUFFER - WINDOW + 16;

	memset(r, 0, sizeof(*r));
	r->ax = set & 1 ? value : PATTERN;
	r->si = c->kind & K_SWAP ? device : memory;
	r->di = c->kind & K_SWAP ? memory : device;
	r->bx = r->di - 32;
	r->bp = r->di - 16;
	r->cx = INDEX;
	r->dx = FAR_BIT;
	if (!case_base)
		r->bx |= 0xabcd0000;	/* beyond 16 bits: not to be looked at */
	r->flags = 2 | (set & 1 ? FLAG_CF : 0) | (c->kind & K_DOWN ? FLAG_DF : 0);
#ifdef __x86_64__
	r->r8 = r->di;
	r->r9 = r->cx;
	r->r10 = r->r14 = r->r15 = ~PATTERN;
	r->r12 = r->bx;
	r->r13 = r->bp;
#endif
}

static ulong flags_of(const struct mmio_case *c, const struct regs *r)
{
	ulong mask = FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF | FLAG_DF;

	if (c->kind & K_NO_AF)
		mask &= ~(ulong)FLAG_AF;
	if (c->kind & K_ONLY_CF)
		mask = FLAG_CF | FLAG_DF;
	return r->flags & mask;
}

static bool same(const struct mmio_case *c, struct regs *a, struct regs *b)
{
	a->flags = flags_of(c, a);
	b->flags = flags_of(c, b);
	return !memcmp(a, b, sizeof(*a));
}

static void explain(const struct mmio_case *c, const char *where, const struct regs *cpu,
		    const struct regs *got)
{
	const ulong *x = (const ulong *)cpu, *y = (const ulong *)got;
	u32 i;

	print("# %s (%s):", c->name, where);
	for (i = 0; i < sizeof(*cpu) / sizeof(ulong); i++)
		if (x[i] != y[i])
			print(" register %u: %lx instead of %lx;", i, y[i], x[i]);
	print("\n");
}

/* Both windows hold the same; run on each. */
static bool run_pair(const struct mmio_case *c, const void *code, const struct target *t, u32 set)
{
	ulong value = t->mask ? values[set] & t->mask : (ulong)void_value;
	struct regs cpu, got;
	u32 after, want;

	set_regs(&cpu, c, t->offset, value, set);
	got = cpu;
	memset(ram, t->mask ? 0 : (int)void_value, sizeof(ram));
	if (t->mask)
		*(u32 *)&ram[0][t->offset] = value;
	memset(buffer, 0x3c, 64);
	map_page(WINDOW, (ulong)ram[0], PTE_TABLE);
	run_case(&cpu, code);
	want = *(u32 *)&ram[0][t->offset];

	memcpy(buffer_before, buffer, sizeof(buffer_before));
	memset(buffer, 0x3c, 64);
	if (t->mask)
		write32(t->page + t->offset, value);
	map_page(WINDOW, t->page, PTE_TABLE | PTE_PCD);
	run_case(&got, code);
	after = read32(t->page + t->offset);

	if (!same(c, &cpu, &got)) {
		explain(c, t->mask ? "register" : "unclaimed", &cpu, &got);
		return false;
	}
	if (t->mask && ((after ^ want) & t->mask)) {
		print("# %s: the device holds %x, not %x\n", c->name, after, want);
		return false;
	}
	if (memcmp(buffer, buffer_before, sizeof(buffer_before))) {
		print("# %s: memory differs\n", c->name);
		return false;
	}
	return true;
}

static const struct target nothing = { UNCLAIMED, 0x80, 0 };

static bool run_straight(const struct mmio_case *c)
{
	const struct target *t = target_for(c->kind);
	bool good = true;
	u32 set;

	for (set = 0; set < SETS; set++) {
		if (t)
			good &= run_pair(c, c->code, t, set);
		/* What absolute addresses name is the window's beginning. */
		good &= run_pair(c, c->code, &nothing, set);
	}
	return good;
}

/* The instruction begins @before bytes before the end of a page. */
static bool run_straddling(const struct mmio_case *c, u32 before)
{
	u8 *va = (u8 *)(ulong)(RUN_PAGES + 4096 - before);

	if (c->kind & K_FIXED)
		return true;
	map_page(RUN_PAGES, (ulong)code_page[1], PTE_TABLE);
	map_page(RUN_PAGES + 4096, (ulong)code_page[0], PTE_TABLE);
	memcpy(va, c->code, c->end - c->code);
	return run_pair(c, va, &nothing, 0);
}

static void test_cases(void)
{
	const struct mmio_case *c;
	bool straight = true, straddling = true;
	u32 n = 0, before;

	for (c = mmio_cases; c < mmio_cases_end; c++, n++) {
		if (c->kind & K_MOVBE && !movbe)
			continue;
		straight &= run_straight(c);
		for (before = 1; before < 5; before++)
			straddling &= run_straddling(c, before);
	}
	print("# %u instructions\n", n);
	check(straight, "mmio-instructions", "see above");
	check(straddling, "mmio-instruction-across-pages", "see above");
}

/* One page is memory, the other a device, in either order. */
static void test_operand_across(void)
{
	volatile u32 *p = (volatile u32 *)(ulong)(WINDOW + 4094);
	u32 got;

	memset(ram[0], 0x11, 4096);
	map_page(WINDOW, (ulong)ram[0], PTE_TABLE);
	map_page(WINDOW + 4096, UNCLAIMED, PTE_TABLE | PTE_PCD);
	got = *p;
	check(got == (0x1111 | void_value << 16), "mmio-read-memory-then-device", "%x", got);
	*p = 0x22334455;
	barrier();
	check(ram[0][4094] == 0x55 && ram[0][4095] == 0x44, "mmio-write-memory-then-device",
	      "%x %x", ram[0][4094], ram[0][4095]);
	map_page(WINDOW, UNCLAIMED, PTE_TABLE | PTE_PCD);
	map_page(WINDOW + 4096, (ulong)ram[0], PTE_TABLE);
	memset(ram[0], 0x11, 4096);
	got = *p;
	check(got == ((void_value & 0xffff) | 0x11110000), "mmio-read-device-then-memory", "%x", got);
	*p = 0x22334455;
	barrier();
	check(ram[0][0] == 0x33 && ram[0][1] == 0x22, "mmio-write-device-then-memory", "%x %x",
	      ram[0][0], ram[0][1]);
}

/* A long string from device to memory whose destination is not mapped half way. */
static void copy_far(void *arg)
{
	ulong di = WINDOW + 4096 - 16, si = RUN_PAGES, cx = 16;

	asm volatile("rep movsl" : "+D"(di), "+S"(si), "+c"(cx) :: "memory");
}

static void test_string_fault(void)
{
	u32 vector;

	memset(ram[0], 0, 4096);
	map_page(WINDOW, (ulong)ram[0], PTE_TABLE);
	unmap_page(WINDOW + 4096);
	map_page(RUN_PAGES, UNCLAIMED, PTE_TABLE | PTE_PCD);
	vector = trap_catch(copy_far, NULL);
	check(vector == PF && trap_cr2 == WINDOW + 4096, "mmio-string-page-fault",
	      "vector %u, cr2 %lx", vector, trap_cr2);
	check(vector == PF && trap_frame.cx == 12 && trap_frame.di == WINDOW + 4096 &&
	      trap_frame.si == RUN_PAGES + 16, "mmio-string-restartable", "cx %lu di %lx si %lx",
	      trap_frame.cx, trap_frame.di, trap_frame.si);
	check(*(u32 *)&ram[0][4092] == void_value, "mmio-string-progress", "%x",
	      *(u32 *)&ram[0][4092]);
}

/* A write to a page that the guest mapped read-only is the guest's own fault. */
static void write_window(void *arg)
{
	write32(WINDOW, 1);
}

static void test_read_only(void)
{
	u32 vector;

	map_page(WINDOW, UNCLAIMED, PTE_P | PTE_PCD);
	vector = trap_catch(write_window, NULL);
	check(vector == PF && trap_frame.error == 3, "mmio-read-only-page", "vector %u, error %lx",
	      vector, trap_frame.error);
}

void guest_main(void)
{
	u32 a, b, c, d;

	paging_enable();
	lapic_enable();
	lapic_write(LAPIC_LVTT, LVT_MASKED | 0x40);
	cpuid(1, 0, &a, &b, &c, &d);
	movbe = c & 1 << 22;
	void_value = read32(UNCLAIMED);
	if (on_insula())
		check(void_value == ~0u, "mmio-unclaimed-reads-ones", "%x", void_value);
	map_page(BUFFER, (ulong)buffer, PTE_TABLE);
	test_cases();
	test_operand_across();
	test_string_fault();
	test_read_only();
}
