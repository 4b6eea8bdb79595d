/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * family.h - what the parts of control/ share: the family and its policies
 */
#ifndef _INSULA_FAMILY_H
#define _INSULA_FAMILY_H

#include <linux/insula.h>
#include <net/genetlink.h>

/* control.c */
extern struct genl_family control_family;

/** CONTROL_EVENTS - index of the multicast group of events in the family */
#define CONTROL_EVENTS 0

/* policy.c: per operation, and per nest. */
extern const struct nla_policy policy_segment[INSULA_A_SEGMENT_MAX + 1];
extern const struct nla_policy policy_boot[INSULA_A_BOOT_MAX + 1];
extern const struct nla_policy policy_disk[INSULA_A_DISK_MAX + 1];
extern const struct nla_policy policy_nic[INSULA_A_NIC_MAX + 1];
extern const struct nla_policy policy_vm_create[INSULA_A_VM_MAX + 1];
extern const struct nla_policy policy_vm_destroy[INSULA_A_VM_MAX + 1];
extern const struct nla_policy policy_vm_action[INSULA_A_VM_MAX + 1];
extern const struct nla_policy policy_vm_set[INSULA_A_VM_MAX + 1];
extern const struct nla_policy policy_vm_get[INSULA_A_VM_MAX + 1];

#endif
