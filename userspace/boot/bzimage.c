// SPDX-License-Identifier: GPL-2.0-only
/*
 * bzimage.c - Linux kernels, and whatever else comes in their format
 *
 * The file is: a boot sector and real-mode code that nobody runs here, whose
 * setup header describes the rest; then the protected-mode kernel, which is
 * loaded as it is and decompresses itself. Section names in comments are
 * those of Documentation/arch/x86/boot.rst.
 */
#include "bzimage.h"

#include <asm/bootparam.h>
#include <inttypes.h>
#include <string.h>

#include "e820.h"

#define HEADER_MAGIC		0x53726448	/* "HdrS" */
#define HEADER_END_MIN		0x218		/* up to and with code32_start */
#define BOOT_FLAG		0xaa55
#define SECTOR			512
#define PARAGRAPH		16		/* the unit of syssize */
#define LOADER_UNREGISTERED	0xff
#define VIDEO_NORMAL		0xffff
#define ENTRY64_OFFSET		0x200
#define CMDLINE_SIZE_OLD	255		/* before 2.06 */
#define INITRD_MAX_OLD		0x37ffffffULL	/* before 2.03 */

/* Where the kernel is loaded and what it takes, in bytes and GPAs. */
struct placement {
	uint64_t file_offset;
	uint64_t size;
	uint64_t address;
	uint64_t end;
};

/*
 * The header ends where its jump instruction, at 0x200, leads to. What an
 * older kernel's header does not have, reads as zero.
 */
static int read_header(const struct boot_input *in, struct boot_plan *plan,
		       struct boot_params *params)
{
	const size_t begin = offsetof(struct boot_params, hdr);
	uint8_t sector[2 * SECTOR];
	size_t have = in->kernel->size < sizeof(sector) ? in->kernel->size : sizeof(sector);
	size_t end;

	memset(sector, 0, sizeof(sector));
	if (boot_read(plan, in->kernel, sector, have, 0))
		return -1;
	if (memcmp(sector + 0x202, "HdrS", 4) ||
	    sector[0x1fe] != (BOOT_FLAG & 0xff) || sector[0x1ff] != BOOT_FLAG >> 8)
		return 0;
	end = 0x202 + sector[0x201];
	if (end < HEADER_END_MIN || end > sizeof(sector))
		return boot_refuse(plan, "%s: the setup header ends at %#zx, which no bzImage's"
				   " does", in->kernel->name, end);
	if (end > have)
		return boot_refuse(plan, "%s is cut short: its setup header ends at %#zx,"
				   " the file at %#zx", in->kernel->name, end, have);
	if (end > begin + sizeof(params->hdr))
		end = begin + sizeof(params->hdr);
	memcpy(&params->hdr, sector + begin, end - begin);
	return 1;
}

static int check_file(const struct boot_input *in, struct boot_plan *plan,
		      const struct setup_header *hdr, struct placement *place)
{
	unsigned int sectors = hdr->setup_sects ? hdr->setup_sects : 4;
	uint64_t paragraphs = hdr->version >= 0x204 ? hdr->syssize : hdr->syssize & 0xffff;
	uint64_t want;

	if (hdr->version < 0x202)
		return boot_refuse(plan, "%s: boot protocol %u.%02u is too old, 2.02 is the least",
				   in->kernel->name, hdr->version >> 8, hdr->version & 0xff);
	if (!(hdr->loadflags & LOADED_HIGH))
		return boot_refuse(plan, "%s is a zImage, only a bzImage can be booted",
				   in->kernel->name);
	place->file_offset = (sectors + 1) * SECTOR;
	place->size = paragraphs * PARAGRAPH;
	if (!place->size)
		return boot_refuse(plan, "%s: the header tells of a kernel of no bytes",
				   in->kernel->name);
	/* The last paragraph may be there in part: memtest86+ is made so. */
	want = place->file_offset + place->size;
	if (in->kernel->size + PARAGRAPH <= want)
		return boot_refuse(plan, "%s is cut short: its header tells of %" PRIu64
				   " bytes, the file has %" PRIu64, in->kernel->name, want,
				   in->kernel->size);
	if (in->kernel->size < want)
		place->size = in->kernel->size - place->file_offset;
	return 0;
}

/*
 * A relocatable kernel that finds itself below its preferred address moves
 * there, so nothing is won by loading it lower. Before 2.10 there is no
 * preferred address and a bzImage goes to 1 MiB.
 */
static int find_place(const struct boot_input *in, struct boot_plan *plan,
		      const struct setup_header *hdr, struct placement *place)
{
	uint64_t top = boot_low_ram_top(in->memory);
	uint64_t align = 1, need = place->size;

	place->address = GUEST_BIOS_TOP;
	if (hdr->version >= 0x20a) {
		place->address = hdr->pref_address;
		if (hdr->init_size > need)
			need = hdr->init_size;
		if (hdr->relocatable_kernel)
			align = hdr->kernel_alignment;
	}
	if (!align || align & (align - 1))
		return boot_refuse(plan, "%s: the header's alignment %#" PRIx64
				   " is no power of two", in->kernel->name, align);
	if (place->address < GUEST_BIOS_TOP || place->address & (align - 1))
		return boot_refuse(plan, "%s: the header's load address %#" PRIx64
				   " is below 1 MiB or not aligned to %#" PRIx64,
				   in->kernel->name, place->address, align);
	if (place->address > top || need > top - place->address)
		return boot_refuse(plan, "%s does not fit into memory: it needs %" PRIu64
				   " MiB from %#" PRIx64 " on, and RAM there ends at %#" PRIx64,
				   in->kernel->name, boot_mib(need), place->address, top);
	place->end = place->address + need;
	return 0;
}

static int place_cmdline(const struct boot_input *in, struct boot_plan *plan,
			 struct setup_header *hdr)
{
	size_t len = strlen(in->cmdline);
	size_t max = hdr->version >= 0x206 ? hdr->cmdline_size : CMDLINE_SIZE_OLD;

	if (max > BOOT_CMDLINE_SIZE - 1)
		max = BOOT_CMDLINE_SIZE - 1;
	if (len > max)
		return boot_refuse(plan, "the kernel's command line has %zu characters, this kernel"
				   " takes %zu at most", len, max);
	memcpy(boot_blob_at(plan, BOOT_CMDLINE), in->cmdline, len + 1);
	hdr->cmd_line_ptr = BOOT_CMDLINE;
	return 0;
}

static int place_initrd(const struct boot_input *in, struct boot_plan *plan,
			struct boot_params *params)
{
	struct setup_header *hdr = &params->hdr;
	uint64_t max = hdr->version >= 0x203 ? hdr->initrd_addr_max : INITRD_MAX_OLD;
	uint64_t address;

	if (boot_place_initrd(in, plan, max + 1, &address))
		return -1;
	hdr->ramdisk_image = address;
	hdr->ramdisk_size = in->initrd ? in->initrd->size : 0;
	params->ext_ramdisk_image = address >> 32;
	params->ext_ramdisk_size = in->initrd ? in->initrd->size >> 32 : 0;
	return 0;
}

static void fill_memory_map(const struct boot_input *in, struct boot_params *params)
{
	struct e820_range map[E820_MAX_ENTRIES];
	unsigned int n = e820_build(map, in->memory);

	for (unsigned int i = 0; i < n; i++) {
		params->e820_table[i].addr = map[i].address;
		params->e820_table[i].size = map[i].size;
		params->e820_table[i].type = map[i].type;
	}
	params->e820_entries = n;
}

/*
 * What a boot loader is obliged to write, and pointers that a file must not
 * bring along: setup_data would make the kernel follow a list of the file's.
 */
static void fill_header(struct boot_params *params, const struct placement *place)
{
	struct setup_header *hdr = &params->hdr;

	hdr->type_of_loader = LOADER_UNREGISTERED;
	hdr->ext_loader_type = 0;
	hdr->ext_loader_ver = 0;
	hdr->vid_mode = VIDEO_NORMAL;
	hdr->code32_start = place->address;
	hdr->setup_data = 0;
	hdr->hardware_subarch = 0;
	hdr->hardware_subarch_data = 0;
	hdr->loadflags &= ~(QUIET_FLAG | KEEP_SEGMENTS | CAN_USE_HEAP);
	if (hdr->version >= 0x20e)
		params->acpi_rsdp_addr = BOOT_ACPI;
}

static void set_registers(struct boot_plan *plan, const struct setup_header *hdr,
			  const struct placement *place)
{
	plan->regs.rsi = BOOT_AREA;
	if (hdr->version >= 0x20c && hdr->xloadflags & XLF_KERNEL_64) {
		plan->regs.mode = INSULA_BOOT_MODE_LONG;
		plan->regs.rip = place->address + ENTRY64_OFFSET;
	} else {
		plan->regs.mode = INSULA_BOOT_MODE_PROTECTED;
		plan->regs.rip = place->address;
	}
}

int bzimage_load(const struct boot_input *in, struct boot_plan *plan)
{
	struct boot_params *params = boot_blob_at(plan, BOOT_AREA);
	struct placement place = { 0 };
	int ret;

	ret = read_header(in, plan, params);
	if (ret <= 0)
		return ret;
	if (check_file(in, plan, &params->hdr, &place) ||
	    find_place(in, plan, &params->hdr, &place))
		return -1;
	plan->kernel_end = place.end;
	if (boot_add_segment(plan, BOOT_FROM_KERNEL, place.file_offset, place.address,
			     place.size) ||
	    place_cmdline(in, plan, &params->hdr) || place_initrd(in, plan, params))
		return -1;
	fill_memory_map(in, params);
	fill_header(params, &place);
	set_registers(plan, &params->hdr, &place);
	return 1;
}
