// SPDX-License-Identifier: GPL-2.0-only
/*
 * elf.c - kernels that are ELF files, for PVH or multiboot
 *
 * Reads both classes into one form, checks where the parts would go, and
 * leaves the protocol to pvh.c or multiboot.c. Only physical addresses
 * count: the kernel sets up its own paging.
 */
#include "elf.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#define MAX_PROGRAM_HEADERS	256

static int add_part(const struct boot_input *in, struct boot_plan *plan, struct elf_file *elf,
		    uint32_t type, const struct elf_part *part)
{
	struct elf_part *parts = type == PT_LOAD ? elf->loads : elf->notes;
	unsigned int *n = type == PT_LOAD ? &elf->nr_loads : &elf->nr_notes;

	if (type != PT_LOAD && type != PT_NOTE)
		return 0;
	if (type == PT_LOAD && !part->mem_size)
		return 0;
	if (*n == ELF_MAX_PARTS)
		return boot_refuse(plan, "%s has too many segments (at most %d are loaded)",
				   in->kernel->name, ELF_MAX_PARTS);
	if (part->offset > in->kernel->size || part->file_size > in->kernel->size - part->offset)
		return boot_refuse(plan, "%s is cut short: a segment of %" PRIu64 " bytes at %#"
				   PRIx64 " lies beyond its end", in->kernel->name,
				   part->file_size, part->offset);
	parts[(*n)++] = *part;
	return 0;
}

static int read_headers32(const struct boot_input *in, struct boot_plan *plan,
			  struct elf_file *elf)
{
	Elf32_Ehdr eh;
	Elf32_Phdr ph;

	if (boot_read(plan, in->kernel, &eh, sizeof(eh), 0))
		return -1;
	if (eh.e_machine != EM_386 || eh.e_phentsize != sizeof(ph) ||
	    eh.e_phnum > MAX_PROGRAM_HEADERS)
		return boot_refuse(plan, "%s is an ELF file, but no x86 kernel", in->kernel->name);
	elf->entry = eh.e_entry;
	for (unsigned int i = 0; i < eh.e_phnum; i++) {
		struct elf_part part;

		if (boot_read(plan, in->kernel, &ph, sizeof(ph),
			      (uint64_t)eh.e_phoff + i * sizeof(ph)))
			return -1;
		part = (struct elf_part){ ph.p_offset, ph.p_filesz, ph.p_vaddr,
					  ph.p_paddr, ph.p_memsz, ph.p_align };
		if (add_part(in, plan, elf, ph.p_type, &part))
			return -1;
	}
	return 0;
}

static int read_headers64(const struct boot_input *in, struct boot_plan *plan,
			  struct elf_file *elf)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;

	if (boot_read(plan, in->kernel, &eh, sizeof(eh), 0))
		return -1;
	if (eh.e_machine != EM_X86_64 || eh.e_phentsize != sizeof(ph) ||
	    eh.e_phnum > MAX_PROGRAM_HEADERS)
		return boot_refuse(plan, "%s is an ELF file, but no x86 kernel", in->kernel->name);
	/* Checked here so that the offsets below can't wrap around. */
	if (eh.e_phoff > in->kernel->size)
		return boot_refuse(plan, "%s is cut short: its program headers are at %#" PRIx64,
				   in->kernel->name, (uint64_t)eh.e_phoff);
	elf->entry = eh.e_entry;
	for (unsigned int i = 0; i < eh.e_phnum; i++) {
		struct elf_part part;

		if (boot_read(plan, in->kernel, &ph, sizeof(ph), eh.e_phoff + i * sizeof(ph)))
			return -1;
		part = (struct elf_part){ ph.p_offset, ph.p_filesz, ph.p_vaddr,
					  ph.p_paddr, ph.p_memsz, ph.p_align };
		if (add_part(in, plan, elf, ph.p_type, &part))
			return -1;
	}
	return 0;
}

static bool overlaps(const struct elf_part *part, uint64_t begin, uint64_t end)
{
	return part->paddr < end && part->paddr + part->mem_size > begin;
}

static int check_place(const struct boot_input *in, struct boot_plan *plan,
		       const struct elf_part *part)
{
	uint64_t top = boot_low_ram_top(in->memory);

	if (part->mem_size < part->file_size)
		return boot_refuse(plan, "%s: a segment has more bytes in the file than in memory",
				   in->kernel->name);
	if (part->paddr > top || part->mem_size > top - part->paddr)
		return boot_refuse(plan, "%s does not fit into memory: it needs %" PRIu64
				   " MiB from %#" PRIx64 " on, and RAM there ends at %#" PRIx64,
				   in->kernel->name, boot_mib(part->mem_size), part->paddr, top);
	if (overlaps(part, BOOT_AREA, BOOT_STACK_TOP) ||
	    overlaps(part, GUEST_BIOS_BASE, GUEST_BIOS_TOP))
		return boot_refuse(plan, "%s: the segment at %#" PRIx64 " lies where boot"
				   " information (%#llx-%#llx) or firmware (%#llx-%#llx) is",
				   in->kernel->name, part->paddr, BOOT_AREA, BOOT_STACK_TOP - 1,
				   GUEST_BIOS_BASE, GUEST_BIOS_TOP - 1);
	return 0;
}

static int load_parts(const struct boot_input *in, struct boot_plan *plan,
		      const struct elf_file *elf)
{
	for (unsigned int i = 0; i < elf->nr_loads; i++) {
		const struct elf_part *part = &elf->loads[i];

		if (check_place(in, plan, part) ||
		    boot_add_segment(plan, BOOT_FROM_KERNEL, part->offset, part->paddr,
				     part->file_size) ||
		    boot_add_zeroes(plan, part->paddr + part->file_size,
				    part->mem_size - part->file_size))
			return -1;
		if (part->paddr + part->mem_size > plan->kernel_end)
			plan->kernel_end = part->paddr + part->mem_size;
	}
	/* The initrd goes above all of it, and above what firmware has. */
	if (plan->kernel_end < GUEST_BIOS_TOP)
		plan->kernel_end = GUEST_BIOS_TOP;
	return 0;
}

static bool is_loaded(const struct elf_file *elf, uint64_t paddr)
{
	for (unsigned int i = 0; i < elf->nr_loads; i++)
		if (paddr >= elf->loads[i].paddr &&
		    paddr - elf->loads[i].paddr < elf->loads[i].mem_size)
			return true;
	return false;
}

/* e_entry is virtual; a file whose addresses are all physical names it so. */
static uint64_t entry_to_physical(const struct elf_file *elf)
{
	for (unsigned int i = 0; i < elf->nr_loads; i++)
		if (elf->entry >= elf->loads[i].vaddr &&
		    elf->entry - elf->loads[i].vaddr < elf->loads[i].mem_size)
			return elf->entry - elf->loads[i].vaddr + elf->loads[i].paddr;
	return elf->entry;
}

int elf_place_cmdline(const struct boot_input *in, struct boot_plan *plan)
{
	size_t len = strlen(in->cmdline);

	if (len >= BOOT_CMDLINE_SIZE)
		return boot_refuse(plan, "the kernel's command line has %zu characters, %llu are"
				   " the most", len, BOOT_CMDLINE_SIZE - 1);
	memcpy(boot_blob_at(plan, BOOT_CMDLINE), in->cmdline, len + 1);
	return 0;
}

static int choose_protocol(const struct boot_input *in, struct boot_plan *plan,
			   const struct elf_file *elf)
{
	uint64_t entry = entry_to_physical(elf);
	int (*finish)(const struct boot_input *, struct boot_plan *, uint64_t) = pvh_finish;
	int found = pvh_find_entry(in, plan, elf, &entry);

	if (!found) {
		finish = multiboot_finish;
		found = multiboot_find(in, plan);
	}
	if (found < 0)
		return -1;
	if (!found)
		return boot_refuse(plan, "%s is an ELF file with neither a PVH entry point nor a"
				   " multiboot header", in->kernel->name);
	if (!is_loaded(elf, entry))
		return boot_refuse(plan, "%s: the entry point %#" PRIx64 " lies outside of what"
				   " is loaded", in->kernel->name, entry);
	return finish(in, plan, entry);
}

int elf_load(const struct boot_input *in, struct boot_plan *plan)
{
	struct elf_file elf = { 0 };
	uint8_t ident[EI_NIDENT];
	int err;

	if (in->kernel->size < sizeof(ident))
		return 0;
	if (boot_read(plan, in->kernel, ident, sizeof(ident), 0))
		return -1;
	if (memcmp(ident, ELFMAG, SELFMAG))
		return 0;
	if (ident[EI_DATA] != ELFDATA2LSB ||
	    (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64))
		return boot_refuse(plan, "%s is an ELF file, but no x86 kernel", in->kernel->name);
	if (ident[EI_CLASS] == ELFCLASS32)
		err = read_headers32(in, plan, &elf);
	else
		err = read_headers64(in, plan, &elf);
	if (err || load_parts(in, plan, &elf) || choose_protocol(in, plan, &elf))
		return -1;
	return 1;
}
