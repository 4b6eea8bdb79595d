// SPDX-License-Identifier: GPL-2.0-only
/*
 * disk-file.c - the files behind disks: are they fit, and who has them
 *
 * Does no I/O; knows nothing of the device that the guest sees.
 */
#include <linux/blkdev.h>
#include <linux/mutex.h>
#include "../control/extack.h"
#include "disk-file.h"
#include "vcpu.h"

static DEFINE_MUTEX(claims_lock);	/* a leaf */
static LIST_HEAD(claims);

/* What kernel_read() and kernel_write() would refuse, with a warning in the log: /proc, /sys. */
static bool is_for_users_only(const struct file *file, bool ro)
{
	const struct file_operations *ops = file->f_op;

	if (!(file->f_mode & FMODE_CAN_READ) || !ops->read_iter || ops->read)
		return true;
	return !ro && (!(file->f_mode & FMODE_CAN_WRITE) || !ops->write_iter || ops->write);
}

/* How it was opened, by whom we have it from. */
static int check_mode(const struct file *file, bool ro, const char **why)
{
	*why = "its file is not open for reading";
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	*why = "its file is not open for writing; without that it has to be ro";
	if (!ro && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	*why = "its file is open for appending only";
	if (!ro && (file->f_flags & O_APPEND))
		return -EBADF;
	return 0;
}

static int check_size(u64 size, const char **why)
{
	*why = "its file is empty: a disk has a multiple of 512 bytes";
	if (!size)
		return -EINVAL;
	*why = "the size of its file is no multiple of 512 bytes";
	return size % DISK_SECTOR ? -EINVAL : 0;
}

int disk_file_check(const struct file *file, bool ro, const char **why)
{
	umode_t mode = file_inode(file)->i_mode;
	int err;

	*why = "it is a directory, not a regular file or a block device";
	if (S_ISDIR(mode))
		return -EINVAL;
	*why = "it is neither a regular file nor a block device";
	if (!S_ISREG(mode) && !S_ISBLK(mode))
		return -EINVAL;
	err = check_mode(file, ro, why);
	if (err)
		return err;
	*why = "its file cannot be used from the kernel";
	if (is_for_users_only(file, ro))
		return -EINVAL;
	*why = "its block device is read-only; a disk on that has to be ro";
	if (S_ISBLK(mode) && !ro && bdev_read_only(I_BDEV(file->f_mapping->host)))
		return -EROFS;
	return check_size(disk_file_size(file), why);
}

/* The claim that stands against another one, or NULL. */
static const struct disk_claim *find_conflict(const struct inode *inode, bool ro)
{
	const struct disk_claim *claim;

	list_for_each_entry(claim, &claims, link)
		if (claim->inode == inode && !(claim->ro && ro))
			return claim;
	return NULL;
}

int disk_file_claim(struct disk_claim *claim, const struct vm *vm, unsigned int i,
		    const struct vm_disk *disk, struct netlink_ext_ack *extack)
{
	const struct inode *inode = disk->file->f_mapping->host;
	const struct disk_claim *other;

	mutex_lock(&claims_lock);
	other = find_conflict(inode, disk->ro);
	if (other) {
		extack_set(extack, NULL,
			   "disk %u: %s %s has it as a disk already; to share it, all have to be ro: %pD",
			   i, other->vm == vm ? "this VM" : "VM", other->vm->name, disk->file);
	} else {
		*claim = (struct disk_claim){ .inode = inode, .vm = vm, .ro = disk->ro };
		list_add_tail(&claim->link, &claims);
	}
	mutex_unlock(&claims_lock);
	return other ? -EBUSY : 0;
}

void disk_file_release(struct disk_claim *claim)
{
	mutex_lock(&claims_lock);
	list_del(&claim->link);
	mutex_unlock(&claims_lock);
}
