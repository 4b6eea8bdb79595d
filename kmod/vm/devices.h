/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - what is plugged into a VM's PCI bus
 */
#ifndef _INSULA_DEVICES_H
#define _INSULA_DEVICES_H

#include "../dev/pci.h"
#include "disk-file.h"
#include "vm.h"

struct vio;

/**
 * struct vm_devices - what vm_add_devices() has added
 *
 * All of it is constant until vm_remove_devices(), which begins with setting the numbers to 0,
 * and @balloon to NULL, under vm->lock.
 */
struct vm_devices {
	struct vio *vio[PCI_SLOTS];		/* by slot: GUEST_SLOT_* */
	struct vio *balloon;
	struct vm_disk disk[INSULA_DISKS_MAX];
	struct disk_claim claim[INSULA_DISKS_MAX];
	unsigned int ndisks;
	struct vm_nic nic[INSULA_NICS_MAX];	/* with name and address */
	unsigned int nnics;
};

/**
 * vm_add_devices() - give a VM that nobody knows yet what every VM has, its disks and nics
 *
 * Takes its own references on files. May sleep. Return: 0; -EINVAL, -EBADF, -EROFS (files), -EBUSY
 * (another VM has it), -EEXIST (a nic's name), ... with @extack; -ENOMEM. vm_remove_devices()
 * undoes however far it came.
 */
int vm_add_devices(struct vm *vm, const struct vm_config *cfg, struct netlink_ext_ack *extack);

/**
 * vm_remove_devices() - take them all away
 *
 * The VM is off and will not be switched on again. Takes vm->lock. May sleep. Once is enough,
 * twice is allowed.
 */
void vm_remove_devices(struct vm *vm);

#endif
