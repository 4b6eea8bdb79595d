/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - from kernel and initrd files to a machine that is ready to start
 *
 * A small library without side effects: it reads images through a callback,
 * checks every field of them, and says which parts of which file belong
 * where in guest memory and with which registers the first vCPU begins.
 * It opens no file, talks to no kernel and prints nothing; what it refuses
 * it explains in plan->error.
 */
#ifndef INSULA_BOOT_H
#define INSULA_BOOT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/insula.h>
#include <insula/guest-abi.h>

#define BOOT_PAGE		0x1000ULL

/*
 * Where the tool's own data lies in guest memory. The low area is ordinary
 * RAM to the guest, which may take it over as soon as it has read it.
 */
#define BOOT_AREA		0x10000ULL	/* boot_params, start_info or multiboot info */
#define BOOT_GDT		0x11000ULL
#define BOOT_PAGE_TABLES	0x12000ULL	/* PML4, PDPT, 4 page directories */
#define BOOT_CMDLINE		0x18000ULL
#define BOOT_AREA_END		0x20000ULL
#define BOOT_STACK_TOP		0x22000ULL	/* two scratch pages above the area */
#define BOOT_ACPI		0x000e0000ULL	/* searched for the RSDP: ACPI 6.4, 5.2.5.1 */

#define BOOT_AREA_SIZE		(BOOT_AREA_END - BOOT_AREA)
#define BOOT_ACPI_SIZE		(GUEST_BIOS_TOP - BOOT_ACPI)
#define BOOT_CMDLINE_SIZE	(BOOT_AREA_END - BOOT_CMDLINE)
#define BOOT_BLOB_SIZE		(BOOT_AREA_SIZE + BOOT_ACPI_SIZE)

#define BOOT_ERROR_MAX		256

/**
 * struct boot_image - a file that is to be booted
 * @name: what error messages call it
 * @size: its length in bytes
 * @read: copies @len bytes from @offset to @buf; 0, or -errno when the file
 *	does not give all of them
 * @context: for @read
 */
struct boot_image {
	const char *name;
	uint64_t size;
	int (*read)(const struct boot_image *image, void *buf, size_t len, uint64_t offset);
	void *context;
};

/**
 * struct boot_input - what is to be booted, and in which machine
 * @kernel: the kernel
 * @initrd: the initial RAM disk, or NULL
 * @cmdline: the kernel's command line, never NULL
 * @memory: RAM in bytes, GUEST_MIN_MEMORY to GUEST_MAX_MEMORY
 * @cpus: number of vCPUs, 1 to GUEST_MAX_CPUS
 */
struct boot_input {
	const struct boot_image *kernel;
	const struct boot_image *initrd;
	const char *cmdline;
	uint64_t memory;
	unsigned int cpus;
};

/* Whose bytes a segment is made of. */
enum boot_source {
	BOOT_FROM_KERNEL,
	BOOT_FROM_INITRD,
	BOOT_FROM_BLOB,
	BOOT_NR_SOURCES,
};

/**
 * struct boot_segment - a part of guest memory as it is at power-on
 * @source: the file
 * @offset: where it begins in the file, in bytes
 * @address: where it begins in guest-physical memory
 * @length: bytes
 */
struct boot_segment {
	enum boot_source source;
	uint64_t offset;
	uint64_t address;
	uint64_t length;
};

/**
 * struct boot_registers - the first vCPU at power-on
 *
 * The fields are those of the protocol's boot attribute set, see
 * include/uapi/linux/insula.h.
 */
struct boot_registers {
	enum insula_boot_mode mode;
	uint64_t rip;
	uint64_t rsp;
	uint64_t rbx;
	uint64_t rsi;
	uint64_t rax;
	uint64_t cr3;
	uint64_t gdt_base;
	uint32_t gdt_limit;
};

/**
 * struct boot_plan - the outcome
 * @segments: what is to be laid into guest memory, in this order
 * @nr_segments: how many
 * @regs: the first vCPU's registers
 * @blob: contents of the blob file: the low area, then the ACPI area
 * @blob_zeroes: bytes that have to follow @blob in the blob file, all zero;
 *	segments for uninitialised data of kernels point there
 * @kernel_end: first address above what the kernel needs
 * @error: why boot_prepare() refused, without a newline
 */
struct boot_plan {
	struct boot_segment segments[INSULA_SEGMENTS_MAX];
	unsigned int nr_segments;
	struct boot_registers regs;
	uint8_t blob[BOOT_BLOB_SIZE];
	uint64_t blob_zeroes;
	uint64_t kernel_end;
	char error[BOOT_ERROR_MAX];
};

/**
 * boot_prepare() - plan the boot of a machine
 * @in: what to boot
 * @plan: filled in; large, keep it off the stack
 *
 * Return: 0, or -1 with plan->error set.
 */
int boot_prepare(const struct boot_input *in, struct boot_plan *plan);

/* For the loaders behind boot_prepare(): */

/**
 * boot_refuse() - write the reason of a refusal into the plan
 * @plan: the plan
 * @fmt: as for printf()
 *
 * Return: always -1.
 */
int boot_refuse(struct boot_plan *plan, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * boot_read() - read a part of an image
 * @plan: where an error goes
 * @image: the image
 * @buf: where to
 * @len: bytes
 * @offset: from the image's beginning
 *
 * Return: 0; -1 when the image has no such part ("cut short") or can't be
 * read.
 */
int boot_read(struct boot_plan *plan, const struct boot_image *image, void *buf, size_t len,
	      uint64_t offset);

/**
 * boot_add_segment() - add a segment to a plan
 * @plan: the plan
 * @source: whose bytes
 * @offset: offset in the source's file
 * @address: guest-physical address
 * @length: bytes; a segment of no bytes is left out
 *
 * Return: 0, or -1 when there are more than the protocol carries.
 */
int boot_add_segment(struct boot_plan *plan, enum boot_source source, uint64_t offset,
		     uint64_t address, uint64_t length);

/**
 * boot_add_zeroes() - add a segment of zeroes to a plan
 * @plan: the plan
 * @address: guest-physical address
 * @length: bytes
 *
 * Guest memory is zero when a VM is made, but not after a guest's reboot:
 * what a kernel takes for granted has to be laid down again.
 *
 * Return: as boot_add_segment().
 */
int boot_add_zeroes(struct boot_plan *plan, uint64_t address, uint64_t length);

/**
 * boot_place_initrd() - put the initrd, if there is one, high into low RAM
 * @in: the input
 * @plan: the plan; kernel_end must be known
 * @limit: first address that the initrd may not touch
 * @address: set to its guest-physical address, page aligned; 0 without one
 *
 * Return: 0, or -1 when it does not fit between the kernel and the limit.
 */
int boot_place_initrd(const struct boot_input *in, struct boot_plan *plan, uint64_t limit,
		      uint64_t *address);

/**
 * boot_low_ram_top() - where RAM below the device hole ends
 * @memory: size of RAM in bytes
 *
 * Return: a guest-physical address.
 */
static inline uint64_t boot_low_ram_top(uint64_t memory)
{
	return memory < GUEST_LOW_RAM_TOP ? memory : GUEST_LOW_RAM_TOP;
}

/**
 * boot_mib() - bytes in units for error messages
 * @bytes: the number
 *
 * Return: MiB, rounded up.
 */
static inline uint64_t boot_mib(uint64_t bytes)
{
	return (bytes >> 20) + (bytes & 0xfffff ? 1 : 0);
}

/**
 * boot_blob_at() - the bytes of the blob that will lie at a guest address
 * @plan: the plan
 * @address: inside the low boot area or the ACPI area
 *
 * Return: a pointer into plan->blob.
 */
static inline void *boot_blob_at(struct boot_plan *plan, uint64_t address)
{
	if (address >= BOOT_ACPI)
		return plan->blob + BOOT_AREA_SIZE + (address - BOOT_ACPI);
	return plan->blob + (address - BOOT_AREA);
}

#endif
