// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_elf.c - ELF kernels for PVH and multiboot: good ones and broken ones
 */
#include "images.h"

#include <elf.h>
#include <string.h>

static struct boot_input input(const struct memory_image *kernel)
{
	return (struct boot_input){
		.kernel = &kernel->image,
		.cmdline = "console=ttyS0",
		.memory = 128 * MIB,
		.cpus = 2,
	};
}

static uint64_t read_at(struct boot_plan *plan, uint64_t address, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, boot_blob_at(plan, address), size);
	return value;
}

static void check_pvh(int bits)
{
	struct memory_image kernel, initrd;
	struct boot_input in = input(&kernel);
	struct boot_plan *plan;
	uint64_t info, module, map;

	make_elf(&kernel, bits, true, false);
	image_new(&initrd, "initrd", 5000);
	in.initrd = &initrd.image;
	plan = prepare(&in);
	assert_non_null(plan);
	assert_int_equal(plan->regs.mode, INSULA_BOOT_MODE_PROTECTED);
	assert_int_equal(plan->regs.rip, 0x100040);
	info = plan->regs.rbx;
	assert_int_equal(read_at(plan, info, 4), 0x336ec578);
	assert_int_equal(read_at(plan, info + 4, 4), 1);
	assert_int_equal(read_at(plan, info + 12, 4), 1);
	module = read_at(plan, info + 16, 8);
	assert_int_equal(read_at(plan, module, 8), 128 * MIB - 8192);
	assert_int_equal(read_at(plan, module + 8, 8), 5000);
	assert_string_equal((char *)boot_blob_at(plan, read_at(plan, info + 24, 8)),
			    "console=ttyS0");
	assert_int_equal(read_at(plan, info + 32, 8), BOOT_ACPI);
	map = read_at(plan, info + 40, 8);
	assert_int_equal(read_at(plan, info + 48, 4), 6);
	assert_int_equal(read_at(plan, map + 8, 8), GUEST_BIOS_BASE);
	assert_int_equal(read_at(plan, map + 16, 4), 1);
	image_free(&initrd);
	image_free(&kernel);
}

static void test_pvh64(void **state)
{
	(void)state;
	check_pvh(64);
}

static void test_pvh32(void **state)
{
	(void)state;
	check_pvh(32);
}

/* What is zero in memory has to be zero again after a reboot. */
static void test_bss_is_laid_down(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	struct boot_plan *plan;

	(void)state;
	make_elf(&kernel, 64, true, false);
	plan = prepare(&in);
	assert_int_equal(plan->segments[0].address, 0x100000);
	assert_int_equal(plan->segments[0].length, 0x1000);
	assert_int_equal(plan->segments[1].source, BOOT_FROM_BLOB);
	assert_int_equal(plan->segments[1].offset, sizeof(plan->blob));
	assert_int_equal(plan->segments[1].address, 0x101000);
	assert_int_equal(plan->segments[1].length, 0x1000);
	assert_int_equal(plan->blob_zeroes, 0x1000);
	image_free(&kernel);
}

static void test_multiboot(void **state)
{
	struct memory_image kernel, initrd;
	struct boot_input in = input(&kernel);
	struct boot_plan *plan;
	uint64_t info;

	(void)state;
	make_elf(&kernel, 64, false, true);
	image_new(&initrd, "initrd", 5000);
	in.initrd = &initrd.image;
	plan = prepare(&in);
	assert_non_null(plan);
	assert_int_equal(plan->regs.mode, INSULA_BOOT_MODE_PROTECTED);
	assert_int_equal(plan->regs.rax, 0x2badb002);
	/* e_entry is virtual, and its segment says what it means. */
	assert_int_equal(plan->regs.rip, 0x100010);
	info = plan->regs.rbx;
	assert_int_equal(read_at(plan, info, 4), 0x24d);
	assert_int_equal(read_at(plan, info + 8, 4), 127 * 1024);
	assert_int_equal(read_at(plan, info + 20, 4), 1);
	assert_int_equal(read_at(plan, read_at(plan, info + 24, 4) + 4, 4),
			 128 * MIB - 8192 + 5000);
	assert_int_equal(read_at(plan, info + 44, 4), 6 * 24);
	put(&kernel, 0x804, 4, 7);	/* a video mode */
	put(&kernel, 0x808, 4, -(0x1badb002 + 7));
	assert_refused(&in, "features 0x4");
	image_free(&initrd);
	image_free(&kernel);
}

static void test_no_kernels(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);

	(void)state;
	make_elf(&kernel, 64, false, false);
	assert_refused(&in, "neither a PVH entry point nor a multiboot header");
	put(&kernel, offsetof(Elf64_Ehdr, e_machine), 2, EM_AARCH64);
	assert_refused(&in, "no x86 kernel");
	put(&kernel, EI_CLASS, 1, 3);
	assert_refused(&in, "no x86 kernel");
	image_free(&kernel);
	make_elf(&kernel, 64, true, false);
	put(&kernel, 0x210, 4, 0x99999999);
	assert_refused(&in, "lies outside of what is loaded");
	put(&kernel, 0x204, 4, 3);
	assert_refused(&in, "3 bytes, not 4 or 8");
	image_free(&kernel);
}

static void test_places(void **state)
{
	const size_t paddr = sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_paddr);
	const size_t memsz = sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_memsz);
	const size_t filesz = sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz);
	struct memory_image kernel;
	struct boot_input in = input(&kernel);

	(void)state;
	make_elf(&kernel, 64, true, false);
	put(&kernel, memsz, 8, 127 * MIB);
	assert_non_null(prepare(&in));
	put(&kernel, memsz, 8, 127 * MIB + 1);
	assert_refused(&in, "does not fit into memory");
	put(&kernel, memsz, 8, UINT64_MAX);
	assert_refused(&in, "does not fit into memory");
	put(&kernel, memsz, 8, 0xfff);
	assert_refused(&in, "more bytes in the file than in memory");
	put(&kernel, memsz, 8, 0x2000);
	put(&kernel, filesz, 8, 0x2001);
	assert_refused(&in, "cut short");
	put(&kernel, filesz, 8, 0x1000);
	put(&kernel, paddr, 8, BOOT_AREA - 0x1000);
	assert_refused(&in, "where boot information");
	put(&kernel, paddr, 8, BOOT_ACPI);
	assert_refused(&in, "where boot information");
	put(&kernel, paddr, 8, UINT64_MAX - 0xfff);
	assert_refused(&in, "does not fit into memory");
	image_free(&kernel);
}

static void test_every_truncation(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	size_t whole;

	(void)state;
	for (int bits = 32; bits <= 64; bits += 32) {
		make_elf(&kernel, bits, true, true);
		whole = 0x2000;		/* where the segment ends */
		for (kernel.image.size = 0; kernel.image.size < whole; kernel.image.size++) {
			assert_null(prepare(&in));
			if (kernel.image.size >= EI_NIDENT)
				assert_non_null(strstr(refusal(), "cut short"));
		}
		kernel.image.size = whole;
		assert_non_null(prepare(&in));
		image_free(&kernel);
	}
}

/* Every byte and word of headers and notes, with whatever value. */
static void test_every_field(void **state)
{
	static const uint64_t values[] = {
		0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0xa0000, 0xfffff, 0x7fffffff,
		0xbfffffff, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000,
		0xffffffffffffffff,
	};
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	uint8_t saved[8];

	(void)state;
	for (int bits = 32; bits <= 64; bits += 32) {
		make_elf(&kernel, bits, true, true);
		for (size_t offset = 0; offset < 0x220; offset++) {
			for (size_t size = 1; size <= 8; size *= 2) {
				memcpy(saved, kernel.data + offset, size);
				for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
					put(&kernel, offset, size, values[i]);
					prepare(&in);
				}
				memcpy(kernel.data + offset, saved, size);
			}
		}
		image_free(&kernel);
	}
}

static void test_too_many_segments(void **state)
{
	struct memory_image kernel;
	struct boot_input in = input(&kernel);
	Elf64_Phdr ph;

	(void)state;
	make_elf(&kernel, 64, true, false);
	memcpy(&ph, kernel.data + sizeof(Elf64_Ehdr), sizeof(ph));
	put(&kernel, offsetof(Elf64_Ehdr, e_phoff), 8, 0x2000);
	for (int i = 0; i < 40; i++)
		memcpy(kernel.data + 0x2000 + i * sizeof(ph), &ph, sizeof(ph));
	put(&kernel, offsetof(Elf64_Ehdr, e_phnum), 2, 20);
	assert_refused(&in, "too many parts");
	put(&kernel, offsetof(Elf64_Ehdr, e_phnum), 2, 40);
	assert_refused(&in, "too many segments");
	put(&kernel, offsetof(Elf64_Ehdr, e_phnum), 2, 0xffff);
	assert_refused(&in, "no x86 kernel");
	image_free(&kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pvh64),
		cmocka_unit_test(test_pvh32),
		cmocka_unit_test(test_bss_is_laid_down),
		cmocka_unit_test(test_multiboot),
		cmocka_unit_test(test_no_kernels),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_too_many_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
