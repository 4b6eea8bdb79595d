// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-create.c - insula create: make a VM
 */
#include "insula.h"
#include "vm-create.h"
#include "vm.h"

int cmd_create(const struct vm_args *args)
{
	const char *name = args->names[0];
	struct nl nl;
	int status;

	if (!vm_name_valid(name))
		return vm_name_refused(name);
	status = vm_connect(&nl);
	if (status)
		return status;
	status = vm_create(&nl, name, args, NULL);
	module_close(&nl);
	return status;
}
