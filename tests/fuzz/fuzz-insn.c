// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-insn.c - libFuzzer harness: decoder, emulator and page-table walker on whatever
 * a guest may have written
 *
 * Beyond memory errors it checks what must hold for any input: a decode depends on the
 * instruction's own bytes only and asks for more while it has fewer; a failed emulation
 * changes nothing; an emulation ends after a bounded number of accesses; a translation
 * stays within the physical address width and changes nothing but A and D bits.
 *
 * With clang, from tests/fuzz:
 *   clang -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined -I ../unit/shim
 *     -I ../../kmod fuzz-insn.c ../../kmod/insn/[dtesw]*.c -o fuzz-insn
 */
#include <stdlib.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "insn/insn.h"

#define CHECK(c) do { if (!(c)) abort(); } while (0)

/* 64 iterations of the busiest one: probe, port, write. */
#define MAX_CALLS (64 * 3)

/* The input, from front to back; zeros when it is used up. */
static const u8 *input;
static size_t left;

static u64 take(unsigned int size)
{
	size_t n = min_t(size_t, size, left);
	u64 val = 0;

	memcpy(&val, input, n);
	input += n;
	left -= n;
	return val;
}

static unsigned int calls, fail_at;
static int error;

static int next_call(void)
{
	CHECK(++calls <= MAX_CALLS);
	return calls == fail_at ? error : 0;
}

static void check_size(unsigned int size, unsigned int max)
{
	CHECK(size == 1 || size == 2 || size == 4 || size == 8);
	CHECK(size <= max);
}

static int on_read(struct insn_env *env, u64 la, void *buf, unsigned int size)
{
	u64 val = take(size);

	check_size(size, 8);
	CHECK(env->mode == 8 || la <= 0xffffffff);
	memcpy(buf, &val, size);
	return next_call();
}

static int on_write(struct insn_env *env, u64 la, const void *buf, unsigned int size)
{
	u8 copy[8];

	check_size(size, 8);
	CHECK(env->mode == 8 || la <= 0xffffffff);
	memcpy(copy, buf, size);
	return next_call();
}

static int on_probe(struct insn_env *env, u64 la, unsigned int size)
{
	check_size(size, 4);
	return next_call();
}

static int on_in(struct insn_env *env, u16 port, u32 *val, unsigned int size)
{
	check_size(size, 4);
	*val = take(size);
	return next_call();
}

static int on_out(struct insn_env *env, u16 port, u32 val, unsigned int size)
{
	check_size(size, 4);
	return next_call();
}

/* The same instruction, whatever comes after it, and none before it is whole. */
static void check_decode(const struct insn *insn, const u8 *bytes, unsigned int mode)
{
	struct insn again;
	unsigned int n;

	CHECK(insn->op > INSN_UNKNOWN && insn->op < NR_INSN_OPS);
	CHECK(insn->len >= 1 && insn->len <= INSN_MAX_LEN);
	check_size(insn->opsize, 8);
	check_size(insn->srcsize, insn->op == INSN_LMSW ? 8 : insn->opsize);
	check_size(insn->addrsize, 8);
	CHECK(insn->addrsize != 1 && (mode == 8 || insn->opsize < 8));
	CHECK(insn->reg < 16 && insn->rm < 16 && insn->seg < NR_SEGS && insn->scale < 4);
	CHECK(insn->base >= INSN_BASE_RIP && insn->base < 16);
	CHECK(insn->index >= -1 && insn->index < 16 && insn->index != REG_RSP);
	CHECK(!(insn->rep && insn->repne));
	for (n = 0; n < insn->len; n++) {
		u8 *part = malloc(n + 1);

		memcpy(part, bytes, n);
		CHECK(insn_decode(&again, part, n, mode) == -ENODATA);
		free(part);
	}
	CHECK(insn_decode(&again, bytes, insn->len, mode) == 0);
	CHECK(again.len == insn->len && again.op == insn->op && again.disp == insn->disp &&
	      again.imm == insn->imm && again.seg == insn->seg);
}

static void fuzz_emulate(const struct insn *insn, unsigned int mode)
{
	static const unsigned int stacks[] = { 0, 2, 4, 8 };
	u64 gpr[NR_GPRS], before[NR_GPRS], rip, rflags;
	struct insn_env env = {
		.gpr = gpr, .mode = mode, .read = on_read, .write = on_write,
		.io_in = on_in, .io_out = on_out,
	};
	unsigned int i;
	int ret;

	fail_at = take(1);
	error = fail_at & 1 ? -EFAULT : -EAGAIN;
	calls = 0;
	env.probe = take(1) & 1 ? on_probe : NULL;
	env.stack = stacks[take(1) & 3];
	env.rip = rip = take(8);
	env.rflags = rflags = take(4);
	for (i = 0; i < NR_SEGS; i++)
		env.seg_base[i] = take(4);
	for (i = 0; i < NR_GPRS; i++)
		gpr[i] = take(i < 8 ? 8 : 1);
	memcpy(before, gpr, sizeof(gpr));

	ret = insn_emulate(insn, &env);
	CHECK(ret == 0 || ret == -EOPNOTSUPP || ret == error);
	CHECK((ret == error) == (fail_at && calls == fail_at));
	CHECK((ret == -EOPNOTSUPP) == (insn->op >= INSN_CPUID));
	if (ret)
		CHECK(env.rip == rip);
	/* One failed access: as before. After others, whole iterations may be done. */
	if (ret && (calls <= 1 || !(insn->rep || insn->repne)))
		CHECK(env.rflags == rflags && !memcmp(gpr, before, sizeof(gpr)));
	if (!ret && env.rip != rip)
		CHECK(env.rip == (mode == 8 ? rip + insn->len : mode == 4 ?
				  (u32)(rip + insn->len) : (u16)(rip + insn->len)));
}

static void fuzz_insn(void)
{
	static const unsigned int modes[] = { 2, 4, 8, 8 };
	unsigned int mode = modes[take(1) & 3], avail;
	struct insn insn;
	u8 bytes[16];
	u8 *exact;
	int ret;

	for (avail = 0; avail < sizeof(bytes) && left; avail++)
		bytes[avail] = take(1);
	exact = malloc(avail + 1);
	memcpy(exact, bytes, avail);
	ret = insn_decode(&insn, exact, avail, mode);
	free(exact);
	CHECK(ret == 0 || ret == -EINVAL || ret == -ENODATA);
	CHECK(ret != -ENODATA || avail < INSN_MAX_LEN);
	if (ret)
		return;
	CHECK(insn.len <= avail);
	check_decode(&insn, bytes, mode);
	fuzz_emulate(&insn, mode);
}

static u64 entries[WALK_MAX_LEVELS];

static int on_entry(struct walk *w, u64 gpa, u64 *entry, unsigned int size)
{
	CHECK(size == (w->mode == WALK_32 ? 4 : 8) && gpa % size == 0);
	CHECK(gpa >> 52 == 0 && calls < WALK_MAX_LEVELS);
	*entry = entries[calls] & (size == 4 ? U32_MAX : U64_MAX);
	return ++calls == fail_at ? error : 0;
}

static int on_set(struct walk *w, u64 gpa, u64 old, u64 new, unsigned int size)
{
	CHECK(old != new && (old ^ new) == ((old ^ new) & 0x60 & ~old));
	return take(1) == 1 ? -EAGAIN : 0;
}

static void fuzz_walk(void)
{
	unsigned int bits = take(2), i;
	struct walk w = {
		.mode = WALK_NONE + (bits & 7) % 5, .wp = bits & 8, .nx = bits & 16,
		.pse = bits & 32, .smep = bits & 64, .smap = bits & 128,
		.maxphyaddr = 32 + (bits >> 8 & 31) % 21,
		.read = on_entry, .set = bits & 0x8000 ? on_set : NULL,
	};
	u32 access = take(1) & (WALK_WRITE | WALK_USER | WALK_FETCH);
	u64 la = take(8);
	int ret;

	w.root = take(8);
	fail_at = take(1);
	error = -EIO;
	calls = 0;
	for (i = 0; i < WALK_MAX_LEVELS; i++)
		entries[i] = take(8);

	ret = walk_translate(&w, la, access);
	CHECK(ret == 0 || ret == -EFAULT || ret == -EINVAL || ret == -EAGAIN || ret == -EIO);
	CHECK(w.nlevels <= WALK_MAX_LEVELS && w.nlevels <= calls);
	if (ret == -EFAULT) {
		CHECK((w.error_code & ~(access | 0x09)) == 0);
		CHECK((w.error_code & 0x09) != 0x08 && w.mode != WALK_NONE);
	}
	if (ret == 0) {
		CHECK(w.size >= 4096 && (w.size & (w.size - 1)) == 0);
		CHECK(w.gpa % w.size == la % w.size || w.mode == WALK_NONE);
		CHECK(w.mode <= WALK_32 || w.gpa >> w.maxphyaddr == 0);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	input = data;
	left = size;
	if (take(1) & 1)
		fuzz_walk();
	else
		fuzz_insn();
	return 0;
}
