// SPDX-License-Identifier: GPL-2.0-only
/*
 * modes: protected mode to real mode and back, unreal mode, paging with 2, 3 and 4 levels,
 * long mode by way of compatibility mode, and all of it twice
 */
#include "guest.h"
#include "modes.h"

extern u8 real_blob[], real_blob_end[], real_results[];
extern u32 long_results[];
void real_mode(void);
void long_mode(void);

u64 modes_pml4[512] __attribute__((aligned(4096)));
static u64 pdpt[512] __attribute__((aligned(4096)));
static u64 directories[4][512] __attribute__((aligned(4096)));
static u64 pae_pdpt[4] __attribute__((aligned(32)));
static u32 version, vendor;

static void test_real(void)
{
	u32 a, b, c, d;
	u32 *r = (u32 *)(ulong)(LOW_BLOB + (real_results - real_blob));

	memcpy((void *)LOW_BLOB, real_blob, real_blob_end - real_blob);
	lapic_write(LAPIC_LVT0, 0x700);
	real_mode();
	cpuid(0, 0, &a, &b, &c, &d);
	check(r[R_LAPIC] == version, "unreal-mmio", "%x, not %x", r[R_LAPIC], version);
	check(r[R_UNREAL] == read32(0x100000), "unreal-memory", "%x", r[R_UNREAL]);
	check(!(r[R_CR0] & (CR0_PE | CR0_PG)), "real-cr0", "%x", r[R_CR0]);
	check(r[R_CPUID] == vendor, "real-cpuid", "%x", r[R_CPUID]);
	check(r[R_MSR] == (u32)rdmsr(0x277), "real-rdmsr", "%x", r[R_MSR]);
	check(r[R_PORT] == 0x5a, "real-port", "%x", r[R_PORT]);
	check((r[R_INS] & 0xffffff) == 0x5a5a5a, "real-rep-insb", "%x", r[R_INS]);
	check(r[R_INTS] == 0x201, "real-exceptions", "%x", r[R_INTS]);
	check(r[R_IRQ] == 1, "real-interrupt", "%x", r[R_IRQ]);
	check(r[R_SEGMENT] == r[R_IRQ], "real-segment", "%x", r[R_SEGMENT]);
	check(r[R_A20] == read32(0x100000), "real-a20", "%x", r[R_A20]);
	check(!r[R_CS], "real-cs", "%x", r[R_CS]);
}

static void build_tables(void)
{
	u32 i;

	modes_pml4[0] = (ulong)pdpt | PTE_TABLE;
	for (i = 0; i < 4; i++) {
		pdpt[i] = (ulong)directories[i] | PTE_TABLE;
		pae_pdpt[i] = (ulong)directories[i] | PTE_P;
	}
	for (i = 0; i < 4 * 512; i++)
		directories[i / 512][i % 512] = (u64)i << 21 | PTE_LARGE;
}

static void test_pae(void)
{
	u32 *alias = (u32 *)0x40000000, there = 0x1234abcd, got, mmio;

	*(volatile u32 *)0x600000 = there;
	directories[1][0] = 0x600000 | PTE_LARGE;
	WRITE_CR(4, READ_CR(4) | CR4_PAE);
	WRITE_CR(3, pae_pdpt);
	WRITE_CR(0, READ_CR(0) | CR0_PG);
	got = *(volatile u32 *)alias;
	mmio = read32(LAPIC + LAPIC_VERSION);
	WRITE_CR(0, READ_CR(0) & ~(ulong)CR0_PG);
	WRITE_CR(4, READ_CR(4) & ~(ulong)CR4_PAE);
	check(got == there, "pae-mapping", "%x", got);
	check(mmio == version, "pae-mmio", "%x", mmio);
}

static void test_two_levels(void)
{
	u32 got;

	paging_enable();
	map_page(0x40000000, 0x600000, PTE_TABLE);
	got = *(volatile u32 *)0x40000000;
	map_page(0x40000000, LAPIC, PTE_TABLE);
	check(got == 0x1234abcd && read32(0x40000000 + LAPIC_VERSION) == version,
	      "two-level-mapping", "%x", got);
	unmap_page(0x40000000);
	WRITE_CR(0, READ_CR(0) & ~(ulong)CR0_PG);
}

static void test_long(void)
{
	u32 *l = long_results;

	long_mode();
	check(l[L_COMPAT_MMIO] == version, "compat-mmio", "%x", l[L_COMPAT_MMIO]);
	check(l[L_COMPAT_CPUID] == vendor, "compat-cpuid", "%x", l[L_COMPAT_CPUID]);
	check((l[L_EFER] & (EFER_LME | EFER_LMA)) == (EFER_LME | EFER_LMA), "long-efer", "%x",
	      l[L_EFER]);
	check(l[L_WIDE] == 0x01234567, "long-wide-registers", "%x", l[L_WIDE]);
	check(l[L_MMIO] == version, "long-mmio", "%x", l[L_MMIO]);
	check(l[L_CPUID] == vendor, "long-cpuid", "%x", l[L_CPUID]);
	check((l[L_EFER_AFTER] & (EFER_LME | EFER_LMA)) == EFER_LME, "long-left", "%x",
	      l[L_EFER_AFTER]);
}

/* Without paging, a write through a stale translation would be seen. */
static void test_paging_off(void)
{
	*(volatile u32 *)0x600000 = 7;
	paging_join();
	map_page(0x800000, 0x600000, PTE_TABLE);
	check(*(volatile u32 *)0x800000 == 7, "paging-on", "%x", *(volatile u32 *)0x800000);
	WRITE_CR(0, READ_CR(0) & ~(ulong)CR0_PG);
	*(volatile u32 *)0x800000 = 9;
	check(*(volatile u32 *)0x600000 == 7, "paging-off-flushes", "%x", *(volatile u32 *)0x600000);
}

void guest_main(void)
{
	u32 a, c, d, round;

	lapic_enable();
	version = lapic_read(LAPIC_VERSION);
	cpuid(0, 0, &a, &vendor, &c, &d);
	for (round = 1; round <= 2; round++) {
		print("# round %u\n", round);
		build_tables();	/* QEMU marks PDPTEs as accessed, where that bit is reserved */
		test_real();
		test_pae();
		test_two_levels();
		test_long();
	}
	test_paging_off();
}
