// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instruction decoder, against the assembler (what it is given as text has to
 * come out as operands and length) and against the disassembler (for arbitrary
 * bytes both agree on what there is and how long it is).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/errno.h>

#include "insn_cases.h"

static struct case_list list;

static int setup(void **state)
{
	build_cases(&list);
	return 0;
}

static int teardown(void **state)
{
	free(list.cases);
	return 0;
}

/* Bytes that end exactly where they are said to, so that ASan sees who reads on. */
static int decode_exactly(struct insn *insn, const u8 *bytes, unsigned int avail, unsigned int mode)
{
	u8 *copy = malloc(avail ? avail : 1);
	int ret;

	memcpy(copy, bytes, avail);
	memset(insn, 0x5a, sizeof(*insn));
	ret = insn_decode(insn, copy, avail, mode);
	free(copy);
	return ret;
}

#define CHECK(c, field) \
	do { \
		if (got.field != (c)->want.field) \
			fail_msg(".code%u %s: " #field " is %lld, not %lld", (c)->code.mode * 8, \
				 (c)->code.text, (s64)got.field, (s64)(c)->want.field); \
	} while (0)

static bool uses(const struct insn *insn, enum insn_operand operand)
{
	return insn->dst == operand || insn->src == operand;
}

static void check_case(const struct insn_case *c)
{
	struct insn got;
	int ret = decode_exactly(&got, c->code.bytes, ASM_SLOT, c->code.mode);

	if (ret)
		fail_msg(".code%u %s: %d", c->code.mode * 8, c->code.text, ret);
	if (got.len != c->code.len)
		fail_msg("%s: length is %u, not %u", c->code.text, got.len, c->code.len);
	CHECK(c, op);
	CHECK(c, opsize);
	CHECK(c, srcsize);
	CHECK(c, addrsize);
	CHECK(c, dst);
	CHECK(c, src);
	CHECK(c, has_mem);
	CHECK(c, rex);
	CHECK(c, rep);
	CHECK(c, repne);
	CHECK(c, lock);
	CHECK(c, imm);
	CHECK(c, disp);
	if (c->want.has_mem || (c->want.op >= INSN_MOVS && c->want.op <= INSN_OUTS))
		CHECK(c, seg);
	CHECK(c, base);
	CHECK(c, index);
	if (c->want.index >= 0)
		CHECK(c, scale);
	if (uses(&c->want, OPERAND_REG))
		CHECK(c, reg);
	if (uses(&c->want, OPERAND_RM) && !c->want.has_mem)
		CHECK(c, rm);
}

static void assembled_instructions_decode_to_their_operands(void **state)
{
	size_t i;

	assert_true(list.n > 10000);
	for (i = 0; i < list.n; i++)
		check_case(&list.cases[i]);
	print_message("%zu instructions\n", list.n);
}

static void part_of_an_instruction_asks_for_more(void **state)
{
	struct insn insn;
	unsigned int avail;
	size_t i;

	for (i = 0; i < list.n; i++) {
		const struct asm_insn *code = &list.cases[i].code;

		for (avail = 0; avail < code->len; avail++)
			assert_int_equal(decode_exactly(&insn, code->bytes, avail, code->mode),
					 -ENODATA);
		assert_int_equal(decode_exactly(&insn, code->bytes, code->len, code->mode), 0);
	}
}

/* What the generator does not make: other encodings, and what only has a length. */
#define MODES_16	2
#define MODES_32	4
#define MODES_64	8
#define MODES_OLD	(MODES_16 | MODES_32)
#define MODES_ALL	(MODES_OLD | MODES_64)

#define WANT(op_, ...) \
	{ .op = op_, .seg = SEG_DS, .base = -1, .index = -1, ##__VA_ARGS__ }

/* The defaults in WANT() are there to be overridden. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct {
	const char *text;
	unsigned int modes;
	struct insn want;	/* sizes that are 0 are not compared */
} singles[] = {
	{ "cpuid", MODES_ALL, WANT(INSN_CPUID) },
	{ ".byte 0x66, 0x0f, 0xa2", MODES_ALL, WANT(INSN_CPUID) },
	{ ".byte 0x48, 0x0f, 0xa2", MODES_64, WANT(INSN_CPUID, .rex = true) },
	{ "hlt", MODES_ALL, WANT(INSN_HLT) },
	{ "rdmsr", MODES_ALL, WANT(INSN_RDMSR) },
	{ "wrmsr", MODES_ALL, WANT(INSN_WRMSR) },
	{ "rdtsc", MODES_ALL, WANT(INSN_RDTSC) },
	{ "rdtscp", MODES_ALL, WANT(INSN_RDTSCP) },
	{ "rdpmc", MODES_ALL, WANT(INSN_RDPMC) },
	{ "invd", MODES_ALL, WANT(INSN_INVD) },
	{ "wbinvd", MODES_ALL, WANT(INSN_WBINVD) },
	{ "wbnoinvd", MODES_ALL, WANT(INSN_WBINVD, .rep = true) },
	{ "xsetbv", MODES_ALL, WANT(INSN_XSETBV) },
	{ "pause", MODES_ALL, WANT(INSN_PAUSE, .rep = true) },
	{ "monitor", MODES_ALL, WANT(INSN_MONITOR) },
	{ "monitorx", MODES_ALL, WANT(INSN_MONITOR) },
	{ "mwait", MODES_ALL, WANT(INSN_MWAIT) },
	{ "mwaitx", MODES_ALL, WANT(INSN_MWAIT) },
	{ "vmcall", MODES_ALL, WANT(INSN_VMCALL) },
	{ "vmmcall", MODES_ALL, WANT(INSN_VMCALL) },
	{ "clts", MODES_ALL, WANT(INSN_CLTS) },
	{ "int3", MODES_ALL, WANT(INSN_INT3) },
	{ "into", MODES_OLD, WANT(INSN_INTO) },
	{ "int 0x80", MODES_ALL, WANT(INSN_INT, .src = OPERAND_IMM, .imm = 0x80) },
	{ ".byte 0xf1", MODES_ALL, WANT(INSN_ICEBP) },
	{ "iretd", MODES_ALL, WANT(INSN_IRET, .opsize = 4) },
	{ "iretw", MODES_ALL, WANT(INSN_IRET, .opsize = 2) },
	{ "iretq", MODES_64, WANT(INSN_IRET, .opsize = 8, .rex = true) },
	{ "in al, 0xfe", MODES_ALL, WANT(INSN_IN, .opsize = 1, .dst = OPERAND_ACC,
				      .src = OPERAND_IMM, .imm = 0xfe) },
	{ "in ax, dx", MODES_ALL, WANT(INSN_IN, .opsize = 2, .dst = OPERAND_ACC) },
	{ "in eax, dx", MODES_ALL, WANT(INSN_IN, .opsize = 4, .dst = OPERAND_ACC) },
	{ ".byte 0x48; in eax, dx", MODES_64, WANT(INSN_IN, .opsize = 4, .dst = OPERAND_ACC,
						.rex = true) },
	{ "out 0x80, eax", MODES_ALL, WANT(INSN_OUT, .opsize = 4, .dst = OPERAND_IMM,
					.src = OPERAND_ACC, .imm = 0x80) },
	{ "out dx, al", MODES_ALL, WANT(INSN_OUT, .opsize = 1, .src = OPERAND_ACC) },
	{ "mov cr3, rdi", MODES_64, WANT(INSN_MOV_TO_CR, .opsize = 8, .dst = OPERAND_REG,
				      .src = OPERAND_RM, .reg = 3, .rm = REG_RDI) },
	{ "mov r9, cr8", MODES_64, WANT(INSN_MOV_FROM_CR, .opsize = 8, .dst = OPERAND_RM,
				     .src = OPERAND_REG, .reg = 8, .rm = REG_R9, .rex = true) },
	{ "mov cr0, ebx", MODES_OLD, WANT(INSN_MOV_TO_CR, .opsize = 4, .dst = OPERAND_REG,
				       .src = OPERAND_RM, .reg = 0, .rm = REG_RBX) },
	{ ".byte 0xf0, 0x0f, 0x20, 0xc1", MODES_ALL, WANT(INSN_MOV_FROM_CR, .dst = OPERAND_RM,
		.src = OPERAND_REG, .reg = 8, .rm = REG_RCX, .lock = true) },
	/* ModRM.mod is ignored: no displacement follows. */
	{ ".byte 0x0f, 0x22, 0x5d", MODES_ALL, WANT(INSN_MOV_TO_CR, .dst = OPERAND_REG,
		.src = OPERAND_RM, .reg = 3, .rm = REG_RBP) },
	{ "mov dr7, rax", MODES_64, WANT(INSN_MOV_TO_DR, .opsize = 8, .dst = OPERAND_REG,
				      .src = OPERAND_RM, .reg = 7, .rm = REG_RAX) },
	{ "mov esi, dr6", MODES_OLD, WANT(INSN_MOV_FROM_DR, .opsize = 4, .dst = OPERAND_RM,
				       .src = OPERAND_REG, .reg = 6, .rm = REG_RSI) },
	{ "lmsw cx", MODES_ALL, WANT(INSN_LMSW, .src = OPERAND_RM, .rm = REG_RCX,
				  .srcsize = 2) },
	{ "lmsw [rbx+4]", MODES_64, WANT(INSN_LMSW, .src = OPERAND_RM, .has_mem = true,
				      .base = REG_RBX, .disp = 4, .srcsize = 2) },
	/* Accumulator and memory without ModRM. */
	{ "movabs al, [0x1122334455667788]", MODES_64, WANT(INSN_MOV, .opsize = 1,
		.dst = OPERAND_ACC, .src = OPERAND_MOFFS, .has_mem = true,
		.disp = 0x1122334455667788) },
	{ "movabs rax, [0xffffffff80000000]", MODES_64, WANT(INSN_MOV, .opsize = 8,
		.dst = OPERAND_ACC, .src = OPERAND_MOFFS, .has_mem = true, .rex = true,
		.disp = -0x80000000LL) },
	{ "movabs fs:[0x1122334455667788], ax", MODES_64, WANT(INSN_MOV, .opsize = 2,
		.dst = OPERAND_MOFFS, .src = OPERAND_ACC, .has_mem = true, .seg = SEG_FS,
		.disp = 0x1122334455667788) },
	{ ".byte 0x67, 0xa1, 1, 2, 3, 4", MODES_64, WANT(INSN_MOV, .opsize = 4, .addrsize = 4,
		.dst = OPERAND_ACC, .src = OPERAND_MOFFS, .has_mem = true, .disp = 0x04030201) },
	{ "mov eax, ds:[0x12345678]", MODES_32, WANT(INSN_MOV, .opsize = 4,
		.dst = OPERAND_ACC, .src = OPERAND_MOFFS, .has_mem = true, .disp = 0x12345678) },
	{ "mov es:[0x1234], al", MODES_16, WANT(INSN_MOV, .opsize = 1, .dst = OPERAND_MOFFS,
		.src = OPERAND_ACC, .has_mem = true, .seg = SEG_ES, .disp = 0x1234) },
	{ "add al, -2", MODES_ALL, WANT(INSN_ADD, .opsize = 1, .dst = OPERAND_ACC,
				     .src = OPERAND_IMM, .imm = -2) },
	{ "cmp ax, 0x1234", MODES_ALL, WANT(INSN_CMP, .opsize = 2, .dst = OPERAND_ACC,
					 .src = OPERAND_IMM, .imm = 0x1234) },
	{ "test rax, -0x12345678", MODES_64, WANT(INSN_TEST, .opsize = 8, .dst = OPERAND_ACC,
		.src = OPERAND_IMM, .imm = -0x12345678, .rex = true) },
	{ ".byte 0x82, 0x07, 0x05", MODES_32, WANT(INSN_ADD, .opsize = 1, .dst = OPERAND_RM,
		.src = OPERAND_IMM, .has_mem = true, .base = REG_RDI, .imm = 5) },
	{ ".byte 0xf7, 0x08, 1, 0, 0, 0", MODES_64, WANT(INSN_TEST, .opsize = 4, .imm = 1,
		.dst = OPERAND_RM, .src = OPERAND_IMM, .has_mem = true, .base = REG_RAX) },
	{ ".byte 0x66, 0x63, 0x07", MODES_64, WANT(INSN_MOVSX, .opsize = 2, .srcsize = 2,
		.dst = OPERAND_REG, .src = OPERAND_RM, .has_mem = true, .base = REG_RDI) },
	/* REX counts only where it is the last prefix, and the last of its kind. */
	{ ".byte 0x48, 0x66, 0x89, 0x07", MODES_64, WANT(INSN_MOV, .opsize = 2,
		.dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .base = REG_RDI) },
	{ ".byte 0x48, 0x41, 0x89, 0x07", MODES_64, WANT(INSN_MOV, .opsize = 4, .rex = true,
		.dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .base = REG_R15) },
	{ ".byte 0x66, 0x48, 0x89, 0x07", MODES_64, WANT(INSN_MOV, .opsize = 8, .rex = true,
		.dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .base = REG_RDI) },
	{ ".byte 0x66, 0x66, 0x89, 0x07", MODES_32, WANT(INSN_MOV, .opsize = 2,
		.dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .base = REG_RDI) },
	/* The last of several segments and of several repetitions. */
	{ ".byte 0x64, 0x26, 0x88, 0x07", MODES_32, WANT(INSN_MOV, .opsize = 1, .seg = SEG_ES,
		.dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .base = REG_RDI) },
	{ ".byte 0x64, 0x26, 0x88, 0x07", MODES_64, WANT(INSN_MOV, .opsize = 1, .seg = SEG_FS,
		.dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .base = REG_RDI) },
	{ ".byte 0xf2, 0xf3, 0xa4", MODES_ALL, WANT(INSN_MOVS, .opsize = 1, .rep = true) },
	{ ".byte 0xf3, 0xf2, 0xa6", MODES_ALL, WANT(INSN_CMPS, .opsize = 1, .repne = true) },
	/* SIB: R12 as base needs it, R12 as index is one, RBP and R13 without displacement. */
	{ ".byte 0x43, 0x88, 0x04, 0x24", MODES_64, WANT(INSN_MOV, .opsize = 1, .rex = true,
		.dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .base = REG_R12,
		.index = REG_R12) },
	{ ".byte 0x41, 0x88, 0x04, 0x25, 1, 0, 0, 0", MODES_64, WANT(INSN_MOV, .opsize = 1,
		.rex = true, .dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true, .disp = 1) },
	{ ".byte 0x41, 0x88, 0x05, 1, 0, 0, 0", MODES_64, WANT(INSN_MOV, .opsize = 1,
		.rex = true, .dst = OPERAND_RM, .src = OPERAND_REG, .has_mem = true,
		.base = INSN_BASE_RIP, .disp = 1) },
	/* 15 bytes are one instruction. */
	{ ".byte 0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x0f,0xa2",
	  MODES_ALL, WANT(INSN_CPUID) },
};

#pragma GCC diagnostic pop

#define NR_SINGLES (sizeof(singles) / sizeof(*singles))

static void single_encodings_decode_to_their_operands(void **state)
{
	static struct insn_case cases[3 * NR_SINGLES];
	struct asm_insn *codes[3 * NR_SINGLES];
	unsigned int mode;
	size_t i, n = 0;

	for (i = 0; i < NR_SINGLES; i++)
		for (mode = 2; mode <= 8; mode *= 2) {
			struct insn_case *c = &cases[n];

			if (!(singles[i].modes & mode))
				continue;
			c->want = singles[i].want;
			c->code.mode = mode;
			snprintf(c->code.text, sizeof(c->code.text), "%s", singles[i].text);
			codes[n++] = &c->code;
		}
	assemble(codes, n);
	for (i = 0; i < n; i++) {
		struct insn got;
		struct insn *want = &cases[i].want;

		assert_int_equal(decode_exactly(&got, cases[i].code.bytes, cases[i].code.len,
						cases[i].code.mode), 0);
		want->opsize = want->opsize ? want->opsize : got.opsize;
		want->srcsize = want->srcsize ? want->srcsize : got.srcsize;
		want->addrsize = want->addrsize ? want->addrsize : got.addrsize;
		check_case(&cases[i]);
	}
}

static const struct {
	const char *what;
	unsigned int modes, len;
	u8 bytes[16];
} invalid[] = {
	{ "lock mov mem, reg", MODES_ALL, 3, { 0xf0, 0x89, 0x07 } },
	{ "lock cmp mem, reg", MODES_ALL, 3, { 0xf0, 0x39, 0x07 } },
	{ "lock cmp mem, imm", MODES_ALL, 4, { 0xf0, 0x80, 0x3f, 0x01 } },
	{ "lock add reg, reg", MODES_ALL, 3, { 0xf0, 0x01, 0xc0 } },
	{ "lock add reg, mem", MODES_ALL, 3, { 0xf0, 0x03, 0x07 } },
	{ "lock add acc, imm", MODES_ALL, 3, { 0xf0, 0x04, 0x07 } },
	{ "lock bt mem, reg", MODES_ALL, 4, { 0xf0, 0x0f, 0xa3, 0x07 } },
	{ "lock test mem, imm", MODES_ALL, 4, { 0xf0, 0xf6, 0x07, 0x01 } },
	{ "lock cpuid", MODES_ALL, 3, { 0xf0, 0x0f, 0xa2 } },
	{ "lock hlt", MODES_ALL, 2, { 0xf0, 0xf4 } },
	{ "lock movs", MODES_ALL, 2, { 0xf0, 0xa4 } },
	{ "lock mov cr3", MODES_ALL, 4, { 0xf0, 0x0f, 0x22, 0xd8 } },
	{ "lock mov dr0", MODES_ALL, 4, { 0xf0, 0x0f, 0x23, 0xc0 } },
	{ "arpl", MODES_OLD, 2, { 0x63, 0x07 } },
	{ "82 in 64-bit mode", MODES_64, 3, { 0x82, 0x07, 0x05 } },
	{ "into in 64-bit mode", MODES_64, 1, { 0xce } },
	{ "inc ax", MODES_OLD, 1, { 0x40 } },
	{ "nop", MODES_ALL, 1, { 0x90 } },
	{ "repne nop", MODES_ALL, 2, { 0xf2, 0x90 } },
	{ "movnti reg, reg", MODES_ALL, 3, { 0x0f, 0xc3, 0xc0 } },
	{ "66 movnti", MODES_ALL, 4, { 0x66, 0x0f, 0xc3, 0x07 } },
	{ "f3 movnti", MODES_ALL, 4, { 0xf3, 0x0f, 0xc3, 0x07 } },
	{ "movbe reg, reg", MODES_ALL, 4, { 0x0f, 0x38, 0xf0, 0xc0 } },
	{ "crc32", MODES_ALL, 5, { 0xf2, 0x0f, 0x38, 0xf0, 0x07 } },
	{ "pop, member 1", MODES_ALL, 2, { 0x8f, 0x0f } },
	{ "group 11, member 1", MODES_ALL, 3, { 0xc6, 0x0f, 0x00 } },
	{ "mul", MODES_ALL, 2, { 0xf6, 0x27 } },
	{ "call mem", MODES_ALL, 2, { 0xff, 0x17 } },
	{ "group 4, member 6", MODES_ALL, 2, { 0xfe, 0x37 } },
	{ "group 8, member 0", MODES_ALL, 4, { 0x0f, 0xba, 0x07, 0x00 } },
	{ "sgdt", MODES_ALL, 3, { 0x0f, 0x01, 0x07 } },
	{ "enclv", MODES_ALL, 3, { 0x0f, 0x01, 0xc0 } },
	{ "popcnt", MODES_ALL, 4, { 0xf3, 0x0f, 0xb8, 0x07 } },
	{ "vex", MODES_ALL, 3, { 0xc5, 0xf8, 0x77 } },
	{ "jmp", MODES_ALL, 2, { 0xeb, 0xfe } },
	{ "ud2", MODES_ALL, 2, { 0x0f, 0x0b } },
	{ "15 prefixes", MODES_ALL, 16, { [0 ... 14] = 0x66, 0xf4 } },
	{ "16 bytes", MODES_ALL, 16, { [0 ... 13] = 0x2e, 0x0f, 0xa2 } },
	{ "immediate in byte 16", MODES_ALL, 16, { [0 ... 12] = 0x2e, 0xc6, 0x07, 0x00 } },
};

static void invalid_instructions_are_refused(void **state)
{
	struct insn insn;
	unsigned int mode;
	size_t i;

	for (i = 0; i < sizeof(invalid) / sizeof(*invalid); i++)
		for (mode = 2; mode <= 8; mode *= 2) {
			int ret = decode_exactly(&insn, invalid[i].bytes, invalid[i].len, mode);

			if (invalid[i].modes & mode && ret != -EINVAL)
				fail_msg("%s, mode %u: %d", invalid[i].what, mode, ret);
		}
}

static bool is_prefix(u8 byte, unsigned int mode)
{
	return (byte & 0xe7) == 0x26 || (byte >= 0x64 && byte <= 0x67) || byte == 0xf0 ||
	       byte == 0xf2 || byte == 0xf3 || (mode == 8 && (byte & 0xf0) == 0x40);
}

/* Bytes by chance, but with prefixes where a compiler would put them. */
static void random_slot(u8 slot[ASM_SLOT], unsigned int mode)
{
	static const u8 prefixes[] = { 0x66, 0x67, 0x2e, 0x64, 0xf0, 0xf2, 0xf3, 0x26 };
	unsigned int n = 0, i;

	for (i = 0; i < ASM_SLOT; i++)
		slot[i] = rand() >> 8;
	slot[ASM_SLOT - 1] = 0x90;
	if (rand() % 2)
		slot[n++] = prefixes[rand() % 8];
	if (mode == 8 && rand() % 2)
		slot[n++] = 0x40 | (rand() % 16);
	if (rand() % 3 == 0)
		slot[n] = 0x0f;
	while (is_prefix(slot[n], mode))
		slot[n] = rand() >> 8;
}

#define NR_RANDOM 20000

/* One line of objdump's: address, bytes, text. False for lines of another kind. */
static bool parse_line(char *line, unsigned long *address, char **text)
{
	char *tab = strchr(line, '\t');

	if (!tab || sscanf(line, " %lx:", address) != 1)
		return false;
	*text = strchr(tab + 1, '\t');
	if (!*text)
		*text = "";
	else
		(*text)++;
	return true;
}

/* Does the disassembler see an instruction with memory that should be in the table? */
static bool is_ours(const char *text)
{
	static const char *const ours[] = { "mov", "movzx", "movsx", "movsxd", "movnti", "movbe",
		"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp", "test", "not", "neg", "inc",
		"dec", "bt", "bts", "btr", "btc", "xchg", "cmpxchg", "xadd", "push", "pop",
		"movs", "stos", "lods", "cmps", "scas", "ins", "outs" };
	static const char *const segs[] = { ",es", ",cs", ",ss", ",ds", ",fs", ",gs", " es,",
		" cs,", " ss,", " ds,", " fs,", " gs,", ",?", " ?," };
	char word[16];
	size_t i;

	if (!strstr(text, " PTR ") || sscanf(text, "%15s", word) != 1 || strstr(text, "(bad)"))
		return false;
	for (i = 0; i < sizeof(segs) / sizeof(*segs); i++)	/* MOV to and from a segment */
		if (strstr(text, segs[i]))
			return false;
	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (!strcmp(word, ours[i]))
			return true;
	return false;
}

/*
 * The disassembler finds 66 or F2 before WBINVD and the like bad; the decoder need
 * not, as the processor has executed them.
 */
struct verdict {
	int ret;
	unsigned int len;
	bool ignores_prefixes;
};

static void compare_with_objdump(const char *dir, const char *machine, unsigned int mode,
				 const struct verdict *verdicts)
{
	static char line[512], previous[512];
	unsigned long address, last = 1;
	char *text;
	FILE *f;

	asm_run("objdump -D -w -b binary -m %s -M intel --insn-width=16 %s/bytes > %s/text",
		machine, dir, dir);
	f = asm_open(dir, "text", "r");
	while (fgets(line, sizeof(line), f)) {
		const struct verdict *v;

		if (!parse_line(line, &address, &text))
			continue;
		/* The line before was the first of its slot: this one says how long it is. */
		if (last % ASM_SLOT == 0) {
			v = &verdicts[last / ASM_SLOT];
			if (v->ret == 0 && !(v->ignores_prefixes && strstr(previous, "(bad)")) &&
			    (address - last != v->len || strstr(previous, "(bad)")))
				fail_msg("mode %u: %u bytes? %s", mode, v->len, previous);
			if (v->ret != 0 && is_ours(strrchr(previous, '\t') + 1))
				fail_msg("mode %u: %d? %s", mode, v->ret, previous);
		}
		last = address;
		strcpy(previous, line);
	}
	fclose(f);
	assert_true(last / ASM_SLOT == NR_RANDOM - 1);
}

static void random_bytes_are_what_the_disassembler_says(void **state)
{
	static const char *const machines[] = { [2] = "i8086", [4] = "i386", [8] = "i386:x86-64" };
	static struct verdict verdicts[NR_RANDOM];
	unsigned int mode, decoded = 0;
	char dir[64];
	size_t i;

	srand(1);
	for (mode = 2; mode <= 8; mode *= 2) {
		FILE *f;

		asm_tempdir(dir);
		f = asm_open(dir, "bytes", "w");
		for (i = 0; i < NR_RANDOM; i++) {
			u8 slot[ASM_SLOT];
			struct insn insn;

			random_slot(slot, mode);
			verdicts[i].ret = decode_exactly(&insn, slot, ASM_SLOT, mode);
			verdicts[i].len = insn.len;
			verdicts[i].ignores_prefixes = insn.op >= INSN_CPUID;
			if (!verdicts[i].ret) {
				memset(slot + insn.len, 0x90, ASM_SLOT - insn.len);
				decoded++;
			}
			fwrite(slot, 1, ASM_SLOT, f);
		}
		fclose(f);
		compare_with_objdump(dir, machines[mode], mode, verdicts);
		asm_run("rm -r %s", dir);
	}
	print_message("%u of %u decoded\n", decoded, 3 * NR_RANDOM);
	assert_true(decoded > NR_RANDOM / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assembled_instructions_decode_to_their_operands),
		cmocka_unit_test(part_of_an_instruction_asks_for_more),
		cmocka_unit_test(single_encodings_decode_to_their_operands),
		cmocka_unit_test(invalid_instructions_are_refused),
		cmocka_unit_test(random_bytes_are_what_the_disassembler_says),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
