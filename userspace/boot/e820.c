// SPDX-License-Identifier: GPL-2.0-only
/*
 * e820.c - the map of guest-physical memory, as firmware would tell it
 */
#include "e820.h"

#include "boot.h"

unsigned int e820_build(struct e820_range map[E820_MAX_ENTRIES], uint64_t memory)
{
	uint64_t low_top = boot_low_ram_top(memory);
	unsigned int n = 0;

	map[n++] = (struct e820_range){ 0, GUEST_BIOS_BASE, E820_RAM };
	map[n++] = (struct e820_range){ BOOT_ACPI, BOOT_ACPI_SIZE, E820_RESERVED };
	if (low_top > GUEST_BIOS_TOP)
		map[n++] = (struct e820_range){ GUEST_BIOS_TOP, low_top - GUEST_BIOS_TOP,
						E820_RAM };
	map[n++] = (struct e820_range){ GUEST_ECAM_BASE, GUEST_ECAM_SIZE, E820_RESERVED };
	map[n++] = (struct e820_range){ GUEST_IOAPIC_BASE, GUEST_IOAPIC_SIZE, E820_RESERVED };
	map[n++] = (struct e820_range){ GUEST_LAPIC_BASE, GUEST_LAPIC_SIZE, E820_RESERVED };
	if (memory > low_top)
		map[n++] = (struct e820_range){ GUEST_HIGH_RAM_BASE, memory - low_top, E820_RAM };
	return n;
}
