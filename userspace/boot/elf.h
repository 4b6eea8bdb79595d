/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf.h - kernels that are ELF files, for PVH or multiboot
 */
#ifndef INSULA_BOOT_ELF_H
#define INSULA_BOOT_ELF_H

#include "boot.h"

/**
 * elf_load() - plan the boot of an ELF kernel
 * @in: what to boot
 * @plan: segments, registers and the boot information are added to it
 *
 * An entry point in a Xen note makes it a PVH kernel, a multiboot header
 * within the first 8 KiB one for multiboot; PVH goes first.
 *
 * Return: 1 when planned, 0 when the file is no ELF file, -1 with
 * plan->error set when it is one that can't be booted.
 */
int elf_load(const struct boot_input *in, struct boot_plan *plan);

/* For pvh.c and multiboot.c: */

#define ELF_MAX_PARTS	24

/**
 * struct elf_part - one loadable segment or note of an ELF file
 * @offset: in the file, bytes
 * @file_size: bytes in the file
 * @vaddr: virtual address
 * @paddr: guest-physical address
 * @mem_size: bytes in memory; what goes beyond the file's is zero
 * @align: p_align
 */
struct elf_part {
	uint64_t offset;
	uint64_t file_size;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t mem_size;
	uint64_t align;
};

/**
 * struct elf_file - what matters of an ELF file, the same for both classes
 * @entry: e_entry, a virtual address
 * @loads: PT_LOAD segments that take memory
 * @nr_loads: how many
 * @notes: PT_NOTE segments
 * @nr_notes: how many
 */
struct elf_file {
	uint64_t entry;
	struct elf_part loads[ELF_MAX_PARTS];
	unsigned int nr_loads;
	struct elf_part notes[ELF_MAX_PARTS];
	unsigned int nr_notes;
};

/**
 * pvh_find_entry() - the PVH entry point
 * @in: what to boot
 * @plan: for errors
 * @elf: the file
 * @entry: set to the guest-physical entry point
 *
 * Return: 1 when found, 0 when there is none, -1 on a malformed note.
 */
int pvh_find_entry(const struct boot_input *in, struct boot_plan *plan,
		   const struct elf_file *elf, uint64_t *entry);

/**
 * pvh_finish() - write the start info and set the registers for PVH
 * @in: what to boot
 * @plan: with the kernel's segments in it
 * @entry: guest-physical entry point
 *
 * Return: 0, or -1 with plan->error set.
 */
int pvh_finish(const struct boot_input *in, struct boot_plan *plan, uint64_t entry);

/**
 * multiboot_find() - is there a multiboot header
 * @in: what to boot
 * @plan: for errors
 *
 * Return: 1 when there is one that can be met, 0 when there is none, -1
 * when it asks for what is not there.
 */
int multiboot_find(const struct boot_input *in, struct boot_plan *plan);

/**
 * multiboot_finish() - write the boot information and set the registers
 * @in: what to boot
 * @plan: with the kernel's segments in it
 * @entry: guest-physical entry point
 *
 * Return: 0, or -1 with plan->error set.
 */
int multiboot_finish(const struct boot_input *in, struct boot_plan *plan, uint64_t entry);

/**
 * elf_place_cmdline() - write the command line where PVH and multiboot want it
 * @in: what to boot
 * @plan: its blob gets the line at BOOT_CMDLINE
 *
 * Return: 0, or -1 when it is too long.
 */
int elf_place_cmdline(const struct boot_input *in, struct boot_plan *plan);

#endif
