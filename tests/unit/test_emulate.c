// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instruction emulator, against this processor: each instruction of
 * insn_cases.h is run natively and emulated from the same registers, flags and
 * memory, and has to leave the same. Besides: what happens when an access fails,
 * and how repeated instructions come back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <cpuid.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "native.h"

#define CF	0x001ULL
#define PF	0x004ULL
#define AF	0x010ULL
#define ZF	0x040ULL
#define SF	0x080ULL
#define DF	0x400ULL
#define OF	0x800ULL
#define RF	0x10000ULL
#define ARITH	(CF | PF | AF | ZF | SF | OF)

#define GS_BASE	0x3000
#define ROUNDS	6

static struct case_list list;
static u64 fs_base;

/* The emulator's memory, and what happens to it. */
static u8 shadow[ARENA_SIZE];

struct world {
	struct insn_env env;
	u64 gpr[NR_GPRS];
	unsigned int calls, fail_at;	/* the call that fails, from 1; 0: none */
	int error;
	bool outside;
	u32 port_val;
	u16 port;
};

static u64 rand64(void)
{
	return (u64)rand() << 42 ^ (u64)rand() << 21 ^ rand();
}

static bool fails(struct insn_env *env)
{
	struct world *w = container_of(env, struct world, env);

	return ++w->calls == w->fail_at;
}

static u8 *locate(struct insn_env *env, u64 la, unsigned int size)
{
	struct world *w = container_of(env, struct world, env);

	if (la - CASE_ARENA <= ARENA_SIZE - size)
		return shadow + (la - CASE_ARENA);
	w->outside = true;
	return NULL;
}

static int world_read(struct insn_env *env, u64 la, void *buf, unsigned int size)
{
	u8 *p = locate(env, la, size);

	if (fails(env) || !p)
		return container_of(env, struct world, env)->error;
	memcpy(buf, p, size);
	return 0;
}

static int world_write(struct insn_env *env, u64 la, const void *buf, unsigned int size)
{
	u8 *p = locate(env, la, size);

	if (fails(env) || !p)
		return container_of(env, struct world, env)->error;
	memcpy(p, buf, size);
	return 0;
}

static int world_in(struct insn_env *env, u16 port, u32 *val, unsigned int size)
{
	struct world *w = container_of(env, struct world, env);

	if (fails(env))
		return w->error;
	w->port = port;
	*val = w->port_val++;
	return 0;
}

static int world_out(struct insn_env *env, u16 port, u32 val, unsigned int size)
{
	struct world *w = container_of(env, struct world, env);

	if (fails(env))
		return w->error;
	w->port = port;
	w->port_val = val;
	return 0;
}

static int world_probe(struct insn_env *env, u64 la, unsigned int size)
{
	if (fails(env))
		return container_of(env, struct world, env)->error;
	return locate(env, la, size) ? 0 : -EFAULT;
}

static void world_init(struct world *w, unsigned int mode, u64 rip)
{
	unsigned int i;

	*w = (struct world){
		.env = { .mode = mode, .rip = rip, .read = world_read, .write = world_write,
			 .io_in = world_in, .io_out = world_out },
		.error = -EFAULT,
	};
	w->env.gpr = w->gpr;
	if (mode == 8) {
		w->env.seg_base[SEG_FS] = fs_base;
		w->env.seg_base[SEG_GS] = GS_BASE;
		return;
	}
	w->env.stack = 4;	/* the native one's SS is a 32-bit segment */
	for (i = 0; i < NR_SEGS; i++)
		w->env.seg_base[i] = CASE_ARENA;
}

static void fill_memory(bool sparse)
{
	size_t i;

	for (i = 0; i < ARENA_SIZE; i++)
		shadow[i] = sparse ? rand() % 64 == 0 : rand() >> 8;
	memcpy((void *)CASE_ARENA, shadow, ARENA_SIZE);
}

static int setup(void **state)
{
	if (syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_base))
		asm_die("arch_prctl");
	build_cases(&list);
	native_setup(GS_BASE);
	srand(1);
	return 0;
}

static int teardown(void **state)
{
	free(list.cases);
	return 0;
}

static bool is_string(const struct insn *insn)
{
	return insn->op >= INSN_MOVS && insn->op <= INSN_OUTS;
}

static bool is_bit_string(const struct insn *insn)
{
	return insn->op >= INSN_BT && insn->op <= INSN_BTC && insn->src == OPERAND_REG &&
	       insn->has_mem;
}

static bool has_movbe(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c & bit_MOVBE;
}

/* Can this processor, here, run it? */
static bool is_runnable(const struct insn_case *c)
{
	const struct insn *insn = &c->want;
	const unsigned int mode = c->code.mode;

	if (mode != 8 && !native_has_ldt)
		return false;
	if (insn->op == INSN_INS || insn->op == INSN_OUTS)
		return false;
	if (insn->op == INSN_MOVBE && !has_movbe())
		return false;
	/* No manual says what becomes of the upper half of a register that differs. */
	if (insn->op == INSN_CMPXCHG && !insn->has_mem && insn->opsize == 4 && mode == 8)
		return false;
	/* Segments that are not set up; FS is in use, and far from 32-bit addresses. */
	if (mode != 8 && (insn->seg >= SEG_FS || insn->seg == SEG_CS))
		return false;
	if (insn->seg == SEG_FS && insn->addrsize != 8)
		return false;
	/* Registers that would have to be two things at once. */
	if (insn->base >= 0 && insn->base == insn->index)
		return false;
	if (is_bit_string(insn) && (insn->reg == insn->base || insn->reg == insn->index))
		return false;
	return true;
}

static u64 mask_of(unsigned int size)
{
	return size == 8 ? ~0ULL : (1ULL << 8 * size) - 1;
}

/* Put @val into what an address of @size bytes uses of a register, chance above. */
static void set_part(struct world *w, unsigned int reg, u64 val, unsigned int size)
{
	u64 mask = mask_of(size);

	w->gpr[reg] = (w->gpr[reg] & ~mask) | (val & mask);
}

/* Make the memory operand fall into the arena. */
static void aim(struct world *w, const struct insn *insn)
{
	const unsigned int size = insn->addrsize;
	u64 ea, index = rand() % 64;

	ea = CASE_ARENA + 0x1000 + rand() % 0x2000 - w->env.seg_base[insn->seg];
	/* A locked access that crosses a cache line can be made to fault. */
	if (insn->base < 0 || insn->lock || insn->op == INSN_XCHG)
		ea &= ~7ULL;
	ea -= insn->disp;
	if (insn->base < 0 && insn->index >= 0)
		index = (ea & mask_of(size)) >> insn->scale;
	if (insn->index >= 0)
		set_part(w, insn->index, index, size);
	if (insn->base >= 0)
		set_part(w, insn->base, ea - (insn->index >= 0 ? index << insn->scale : 0), size);
	if (is_bit_string(insn)) {
		s64 bit = rand() % 0x6000 - 0x3000;

		if (insn->lock || insn->base < 0)
			bit &= ~63LL;
		set_part(w, insn->reg, bit, insn->opsize);
	}
}

static void aim_string(struct world *w, const struct insn *insn)
{
	u64 count = 1 + rand() % 100;

	set_part(w, REG_RSI, CASE_ARENA + 0x1800 + rand() % 64 - w->env.seg_base[insn->seg],
		 insn->addrsize);
	set_part(w, REG_RDI, CASE_ARENA + 0x1900 + rand() % 64 - w->env.seg_base[SEG_ES],
		 insn->addrsize);
	set_part(w, REG_RCX, count, insn->addrsize);
	if (rand() % 2)
		w->gpr[REG_RAX] = rand() % 2;
	if (rand() % 2)
		w->env.rflags |= DF;
}

static void random_registers(struct world *w, const struct insn *insn)
{
	u64 stack = CASE_ARENA + 0x3800 + rand() % 256 - w->env.seg_base[SEG_SS];
	unsigned int i;

	for (i = 0; i < NR_GPRS; i++)
		w->gpr[i] = w->env.mode == 8 ? rand64() : i < 8 ? (u32)rand64() : 0;
	w->env.rflags = 0x202 | (rand64() & ARITH);
	w->gpr[REG_RSP] = stack;
	if (insn->has_mem)
		aim(w, insn);
	if (is_string(insn))
		aim_string(w, insn);
}

/* Give a comparison a chance to be equal. */
static void maybe_equal(struct world *w, const struct insn *insn)
{
	u64 la;

	if (insn->op != INSN_CMPXCHG || !insn->has_mem || rand() % 2)
		return;
	if (insn->base == REG_RAX || insn->index == REG_RAX)
		return;
	la = insn_linear(insn, &w->env);
	memcpy(&w->gpr[REG_RAX], &shadow[la - CASE_ARENA], insn->opsize);
}

static u64 undefined_flags(const struct insn *insn)
{
	switch (insn->op) {
	case INSN_AND:
	case INSN_OR:
	case INSN_XOR:
	case INSN_TEST:
		return AF;
	case INSN_BT:
	case INSN_BTS:
	case INSN_BTR:
	case INSN_BTC:
		return OF | SF | AF | PF;
	default:
		return 0;
	}
}

/* Whichever access fails, nothing may have changed. */
static void check_failures(const struct insn_case *c, const struct insn *insn,
			   const struct world *start)
{
	static u8 before[ARENA_SIZE];
	struct world w;
	unsigned int k;

	memcpy(before, shadow, ARENA_SIZE);
	for (k = 1; k <= 4; k++) {
		w = *start;
		w.env.gpr = w.gpr;
		w.fail_at = k;
		w.error = k % 2 ? -EFAULT : -EAGAIN;
		if (insn_emulate(insn, &w.env) == 0)
			break;
		if (memcmp(w.gpr, start->gpr, sizeof(w.gpr)) || w.env.rip != start->env.rip ||
		    w.env.rflags != start->env.rflags || memcmp(before, shadow, ARENA_SIZE))
			fail_msg("%s: changed something and failed", c->code.text);
	}
	assert_true(k <= 4);
	/* It has gone through in the end: take that back. */
	memcpy(shadow, before, ARENA_SIZE);
}

static void emulate_whole(const struct insn_case *c, const struct insn *insn, struct world *w)
{
	u64 rip = w->env.rip;
	unsigned int calls = 0;
	int ret;

	do {
		ret = insn_emulate(insn, &w->env);
		if (ret || w->outside)
			fail_msg("%s: %d%s", c->code.text, ret, w->outside ? ", outside" : "");
	} while (w->env.rip == rip && ++calls < 3);
	assert_int_equal(w->env.rip, rip + insn->len);
}

static void compare(const struct insn_case *c, const struct world *w, const struct native_cpu *cpu)
{
	u64 flags = (ARITH | DF) & ~undefined_flags(&c->want);
	u64 mask = c->code.mode == 8 ? ~0ULL : 0xffffffff;
	unsigned int i;

	for (i = 0; i < (c->code.mode == 8 ? 16 : 8); i++)
		if ((w->gpr[i] & mask) != (cpu->gpr[i] & mask))
			fail_msg(".code%u %s: %s is %llx, not %lx", c->code.mode * 8, c->code.text,
				 regs64[i], w->gpr[i], cpu->gpr[i]);
	if ((w->env.rflags ^ cpu->rflags) & flags)
		fail_msg(".code%u %s: flags are %llx, not %lx", c->code.mode * 8, c->code.text,
			 w->env.rflags & flags, cpu->rflags & flags);
	if (memcmp(shadow, (void *)CASE_ARENA, ARENA_SIZE))
		fail_msg(".code%u %s: memory differs", c->code.mode * 8, c->code.text);
}

static void run_case(const struct insn_case *c)
{
	struct native_cpu cpu = { 0 };
	struct insn insn;
	struct world w;
	uintptr_t at = CODE_START + CODE16_OFFSET;

	assert_int_equal(insn_decode(&insn, c->code.bytes, c->code.len, c->code.mode), 0);
	if (insn.base == INSN_BASE_RIP)
		at = CASE_ARENA + 0x1800 + (rand() % 64) * 8 - insn.disp - insn.len;
	world_init(&w, c->code.mode, c->code.mode == 2 ? at - CODE_START : at);
	random_registers(&w, &insn);
	maybe_equal(&w, &insn);
	memcpy(cpu.gpr, w.gpr, sizeof(cpu.gpr));
	cpu.rflags = w.env.rflags;

	native_run(&cpu, &c->code, at);
	if (!is_string(&insn))
		check_failures(c, &insn, &w);
	emulate_whole(c, &insn, &w);
	compare(c, &w, &cpu);
}

static void run_mode(unsigned int mode, bool strings)
{
	unsigned int n = 0, round;
	size_t i;

	if (mode != 8 && !native_has_ldt) {
		print_message("no local descriptor table: nothing to compare with\n");
		skip();
	}
	for (round = 0; round < (strings ? 10 * ROUNDS : ROUNDS); round++) {
		fill_memory(strings);
		for (i = 0; i < list.n; i++) {
			const struct insn_case *c = &list.cases[i];

			if (c->code.mode != mode || is_string(&c->want) != strings ||
			    !is_runnable(c))
				continue;
			run_case(c);
			n++;
		}
	}
	print_message("%u runs\n", n);
	assert_true(n > 100);
}

static void emulation_does_what_the_processor_does_in_64_bit_mode(void **state)
{
	run_mode(8, false);
}

static void emulation_does_what_the_processor_does_in_32_bit_mode(void **state)
{
	run_mode(4, false);
}

static void emulation_does_what_the_processor_does_in_16_bit_mode(void **state)
{
	run_mode(2, false);
}

static void string_instructions_do_what_the_processor_does(void **state)
{
	run_mode(8, true);
	if (!native_has_ldt)
		return;
	run_mode(4, true);
	run_mode(2, true);
}

/* Emulate bytes that a test gives, once. */
static int emulate_bytes(struct world *w, const u8 *bytes, unsigned int len)
{
	struct insn insn;

	assert_int_equal(insn_decode(&insn, bytes, len, w->env.mode), 0);
	return insn_emulate(&insn, &w->env);
}

static void repetition_comes_back_after_64_iterations(void **state)
{
	static const u8 rep_stosb[] = { 0xf3, 0xaa };
	struct world w;

	world_init(&w, 8, 0x1000);
	w.gpr[REG_RDI] = CASE_ARENA;
	w.gpr[REG_RCX] = 129;
	w.env.rflags = RF;
	assert_int_equal(emulate_bytes(&w, rep_stosb, 2), 0);
	assert_int_equal(w.gpr[REG_RCX], 65);
	assert_int_equal(w.gpr[REG_RDI], CASE_ARENA + 64);
	assert_int_equal(w.env.rip, 0x1000);
	assert_int_equal(w.env.rflags, RF);
	assert_int_equal(emulate_bytes(&w, rep_stosb, 2), 0);
	assert_int_equal(w.env.rip, 0x1000);
	assert_int_equal(emulate_bytes(&w, rep_stosb, 2), 0);
	assert_int_equal(w.gpr[REG_RCX], 0);
	assert_int_equal(w.env.rip, 0x1002);
	assert_int_equal(w.env.rflags, 0);
	assert_int_equal(w.calls, 129);
}

static void repetition_ends_with_the_64th_iteration_if_it_is_the_last(void **state)
{
	static const u8 rep_lodsw[] = { 0x66, 0xf3, 0xad };
	struct world w;

	world_init(&w, 4, 0x1000);
	w.gpr[REG_RCX] = 64;
	assert_int_equal(emulate_bytes(&w, rep_lodsw, 3), 0);
	assert_int_equal(w.gpr[REG_RSI], 128);
	assert_int_equal(w.env.rip, 0x1003);
}

static void repetition_with_count_0_touches_nothing(void **state)
{
	static const u8 rep_movsb[] = { 0xf3, 0xa4 };
	struct world w;

	world_init(&w, 2, 0xffff);
	w.gpr[REG_RCX] = 0xabcd0000;	/* CX is what counts */
	assert_int_equal(emulate_bytes(&w, rep_movsb, 2), 0);
	assert_int_equal(w.calls, 0);
	assert_int_equal(w.gpr[REG_RCX], 0xabcd0000);
	assert_int_equal(w.env.rip, 1);
}

static void failing_iteration_leaves_the_whole_ones(void **state)
{
	static const u8 rep_movsd[] = { 0xf3, 0xa5 };
	struct world w;

	world_init(&w, 8, 0x1000);
	w.gpr[REG_RSI] = CASE_ARENA;
	w.gpr[REG_RDI] = CASE_ARENA + 0x1000;
	w.gpr[REG_RCX] = 10;
	w.fail_at = 8;			/* the write of the fourth */
	w.error = -EAGAIN;
	assert_int_equal(emulate_bytes(&w, rep_movsd, 2), -EAGAIN);
	assert_int_equal(w.gpr[REG_RCX], 7);
	assert_int_equal(w.gpr[REG_RSI], CASE_ARENA + 12);
	assert_int_equal(w.gpr[REG_RDI], CASE_ARENA + 0x100c);
	assert_int_equal(w.env.rip, 0x1000);
	w.fail_at = 0;
	assert_int_equal(emulate_bytes(&w, rep_movsd, 2), 0);
	assert_memory_equal(shadow, shadow + 0x1000, 40);
}

static void ports_are_read_into_memory(void **state)
{
	static const u8 rep_insb[] = { 0xf3, 0x6c };
	static const u8 expected[] = { 0xfe, 0xff, 0x00, 0x01 };
	struct world w;

	world_init(&w, 2, 0x100);
	w.env.probe = world_probe;
	w.gpr[REG_RDX] = 0xdead01f0;
	w.gpr[REG_RDI] = 0xabcd0010;
	w.gpr[REG_RCX] = 4;
	w.port_val = 0xfe;
	assert_int_equal(emulate_bytes(&w, rep_insb, 2), 0);
	assert_int_equal(w.port, 0x1f0);
	assert_memory_equal(shadow + 0x10, expected, 4);
	assert_int_equal(w.gpr[REG_RDI], 0xabcd0014);
}

static void port_is_not_read_if_memory_refuses(void **state)
{
	static const u8 insd[] = { 0x6d };
	struct world w;

	world_init(&w, 8, 0x100);
	w.env.probe = world_probe;
	w.gpr[REG_RDI] = CASE_ARENA;
	w.fail_at = 1;
	assert_int_equal(emulate_bytes(&w, insd, 1), -EFAULT);
	assert_int_equal(w.port_val, 0);
	assert_int_equal(w.gpr[REG_RDI], CASE_ARENA);
	assert_int_equal(w.env.rip, 0x100);
}

static void ports_are_written_from_memory(void **state)
{
	static const u8 outsw[] = { 0x66, 0x6f };
	struct world w;

	world_init(&w, 8, 0x100);
	w.gpr[REG_RSI] = CASE_ARENA + 4;
	w.gpr[REG_RDX] = 0x80;
	w.env.rflags = DF;
	shadow[4] = 0x34;
	shadow[5] = 0x12;
	assert_int_equal(emulate_bytes(&w, outsw, 2), 0);
	assert_int_equal(w.port, 0x80);
	assert_int_equal(w.port_val, 0x1234);
	assert_int_equal(w.gpr[REG_RSI], CASE_ARENA + 2);
	/* The operand is never wider than a port. */
	assert_int_equal(emulate_bytes(&w, (const u8 []){ 0x48, 0x6f }, 2), 0);
	assert_int_equal(w.gpr[REG_RSI], CASE_ARENA - 2);
}

static void rip_keeps_to_the_width_of_the_mode(void **state)
{
	static const u8 mov[] = { 0x89, 0xc0 };
	struct world w;

	world_init(&w, 2, 0xffff);
	assert_int_equal(emulate_bytes(&w, mov, 2), 0);
	assert_int_equal(w.env.rip, 1);
	world_init(&w, 4, 0xfffffffe);
	assert_int_equal(emulate_bytes(&w, mov, 2), 0);
	assert_int_equal(w.env.rip, 0);
	world_init(&w, 8, 0xfffffffe);
	assert_int_equal(emulate_bytes(&w, mov, 2), 0);
	assert_true(w.env.rip == 0x100000000);
}

static void addresses_wrap_within_their_size_and_then_add_the_base(void **state)
{
	static const u8 mov16[] = { 0x8a, 0x47, 0x10 };		/* mov al, [bx+16] */
	struct insn insn;
	struct world w;

	assert_int_equal(insn_decode(&insn, mov16, 3, 2), 0);
	world_init(&w, 2, 0);
	w.gpr[REG_RBX] = 0xabcdfff8;
	w.env.seg_base[SEG_DS] = 0xffff0;
	assert_int_equal(insn_linear(&insn, &w.env), 0xffff8);
	w.env.seg_base[SEG_DS] = 0xfffffffc;
	assert_int_equal(insn_linear(&insn, &w.env), 4);
}

static void stack_width_is_the_segments(void **state)
{
	static const u8 push[] = { 0xff, 0x37 };	/* push word ptr [bx] */
	struct world w;

	world_init(&w, 2, 0);
	w.env.stack = 0;				/* as the mode: SP */
	w.gpr[REG_RSP] = 0x00010000;
	w.env.seg_base[SEG_SS] = CASE_ARENA - 0xf000;
	assert_int_equal(emulate_bytes(&w, push, 2), 0);
	assert_int_equal(w.gpr[REG_RSP], 0x0001fffe);
	assert_true(w.outside == false);
	assert_memory_equal(shadow, shadow + 0xffe, 2);
}

static void what_only_has_a_length_is_refused(void **state)
{
	static const u8 insns[][3] = {
		{ 0x0f, 0xa2 }, { 0xf4 }, { 0x0f, 0x32 }, { 0xec }, { 0x0f, 0x20, 0xc0 }, { 0xcc },
	};
	struct world w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(insns); i++) {
		world_init(&w, 8, 0x100);
		assert_int_equal(emulate_bytes(&w, insns[i], 3), -EOPNOTSUPP);
		assert_int_equal(w.env.rip, 0x100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emulation_does_what_the_processor_does_in_64_bit_mode),
		cmocka_unit_test(emulation_does_what_the_processor_does_in_32_bit_mode),
		cmocka_unit_test(emulation_does_what_the_processor_does_in_16_bit_mode),
		cmocka_unit_test(string_instructions_do_what_the_processor_does),
		cmocka_unit_test(repetition_comes_back_after_64_iterations),
		cmocka_unit_test(repetition_ends_with_the_64th_iteration_if_it_is_the_last),
		cmocka_unit_test(repetition_with_count_0_touches_nothing),
		cmocka_unit_test(failing_iteration_leaves_the_whole_ones),
		cmocka_unit_test(ports_are_read_into_memory),
		cmocka_unit_test(port_is_not_read_if_memory_refuses),
		cmocka_unit_test(ports_are_written_from_memory),
		cmocka_unit_test(rip_keeps_to_the_width_of_the_mode),
		cmocka_unit_test(addresses_wrap_within_their_size_and_then_add_the_base),
		cmocka_unit_test(stack_width_is_the_segments),
		cmocka_unit_test(what_only_has_a_length_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
