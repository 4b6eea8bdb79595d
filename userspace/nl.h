/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl.h - the way to the module: generic netlink requests and events
 *
 * Knows messages and errors, not what VMs are; that is vm.h.
 */
#ifndef INSULA_NL_H
#define INSULA_NL_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#define NL_ERROR_MAX	256

/**
 * struct nl - a connection to the module
 * @sock: the socket
 * @family: number of the family "insula"
 * @error: text of the last error: the kernel's own words where it had any
 * @status: its code, -errno
 */
struct nl {
	struct nl_sock *sock;
	int family;
	char error[NL_ERROR_MAX];
	int status;
};

/**
 * typedef nl_message_fn - called for each message that comes in
 * @attrs: the first attribute
 * @len: bytes of attributes
 * @arg: the caller's
 */
typedef void (*nl_message_fn)(struct nlattr *attrs, int len, void *arg);

/**
 * module_open() - connect
 * @nl: filled in, also with an error
 *
 * Return: 0; -ENOENT when the module is not loaded; another -errno when
 * there is no netlink.
 */
int module_open(struct nl *nl);

/**
 * module_close() - disconnect
 * @nl: a connection, or one whose opening failed
 */
void module_close(struct nl *nl);

/**
 * module_new() - begin a request
 * @nl: a connection
 * @command: INSULA_CMD_...
 * @dump: ask for all there are
 *
 * Return: the message; the program ends when there is no memory for it.
 */
struct nl_msg *module_new(struct nl *nl, uint8_t command, bool dump);

/**
 * module_call() - send a request and wait until it is done
 * @nl: a connection
 * @msg: from module_new(); is freed
 * @fn: called for each message of the answer, may be NULL
 * @arg: for @fn
 *
 * Return: 0; -errno, with nl->error and nl->status set. -EAGAIN means that
 * a dump changed while it was read: ask again.
 */
int module_call(struct nl *nl, struct nl_msg *msg, nl_message_fn fn, void *arg);

/**
 * module_open_events() - connect for events only
 * @nl: filled in; it is subscribed when this returns
 *
 * Return: as module_open().
 */
int module_open_events(struct nl *nl);

/**
 * module_events_fd() - what to poll for POLLIN
 * @nl: from module_open_events()
 *
 * Return: a file descriptor, still the connection's.
 */
int module_events_fd(const struct nl *nl);

/**
 * module_read_events() - take the events that have come, without waiting
 * @nl: from module_open_events()
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0; -ENOBUFS when some were lost; another -errno, nl->error set.
 */
int module_read_events(struct nl *nl, nl_message_fn fn, void *arg);

#endif
