// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy.c - which attributes a request may have, and of what type
 *
 * Strict: what is not listed is refused by the kernel before we see it. Ranges are not
 * given here but checked in check.c, where the refusal can say what would be right.
 * tests/unit/uapi-check compares this file with include/insula.yaml.
 */
#include "family.h"

const struct nla_policy policy_segment[INSULA_A_SEGMENT_MAX + 1] = {
	[INSULA_A_SEGMENT_FD]		= { .type = NLA_U32 },
	[INSULA_A_SEGMENT_OFFSET]	= { .type = NLA_U64 },
	[INSULA_A_SEGMENT_ADDRESS]	= { .type = NLA_U64 },
	[INSULA_A_SEGMENT_LENGTH]	= { .type = NLA_U64 },
};

const struct nla_policy policy_boot[INSULA_A_BOOT_MAX + 1] = {
	[INSULA_A_BOOT_MODE]		= { .type = NLA_U32 },
	[INSULA_A_BOOT_RIP]		= { .type = NLA_U64 },
	[INSULA_A_BOOT_RSP]		= { .type = NLA_U64 },
	[INSULA_A_BOOT_RBX]		= { .type = NLA_U64 },
	[INSULA_A_BOOT_RSI]		= { .type = NLA_U64 },
	[INSULA_A_BOOT_RAX]		= { .type = NLA_U64 },
	[INSULA_A_BOOT_CR3]		= { .type = NLA_U64 },
	[INSULA_A_BOOT_GDT_BASE]	= { .type = NLA_U64 },
	[INSULA_A_BOOT_GDT_LIMIT]	= { .type = NLA_U32 },
};

const struct nla_policy policy_disk[INSULA_A_DISK_MAX + 1] = {
	[INSULA_A_DISK_FD]		= { .type = NLA_U32 },
	[INSULA_A_DISK_RO]		= { .type = NLA_FLAG },
	[INSULA_A_DISK_SERIAL]		= { .type = NLA_NUL_STRING },
};

const struct nla_policy policy_nic[INSULA_A_NIC_MAX + 1] = {
	[INSULA_A_NIC_NAME]		= { .type = NLA_NUL_STRING },
	[INSULA_A_NIC_MAC]		= NLA_POLICY_ETH_ADDR,
};

const struct nla_policy policy_vm_create[INSULA_A_VM_MAX + 1] = {
	[INSULA_A_VM_NAME]		= { .type = NLA_NUL_STRING },
	[INSULA_A_VM_CPUS]		= { .type = NLA_U32 },
	[INSULA_A_VM_MEMORY]		= { .type = NLA_U64 },
	[INSULA_A_VM_MEMORY_FD]		= { .type = NLA_U32 },
	[INSULA_A_VM_SEGMENT]		= NLA_POLICY_NESTED(policy_segment),
	[INSULA_A_VM_BOOT]		= NLA_POLICY_NESTED(policy_boot),
	[INSULA_A_VM_DEBUG_EXIT]	= { .type = NLA_FLAG },
	[INSULA_A_VM_ON_REBOOT]		= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_SHARES]	= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_MIN]		= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_MAX]		= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_AFFINITY]	= { .type = NLA_NUL_STRING },
	[INSULA_A_VM_MEMORY_MIN]	= { .type = NLA_U64 },
	[INSULA_A_VM_MEMORY_SHARES]	= { .type = NLA_U32 },
	[INSULA_A_VM_DISK]		= NLA_POLICY_NESTED(policy_disk),
	[INSULA_A_VM_NIC]		= NLA_POLICY_NESTED(policy_nic),
	[INSULA_A_VM_MEMORY_TARGET]	= { .type = NLA_U64 },
};

const struct nla_policy policy_vm_destroy[INSULA_A_VM_MAX + 1] = {
	[INSULA_A_VM_ID]		= { .type = NLA_U32 },
	[INSULA_A_VM_NAME]		= { .type = NLA_NUL_STRING },
};

const struct nla_policy policy_vm_action[INSULA_A_VM_MAX + 1] = {
	[INSULA_A_VM_ID]		= { .type = NLA_U32 },
	[INSULA_A_VM_NAME]		= { .type = NLA_NUL_STRING },
	[INSULA_A_VM_ACTION]		= { .type = NLA_U32 },
};

const struct nla_policy policy_vm_set[INSULA_A_VM_MAX + 1] = {
	[INSULA_A_VM_ID]		= { .type = NLA_U32 },
	[INSULA_A_VM_NAME]		= { .type = NLA_NUL_STRING },
	[INSULA_A_VM_ON_REBOOT]		= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_SHARES]	= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_MIN]		= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_MAX]		= { .type = NLA_U32 },
	[INSULA_A_VM_CPU_AFFINITY]	= { .type = NLA_NUL_STRING },
	[INSULA_A_VM_MEMORY_TARGET]	= { .type = NLA_U64 },
	[INSULA_A_VM_MEMORY_MIN]	= { .type = NLA_U64 },
	[INSULA_A_VM_MEMORY_SHARES]	= { .type = NLA_U32 },
};

const struct nla_policy policy_vm_get[INSULA_A_VM_MAX + 1] = {
	[INSULA_A_VM_ID]		= { .type = NLA_U32 },
	[INSULA_A_VM_NAME]		= { .type = NLA_NUL_STRING },
	[INSULA_A_VM_WITH_VCPUS]	= { .type = NLA_FLAG },
};
