/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * assembler.h - bytes of instructions, from the real assembler
 *
 * Runs as(1) and objcopy(1) in a directory of its own. Whatever goes wrong ends
 * the test with the tool's own message.
 */
#ifndef _UNIT_ASSEMBLER_H
#define _UNIT_ASSEMBLER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASM_SLOT 16

/* An instruction as text (Intel's syntax), and what the assembler makes of it. */
struct asm_insn {
	char text[88];
	unsigned int mode;		/* 2, 4, 8: .code16, .code32, .code64 */
	uint8_t bytes[ASM_SLOT];	/* what follows the instruction is 0xcc */
	uint8_t len;
};

static void asm_die(const char *what)
{
	perror(what);
	exit(1);
}

static void __attribute__((format(printf, 1, 2))) asm_run(const char *fmt, ...)
{
	char cmd[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd) != 0) {
		fprintf(stderr, "failed: %s\n", cmd);
		exit(1);
	}
}

static FILE *asm_open(const char *dir, const char *name, const char *mode)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, mode);
	if (!f)
		asm_die(path);
	return f;
}

static void asm_tempdir(char dir[64])
{
	strcpy(dir, "/tmp/insula-unit-XXXXXX");
	if (!mkdtemp(dir))
		asm_die(dir);
}

/* Each instruction gets a slot of 16 bytes; the assembler itself says how long it is. */
static void asm_write_source(const char *dir, struct asm_insn *const *insns, size_t n)
{
	FILE *f = asm_open(dir, "in.s", "w");
	size_t i;

	fprintf(f, ".intel_syntax noprefix\n.text\n");
	for (i = 0; i < n; i++)
		fprintf(f, ".code%u\n1: %s\n2: .p2align 4, 0xcc\n"
			".pushsection .len, \"a\"\n.byte 2b-1b\n.popsection\n",
			insns[i]->mode * 8, insns[i]->text);
	fclose(f);
}

/* Fill in bytes and lengths of all @n. */
static void __attribute__((unused)) assemble(struct asm_insn *const *insns, size_t n)
{
	char dir[64];
	FILE *text, *len;
	size_t i;

	asm_tempdir(dir);
	asm_write_source(dir, insns, n);
	asm_run("as --64 -o %s/o %s/in.s", dir, dir);
	asm_run("objcopy -O binary -j .text %s/o %s/text", dir, dir);
	asm_run("objcopy -O binary -j .len %s/o %s/len", dir, dir);

	text = asm_open(dir, "text", "r");
	len = asm_open(dir, "len", "r");
	for (i = 0; i < n; i++) {
		memset(insns[i]->bytes, 0xcc, ASM_SLOT);
		if (fread(&insns[i]->len, 1, 1, len) != 1 ||
		    (fread(insns[i]->bytes, 1, ASM_SLOT, text) < ASM_SLOT && i != n - 1))
			asm_die("reading what was assembled");
	}
	fclose(text);
	fclose(len);
	asm_run("rm -r %s", dir);
}

#endif
