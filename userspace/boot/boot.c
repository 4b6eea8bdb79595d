// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot.c - planning the boot of a machine: what all kinds of kernel share
 *
 * Which kind a file is, is found by asking the loaders in turn. Each of them
 * says "not mine", or has the last word.
 */
#include "boot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "acpi.h"
#include "bzimage.h"
#include "elf.h"

int boot_refuse(struct boot_plan *plan, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(plan->error, sizeof(plan->error), fmt, ap);
	va_end(ap);
	return -1;
}

int boot_read(struct boot_plan *plan, const struct boot_image *image, void *buf, size_t len,
	      uint64_t offset)
{
	int err;

	if (offset > image->size || len > image->size - offset)
		return boot_refuse(plan, "%s is cut short: %zu bytes are missing at %#" PRIx64,
				   image->name, len, offset);
	err = image->read(image, buf, len, offset);
	if (err)
		return boot_refuse(plan, "%s: %s", image->name, strerror(-err));
	return 0;
}

int boot_add_segment(struct boot_plan *plan, enum boot_source source, uint64_t offset,
		     uint64_t address, uint64_t length)
{
	if (!length)
		return 0;
	if (plan->nr_segments == INSULA_SEGMENTS_MAX)
		return boot_refuse(plan, "the kernel has too many parts to load (at most %d)",
				   INSULA_SEGMENTS_MAX);
	plan->segments[plan->nr_segments++] = (struct boot_segment){
		.source = source,
		.offset = offset,
		.address = address,
		.length = length,
	};
	return 0;
}

int boot_add_zeroes(struct boot_plan *plan, uint64_t address, uint64_t length)
{
	if (length > plan->blob_zeroes)
		plan->blob_zeroes = length;
	return boot_add_segment(plan, BOOT_FROM_BLOB, BOOT_BLOB_SIZE, address, length);
}

int boot_place_initrd(const struct boot_input *in, struct boot_plan *plan, uint64_t limit,
		      uint64_t *address)
{
	const struct boot_image *initrd = in->initrd;
	uint64_t top = boot_low_ram_top(in->memory);
	uint64_t room;

	*address = 0;
	if (!initrd)
		return 0;
	if (!initrd->size)
		return boot_refuse(plan, "%s is empty", initrd->name);
	if (limit < top)
		top = limit;
	top &= ~(BOOT_PAGE - 1);
	room = top > plan->kernel_end ? top - plan->kernel_end : 0;
	/* Rounding its beginning down must not make it meet the kernel. */
	if (initrd->size > room || ((top - initrd->size) & ~(BOOT_PAGE - 1)) < plan->kernel_end)
		return boot_refuse(plan, "%s does not fit: it needs %" PRIu64 " MiB of memory,"
				   " and above the kernel there are %" PRIu64 " MiB",
				   initrd->name, boot_mib(initrd->size), room >> 20);
	*address = (top - initrd->size) & ~(BOOT_PAGE - 1);
	return boot_add_segment(plan, BOOT_FROM_INITRD, 0, *address, initrd->size);
}

/*
 * Flat segments with the selectors Linux's boot protocols ask for: code at
 * 0x10, data at 0x18 (Documentation/arch/x86/boot.rst). Type and flags as in
 * the AMD APM vol. 2, 4.8: long-mode code has L set and D clear.
 */
static void write_gdt(struct boot_plan *plan)
{
	const uint64_t code32 = 0x00cf9b000000ffffULL;
	const uint64_t code64 = 0x00af9b000000ffffULL;
	const uint64_t data = 0x00cf93000000ffffULL;
	uint64_t gdt[4] = { 0, 0, code32, data };

	if (plan->regs.mode == INSULA_BOOT_MODE_LONG)
		gdt[2] = code64;
	memcpy(boot_blob_at(plan, BOOT_GDT), gdt, sizeof(gdt));
	plan->regs.gdt_base = BOOT_GDT;
	plan->regs.gdt_limit = sizeof(gdt) - 1;
}

/* The first 4 GiB one to one, in pages of 2 MiB (AMD APM vol. 2, 5.3.4). */
static void write_page_tables(struct boot_plan *plan)
{
	const uint64_t table = 0x3;		/* present, writable */
	const uint64_t large_page = 0x83;	/* and PS */
	uint64_t *pml4 = boot_blob_at(plan, BOOT_PAGE_TABLES);
	uint64_t *pdpt = pml4 + 512;
	uint64_t *pd = pdpt + 512;

	pml4[0] = (BOOT_PAGE_TABLES + BOOT_PAGE) | table;
	for (unsigned int i = 0; i < 4; i++)
		pdpt[i] = (BOOT_PAGE_TABLES + (2 + i) * BOOT_PAGE) | table;
	for (uint64_t i = 0; i < 4 * 512; i++)
		pd[i] = i << 21 | large_page;
	plan->regs.cr3 = BOOT_PAGE_TABLES;
}

static int finish(const struct boot_input *in, struct boot_plan *plan)
{
	acpi_build(boot_blob_at(plan, BOOT_ACPI), in->cpus);
	write_gdt(plan);
	if (plan->regs.mode == INSULA_BOOT_MODE_LONG)
		write_page_tables(plan);
	plan->regs.rsp = BOOT_STACK_TOP;
	if (boot_add_segment(plan, BOOT_FROM_BLOB, 0, BOOT_AREA, BOOT_AREA_SIZE))
		return -1;
	return boot_add_segment(plan, BOOT_FROM_BLOB, BOOT_AREA_SIZE, BOOT_ACPI, BOOT_ACPI_SIZE);
}

int boot_prepare(const struct boot_input *in, struct boot_plan *plan)
{
	static int (*const loaders[])(const struct boot_input *, struct boot_plan *) = {
		bzimage_load,
		elf_load,
	};

	memset(plan, 0, sizeof(*plan));
	if (!in->kernel->size)
		return boot_refuse(plan, "%s is empty", in->kernel->name);
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
		int ret = loaders[i](in, plan);

		if (ret < 0)
			return -1;
		if (ret > 0)
			return finish(in, plan);
	}
	return boot_refuse(plan, "%s is not a kernel that can be booted"
			   " (a bzImage, or an ELF file for PVH or multiboot)", in->kernel->name);
}
