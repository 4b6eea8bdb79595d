// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - changes of state, and guarantees lost and found, told to whoever listens
 *
 * Who listens and is slow, or hit a moment without memory, gets ENOBUFS from its socket
 * and knows that it has missed something.
 */
#include "../vm/vm.h"
#include "family.h"
#include "reply.h"

static struct sk_buff *event_message(const struct vm_info *vm)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *head;

	if (!skb)
		return NULL;
	head = genlmsg_put(skb, 0, 0, &control_family, 0, INSULA_CMD_VM_EVENT);
	if (!head || reply_put_event(skb, vm)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, head);
	return skb;
}

void control_event(const struct vm_info *info)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&control_family, &init_net, CONTROL_EVENTS))
		return;
	skb = event_message(info);
	if (skb)
		genlmsg_multicast(&control_family, skb, 0, CONTROL_EVENTS, GFP_KERNEL);
	else
		genl_set_err(&control_family, &init_net, 0, CONTROL_EVENTS, ENOBUFS);
}
