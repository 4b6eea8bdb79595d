// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl.c - the way to the module: generic netlink requests and events
 *
 * libnl carries the messages. It does not know extended acknowledgements,
 * so they are switched on and read here (struct nlmsgerr and what follows
 * it, linux/netlink.h).
 */
#include "nl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/insula.h>

#define EVENTS_BUFFER	(1 << 20)	/* bytes; many VMs may die at once */
#define ANSWER_BUFFER	(200 << 10)	/* an answer that tells of 255 vCPUs, and what follows it */
#define REQUEST_MAX	8192		/* a VM with as much of everything as it can have */

static int set_error(struct nl *nl, int status, const char *text)
{
	nl->status = status;
	snprintf(nl->error, sizeof(nl->error), "%s", text);
	return status;
}

/* libnl's codes, as far as a caller would do something about them. */
static int set_libnl_error(struct nl *nl, int code)
{
	int status = -EIO;

	if (code == -NLE_NOMEM)
		status = -ENOBUFS;
	else if (code == -NLE_PERM || code == -NLE_NOACCESS)
		status = -EPERM;
	else if (code == -NLE_DUMP_INTR)
		status = -EAGAIN;
	return set_error(nl, status, nl_geterror(code));
}

static int connect_socket(struct nl *nl)
{
	int err;

	memset(nl, 0, sizeof(*nl));
	nl->sock = nl_socket_alloc();
	if (!nl->sock)
		return set_error(nl, -ENOMEM, strerror(ENOMEM));
	err = genl_connect(nl->sock);
	if (err)
		return set_libnl_error(nl, err);
	nl->family = genl_ctrl_resolve(nl->sock, INSULA_FAMILY_NAME);
	if (nl->family < 0)
		return set_error(nl, -ENOENT, "module not loaded (modprobe insula)");
	return 0;
}

int module_open(struct nl *nl)
{
	int on = 1, fd;
	int err = connect_socket(nl);

	if (err)
		return err;
	nl_socket_set_buffer_size(nl->sock, ANSWER_BUFFER, 0);
	fd = nl_socket_get_fd(nl->sock);
	/* Without them errors are shorter, that is all. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

void module_close(struct nl *nl)
{
	nl_socket_free(nl->sock);
	nl->sock = NULL;
}

struct nl_msg *module_new(struct nl *nl, uint8_t command, bool dump)
{
	struct nl_msg *msg = nlmsg_alloc_size(REQUEST_MAX);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
				 dump ? NLM_F_DUMP : 0, command, INSULA_FAMILY_VERSION)) {
		fputs("insula: out of memory\n", stderr);
		exit(1);
	}
	return msg;
}

/* One request on its way. */
struct call {
	struct nl *nl;
	nl_message_fn fn;
	void *arg;
	bool done;
};

static int on_message(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *head = genlmsg_hdr(nlmsg_hdr(msg));
	struct call *call = arg;

	if (call->fn)
		call->fn(genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0), call->arg);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	(void)msg;
	((struct call *)arg)->done = true;
	return NL_STOP;
}

/*
 * The kernel's own words: attributes behind the error, and behind the
 * request if that is quoted in full (NLM_F_CAPPED clear).
 */
static const char *extack_text(const struct nlmsgerr *err)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)err - 1;
	size_t skip = sizeof(*err);
	struct nlattr *attr;

	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(head->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += NLMSG_ALIGN(err->msg.nlmsg_len - NLMSG_HDRLEN);
	if (NLMSG_HDRLEN + skip > head->nlmsg_len)
		return NULL;
	attr = nla_find((struct nlattr *)((char *)err + skip),
			head->nlmsg_len - NLMSG_HDRLEN - skip, NLMSGERR_ATTR_MSG);
	if (!attr || nla_len(attr) < 1 || ((char *)nla_data(attr))[nla_len(attr) - 1])
		return NULL;
	return nla_data(attr);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct call *call = arg;
	const char *text = extack_text(err);

	(void)from;
	if (!text && (err->error == -EPERM || err->error == -EACCES))
		text = "not permitted (CAP_SYS_ADMIN is needed)";
	set_error(call->nl, err->error, text ? text : strerror(-err->error));
	call->done = true;
	return NL_STOP;
}

static int wait_for_answer(struct nl *nl, struct call *call)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err = 0;

	if (!cb)
		return set_error(nl, -ENOMEM, strerror(ENOMEM));
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_message, call);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, call);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, call);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, call);
	while (!call->done && err >= 0)
		err = nl_recvmsgs(nl->sock, cb);
	nl_cb_put(cb);
	/* libnl reports a refused request as an error of its own as well. */
	if (nl->status)
		return nl->status;
	return err < 0 ? set_libnl_error(nl, err) : 0;
}

int module_call(struct nl *nl, struct nl_msg *msg, nl_message_fn fn, void *arg)
{
	struct call call = { .nl = nl, .fn = fn, .arg = arg };
	int err;

	nl->status = 0;
	nl->error[0] = '\0';
	err = nl_send_auto(nl->sock, msg);
	nlmsg_free(msg);
	if (err < 0)
		return set_libnl_error(nl, err);
	return wait_for_answer(nl, &call);
}

int module_open_events(struct nl *nl)
{
	int group, err = connect_socket(nl);

	if (err)
		return err;
	group = genl_ctrl_resolve_grp(nl->sock, INSULA_FAMILY_NAME, INSULA_MCGRP_EVENTS);
	if (group < 0)
		return set_error(nl, -ENOENT, "the module has no events");
	nl_socket_disable_seq_check(nl->sock);
	nl_socket_set_buffer_size(nl->sock, EVENTS_BUFFER, 0);
	err = nl_socket_add_membership(nl->sock, group);
	if (!err)
		err = nl_socket_set_nonblocking(nl->sock);
	return err ? set_libnl_error(nl, err) : 0;
}

int module_events_fd(const struct nl *nl)
{
	return nl_socket_get_fd(nl->sock);
}

int module_read_events(struct nl *nl, nl_message_fn fn, void *arg)
{
	struct call call = { .nl = nl, .fn = fn, .arg = arg };
	int err;

	nl_socket_modify_cb(nl->sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, &call);
	do {
		err = nl_recvmsgs_default(nl->sock);
	} while (err >= 0);
	return err == -NLE_AGAIN ? 0 : set_libnl_error(nl, err);
}
