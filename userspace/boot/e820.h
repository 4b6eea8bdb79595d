/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * e820.h - the map of guest-physical memory, as firmware would tell it
 */
#ifndef INSULA_BOOT_E820_H
#define INSULA_BOOT_E820_H

#include <stdint.h>

#define E820_MAX_ENTRIES	8

/* ACPI 6.4, table 15-374; the same numbers serve PVH and multiboot. */
enum e820_type {
	E820_RAM = 1,
	E820_RESERVED = 2,
};

/**
 * struct e820_range - one line of the map
 * @address: guest-physical, where it begins
 * @size: bytes
 * @type: what is there
 */
struct e820_range {
	uint64_t address;
	uint64_t size;
	enum e820_type type;
};

/**
 * e820_build() - the map of a machine
 * @map: filled in, ascending, without overlaps
 * @memory: size of RAM in bytes, at least GUEST_MIN_MEMORY
 *
 * RAM is told of from 0 to the VGA area, from 1 MiB to the device hole, and
 * from 4 GiB on. The ACPI tables, PCI's configuration space and the interrupt
 * controllers are reserved.
 *
 * Return: the number of entries.
 */
unsigned int e820_build(struct e820_range map[E820_MAX_ENTRIES], uint64_t memory);

#endif
