// SPDX-License-Identifier: GPL-2.0-only
/*
 * images.c - kernel images for the tests of the boot loader
 */
#include "images.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct boot_plan plan;

/* The loader must never ask for what lies beyond the end. */
static int read_memory(const struct boot_image *image, void *buf, size_t len, uint64_t offset)
{
	const struct memory_image *m = image->context;

	assert_true(offset <= image->size && len <= image->size - offset);
	memcpy(buf, m->data + offset, len);
	return 0;
}

void image_new(struct memory_image *m, const char *name, size_t size)
{
	m->data = calloc(1, size ? size : 1);
	assert_non_null(m->data);
	m->image = (struct boot_image){
		.name = name,
		.size = size,
		.read = read_memory,
		.context = m,
	};
}

void image_free(struct memory_image *m)
{
	free(m->data);
	m->data = NULL;
}

void put(struct memory_image *m, size_t offset, size_t size, uint64_t value)
{
	assert_true(offset + size <= m->image.size);
	memcpy(m->data + offset, &value, size);
}

void make_bzimage(struct memory_image *m, size_t kernel_size)
{
	image_new(m, "bzImage", 2 * 512 + kernel_size);
	put(m, 0x1f1, 1, 1);			/* setup_sects */
	put(m, 0x1f4, 4, kernel_size / 16);	/* syssize */
	put(m, 0x1fe, 2, 0xaa55);
	put(m, 0x200, 2, 0x6aeb);		/* jmp to 0x26c */
	memcpy(m->data + 0x202, "HdrS", 4);
	put(m, 0x206, 2, 0x20f);		/* version */
	put(m, 0x211, 1, 1);			/* LOADED_HIGH */
	put(m, 0x214, 4, 0x100000);		/* code32_start */
	put(m, 0x22c, 4, 0x7fffffff);		/* initrd_addr_max */
	put(m, 0x230, 4, 0x200000);		/* kernel_alignment */
	put(m, 0x234, 1, 1);			/* relocatable_kernel */
	put(m, 0x236, 2, 0x7f);			/* xloadflags */
	put(m, 0x238, 4, 2047);			/* cmdline_size */
	put(m, 0x258, 8, 0x1000000);		/* pref_address */
	put(m, 0x260, 4, 0x2000000);		/* init_size */
}

#define ELF_FILE_SIZE	0x3000
#define ELF_NOTE_AT	0x200
#define ELF_MULTIBOOT	0x800
#define ELF_CODE_AT	0x1000

static void make_elf64(struct memory_image *m, bool pvh)
{
	Elf64_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_entry = 0xffffffff80100010,
		.e_phoff = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr ph[2] = {
		{ PT_LOAD, 7, ELF_CODE_AT, 0xffffffff80100000, 0x100000, 0x1000, 0x2000, 0x1000 },
		{ pvh ? PT_NOTE : PT_NULL, 4, ELF_NOTE_AT, 0, 0, 20, 20, 4 },
	};

	memcpy(m->data, &eh, sizeof(eh));
	memcpy(m->data + sizeof(eh), ph, sizeof(ph));
}

static void make_elf32(struct memory_image *m, bool pvh)
{
	Elf32_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_386,
		.e_entry = 0x100010,
		.e_phoff = sizeof(eh),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = 2,
	};
	Elf32_Phdr ph[2] = {
		{ PT_LOAD, ELF_CODE_AT, 0x100000, 0x100000, 0x1000, 0x2000, 7, 0x1000 },
		{ pvh ? PT_NOTE : PT_NULL, ELF_NOTE_AT, 0, 0, 20, 20, 4, 4 },
	};

	memcpy(m->data, &eh, sizeof(eh));
	memcpy(m->data + sizeof(eh), ph, sizeof(ph));
}

void make_elf(struct memory_image *m, int bits, bool pvh, bool multiboot)
{
	image_new(m, "vmlinux", ELF_FILE_SIZE);
	if (bits == 64)
		make_elf64(m, pvh);
	else
		make_elf32(m, pvh);
	if (pvh) {
		put(m, ELF_NOTE_AT, 4, 4);
		put(m, ELF_NOTE_AT + 4, 4, 4);
		put(m, ELF_NOTE_AT + 8, 4, 18);
		memcpy(m->data + ELF_NOTE_AT + 12, "Xen", 4);
		put(m, ELF_NOTE_AT + 16, 4, 0x100040);
	}
	if (multiboot) {
		put(m, ELF_MULTIBOOT, 4, 0x1badb002);
		put(m, ELF_MULTIBOOT + 4, 4, 3);
		put(m, ELF_MULTIBOOT + 8, 4, -(0x1badb002 + 3));
	}
}

static uint64_t source_size(const struct boot_input *in, enum boot_source source)
{
	if (source == BOOT_FROM_KERNEL)
		return in->kernel->size;
	if (source == BOOT_FROM_INITRD)
		return in->initrd->size;
	return sizeof(plan.blob) + plan.blob_zeroes;
}

static bool meet(const struct boot_segment *a, const struct boot_segment *b)
{
	return a->address < b->address + b->length && b->address < a->address + a->length;
}

/* Parts of one kernel may overlap, if it likes; nothing else may. */
static bool may_meet(const struct boot_segment *s)
{
	return s->source == BOOT_FROM_KERNEL ||
	       (s->source == BOOT_FROM_BLOB && s->offset >= sizeof(plan.blob));
}

static void check_segment(const struct boot_input *in, unsigned int i)
{
	const struct boot_segment *s = &plan.segments[i];
	uint64_t top = boot_low_ram_top(in->memory);
	uint64_t size = source_size(in, s->source);

	assert_true(s->length > 0);
	assert_true(s->offset <= size && s->length <= size - s->offset);
	assert_true(s->address <= top && s->length <= top - s->address);
	for (unsigned int j = 0; j < i; j++) {
		const struct boot_segment *other = &plan.segments[j];

		if (may_meet(s) && may_meet(other))
			continue;
		assert_false(meet(s, other));
	}
}

static void check_plan(const struct boot_input *in)
{
	bool code = false;

	assert_in_range(plan.nr_segments, 1, INSULA_SEGMENTS_MAX);
	for (unsigned int i = 0; i < plan.nr_segments; i++) {
		const struct boot_segment *s = &plan.segments[i];

		check_segment(in, i);
		if (may_meet(s) && plan.regs.rip >= s->address &&
		    plan.regs.rip - s->address < s->length)
			code = true;
	}
	/* A bzImage of a few bytes may have its 64-bit entry beyond them. */
	if (plan.regs.mode != INSULA_BOOT_MODE_LONG)
		assert_true(code);
}

struct boot_plan *prepare(const struct boot_input *in)
{
	memset(&plan, 0xa5, sizeof(plan));
	if (boot_prepare(in, &plan)) {
		assert_true(plan.error[0]);
		assert_null(strchr(plan.error, '\n'));
		return NULL;
	}
	check_plan(in);
	return &plan;
}

const char *refusal(void)
{
	return plan.error;
}

void assert_refused(const struct boot_input *in, const char *text)
{
	if (prepare(in))
		fail_msg("accepted, should have been refused: %s", text);
	if (!strstr(refusal(), text))
		fail_msg("\"%s\" does not say \"%s\"", refusal(), text);
}
