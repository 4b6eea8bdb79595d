// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram.c - a guest's RAM: pages from a file, in a paging tree
 *
 * Each leaf of the tree holds one reference on the page (or the large page) it maps, taken
 * in populate_page() and dropped as ram-release.c says. What a leaf maps is the file's: who
 * takes pages out of the file does so before the entries are emptied, and a page that is to be
 * mapped is looked at once more under the lock.
 *
 * This file may not look at what a page contains.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <insula/guest-abi.h>
#include "ram-demote.h"
#include "ram-file.h"
#include "ram-int.h"
#include "ram.h"

/* tdp's callback, under the lock (or before anybody else knows of the tree). */
static void *take_spare(struct tdp *tdp)
{
	struct guest_ram *ram = container_of(tdp, struct guest_ram, tdp);

	return ram->nspare ? ram->spare[--ram->nspare] : NULL;
}

/* tdp's callback, without locks. */
static void free_table(struct tdp *tdp, void *table)
{
	free_page((unsigned long)table);
	cond_resched();
}

/* tdp's callback, under the lock. */
static void retire_table(struct tdp *tdp, void *table)
{
	struct guest_ram *ram = container_of(tdp, struct guest_ram, tdp);

	list_add(&virt_to_page(table)->lru, &ram->retired);
}

static int refill(struct guest_ram *ram)
{
	unsigned int i;

	for (i = 0; i < RAM_SPARE_TABLES; i++) {
		void *page = ram_new_table();

		if (!page)
			return -ENOMEM;
		raw_spin_lock(&ram->lock);
		if (ram->nspare < RAM_SPARE_TABLES) {
			ram->spare[ram->nspare++] = page;
			page = NULL;
		}
		raw_spin_unlock(&ram->lock);
		free_page((unsigned long)page);
	}
	return 0;
}

int ram_init(struct guest_ram *ram, struct file *file, u64 size,
	     const struct tdp_format *format, unsigned int leaf_level,
	     void (*flush)(struct guest_ram *))
{
	int r;

	memset(ram, 0, sizeof(*ram));
	raw_spin_lock_init(&ram->lock);
	INIT_LIST_HEAD(&ram->retired);
	ram->ceiling = U64_MAX;
	ram->size = size;
	ram->flush = flush;
	ram->tdp.format = format;
	ram->tdp.leaf_level = leaf_level;
	ram->tdp.alloc_table = take_spare;
	ram->tdp.free_table = free_table;
	ram->tdp.retire_table = retire_table;

	/* As a shared mapping would: from here on F_SEAL_WRITE is refused. */
	r = mapping_map_writable(file->f_mapping);
	if (r)
		return r;
	ram->file = get_file(file);
	ram->gen = 1;
	ram->aside = ram_new_table();
	r = ram->aside ? refill(ram) : -ENOMEM;
	if (!r)
		r = tdp_init(&ram->tdp);
	if (r)
		ram_destroy(ram);
	return r;
}

void ram_destroy(struct guest_ram *ram)
{
	if (ram->tdp.root)
		ram_release_tree(&ram->tdp);
	ram_free_tables(&ram->retired);
	ram->resident = 0;
	while (ram->nspare)
		free_page((unsigned long)ram->spare[--ram->nspare]);
	free_page((unsigned long)ram->aside);
	ram->aside = NULL;
	if (ram->file) {
		ram_file_release(ram->file);
		mapping_unmap_writable(ram->file->f_mapping);
		fput(ram->file);
	}
	ram->file = NULL;
}

bool ram_contains(const struct guest_ram *ram, u64 gpa)
{
	u64 unused;

	return ram_find(ram->size, gpa, 1, &unused);
}

/* Can the @size around @gpa be mapped by the large page that @page is a part of? */
static bool fits(const struct guest_ram *ram, u64 gpa, struct page *page, u64 size)
{
	struct folio *folio = page_folio(page);
	u64 unused;

	return folio_size(folio) >= size && !folio_test_has_hwpoisoned(folio) &&
	       IS_ALIGNED(page_to_phys(page) ^ gpa, size) &&
	       ram_find(ram->size, ALIGN_DOWN(gpa, size), size, &unused);
}

/* With the lock. @old: the page was not made for this. */
static void count(struct guest_ram *ram, u64 size, bool old)
{
	WRITE_ONCE(ram->resident, ram->resident + size);
	WRITE_ONCE(ram->filled, ram->filled + size);
	if (size > TDP_4K)
		WRITE_ONCE(ram->large, true);
	if (old)
		WRITE_ONCE(ram->returned, ram->returned + size);
}

/*
 * Enter a page, or as much around it; the leaf takes over the caller's reference. Return: also
 * -EAGAIN: it is not the file's any more.
 */
static int map_page(struct guest_ram *ram, u64 gpa, struct page *page, u64 size, bool old)
{
	u64 hpa = ALIGN_DOWN(page_to_phys(page), size);
	int r;

	for (;;) {
		raw_spin_lock(&ram->lock);
		r = ram_file_has(ram->file, page) ?
		    tdp_map(&ram->tdp, ALIGN_DOWN(gpa, size), hpa, size, true) : -EAGAIN;
		if (!r) {
			count(ram, size, old);
			ram_file_pin(page);
		}
		raw_spin_unlock(&ram->lock);
		if (r != -ENOMEM)
			return r;
		/* If others take these, then the tree grows where they are: it ends. */
		r = refill(ram);
		if (r)
			return r;
	}
}

static bool interrupted(void)
{
	return current->flags & PF_KTHREAD ? kthread_should_stop()
					   : fatal_signal_pending(current);
}

/* As much as it can be; but there may be smaller leaves already, even this one. */
static int map_largest(struct guest_ram *ram, u64 gpa, struct page *page, bool old)
{
	unsigned int level = ram->tdp.leaf_level;
	u64 size;
	int r;

	do {
		size = 1ULL << tdp_shift(level);
		r = -EEXIST;
		if (!level || fits(ram, gpa, page, size))
			r = map_page(ram, gpa, page, size, old);
	} while (r == -EEXIST && level--);
	return r;
}

static int populate_page(struct guest_ram *ram, u64 gpa)
{
	struct page *page;
	u64 offset;
	bool old;
	int r;

	gpa = ALIGN_DOWN(gpa, TDP_4K);
	if (!ram_find(ram->size, gpa, TDP_4K, &offset))
		return -ENOENT;
	do {
		if (interrupted())
			return -EINTR;
		page = ram_file_page(ram->file, offset, &old);
		if (IS_ERR(page))
			return PTR_ERR(page);
		r = map_largest(ram, gpa, page, old);
		if (r)
			put_page(page);
	} while (r == -EAGAIN);
	return r == -EEXIST ? 0 : r;
}

int ram_populate(struct guest_ram *ram, u64 gpa, u64 ahead)
{
	u64 more;
	int err;

	ram_make_room(ram);
	err = populate_page(ram, gpa);
	for (more = TDP_4K; !err && more <= ahead; more += TDP_4K)
		if (populate_page(ram, gpa + more))
			break;
	return err;
}

void *ram_ptr(const struct guest_ram *ram, u64 gpa, u64 *avail)
{
	u64 hpa = tdp_lookup(&ram->tdp, gpa, avail);

	if (!hpa)
		return NULL;
	*avail -= gpa & (*avail - 1);
	return phys_to_virt(hpa);
}

/* ram_ptr() for one who sleeps: with a reference on the page, to be put. */
static void *hold_page(struct guest_ram *ram, u64 gpa, u64 *avail)
{
	void *p;

	raw_spin_lock(&ram->lock);
	p = ram_ptr(ram, gpa, avail);
	if (p)
		get_page(virt_to_page(p));
	raw_spin_unlock(&ram->lock);
	return p;
}

static int read_all(struct file *src, void *buf, u64 len, loff_t *offset)
{
	while (len) {
		ssize_t n = kernel_read(src, buf, len, offset);

		if (n <= 0)
			return n ?: -ENODATA;
		buf += n;
		len -= n;
	}
	return 0;
}

int ram_write_file(struct guest_ram *ram, u64 gpa, u64 len, struct file *src, loff_t offset)
{
	u64 unused, n;
	void *p;
	int r;

	if (!ram_find(ram->size, gpa, len, &unused))
		return -EFAULT;
	while (len) {
		p = hold_page(ram, gpa, &n);
		if (!p) {
			r = ram_populate(ram, gpa, 0);
			if (r)
				return r;
			continue;
		}
		n = min(n, len);
		r = read_all(src, p, n, &offset);
		put_page(virt_to_page(p));
		if (r)
			return r;
		gpa += n;
		len -= n;
		cond_resched();
	}
	return 0;
}
