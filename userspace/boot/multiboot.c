// SPDX-License-Identifier: GPL-2.0-only
/*
 * multiboot.c - the Multiboot protocol, version 0.6.96, for ELF files
 *
 * The header lies in the first 8 KiB of the file; the kernel begins in flat
 * 32-bit protected mode with a magic number in %eax and the address of the
 * boot information in %ebx (sections 3.1 to 3.3).
 */
#include <inttypes.h>
#include <string.h>

#include "e820.h"
#include "elf.h"

#define HEADER_MAGIC		0x1badb002
#define HEADER_SEARCH		8192
#define HEADER_MUST		0xffff		/* flags that a loader has to understand */
#define HEADER_PAGE_ALIGN	0x0001
#define HEADER_MEMORY_INFO	0x0002
#define LOADER_MAGIC		0x2badb002

#define INFO_MEMORY		0x0001
#define INFO_CMDLINE		0x0004
#define INFO_MODULES		0x0008
#define INFO_MAP		0x0040
#define INFO_LOADER_NAME	0x0200

struct info {
	uint32_t flags;
	uint32_t mem_lower;		/* KiB from 0 */
	uint32_t mem_upper;		/* KiB from 1 MiB */
	uint32_t boot_device;
	uint32_t cmdline;
	uint32_t mods_count;
	uint32_t mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length;
	uint32_t mmap_addr;
	uint32_t drives_length;
	uint32_t drives_addr;
	uint32_t config_table;
	uint32_t boot_loader_name;
	uint32_t apm_table;
};

struct module {
	uint32_t start;
	uint32_t end;
	uint32_t string;
	uint32_t reserved;
};

struct map_entry {
	uint32_t size;			/* of what follows */
	uint64_t address;
	uint64_t length;
	uint32_t type;
} __attribute__((packed));

/* What lies at BOOT_AREA for a multiboot kernel. */
struct multiboot_area {
	struct info info;
	struct module initrd;
	struct map_entry map[E820_MAX_ENTRIES];
	char loader_name[8];
};

int multiboot_find(const struct boot_input *in, struct boot_plan *plan)
{
	uint32_t words[HEADER_SEARCH / 4] = { 0 };
	size_t len = in->kernel->size < HEADER_SEARCH ? in->kernel->size : HEADER_SEARCH;

	if (boot_read(plan, in->kernel, words, len & ~3UL, 0))
		return -1;
	for (size_t i = 0; i + 2 < len / 4; i++) {
		uint32_t unknown = words[i + 1] & HEADER_MUST &
				   ~(HEADER_PAGE_ALIGN | HEADER_MEMORY_INFO);

		if (words[i] != HEADER_MAGIC || words[i] + words[i + 1] + words[i + 2] != 0)
			continue;
		if (unknown)
			return boot_refuse(plan, "%s: the multiboot header asks for features %#x,"
					   " which there are not", in->kernel->name, unknown);
		return 1;
	}
	return 0;
}

static void fill_memory_map(const struct boot_input *in, struct multiboot_area *area)
{
	struct e820_range map[E820_MAX_ENTRIES];
	unsigned int n = e820_build(map, in->memory);

	for (unsigned int i = 0; i < n; i++)
		area->map[i] = (struct map_entry){
			.size = sizeof(area->map[i]) - sizeof(area->map[i].size),
			.address = map[i].address,
			.length = map[i].size,
			.type = map[i].type,
		};
	area->info.mmap_addr = BOOT_AREA + offsetof(struct multiboot_area, map);
	area->info.mmap_length = n * sizeof(area->map[0]);
	area->info.mem_lower = GUEST_BIOS_BASE / 1024;
	area->info.mem_upper = (boot_low_ram_top(in->memory) - GUEST_BIOS_TOP) / 1024;
	area->info.flags |= INFO_MEMORY | INFO_MAP;
}

int multiboot_finish(const struct boot_input *in, struct boot_plan *plan, uint64_t entry)
{
	struct multiboot_area *area = boot_blob_at(plan, BOOT_AREA);
	uint64_t initrd;

	if (elf_place_cmdline(in, plan) ||
	    boot_place_initrd(in, plan, GUEST_LOW_RAM_TOP, &initrd))
		return -1;
	fill_memory_map(in, area);
	area->info.flags |= INFO_CMDLINE | INFO_LOADER_NAME;
	area->info.cmdline = BOOT_CMDLINE;
	memcpy(area->loader_name, "insula", 7);
	area->info.boot_loader_name = BOOT_AREA + offsetof(struct multiboot_area, loader_name);
	if (in->initrd) {
		area->info.flags |= INFO_MODULES;
		area->info.mods_count = 1;
		area->info.mods_addr = BOOT_AREA + offsetof(struct multiboot_area, initrd);
		area->initrd.start = initrd;
		area->initrd.end = initrd + in->initrd->size;
	}
	plan->regs.mode = INSULA_BOOT_MODE_PROTECTED;
	plan->regs.rip = entry;
	plan->regs.rax = LOADER_MAGIC;
	plan->regs.rbx = BOOT_AREA;
	return 0;
}
