// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci: configuration space by ports and by memory, the host bridge; BARs of what else is there.
 *
 * An ECAM register is read by one instruction of its width, which the hypervisor emulates.
 */
#include "guest.h"

#define ADDRESS		0xcf8
#define DATA		0xcfc
#define RESET		0xcf9
#define SLOTS		32
#define NOBODY	31	/* where a twelfth nic would be */

#define COMMAND		0x04
#define CLASS		0x08
#define BAR0		0x10
#define IRQ_LINE	0x3c

struct mcfg {
	u8 header[44];
	u64 base;
	u16 segment;
	u8 first_bus, last_bus;
} __attribute__((packed));

static ulong ecam;

static void select(u32 slot, u32 reg)
{
	outl(ADDRESS, 0x80000000 | slot << 11 | (reg & ~3u));
}

static u32 config(u32 slot, u32 reg)
{
	select(slot, reg);
	return inl(DATA);
}

static void set_config(u32 slot, u32 reg, u32 v)
{
	select(slot, reg);
	outl(DATA, v);
}

static ulong in_memory(u32 slot, u32 reg)
{
	return ecam + (slot << 15) + reg;
}

static void test_address_port(void)
{
	select(0, CLASS);
	check(inl(ADDRESS) == (0x80000000 | CLASS), "address-port", "%x", inl(ADDRESS));
	outb(ADDRESS, 0);
	outw(ADDRESS + 2, 0);
	outb(ADDRESS + 3, 1);
	check(inl(ADDRESS) == (0x80000000 | CLASS), "address-port-whole", "%x", inl(ADDRESS));
	check(inb(ADDRESS) == 0xff && inw(ADDRESS + 2) == 0xffff, "address-port-pieces", "%x %x",
	      inb(ADDRESS), inw(ADDRESS + 2));
	/* The one byte among them that is another device's. */
	outb(RESET, 2);
	check(inb(RESET) == 2, "reset-port", "%x", inb(RESET));
	outb(RESET, 0);
	check(inl(ADDRESS) == (0x80000000 | CLASS), "reset-port-apart", "%x", inl(ADDRESS));
}

static void test_data_port(void)
{
	select(0, 0);
	check(inl(DATA) == 0x00081b36, "data32", "%x", inl(DATA));
	check(inw(DATA) == 0x1b36 && inw(DATA + 2) == 0x0008, "data16", "%x %x", inw(DATA),
	      inw(DATA + 2));
	check(inb(DATA) == 0x36 && inb(DATA + 1) == 0x1b, "data8", "%x %x", inb(DATA),
	      inb(DATA + 1));
	outl(ADDRESS, 0);
	check(inl(DATA) == ~0u, "data-not-enabled", "%x", inl(DATA));
	check(config(NOBODY, 0) == ~0u, "slot-empty", "%x", config(NOBODY, 0));
	outl(ADDRESS, 0x80010000);
	check(inl(DATA) == ~0u, "bus-1", "%x", inl(DATA));
	outl(ADDRESS, 0x80000100);
	check(inl(DATA) == ~0u, "function-1", "%x", inl(DATA));
}

static void test_bridge(void)
{
	check(config(0, CLASS) >> 8 == 0x060000, "bridge-class", "%x", config(0, CLASS));
	set_config(0, 0, 0);
	set_config(0, CLASS, ~0u);
	check(config(0, 0) == 0x00081b36 && config(0, CLASS) >> 8 == 0x060000, "bridge-read-only",
	      "%x %x", config(0, 0), config(0, CLASS));
	set_config(0, BAR0, ~0u);
	check(!config(0, BAR0), "bridge-no-bar", "%x", config(0, BAR0));
	/* The command register, in pieces. */
	select(0, COMMAND);
	outb(DATA, 0xff);
	check(inw(DATA) == 0x0007, "command-byte", "%x", inw(DATA));
	outw(DATA, 0x0402);
	check(inw(DATA) == 0x0402, "command-word", "%x", inw(DATA));
	outw(DATA, 0);
}

static void test_ecam(void)
{
	ulong at = in_memory(0, 0);

	check(read32(at) == 0x00081b36, "ecam32", "%x", read32(at));
	check(*(volatile u16 *)(at + 2) == 0x0008, "ecam16", "%x", *(volatile u16 *)(at + 2));
	check(*(volatile u8 *)(at + 1) == 0x1b, "ecam8", "%x", *(volatile u8 *)(at + 1));
#ifdef __x86_64__
	check(*(volatile u64 *)(at + CLASS) == (u64)config(0, CLASS), "ecam64", "%llx",
	      *(volatile u64 *)(at + CLASS));
#endif
	check(read32(in_memory(NOBODY, 0)) == ~0u, "ecam-slot-empty", "%x",
	      read32(in_memory(NOBODY, 0)));
	check(read32(at + 0x1000) == ~0u, "ecam-function-1", "%x", read32(at + 0x1000));
	check(read32(at + 0x100) == ~0u, "ecam-behind-256", "%x", read32(at + 0x100));
	check(read32(ecam + 0xffffc) == ~0u, "ecam-last", "%x", read32(ecam + 0xffffc));
	write32(at + COMMAND, 0x0403);
	check((config(0, COMMAND) & 0xffff) == 0x0403, "ecam-writes", "%x", config(0, COMMAND));
	write32(at + COMMAND, 0);
}

/* Both ways show the same, of every device. */
static void test_both_ways(void)
{
	u32 slot, reg, differ = 0, devices = 0;

	for (slot = 0; slot < SLOTS; slot++) {
		devices += config(slot, 0) != ~0u;
		for (reg = 0; reg < 256; reg += 4)
			differ += config(slot, reg) != read32(in_memory(slot, reg));
	}
	check(!differ, "both-ways", "%u registers differ", differ);
	print("# %u devices\n", devices);
}

/* A BAR is where its size says, and goes where it is put; a 64-bit one is two. */
static u32 check_bar(u32 slot, u32 bar)
{
	u32 reg = BAR0 + 4 * bar, old = config(slot, reg), is_io = old & 1;
	u32 flags = is_io ? 3 : 15, mask, size;

	set_config(slot, reg, ~0u);
	mask = config(slot, reg);
	set_config(slot, reg, old);
	if (!mask)
		return 1;
	size = -(mask & ~flags);
	check(!(size & (size - 1)), "bar-size", "slot %u bar %u: %x", slot, bar, mask);
	check((old & ~flags) && !(old & ~flags & (size - 1)), "bar-assigned", "slot %u bar %u: %x",
	      slot, bar, old);
	check((mask & flags) == (old & flags) && config(slot, reg) == old, "bar-restored",
	      "slot %u bar %u: %x %x", slot, bar, mask, config(slot, reg));
	return !is_io && (old & 6) == 4 ? 2 : 1;
}

static void test_bars(void)
{
	u32 slot, bar;

	for (slot = 1; slot < SLOTS; slot++) {
		if (config(slot, 0) == ~0u)
			continue;
		check(!(config(slot, COMMAND) & 7), "switched-off", "slot %u: %x", slot,
		      config(slot, COMMAND));
		check((config(slot, IRQ_LINE) & 0xffff) == (0x100 | (10 + slot % 2)), "interrupt-line",
		      "slot %u: %x", slot, config(slot, IRQ_LINE));
		for (bar = 0; bar < 6;)
			bar += check_bar(slot, bar);
	}
}

void guest_main(void)
{
	const struct mcfg *mcfg = acpi_table("MCFG");

	check((inb(0x4d1) & 0x0c) == 0x0c, "lines-are-levels", "%x", inb(0x4d1));
	test_address_port();
	test_data_port();
	test_bridge();
	if (!check(mcfg && mcfg->base < 1ULL << 32 && !mcfg->segment && !mcfg->first_bus, "mcfg",
		   "none, or of no use"))
		return;
	ecam = mcfg->base;
	test_ecam();
	test_both_ways();
	test_bars();
}
