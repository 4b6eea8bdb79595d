// SPDX-License-Identifier: GPL-2.0-only
/* cpuid: what the virtual CPU says it is, and a time stamp counter that never goes back. */
#include "guest.h"

/* FPU DE PSE TSC MSR PAE CX8 APIC SEP PGE CMOV PAT FXSR SSE SSE2 */
#define BASIC_FEATURES	0x0701ab7d

struct leaf {
	u32 a, b, c, d;
};

static struct leaf leaf(u32 n, u32 sub)
{
	struct leaf l;

	cpuid(n, sub, &l.a, &l.b, &l.c, &l.d);
	return l;
}

static void test_hypervisor(void)
{
	struct leaf l = leaf(0x40000000, 0), l1 = leaf(1, 0);
	char name[13] = "";

	memcpy(name, &l.b, 4);
	memcpy(name + 4, &l.c, 4);
	memcpy(name + 8, &l.d, 4);
	print("# hypervisor '%s', leaves to %x\n", name, l.a);
	check(l1.c >> 31, "hypervisor-bit", "is clear");
	check(l.a >= 0x40000000 && l.a < 0x40010000, "hypervisor-leaf", "maximum %x", l.a);
}

/* What is not virtualized must not be offered. */
static void test_taken_out(void)
{
	struct leaf l1 = leaf(1, 0), ext = leaf(0x80000001, 0), l = leaf(0x8000000a, 0);

	if (!on_insula()) {
		skip("no-svm-vmx-pmu", "not under Insula");
		return;
	}
	check(!(l1.c & 1 << 5), "no-vmx", "leaf 1 ecx %x", l1.c);
	check(!(ext.c & 1 << 2), "no-svm", "leaf 80000001 ecx %x", ext.c);
	/* On Intel a leaf beyond the last shows the last basic one. */
	if (leaf(0x80000000, 0).a >= 0x8000000a)
		check(!(l.a | l.b | l.c | l.d), "no-svm-leaf", "%x %x %x %x", l.a, l.b, l.c, l.d);
	check(!(ext.c & (1 << 23 | 1 << 24 | 1 << 28)), "no-amd-pmu", "ecx %x", ext.c);
	check(!(leaf(10, 0).a & 0xff), "no-intel-pmu", "leaf 10 eax %x", leaf(10, 0).a);
	check(!(l1.c & 1 << 15), "no-perf-capabilities", "leaf 1 ecx %x", l1.c);
	check(l1.c & 1 << 21, "x2apic-offered", "leaf 1 ecx %x", l1.c);
	check(l1.c & 1 << 24, "tsc-deadline-offered", "leaf 1 ecx %x", l1.c);
	check(!(leaf(7, 0).b & (1 << 2 | 1 << 25)), "no-sgx-pt", "leaf 7 ebx %x", leaf(7, 0).b);
	check(!(leaf(7, 0).d & 7 << 22), "no-amx", "leaf 7 edx %x", leaf(7, 0).d);
}

static void test_basic(void)
{
	struct leaf l0 = leaf(0, 0), l1 = leaf(1, 0), ext = leaf(0x80000000, 0);
	u32 address = leaf(0x80000008, 0).a;

	check(l0.a >= 0xd && ext.a >= 0x80000008, "leaves", "%x and %x", l0.a, ext.a);
	check((l1.d & BASIC_FEATURES) == BASIC_FEATURES, "basic-features", "leaf 1 edx %x", l1.d);
	lapic_enable();
	check(l1.b >> 24 == lapic_id(), "apic-id", "%u, APIC says %u", l1.b >> 24, lapic_id());
	check((address & 0xff) >= 36 && (address & 0xff) <= 52, "physical-address-bits", "%u",
	      address & 0xff);
	check((address >> 8 & 0xff) == 48 || (address >> 8 & 0xff) == 57, "linear-address-bits",
	      "%u", address >> 8 & 0xff);
}

static void test_osxsave(void)
{
	u32 on, off;

	if (!(leaf(1, 0).c & 1 << 26)) {
		skip("osxsave", "no XSAVE");
		return;
	}
	WRITE_CR(4, READ_CR(4) & ~(ulong)CR4_OSXSAVE);
	off = leaf(1, 0).c >> 27 & 1;
	WRITE_CR(4, READ_CR(4) | CR4_OSXSAVE);
	on = leaf(1, 0).c >> 27 & 1;
	check(on && !off, "osxsave-follows-cr4", "on %u, off %u", on, off);
}

/* Leaf 13 gives sizes for what XCR0 enables. */
static void test_xsave_size(void)
{
	u32 now, with_sse, all = leaf(0xd, 0).a;

	if (!(leaf(1, 0).c & 1 << 26))
		return;
	asm volatile("xsetbv" :: "c"(0), "a"(3), "d"(0));
	with_sse = leaf(0xd, 0).b;
	asm volatile("xsetbv" :: "c"(0), "a"(all & 7), "d"(0));
	now = leaf(0xd, 0).b;
	check(with_sse == 576, "xsave-size-sse", "%u", with_sse);
	check(now == (all & 4 ? 832 : 576), "xsave-size", "%u", now);
	check(leaf(0xd, 0).c >= now, "xsave-size-maximum", "%u", leaf(0xd, 0).c);
}

static void test_registers(void)
{
	ulong a = ~0UL << 16, b = ~0UL, c = ~0UL << 8, d = ~0UL;

	a &= ~0xffffffffUL;
	c &= ~0xffffffffUL;
	asm volatile("cpuid" : "+a"(a), "+b"(b), "+c"(c), "+d"(d));
	check(!((a | b | c | d) >> 32), "cpuid-clears-high-halves", "%lx %lx %lx %lx", a, b, c, d);
}

static void test_tsc(void)
{
	u64 last = rdtsc(), now, first = last;
	u32 i, back = 0;

	for (i = 0; i < 20000; i++) {
		now = rdtsc();
		if (now < last)
			back++;
		last = now;
		if (!(i & 255))
			leaf(0, 0);
	}
	check(!back, "tsc-monotone", "went back %u times", back);
	check(last > first, "tsc-advances", "stands at %llx", first);
}

static void test_rdtscp(void)
{
	u32 low, high, aux;

	if (!(leaf(0x80000001, 0).d & 1 << 27)) {
		skip("rdtscp", "not offered");
		return;
	}
	wrmsr(0xc0000103, 0x1234);
	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	check(aux == 0x1234, "rdtscp-aux", "%x", aux);
}

void guest_main(void)
{
	test_hypervisor();
	test_taken_out();
	test_basic();
	test_osxsave();
	test_xsave_size();
	test_registers();
	test_tsc();
	test_rdtscp();
}
