// SPDX-License-Identifier: GPL-2.0-only
/*
 * evil: a guest that means harm, do=NAME
 *
 * Some of these end the VM, with a reason; some go on for ever; some are survived, and then
 * the guest says `done` as others do. None may disturb the host or another VM.
 */
#include "guest.h"

#define HOLE		0xd0000000UL
#define HOLE_END	0xfec00000UL
#define TABLE		0x700000UL

static void jump_to(ulong where)
{
	asm volatile("jmp *%0" :: "r"(where));
}

static void jump_into_hole(void)
{
	jump_to(HOLE);
}

/* Beyond all RAM, where not even devices are. */
static void jump_into_void(void)
{
	jump_to(7UL << 30);
}

static void jump_into_apic(void)
{
	jump_to(LAPIC + 0x30);
}

static void spin(void)
{
	for (;;)
		asm volatile("cli");
}

static void spin_on_exits(void)
{
	for (;;)
		asm volatile("cli; outb %%al, $0x80" :: "a"(0));
}

static void spin_with_timer(void)
{
	lapic_enable();
	lapic_write(LAPIC_LVTT, LVT_PERIODIC | 0x40);
	lapic_write(LAPIC_TMICT, 1);
	for (;;)
		asm volatile("cli; pause");
}

static void halt_deaf(void)
{
	for (;;)
		asm volatile("cli; hlt");
}

static void write_hole(void)
{
	ulong address;

	for (address = HOLE; address < HOLE_END; address += 0x101040)
		write32(address, ~0u);
	for (address = LAPIC + 0x1000; address < 0xfff00000; address += 0x11040)
		write32(address, 0);
	check(true, "write-hole", "%s", "");
}

static void write_beyond(void)
{
	ulong address;

	for (address = 5UL << 30; address < 8UL << 30; address += 0x1001040)
		*(volatile u64 *)address = address;
	check(true, "write-beyond-ram", "%s", "");
}

/* The emulator has no SSE. */
static void unknown_on_mmio(void)
{
	WRITE_CR(4, READ_CR(4) | CR4_OSFXSR);
	asm volatile("movdqu %%xmm0, (%0)" :: "r"(HOLE) : "memory");
}

static void x87_on_mmio(void)
{
	asm volatile("fninit; fld1; fstpl (%0)" :: "r"(LAPIC + 0x380) : "memory");
}

/* 2^40 rounds: an exit each, or many, but the host must get a word in. */
static void endless_string(void)
{
	ulong di = HOLE, cx = 1UL << 40;

	asm volatile("cli; 1: rep stosb; mov %2, %0; jmp 1b" : "+D"(di), "+c"(cx) : "r"(HOLE), "a"(0));
}

static void endless_insb(void)
{
	ulong di = 0x1000000, cx = 1UL << 40;

	asm volatile("1: rep insb; jmp 1b" : "+D"(di), "+c"(cx) : "d"(0x5a00));
}

static void ins_into_hole(void)
{
	ulong di = HOLE, cx = 1000;

	asm volatile("rep insl" : "+D"(di), "+c"(cx) : "d"(0x5a00) : "memory");
	check(!cx, "ins-into-hole", "%lu left", cx);
}

static void tables_in_mmio(void)
{
	WRITE_CR(3, HOLE);
}

static void tables_in_apic(void)
{
	WRITE_CR(3, LAPIC);
}

static void tables_beyond(void)
{
	WRITE_CR(3, 7UL << 30);
}

/* Every entry of the only table is the table itself. */
static void tables_loop(void)
{
	u64 *table = (u64 *)TABLE;
	u32 i;

	for (i = 0; i < 512; i++)
		table[i] = TABLE | PTE_TABLE;
	WRITE_CR(3, TABLE);
}

/* All levels in one page, whose last one is the LAPIC: an emulated access through a loop. */
static void mmio_through_loop(void)
{
	extern u64 page_pml4[];
	u64 *table = (u64 *)TABLE;
	ulong va = 511UL << 39 | 511UL << 30 | 511UL << 21 | 1UL << 12;

	memset(table, 0, 4096);
	table[511] = TABLE | PTE_TABLE;
	table[1] = LAPIC | PTE_TABLE | PTE_PCD;
	page_pml4[511] = TABLE | PTE_TABLE;
	WRITE_CR(3, READ_CR(3));
	va |= 0xffffUL << 48;
	check(read32(va + LAPIC_VERSION) == read32(LAPIC + LAPIC_VERSION), "mmio-through-loop", "%x",
	      read32(va + LAPIC_VERSION));
}

static bool ends_the_run(u16 port)
{
	return port == 0xf4 || port == 0xcf9 || port == 0x64 || port == 0x92 || (port & ~3) == 0xcf8 ||
	       (port & 0xfff0) == 0x600 || (port & 0xfff8) == 0x3f8;
}

static void port_access(u16 port, u32 how)
{
	switch (how % 6) {
	case 0:
		outb(port, random32());
		break;
	case 1:
		outw(port, random32());
		break;
	case 2:
		outl(port, random32());
		break;
	case 3:
		inb(port);
		break;
	case 4:
		inw(port);
		break;
	case 5:
		inl(port);
	}
}

static u32 rounds(u32 usual)
{
	const char *text = argument("rounds");
	u32 n = 0;

	while (text && *text >= '0' && *text <= '9')
		n = n * 10 + *text++ - '0';
	return n ? n : usual;
}

static void port_flood(void)
{
	u32 i, n = rounds(20000);

	for (i = 0; i < n; i++) {
		u16 port = random32();

		if (i & 1)
			port &= 0x7ff;
		if (ends_the_run(port) || ends_the_run(port + 3))
			continue;
		port_access(port, random32());
	}
	check(true, "port-flood", "%s", "");
}

static void random_msr(void *arg)
{
	u32 msr = 0x800 + random32() % 0x100;

	if (random32() & 1)
		rdmsr(msr);
	else if (msr != 0x830)
		wrmsr(msr, random32() & 1 ? random32() : random32() & 0xff);
}

static void nothing(struct frame *frame)
{
	lapic_eoi();
}

static void x2apic_flood(void)
{
	u32 i, n = rounds(20000), self = 0;

	for (i = 32; i < 256; i++)
		trap_set(i, nothing);
	if (!has_x2apic()) {
		skip("x2apic-flood", "not offered");
		return;
	}
	x2apic_enable();
	irq_enable();
	for (i = 0; i < n; i++)
		trap_catch(random_msr, NULL);
	for (i = 0; i < n; i++, self++)
		wrmsr(0x83f, 0x20 + i % 0xe0);
	check(self == n, "x2apic-flood", "%u", self);
}

/* Everything, and let come what may. */
static void random_registers(void)
{
	u32 i, n = rounds(20000);

	for (i = 0; i < n; i++) {
		u32 r = random32();

		if (r & 1)
			port_access(r & 2 ? random32() & 0xfff : random32(), r >> 8);
		else if (r & 2)
			write32(LAPIC + (random32() & 0xffc), random32());
		else if (r & 4)
			write32(IOAPIC + (random32() & 0x1c), random32() & 0x1ff);
		else
			write32(HOLE + (random32() & 0x1ffffffc), random32());
	}
	check(true, "random-registers", "%s", "");
}

static void tick(struct frame *frame)
{
	lapic_write(LAPIC_EOI, 0);
	/* out of whatever loop this is, as if it had faulted */
	trap_escape(frame);
}

static void run_page(void *arg)
{
	/* whatever it leaves behind, trap_catch puts right */
	asm volatile("call *%0; int3" :: "r"(arg) : "memory");
}

static void random_code(void)
{
	u32 i, n = rounds(2000), *page = (u32 *)0x800000, k;

	lapic_enable();
	trap_set(0x40, tick);
	lapic_write(LAPIC_LVTT, 0x40);
	for (i = 0; i < n; i++) {
		for (k = 0; k < 64; k++)
			page[k] = random32();
		lapic_write(LAPIC_TMICT, 100000);
		irq_enable();
		trap_catch(run_page, page);
		irq_disable();
	}
	check(true, "random-code", "%s", "");
}

/* Interrupts to itself without end, handled with interrupts on. */
static void interrupt_storm(void)
{
	u32 i, n = rounds(20000);

	lapic_enable();
	for (i = 32; i < 256; i++)
		trap_set(i, nothing);
	irq_enable();
	for (i = 0; i < n; i++)
		lapic_icr(0, ICR_SELF | ICR_ASSERT | (0x20 + i % 0xd0));
	irq_disable();
	check(true, "interrupt-storm", "%s", "");
}

static void console_flood(void)
{
	u32 i, n = rounds(200000);

	for (i = 0; i < n; i++)
		outb(0x3f8, 'a' + i % 26);
	print("\n");
	check(true, "console-flood", "%s", "");
}

static u32 ticks_left;

static void flood_tick(struct frame *frame)
{
	lapic_eoi();
	if (!--ticks_left)
		lapic_write(LAPIC_TMICT, 0);
}

/*
 * Timers at the shortest of all intervals. Where the host's clock is fast for its CPU, the
 * LAPIC's is shorter than an interrupt takes, and nothing else runs: it ends after so many.
 */
static void timer_flood(void)
{
	u32 i, n = rounds(2000);

	ticks_left = 5 * n;
	lapic_enable();
	trap_set(0x40, flood_tick);
	lapic_write(LAPIC_LVTT, LVT_PERIODIC | 0x40);
	lapic_write(LAPIC_TMICT, 1);
	pit_program(0, 2, 1);
	pit_program(2, 3, 2);
	rtc_write(0xa, 0x23);
	rtc_write(0xb, 0x42);
	irq_enable();
	for (i = 0; i < n; i++)
		inb(0x80);
	irq_disable();
	lapic_write(LAPIC_TMICT, 0);
	rtc_write(0xb, 2);
	check(true, "timer-flood", "%s", "");
}

static const struct {
	const char *name;
	void (*fn)(void);
} deeds[] = {
	{ "triple-fault", triple_fault },
	{ "jump-hole", jump_into_hole },
	{ "jump-void", jump_into_void },
	{ "jump-apic", jump_into_apic },
	{ "spin", spin },
	{ "spin-exits", spin_on_exits },
	{ "spin-timer", spin_with_timer },
	{ "halt-deaf", halt_deaf },
	{ "write-hole", write_hole },
	{ "write-beyond", write_beyond },
	{ "unknown-mmio", unknown_on_mmio },
	{ "x87-mmio", x87_on_mmio },
	{ "endless-string", endless_string },
	{ "endless-insb", endless_insb },
	{ "ins-hole", ins_into_hole },
	{ "tables-mmio", tables_in_mmio },
	{ "tables-apic", tables_in_apic },
	{ "tables-beyond", tables_beyond },
	{ "tables-loop", tables_loop },
	{ "mmio-loop", mmio_through_loop },
	{ "port-flood", port_flood },
	{ "x2apic-flood", x2apic_flood },
	{ "random-registers", random_registers },
	{ "random-code", random_code },
	{ "interrupt-storm", interrupt_storm },
	{ "console-flood", console_flood },
	{ "timer-flood", timer_flood },
};

static u32 seed(void)
{
	const char *text = argument("seed");
	u32 n = 0;

	while (text && *text >= '0' && *text <= '9')
		n = n * 10 + *text++ - '0';
	return n;
}

void guest_main(void)
{
	const char *what;
	u32 i;

	random_seed(seed());
	for (i = 0; i < ARRAY_SIZE(deeds); i++) {
		what = argument("do");
		if (what && !strcmp(what, deeds[i].name)) {
			print("evil %s\n", what);
			deeds[i].fn();
			return;
		}
	}
	check(false, "evil", "no such deed");
}
