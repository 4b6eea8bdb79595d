// SPDX-License-Identifier: GPL-2.0-only
/*
 * msr: what can be read and written, what is refused, the rules of CR4, EFER and APIC_BASE
 *
 * QEMU's own CPU is laxer than the architecture: what it does not refuse is looked at under
 * a hypervisor only.
 */
#include "guest.h"

struct access {
	u32 msr;
	u64 value;
};

static void do_read(void *arg)
{
	struct access *a = arg;

	a->value = rdmsr(a->msr);
}

static void do_write(void *arg)
{
	struct access *a = arg;

	wrmsr(a->msr, a->value);
}

static u32 try_read(u32 msr, u64 *value)
{
	struct access a = { msr, 0 };
	u32 vector = trap_catch(do_read, &a);

	*value = a.value;
	return vector;
}

static u32 try_write(u32 msr, u64 value)
{
	struct access a = { msr, value };

	return trap_catch(do_write, &a);
}

static void test_read_back(void)
{
	static const struct access list[] = {
		{ 0xc0000081, 0x0018001000000000ULL },	/* STAR */
		{ 0xc0000082, 0xffffffff81000000ULL },	/* LSTAR */
		{ 0xc0000083, 0xffffffff82000000ULL },	/* CSTAR */
		{ 0xc0000084, 0x47700 },		/* SFMASK */
		{ 0xc0000100, 0x123456789000ULL },	/* FS.base */
		{ 0xc0000101, 0xffff888000001000ULL },	/* GS.base */
		{ 0xc0000102, 0x7fff00001000ULL },	/* KERNEL_GS.base */
		{ 0x174, 0x10 },			/* SYSENTER */
		{ 0x175, 0x123456789000ULL },
		{ 0x176, 0xffffffff81001000ULL },
		{ 0x277, 0x0007010600070106ULL },	/* PAT */
	};
	u64 old, got = 0;
	u32 i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		u32 r = try_read(list[i].msr, &old), w = try_write(list[i].msr, list[i].value);

		if (r != NO_TRAP || w != NO_TRAP || try_read(list[i].msr, &got) != NO_TRAP ||
		    got != list[i].value) {
			print("# %x: read %u, write %u, got %llx\n", list[i].msr, r, w, got);
			bad++;
		}
		try_write(list[i].msr, old);
	}
	check(!bad, "msr-read-back", "%u differ", bad);
}

/* FS and GS base are the segments' bases. */
static void test_bases(void)
{
	static u32 word = 0x600df00d;
	u32 got;

	wrmsr(0xc0000100, (ulong)&word - 16);
	asm volatile("movl %%fs:16, %0" : "=r"(got));
	check(got == word, "fs-base", "%x", got);
	wrmsr(0xc0000101, 0);
	wrmsr(0xc0000102, (ulong)&word - 32);
	asm volatile("swapgs; movl %%gs:32, %0; swapgs" : "=r"(got));
	check(got == word, "swapgs", "%x", got);
}

static void test_unknown(void)
{
	static const u32 list[] = {
		0x2, 0x8, 0x12345678, 0x4b564d02, 0x40000000, 0xc0000085, 0xc0011fff, 0xc0010117,
		0xc0010111, 0xc0010112, 0x480, 0x3a + 0x1000, 0xc1, 0x38f, 0x570,
		0x7fffffff, 0xbfffffff, 0xffffffff,
	};
	u64 value;
	u32 i, bad = 0;

	if (on_tcg()) {
		skip("msr-unknown", "QEMU has no unknown MSRs");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(list); i++) {
		u32 r = try_read(list[i], &value), w = try_write(list[i], 0x1);

		if (w != GP || (r != GP && value)) {
			print("# %x: read %u (%llx), write %u\n", list[i], r, value, w);
			bad++;
		}
	}
	check(!bad, "msr-unknown", "%u are not refused", bad);
	check(try_read(0x12345678, &value) == GP && !trap_frame.error, "msr-unknown-read",
	      "error %lx", trap_frame.error);
}

static void do_cr4(void *arg)
{
	WRITE_CR(4, *(ulong *)arg);
}

static u32 try_cr4(ulong value)
{
	return trap_catch(do_cr4, &value);
}

/* MCE is the host's to have, and yet reads as it was written. */
static void test_cr4(void)
{
	ulong cr4 = READ_CR(4), cr3 = READ_CR(3);
	u32 a, b, c, d, pcid;

	check(try_cr4(cr4 | CR4_MCE) == NO_TRAP && READ_CR(4) == (cr4 | CR4_MCE), "cr4-mce-set",
	      "%lx", READ_CR(4));
	check(try_cr4(cr4 & ~(ulong)CR4_MCE) == NO_TRAP && !(READ_CR(4) & CR4_MCE), "cr4-mce-clear",
	      "%lx", READ_CR(4));
	if (on_tcg()) {
		skip("cr4-refusals", "QEMU refuses nothing");
		WRITE_CR(4, cr4);
		return;
	}
	check(try_cr4(cr4 | CR4_VMXE) == GP && !trap_frame.error, "cr4-vmxe-refused", "taken");
	check(try_cr4(cr4 | 1UL << 40) == GP, "cr4-reserved-refused", "taken");
	check(try_cr4(cr4 & ~(ulong)CR4_PAE) == GP, "cr4-pae-in-long-mode", "taken");
	cpuid(1, 0, &a, &b, &c, &d);
	if (c & CR4_PCIDE) {	/* the same bit there */
		WRITE_CR(3, cr3 | 1 << 3);
		check(try_cr4(cr4 | CR4_PCIDE) == GP, "cr4-pcide-with-pcid", "taken");
		WRITE_CR(3, cr3);
		pcid = try_cr4(cr4 | CR4_PCIDE);
		check(pcid == NO_TRAP && READ_CR(4) & CR4_PCIDE, "cr4-pcide", "%u", pcid);
	} else {
		check(try_cr4(cr4 | CR4_PCIDE) == GP, "cr4-pcide-not-offered", "taken");
	}
	WRITE_CR(4, cr4);
	check(READ_CR(4) == cr4, "cr4-unchanged", "%lx, was %lx", READ_CR(4), cr4);
}

static void test_efer(void)
{
	u64 efer = rdmsr(MSR_EFER);

	check((efer & (EFER_LME | EFER_LMA)) == (EFER_LME | EFER_LMA), "efer-long-mode", "%llx", efer);
	check(!(efer & EFER_SVME), "efer-svme-clear", "%llx", efer);
	wrmsr(MSR_EFER, efer | EFER_SCE | EFER_NXE);
	check(rdmsr(MSR_EFER) == (efer | EFER_SCE | EFER_NXE), "efer-sce-nxe", "%llx", rdmsr(MSR_EFER));
	if (on_tcg()) {
		skip("efer-refusals", "QEMU refuses nothing");
	} else {
		check(try_write(MSR_EFER, efer | EFER_SVME) == GP, "efer-svme-refused", "taken");
		check(try_write(MSR_EFER, efer | 1 << 9) == GP, "efer-reserved-refused", "taken");
		check(try_write(MSR_EFER, efer & ~(u64)EFER_LME) == GP, "efer-lme-while-paging",
		      "taken");
		check(rdmsr(MSR_EFER) == (efer | EFER_SCE | EFER_NXE), "efer-unchanged", "%llx",
		      rdmsr(MSR_EFER));
	}
	/* LMA is the CPU's to set. */
	try_write(MSR_EFER, efer & ~(u64)EFER_LMA);
	check(rdmsr(MSR_EFER) & EFER_LMA, "efer-lma", "%llx", rdmsr(MSR_EFER));
	wrmsr(MSR_EFER, efer);
}

static void do_ret(void *arg)
{
	((void (*)(void))arg)();
}

static void test_nx(void)
{
	u8 *page = (u8 *)0x600000;
	u64 *entry = page_entry((ulong)page);
	u32 vector;

	*page = 0xc3;
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	check(trap_catch(do_ret, page) == NO_TRAP, "nx-clear", "did not run");
	*entry |= 1ULL << 63;
	invlpg((ulong)page);
	vector = trap_catch(do_ret, page);
	check(vector == PF && trap_frame.error == 0x11 && trap_cr2 == (ulong)page, "nx-set",
	      "vector %u error %lx cr2 %lx", vector, trap_frame.error, trap_cr2);
	*entry &= ~(1ULL << 63);
	invlpg((ulong)page);
}

static void test_apic_base(void)
{
	u64 base = rdmsr(MSR_APIC_BASE), value;

	check((base & ~(u64)0xfff) == LAPIC && base & APIC_BASE_ON && base & APIC_BASE_BSP,
	      "apic-base", "%llx", base);
	if (on_tcg()) {
		skip("apic-base-transitions", "QEMU refuses nothing");
		return;
	}
	check(try_write(MSR_APIC_BASE, base | 1) == GP, "apic-base-reserved", "taken");
	check(try_write(MSR_APIC_BASE, (base & ~(u64)APIC_BASE_ON) | APIC_BASE_X2) == GP,
	      "apic-base-x2-while-off", "taken");
	check(try_read(0x802, &value) == GP, "x2apic-msr-in-xapic-mode", "taken");
	check(try_write(MSR_APIC_BASE, base | APIC_BASE_X2) == NO_TRAP, "apic-base-to-x2", "refused");
	check(try_write(MSR_APIC_BASE, base) == GP, "apic-base-x2-to-xapic", "taken");
	check(try_read(0x802, &value) == NO_TRAP && value == madt_apic_id(0), "x2apic-id", "%llx",
	      value);
	check(try_read(0x80b, &value) == GP, "x2apic-eoi-read", "taken");
	check(try_write(0x80b, 1) == GP, "x2apic-eoi-nonzero", "taken");
	check(try_write(0x80b, 0) == NO_TRAP, "x2apic-eoi", "refused");
	check(try_write(0x808, 0x100) == GP, "x2apic-tpr-reserved", "taken");
	check(try_write(0x802, 0) == GP, "x2apic-id-write", "taken");
	check(try_read(0x8ff, &value) == GP, "x2apic-no-register", "taken");
	check(try_write(MSR_APIC_BASE, base & ~(u64)APIC_BASE_ON) == NO_TRAP, "apic-base-off",
	      "refused");
	check(!(rdmsr(MSR_APIC_BASE) & (APIC_BASE_ON | APIC_BASE_X2)), "apic-base-is-off", "%llx",
	      rdmsr(MSR_APIC_BASE));
	check(try_write(MSR_APIC_BASE, base) == NO_TRAP, "apic-base-on-again", "refused");
}

static void test_tsc(void)
{
	u64 before = rdtsc(), msr = rdmsr(0x10), after = rdtsc();

	if (on_tcg()) {
		skip("tsc-msr", "QEMU has none");
		return;
	}
	check(before <= msr && msr <= after, "tsc-msr", "%llx, between %llx and %llx", msr, before,
	      after);
}

static void test_registers(void)
{
	ulong a = ~0UL, d = ~0UL;

	asm volatile("rdmsr" : "+a"(a), "+d"(d) : "c"(0x277));
	check(!((a | d) >> 32), "rdmsr-clears-high-halves", "%lx %lx", a, d);
}

void guest_main(void)
{
	test_read_back();
	test_bases();
	test_unknown();
	test_cr4();
	test_efer();
	test_nx();
	test_tsc();
	test_registers();
	test_apic_base();
}
