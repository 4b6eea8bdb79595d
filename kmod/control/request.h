/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - a request's attributes as values that the rest of the module takes
 *
 * Everything here runs in the context of the request's sender, sets the extack's text and
 * attribute with every error, and may sleep.
 */
#ifndef _INSULA_REQUEST_H
#define _INSULA_REQUEST_H

#include <net/genetlink.h>
#include "../vm/vm.h"

/**
 * request_vm() - the VM that a request is about, by id or by name
 * Return: with a reference, or ERR_PTR: -EINVAL (neither or both), -ENOENT.
 */
struct vm *request_vm(struct genl_info *info);

/**
 * request_config() - the VM that is to be made
 * @cfg:	zeroed by the caller; to be given to request_config_release() also if
 *		this failed
 * Return: 0; -EINVAL; -EBADF: a descriptor is none of the sender's.
 */
int request_config(struct genl_info *info, struct vm_config *cfg);

/** request_config_release() - drop the references on files that request_config() took */
void request_config_release(struct vm_config *cfg);

/** request_action() - what is to be done. Return: enum insula_action or -EINVAL. */
int request_action(struct genl_info *info);

/**
 * request_settings() - what is to be changed of a VM, and to what
 * @settings:	those that the request has are filled in
 *
 * Return: which they are, of enum vm_setting, at least one; -EINVAL.
 */
int request_settings(struct genl_info *info, struct vm_settings *settings);

#endif
