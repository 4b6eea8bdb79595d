/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * images.h - kernel images for the tests of the boot loader: made up, or read
 * from files
 */
#ifndef TEST_IMAGES_H
#define TEST_IMAGES_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "boot/boot.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

/* An image in memory. */
struct memory_image {
	struct boot_image image;
	uint8_t *data;
};

/**
 * image_new() - an image of zeroes
 * @m: set up; image_free() it
 * @name: what errors call it
 * @size: bytes
 */
void image_new(struct memory_image *m, const char *name, size_t size);

/**
 * image_free() - free it
 * @m: from image_new(), or any of the makers below
 */
void image_free(struct memory_image *m);

/**
 * put() - write a little-endian number into an image
 * @m: the image
 * @offset: where
 * @size: bytes, 1 to 8
 * @value: the number
 */
void put(struct memory_image *m, size_t offset, size_t size, uint64_t value);

/**
 * make_bzimage() - a bzImage as small as they get: protocol 2.15, 64-bit
 * @m: set up
 * @kernel_size: bytes of the protected-mode part, a multiple of 16
 */
void make_bzimage(struct memory_image *m, size_t kernel_size);

/**
 * make_elf() - an ELF file with one segment of 4 KiB + 4 KiB bss at 1 MiB
 * @m: set up
 * @bits: 32 or 64
 * @pvh: with a PVH note
 * @multiboot: with a multiboot header
 */
void make_elf(struct memory_image *m, int bits, bool pvh, bool multiboot);

/**
 * prepare() - boot_prepare(), and if it succeeds check what has to be true of
 * every plan: nothing outside of files, nothing outside of RAM, the initrd
 * and boot data clear of everything else, code where the CPU begins
 * @in: what to boot
 *
 * Return: the plan, valid until the next call; NULL when refused, with
 * refusal() set.
 */
struct boot_plan *prepare(const struct boot_input *in);

/**
 * refusal() - why prepare() failed
 *
 * Return: the text; never empty after a failure.
 */
const char *refusal(void);

/**
 * assert_refused() - prepare() has to fail, and its text to say why
 * @in: what to boot
 * @text: what has to be in the text
 */
void assert_refused(const struct boot_input *in, const char *text);

#endif
