// SPDX-License-Identifier: GPL-2.0-only
/*
 * control.c - the control plane: the generic netlink family "insula"
 *
 * One function a command, between request.c, vm/ and reply.c. The protocol is described by
 * include/insula.yaml.
 *
 * Commands run in parallel: all that is shared is behind vm/'s own locks. Generic netlink
 * holds its family list's lock for reading while a command runs, which is why no command
 * may take long: another family's registration waits for it, and everyone behind that.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>
#include "../compat.h"
#include "../vm/vm.h"
#include "control.h"
#include "extack.h"
#include "family.h"
#include "reply.h"
#include "request.h"

/* A host has a few dozen facts of up to 100 bytes. */
#define HOST_REPLY_SIZE (16 * 1024)

/*
 * Names and sizes of VMs are nobody else's business, so reading asks for the same as
 * changing does. Both the opener of the socket and the sender must have the capability.
 */
static int may_use(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	extack_set(extack, NULL, "CAP_SYS_ADMIN in the initial user namespace is needed");
	return -EPERM;
}

static int control_pre_doit(const struct genl_pre_doit_op *op, struct sk_buff *skb,
			    struct genl_info *info)
{
	return may_use(skb, info->extack);
}

/* An empty reply to @info; *@head is to be given to genlmsg_end(). */
static struct sk_buff *begin_reply(struct genl_info *info, size_t size, u8 cmd, void **head)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*head = genlmsg_put_reply(skb, info, &control_family, 0, cmd);
	if (*head)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

static int send_reply(struct sk_buff *skb, void *head, struct genl_info *info, int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

/* First what may fail without a trace. @about is room for what is told of the VM. */
static int create(const struct vm_config *cfg, struct genl_info *info, struct vm_info *about)
{
	struct sk_buff *skb;
	struct vm *vm;
	void *head;
	int err;

	skb = begin_reply(info, GENLMSG_DEFAULT_SIZE, INSULA_CMD_VM_CREATE, &head);
	if (!skb)
		return -ENOMEM;
	vm = vm_create(cfg, info->extack);
	if (IS_ERR(vm)) {
		nlmsg_free(skb);
		return PTR_ERR(vm);
	}
	vm_info(vm, about);
	err = send_reply(skb, head, info, reply_put_identity(skb, about));
	if (err)
		vm_destroy(vm);
	vm_put(vm);
	return err;
}

static int vm_create_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vm_info *about = kmalloc(sizeof(*about), GFP_KERNEL);
	struct vm_config *cfg = kzalloc(sizeof(*cfg), GFP_KERNEL);
	int err = -ENOMEM;

	if (about && cfg) {
		err = request_config(info, cfg);
		if (!err)
			err = create(cfg, info, about);
		request_config_release(cfg);
	}
	kfree(cfg);
	kfree(about);
	return err;
}

static int vm_destroy_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vm *vm = request_vm(info);
	int err;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	err = vm_destroy(vm);
	if (err == -ENOENT)
		GENL_SET_ERR_MSG(info, "no such VM");
	vm_put(vm);
	return err;
}

static int vm_action_doit(struct sk_buff *skb, struct genl_info *info)
{
	int action = request_action(info);
	struct vm *vm;
	int err;

	if (action < 0)
		return action;
	vm = request_vm(info);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	err = vm_action(vm, action, info->extack);
	vm_put(vm);
	return err;
}

static int set(struct genl_info *info, struct vm_settings *settings)
{
	int which = request_settings(info, settings), err;
	struct vm *vm;

	if (which < 0)
		return which;
	vm = request_vm(info);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	err = vm_set(vm, which, settings, info->extack);
	if (err == -ENOENT)
		GENL_SET_ERR_MSG(info, "no such VM");
	vm_put(vm);
	return err;
}

static int vm_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vm_settings *settings = kzalloc(sizeof(*settings), GFP_KERNEL);
	int err = settings ? set(info, settings) : -ENOMEM;

	kfree(settings);
	return err;
}

/* Sends all of it, or all but the vCPUs. @about is room for what is told of the VM. */
static int get(struct genl_info *info, struct vm *vm, struct vm_info *about)
{
	bool vcpus = nla_get_flag(info->attrs[INSULA_A_VM_WITH_VCPUS]);
	struct sk_buff *reply;
	void *head;
	int err;

	vm_info(vm, about);
	reply = begin_reply(info, reply_vm_size(vcpus ? about->cpus : 0), INSULA_CMD_VM_GET, &head);
	if (!reply)
		return -ENOMEM;
	err = reply_put_vm(reply, vm, about);
	if (!err && vcpus)
		err = reply_put_vcpus(reply, vm, about->cpus);
	return send_reply(reply, head, info, err);
}

static int vm_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vm *vm = request_vm(info);
	struct vm_info *about;
	int err;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	about = kmalloc(sizeof(*about), GFP_KERNEL);
	err = about ? get(info, vm, about) : -ENOMEM;
	kfree(about);
	vm_put(vm);
	return err;
}

static int vm_get_start(struct netlink_callback *cb)
{
	if (nlmsg_attrlen(cb->nlh, GENL_HDRLEN)) {
		NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes");
		return -EINVAL;
	}
	cb->min_dump_alloc = reply_vm_size(0);
	return may_use(cb->skb, cb->extack);
}

/* Goes on with the lowest id not yet seen, so that a VM comes once, whatever comes and goes. */
static int vm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vm_info *about = kmalloc(sizeof(*about), GFP_KERNEL);
	struct vm *vm;
	int err = about ? 0 : -ENOMEM;

	while (!err && cb->args[0] <= U32_MAX) {
		vm = vm_next(cb->args[0]);
		if (!vm)
			break;
		vm_info(vm, about);
		err = reply_dump_vm(skb, cb, vm, about);
		vm_put(vm);
		if (!err)
			cb->args[0] = (long)about->id + 1;
	}
	kfree(about);
	return skb->len ?: err;
}

static int host_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *head;

	reply = begin_reply(info, HOST_REPLY_SIZE, INSULA_CMD_HOST_GET, &head);
	if (!reply)
		return -ENOMEM;
	return send_reply(reply, head, info, reply_put_host(reply));
}

static const struct genl_ops control_ops[] = {
	{
		.cmd = INSULA_CMD_VM_CREATE,
		.flags = GENL_ADMIN_PERM,
		.policy = policy_vm_create,
		.maxattr = INSULA_A_VM_MAX,
		.doit = vm_create_doit,
	}, {
		.cmd = INSULA_CMD_VM_DESTROY,
		.flags = GENL_ADMIN_PERM,
		.policy = policy_vm_destroy,
		.maxattr = INSULA_A_VM_MAX,
		.doit = vm_destroy_doit,
	}, {
		.cmd = INSULA_CMD_VM_ACTION,
		.flags = GENL_ADMIN_PERM,
		.policy = policy_vm_action,
		.maxattr = INSULA_A_VM_MAX,
		.doit = vm_action_doit,
	}, {
		.cmd = INSULA_CMD_VM_SET,
		.flags = GENL_ADMIN_PERM,
		.policy = policy_vm_set,
		.maxattr = INSULA_A_VM_MAX,
		.doit = vm_set_doit,
	}, {
		.cmd = INSULA_CMD_VM_GET,
		.policy = policy_vm_get,
		.maxattr = INSULA_A_VM_MAX,
		.doit = vm_get_doit,
		.start = vm_get_start,
		.dumpit = vm_get_dumpit,
	}, {
		.cmd = INSULA_CMD_HOST_GET,
		.doit = host_get_doit,
	},
};

static const struct genl_multicast_group control_groups[] = {
	[CONTROL_EVENTS] = { .name = INSULA_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_SYS_ADMIN },
};

/* Only in the initial network namespace: .netnsok is not set. */
struct genl_family control_family __ro_after_init = {
	.name = INSULA_FAMILY_NAME,
	.version = INSULA_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.resv_start_op = INSULA_CMD_VM_CREATE,
	.pre_doit = control_pre_doit,
	.ops = control_ops,
	.n_ops = ARRAY_SIZE(control_ops),
	.mcgrps = control_groups,
	.n_mcgrps = ARRAY_SIZE(control_groups),
};

int control_init(void)
{
	return genl_register_family(&control_family);
}

void control_exit(void)
{
	genl_unregister_family(&control_family);
}
