/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm-create.h - from settings to a VM
 */
#ifndef INSULA_VM_CREATE_H
#define INSULA_VM_CREATE_H

#include <stdint.h>

#include "nl.h"
#include "vm-args.h"

/**
 * vm_create() - make a VM
 * @nl: a connection
 * @name: what it is to be called
 * @args: its settings
 * @id: set to its number, may be NULL
 *
 * Opens the files, makes the RAM, plans the boot and hands all of it to the
 * module; errors have been told when this returns.
 *
 * Return: an exit status.
 */
int vm_create(struct nl *nl, const char *name, const struct vm_args *args, uint32_t *id);

#endif
