// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables.c - which opcodes there are and what follows them
 *
 * Data only. In the tables is what may touch memory that is a device's, and what
 * exits by itself and has to be stepped over; everything else is left out on
 * purpose and decodes to -EINVAL.
 *
 * AMD APM vol. 3 appendix A; Intel SDM vol. 2D appendix A.
 */
#include "tables.h"

/* Operand forms in the manuals' letters: E is ModRM.rm, G is ModRM.reg. */
#define E_G	OPERAND_RM, OPERAND_REG
#define G_E	OPERAND_REG, OPERAND_RM
#define E_I	OPERAND_RM, OPERAND_IMM
#define E_	OPERAND_RM, OPERAND_NONE
#define _E	OPERAND_NONE, OPERAND_RM
#define A_I	OPERAND_ACC, OPERAND_IMM
#define I_A	OPERAND_IMM, OPERAND_ACC
#define A_	OPERAND_ACC, OPERAND_NONE
#define _A	OPERAND_NONE, OPERAND_ACC
#define A_O	OPERAND_ACC, OPERAND_MOFFS
#define O_A	OPERAND_MOFFS, OPERAND_ACC
#define _I	OPERAND_NONE, OPERAND_IMM
#define NONE	OPERAND_NONE, OPERAND_NONE

#define MODRM	OPC_MODRM
#define BYTE	OPC_BYTE
#define LOCK	OPC_LOCK
#define GROUP	(OPC_GROUP | OPC_MODRM)
#define CTRL	(OPC_CTRL | OPC_MODRM | OPC_D64)

/* The six encodings of each of the classic eight: E,G  G,E  acc,imm. */
#define ALU(first, op, lock) \
	[(first) + 0] = { op, E_G, MODRM | BYTE | (lock) }, \
	[(first) + 1] = { op, E_G, MODRM | (lock) }, \
	[(first) + 2] = { op, G_E, MODRM | BYTE }, \
	[(first) + 3] = { op, G_E, MODRM }, \
	[(first) + 4] = { op, A_I, BYTE | OPC_IMMZ }, \
	[(first) + 5] = { op, A_I, OPC_IMMZ }

#define PREFIX(which)	{ PREFIX_##which, NONE, OPC_PREFIX }

const struct opcode insn_maps[NR_MAPS][256] = {
	[MAP_ONE] = {
		ALU(0x00, INSN_ADD, LOCK),
		ALU(0x08, INSN_OR, LOCK),
		[0x0f] = { MAP_0F, NONE, OPC_ESCAPE },
		ALU(0x10, INSN_ADC, LOCK),
		ALU(0x18, INSN_SBB, LOCK),
		ALU(0x20, INSN_AND, LOCK),
		ALU(0x28, INSN_SUB, LOCK),
		ALU(0x30, INSN_XOR, LOCK),
		ALU(0x38, INSN_CMP, 0),
		[0x26] = PREFIX(SEG),
		[0x2e] = PREFIX(SEG),
		[0x36] = PREFIX(SEG),
		[0x3e] = PREFIX(SEG),
		[0x40 ... 0x4f] = PREFIX(REX),
		[0x63] = { INSN_MOVSX, G_E, MODRM | OPC_ONLY64 | OPC_SRC32 },
		[0x64] = PREFIX(SEG),
		[0x65] = PREFIX(SEG),
		[0x66] = PREFIX(OPSIZE),
		[0x67] = PREFIX(ADDRSIZE),
		[0x6c] = { INSN_INS, NONE, BYTE },
		[0x6d] = { INSN_INS, NONE, OPC_MAX32 },
		[0x6e] = { INSN_OUTS, NONE, BYTE },
		[0x6f] = { INSN_OUTS, NONE, OPC_MAX32 },
		[0x80] = { GROUP_1, NONE, GROUP | BYTE | OPC_IMM8 },
		[0x81] = { GROUP_1, NONE, GROUP | OPC_IMMZ },
		[0x82] = { GROUP_1, NONE, GROUP | BYTE | OPC_IMM8 | OPC_NO64 },
		[0x83] = { GROUP_1, NONE, GROUP | OPC_IMM8 },
		[0x84] = { INSN_TEST, E_G, MODRM | BYTE },
		[0x85] = { INSN_TEST, E_G, MODRM },
		[0x86] = { INSN_XCHG, E_G, MODRM | BYTE | LOCK },
		[0x87] = { INSN_XCHG, E_G, MODRM | LOCK },
		[0x88] = { INSN_MOV, E_G, MODRM | BYTE },
		[0x89] = { INSN_MOV, E_G, MODRM },
		[0x8a] = { INSN_MOV, G_E, MODRM | BYTE },
		[0x8b] = { INSN_MOV, G_E, MODRM },
		[0x8f] = { GROUP_1A, NONE, GROUP },
		[0x90] = { INSN_PAUSE, NONE, OPC_F3 },
		[0xa0] = { INSN_MOV, A_O, BYTE | OPC_MOFFS },
		[0xa1] = { INSN_MOV, A_O, OPC_MOFFS },
		[0xa2] = { INSN_MOV, O_A, BYTE | OPC_MOFFS },
		[0xa3] = { INSN_MOV, O_A, OPC_MOFFS },
		[0xa4] = { INSN_MOVS, NONE, BYTE },
		[0xa5] = { INSN_MOVS, NONE, 0 },
		[0xa6] = { INSN_CMPS, NONE, BYTE },
		[0xa7] = { INSN_CMPS, NONE, 0 },
		[0xa8] = { INSN_TEST, A_I, BYTE | OPC_IMMZ },
		[0xa9] = { INSN_TEST, A_I, OPC_IMMZ },
		[0xaa] = { INSN_STOS, NONE, BYTE },
		[0xab] = { INSN_STOS, NONE, 0 },
		[0xac] = { INSN_LODS, NONE, BYTE },
		[0xad] = { INSN_LODS, NONE, 0 },
		[0xae] = { INSN_SCAS, NONE, BYTE },
		[0xaf] = { INSN_SCAS, NONE, 0 },
		[0xc6] = { GROUP_11, NONE, GROUP | BYTE | OPC_IMMZ },
		[0xc7] = { GROUP_11, NONE, GROUP | OPC_IMMZ },
		[0xcc] = { INSN_INT3, NONE, 0 },
		[0xcd] = { INSN_INT, _I, OPC_UIMM8 },
		[0xce] = { INSN_INTO, NONE, OPC_NO64 },
		[0xcf] = { INSN_IRET, NONE, 0 },
		[0xe4] = { INSN_IN, A_I, BYTE | OPC_UIMM8 },
		[0xe5] = { INSN_IN, A_I, OPC_MAX32 | OPC_UIMM8 },
		[0xe6] = { INSN_OUT, I_A, BYTE | OPC_UIMM8 },
		[0xe7] = { INSN_OUT, I_A, OPC_MAX32 | OPC_UIMM8 },
		[0xec] = { INSN_IN, A_, BYTE },
		[0xed] = { INSN_IN, A_, OPC_MAX32 },
		[0xee] = { INSN_OUT, _A, BYTE },
		[0xef] = { INSN_OUT, _A, OPC_MAX32 },
		[0xf0] = PREFIX(LOCK),
		[0xf1] = { INSN_ICEBP, NONE, 0 },
		[0xf2] = PREFIX(REPNE),
		[0xf3] = PREFIX(REP),
		[0xf4] = { INSN_HLT, NONE, 0 },
		[0xf6] = { GROUP_3, NONE, GROUP | BYTE },
		[0xf7] = { GROUP_3, NONE, GROUP },
		[0xfe] = { GROUP_4, NONE, GROUP | BYTE },
		[0xff] = { GROUP_5, NONE, GROUP },
	},
	[MAP_0F] = {
		[0x01] = { GROUP_7, NONE, MODRM | OPC_GROUP_0F01 },
		[0x06] = { INSN_CLTS, NONE, 0 },
		[0x08] = { INSN_INVD, NONE, 0 },
		[0x09] = { INSN_WBINVD, NONE, 0 },
		[0x20] = { INSN_MOV_FROM_CR, E_G, CTRL | LOCK },
		[0x21] = { INSN_MOV_FROM_DR, E_G, CTRL },
		[0x22] = { INSN_MOV_TO_CR, G_E, CTRL | LOCK },
		[0x23] = { INSN_MOV_TO_DR, G_E, CTRL },
		[0x30] = { INSN_WRMSR, NONE, 0 },
		[0x31] = { INSN_RDTSC, NONE, 0 },
		[0x32] = { INSN_RDMSR, NONE, 0 },
		[0x33] = { INSN_RDPMC, NONE, 0 },
		[0x38] = { MAP_0F38, NONE, OPC_ESCAPE },
		[0xa2] = { INSN_CPUID, NONE, 0 },
		[0xa3] = { INSN_BT, E_G, MODRM },
		[0xab] = { INSN_BTS, E_G, MODRM | LOCK },
		[0xb0] = { INSN_CMPXCHG, E_G, MODRM | BYTE | LOCK },
		[0xb1] = { INSN_CMPXCHG, E_G, MODRM | LOCK },
		[0xb3] = { INSN_BTR, E_G, MODRM | LOCK },
		[0xb6] = { INSN_MOVZX, G_E, MODRM | OPC_SRC8 },
		[0xb7] = { INSN_MOVZX, G_E, MODRM | OPC_SRC16 },
		[0xba] = { GROUP_8, NONE, GROUP | OPC_IMM8 },
		[0xbb] = { INSN_BTC, E_G, MODRM | LOCK },
		[0xbe] = { INSN_MOVSX, G_E, MODRM | OPC_SRC8 },
		[0xbf] = { INSN_MOVSX, G_E, MODRM | OPC_SRC16 },
		[0xc0] = { INSN_XADD, E_G, MODRM | BYTE | LOCK },
		[0xc1] = { INSN_XADD, E_G, MODRM | LOCK },
		/* MOVNTI */
		[0xc3] = { INSN_MOV, E_G, MODRM | OPC_MEM | OPC_NOREP | OPC_MIN32 },
	},
	[MAP_0F38] = {
		[0xf0] = { INSN_MOVBE, G_E, MODRM | OPC_MEM | OPC_NOREP },
		[0xf1] = { INSN_MOVBE, E_G, MODRM | OPC_MEM | OPC_NOREP },
	},
};

const struct opcode insn_groups[NR_GROUPS][8] = {
	[GROUP_1] = {
		{ INSN_ADD, E_I, LOCK }, { INSN_OR, E_I, LOCK },
		{ INSN_ADC, E_I, LOCK }, { INSN_SBB, E_I, LOCK },
		{ INSN_AND, E_I, LOCK }, { INSN_SUB, E_I, LOCK },
		{ INSN_XOR, E_I, LOCK }, { INSN_CMP, E_I, 0 },
	},
	[GROUP_1A] = {
		[0] = { INSN_POP, E_, OPC_D64 },
	},
	[GROUP_3] = {
		[0 ... 1] = { INSN_TEST, E_I, OPC_IMMZ },
		[2] = { INSN_NOT, E_, LOCK },
		[3] = { INSN_NEG, E_, LOCK },
	},
	[GROUP_4] = {
		[0] = { INSN_INC, E_, LOCK },
		[1] = { INSN_DEC, E_, LOCK },
	},
	[GROUP_5] = {
		[0] = { INSN_INC, E_, LOCK },
		[1] = { INSN_DEC, E_, LOCK },
		[6] = { INSN_PUSH, _E, OPC_D64 },
	},
	[GROUP_7] = {
		[6] = { INSN_LMSW, _E, OPC_SRC16 },
	},
	[GROUP_8] = {
		[4] = { INSN_BT, E_I, 0 },
		[5] = { INSN_BTS, E_I, LOCK },
		[6] = { INSN_BTR, E_I, LOCK },
		[7] = { INSN_BTC, E_I, LOCK },
	},
	[GROUP_11] = {
		[0] = { INSN_MOV, E_I, 0 },
	},
};

/* 0F 01 with mod 3, by the lower six bits of ModRM. */
const struct opcode insn_0f01_reg[64] = {
	[0x01] = { INSN_VMCALL, NONE, 0 },
	[0x08] = { INSN_MONITOR, NONE, 0 },
	[0x09] = { INSN_MWAIT, NONE, 0 },
	[0x11] = { INSN_XSETBV, NONE, 0 },
	[0x19] = { INSN_VMCALL, NONE, 0 },		/* VMMCALL */
	[0x30 ... 0x37] = { INSN_LMSW, _E, OPC_SRC16 },
	[0x39] = { INSN_RDTSCP, NONE, 0 },
	[0x3a] = { INSN_MONITOR, NONE, OPC_NOREP },	/* MONITORX */
	[0x3b] = { INSN_MWAIT, NONE, OPC_NOREP },	/* MWAITX */
};
