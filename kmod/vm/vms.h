/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vms.h - all VMs of this host together; how to find one is in vm.h
 */
#ifndef _INSULA_VMS_H
#define _INSULA_VMS_H

#include <linux/types.h>

struct netlink_ext_ack;
struct vm;

/**
 * vms_check_name() - is there no VM of that name?
 *
 * To be asked before all else: who makes a VM twice is to hear that, and not that the disks and the
 * interfaces are taken. vms_add() has the last word. May sleep. Return: 0; -EEXIST, with @extack.
 */
int vms_check_name(const char *name, struct netlink_ext_ack *extack);
/**
 * vms_add() - give a VM its id, by which and by whose name others find it from now on
 *
 * The list has a reference of its own. May sleep. Return: 0; -EEXIST, with @extack; -ENOMEM,
 * -ENOSPC.
 */
int vms_add(struct vm *vm, struct netlink_ext_ack *extack);
/**
 * vms_remove() - nobody finds it any more
 *
 * The list's reference is now the caller's. May sleep. Return: was it still there?
 */
bool vms_remove(struct vm *vm);

/** vms_quiesce() - no vCPU runs until vms_unquiesce(): host suspend, reboot. May sleep. */
void vms_quiesce(void);
/** vms_unquiesce() - those that were running go on. May sleep. */
void vms_unquiesce(void);

#endif
