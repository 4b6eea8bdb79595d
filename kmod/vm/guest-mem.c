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

unsigned int vcpu_mode(struct vcpu *vcpu)
{
	struct guest_seg cs;

	if (!(virt->get(vcpu, VIRT_CR0) & X86_CR0_PE) || (vcpu->rflags & X86_EFLAGS_VM))
		return 2;
	virt->get_seg(vcpu, SEG_CS, &cs);
	if ((virt->get(vcpu, VIRT_EFER) & EFER_LMA) && (cs.attr & SEG_ATTR_L))
		return 8;
	return cs.attr & SEG_ATTR_DB ? 4 : 2;
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

static enum walk_mode walk_mode_of(u64 cr0, u64 cr4, u64 efer)
{
	if (!(cr0 & X86_CR0_PG))
		return WALK_NONE;
	if (efer & EFER_LMA)
		return cr4 & X86_CR4_LA57 ? WALK_5LEVEL : WALK_4LEVEL;
	return cr4 & X86_CR4_PAE ? WALK_PAE : WALK_32;
}

static void walk_init(struct vcpu_walk *vw, struct vcpu *vcpu)
{
	u64 cr0 = virt->get(vcpu, VIRT_CR0), cr4 = virt->get(vcpu, VIRT_CR4);
	u64 cr3 = virt->get(vcpu, VIRT_CR3), efer = virt->get(vcpu, VIRT_EFER);

	vw->vcpu = vcpu;
	vw->n = 0;
	vw->w = (struct walk){
		.mode = walk_mode_of(cr0, cr4, efer),
		.wp = cr0 & X86_CR0_WP,
		.nx = efer & EFER_NX,
		.pse = cr4 & X86_CR4_PSE,
		.smep = cr4 & X86_CR4_SMEP,
		.smap = (cr4 & X86_CR4_SMAP) && !(vcpu->rflags & X86_EFLAGS_AC),
		.maxphyaddr = vcpu->vm->cpuid.maxphyaddr,
		.read = walk_read,
		.set = walk_set,
	};
	vw->w.root = vw->w.mode == WALK_PAE ? cr3 & ~31ULL : cr3;
}

static u32 user_access(struct vcpu *vcpu)
{
	return virt->cpl(vcpu) == 3 ? WALK_USER : 0;
}

static int translate(struct vcpu_walk *vw, u64 la, u32 access)
{
	struct vcpu *vcpu = vw->vcpu;
	int err = walk_translate(&vw->w, la, access | user_access(vcpu));

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

/* The page of the instruction, from the cache if every step of the proof still holds. */

static bool code_cached(const struct code_cache *c, u64 page, u64 root, u32 access,
			unsigned long gen)
{
	unsigned int i;

	if (!c->page || c->la != page || c->root != root || c->access != access ||
	    c->gen != gen)
		return false;
	for (i = 0; i < c->n; i++) {
		if (READ_ONCE(*c->entry[i]) != c->value[i])
			return false;
	}
	return true;
}

static void code_remember(struct code_cache *c, const struct vcpu_walk *vw, u64 page, u64 root,
			  u32 access, const u8 *ptr, unsigned long gen)
{
	unsigned int i;

	c->page = NULL;
	if (vw->w.mode != WALK_4LEVEL && vw->w.mode != WALK_NONE)
		return;		/* entries of 4 bytes, PDPTEs that the CPU has cached */
	c->gen = gen;
	c->la = page;
	c->root = root;
	c->access = access;
	c->n = vw->n;
	for (i = 0; i < vw->n; i++) {
		c->entry[i] = vw->entry[i];
		c->value[i] = READ_ONCE(*c->entry[i]);
	}
	c->page = ptr;
}

/* One page's worth of instruction bytes at @la. Return: how many, or an error. */
static int fetch_page(struct vcpu *vcpu, u64 la, const u8 **bytes)
{
	struct code_cache *c = &vcpu->code;
	u64 page = la & PAGE_MASK, root = virt->get(vcpu, VIRT_CR3);
	u32 access = WALK_FETCH | user_access(vcpu);
	unsigned long gen = smp_load_acquire(&vcpu->vm->ram.gen);	/* see ram.h */
	struct vcpu_walk vw;
	void *ptr;
	u64 avail;
	int err;

	if (!code_cached(c, page, root, access, gen)) {
		walk_init(&vw, vcpu);
		err = translate(&vw, page, WALK_FETCH);
		if (!err)
			err = ram_at(vcpu, vw.w.gpa, &ptr, &avail);
		if (err)
			return err;
		code_remember(c, &vw, page, root, access, ptr, gen);
	} else {
		ptr = (void *)c->page;
	}
	*bytes = ptr + (la - page);
	return PAGE_SIZE - (la - page);
}

int vcpu_fetch(struct vcpu *vcpu, struct insn *insn, u8 bytes[INSN_MAX_LEN])
{
	unsigned int mode = vcpu_mode(vcpu), have = 0;
	struct guest_seg cs;
	u64 la = vcpu->rip;
	const u8 *src;
	int n, err;

	if (mode != 8) {
		virt->get_seg(vcpu, SEG_CS, &cs);
		la = (u32)(cs.base + vcpu->rip);
	}
	do {
		n = fetch_page(vcpu, la + have, &src);
		if (n < 0)
			return n;
		n = min_t(int, n, INSN_MAX_LEN - have);
		memcpy(bytes + have, src, n);
		have += n;
		err = insn_decode(insn, bytes, have, mode);
	} while (err == -ENODATA && have < INSN_MAX_LEN);
	return err;
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
