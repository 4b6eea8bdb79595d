/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vms.h - all VMs of this host together
 */
#ifndef _INSULA_VMS_H
#define _INSULA_VMS_H

/** vms_init() - before the first vm_create(). Return: 0, -ENOMEM. */
int vms_init(void);
/** vms_exit() - no VM exists any more */
void vms_exit(void);
/** vms_quiesce() - no vCPU runs until vms_unquiesce(): host suspend, reboot. May sleep. */
void vms_quiesce(void);
/** vms_unquiesce() - those that were running go on. May sleep. */
void vms_unquiesce(void);

#endif
