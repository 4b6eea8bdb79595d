// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-set.c - insula set: change settings of a VM
 */
#include "insula.h"
#include "vm.h"

int cmd_set(const struct vm_args *args)
{
	const char *name = args->names[0];
	struct nl nl;
	int status;

	if (!args->given)
		return fail(EXIT_USAGE, name, "nothing to set (insula help set)");
	status = vm_connect(&nl);
	if (status)
		return status;
	if (vm_set(&nl, name, args))
		status = vm_failed(&nl, name);
	module_close(&nl);
	return status;
}
