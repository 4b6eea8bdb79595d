// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-file.c - the files that RAM and boot segments come from: are they fit, and their pages
 *
 * Knows shmem and hugetlbfs; knows nothing of paging trees.
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/highmem.h>
#include <linux/hugetlb.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/shmem_fs.h>
#include <linux/swap.h>
#include <insula/guest-abi.h>
#include "../compat.h"
#include "ram-file.h"
#include "reclaim.h"
#include "ram.h"

bool ram_find(u64 size, u64 gpa, u64 len, u64 *offset)
{
	u64 low = min_t(u64, size, GUEST_LOW_RAM_TOP);

	if (gpa < low) {
		*offset = gpa;
		return len <= low - gpa;
	}
	if (gpa < GUEST_HIGH_RAM_BASE || gpa - GUEST_HIGH_RAM_BASE >= size - low)
		return false;
	*offset = gpa - GUEST_HIGH_RAM_BASE + low;
	return len <= size - *offset;
}

/* hugetlbfs_file_operations is not exported: know the file system by its magic. */
static bool is_hugetlbfs(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == HUGETLBFS_MAGIC;
}

static bool is_sealed(const struct file *file)
{
	struct inode *inode = file_inode(file);
	unsigned int seals = is_hugetlbfs(file) ? HUGETLBFS_I(inode)->seals
						: SHMEM_I(inode)->seals;

	return seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
}

int ram_check_file(struct file *file, u64 size, const char **why)
{
	struct inode *inode = file_inode(file);

	*why = "the size of RAM is no multiple of 4 KiB";
	if (!IS_ALIGNED(size, TDP_4K))
		return -EINVAL;
	*why = "the size of RAM is out of range";
	if (size < GUEST_MIN_MEMORY || size > GUEST_MAX_MEMORY)
		return -EINVAL;
	*why = "the RAM file is no memfd and no file on tmpfs or hugetlbfs";
	if (!S_ISREG(inode->i_mode) ||
	    !(shmem_mapping(file->f_mapping) || is_hugetlbfs(file)))
		return -EINVAL;
	*why = "the RAM file is not open for reading and writing";
	if (!(file->f_mode & FMODE_READ) || !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	*why = "the RAM file is sealed against writing, immutable or append-only";
	if (is_sealed(file) || IS_IMMUTABLE(inode) || IS_APPEND(inode))
		return -EPERM;
	*why = "the RAM file is smaller than RAM";
	if (i_size_read(inode) < size)
		return -EINVAL;
	*why = NULL;
	return 0;
}

int ram_check_segment(struct file *file, u64 offset, u64 gpa, u64 len, u64 size,
		      const char **why)
{
	struct inode *inode = file_inode(file);
	u64 unused;

	*why = "the segment's file is no regular file";
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	*why = "the segment's file is not open for reading";
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	/* What kernel_read() would refuse, with a warning in the log: /proc, /sys. */
	*why = "the segment's file cannot be read from the kernel";
	if (!(file->f_mode & FMODE_CAN_READ) || !file->f_op->read_iter || file->f_op->read)
		return -EINVAL;
	*why = "the segment is empty";
	if (!len)
		return -EINVAL;
	*why = "the segment reaches beyond the end of its file";
	if (offset > i_size_read(inode) || len > i_size_read(inode) - offset)
		return -ENODATA;
	*why = "the segment does not lie in RAM, in one piece";
	if (!ram_find(size, gpa, len, &unused))
		return -EFAULT;
	*why = NULL;
	return 0;
}

static int page_error(long error)
{
	switch (error) {
	case -ENOMEM:
		return -ENOMEM;
	case -ENOSPC:
	case -EDQUOT:
		return -ENOSPC;
	case -EINTR:
		return -EINTR;
	default:
		return -EFAULT;
	}
}

/*
 * How shmem allocates pages of RAM. They will be held for long, so keep them out of what
 * should stay movable. No OOM killer here either.
 */
#define RAM_GFP (GFP_HIGHUSER | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * Is so little left, swap included, that the next allocation of the host's own may set off
 * the OOM killer? That could end anything but what holds the memory: a VM is no process.
 */
static bool host_is_short(void)
{
	unsigned long ram = totalram_pages(), reserve;
	long available;

	/* What to sum up costs more than all the rest of us: not while plenty is free. */
	if (global_zone_page_state(NR_FREE_PAGES) > ram / 16)
		return false;
	available = si_mem_available();
	if (available < share_reserve((u64)ram << PAGE_SHIFT) >> PAGE_SHIFT)
		reclaim_wake();
	reserve = clamp(ram / 128, (8UL << 20) >> PAGE_SHIFT, (256UL << 20) >> PAGE_SHIFT);
	return available + get_nr_swap_pages() < (long)reserve;
}

/*
 * As one who writes the whole page. For a reader, shmem would clear a new page that the
 * allocator (init_on_alloc, Debian's default) has just cleared: a fifth of all that it takes
 * to give a guest a page.
 */
static struct page *written_page(struct file *file, u64 offset, bool *old)
{
	struct page *page;
	void *private;
	int err = compat_write_begin(file, offset, &page, &private);

	if (err)
		return ERR_PTR(err);
	*old = PageUptodate(page);
	if (!*old) {
		if (want_init_on_alloc(0) || want_init_on_free())
			folio_mark_uptodate(page_folio(page));
		else
			clear_highpage(page);	/* the rest of a large one: write_end */
	}
	get_page(page);
	err = compat_write_end(file, offset, page, private);
	if (err < 0) {
		put_page(page);
		return ERR_PTR(err);
	}
	return page;
}

static struct page *shmem_page(struct file *file, u64 offset, bool *old)
{
	struct inode *inode = file_inode(file);
	struct page *page = ERR_PTR(-EFAULT);

	if (host_is_short())
		return ERR_PTR(-ENOMEM);
	if (mapping_gfp_mask(file->f_mapping) != RAM_GFP)
		mapping_set_gfp_mask(file->f_mapping, RAM_GFP);
	/* Against one who shortens the file; a writer would make it longer again. */
	inode_lock_shared(inode);
	if (offset + PAGE_SIZE <= i_size_read(inode))
		page = written_page(file, offset, old);
	inode_unlock_shared(inode);
	return page;
}

void ram_file_release(struct file *file)
{
	if (!is_hugetlbfs(file))
		mapping_set_gfp_mask(file->f_mapping, GFP_HIGHUSER_MOVABLE);
}

static struct page *find_huge_page(struct file *file, u64 offset)
{
	struct hstate *h = hstate_file(file);
	struct page *page;

	page = find_get_page(file->f_mapping, compat_hugetlb_index(h, offset));
	if (!page)
		return NULL;
	return compound_head(page) + ((offset & (huge_page_size(h) - 1)) >> PAGE_SHIFT);
}

/* Nothing but the file system itself can add a page to a hugetlbfs file. */
static struct page *hugetlb_page(struct file *file, u64 offset, bool *old)
{
	unsigned long size = huge_page_size(hstate_file(file));
	struct page *page;
	long r;

	if (offset >= i_size_read(file_inode(file)))
		return ERR_PTR(-EFAULT);
	page = find_huge_page(file, offset);
	*old = page;
	if (page)
		return page;
	r = vfs_fallocate(file, FALLOC_FL_KEEP_SIZE, ALIGN_DOWN(offset, size), size);
	if (r)
		return ERR_PTR(r);
	page = find_huge_page(file, offset);
	return page ?: ERR_PTR(-EFAULT);
}

struct page *ram_file_page(struct file *file, u64 offset, bool *old)
{
	struct page *page = is_hugetlbfs(file) ? hugetlb_page(file, offset, old)
					       : shmem_page(file, offset, old);

	if (IS_ERR(page))
		return ERR_PTR(page_error(PTR_ERR(page)));
	if (PageHWPoison(page)) {
		put_page(page);
		return ERR_PTR(-EFAULT);
	}
	return page;
}

bool ram_file_has(const struct file *file, struct page *page)
{
	return READ_ONCE(page_folio(page)->mapping) == file->f_mapping;
}

/* Pages of hugetlbfs are on no list that reclaim looks at. */
void ram_file_pin(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_test_hugetlb(folio) && !folio_test_set_mlocked(folio))
		zone_stat_mod_folio(folio, NR_MLOCK, folio_nr_pages(folio));
}

void ram_file_unpin(struct page *page)
{
	struct folio *folio = page_folio(page);
	struct folio_batch batch;

	if (folio_test_hugetlb(folio) || !folio_test_clear_mlocked(folio))
		return;
	zone_stat_mod_folio(folio, NR_MLOCK, -folio_nr_pages(folio));
	/* What the file does not have any more is about to be freed. */
	if (!READ_ONCE(folio->mapping))
		return;
	folio_batch_init(&batch);
	folio_batch_add(&batch, folio);
	check_move_unevictable_folios(&batch);
}

bool ram_file_is_apart(const struct file *file)
{
	return is_hugetlbfs(file);
}

int ram_file_punch(struct file *file, u64 offset, u64 len)
{
	return vfs_fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, len);
}
