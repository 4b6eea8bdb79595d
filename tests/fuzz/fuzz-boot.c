// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-boot.c - the boot loader, fed with whatever
 *
 * The input is one byte that chooses the machine, two of the initrd's size,
 * and the kernel. Besides the sanitizers' findings it is a failure if a plan
 * reaches beyond its files or RAM, or lays one thing over another.
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE \
 *	-Iinclude/uapi -Iinclude -Iuserspace \
 *	tests/fuzz/fuzz-boot.c userspace/boot/[a-z]*.c
 */
#include <stdlib.h>
#include <string.h>

#include "boot/boot.h"

#define PREFIX	3

static struct boot_plan plan;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int read_bytes(const struct boot_image *image, void *buf, size_t len, uint64_t offset)
{
	require(offset <= image->size && len <= image->size - offset);
	if (image->context)
		memcpy(buf, (const uint8_t *)image->context + offset, len);
	return 0;
}

static uint64_t source_size(const struct boot_input *in, enum boot_source source)
{
	if (source == BOOT_FROM_KERNEL)
		return in->kernel->size;
	if (source == BOOT_FROM_INITRD)
		return in->initrd->size;
	return sizeof(plan.blob) + plan.blob_zeroes;
}

/* A kernel's own parts may lie over each other, if it likes. */
static bool is_kernels(const struct boot_segment *s)
{
	return s->source == BOOT_FROM_KERNEL ||
	       (s->source == BOOT_FROM_BLOB && s->offset >= sizeof(plan.blob));
}

static void check_plan(const struct boot_input *in)
{
	uint64_t top = boot_low_ram_top(in->memory);

	require(plan.nr_segments && plan.nr_segments <= INSULA_SEGMENTS_MAX);
	for (unsigned int i = 0; i < plan.nr_segments; i++) {
		const struct boot_segment *s = &plan.segments[i];
		uint64_t size = source_size(in, s->source);

		require(s->length && s->offset <= size && s->length <= size - s->offset);
		require(s->address <= top && s->length <= top - s->address);
		for (unsigned int j = 0; j < i; j++) {
			const struct boot_segment *other = &plan.segments[j];

			if (is_kernels(s) && is_kernels(other))
				continue;
			require(s->address >= other->address + other->length ||
				other->address >= s->address + s->length);
		}
	}
	require(plan.regs.rip < top);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t memory[] = { 1ULL << 20, 32ULL << 20, 128ULL << 20, 8ULL << 30 };
	struct boot_image kernel = { .name = "kernel", .read = read_bytes };
	struct boot_image initrd = { .name = "initrd", .read = read_bytes };
	struct boot_input in = { .kernel = &kernel, .cmdline = "console=ttyS0" };

	if (size < PREFIX)
		return 0;
	in.memory = memory[data[0] & 3];
	in.cpus = 1 + (data[0] >> 2);
	initrd.size = (uint64_t)(data[1] << 8 | data[2]) << 12;
	if (initrd.size)
		in.initrd = &initrd;
	kernel.context = (void *)(data + PREFIX);
	kernel.size = size - PREFIX;
	if (!boot_prepare(&in, &plan))
		check_plan(&in);
	else
		require(plan.error[0]);
	return 0;
}
