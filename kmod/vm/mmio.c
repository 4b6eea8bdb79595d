// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmio.c - instructions that touch devices: memory-mapped ones, and string I/O
 *
 * The instruction is fetched, decoded and carried out by insn/; here is only what
 * connects that to a vCPU.
 */
#include <linux/kernel.h>
#include "../cpu/virt.h"
#include "vcpu.h"

struct vcpu_env {
	struct insn_env env;
	struct vcpu *vcpu;
};

static struct vcpu *env_vcpu(struct insn_env *env)
{
	return container_of(env, struct vcpu_env, env)->vcpu;
}

static int env_read(struct insn_env *env, u64 la, void *buf, unsigned int size)
{
	return vcpu_read(env_vcpu(env), la, buf, size);
}

static int env_write(struct insn_env *env, u64 la, const void *buf, unsigned int size)
{
	return vcpu_write(env_vcpu(env), la, buf, size);
}

static int env_probe(struct insn_env *env, u64 la, unsigned int size)
{
	return vcpu_probe(env_vcpu(env), la, size);
}

static int env_in(struct insn_env *env, u16 port, u32 *val, unsigned int size)
{
	*val = platform_in(&env_vcpu(env)->vm->platform, port, size);
	return 0;
}

static int env_out(struct insn_env *env, u16 port, u32 val, unsigned int size)
{
	platform_out(&env_vcpu(env)->vm->platform, port, size, val);
	return 0;
}

static void env_init(struct vcpu_env *e, struct vcpu *vcpu)
{
	struct guest_seg s;
	unsigned int seg;

	e->vcpu = vcpu;
	e->env = (struct insn_env){
		.gpr = vcpu->gpr,
		.rip = vcpu->rip,
		.rflags = vcpu->rflags,
		.mode = vcpu_sys(vcpu)->mode,
		.read = env_read,
		.write = env_write,
		.probe = env_probe,
		.io_in = env_in,
		.io_out = env_out,
	};
	for (seg = 0; seg < NR_SEGS; seg++) {
		if (e->env.mode == 8 && seg != SEG_FS && seg != SEG_GS)
			continue;
		virt->get_seg(vcpu, seg, &s);
		e->env.seg_base[seg] = s.base;
		if (seg == SEG_SS)
			e->env.stack = s.attr & SEG_ATTR_DB ? 4 : 2;
	}
}

static void kill_unknown(struct vcpu *vcpu, const struct vcpu_code *code, u64 gpa)
{
	vm_kill(vcpu->vm, "instruction %*ph at rip %#llx not known on device memory at %#llx",
		INSN_MAX_LEN, code->bytes, vcpu->rip, gpa);
}

/* What an error of fetching or emulating means for the run loop. */
static enum exit_action after(struct vcpu *vcpu, int err, const struct vcpu_code *code, u64 gpa)
{
	switch (err) {
	case 0:
		return vcpu_after_device(vcpu);
	case -EFAULT:		/* an exception has been raised */
		return EXIT_RESUME;
	case -EAGAIN:
		return EXIT_LEAVE;
	case -ENXIO:
		vm_kill(vcpu->vm, "page tables or code outside RAM at rip %#llx", vcpu->rip);
		return EXIT_LEAVE;
	default:
		kill_unknown(vcpu, code, gpa);
		return EXIT_LEAVE;
	}
}

/*
 * Another vCPU may have changed the code since the exit. Whatever it is now does what the
 * guest could do by itself, except for ports: whether those are allowed the CPU has
 * checked for the instruction that exited, and only for that kind.
 */
static bool still_the_same(const struct vcpu *vcpu, const struct insn *insn)
{
	const struct vm_exit *e = &vcpu->exit;
	bool port_io = insn->op == INSN_INS || insn->op == INSN_OUTS;

	if (e->reason != EXIT_IO)
		return !port_io;
	return insn->op == (e->io.in ? INSN_INS : INSN_OUTS) && insn->opsize == e->io.size;
}

static enum exit_action emulate(struct vcpu *vcpu, u64 gpa)
{
	int err = vcpu_fetch(vcpu);
	const struct vcpu_code *code = vcpu->now;
	struct vcpu_env e;
	bool done;

	if (err)
		return after(vcpu, err, code, gpa);
	if (!still_the_same(vcpu, &code->insn))
		return EXIT_RESUME;
	env_init(&e, vcpu);
	err = insn_emulate(&code->insn, &e.env);
	/* Also after an error: iterations of a string instruction may be complete. */
	done = !err || e.env.rip != vcpu->rip;
	vcpu->rip = e.env.rip;
	vcpu->rflags = e.env.rflags;
	if (done)
		vcpu_stepped(vcpu);
	return after(vcpu, err, code, gpa);
}

enum exit_action exit_fault(struct vcpu *vcpu)
{
	struct guest_ram *ram = &vcpu->vm->ram;
	u64 gpa = vcpu->exit.fault.gpa;
	u64 avail;

	if (ram_contains(ram, gpa)) {
		if (ram_ptr(ram, gpa, &avail))
			return EXIT_RESUME;	/* another vCPU has brought it in */
		vcpu->missing = gpa;
		return EXIT_LEAVE;
	}
	if (vcpu->exit.fault.access & WALK_FETCH) {
		vm_kill(vcpu->vm, "instruction fetch outside RAM: guest-physical %#llx, rip %#llx",
			gpa, vcpu->rip);
		return EXIT_LEAVE;
	}
	return emulate(vcpu, gpa);
}

enum exit_action exit_string_io(struct vcpu *vcpu)
{
	return emulate(vcpu, vcpu->exit.io.port);
}
