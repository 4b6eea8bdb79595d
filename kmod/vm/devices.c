// SPDX-License-Identifier: GPL-2.0-only
/*
 * devices.c - what is plugged into a VM's PCI bus: from its making to its end
 *
 * Knows which devices there are, in which slots, and whom their files and names belong to; what
 * they do is in dev/virtio/.
 */
#include <linux/etherdevice.h>
#include <linux/file.h>
#include <linux/siphash.h>
#include <insula/guest-abi.h>
#include "../control/extack.h"
#include "../dev/virtio/devices.h"
#include "vcpu.h"

static_assert(GUEST_SLOT_DISK + INSULA_DISKS_MAX <= GUEST_SLOT_NIC);
static_assert(GUEST_SLOT_NIC + INSULA_NICS_MAX <= PCI_SLOTS);
static_assert(INSULA_NIC_NAME_MAX + 1 == IFNAMSIZ);

/* Takes over @vio, which may be an error. */
static int plug(struct vm *vm, unsigned int slot, struct vio *vio)
{
	int err = PTR_ERR_OR_ZERO(vio);

	if (err)
		return err;
	err = vpci_add(&vm->platform.pci, &vio->regs.pci, slot);
	if (err)
		vio_destroy(vio);
	else
		vm->devices.vio[slot] = vio;
	return err;
}

static void unplug(struct vm *vm, unsigned int slot)
{
	struct vio *vio = vm->devices.vio[slot];

	if (!vio)
		return;
	vm->devices.vio[slot] = NULL;
	vpci_remove(&vio->regs.pci);
	vio_destroy(vio);
}

/* Disks. */

static int add_disk(struct vm *vm, const struct vm_disk *disk, struct netlink_ext_ack *extack)
{
	struct vm_devices *devices = &vm->devices;
	unsigned int i = devices->ndisks;
	const char *why;
	int err = disk_file_check(disk->file, disk->ro, &why);

	if (err) {
		extack_set(extack, NULL, "disk %u: %s", i, why);
		return err;
	}
	err = disk_file_claim(&devices->claim[i], vm, i, disk, extack);
	if (err)
		return err;
	devices->disk[i] = *disk;
	get_file(disk->file);
	devices->ndisks++;
	return plug(vm, GUEST_SLOT_DISK + i, virtio_blk_create(vm, disk));
}

static void remove_disk(struct vm *vm, unsigned int i)
{
	disk_file_release(&vm->devices.claim[i]);
	fput(vm->devices.disk[i].file);
}

/* Into @path, which has @size bytes. */
static void tell_path(struct file *file, char *path, size_t size)
{
	char *at = file_path(file, path, size);

	if (!IS_ERR(at))
		memmove(path, at, strlen(at) + 1);
	else
		snprintf(path, size, ".../%pD", file);
}

bool vm_disk_info(struct vm *vm, unsigned int i, struct disk_info *info)
{
	const struct vm_disk *disk;
	bool there;

	mutex_lock(&vm->lock);
	there = i < vm->devices.ndisks;
	if (there) {
		disk = &vm->devices.disk[i];
		memset(info, 0, sizeof(*info));
		tell_path(disk->file, info->path, sizeof(info->path));
		strscpy(info->serial, disk->serial, sizeof(info->serial));
		info->ro = disk->ro;
		virtio_blk_info(vm->devices.vio[GUEST_SLOT_DISK + i], info);
	}
	mutex_unlock(&vm->lock);
	return there;
}

/* Nics. */

/*
 * The same whenever a VM of this name is made, so that the guest knows its interface again:
 * locally administered, the rest a hash.
 */
static void make_mac(const struct vm *vm, unsigned int i, u8 *mac)
{
	static const siphash_key_t key = { { 1, 2 } };
	char text[INSULA_NAME_MAX + sizeof(".4294967295")];
	int len = snprintf(text, sizeof(text), "%s.%u", vm->name, i);
	u64 hash = siphash(text, len, &key);

	memcpy(mac, &hash, ETH_ALEN);
	mac[0] = (mac[0] & ~1) | 2;
}

static bool has_nic(const struct vm_devices *devices, const char *name)
{
	unsigned int i;

	for (i = 0; i < devices->nnics; i++)
		if (!strcmp(devices->nic[i].name, name))
			return true;
	return false;
}

static int add_nic(struct vm *vm, const struct vm_nic *nic, struct netlink_ext_ack *extack)
{
	struct vm_devices *devices = &vm->devices;
	unsigned int i = devices->nnics;
	struct vm_nic whole = *nic;
	int err;

	if (!whole.name[0] &&
	    snprintf(whole.name, sizeof(whole.name), "%s.%u", vm->name, i) >= IFNAMSIZ)
		return -EINVAL;		/* the request has been checked for that */
	if (is_zero_ether_addr(whole.mac))
		make_mac(vm, i, whole.mac);
	if (has_nic(devices, whole.name)) {
		extack_set(extack, NULL, "nic %u: another nic of this VM has the name %s", i,
			   whole.name);
		return -EEXIST;
	}
	err = plug(vm, GUEST_SLOT_NIC + i, virtio_net_create(vm, i, &whole, extack));
	if (err)
		return err;
	devices->nic[i] = whole;
	devices->nnics++;
	return 0;
}

bool vm_nic_info(struct vm *vm, unsigned int i, struct nic_info *info)
{
	bool there;

	mutex_lock(&vm->lock);
	there = i < vm->devices.nnics;
	if (there)
		virtio_net_info(vm->devices.vio[GUEST_SLOT_NIC + i], info);
	mutex_unlock(&vm->lock);
	return there;
}

/* The balloon. */

bool vm_balloon_info(struct vm *vm, struct balloon_info *info)
{
	struct vio *balloon;

	mutex_lock(&vm->lock);
	balloon = vm->devices.balloon;
	if (balloon) {
		memset(info, 0, sizeof(*info));
		virtio_balloon_info(balloon, info);
		virtio_balloon_ask(balloon);
	}
	mutex_unlock(&vm->lock);
	return balloon;
}

/* All of them. */

int vm_add_devices(struct vm *vm, const struct vm_config *cfg, struct netlink_ext_ack *extack)
{
	int err = plug(vm, GUEST_SLOT_RNG, virtio_rng_create(vm));
	unsigned int i;

	if (!err)
		err = plug(vm, GUEST_SLOT_CONSOLE, virtio_console_create(vm));
	if (!err)
		err = plug(vm, GUEST_SLOT_BALLOON, virtio_balloon_create(vm));
	vm->devices.balloon = vm->devices.vio[GUEST_SLOT_BALLOON];
	for (i = 0; !err && i < cfg->ndisks; i++)
		err = add_disk(vm, &cfg->disk[i], extack);
	for (i = 0; !err && i < cfg->nnics; i++)
		err = add_nic(vm, &cfg->nic[i], extack);
	return err;
}

void vm_remove_devices(struct vm *vm)
{
	unsigned int ndisks, slot;

	mutex_lock(&vm->lock);
	ndisks = vm->devices.ndisks;
	vm->devices.ndisks = 0;
	vm->devices.nnics = 0;
	vm->devices.balloon = NULL;
	mutex_unlock(&vm->lock);
	for (slot = 0; slot < PCI_SLOTS; slot++)
		unplug(vm, slot);
	while (ndisks--)
		remove_disk(vm, ndisks);
}
