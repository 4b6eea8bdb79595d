/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - the kinds of virtio devices, for who plugs them in
 *
 * Each is made at rest; the caller plugs in @regs.pci with vpci_add(), and destroys it with
 * vio_destroy() when no vCPU exists any more.
 */
#ifndef _INSULA_VIRTIO_DEVICES_H
#define _INSULA_VIRTIO_DEVICES_H

#include "device.h"

struct disk_info;
struct vm;
struct vm_disk;

/**
 * virtio_rng_create() - an entropy device (virtio 1.2 §5.4)
 *
 * May sleep. Return: it, or ERR_PTR(-ENOMEM).
 */
struct vio *virtio_rng_create(struct vm *vm);

/**
 * virtio_blk_create() - a disk (virtio 1.2 §5.2)
 * @disk:	its file has passed disk_file_check(); a reference is taken
 *
 * Direct I/O is used where the file was opened for that and what the guest asks for is aligned.
 * May sleep. Return: it, or ERR_PTR(-ENOMEM).
 */
struct vio *virtio_blk_create(struct vm *vm, const struct vm_disk *disk);
/** virtio_blk_info() - fill in its size, and add its counters. May sleep. */
void virtio_blk_info(const struct vio *vio, struct disk_info *info);

#endif
