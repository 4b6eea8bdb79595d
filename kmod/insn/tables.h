/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables.h - the opcode tables, shared by decode.c and tables.c and nobody else
 */
#ifndef _INSULA_INSN_TABLES_H
#define _INSULA_INSN_TABLES_H

#include <linux/bits.h>

#include "insn.h"

/* What follows an opcode, and what may stand before it. */
#define OPC_BYTE	BIT(0)		/* the operand is a byte */
#define OPC_MODRM	BIT(1)
#define OPC_IMM8	BIT(2)		/* one byte, sign-extended */
#define OPC_UIMM8	BIT(3)		/* one byte, zero-extended */
#define OPC_IMMZ	BIT(4)		/* as wide as the operand, 4 bytes at most */
#define OPC_MOFFS	BIT(5)		/* an address, as wide as the address size */
#define OPC_LOCK	BIT(6)		/* LOCK is valid if the first operand is memory */
#define OPC_NO64	BIT(7)		/* not in 64-bit mode */
#define OPC_ONLY64	BIT(8)		/* nowhere else */
#define OPC_D64		BIT(9)		/* 8 bytes unless 66 in 64-bit mode */
#define OPC_MAX32	BIT(10)		/* REX.W does not widen */
#define OPC_MEM		BIT(11)		/* no register in ModRM.rm */
#define OPC_CTRL	BIT(12)		/* ModRM.mod is ignored: control and debug registers */
#define OPC_SRC8	BIT(13)		/* the second operand's own size */
#define OPC_SRC16	BIT(14)
#define OPC_SRC32	BIT(15)		/* 4 bytes at most */
#define OPC_NOREP	BIT(16)		/* F2 and F3 make another instruction of it */
#define OPC_MIN32	BIT(17)		/* 4 bytes in 16-bit code as well; 66 is invalid */
#define OPC_F3		BIT(18)		/* F3 is part of the opcode */

/* What is no instruction yet; @op then says which one of its kind. */
#define OPC_PREFIX	BIT(19)		/* @op: enum insn_prefix */
#define OPC_ESCAPE	BIT(20)		/* @op: the map to go on in */
#define OPC_GROUP	BIT(21)		/* @op: the group that ModRM.reg selects from */
#define OPC_GROUP_0F01	BIT(22)		/* the same, but the whole ModRM byte if mod is 3 */

enum insn_prefix {
	PREFIX_OPSIZE, PREFIX_ADDRSIZE, PREFIX_SEG, PREFIX_LOCK, PREFIX_REP, PREFIX_REPNE,
	PREFIX_REX,
};

enum insn_map { MAP_ONE, MAP_0F, MAP_0F38, NR_MAPS };

enum insn_group {
	GROUP_1, GROUP_1A, GROUP_3, GROUP_4, GROUP_5, GROUP_7, GROUP_8, GROUP_11, NR_GROUPS,
};

/**
 * struct opcode - what one opcode, or one member of a group, means
 * @op:		enum insn_op, unless @flags say otherwise; 0: not in the table
 * @dst:	enum insn_operand
 * @src:	enum insn_operand
 * @flags:	OPC_*; a group's and its member's are added up
 */
struct opcode {
	u8 op, dst, src;
	u32 flags;
};

extern const struct opcode insn_maps[NR_MAPS][256];
extern const struct opcode insn_groups[NR_GROUPS][8];
extern const struct opcode insn_0f01_reg[64];

#endif
