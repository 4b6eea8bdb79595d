// SPDX-License-Identifier: GPL-2.0-only
/*
 * decode.c - from bytes to struct insn
 *
 * Prefixes, opcode, ModRM and what belongs to it, immediate: in the order in which
 * they stand in memory, driven by the tables. Nothing here knows what an
 * instruction does, and nothing touches a register or memory of the guest.
 *
 * AMD APM vol. 3 ch. 1; Intel SDM vol. 2A ch. 2.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "tables.h"

#define REX_B	0x01
#define REX_X	0x02
#define REX_R	0x04
#define REX_W	0x08

/* What the table cannot say by itself and few instructions have. */
#define OPC_CHECKED	(OPC_NO64 | OPC_ONLY64 | OPC_MEM | OPC_NOREP | OPC_MIN32 | OPC_F3)

#define OPC_IMMEDIATE	(OPC_IMM8 | OPC_UIMM8 | OPC_IMMZ | OPC_MOFFS)

/* The way through the bytes, and the prefixes seen on it. */
struct state {
	const u8 *p, *end;
	int empty;		/* the error of running out of bytes */
	unsigned int mode;
	u8 rex;
	bool opsize, addrsize;
	s8 seg;			/* -1: no override */
};

static __always_inline int fetch(struct state *s, u8 *byte)
{
	if (s->p == s->end)
		return s->empty;
	*byte = *s->p++;
	return 0;
}

/* A little-endian number of 1, 2, 4 or 8 bytes, sign-extended. */
static int fetch_signed(struct state *s, unsigned int size, s64 *val)
{
	s16 v16;
	s32 v32;

	if ((size_t)(s->end - s->p) < size)
		return s->empty;
	switch (size) {
	case 1:
		*val = (s8)*s->p;
		break;
	case 2:
		memcpy(&v16, s->p, 2);
		*val = v16;
		break;
	case 4:
		memcpy(&v32, s->p, 4);
		*val = v32;
		break;
	default:
		memcpy(val, s->p, 8);
		break;
	}
	s->p += size;
	return 0;
}

static int decode_prefix(struct state *s, struct insn *insn, enum insn_prefix prefix, u8 byte)
{
	/* A REX prefix counts only directly before the opcode. */
	s->rex = 0;
	insn->rex = false;

	switch (prefix) {
	case PREFIX_OPSIZE:
		s->opsize = true;
		break;
	case PREFIX_ADDRSIZE:
		s->addrsize = true;
		break;
	case PREFIX_SEG:
		if (byte & 0x40)
			s->seg = byte & 7;		/* 64, 65: FS, GS */
		else if (s->mode != 8)
			s->seg = (byte >> 3) & 3;	/* 26, 2E, 36, 3E: ES to DS */
		break;
	case PREFIX_LOCK:
		insn->lock = true;
		break;
	case PREFIX_REP:
		insn->rep = true;
		insn->repne = false;
		break;
	case PREFIX_REPNE:
		insn->repne = true;
		insn->rep = false;
		break;
	case PREFIX_REX:
		if (s->mode != 8)
			return -EINVAL;		/* INC and DEC of a register */
		s->rex = byte;
		insn->rex = true;
		break;
	}
	return 0;
}

static __always_inline int decode_opcode(struct state *s, struct insn *insn,
					 const struct opcode **opc)
{
	unsigned int map = MAP_ONE;
	u8 byte;
	int ret;

	for (;;) {
		ret = fetch(s, &byte);
		if (ret)
			return ret;
		*opc = &insn_maps[map][byte];
		if (!((*opc)->flags & (OPC_PREFIX | OPC_ESCAPE)))
			return 0;
		if ((*opc)->flags & OPC_ESCAPE) {
			map = (*opc)->op;
			continue;
		}
		ret = decode_prefix(s, insn, (*opc)->op, byte);
		if (ret)
			return ret;
	}
}

static int decode_mem16(struct state *s, struct insn *insn, u8 mod, u8 rm)
{
	static const s8 base[8] = {
		REG_RBX, REG_RBX, REG_RBP, REG_RBP, REG_RSI, REG_RDI, REG_RBP, REG_RBX,
	};
	static const s8 index[8] = {
		REG_RSI, REG_RDI, REG_RSI, REG_RDI, -1, -1, -1, -1,
	};

	if (mod == 0 && rm == 6)
		return fetch_signed(s, 2, &insn->disp);
	insn->base = base[rm];
	insn->index = index[rm];
	if (insn->base == REG_RBP)
		insn->seg = SEG_SS;
	return mod ? fetch_signed(s, mod, &insn->disp) : 0;
}

static int decode_mem32(struct state *s, struct insn *insn, u8 mod, u8 rm)
{
	u8 sib, base = rm;
	int ret;

	if (rm == REG_RSP) {
		ret = fetch(s, &sib);
		if (ret)
			return ret;
		base = sib & 7;
		insn->scale = sib >> 6;
		insn->index = ((sib >> 3) & 7) | (s->rex & REX_X ? 8 : 0);
		if (insn->index == REG_RSP)
			insn->index = -1;
	}
	if (mod == 0 && base == REG_RBP) {
		if (rm == REG_RBP && s->mode == 8)
			insn->base = INSN_BASE_RIP;
		return fetch_signed(s, 4, &insn->disp);
	}
	insn->base = base | (s->rex & REX_B ? 8 : 0);
	if (insn->base == REG_RSP || insn->base == REG_RBP)
		insn->seg = SEG_SS;
	return mod ? fetch_signed(s, mod == 1 ? 1 : 4, &insn->disp) : 0;
}

/* ModRM, what follows it, and the member of the group that it selects. */
static int decode_modrm(struct state *s, struct insn *insn, const struct opcode **opc, u32 *flags)
{
	u8 modrm, mod, reg, rm;
	int ret;

	ret = fetch(s, &modrm);
	if (ret)
		return ret;
	mod = modrm >> 6;
	reg = (modrm >> 3) & 7;
	rm = modrm & 7;

	if (*flags & OPC_GROUP_0F01 && mod == 3)
		*opc = &insn_0f01_reg[modrm & 0x3f];
	else if (*flags & (OPC_GROUP | OPC_GROUP_0F01))
		*opc = &insn_groups[(*opc)->op][reg];
	*flags |= (*opc)->flags;

	insn->reg = reg | (s->rex & REX_R ? 8 : 0);
	if (mod == 3 || *flags & OPC_CTRL) {
		insn->rm = rm | (s->rex & REX_B ? 8 : 0);
		return 0;
	}
	insn->has_mem = true;
	if (insn->addrsize == 2)
		return decode_mem16(s, insn, mod, rm);
	return decode_mem32(s, insn, mod, rm);
}

static unsigned int operand_size(const struct state *s, u32 flags)
{
	if (flags & OPC_BYTE)
		return 1;
	if (flags & OPC_CTRL)
		return s->mode == 8 ? 8 : 4;
	if (s->rex & REX_W)
		return flags & OPC_MAX32 ? 4 : 8;
	if (flags & OPC_D64 && s->mode == 8)
		return s->opsize ? 2 : 8;
	if (flags & OPC_MIN32)
		return 4;
	return (s->mode == 2) != s->opsize ? 2 : 4;
}

static unsigned int source_size(const struct insn *insn, u32 flags)
{
	if (flags & OPC_SRC8)
		return 1;
	if (flags & OPC_SRC16)
		return 2;
	if (flags & OPC_SRC32 && insn->opsize == 8)
		return 4;
	return insn->opsize;
}

static unsigned int address_size(const struct state *s)
{
	if (s->mode == 8)
		return s->addrsize ? 4 : 8;
	return (s->mode == 2) != s->addrsize ? 2 : 4;
}

static int decode_immediate(struct state *s, struct insn *insn, u32 flags)
{
	int ret;

	if (flags & OPC_MOFFS) {
		insn->has_mem = true;
		return fetch_signed(s, insn->addrsize, &insn->disp);
	}
	if (flags & OPC_IMMZ)
		return fetch_signed(s, min_t(u8, insn->opsize, 4), &insn->imm);
	ret = fetch_signed(s, 1, &insn->imm);
	if (flags & OPC_UIMM8)
		insn->imm &= 0xff;
	return ret;
}

/* Is the instruction one at all, here and with these prefixes? */
static bool is_valid(const struct state *s, const struct insn *insn, u32 flags)
{
	if (flags & OPC_NO64 && s->mode == 8)
		return false;
	if (flags & OPC_ONLY64 && s->mode != 8)
		return false;
	if (flags & OPC_MEM && !insn->has_mem)
		return false;
	if (flags & OPC_NOREP && (insn->rep || insn->repne))
		return false;
	if (flags & OPC_MIN32 && s->opsize)
		return false;
	return !(flags & OPC_F3) || insn->rep;
}

static bool lock_is_valid(struct insn *insn, u32 flags)
{
	if (!(flags & OPC_LOCK))
		return false;
	if (!(flags & OPC_CTRL))
		return insn->has_mem;
	/* AMD's other way to name CR8, which 32-bit code has (APM vol. 3, MOV CRn). */
	if (insn->reg != 0)
		return false;
	insn->reg = 8;
	return true;
}

/* Assigned one by one, which compiles to a few wide stores. */
static __always_inline void reset(struct insn *insn, enum insn_op op, unsigned int opsize,
				  unsigned int addrsize)
{
	insn->op = op;
	insn->dst = OPERAND_NONE;
	insn->src = OPERAND_NONE;
	insn->len = 0;
	insn->opsize = opsize;
	insn->srcsize = opsize;
	insn->addrsize = addrsize;
	insn->has_mem = false;
	insn->rex = false;
	insn->rep = false;
	insn->repne = false;
	insn->lock = false;
	insn->reg = 0;
	insn->rm = 0;
	insn->seg = SEG_DS;
	insn->scale = 0;
	insn->base = -1;
	insn->index = -1;
	insn->disp = 0;
	insn->imm = 0;
}

static int decode_full(struct insn *insn, const u8 *bytes, unsigned int avail,
		       unsigned int mode)
{
	struct state s = {
		.p = bytes,
		.end = bytes + min_t(unsigned int, avail, INSN_MAX_LEN),
		.empty = avail < INSN_MAX_LEN ? -ENODATA : -EINVAL,
		.mode = mode,
		.seg = -1,
	};
	const struct opcode *opc;
	u32 flags;
	int ret;

	reset(insn, INSN_UNKNOWN, 0, 0);
	ret = decode_opcode(&s, insn, &opc);
	if (ret)
		return ret;
	insn->addrsize = address_size(&s);
	flags = opc->flags;
	if (flags & OPC_MODRM) {
		ret = decode_modrm(&s, insn, &opc, &flags);
		if (ret)
			return ret;
	}
	if (opc->op == INSN_UNKNOWN)
		return -EINVAL;
	insn->op = opc->op;
	insn->dst = opc->dst;
	insn->src = opc->src;
	insn->opsize = operand_size(&s, flags);
	insn->srcsize = source_size(insn, flags);
	if (flags & OPC_IMMEDIATE) {
		ret = decode_immediate(&s, insn, flags);
		if (ret)
			return ret;
	}
	if (flags & OPC_CHECKED && !is_valid(&s, insn, flags))
		return -EINVAL;
	if (insn->lock && !lock_is_valid(insn, flags))
		return -EINVAL;
	if (s.seg >= 0)
		insn->seg = s.seg;
	insn->len = s.p - bytes;
	return 0;
}

int insn_decode(struct insn *insn, const u8 *bytes, unsigned int avail, unsigned int mode)
{
	const struct opcode *opc;
	unsigned int len = 1;

	/* Most of what exits often is an opcode and nothing else: CPUID, RDMSR, HLT. */
	if (avail < 2)
		return decode_full(insn, bytes, avail, mode);
	opc = &insn_maps[MAP_ONE][bytes[0]];
	if (opc->flags & OPC_ESCAPE) {
		opc = &insn_maps[opc->op][bytes[1]];
		len = 2;
	}
	if (opc->flags || opc->op == INSN_UNKNOWN)
		return decode_full(insn, bytes, avail, mode);
	reset(insn, opc->op, mode == 2 ? 2 : 4, mode);
	insn->len = len;
	return 0;
}
