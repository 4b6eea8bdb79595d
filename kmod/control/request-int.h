/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request-int.h - what the parts of request.h share
 */
#ifndef _INSULA_REQUEST_INT_H
#define _INSULA_REQUEST_INT_H

#include "request.h"

/**
 * request_refuse_missing() - an attribute is missing
 * @nest:	the nested attribute that it is missing from, or NULL: the request
 * @type:	which
 * @what:	its name for people
 * Return: -EINVAL.
 */
int request_refuse_missing(struct genl_info *info, struct nlattr *nest, u32 type,
			   const char *what);

/** request_refuse() - @attr is wrong, and @why says in what way. Return: -EINVAL. */
int request_refuse(struct genl_info *info, const struct nlattr *attr, const char *why);

/**
 * request_file() - the file behind the descriptor in @attr
 * @what:	the attribute's name for people
 * Return: with a reference, or ERR_PTR(-EBADF).
 */
struct file *request_file(struct genl_info *info, const struct nlattr *attr, const char *what);

/**
 * struct request_list - attributes of which a request may have several
 * @type:	which
 * @max:	how many
 * @what:	their name for people
 * @take:	one of them, into the first free element of an array in @cfg. Return: 0 or -errno.
 */
struct request_list {
	u32 type;
	unsigned int max;
	const char *what;
	int (*take)(struct genl_info *info, struct nlattr *nest, struct vm_config *cfg);
};

/**
 * request_each() - take all of them
 * @n:		how many are in the array in @cfg
 * Return: 0, or -EINVAL or -errno of the first that is wrong.
 */
int request_each(struct genl_info *info, struct vm_config *cfg, const struct request_list *list,
		 unsigned int *n);

/* request-devices.c; the VM's name is in the configuration already */
extern const struct request_list request_disks, request_nics;

#endif
