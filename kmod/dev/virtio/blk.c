// SPDX-License-Identifier: GPL-2.0-only
/*
 * blk.c - a disk on virtio (virtio 1.2 §5.2): its making, and what it says of itself
 *
 * What the guest is told of sizes and limits comes from here. Its requests: blk-queue.c.
 */
#include <linux/blkdev.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include "../../vm/vcpu.h"
#include "blk.h"
#include "devices.h"

#define CONFIG_BYTES	offsetofend(struct blk_config, unused1)

static_assert(CONFIG_BYTES == 60);
static_assert(sizeof(struct blk_req) <= SZ_4K);
static_assert(BLK_SEGS_MAX + 2 <= RING_CHAIN_MAX);
static_assert(BLK_ID_BYTES == VIRTIO_BLK_ID_BYTES && BLK_ID_BYTES >= INSULA_SERIAL_MAX);

static struct blk *to_blk(const struct vio *vio)
{
	return container_of(vio, struct blk, vio);
}

bool blk_is_write_back(const struct blk *blk)
{
	if (virtio_has(&blk->vio.regs, VIRTIO_BLK_F_CONFIG_WCE))
		return READ_ONCE(blk->config.writeback);
	return virtio_has(&blk->vio.regs, VIRTIO_BLK_F_FLUSH);
}

static void blk_reset(struct vio *vio)
{
	WRITE_ONCE(to_blk(vio)->config.writeback, 1);
}

static void blk_config_written(struct vio *vio, u32 offset, unsigned int size, u64 val)
{
	if (offset == offsetof(struct blk_config, writeback) && size == 1)
		WRITE_ONCE(to_blk(vio)->config.writeback, val & 1);
}

static void blk_free(struct vio *vio)
{
	struct blk *blk = to_blk(vio);
	unsigned int i;

	for (i = 0; i < blk->config.num_queues; i++)
		blk_queue_free(&blk->queue[i]);
	fput(blk->file);
	kvfree(blk);
}

static const struct vio_ops blk_ops = {
	.run = blk_run,
	.stop = blk_stop,
	.reset = blk_reset,
	.config_written = blk_config_written,
	.free = blk_free,
};

/* What is the file like? */

static void look_at_device(struct blk *blk)
{
	struct block_device *bdev = I_BDEV(blk->file->f_mapping->host);
	u32 block = bdev_logical_block_size(bdev);

	blk->memory_mask = bdev_dma_alignment(bdev);
	blk->disk_mask = block - 1;
	blk->config.blk_size = block;
	blk->config.physical_block_exp = ilog2(bdev_physical_block_size(bdev) / block);
	blk->config.min_io_size = min_t(u32, bdev_io_min(bdev) / block, U16_MAX);
	blk->config.opt_io_size = bdev_io_opt(bdev) / block;
	blk->disk.discard = bdev_max_discard_sectors(bdev);
}

/* Its partitions are counted in sectors, whatever file system it happens to lie on. */
static void look_at_file(struct blk *blk)
{
	struct kstat stat;

	blk->memory_mask = PAGE_SIZE - 1;
	blk->disk_mask = PAGE_SIZE - 1;
	if (!vfs_getattr(&blk->file->f_path, &stat, STATX_DIOALIGN, 0) &&
	    (stat.result_mask & STATX_DIOALIGN)) {
		blk->memory_mask = stat.dio_mem_align - 1;
		blk->disk_mask = stat.dio_offset_align - 1;
		blk->direct &= stat.dio_mem_align && stat.dio_offset_align;
	}
	blk->config.blk_size = BLK_SECTOR;
	blk->config.physical_block_exp = ilog2(PAGE_SIZE / BLK_SECTOR);
	blk->config.min_io_size = PAGE_SIZE / BLK_SECTOR;
	blk->disk.discard = blk->file->f_op->fallocate;
}

static void look(struct blk *blk, const struct vm_disk *disk, unsigned int nqueues)
{
	struct blk_config *config = &blk->config;
	const struct file *file = blk->file;

	blk->regular = S_ISREG(file_inode(file)->i_mode);
	blk->direct = file->f_flags & O_DIRECT;
	blk->disk.sectors = disk_file_size(file) / BLK_SECTOR;
	blk->disk.ro = disk->ro;
	if (blk->regular)
		look_at_file(blk);
	else
		look_at_device(blk);
	config->capacity = blk->disk.sectors;
	config->seg_max = BLK_SEGS_MAX;
	config->writeback = 1;
	config->num_queues = nqueues;
	config->max_discard_sectors = BLK_DISCARD_MAX;
	config->max_discard_seg = BLK_RANGES_MAX;
	config->discard_sector_alignment = (config->blk_size << config->physical_block_exp) /
					   BLK_SECTOR;
	config->max_write_zeroes_sectors = BLK_ZEROES_MAX;
	config->max_write_zeroes_seg = BLK_RANGES_MAX;
	config->write_zeroes_may_unmap = 1;
}

static u64 features(const struct blk *blk)
{
	u64 all = BIT_ULL(VIRTIO_BLK_F_SEG_MAX) | BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) |
		  BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) | BIT_ULL(VIRTIO_BLK_F_MQ);

	if (blk->disk.ro)
		return all | BIT_ULL(VIRTIO_BLK_F_RO);
	if (blk->disk.discard)
		all |= BIT_ULL(VIRTIO_BLK_F_DISCARD);
	return all | BIT_ULL(VIRTIO_BLK_F_FLUSH) | BIT_ULL(VIRTIO_BLK_F_CONFIG_WCE) |
	       BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES);
}

/* Making. */

static int init_queues(struct blk *blk)
{
	unsigned int i;

	for (i = 0; i < blk->config.num_queues; i++) {
		if (blk_queue_init(blk, i)) {
			while (i--)
				blk_queue_free(&blk->queue[i]);
			return -ENOMEM;
		}
	}
	return 0;
}

struct vio *virtio_blk_create(struct vm *vm, const struct vm_disk *disk)
{
	unsigned int nqueues = min_t(u32, vm->ncpus, BLK_QUEUES_MAX);
	struct vio_setup setup = {
		.ops = &blk_ops,
		.type = VIRTIO_ID_BLOCK,
		.nqueues = nqueues,
		.queue_size = BLK_QUEUE_SIZE,
		.config_len = CONFIG_BYTES,
	};
	struct blk *blk = kvzalloc(struct_size(blk, queue, nqueues), GFP_KERNEL_ACCOUNT);
	int err;

	if (!blk)
		return ERR_PTR(-ENOMEM);
	blk->file = get_file(disk->file);
	memcpy(blk->serial, disk->serial, strnlen(disk->serial, BLK_ID_BYTES));
	look(blk, disk, nqueues);
	setup.features = features(blk);
	setup.config = &blk->config;
	err = vio_create(&blk->vio, &vm->ram, &setup);
	if (err)
		goto no_vio;
	err = init_queues(blk);
	if (!err)
		return &blk->vio;
	blk->config.num_queues = 0;
	vio_destroy(&blk->vio);
	return ERR_PTR(err);
no_vio:
	fput(blk->file);
	kvfree(blk);
	return ERR_PTR(err);
}

void virtio_blk_info(const struct vio *vio, struct disk_info *info)
{
	struct blk *blk = to_blk(vio);
	unsigned int i;

	info->size = blk->disk.sectors * BLK_SECTOR;
	for (i = 0; i < blk->config.num_queues; i++) {
		struct blk_queue *bq = &blk->queue[i];
		struct blk_stats stats;

		spin_lock_irq(&bq->lock);
		stats = bq->stats;
		spin_unlock_irq(&bq->lock);
		info->reads += stats.reads;
		info->read_bytes += stats.read_bytes;
		info->writes += stats.writes;
		info->write_bytes += stats.write_bytes;
		info->flushes += stats.flushes;
		info->discards += stats.discards;
		info->errors += stats.errors;
		info->inflight += atomic_read(&bq->inflight);
	}
}
