/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - the one place that knows kernel versions
 *
 * Each entry says what changed and when. Names that only exist on one side are given the
 * form that the newest kernel has, or a name of our own; the code that uses them has no
 * #if. What the kernel marks with a macro of its own is probed by that macro.
 */
#ifndef _INSULA_COMPAT_H
#define _INSULA_COMPAT_H

#include <linux/types.h>
#include <linux/version.h>

/* tty_operations.write: int counts until 6.5. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define tty_write_ret_t ssize_t
#define tty_write_len_t size_t
#else
#define tty_write_ret_t int
#define tty_write_len_t int
#endif

/* genl_family.pre_doit: split operations since 6.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define genl_pre_doit_op genl_split_ops
#else
#define genl_pre_doit_op genl_ops
#endif

/*
 * compat_hugetlb_index() - index in the page cache of the huge page at @offset of a file;
 * since 6.7 it counts 4 KiB pages, like everybody's, before it counted huge pages
 */
#include <linux/hugetlb.h>

static inline pgoff_t compat_hugetlb_index(struct hstate *h, u64 offset)
{
	pgoff_t index = offset >> huge_page_shift(h);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	index <<= huge_page_order(h);
#endif
	return index;
}

/*
 * compat_write_begin(), compat_write_end() - a page of a file as one who writes all of it
 * gets it, locked, and gives it back; until 6.12 a page, then a folio
 */
#include <linux/fs.h>
#include <linux/pagemap.h>

static inline int compat_write_begin(struct file *file, loff_t pos, struct page **page,
				     void **private)
{
	struct address_space *mapping = file->f_mapping;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	struct folio *folio;
	int err = mapping->a_ops->write_begin(file, mapping, pos, PAGE_SIZE, &folio, private);

	if (!err)
		*page = folio_file_page(folio, pos >> PAGE_SHIFT);
	return err;
#else
	return mapping->a_ops->write_begin(file, mapping, pos, PAGE_SIZE, page, private);
#endif
}

static inline int compat_write_end(struct file *file, loff_t pos, struct page *page,
				   void *private)
{
	struct address_space *mapping = file->f_mapping;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	struct folio *written = page_folio(page);
#else
	struct page *written = page;
#endif

	return mapping->a_ops->write_end(file, mapping, pos, PAGE_SIZE, PAGE_SIZE, written,
					 private);
}

/* hrtimer_setup() took the place of hrtimer_init() and an assignment in 6.13. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#include <linux/hrtimer.h>

static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/*
 * compat_task_is_runnable() - is it not about to sleep? One that is may be left on the queue for
 * a while since 6.12.
 */
#include <linux/sched.h>

static inline bool compat_task_is_runnable(struct task_struct *task)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return task_is_runnable(task);
#else
	return task->on_rq;
#endif
}

/*
 * compat_shrinker_register(), compat_shrinker_unregister() - a shrinker that only counts; one is
 * allocated since 6.7
 */
#include <linux/shrinker.h>

typedef unsigned long (*compat_shrinker_fn)(struct shrinker *, struct shrink_control *);

struct compat_shrinker {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	struct shrinker *shrinker;
#else
	struct shrinker shrinker;
	bool registered;
#endif
};

static inline unsigned long compat_shrink_nothing(struct shrinker *s, struct shrink_control *sc)
{
	return SHRINK_STOP;
}

static inline int compat_shrinker_register(struct compat_shrinker *c, const char *name,
					   compat_shrinker_fn count)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	c->shrinker = shrinker_alloc(0, "%s", name);
	if (!c->shrinker)
		return -ENOMEM;
	c->shrinker->count_objects = count;
	c->shrinker->scan_objects = compat_shrink_nothing;
	c->shrinker->seeks = DEFAULT_SEEKS;
	shrinker_register(c->shrinker);
	return 0;
#else
	int err;

	c->shrinker = (struct shrinker){ .count_objects = count, .seeks = DEFAULT_SEEKS,
					 .scan_objects = compat_shrink_nothing };
	err = register_shrinker(&c->shrinker, "%s", name);
	c->registered = !err;
	return err;
#endif
}

static inline void compat_shrinker_unregister(struct compat_shrinker *c)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_free(c->shrinker);
#else
	if (c->registered)
		unregister_shrinker(&c->shrinker);
#endif
}

/* rdmsrl() and its relatives became rdmsrq() ... in 6.16. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define rdmsrl rdmsrq
#define wrmsrl wrmsrq
#define native_wrmsrl native_wrmsrq
#endif

#endif
