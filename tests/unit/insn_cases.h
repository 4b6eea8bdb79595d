/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insn_cases.h - instructions by the thousand, each with what it should decode to
 *
 * Operations, operand sizes, addressing forms and modes are multiplied with each
 * other. The bytes come from the assembler, so none of the expectations is made of
 * the same knowledge of encodings as the decoder.
 */
#ifndef _UNIT_INSN_CASES_H
#define _UNIT_INSN_CASES_H

#include "assembler.h"
#include "insn/insn.h"

/* Memory operands without registers point here: in 64-bit mode linear, else an offset. */
#define CASE_ARENA	0x20000000
#define CASE_ABS	0x1f40
#define CASE_RIP_DISP	0x12345

struct insn_case {
	struct asm_insn code;
	struct insn want;
};

struct case_list {
	struct insn_case *cases;
	size_t n, max;
	unsigned int turn;	/* of registers, immediates and forms */
};

/* A memory operand. */
struct mem_form {
	char text[48];
	struct insn want;	/* the fields that say where memory is */
	bool rex, no_regs;
};

#define MAX_FORMS 1024

static const char *const regs64[] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15" };
static const char *const regs32[] = { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
	"r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d" };
static const char *const regs16[] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
	"r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w" };
static const char *const regs8[] = { "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil",
	"r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b" };
static const char *const regs8_high[] = { "ah", "ch", "dh", "bh" };
static const char *const seg_names[] = { "es", "cs", "ss", "ds", "fs", "gs" };

static const char *reg_name(unsigned int reg, unsigned int size, bool high)
{
	if (high)
		return regs8_high[reg - 4];
	return (size == 8 ? regs64 : size == 4 ? regs32 : size == 2 ? regs16 : regs8)[reg];
}

static const char *size_name(unsigned int size)
{
	return size == 8 ? "qword ptr" : size == 4 ? "dword ptr" : size == 2 ? "word ptr" :
	       "byte ptr";
}

static void form_init(struct mem_form *f, unsigned int addrsize)
{
	*f = (struct mem_form){ .want = { .has_mem = true, .addrsize = addrsize, .seg = SEG_DS,
					  .base = -1, .index = -1 } };
}

static void form_text(struct mem_form *f, unsigned int mode, int seg)
{
	unsigned int size = f->want.addrsize;
	char *p = f->text;

	if (seg >= 0) {
		p += sprintf(p, "%s:", seg_names[seg]);
		if (mode != 8 || seg >= SEG_FS)
			f->want.seg = seg;
	}
	p += sprintf(p, "[");
	if (f->want.base == INSN_BASE_RIP)
		p += sprintf(p, "%s+", size == 8 ? "rip" : "eip");
	if (f->want.base >= 0)
		p += sprintf(p, "%s+", reg_name(f->want.base, size, false));
	if (f->want.index >= 0 && size == 2)
		p += sprintf(p, "%s+", regs16[f->want.index]);
	else if (f->want.index >= 0)
		p += sprintf(p, "%s*%u+", reg_name(f->want.index, size, false), 1 << f->want.scale);
	sprintf(p, "%lld]", f->want.disp);
	f->rex = f->want.base >= 8 || f->want.index >= 8;
	f->no_regs = f->want.base < 0 && f->want.index < 0;
}

static void form_add(struct mem_form *forms, unsigned int *n, unsigned int mode, unsigned int size,
		     int base, int index, unsigned int scale, s64 disp, int seg)
{
	struct mem_form *f = &forms[(*n)++];

	form_init(f, size);
	f->want.base = base;
	f->want.index = index;
	f->want.scale = scale;
	f->want.disp = disp;
	if (base == REG_RSP || base == REG_RBP)
		f->want.seg = SEG_SS;
	form_text(f, mode, seg);
}

static unsigned int forms16(struct mem_form *forms, unsigned int n, unsigned int mode)
{
	static const s8 pairs[][2] = { { REG_RBX, REG_RSI }, { REG_RBX, REG_RDI },
		{ REG_RBP, REG_RSI }, { REG_RBP, REG_RDI }, { REG_RSI, -1 }, { REG_RDI, -1 },
		{ REG_RBP, -1 }, { REG_RBX, -1 } };
	static const s64 disps[] = { 0, 0x12, -0x1234 };
	unsigned int i, d;

	for (i = 0; i < 8; i++)
		for (d = 0; d < 3; d++)
			form_add(forms, &n, mode, 2, pairs[i][0], pairs[i][1], 0, disps[d], -1);
	for (i = 0; i < NR_SEGS; i++) {
		form_add(forms, &n, mode, 2, REG_RBX, -1, 0, -3, i);
		form_add(forms, &n, mode, 2, REG_RBP, REG_RDI, 0, 0, i);
	}
	if (mode == 2)
		form_add(forms, &n, mode, 2, -1, -1, 0, CASE_ABS, SEG_DS);
	return n;
}

/* 32- and 64-bit addressing. */
static unsigned int forms32(struct mem_form *forms, unsigned int n, unsigned int mode,
			    unsigned int size)
{
	static const s64 disps[] = { 0, 0x7f, -0x345678, -0x80, 0x80 };
	const int nregs = mode == 8 ? 16 : 8;
	unsigned int turn = 0, d;
	int base, index;

	for (base = 0; base < nregs; base++) {
		for (d = 0; d < 5; d++)
			form_add(forms, &n, mode, size, base, -1, 0, disps[d], -1);
		for (index = base & 1; index < nregs; index += 3) {
			if (index == REG_RSP)
				continue;
			form_add(forms, &n, mode, size, base, index, turn & 3, disps[turn % 5], -1);
			turn++;
		}
	}
	for (index = 0; index < nregs; index++)
		if (index != REG_RSP)
			form_add(forms, &n, mode, size, -1, index, 1 + index % 3, 0x123458, -1);
	for (index = 0; index < NR_SEGS; index++) {
		form_add(forms, &n, mode, size, REG_RBX, -1, 0, 0x5678, index);
		form_add(forms, &n, mode, size, REG_RBP, REG_RCX, 2, -9, index);
		form_add(forms, &n, mode, size, REG_RSP, REG_RBP, 1, 0, index);
	}
	if (size == mode)
		form_add(forms, &n, mode, size, -1, -1, 0,
			 CASE_ABS + (mode == 8 ? CASE_ARENA : 0), SEG_DS);
	if (mode == 8)
		form_add(forms, &n, mode, size, INSN_BASE_RIP, -1, 0, CASE_RIP_DISP, -1);
	return n;
}

static unsigned int build_forms(struct mem_form *forms, unsigned int mode)
{
	unsigned int n = 0;

	if (mode == 8)
		return forms32(forms, forms32(forms, n, mode, 8), mode, 4);
	return forms32(forms, forms16(forms, n, mode), mode, 4);
}

static struct insn_case *case_add(struct case_list *list, unsigned int mode, enum insn_op op,
				  unsigned int size)
{
	struct insn_case *c;

	if (list->n == list->max) {
		list->max = list->max ? 2 * list->max : 4096;
		list->cases = realloc(list->cases, list->max * sizeof(*list->cases));
		if (!list->cases)
			asm_die("realloc");
	}
	c = &list->cases[list->n++];
	memset(c, 0, sizeof(*c));
	c->code.mode = mode;
	c->want.op = op;
	c->want.opsize = size;
	c->want.srcsize = size;
	c->want.addrsize = mode;
	c->want.seg = SEG_DS;
	c->want.base = -1;
	c->want.index = -1;
	return c;
}

static void case_memory(struct insn_case *c, const struct mem_form *f)
{
	c->want.has_mem = true;
	c->want.addrsize = f->want.addrsize;
	c->want.seg = f->want.seg;
	c->want.base = f->want.base;
	c->want.index = f->want.index;
	c->want.scale = f->want.scale;
	c->want.disp = f->want.disp;
	c->want.rex = f->rex || c->want.opsize == 8;
}

/* The next register that can stand beside @f, and its name. */
static const char *case_register(struct case_list *list, struct insn_case *c, unsigned int size,
				 const struct mem_form *f, u8 *reg)
{
	unsigned int nregs = c->code.mode == 8 ? 16 : 8;
	bool high = false;

	*reg = list->turn++ % nregs;
	/* The accumulator has an encoding of its own beside a bare address. */
	if (f && f->no_regs && *reg == REG_RAX)
		*reg = REG_RCX;
	if (size == 1 && *reg >= 4 && *reg < 8) {
		high = c->code.mode != 8 || (!c->want.rex && (list->turn / 16) % 2);
		c->want.rex |= !high;
	}
	c->want.rex |= *reg >= 8;
	return reg_name(*reg, size, high);
}

/* op mem, reg  or  op reg, mem */
static void case_mr(struct case_list *list, unsigned int mode, const char *name, enum insn_op op,
		    unsigned int size, unsigned int srcsize, const struct mem_form *f, bool to_reg)
{
	struct insn_case *c = case_add(list, mode, op, size);
	const char *reg;

	case_memory(c, f);
	c->want.srcsize = srcsize;
	reg = case_register(list, c, size, f, &c->want.reg);
	c->want.dst = to_reg ? OPERAND_REG : OPERAND_RM;
	c->want.src = to_reg ? OPERAND_RM : OPERAND_REG;
	if (to_reg)
		sprintf(c->code.text, "%s %s, %s %s", name, reg, size_name(srcsize), f->text);
	else
		sprintf(c->code.text, "%s %s %s, %s", name, size_name(size), f->text, reg);
}

static void case_mi(struct case_list *list, unsigned int mode, const char *name, enum insn_op op,
		    unsigned int size, const struct mem_form *f)
{
	static const s64 imms[] = { 0x12, -0x13, 0x1234, -0x2345, 0x12345678, -0x12345678 };
	unsigned int choices = size == 1 || (op >= INSN_BT && op <= INSN_BTC) ? 2 :
			       size == 2 ? 4 : 6;
	struct insn_case *c = case_add(list, mode, op, size);

	case_memory(c, f);
	c->want.dst = OPERAND_RM;
	c->want.src = OPERAND_IMM;
	c->want.imm = imms[list->turn++ % choices];
	sprintf(c->code.text, "%s %s %s, %lld", name, size_name(size), f->text, c->want.imm);
}

static void case_m(struct case_list *list, unsigned int mode, const char *name, enum insn_op op,
		   unsigned int size, const struct mem_form *f)
{
	struct insn_case *c = case_add(list, mode, op, size);

	case_memory(c, f);
	if (op == INSN_PUSH || op == INSN_POP)
		c->want.rex = f->rex;
	if (op == INSN_PUSH)
		c->want.src = OPERAND_RM;
	else
		c->want.dst = OPERAND_RM;
	sprintf(c->code.text, "%s %s %s", name, size_name(size), f->text);
}

/* Both registers; not the accumulator, with which XCHG has another encoding. */
static void case_rr(struct case_list *list, unsigned int mode, const char *name, enum insn_op op,
		    unsigned int size)
{
	struct insn_case *c = case_add(list, mode, op, size);
	unsigned int n = (mode == 8 ? 16 : 8) - 1;
	u8 rm = 1 + list->turn % n, reg = 1 + list->turn * 5 % n;
	bool byte_rex = size == 1 && mode == 8;

	list->turn++;
	c->want.rm = rm;
	c->want.reg = reg;
	c->want.rex = size == 8 || rm >= 8 || reg >= 8 || (byte_rex && (rm >= 4 || reg >= 4));
	c->want.dst = OPERAND_RM;
	c->want.src = OPERAND_REG;
	sprintf(c->code.text, "%s %s, %s", name,
		reg_name(rm, size, size == 1 && mode != 8 && rm >= 4),
		reg_name(reg, size, size == 1 && mode != 8 && reg >= 4));
}

/* Which kinds of operands an operation has. */
#define OPS_MR	0x01
#define OPS_RM	0x02
#define OPS_MI	0x04
#define OPS_M	0x08
#define OPS_RR	0x10
#define OPS_ALL	0x20	/* take all forms of memory operands, not each seventh */

struct case_op {
	const char *name;
	enum insn_op op;
	unsigned int sizes;	/* bitmap of 1, 2, 4, 8 */
	unsigned int kinds;
};

static const struct case_op case_ops[] = {
	{ "mov", INSN_MOV, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR | OPS_ALL },
	{ "add", INSN_ADD, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "or", INSN_OR, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "adc", INSN_ADC, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "sbb", INSN_SBB, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "and", INSN_AND, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "sub", INSN_SUB, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "xor", INSN_XOR, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "cmp", INSN_CMP, 15, OPS_MR | OPS_RM | OPS_MI | OPS_RR },
	{ "test", INSN_TEST, 15, OPS_MR | OPS_MI | OPS_RR },
	{ "not", INSN_NOT, 15, OPS_M },
	{ "neg", INSN_NEG, 15, OPS_M },
	{ "inc", INSN_INC, 15, OPS_M },
	{ "dec", INSN_DEC, 15, OPS_M },
	{ "bt", INSN_BT, 14, OPS_MR | OPS_MI | OPS_RR },
	{ "bts", INSN_BTS, 14, OPS_MR | OPS_MI | OPS_RR },
	{ "btr", INSN_BTR, 14, OPS_MR | OPS_MI | OPS_RR },
	{ "btc", INSN_BTC, 14, OPS_MR | OPS_MI | OPS_RR },
	{ "xchg", INSN_XCHG, 15, OPS_MR | OPS_RR },
	{ "cmpxchg", INSN_CMPXCHG, 15, OPS_MR | OPS_RR },
	{ "xadd", INSN_XADD, 15, OPS_MR | OPS_RR },
	{ "movbe", INSN_MOVBE, 14, OPS_MR | OPS_RM },
	{ "movnti", INSN_MOV, 12, OPS_MR },
};

static void case_widening(struct case_list *list, unsigned int mode, const struct mem_form *f)
{
	unsigned int size, max = mode == 8 ? 8 : 4;

	for (size = 2; size <= max; size *= 2) {
		case_mr(list, mode, "movzx", INSN_MOVZX, size, 1, f, true);
		case_mr(list, mode, "movsx", INSN_MOVSX, size, 1, f, true);
	}
	for (size = 4; size <= max; size *= 2) {
		case_mr(list, mode, "movzx", INSN_MOVZX, size, 2, f, true);
		case_mr(list, mode, "movsx", INSN_MOVSX, size, 2, f, true);
	}
	if (mode == 8) {
		case_mr(list, mode, "movsxd", INSN_MOVSX, 8, 4, f, true);
		case_mr(list, mode, "movsxd", INSN_MOVSX, 4, 4, f, true);
	}
}

static void case_stack(struct case_list *list, unsigned int mode, const struct mem_form *f)
{
	unsigned int wide = mode == 8 ? 8 : 4;

	case_m(list, mode, "push", INSN_PUSH, wide, f);
	case_m(list, mode, "push", INSN_PUSH, 2, f);
	case_m(list, mode, "pop", INSN_POP, wide, f);
	case_m(list, mode, "pop", INSN_POP, 2, f);
}

static void case_operation(struct case_list *list, unsigned int mode, const struct case_op *o,
			   unsigned int size, const struct mem_form *f)
{
	static const enum insn_op unlockable[] = { INSN_MOV, INSN_CMP, INSN_TEST, INSN_BT,
						   INSN_MOVBE };
	size_t first = list->n, i;
	bool lockable = true;

	if (o->kinds & OPS_MR)
		case_mr(list, mode, o->name, o->op, size, size, f, false);
	if (o->kinds & OPS_MI)
		case_mi(list, mode, o->name, o->op, size, f);
	if (o->kinds & OPS_M)
		case_m(list, mode, o->name, o->op, size, f);

	for (i = 0; i < sizeof(unlockable) / sizeof(*unlockable); i++)
		lockable &= o->op != unlockable[i];
	for (i = first; lockable && i < list->n; i++) {
		struct insn_case *c = &list->cases[i];
		char text[sizeof(c->code.text)];

		if (list->turn++ % 3)
			continue;
		strcpy(text, c->code.text);
		snprintf(c->code.text, sizeof(text), "lock %.80s", text);
		c->want.lock = true;
	}
	if (o->kinds & OPS_RM)
		case_mr(list, mode, o->name, o->op, size, size, f, true);
}

static void cases_of_mode(struct case_list *list, unsigned int mode)
{
	static struct mem_form forms[MAX_FORMS];
	unsigned int nforms = build_forms(forms, mode), start = 0;
	size_t i, j, size;

	for (i = 0; i < sizeof(case_ops) / sizeof(*case_ops); i++) {
		const struct case_op *o = &case_ops[i];

		for (size = 1; size <= (mode == 8 ? 8 : 4); size *= 2) {
			if (!(o->sizes & size))
				continue;
			for (j = o->kinds & OPS_ALL ? 0 : start++ % 7; j < nforms;
			     j += o->kinds & OPS_ALL ? 1 : 7)
				case_operation(list, mode, o, size, &forms[j]);
			for (j = 0; j < 12 && o->kinds & OPS_RR; j++)
				case_rr(list, mode, o->name, o->op, size);
		}
	}
	for (j = 0; j < nforms; j += 5) {
		case_widening(list, mode, &forms[j]);
		case_stack(list, mode, &forms[j]);
	}
}

/* String instructions: operation, size, repetition, address size, source segment. */
static void case_string(struct case_list *list, unsigned int mode, enum insn_op op,
			unsigned int size, unsigned int rep, unsigned int addrsize, int seg)
{
	static const char *const prefix[] = { "", ".byte 0xf3; ", ".byte 0xf2; " };
	static const char *const acc[] = { [1] = "al", [2] = "ax", [4] = "eax", [8] = "rax" };
	struct insn_case *c = case_add(list, mode, op, size);
	const char *di = reg_name(REG_RDI, addrsize, false), *s = size_name(size);
	char src[32], dst[32];
	char *p = c->code.text;

	sprintf(dst, "%s es:[%s]", s, di);
	sprintf(src, "%s %s:[%s]", s, seg_names[seg], reg_name(REG_RSI, addrsize, false));
	c->want.addrsize = addrsize;
	c->want.rep = rep == 1;
	c->want.repne = rep == 2;
	c->want.rex = size == 8;
	if (op != INSN_STOS && op != INSN_SCAS && op != INSN_INS)
		c->want.seg = seg;

	p += sprintf(p, "%s", prefix[rep]);
	if (op == INSN_MOVS)
		sprintf(p, "movs %s, %s", dst, src);
	else if (op == INSN_CMPS)
		sprintf(p, "cmps %s, %s", src, dst);
	else if (op == INSN_STOS)
		sprintf(p, "stos %s, %s", dst, acc[size]);
	else if (op == INSN_SCAS)
		sprintf(p, "scas %s, %s", acc[size], dst);
	else if (op == INSN_LODS)
		sprintf(p, "lods %s, %s", acc[size], src);
	else if (op == INSN_INS)
		sprintf(p, "ins %s, dx", dst);
	else
		sprintf(p, "outs dx, %s", src);
}

static void string_cases_of_mode(struct case_list *list, unsigned int mode)
{
	unsigned int op, size, rep, wide;

	for (op = INSN_MOVS; op <= INSN_OUTS; op++)
		for (size = 1; size <= (mode == 8 && op < INSN_INS ? 8 : 4); size *= 2)
			for (rep = 0; rep < 3; rep++)
				for (wide = 0; wide < 2; wide++) {
					unsigned int addrsize = mode == 8 ? (wide ? 8 : 4) :
								(wide ? 4 : 2);

					case_string(list, mode, op, size, rep, addrsize, SEG_DS);
					case_string(list, mode, op, size, rep, addrsize, SEG_GS);
				}
}

/* Everything, with bytes. */
static void __attribute__((unused)) build_cases(struct case_list *list)
{
	static const unsigned int modes[] = { 2, 4, 8 };
	struct asm_insn **insns;
	size_t i;

	*list = (struct case_list){ 0 };
	for (i = 0; i < 3; i++) {
		cases_of_mode(list, modes[i]);
		string_cases_of_mode(list, modes[i]);
	}
	insns = calloc(list->n, sizeof(*insns));
	if (!insns)
		asm_die("calloc");
	for (i = 0; i < list->n; i++)
		insns[i] = &list->cases[i].code;
	assemble(insns, list->n);
	free(insns);
}

#endif
