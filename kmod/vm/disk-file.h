/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk-file.h - the files behind disks: are they fit, and who has them
 *
 * Does no I/O; knows nothing of the device that the guest sees.
 */
#ifndef _INSULA_DISK_FILE_H
#define _INSULA_DISK_FILE_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/types.h>

struct netlink_ext_ack;
struct vm;
struct vm_disk;

#define DISK_SECTOR	512	/* bytes; the size of a disk is a multiple of it */

/**
 * struct disk_claim - a VM has a file or a block device as a disk
 * @link:	in the list of all claims
 * @inode:	which file or device; the owner of the claim holds a reference on the file
 * @vm:		the owner
 * @ro:		it only reads
 */
struct disk_claim {
	struct list_head link;
	const struct inode *inode;
	const struct vm *vm;
	bool ro;
};

/** disk_file_size() - in bytes, as it is now. Context: any. */
static inline u64 disk_file_size(const struct file *file)
{
	/* That of a block device is not its node's. */
	return i_size_read(file->f_mapping->host);
}

/**
 * disk_file_check() - can this file be a disk?
 * @ro:		it is to be read only
 * @why:	result if not: what is wrong and what would be right
 *
 * Return: 0; -EINVAL: not such a file, or not of such a size; -EBADF: not opened for that; -EROFS.
 * Context: any.
 */
int disk_file_check(const struct file *file, bool ro, const char **why);

/**
 * disk_file_claim() - keep others from a file that a VM is to have as disk @i
 * @claim:	to be given to disk_file_release() if this succeeds
 *
 * Any number of VMs can have a file if all of them only read it. The caller has a reference on
 * the file as long as the claim is there. Return: 0; -EBUSY with @extack: another disk has it.
 * May sleep.
 */
int disk_file_claim(struct disk_claim *claim, const struct vm *vm, unsigned int i,
		    const struct vm_disk *disk, struct netlink_ext_ack *extack);

/** disk_file_release() - others may have it. May sleep. */
void disk_file_release(struct disk_claim *claim);

#endif
