// SPDX-License-Identifier: GPL-2.0-only
/*
 * walk.c - a linear address through the guest's own page tables
 *
 * Does what the processor's table walker does, entry by entry through callbacks;
 * it knows no guest memory and keeps nothing between two walks.
 *
 * AMD APM vol. 2 ch. 5; Intel SDM vol. 3A ch. 4.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "insn.h"

#define PTE_PRESENT	BIT_ULL(0)
#define PTE_WRITE	BIT_ULL(1)
#define PTE_USER	BIT_ULL(2)
#define PTE_ACCESSED	BIT_ULL(5)
#define PTE_DIRTY	BIT_ULL(6)
#define PTE_LARGE	BIT_ULL(7)
#define PTE_NX		BIT_ULL(63)

#define ADDR_32		GENMASK_ULL(31, 12)
#define ADDR_64		GENMASK_ULL(51, 12)

/* Error code bits that no access has by itself. */
#define ERROR_PRESENT	0x01
#define ERROR_RESERVED	0x08

/* One level of tables. What is reserved in all levels is not repeated here. */
struct level {
	u8 shift;		/* an entry covers 1 << shift bytes */
	u64 page;		/* an entry that has this bit maps a page */
	u64 no_rights;		/* these bits do not restrict; then there is no A bit either */
	u64 table_reserved;	/* if the entry points to a table */
	u64 page_reserved;	/* if it maps a page */
};

/* PAT has bit 12 of a large page; the address bits above it have to be 0. */
#define LARGE_RESERVED(shift)	GENMASK_ULL((shift) - 1, 13)

static const struct level levels_32[] = {
	{ .shift = 22, .page = PTE_LARGE },	/* for PSE-36 see pse_reserved() */
	{ .shift = 12, .page = PTE_PRESENT },
};

static const struct level levels_pae[] = {
	/*
	 * A PDPTE has no rights. What is reserved in one the CPU has checked when it loaded
	 * CR3; QEMU's TCG even sets "accessed" there.
	 */
	{ .shift = 30, .no_rights = PTE_WRITE | PTE_USER },
	{ .shift = 21, .page = PTE_LARGE, .page_reserved = LARGE_RESERVED(21) },
	{ .shift = 12, .page = PTE_PRESENT },
};

static const struct level levels_long[] = {
	{ .shift = 48, .table_reserved = PTE_LARGE },
	{ .shift = 39, .table_reserved = PTE_LARGE },
	{ .shift = 30, .page = PTE_LARGE, .page_reserved = LARGE_RESERVED(30) },
	{ .shift = 21, .page = PTE_LARGE, .page_reserved = LARGE_RESERVED(21) },
	{ .shift = 12, .page = PTE_PRESENT },
};

/* The tables of one paging mode. */
struct format {
	const struct level *top;
	u8 la_bits;
	u8 entry_size;
	u16 index_mask;		/* no harm where a PAE root has two bits only */
	u64 root_mask;		/* address bits of the root, and of a table */
	u64 table_mask;
	u64 reserved;		/* whatever the physical address width is */
};

static const struct format formats[] = {
	[WALK_32]     = { levels_32, 32, 4, 0x3ff, ADDR_32, ADDR_32, 0 },
	[WALK_PAE]    = { levels_pae, 32, 8, 0x1ff, GENMASK_ULL(31, 5), ADDR_64,
			  GENMASK_ULL(62, 52) },
	[WALK_4LEVEL] = { levels_long + 1, 48, 8, 0x1ff, ADDR_64, ADDR_64, 0 },
	[WALK_5LEVEL] = { levels_long, 57, 8, 0x1ff, ADDR_64, ADDR_64, 0 },
};

static int page_fault(struct walk *w, u32 access, u32 bits)
{
	/* I/D is only told apart where something depends on it. */
	if (!w->smep && !(w->nx && w->mode != WALK_32))
		access &= ~WALK_FETCH;
	w->error_code = access | bits;
	return -EFAULT;
}

/* What is reserved in an entry of each level: upper address bits, and NX without NXE. */
static u64 reserved_everywhere(const struct walk *w, const struct format *f)
{
	if (f->entry_size == 4)
		return 0;
	return f->reserved | (ADDR_64 & (~0ULL << w->maxphyaddr)) | (w->nx ? 0 : PTE_NX);
}

/*
 * PSE-36: bits 39 to 32 of a 4 MiB page's address are in bits 20 to 13. Bit 21 is
 * reserved, and so are those above the physical address width.
 */
static u64 pse_reserved(const struct walk *w)
{
	unsigned int width = clamp(w->maxphyaddr, (u8)32, (u8)40);

	return GENMASK_ULL(21, width - 19);
}

static bool is_pse_page(const struct walk *w, const struct level *l)
{
	return w->mode == WALK_32 && l->shift == 22;
}

static u64 page_address(const struct walk *w, const struct level *l, u64 pte)
{
	if (is_pse_page(w, l))
		return (pte & GENMASK_ULL(31, 22)) | (pte & GENMASK_ULL(20, 13)) << 19;
	return pte & ADDR_64 & (~0ULL << l->shift);
}

/*
 * @allowed has those of PTE_WRITE and PTE_USER that all entries have, @denied has
 * PTE_NX if one of them has it.
 */
static bool is_permitted(const struct walk *w, u64 allowed, u64 denied, u32 access)
{
	if (access & WALK_USER) {
		if (!(allowed & PTE_USER))
			return false;
		if (access & WALK_WRITE && !(allowed & PTE_WRITE))
			return false;
	} else {
		if (access & WALK_WRITE && w->wp && !(allowed & PTE_WRITE))
			return false;
		if (allowed & PTE_USER && (access & WALK_FETCH ? w->smep : w->smap))
			return false;
	}
	return !(access & WALK_FETCH && denied & PTE_NX);
}

/* Accessed in every entry, dirty in the last one. */
static int set_accessed(struct walk *w, const struct format *f, u32 access)
{
	unsigned int i;

	for (i = 0; i < w->nlevels; i++) {
		u64 bits = PTE_ACCESSED;
		int ret;

		if (f->top[i].no_rights)
			continue;
		if (i == w->nlevels - 1 && access & WALK_WRITE)
			bits |= PTE_DIRTY;
		if ((w->pte[i] & bits) == bits)
			continue;
		ret = w->set(w, w->pte_gpa[i], w->pte[i], w->pte[i] | bits, f->entry_size);
		if (ret)
			return ret;
	}
	return 0;
}

static int walk_none(struct walk *w, u64 la)
{
	w->gpa = la & 0xffffffff;
	w->size = 4096;
	return 0;
}

int walk_translate(struct walk *w, u64 la, u32 access)
{
	const struct format *f = &formats[w->mode];
	const struct level *l;
	u64 reserved, gpa, pte = 0, allowed = ~0ULL, denied = 0, page_bits = ~0ULL;
	unsigned int n = 0;
	int ret;

	w->nlevels = 0;
	if (w->mode == WALK_NONE)
		return walk_none(w, la);
	if (f->la_bits == 32)
		la &= 0xffffffff;
	else if ((u64)sign_extend64(la, f->la_bits - 1) != la)
		return -EINVAL;

	if (w->mode == WALK_32 && !w->pse)
		page_bits = ~PTE_LARGE;
	reserved = reserved_everywhere(w, f);
	gpa = w->root & f->root_mask;
	/* Ends with the level whose entries map 4 KiB, at the latest. */
	for (l = f->top;; l++) {
		gpa += ((la >> l->shift) & f->index_mask) * f->entry_size;
		ret = w->read(w, gpa, &pte, f->entry_size);
		if (ret)
			return ret;
		w->pte_gpa[n] = gpa;
		w->pte[n] = pte;
		w->nlevels = ++n;

		if (!(pte & PTE_PRESENT))
			return page_fault(w, access, 0);
		allowed &= pte | l->no_rights;
		denied |= pte;
		if (pte & l->page & page_bits)
			break;
		if (pte & (reserved | l->table_reserved))
			return page_fault(w, access, ERROR_PRESENT | ERROR_RESERVED);
		gpa = pte & f->table_mask;
	}
	reserved |= is_pse_page(w, l) ? pse_reserved(w) : l->page_reserved;
	if (pte & reserved)
		return page_fault(w, access, ERROR_PRESENT | ERROR_RESERVED);
	if (!is_permitted(w, allowed, denied, access))
		return page_fault(w, access, ERROR_PRESENT);
	if (w->set) {
		ret = set_accessed(w, f, access);
		if (ret)
			return ret;
	}
	w->size = 1ULL << l->shift;
	w->gpa = page_address(w, l, pte) | (la & (w->size - 1));
	return 0;
}
