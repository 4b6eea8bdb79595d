// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest-mem.c - memory as a guest's instruction sees it: linear addresses
 *
 * Everything here runs with interrupts off, inside a window: pointers into RAM stay good
 * until they are on again (see ram_ptr()). What is not in RAM yet is noted in
 * vcpu->missing and brought in outside. Each guest value is read once.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <insula/guest-abi.h>
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

/* In real mode, too, the code segment has a size, which a far jump there leaves alone. */
static u8 mode_of(const struct vcpu_sys *s)
{
	if ((s->efer & EFER_LMA) && (s->cs_attr & SEG_ATTR_L))
		return 8;
	return s->cs_attr & SEG_ATTR_DB ? 4 : 2;
}

static enum walk_mode walk_mode_of(const struct vcpu_sys *s)
{
	if (!(s->cr0 & X86_CR0_PG))
		return WALK_NONE;
	if (s->efer & EFER_LMA)
		return s->cr4 & X86_CR4_LA57 ? WALK_5LEVEL : WALK_4LEVEL;
	return s->cr4 & X86_CR4_PAE ? WALK_PAE : WALK_32;
}

void vcpu_sys_load(struct vcpu *vcpu)
{
	struct vcpu_sys *s = &vcpu->sys;

	virt->get_sys(vcpu, s);
	s->mode = mode_of(s);
	s->walk = walk_mode_of(s);
	vcpu->sys_known = true;
}

/* A walk that knows whose it is. */
struct vcpu_walk {
	struct walk w;
	struct vcpu *vcpu;
	void *entry[WALK_MAX_LEVELS];	/* where the entries are, by level read */
	unsigned int n;
};

static int ram_at(struct vcpu *vcpu, u64 gpa, void **ptr, u64 *avail)
{
	*ptr = ram_ptr(&vcpu->vm->ram, gpa, avail);
	if (likely(*ptr))
		return 0;
	if (!ram_contains(&vcpu->vm->ram, gpa))
		return -ENXIO;
	vcpu->missing = gpa;
	return -EAGAIN;
}

static int walk_read(struct walk *w, u64 gpa, u64 *entry, unsigned int size)
{
	struct vcpu_walk *vw = container_of(w, struct vcpu_walk, w);
	void *ptr;
	u64 avail;
	int err = ram_at(vw->vcpu, gpa, &ptr, &avail);

	if (err)
		return err;
	*entry = size == 8 ? READ_ONCE(*(u64 *)ptr) : READ_ONCE(*(u32 *)ptr);
	if (vw->n < WALK_MAX_LEVELS)
		vw->entry[vw->n++] = ptr;
	return 0;
}

static int walk_set(struct walk *w, u64 gpa, u64 old, u64 new, unsigned int size)
{
	struct vcpu_walk *vw = container_of(w, struct vcpu_walk, w);
	void *ptr;
	u64 avail;
	int err = ram_at(vw->vcpu, gpa, &ptr, &avail);

	if (err)
		return err;
	if (size == 8)
		return cmpxchg((u64 *)ptr, old, new) == old ? 0 : -EAGAIN;
	return cmpxchg((u32 *)ptr, (u32)old, (u32)new) == (u32)old ? 0 : -EAGAIN;
}

static void walk_init(struct vcpu_walk *vw, struct vcpu *vcpu)
{
	const struct vcpu_sys *s = vcpu_sys(vcpu);

	vw->vcpu = vcpu;
	vw->n = 0;
	vw->w = (struct walk){
		.mode = s->walk,
		.root = s->walk == WALK_PAE ? s->cr3 & ~31ULL : s->cr3,
		.wp = s->cr0 & X86_CR0_WP,
		.nx = s->efer & EFER_NX,
		.pse = s->cr4 & X86_CR4_PSE,
		.smep = s->cr4 & X86_CR4_SMEP,
		.smap = (s->cr4 & X86_CR4_SMAP) && !(vcpu->rflags & X86_EFLAGS_AC),
		.maxphyaddr = vcpu->vm->cpuid.maxphyaddr,
		.read = walk_read,
		.set = walk_set,
	};
}

static int translate(struct vcpu_walk *vw, u64 la, u32 access)
{
	struct vcpu *vcpu = vw->vcpu;
	int err;

	access |= vcpu_sys(vcpu)->cpl == 3 ? WALK_USER : 0;
	err = walk_translate(&vw->w, la, access);

	if (err == -EFAULT) {
		virt->set(vcpu, VIRT_CR2, la);
		vcpu_raise(vcpu, X86_TRAP_PF, true, vw->w.error_code);
	} else if (err == -EINVAL) {
		vcpu_raise_gp(vcpu);
		err = -EFAULT;
	} else if (err == -EAGAIN && vcpu->missing == NEVER) {
		/* An entry changed under us: let the guest run into it again. */
		vcpu->missing = vw->w.nlevels ? vw->w.pte_gpa[0] : 0;
	}
	return err;
}

/* The instruction: found again if every step of the proof still holds, or read. */

static bool entry_holds(const struct vcpu_code *c, unsigned int i)
{
	return READ_ONCE(*c->entry[i]) == c->value[i];
}

static __always_inline bool code_holds(struct vcpu *vcpu)
{
	const struct vcpu_code *c = vcpu->now;

	BUILD_BUG_ON(CODE_ENTRIES != 4);
	return c->rip == vcpu->rip &&
	       c->gen == smp_load_acquire(&vcpu->vm->ram.gen) && /* before what it vouches for */
	       entry_holds(c, 0) && entry_holds(c, 1) && entry_holds(c, 2) && entry_holds(c, 3) &&
	       !((READ_ONCE(*c->at) ^ c->bytes[0]) & c->mask) &&
	       static_call(virt_same_sys)(vcpu, &c->sys);
}

/* @src has the bytes that were decoded, and the rest of 8 in the same page. */
static void code_remember(struct vcpu_code *c, const struct vcpu_walk *vw, const void *src,
			  unsigned long gen)
{
	static const u64 nothing;
	unsigned int i;

	if (vw->w.mode != WALK_4LEVEL && vw->w.mode != WALK_NONE)
		return;		/* entries of 4 bytes, PDPTEs that the CPU has cached */
	for (i = 0; i < CODE_ENTRIES; i++) {
		c->entry[i] = i < vw->n ? vw->entry[i] : &nothing;
		c->value[i] = READ_ONCE(*c->entry[i]);
	}
	c->rip = vw->vcpu->rip;
	c->sys = vw->vcpu->sys;
	c->mask = ~0ULL >> (64 - 8 * c->insn.len);
	c->at = src;
	c->gen = gen;
}

static noinline int code_read(struct vcpu *vcpu)
{
	struct vcpu_code *c = vcpu->now;
	unsigned long gen = smp_load_acquire(&vcpu->vm->ram.gen); /* before the entries */
	const struct vcpu_sys *s = vcpu_sys(vcpu);
	u64 la = s->mode == 8 ? vcpu->rip : (u32)(s->cs_base + vcpu->rip);
	u8 *bytes = (u8 *)c->bytes;
	unsigned int have = 0, n;
	struct vcpu_walk vw;
	void *src;
	u64 avail;
	int err;

	c->gen = 0;
	c->bytes[0] = c->bytes[1] = 0;
	do {
		walk_init(&vw, vcpu);
		err = translate(&vw, la + have, WALK_FETCH);
		if (!err)
			err = ram_at(vcpu, vw.w.gpa, &src, &avail);
		if (err)
			return err;
		n = min_t(u64, PAGE_SIZE - ((la + have) & ~PAGE_MASK), INSN_MAX_LEN - have);
		memcpy(bytes + have, src, n);
		have += n;
		err = insn_decode(&c->insn, bytes, have, s->mode);
	} while (err == -ENODATA && have < INSN_MAX_LEN);
	if (err)
		return err;
	c->next = (vcpu->rip + c->insn.len) & ~0ULL >> (64 - 8 * s->mode);
	if (c->insn.len <= 8 && (la & ~PAGE_MASK) <= PAGE_SIZE - 8)
		code_remember(c, &vw, src, gen);
	return 0;
}

static __always_inline bool code_found(struct vcpu *vcpu)
{
	if (vcpu->now->rip != vcpu->rip)
		vcpu->now = &vcpu->code[(vcpu->rip ^ vcpu->rip >> 3) % VCPU_CODES];
	return code_holds(vcpu);
}

int vcpu_fetch(struct vcpu *vcpu)
{
	int err = code_found(vcpu) ? 0 : code_read(vcpu);

	if (!err)
		vcpu->exit.next_rip = vcpu->now->next;
	return err;
}

static noinline int read_next(struct vcpu *vcpu, enum insn_op op)
{
	int err = vcpu_fetch(vcpu);

	switch (err) {
	case 0:		/* if it was changed since, let the guest execute what is there now */
		return vcpu->now->insn.op == op ? 0 : EXIT_RESUME;
	case -EAGAIN:
		return EXIT_LEAVE;
	case -ENXIO:
		vm_kill(vcpu->vm, "page tables or code outside RAM at rip %#llx", vcpu->rip);
		return EXIT_LEAVE;
	default:
		return EXIT_RESUME;
	}
}

int vcpu_find_next(struct vcpu *vcpu, enum insn_op op)
{
	if (vcpu->exit.next_rip)
		return 0;
	if (unlikely(!code_found(vcpu) || vcpu->now->insn.op != op))
		return read_next(vcpu, op);
	vcpu->exit.next_rip = vcpu->now->next;
	return 0;
}

/* Data. */

static u64 device_read(struct vcpu *vcpu, u64 gpa, unsigned int size)
{
	if (gpa - GUEST_LAPIC_BASE < GUEST_LAPIC_SIZE && lapic_enabled(&vcpu->lapic) &&
	    !lapic_x2apic(&vcpu->lapic))
		return lapic_mmio_read(&vcpu->lapic, gpa - GUEST_LAPIC_BASE, size);
	return platform_read(&vcpu->vm->platform, gpa, size);
}

static void device_write(struct vcpu *vcpu, u64 gpa, unsigned int size, u64 val)
{
	if (gpa - GUEST_LAPIC_BASE < GUEST_LAPIC_SIZE && lapic_enabled(&vcpu->lapic) &&
	    !lapic_x2apic(&vcpu->lapic))
		lapic_mmio_write(&vcpu->lapic, gpa - GUEST_LAPIC_BASE, size, val);
	else
		platform_write(&vcpu->vm->platform, gpa, size, val);
}

/* A piece of an access: inside one guest page, so inside one page of RAM or a device. */
struct piece {
	u64 gpa;
	void *ram;		/* NULL: a device */
	unsigned int size;
};

/*
 * Translate all of an access before any of it is carried out, so that a fault leaves
 * nothing half done. Return: number of pieces, 1 or 2, or an error.
 */
static int pieces_of(struct vcpu *vcpu, u64 la, unsigned int size, u32 access,
		     struct piece piece[2])
{
	unsigned int n = 0, done = 0;
	struct vcpu_walk vw;
	u64 avail;
	int err;

	walk_init(&vw, vcpu);
	while (done < size) {
		struct piece *p = &piece[n++];

		p->size = min_t(u64, size - done, PAGE_SIZE - ((la + done) & ~PAGE_MASK));
		vw.n = 0;
		err = translate(&vw, la + done, access);
		if (err)
			return err;
		p->gpa = vw.w.gpa;
		p->ram = NULL;
		err = ram_at(vcpu, p->gpa, &p->ram, &avail);
		if (err && err != -ENXIO)
			return err;
		done += p->size;
	}
	return n;
}

/* Plain loads and stores where they are aligned: other vCPUs see them whole. */
static void copy_in(void *buf, const void *ram, unsigned int size)
{
	if (size == 8 && IS_ALIGNED((unsigned long)ram, 8))
		*(u64 *)buf = READ_ONCE(*(const u64 *)ram);
	else if (size == 4 && IS_ALIGNED((unsigned long)ram, 4))
		*(u32 *)buf = READ_ONCE(*(const u32 *)ram);
	else
		memcpy(buf, ram, size);
}

static void copy_out(void *ram, const void *buf, unsigned int size)
{
	if (size == 8 && IS_ALIGNED((unsigned long)ram, 8))
		WRITE_ONCE(*(u64 *)ram, *(const u64 *)buf);
	else if (size == 4 && IS_ALIGNED((unsigned long)ram, 4))
		WRITE_ONCE(*(u32 *)ram, *(const u32 *)buf);
	else
		memcpy(ram, buf, size);
}

int vcpu_read(struct vcpu *vcpu, u64 la, void *buf, unsigned int size)
{
	struct piece piece[2];
	int i, n = pieces_of(vcpu, la, size, 0, piece);

	for (i = 0; i < n; i++) {
		const struct piece *p = &piece[i];
		u64 val;

		if (p->ram) {
			copy_in(buf, p->ram, p->size);
		} else {
			val = device_read(vcpu, p->gpa, p->size);
			memcpy(buf, &val, p->size);
		}
		buf += p->size;
	}
	return n < 0 ? n : 0;
}

int vcpu_probe(struct vcpu *vcpu, u64 la, unsigned int size)
{
	struct piece piece[2];
	int n = pieces_of(vcpu, la, size, WALK_WRITE, piece);

	return n < 0 ? n : 0;
}

int vcpu_write(struct vcpu *vcpu, u64 la, const void *buf, unsigned int size)
{
	struct piece piece[2];
	int i, n = pieces_of(vcpu, la, size, WALK_WRITE, piece);

	for (i = 0; i < n; i++) {
		const struct piece *p = &piece[i];
		u64 val = 0;

		if (p->ram) {
			copy_out(p->ram, buf, p->size);
		} else {
			memcpy(&val, buf, p->size);
			device_write(vcpu, p->gpa, p->size, val);
		}
		buf += p->size;
	}
	return n < 0 ? n : 0;
}
