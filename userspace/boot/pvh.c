// SPDX-License-Identifier: GPL-2.0-only
/*
 * pvh.c - the PVH boot protocol
 *
 * Xen's public/arch-x86/hvm/start_info.h and docs/misc/pvh.pandoc: the entry
 * point is in a note of the ELF file, %ebx holds the address of the start
 * info, and the CPU is in flat 32-bit protected mode.
 */
#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "e820.h"
#include "elf.h"

#define NOTE_PHYS32_ENTRY	18		/* XEN_ELFNOTE_PHYS32_ENTRY */
#define NOTES_MAX		(64 * 1024)	/* of one PT_NOTE segment, bytes */
#define START_MAGIC		0x336ec578

struct start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t nr_modules;
	uint64_t modlist_paddr;
	uint64_t cmdline_paddr;
	uint64_t rsdp_paddr;
	uint64_t memmap_paddr;		/* from version 1 on */
	uint32_t memmap_entries;
	uint32_t reserved;
};

struct modlist_entry {
	uint64_t paddr;
	uint64_t size;
	uint64_t cmdline_paddr;
	uint64_t reserved;
};

struct memmap_entry {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

/* What lies at BOOT_AREA for a PVH kernel. */
struct pvh_area {
	struct start_info info;
	struct modlist_entry initrd;
	struct memmap_entry map[E820_MAX_ENTRIES];
};

static uint64_t align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) & ~(align - 1);
}

/*
 * One note at a time, without holding more than its head: a name and a
 * description, each padded to the alignment.
 */
static int scan_notes(const struct boot_input *in, struct boot_plan *plan,
		      const struct elf_part *notes, uint64_t *entry)
{
	uint64_t align = notes->align == 8 ? 8 : 4;
	uint64_t size = notes->file_size < NOTES_MAX ? notes->file_size : NOTES_MAX;
	uint64_t pos = 0;
	Elf32_Nhdr head;

	while (pos + sizeof(head) <= size) {
		uint64_t name, desc, value = 0;
		char owner[4];

		if (boot_read(plan, in->kernel, &head, sizeof(head), notes->offset + pos))
			return -1;
		name = pos + sizeof(head);
		desc = align_up(name + head.n_namesz, align);
		pos = align_up(desc + head.n_descsz, align);
		if (desc + head.n_descsz > size)
			return 0;
		if (head.n_type != NOTE_PHYS32_ENTRY || head.n_namesz != sizeof(owner))
			continue;
		if (boot_read(plan, in->kernel, owner, sizeof(owner), notes->offset + name))
			return -1;
		if (memcmp(owner, "Xen", 4))
			continue;
		if (head.n_descsz != 4 && head.n_descsz != 8)
			return boot_refuse(plan, "%s: the PVH entry point has %u bytes, not 4 or 8",
					   in->kernel->name, head.n_descsz);
		if (boot_read(plan, in->kernel, &value, head.n_descsz, notes->offset + desc))
			return -1;
		*entry = value;
		return 1;
	}
	return 0;
}

int pvh_find_entry(const struct boot_input *in, struct boot_plan *plan,
		   const struct elf_file *elf, uint64_t *entry)
{
	for (unsigned int i = 0; i < elf->nr_notes; i++) {
		int found = scan_notes(in, plan, &elf->notes[i], entry);

		if (found)
			return found;
	}
	return 0;
}

static void fill_memory_map(const struct boot_input *in, struct pvh_area *area)
{
	struct e820_range map[E820_MAX_ENTRIES];
	unsigned int n = e820_build(map, in->memory);

	for (unsigned int i = 0; i < n; i++) {
		area->map[i].addr = map[i].address;
		area->map[i].size = map[i].size;
		area->map[i].type = map[i].type;
	}
	area->info.memmap_paddr = BOOT_AREA + offsetof(struct pvh_area, map);
	area->info.memmap_entries = n;
}

int pvh_finish(const struct boot_input *in, struct boot_plan *plan, uint64_t entry)
{
	struct pvh_area *area = boot_blob_at(plan, BOOT_AREA);
	uint64_t initrd;

	if (elf_place_cmdline(in, plan) ||
	    boot_place_initrd(in, plan, GUEST_LOW_RAM_TOP, &initrd))
		return -1;
	area->info.magic = START_MAGIC;
	area->info.version = 1;
	area->info.cmdline_paddr = BOOT_CMDLINE;
	area->info.rsdp_paddr = BOOT_ACPI;
	if (in->initrd) {
		area->info.nr_modules = 1;
		area->info.modlist_paddr = BOOT_AREA + offsetof(struct pvh_area, initrd);
		area->initrd.paddr = initrd;
		area->initrd.size = in->initrd->size;
	}
	fill_memory_map(in, area);
	plan->regs.mode = INSULA_BOOT_MODE_PROTECTED;
	plan->regs.rip = entry;
	plan->regs.rbx = BOOT_AREA;
	return 0;
}
