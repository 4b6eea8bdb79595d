/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reply.h - what the module knows, as attributes of a netlink message
 *
 * The reply_put functions add attributes to a message that has been begun.
 * Return: 0 or -EMSGSIZE if the message has no room. Context: any, but see each.
 */
#ifndef _INSULA_REPLY_H
#define _INSULA_REPLY_H

#include <net/genetlink.h>
#include "../vm/vm.h"

/** reply_put_identity() - id, name and console: what the maker of a VM wants to know */
int reply_put_identity(struct sk_buff *skb, const struct vm_info *vm);

/** reply_put_event() - id, name, state and why */
int reply_put_event(struct sk_buff *skb, const struct vm_info *vm);

/** reply_vm_size() - bytes that suffice for everything about a VM, and about @vcpus of its vCPUs */
size_t reply_vm_size(u32 vcpus);

/**
 * reply_put_vm() - everything but the vCPUs one by one
 * @info:	of @vm; disks, nics and the balloon are asked for here
 *
 * Context: may sleep.
 */
int reply_put_vm(struct sk_buff *skb, struct vm *vm, const struct vm_info *info);

/**
 * reply_put_vcpus() - the first @vcpus vCPUs one by one; none if the VM is switched off
 *
 * Context: may sleep.
 */
int reply_put_vcpus(struct sk_buff *skb, struct vm *vm, u32 vcpus);

/** reply_put_host() - everything about the host */
int reply_put_host(struct sk_buff *skb);

/**
 * reply_dump_vm() - a whole message about a VM, one of a dump
 * @cb:		of the dump
 * @info:	of @vm
 * Return: 0 or -EMSGSIZE, and then @skb is as it was. Context: may sleep.
 */
int reply_dump_vm(struct sk_buff *skb, struct netlink_callback *cb, struct vm *vm,
		  const struct vm_info *info);

#endif
