// SPDX-License-Identifier: GPL-2.0-only
/*
 * request-devices.c - the disks and nics that a VM is to have
 *
 * Their form only: whether a file can be a disk, or a name is free, vm_create() will see.
 */
#include <linux/err.h>
#include "check.h"
#include "family.h"
#include "request-int.h"

static int take_disk(struct genl_info *info, struct nlattr *nest, struct vm_config *cfg)
{
	struct vm_disk *disk = &cfg->disk[cfg->ndisks];
	struct nlattr *tb[INSULA_A_DISK_MAX + 1], *serial;
	char why[CHECK_TEXT];
	struct file *file;
	int err = nla_parse_nested(tb, INSULA_A_DISK_MAX, nest, policy_disk, info->extack);

	if (err)
		return err;
	if (!tb[INSULA_A_DISK_FD])
		return request_refuse_missing(info, nest, INSULA_A_DISK_FD, "a disk's fd");
	disk->ro = nla_get_flag(tb[INSULA_A_DISK_RO]);
	serial = tb[INSULA_A_DISK_SERIAL];
	if (serial) {
		if (check_disk_serial(nla_data(serial), why))
			return request_refuse(info, serial, why);
		nla_strscpy(disk->serial, serial, sizeof(disk->serial));
	}
	file = request_file(info, tb[INSULA_A_DISK_FD], "a disk's fd");
	if (IS_ERR(file))
		return PTR_ERR(file);
	disk->file = file;
	return 0;
}

const struct request_list request_disks = {
	INSULA_A_VM_DISK, INSULA_DISKS_MAX, "disks", take_disk
};

static int take_nic(struct genl_info *info, struct nlattr *nest, struct vm_config *cfg)
{
	struct nlattr *tb[INSULA_A_NIC_MAX + 1], *name, *mac;
	struct vm_nic *nic = &cfg->nic[cfg->nnics];
	char why[CHECK_TEXT];
	int err = nla_parse_nested(tb, INSULA_A_NIC_MAX, nest, policy_nic, info->extack);

	if (err)
		return err;
	name = tb[INSULA_A_NIC_NAME];
	if (name) {
		if (check_nic_name(nla_data(name), why))
			return request_refuse(info, name, why);
		nla_strscpy(nic->name, name, sizeof(nic->name));
	} else if (check_nic_default_name(cfg->name, cfg->nnics, why)) {
		return request_refuse(info, nest, why);
	}
	mac = tb[INSULA_A_NIC_MAC];
	if (mac) {
		if (check_nic_mac(nla_data(mac), why))
			return request_refuse(info, mac, why);
		nla_memcpy(nic->mac, mac, sizeof(nic->mac));
	}
	return 0;
}

const struct request_list request_nics = {
	INSULA_A_VM_NIC, INSULA_NICS_MAX, "nics", take_nic
};
