// SPDX-License-Identifier: GPL-2.0-only
/*
 * emulate.c - carry out an instruction that has touched a device's memory
 *
 * Everything but string instructions, which are in string.c. An instruction reads
 * its operands, computes, writes memory, which may fail, and only then registers,
 * flags and RIP, so that a failure leaves the guest as it was. No inline assembly:
 * the same code runs in unit tests, beside the processor's own answers.
 *
 * AMD APM vol. 3 ch. 3; Intel SDM vol. 2, vol. 1 §3.4.3 (flags).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/swab.h>

#include "emulate.h"

/* What becomes of the first operand; 0: not carried out here. */
#define DST_READ	BIT(0)
#define DST_WRITE	BIT(1)
#define DST_UPDATE	(DST_READ | DST_WRITE)

static const u8 dst_access[NR_INSN_OPS] = {
	[INSN_MOV ... INSN_MOVBE] = DST_WRITE,
	[INSN_ADD ... INSN_XOR] = DST_UPDATE,
	[INSN_CMP ... INSN_TEST] = DST_READ,
	[INSN_NOT ... INSN_DEC] = DST_UPDATE,
	[INSN_BT] = DST_READ,
	[INSN_BTS ... INSN_BTC] = DST_UPDATE,
};

/* Byte registers 4 to 7 are the second bytes of the first four, unless there is REX. */
static bool is_high_byte(const struct insn *insn, unsigned int reg, unsigned int size)
{
	return size == 1 && !insn->rex && reg >= 4 && reg < 8;
}

static u64 reg_get(const struct insn *insn, const struct insn_env *env, unsigned int reg,
		   unsigned int size)
{
	if (is_high_byte(insn, reg, size))
		return (env->gpr[reg - 4] >> 8) & 0xff;
	return env->gpr[reg & 15] & size_mask(size);
}

static void reg_set(const struct insn *insn, struct insn_env *env, unsigned int reg,
		    unsigned int size, u64 val)
{
	u64 *gpr = &env->gpr[reg & 15];

	if (is_high_byte(insn, reg, size)) {
		gpr = &env->gpr[reg - 4];
		*gpr = (*gpr & ~0xff00ULL) | ((val & 0xff) << 8);
		return;
	}
	reg_merge(gpr, val, size);
}

static bool is_memory(const struct insn *insn, enum insn_operand where)
{
	return where == OPERAND_MOFFS || (where == OPERAND_RM && insn->has_mem);
}

static int operand_read(const struct insn *insn, struct insn_env *env, enum insn_operand where,
			u64 la, unsigned int size, u64 *val)
{
	*val = 0;
	if (is_memory(insn, where))
		return env->read(env, la, val, size);
	switch (where) {
	case OPERAND_REG:
		*val = reg_get(insn, env, insn->reg, size);
		break;
	case OPERAND_RM:
		*val = reg_get(insn, env, insn->rm, size);
		break;
	case OPERAND_ACC:
		*val = reg_get(insn, env, REG_RAX, size);
		break;
	case OPERAND_IMM:
		*val = insn->imm & size_mask(size);
		break;
	default:
		break;
	}
	return 0;
}

static int operand_write(const struct insn *insn, struct insn_env *env, enum insn_operand where,
			 u64 la, u64 val)
{
	if (is_memory(insn, where))
		return env->write(env, la, &val, insn->opsize);
	switch (where) {
	case OPERAND_REG:
		reg_set(insn, env, insn->reg, insn->opsize, val);
		break;
	case OPERAND_RM:
		reg_set(insn, env, insn->rm, insn->opsize, val);
		break;
	case OPERAND_ACC:
		reg_set(insn, env, REG_RAX, insn->opsize, val);
		break;
	default:
		break;
	}
	return 0;
}

static u64 sign_bit(unsigned int size)
{
	return 1ULL << (8 * size - 1);
}

/* SF, ZF and PF, which depend on the result only. */
static u64 flags_result(u64 res, unsigned int size)
{
	/* A bit for each nibble that has an even number of ones. */
	const unsigned int even = 0x9669;
	u64 flags = 0;

	if (!(res & size_mask(size)))
		flags |= FLAG_ZF;
	if (res & sign_bit(size))
		flags |= FLAG_SF;
	if ((even >> ((res ^ (res >> 4)) & 15)) & 1)
		flags |= FLAG_PF;
	return flags;
}

/* AND, OR, XOR, TEST: AF is undefined, and 0 in every processor we know. */
static u64 flags_logic(u64 flags, u64 res, unsigned int size)
{
	return (flags & ~FLAGS_ARITH) | flags_result(res, size);
}

static u64 flags_carry(u64 flags, u64 res, u64 carries, u64 overflow, unsigned int size)
{
	flags = (flags & ~FLAGS_ARITH) | flags_result(res, size);
	if (carries & sign_bit(size))
		flags |= FLAG_CF;
	if (carries & 8)
		flags |= FLAG_AF;
	if (overflow & sign_bit(size))
		flags |= FLAG_OF;
	return flags;
}

static u64 flags_add(u64 flags, u64 a, u64 b, u64 carry, unsigned int size)
{
	u64 res = a + b + carry;
	u64 carries = (a & b) | ((a | b) & ~res);	/* out of each bit */

	return flags_carry(flags, res, carries, (a ^ res) & (b ^ res), size);
}

u64 flags_sub(u64 flags, u64 a, u64 b, u64 borrow, unsigned int size)
{
	u64 res = a - b - borrow;
	u64 borrows = (~a & b) | ((~a | b) & res);

	return flags_carry(flags, res, borrows, (a ^ b) & (a ^ res), size);
}

static u64 keep_carry(u64 old, u64 flags)
{
	return (flags & ~FLAG_CF) | (old & FLAG_CF);
}

/* BT and its kin: CF is the bit; the others stay as they are. */
static u64 compute_bit(enum insn_op op, u64 a, u64 b, unsigned int size, u64 *flags)
{
	u64 bit = 1ULL << (b & (8 * size - 1));

	*flags = (*flags & ~FLAG_CF) | (a & bit ? FLAG_CF : 0);
	switch (op) {
	case INSN_BTS:
		return a | bit;
	case INSN_BTR:
		return a & ~bit;
	case INSN_BTC:
		return a ^ bit;
	default:
		return a;
	}
}

static u64 swap_bytes(u64 val, unsigned int size)
{
	return swab64(val) >> (64 - 8 * size);
}

/* Sums and differences; the comparison's is not used. */
static u64 compute_sum(enum insn_op op, u64 a, u64 b, unsigned int size, u64 *flags)
{
	u64 carry = op == INSN_ADC || op == INSN_SBB ? *flags & FLAG_CF : 0;

	if (op == INSN_ADD || op == INSN_ADC || op == INSN_XADD) {
		*flags = flags_add(*flags, a, b, carry, size);
		return a + b + carry;
	}
	*flags = flags_sub(*flags, a, b, carry, size);
	return a - b - carry;
}

/* The new first operand from the old one, @a, and the second, @b; and the flags. */
static u64 compute(const struct insn *insn, u64 a, u64 b, u64 *flags)
{
	const unsigned int size = insn->opsize;
	u64 res;

	switch (insn->op) {
	case INSN_MOVSX:
		return sign_extend64(b, 8 * insn->srcsize - 1);
	case INSN_MOVBE:
		return swap_bytes(b, size);
	case INSN_ADD:
	case INSN_ADC:
	case INSN_SUB:
	case INSN_SBB:
	case INSN_CMP:
		return compute_sum(insn->op, a, b, size, flags);
	case INSN_AND:
	case INSN_TEST:
		res = a & b;
		break;
	case INSN_OR:
		res = a | b;
		break;
	case INSN_XOR:
		res = a ^ b;
		break;
	case INSN_NOT:
		return ~a;
	case INSN_NEG:
		*flags = flags_sub(*flags, 0, a, 0, size);
		return -a;
	case INSN_INC:
		*flags = keep_carry(*flags, flags_add(*flags, a, 1, 0, size));
		return a + 1;
	case INSN_DEC:
		*flags = keep_carry(*flags, flags_sub(*flags, a, 1, 0, size));
		return a - 1;
	case INSN_BT:
	case INSN_BTS:
	case INSN_BTR:
	case INSN_BTC:
		return compute_bit(insn->op, a, b, size, flags);
	default:		/* MOV, MOVZX */
		return b;
	}
	*flags = flags_logic(*flags, res, size);
	return res;
}

/* XCHG and XADD: both operands are written. The first is ModRM.rm, the second .reg. */
static int emulate_exchange(const struct insn *insn, struct insn_env *env, u64 la)
{
	const unsigned int size = insn->opsize;
	u64 flags = env->rflags, b = reg_get(insn, env, insn->reg, size);
	u64 a, res = b;
	int ret;

	ret = operand_read(insn, env, OPERAND_RM, la, size, &a);
	if (ret)
		return ret;
	if (insn->op == INSN_XADD)
		res = compute_sum(INSN_XADD, a, b, size, &flags);

	/* Memory first, as it may fail; a register last, as it wins if both are one. */
	if (insn->has_mem) {
		ret = env->write(env, la, &res, size);
		if (ret)
			return ret;
	}
	reg_set(insn, env, insn->reg, size, a);
	if (!insn->has_mem)
		reg_set(insn, env, insn->rm, size, res);
	env->rflags = flags;
	return 0;
}

/* The processor writes memory in both cases, with the old value if they differ. */
static int emulate_cmpxchg(const struct insn *insn, struct insn_env *env, u64 la)
{
	const unsigned int size = insn->opsize;
	u64 acc = reg_get(insn, env, REG_RAX, size);
	u64 flags, a;
	bool equal;
	int ret;

	ret = operand_read(insn, env, OPERAND_RM, la, size, &a);
	if (ret)
		return ret;
	flags = flags_sub(env->rflags, acc, a, 0, size);
	equal = flags & FLAG_ZF;
	if (equal || insn->has_mem) {
		ret = operand_write(insn, env, OPERAND_RM, la,
				    equal ? reg_get(insn, env, insn->reg, size) : a);
		if (ret)
			return ret;
	}
	if (!equal)
		reg_set(insn, env, REG_RAX, size, a);
	env->rflags = flags;
	return 0;
}

static u64 stack_address(const struct insn_env *env, unsigned int width, u64 rsp)
{
	return (env->seg_base[SEG_SS] + (rsp & size_mask(width))) & linear_mask(env);
}

static int emulate_push(const struct insn *insn, struct insn_env *env, u64 la)
{
	unsigned int width = env->stack ? env->stack : env->mode;
	u64 rsp = env->gpr[REG_RSP] - insn->opsize;
	u64 val;
	int ret;

	ret = operand_read(insn, env, OPERAND_RM, la, insn->opsize, &val);
	if (ret)
		return ret;
	ret = env->write(env, stack_address(env, width, rsp), &val, insn->opsize);
	if (ret)
		return ret;
	reg_merge(&env->gpr[REG_RSP], rsp, width);
	return 0;
}

/* An operand addressed by the stack pointer sees it as it is after the POP. */
static int emulate_pop(const struct insn *insn, struct insn_env *env)
{
	unsigned int width = env->stack ? env->stack : env->mode;
	u64 rsp = env->gpr[REG_RSP];
	u64 val = 0;
	int ret;

	ret = env->read(env, stack_address(env, width, rsp), &val, insn->opsize);
	if (ret)
		return ret;
	reg_merge(&env->gpr[REG_RSP], rsp + insn->opsize, width);
	ret = operand_write(insn, env, OPERAND_RM, insn_linear(insn, env), val);
	if (ret)
		env->gpr[REG_RSP] = rsp;
	return ret;
}

static int emulate_plain(const struct insn *insn, struct insn_env *env, u64 la)
{
	u8 access = dst_access[insn->op];
	u64 flags = env->rflags;
	u64 a = 0, b;
	int ret;

	if (!access)
		return -EOPNOTSUPP;
	ret = operand_read(insn, env, insn->src, la, insn->srcsize, &b);
	if (ret)
		return ret;
	if (access & DST_READ) {
		ret = operand_read(insn, env, insn->dst, la, insn->opsize, &a);
		if (ret)
			return ret;
	}
	a = compute(insn, a, b, &flags);
	if (access & DST_WRITE) {
		ret = operand_write(insn, env, insn->dst, la, a);
		if (ret)
			return ret;
	}
	env->rflags = flags;
	return 0;
}

/*
 * A bit offset in a register reaches beyond the operand: it is signed, and counts
 * from the operand's address in whole operands.
 */
static u64 bit_displacement(const struct insn *insn, const struct insn_env *env)
{
	unsigned int size = insn->opsize;
	s64 bit = sign_extend64(reg_get(insn, env, insn->reg, size), 8 * size - 1);

	return (bit >> 3) & ~(s64)(size - 1);
}

u64 insn_linear(const struct insn *insn, const struct insn_env *env)
{
	u64 ea = insn->disp;

	if (insn->base >= 0)
		ea += env->gpr[insn->base & 15];
	else if (insn->base == INSN_BASE_RIP)
		ea += env->rip + insn->len;
	if (insn->index >= 0)
		ea += env->gpr[insn->index & 15] << insn->scale;
	if (insn->src == OPERAND_REG && insn->op >= INSN_BT && insn->op <= INSN_BTC)
		ea += bit_displacement(insn, env);

	ea &= size_mask(insn->addrsize);
	return (env->seg_base[insn->seg] + ea) & linear_mask(env);
}

void insn_complete(const struct insn *insn, struct insn_env *env)
{
	env->rip = (env->rip + insn->len) & size_mask(env->mode);
	env->rflags &= ~FLAG_RF;
}

int insn_emulate(const struct insn *insn, struct insn_env *env)
{
	u64 la = 0;
	int ret;

	if (insn->op >= INSN_MOVS && insn->op <= INSN_OUTS)
		return insn_string(insn, env);

	if (insn->has_mem)
		la = insn_linear(insn, env);
	switch (insn->op) {
	case INSN_XCHG:
	case INSN_XADD:
		ret = emulate_exchange(insn, env, la);
		break;
	case INSN_CMPXCHG:
		ret = emulate_cmpxchg(insn, env, la);
		break;
	case INSN_PUSH:
		ret = emulate_push(insn, env, la);
		break;
	case INSN_POP:
		ret = emulate_pop(insn, env);
		break;
	default:
		ret = emulate_plain(insn, env, la);
		break;
	}
	if (!ret)
		insn_complete(insn, env);
	return ret;
}
