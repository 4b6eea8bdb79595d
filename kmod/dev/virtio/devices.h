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

struct balloon_info;
struct disk_info;
struct netlink_ext_ack;
struct nic_info;
struct vm;
struct vm_disk;
struct vm_nic;

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

/**
 * virtio_net_create() - a network device (§5.1), and the host's end of it: an interface in the
 * first network namespace
 * @i:		its number among the VM's, for messages
 * @nic:	with name and address
 *
 * A pair of queues for each vCPU, up to 8. Takes rtnl, here and when it is destroyed; who holds
 * rtnl never waits for a VM's lock. May sleep. Return: it, or ERR_PTR(-ENOMEM; -EEXIST with
 * @extack; -EINVAL: no name for an interface).
 */
struct vio *virtio_net_create(struct vm *vm, unsigned int i, const struct vm_nic *nic,
			      struct netlink_ext_ack *extack);
/** virtio_net_info() - all about one. May sleep. */
void virtio_net_info(struct vio *vio, struct nic_info *info);

/** virtio_net_init() - make the interfaces' kind known, once a module. Return: 0 or -errno. */
int virtio_net_init(void);
/** virtio_net_exit() - no such device exists any more */
void virtio_net_exit(void);

/**
 * virtio_console_create() - a console of one port, the second line to @vm's tty (§5.3)
 *
 * May sleep. Return: it, or ERR_PTR(-ENOMEM).
 */
struct vio *virtio_console_create(struct vm *vm);

/**
 * virtio_balloon_create() - a memory balloon (§5.5), with statistics and reporting of free pages
 *
 * May sleep. Return: it, or ERR_PTR(-ENOMEM).
 */
struct vio *virtio_balloon_create(struct vm *vm);
/**
 * virtio_balloon_set_target() - how much the guest is to give up
 * @bytes:	in whole pages of 4 KiB; kept for a driver that comes later, or anew
 *
 * What the guest does about it, and when, is up to it. Context: any.
 */
void virtio_balloon_set_target(struct vio *vio, u64 bytes);
/** virtio_balloon_info() - how things are; statistics are those told last. May sleep. */
void virtio_balloon_info(struct vio *vio, struct balloon_info *info);
/**
 * virtio_balloon_ask() - have the guest tell its statistics anew, some time soon
 *
 * Wakes it up; without a driver nothing happens. May sleep.
 */
void virtio_balloon_ask(struct vio *vio);

#endif
