/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insn.h - x86 instructions as far as a hypervisor needs them
 *
 * Pure code, compiled in the module and in userspace. It is given bytes that
 * a guest wrote: no input may make it read past what it was given, loop
 * without bound or fail in any other way than by its return value.
 *
 * Sources: AMD64 APM vol. 3 (encodings, appendix A), vol. 2 ch. 5 (paging);
 * Intel SDM vol. 2 ch. 2.
 */
#ifndef _INSULA_INSN_H
#define _INSULA_INSN_H

#include <linux/types.h>

#define INSN_MAX_LEN	15

/* Instead of a base register: the address of the next instruction. */
#define INSN_BASE_RIP	(-2)

/* General registers as an instruction's encoding numbers them. */
enum insn_reg {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	NR_GPRS,
};

/* Segment registers as an instruction's encoding numbers them. */
enum insn_seg {
	SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, NR_SEGS,
};

/* What an instruction does, folded over its encodings. */
enum insn_op {
	INSN_UNKNOWN,		/* never the result of a decode */
	INSN_MOV,		/* incl. moffs, C6/C7, MOVNTI */
	INSN_MOVZX,
	INSN_MOVSX,		/* incl. MOVSXD */
	INSN_MOVBE,
	INSN_ADD, INSN_OR, INSN_ADC, INSN_SBB, INSN_AND, INSN_SUB, INSN_XOR, INSN_CMP,
	INSN_TEST,
	INSN_NOT, INSN_NEG, INSN_INC, INSN_DEC,
	INSN_BT, INSN_BTS, INSN_BTR, INSN_BTC,
	INSN_XCHG, INSN_CMPXCHG, INSN_XADD,
	INSN_PUSH, INSN_POP,	/* with a memory operand */
	INSN_MOVS, INSN_STOS, INSN_LODS, INSN_CMPS, INSN_SCAS,
	INSN_INS, INSN_OUTS,
	/* What exits and has to be stepped over; no emulation, only a length. */
	INSN_CPUID, INSN_HLT, INSN_RDMSR, INSN_WRMSR, INSN_IN, INSN_OUT,
	INSN_RDTSC, INSN_RDTSCP, INSN_RDPMC, INSN_XSETBV,
	INSN_INVD, INSN_WBINVD,		/* and WBNOINVD */
	INSN_PAUSE,
	INSN_MONITOR, INSN_MWAIT,	/* and MONITORX, MWAITX */
	INSN_VMCALL,		/* and VMMCALL */
	INSN_MOV_TO_CR, INSN_MOV_FROM_CR, INSN_MOV_TO_DR, INSN_MOV_FROM_DR,
	INSN_CLTS, INSN_LMSW, INSN_INT3, INSN_INTO, INSN_INT, INSN_ICEBP,
	INSN_IRET,
	NR_INSN_OPS,
};

/* Where an operand is. */
enum insn_operand {
	OPERAND_NONE,
	OPERAND_REG,		/* the general register insn.reg */
	OPERAND_RM,		/* ModRM.rm: register insn.rm, or memory if has_mem */
	OPERAND_IMM,
	OPERAND_ACC,		/* AL, AX, EAX, RAX */
	OPERAND_MOFFS,		/* memory at insn.disp, no ModRM */
};

/**
 * struct insn - a decoded instruction
 * @op:		what it does
 * @len:	bytes, 1 to 15
 * @opsize:	operand size in bytes: 1, 2, 4, 8
 * @srcsize:	MOVZX/MOVSX/LMSW: bytes of the source; else equal to @opsize
 * @addrsize:	address size in bytes: 2, 4, 8
 * @dst:	first operand
 * @src:	second operand
 * @has_mem:	the ModRM operand is memory (or an OPERAND_MOFFS is there); not set
 *		for string instructions, whose memory is at (@seg:rSI) and (ES:rDI)
 * @rex:	a REX prefix is there: byte registers 4-7 are SPL-DIL, not AH-BH
 * @rep:	F3 (if both F3 and F2 are there, the last one counts)
 * @repne:	F2
 * @lock:	F0
 * @reg:	ModRM.reg with REX.R (for control and debug registers: the number)
 * @rm:		ModRM.rm with REX.B if !@has_mem
 * @seg:	segment the memory operand is in, overrides and defaults applied (in
 *		64-bit mode only FS and GS override)
 * @base:	base register or -1; or INSN_BASE_RIP
 * @index:	index register or -1
 * @scale:	0 to 3
 * @disp:	displacement, sign-extended
 * @imm:	immediate, sign-extended to 64 bits; ports and INT vectors zero-extended
 */
struct insn {
	enum insn_op op : 8;
	enum insn_operand dst : 8, src : 8;
	u8 len;
	u8 opsize, srcsize, addrsize;
	bool has_mem, rex, rep, repne, lock;
	u8 reg, rm, seg, scale;
	s8 base, index;
	s64 disp, imm;
};

/**
 * insn_decode() - decode one instruction
 * @insn:	result, written in full on success
 * @bytes:	the instruction's bytes
 * @avail:	how many there are; more than 15 are not looked at
 * @mode:	default operand and address size of the code segment in bytes: 2 (real,
 *		virtual-8086, 16-bit), 4 (32-bit) or 8 (64-bit mode)
 *
 * Return: 0; -ENODATA when @avail ends inside the instruction (give more bytes);
 * -EINVAL when it is not in the table, or is longer than 15 bytes, or carries a
 * LOCK prefix where that is #UD. @insn is undefined on failure.
 */
int insn_decode(struct insn *insn, const u8 *bytes, unsigned int avail, unsigned int mode);

/**
 * struct insn_env - the world as the emulator sees it
 *
 * The emulator touches registers through @gpr, @rip, @rflags and memory by the
 * two callbacks, which take linear addresses (segment base already added), split
 * nothing (the callback copes with page borders), check the guest's own paging and
 * may fail with: -EFAULT: the guest gets the exception that the callback has
 * recorded; -EAGAIN: come again later, nothing may have been changed; anything
 * else ends the VM.
 *
 * @gpr:	NR_GPRS registers; index REG_RSP is the stack pointer
 * @rip:	of the instruction; advanced when it is complete
 * @rflags:	guest RFLAGS; arithmetic flags are updated, RF is cleared when the
 *		instruction is complete. A single-step trap (TF) is the caller's.
 * @mode:	as for insn_decode()
 * @stack:	width of the stack pointer in bytes for PUSH and POP: 2 or 4 by SS.B,
 *		8 in 64-bit mode; 0: the same as @mode
 * @seg_base:	base of each segment, by enum insn_seg (0 where 64-bit mode ignores it:
 *		the caller fills ES, CS, SS, DS with 0 there)
 * @read:	read @size bytes (1, 2, 4, 8)
 * @write:	write likewise
 * @probe:	would a write of @size bytes at @la go through? Asked by INS before it
 *		reads the port, as what is read there may be gone afterwards. NULL: always
 * @io_in:	port input for INS; 1, 2 or 4 bytes
 * @io_out:	port output for OUTS
 */
struct insn_env {
	u64 *gpr;
	u64 rip;
	u64 rflags;
	unsigned int mode;
	unsigned int stack;
	u64 seg_base[NR_SEGS];
	int (*read)(struct insn_env *env, u64 la, void *buf, unsigned int size);
	int (*write)(struct insn_env *env, u64 la, const void *buf, unsigned int size);
	int (*probe)(struct insn_env *env, u64 la, unsigned int size);
	int (*io_in)(struct insn_env *env, u16 port, u32 *val, unsigned int size);
	int (*io_out)(struct insn_env *env, u16 port, u32 val, unsigned int size);
};

/**
 * insn_emulate() - carry out a decoded instruction
 * @insn:	from insn_decode()
 * @env:	registers and memory
 *
 * Repeated string instructions carry out at most 64 iterations a call (one, if TF is set,
 * so that the caller can raise the trap that is due after each) and leave
 * RIP where it is until the count is used up, so that the caller can look for
 * interrupts in between; registers are then as after a whole iteration. A failing
 * callback leaves registers, flags and RIP as before the (iteration of the)
 * instruction; its error is returned even when earlier iterations were complete, so
 * registers are to be taken over from @env in any case.
 *
 * A read-modify-write instruction is not atomic towards other vCPUs, and reads again
 * when it is started again after a failed write. Segment limits and types are not
 * looked at: the processor has done so before it exits, except for iterations after
 * the first.
 *
 * Context: as the callbacks.
 * Return: 0 when done or progress was made; a callback's error; -EOPNOTSUPP for an
 * @insn that only has a length.
 */
int insn_emulate(const struct insn *insn, struct insn_env *env);

/**
 * insn_linear() - linear address of a memory operand
 * @insn:	decoded, with @insn->has_mem
 * @env:	registers
 *
 * For BT, BTS, BTR and BTC with a register as bit offset it is the address of the
 * operand-sized word that the bit lies in.
 *
 * Return: the address, truncated to the address size before the segment base is
 * added, and to 32 bits after it outside of 64-bit mode.
 */
u64 insn_linear(const struct insn *insn, const struct insn_env *env);

/* Paging modes of a guest. */
enum walk_mode {
	WALK_NONE,		/* CR0.PG = 0: linear is physical */
	WALK_32,		/* two levels, 4-byte entries; PSE */
	WALK_PAE,
	WALK_4LEVEL,
	WALK_5LEVEL,
};

/* What an access does; the error code of #PF is made of the same bits. */
#define WALK_WRITE	0x02
#define WALK_USER	0x04
#define WALK_FETCH	0x10

#define WALK_MAX_LEVELS	5

/**
 * struct walk - the translation of one linear address
 *
 * The first block is the caller's, the rest the result. The result names each
 * paging entry that the translation rests on, so that a cached translation can be
 * proven still true by comparing them.
 *
 * @mode:	paging mode
 * @root:	CR3, or for PAE the address of the four PDPTEs (CR3 & ~31)
 * @wp:		CR0.WP
 * @nx:		EFER.NXE
 * @pse:	CR4.PSE (WALK_32)
 * @smep:	CR4.SMEP
 * @smap:	CR4.SMAP applies (and EFLAGS.AC does not lift it)
 * @maxphyaddr: the guest's physical address width in bits, 32 to 52; bits above are
 *		reserved
 * @read:	read an entry of @size (4 or 8) bytes at @gpa, the rest of *entry being 0; may
 *		fail with any error, which walk_translate() returns
 * @set:	set bits in an entry (accessed, dirty) by compare-and-exchange; return
 *		-EAGAIN if it was changed meanwhile; NULL: leave them alone
 * @gpa:	result: guest-physical address of the byte at @la
 * @size:	result: bytes of the page (4096 in WALK_NONE)
 * @nlevels:	result: how many entries were read
 * @pte_gpa:	result: their addresses
 * @pte:	result: their values, as read (without the A and D bits just set)
 * @error_code:	result with -EFAULT: error code for #PF (P, W/R, U/S, RSVD, I/D)
 */
struct walk {
	enum walk_mode mode;
	u64 root;
	bool wp, nx, pse, smep, smap;
	u8 maxphyaddr;
	int (*read)(struct walk *w, u64 gpa, u64 *entry, unsigned int size);
	int (*set)(struct walk *w, u64 gpa, u64 old, u64 new, unsigned int size);

	u64 gpa, size;
	unsigned int nlevels;
	u64 pte_gpa[WALK_MAX_LEVELS];
	u64 pte[WALK_MAX_LEVELS];
	u32 error_code;
};

/**
 * walk_translate() - translate a linear address through the guest's page tables
 * @w:		how, and the result
 * @la:		linear address; its upper half is ignored outside of the long modes
 * @access:	WALK_* bits; 0 is a supervisor's read
 *
 * Accessed and dirty bits are set after the access has been found permitted.
 * AMD APM vol. 2 §5.2-5.6, §8.4.2 (error code); Intel SDM vol. 3A §4.3-4.7.
 *
 * Context: as @w->read and @w->set.
 * Return: 0; -EFAULT: a page fault is due, @w->error_code; -EINVAL: @la is not
 * canonical in a long mode, #GP (or #SS) is due; else a callback's error.
 */
int walk_translate(struct walk *w, u64 la, u32 access);

#endif
