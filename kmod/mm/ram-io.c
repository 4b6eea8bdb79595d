// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-io.c - a guest's RAM for those who are no vCPU: devices
 *
 * With interrupts off what ram_ptr() finds stays mapped (see struct guest_ram), which is enough
 * to copy, and to take a reference for longer.
 */
#include <linux/align.h>
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "ram-file.h"
#include "ram-io.h"

static int not_there(const struct guest_ram *ram, u64 gpa)
{
	return ram_contains(ram, gpa) ? -EAGAIN : -EFAULT;
}

/* Up to the end of a page, the rest of @len or 4 KiB: that long are interrupts off. */
static void *piece_at(const struct guest_ram *ram, u64 gpa, u64 len, u64 *n)
{
	void *p = ram_ptr(ram, gpa, n);

	*n = min3(*n, len, (u64)PAGE_SIZE);
	return p;
}

int ram_read(const struct guest_ram *ram, u64 gpa, void *buf, u64 len)
{
	unsigned long flags;
	void *p;
	u64 n;

	for (; len; gpa += n, buf += n, len -= n) {
		local_irq_save(flags);
		p = piece_at(ram, gpa, len, &n);
		if (p)
			memcpy(buf, p, n);
		local_irq_restore(flags);
		if (!p)
			return not_there(ram, gpa);
	}
	return 0;
}

int ram_write(const struct guest_ram *ram, u64 gpa, const void *buf, u64 len)
{
	unsigned long flags;
	void *p;
	u64 n;

	for (; len; gpa += n, buf += n, len -= n) {
		local_irq_save(flags);
		p = piece_at(ram, gpa, len, &n);
		if (p)
			memcpy(p, buf, n);
		local_irq_restore(flags);
		if (!p)
			return not_there(ram, gpa);
	}
	return 0;
}

int ram_bring_in(struct guest_ram *ram, u64 gpa, u64 len)
{
	u64 at = ALIGN_DOWN(gpa, TDP_4K), unused;
	unsigned long flags;
	bool mapped;
	int err;

	if (!ram_find(ram->size, gpa, len, &unused))
		return -EFAULT;
	for (; at < gpa + len; at += TDP_4K) {
		local_irq_save(flags);
		mapped = ram_ptr(ram, at, &unused);
		local_irq_restore(flags);
		err = mapped ? 0 : ram_populate(ram, at, 0);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

int ram_hold(const struct guest_ram *ram, u64 gpa, u32 len, struct bio_vec *piece)
{
	struct page *page = NULL;
	unsigned long flags;
	void *p;
	u64 n;

	local_irq_save(flags);
	p = ram_ptr(ram, gpa, &n);
	if (p) {
		page = virt_to_page(p);
		get_page(page);
	}
	local_irq_restore(flags);
	if (!p)
		return not_there(ram, gpa);
	bvec_set_page(piece, page, min_t(u64, n, len), offset_in_page(p));
	return 0;
}

/*
 * The page may have been written out and marked clean since it was unmapped; so it is marked
 * dirty after the last write, not before.
 */
void ram_let_go(const struct bio_vec *piece, bool written)
{
	if (written)
		set_page_dirty(piece->bv_page);
	put_page(piece->bv_page);
}

static int hold_page(struct guest_ram *ram, u64 gpa, struct page **page)
{
	struct bio_vec piece;
	int err;

	while ((err = ram_hold(ram, gpa, 1, &piece)) == -EAGAIN) {
		err = ram_bring_in(ram, gpa, 1);
		if (err)
			break;
	}
	*page = piece.bv_page;
	return err;
}

int ram_map(struct guest_ram *ram, u64 gpa, u32 len, struct ram_map *map)
{
	unsigned int n = (offset_in_page(gpa) + (u64)len + PAGE_SIZE - 1) >> PAGE_SHIFT, i;
	void *addr;
	int err = 0;

	*map = (struct ram_map){ .page = kvcalloc(n, sizeof(*map->page), GFP_KERNEL_ACCOUNT) };
	if (!map->page)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++) {
		err = hold_page(ram, ALIGN_DOWN(gpa, PAGE_SIZE) + i * PAGE_SIZE, &map->page[i]);
		map->npages += !err;
	}
	addr = err ? NULL : vmap(map->page, n, VM_MAP, PAGE_KERNEL);
	if (addr) {
		map->addr = addr + offset_in_page(gpa);
		return 0;
	}
	ram_unmap(map);
	return err ?: -ENOMEM;
}

void ram_unmap(struct ram_map *map)
{
	if (map->addr)
		vunmap((void *)((unsigned long)map->addr & PAGE_MASK));
	while (map->npages--) {
		set_page_dirty(map->page[map->npages]);
		put_page(map->page[map->npages]);
	}
	kvfree(map->page);
	*map = (struct ram_map){ };
}
