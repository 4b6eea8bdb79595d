// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_bzimage.c - bzImages: good ones, old ones, broken ones, and real ones
 *
 * TEST_KERNELS may name files (separated by blanks) that have to be accepted.
 */
#include "images.h"

#include <asm/bootparam.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_SIZE	4096

static struct boot_params *params_of(struct boot_plan *plan)
{
	return boot_blob_at(plan, BOOT_AREA);
}

static struct boot_input input(const struct memory_image *kernel)
{
	return (struct boot_input){
		.kernel = &kernel->image,
		.cmdline = "console=ttyS0",
		.memory = 128 * MIB,
		.cpus = 1,
	};
}

static void test_64bit_entry(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	struct boot_params *params;
	struct boot_plan *plan;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	plan = prepare(&in);
	assert_non_null(plan);
	params = params_of(plan);
	assert_int_equal(plan->regs.mode, INSULA_BOOT_MODE_LONG);
	assert_int_equal(plan->regs.rip, 0x1000200);
	assert_int_equal(plan->regs.rsi, BOOT_AREA);
	assert_int_equal(plan->regs.cr3, BOOT_PAGE_TABLES);
	assert_int_equal(plan->segments[0].source, BOOT_FROM_KERNEL);
	assert_int_equal(plan->segments[0].offset, 1024);
	assert_int_equal(plan->segments[0].address, 0x1000000);
	assert_int_equal(plan->segments[0].length, KERNEL_SIZE);
	assert_int_equal(params->hdr.type_of_loader, 0xff);
	assert_int_equal(params->hdr.code32_start, 0x1000000);
	assert_int_equal(params->acpi_rsdp_addr, BOOT_ACPI);
	assert_int_equal(params->hdr.ramdisk_image, 0);
	assert_string_equal((char *)boot_blob_at(plan, params->hdr.cmd_line_ptr),
			    "console=ttyS0");
	assert_true(params->e820_entries >= 4);
	image_free(&kernel);
}

static void test_gdt_and_page_tables(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	struct boot_plan *plan;
	uint64_t *gdt, *table;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	plan = prepare(&in);
	gdt = boot_blob_at(plan, plan->regs.gdt_base);
	assert_int_equal(plan->regs.gdt_limit, 31);
	assert_int_equal(gdt[2] >> 53 & 3, 1);		/* L, not D */
	assert_int_equal(gdt[3] >> 40 & 0xff, 0x93);
	/* Every address below 4 GiB leads to itself. */
	for (uint64_t address = 0; address < 4 * GIB; address += 513 * 4096 + 17) {
		table = boot_blob_at(plan, plan->regs.cr3);
		assert_int_equal(table[address >> 39] & 0x83, 3);
		table = boot_blob_at(plan, table[address >> 39] & ~0xfffULL);
		assert_int_equal(table[address >> 30 & 511] & 0x83, 3);
		table = boot_blob_at(plan, table[address >> 30 & 511] & ~0xfffULL);
		assert_int_equal(table[address >> 21 & 511], (address >> 21 << 21) | 0x83);
	}
	image_free(&kernel);
}

static void test_32bit_entry(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	struct boot_plan *plan;
	uint64_t *gdt;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	put(&kernel, 0x236, 2, 0);	/* xloadflags: a 32-bit kernel */
	plan = prepare(&in);
	assert_int_equal(plan->regs.mode, INSULA_BOOT_MODE_PROTECTED);
	assert_int_equal(plan->regs.rip, 0x1000000);
	assert_int_equal(plan->regs.rsi, BOOT_AREA);
	gdt = boot_blob_at(plan, plan->regs.gdt_base);
	assert_int_equal(gdt[2] >> 53 & 3, 2);		/* D, not L */
	image_free(&kernel);
}

/* The fields that old headers do not have are not looked at. */
static void test_old_protocols(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	struct boot_plan *plan;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	put(&kernel, 0x206, 2, 0x20b);
	plan = prepare(&in);
	assert_int_equal(plan->regs.mode, INSULA_BOOT_MODE_PROTECTED);
	assert_int_equal(plan->regs.rip, 0x1000000);
	put(&kernel, 0x206, 2, 0x209);
	plan = prepare(&in);
	assert_int_equal(plan->regs.rip, 0x100000);
	assert_int_equal(params_of(plan)->acpi_rsdp_addr, 0);
	put(&kernel, 0x206, 2, 0x202);
	assert_non_null(prepare(&in));
	put(&kernel, 0x206, 2, 0x201);
	assert_refused(&in, "2.01 is too old");
	image_free(&kernel);
}

static void test_initrd(void **state)
{
	struct memory_image kernel, initrd;
	struct boot_input in = input(&kernel);
	struct boot_params *params;
	struct boot_plan *plan;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	image_new(&initrd, "initrd", 3 * MIB + 1);
	in.initrd = &initrd.image;
	plan = prepare(&in);
	params = params_of(plan);
	/* As high as it goes, page aligned. */
	assert_int_equal(params->hdr.ramdisk_image, 125 * MIB - 4096);
	assert_int_equal(params->hdr.ramdisk_size, 3 * MIB + 1);
	/* Not above what the kernel can reach, and not in the device hole. */
	put(&kernel, 0x22c, 4, 0x5ffffff);
	assert_int_equal(params_of(prepare(&in))->hdr.ramdisk_image, 93 * MIB - 4096);
	put(&kernel, 0x22c, 4, 0xffffffff);
	in.memory = 8 * GIB;
	assert_int_equal(params_of(prepare(&in))->hdr.ramdisk_image, 3069 * MIB - 4096);
	image_free(&initrd);
	image_free(&kernel);
}

static void test_initrd_that_does_not_fit(void **state)
{
	struct memory_image kernel, initrd;
	struct boot_input in = input(&kernel);
	const uint64_t room = 128 * MIB - 48 * MIB;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	image_new(&initrd, "initrd", 4096);
	in.initrd = &initrd.image;
	initrd.image.size = room;
	assert_non_null(prepare(&in));
	initrd.image.size = room + 1;
	assert_refused(&in, "initrd does not fit");
	initrd.image.size = UINT64_MAX;
	assert_refused(&in, "initrd does not fit");
	initrd.image.size = 0;
	assert_refused(&in, "initrd is empty");
	initrd.image.size = 4096;
	put(&kernel, 0x22c, 4, 0);	/* initrd_addr_max */
	assert_refused(&in, "initrd does not fit");
	image_free(&initrd);
	image_free(&kernel);
}

static void test_cmdline_limit(void **state)
{
	static char line[40000];
	struct memory_image kernel;
	struct boot_input in = input(&kernel);

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	in.cmdline = line;
	memset(line, 'x', 2047);
	assert_non_null(prepare(&in));
	line[2047] = 'x';
	assert_refused(&in, "2047 at most");
	put(&kernel, 0x238, 4, 0xffffffff);
	assert_non_null(prepare(&in));
	memset(line, 'x', BOOT_CMDLINE_SIZE);
	assert_refused(&in, "command line");
	put(&kernel, 0x206, 2, 0x205);	/* before there was a size */
	line[256] = '\0';
	assert_refused(&in, "255 at most");
	line[255] = '\0';
	assert_non_null(prepare(&in));
	image_free(&kernel);
}

static void test_memory_limits(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	in.memory = 48 * MIB;		/* pref_address + init_size */
	assert_non_null(prepare(&in));
	in.memory -= 4096;
	assert_refused(&in, "does not fit into memory");
	in.memory = GUEST_MIN_MEMORY;
	assert_refused(&in, "does not fit into memory");
	in.memory = GUEST_MAX_MEMORY;
	assert_non_null(prepare(&in));
	put(&kernel, 0x260, 4, 0xffffffff);
	assert_refused(&in, "does not fit into memory");
	put(&kernel, 0x260, 4, 0);
	put(&kernel, 0x258, 8, 3 * GIB);
	assert_refused(&in, "does not fit into memory");
	image_free(&kernel);
}

static void test_no_kernels(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	put(&kernel, 0x211, 1, 0);
	assert_refused(&in, "zImage");
	put(&kernel, 0x211, 1, 1);
	put(&kernel, 0x1f4, 4, 0);
	assert_refused(&in, "no bytes");
	put(&kernel, 0x1f4, 4, 0xffffffff);
	assert_refused(&in, "cut short");
	put(&kernel, 0x1f4, 4, KERNEL_SIZE / 16);
	put(&kernel, 0x230, 4, 0x300000);
	assert_refused(&in, "power of two");
	put(&kernel, 0x230, 4, 0);
	assert_refused(&in, "power of two");
	put(&kernel, 0x230, 4, 0x2000000);
	assert_refused(&in, "not aligned");
	put(&kernel, 0x202, 1, 'X');
	assert_refused(&in, "is not a kernel");
	image_free(&kernel);
	image_new(&kernel, "empty", 0);
	assert_refused(&in, "is empty");
	image_free(&kernel);
}

/* Cut off anywhere it is refused, and from its header on it is said why. */
static void test_every_truncation(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	size_t whole;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	whole = kernel.image.size;
	for (kernel.image.size = 0; kernel.image.size <= whole - 16; kernel.image.size++) {
		assert_null(prepare(&in));
		if (kernel.image.size >= 0x206)
			assert_non_null(strstr(refusal(), "cut short"));
	}
	/* A last paragraph that is there in part is what memtest86+ has. */
	for (; kernel.image.size <= whole; kernel.image.size++)
		assert_non_null(prepare(&in));
	kernel.image.size = whole;
	image_free(&kernel);
}

/* Whatever the header says, prepare() checks the plan that comes of it. */
static void mutate(struct memory_image *kernel, const struct boot_input *in, size_t size)
{
	static const uint64_t values[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0xfffff, 0x100000, 0x7fffffff,
		0x80000000, 0xc0000000, 0xfffff000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
		0x8000000000000000, 0xfffffffffffff000, 0xffffffffffffffff,
	};
	uint8_t saved[8];

	for (size_t offset = 0x1f1; offset + size <= 0x290; offset++) {
		memcpy(saved, kernel->data + offset, size);
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			put(kernel, offset, size, values[i]);
			prepare(in);
		}
		memcpy(kernel->data + offset, saved, size);
	}
}

static void test_every_header_field(void **state)
{
	static const uint16_t versions[] = { 0x200, 0x202, 0x204, 0x208, 0x20a, 0x20c, 0x20f };
	struct memory_image kernel, initrd;
	struct boot_input in = input(&kernel);

	(void)state;
	image_new(&initrd, "initrd", 8192);
	in.initrd = &initrd.image;
	make_bzimage(&kernel, KERNEL_SIZE);
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		put(&kernel, 0x206, 2, versions[i]);
		for (size_t size = 1; size <= 8; size *= 2)
			mutate(&kernel, &in, size);
	}
	image_free(&kernel);
	image_free(&initrd);
}

/* A file must not make the kernel follow pointers that the file wrote. */
static void test_pointers_of_the_file(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	struct setup_header *hdr;

	(void)state;
	make_bzimage(&kernel, KERNEL_SIZE);
	put(&kernel, 0x250, 8, 0x1234);		/* setup_data */
	put(&kernel, 0x228, 4, 0x1234);		/* cmd_line_ptr */
	put(&kernel, 0x218, 8, 0x123400001234);	/* ramdisk_image, ramdisk_size */
	hdr = &params_of(prepare(&in))->hdr;
	assert_int_equal(hdr->setup_data, 0);
	assert_int_equal(hdr->cmd_line_ptr, BOOT_CMDLINE);
	assert_int_equal(hdr->ramdisk_image, 0);
	assert_int_equal(hdr->ramdisk_size, 0);
	image_free(&kernel);
}

static void load_file(struct memory_image *m, const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	if (!file)
		fail_msg("can't open %s", path);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	image_new(m, path, size);
	assert_int_equal(fread(m->data, 1, size, file), size);
	fclose(file);
}

static void test_real_kernels(void **state)
{
	char *paths = getenv("TEST_KERNELS") ? strdup(getenv("TEST_KERNELS")) : NULL;
	char *rest = paths, *path;

	(void)state;
	if (!paths || !*paths) {
		free(paths);
		print_message("TEST_KERNELS names no files\n");
		skip();
	}
	while ((path = strtok_r(rest, " ", &rest))) {
		struct memory_image kernel;
		struct boot_input in = input(&kernel);

		load_file(&kernel, path);
		if (!prepare(&in))
			fail_msg("%s", refusal());
		print_message("%s: entry %#lx\n", path, prepare(&in)->regs.rip);
		kernel.image.size /= 2;
		assert_refused(&in, "cut short");
		image_free(&kernel);
	}
	free(paths);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_64bit_entry),
		cmocka_unit_test(test_gdt_and_page_tables),
		cmocka_unit_test(test_32bit_entry),
		cmocka_unit_test(test_old_protocols),
		cmocka_unit_test(test_initrd),
		cmocka_unit_test(test_initrd_that_does_not_fit),
		cmocka_unit_test(test_cmdline_limit),
		cmocka_unit_test(test_memory_limits),
		cmocka_unit_test(test_no_kernels),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_header_field),
		cmocka_unit_test(test_pointers_of_the_file),
		cmocka_unit_test(test_real_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
