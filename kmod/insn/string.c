// SPDX-License-Identifier: GPL-2.0-only
/*
 * string.c - MOVS, STOS, LODS, CMPS, SCAS, INS, OUTS, with or without repetition
 *
 * One iteration is one instruction to everybody who looks on: its registers are
 * written when its last access has gone through. A call ends after a bounded
 * number of iterations.
 *
 * AMD APM vol. 3 §1.2.6 (repeat prefixes) and ch. 3; Intel SDM vol. 2B, REP.
 */
#include <linux/kernel.h>

#include "emulate.h"

#define MAX_ITERATIONS	64

static u64 string_address(const struct insn *insn, const struct insn_env *env, enum insn_reg reg,
			  unsigned int seg)
{
	u64 offset = env->gpr[reg] & size_mask(insn->addrsize);

	return (env->seg_base[seg] + offset) & linear_mask(env);
}

static u64 source(const struct insn *insn, const struct insn_env *env)
{
	return string_address(insn, env, REG_RSI, insn->seg);
}

/* The destination's segment cannot be overridden. */
static u64 destination(const struct insn *insn, const struct insn_env *env)
{
	return string_address(insn, env, REG_RDI, SEG_ES);
}

static void advance(const struct insn *insn, struct insn_env *env, enum insn_reg reg)
{
	u64 step = env->rflags & FLAG_DF ? -(u64)insn->opsize : insn->opsize;

	reg_merge(&env->gpr[reg], env->gpr[reg] + step, insn->addrsize);
}

static int iterate_movs(const struct insn *insn, struct insn_env *env)
{
	u64 val = 0;
	int ret;

	ret = env->read(env, source(insn, env), &val, insn->opsize);
	if (ret)
		return ret;
	ret = env->write(env, destination(insn, env), &val, insn->opsize);
	if (ret)
		return ret;
	advance(insn, env, REG_RSI);
	advance(insn, env, REG_RDI);
	return 0;
}

static int iterate_stos(const struct insn *insn, struct insn_env *env)
{
	int ret = env->write(env, destination(insn, env), &env->gpr[REG_RAX], insn->opsize);

	if (!ret)
		advance(insn, env, REG_RDI);
	return ret;
}

static int iterate_lods(const struct insn *insn, struct insn_env *env)
{
	u64 val = 0;
	int ret;

	ret = env->read(env, source(insn, env), &val, insn->opsize);
	if (ret)
		return ret;
	reg_merge(&env->gpr[REG_RAX], val, insn->opsize);
	advance(insn, env, REG_RSI);
	return 0;
}

static int iterate_cmps(const struct insn *insn, struct insn_env *env)
{
	u64 a = 0, b = 0;
	int ret;

	ret = env->read(env, source(insn, env), &a, insn->opsize);
	if (ret)
		return ret;
	ret = env->read(env, destination(insn, env), &b, insn->opsize);
	if (ret)
		return ret;
	env->rflags = flags_sub(env->rflags, a, b, 0, insn->opsize);
	advance(insn, env, REG_RSI);
	advance(insn, env, REG_RDI);
	return 0;
}

static int iterate_scas(const struct insn *insn, struct insn_env *env)
{
	u64 b = 0;
	int ret;

	ret = env->read(env, destination(insn, env), &b, insn->opsize);
	if (ret)
		return ret;
	env->rflags = flags_sub(env->rflags, env->gpr[REG_RAX], b, 0, insn->opsize);
	advance(insn, env, REG_RDI);
	return 0;
}

static int iterate_ins(const struct insn *insn, struct insn_env *env)
{
	u64 la = destination(insn, env);
	u32 val = 0;
	int ret;

	if (env->probe) {
		ret = env->probe(env, la, insn->opsize);
		if (ret)
			return ret;
	}
	ret = env->io_in(env, env->gpr[REG_RDX], &val, insn->opsize);
	if (ret)
		return ret;
	ret = env->write(env, la, &val, insn->opsize);
	if (ret)
		return ret;
	advance(insn, env, REG_RDI);
	return 0;
}

static int iterate_outs(const struct insn *insn, struct insn_env *env)
{
	u32 val = 0;
	int ret;

	ret = env->read(env, source(insn, env), &val, insn->opsize);
	if (ret)
		return ret;
	ret = env->io_out(env, env->gpr[REG_RDX], val, insn->opsize);
	if (ret)
		return ret;
	advance(insn, env, REG_RSI);
	return 0;
}

static int iterate(const struct insn *insn, struct insn_env *env)
{
	switch (insn->op) {
	case INSN_MOVS:
		return iterate_movs(insn, env);
	case INSN_STOS:
		return iterate_stos(insn, env);
	case INSN_LODS:
		return iterate_lods(insn, env);
	case INSN_CMPS:
		return iterate_cmps(insn, env);
	case INSN_SCAS:
		return iterate_scas(insn, env);
	case INSN_INS:
		return iterate_ins(insn, env);
	default:
		return iterate_outs(insn, env);
	}
}

/* Has a comparison found what it was looking for? */
static bool has_found(const struct insn *insn, const struct insn_env *env)
{
	bool equal = env->rflags & FLAG_ZF;

	if (insn->op != INSN_CMPS && insn->op != INSN_SCAS)
		return false;
	return insn->repne ? equal : !equal;
}

int insn_string(const struct insn *insn, struct insn_env *env)
{
	const u64 mask = size_mask(insn->addrsize);
	u64 *count = &env->gpr[REG_RCX];
	/* A single step traps after each iteration. */
	unsigned int budget = env->rflags & FLAG_TF ? 1 : MAX_ITERATIONS;
	int ret;

	if (!insn->rep && !insn->repne) {
		ret = iterate(insn, env);
		if (ret)
			return ret;
		insn_complete(insn, env);
		return 0;
	}

	/* F2 repeats those that compare nothing as F3 does. */
	while (*count & mask) {
		if (!budget--)
			return 0;
		ret = iterate(insn, env);
		if (ret)
			return ret;
		reg_merge(count, *count - 1, insn->addrsize);
		if (has_found(insn, env))
			break;
	}
	insn_complete(insn, env);
	return 0;
}
