// SPDX-License-Identifier: GPL-2.0-only
/* io: ports in all sizes, and the string instructions on them. */
#include "guest.h"

#define NOBODY		0x5a00		/* no device answers here */
#define SCRATCH		0x3ff		/* of COM1: reads back what was written */

static u8 page[2][4096] __attribute__((aligned(4096)));
#define TWO_PAGES	0x40000000UL	/* both, one after the other */

static void test_unclaimed(void)
{
	check(inb(NOBODY) == 0xff, "in8-unclaimed", "%x", inb(NOBODY));
	check(inw(NOBODY) == 0xffff, "in16-unclaimed", "%x", inw(NOBODY));
	check(inl(NOBODY) == 0xffffffff, "in32-unclaimed", "%x", inl(NOBODY));
	if (!on_tcg()) {
		check(inw(NOBODY + 1) == 0xffff, "in16-unaligned", "%x", inw(NOBODY + 1));
		check(inl(NOBODY + 3) == 0xffffffff, "in32-unaligned", "%x", inl(NOBODY + 3));
	}
	check(inb(0xffff) == 0xff, "in8-last-port", "%x", inb(0xffff));
	outb(NOBODY, 1);
	outw(NOBODY + 1, 2);
	outl(NOBODY + 3, 3);
	outb(0xffff, 4);
	check(inb(NOBODY) == 0xff, "out-unclaimed", "%x", inb(NOBODY));
}

static void test_registers(void)
{
	ulong a = ~0UL / 3;

	outb(SCRATCH, 0x42);
	asm volatile("inb %w1, %b0" : "+a"(a) : "d"(SCRATCH));
	check(a == ((~0UL / 3 & ~0xffUL) | 0x42), "in8-keeps-the-rest", "%lx", a);
	a = ~0UL / 3;
	asm volatile("inw %w1, %w0" : "+a"(a) : "d"(NOBODY));
	check(a == (~0UL / 3 | 0xffff), "in16-keeps-the-rest", "%lx", a);
	a = ~0UL;
	asm volatile("inl %w1, %k0" : "+a"(a) : "d"(NOBODY));
	check(a == 0xffffffff, "in32-clears-the-rest", "%lx", a);
}

static void test_immediate(void)
{
	u8 old = inb(0x61), a, b;

	asm volatile("inb $0x61, %0" : "=a"(a));
	asm volatile("outb %0, $0x80" :: "a"(a));
	asm volatile("outb %0, $0x61" :: "a"((u8)((old & 0xc) | 1)));
	asm volatile("inb $0x61, %0" : "=a"(b));
	check(b & 1, "io-immediate-port", "%x", b);
	outb(0x61, old & 0xf);
}

static void test_strings(void)
{
	static const char text[] = "abcdefgh";
	ulong si = (ulong)text, di = (ulong)page[0], cx = 8;
	u32 i, same = 0;

	asm volatile("rep outsb" : "+S"(si), "+c"(cx) : "d"(SCRATCH) : "memory");
	check(si == (ulong)text + 8 && !cx && inb(SCRATCH) == 'h', "rep-outsb", "si %lx cx %lx, %x",
	      si - (ulong)text, cx, inb(SCRATCH));
	memset(page[0], 0, 64);
	cx = 16;
	asm volatile("rep insb" : "+D"(di), "+c"(cx) : "d"(SCRATCH) : "memory");
	for (i = 0; i < 17; i++)
		same += page[0][i] == 'h';
	check(di == (ulong)page[0] + 16 && !cx && same == 16, "rep-insb", "di %lx cx %lx, %u equal",
	      di - (ulong)page[0], cx, same);
	di = (ulong)page[0];
	cx = 5;
	asm volatile("rep insl" : "+D"(di), "+c"(cx) : "d"(NOBODY) : "memory");
	check(di == (ulong)page[0] + 20 && *(u32 *)&page[0][16] == ~0u && !page[0][20], "rep-insl",
	      "di %lx", di - (ulong)page[0]);
	di = (ulong)&page[0][62];
	cx = 2;
	asm volatile("std; rep insw; cld" : "+D"(di), "+c"(cx) : "d"(NOBODY) : "memory");
	check(di == (ulong)&page[0][58] && *(u32 *)&page[0][60] == ~0u && !page[0][59],
	      "rep-insw-down", "di %lx", di - (ulong)page[0]);
	cx = 0;
	di = si = 0x1234;
	asm volatile("rep insb; rep outsb" : "+D"(di), "+S"(si), "+c"(cx) : "d"(NOBODY) : "memory");
	check(di == 0x1234 && si == 0x1234, "rep-zero-times", "di %lx si %lx", di, si);
	si = (ulong)text;
	asm volatile("outsb" : "+S"(si) : "d"(SCRATCH) : "memory");
	check(si == (ulong)text + 1 && inb(SCRATCH) == 'a', "outsb", "%x", inb(SCRATCH));
	si = (ulong)text + 2;
	cx = 1;
	asm volatile(".byte 0x2e; rep outsb" : "+S"(si), "+c"(cx) : "d"(SCRATCH) : "memory");
	check(inb(SCRATCH) == 'c', "outsb-segment-prefix", "%x", inb(SCRATCH));
#ifdef __x86_64__
	di = (ulong)page[0] | 1UL << 40;
	cx = 3 | 1UL << 40;
	asm volatile("addr32 rep insb" : "+D"(di), "+c"(cx) : "d"(SCRATCH) : "memory");
	check(di == (ulong)page[0] + 3 && !cx, "addr32-rep-insb", "di %lx cx %lx", di, cx);
#endif
}

static void ins_across(void *arg)
{
	ulong di = TWO_PAGES + 4096 - 8, cx = 4;

	asm volatile("rep insl" : "+D"(di), "+c"(cx) : "d"(NOBODY) : "memory");
}

static void outs_across(void *arg)
{
	ulong si = TWO_PAGES + 4096 - 3, cx = 8;

	asm volatile("rep outsb" : "+S"(si), "+c"(cx) : "d"(SCRATCH) : "memory");
}

static void test_across_pages(void)
{
	u32 vector;

	paging_enable();
	memset(page, 0, sizeof(page));
	map_page(TWO_PAGES, (ulong)page[1], PTE_TABLE);
	map_page(TWO_PAGES + 4096, (ulong)page[0], PTE_TABLE);
	check(trap_catch(ins_across, NULL) == NO_TRAP && *(u32 *)&page[1][4092] == ~0u &&
	      *(u32 *)&page[0][4] == ~0u, "rep-insl-across-pages", "wrong memory");
	unmap_page(TWO_PAGES + 4096);
	vector = trap_catch(ins_across, NULL);
	check(vector == PF && trap_cr2 == TWO_PAGES + 4096, "rep-insl-page-fault", "vector %u cr2 %lx",
	      vector, trap_cr2);
	check(trap_frame.cx == 2 && trap_frame.di == TWO_PAGES + 4096 && trap_frame.error == 2,
	      "rep-insl-restartable", "cx %lx di %lx error %lx", trap_frame.cx, trap_frame.di,
	      trap_frame.error);
	page[1][4095] = 0x77;
	vector = trap_catch(outs_across, NULL);
	check(vector == PF && trap_frame.cx == 5 && inb(SCRATCH) == 0x77, "rep-outsb-restartable",
	      "vector %u cx %lx, %x", vector, trap_frame.cx, inb(SCRATCH));
	map_page(TWO_PAGES, (ulong)page[1], PTE_P);
	vector = trap_catch(ins_across, NULL);
	check(vector == PF && trap_frame.cx == 4 && trap_frame.error == 3, "rep-insl-read-only",
	      "vector %u cx %lx error %lx", vector, trap_frame.cx, trap_frame.error);
}

/* The registers of a device of bytes, read in larger pieces. */
static void test_wide_on_bytes(void)
{
	outb(SCRATCH, 0xa5);
	check(inw(SCRATCH - 1) >> 8 == 0xa5, "in16-of-two-registers", "%x", inw(SCRATCH - 1));
	check(inl(SCRATCH - 3) >> 24 == 0xa5, "in32-of-four-registers", "%x", inl(SCRATCH - 3));
}

void guest_main(void)
{
	test_unclaimed();
	test_registers();
	test_immediate();
	test_strings();
	test_wide_on_bytes();
	test_across_pages();
}
