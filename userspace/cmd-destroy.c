// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-destroy.c - insula destroy: stop VMs and forget them
 */
#include <errno.h>
#include <stdlib.h>

#include "insula.h"
#include "vm.h"

/* One that is gone by the time it is its turn is as good as destroyed. */
static int destroy_all(struct nl *nl)
{
	int status = EXIT_DONE;
	struct vm *vms;
	size_t nr;

	if (vm_dump(nl, &vms, &nr))
		status = vm_failed(nl, NULL);
	for (size_t i = 0; i < nr && !status; i++)
		if (vm_destroy_id(nl, vms[i].id) && nl->status != -ENOENT)
			status = vm_failed(nl, vms[i].name);
	free(vms);
	return status;
}

static int destroy_named(struct nl *nl, const struct vm_args *args)
{
	int status = EXIT_DONE;

	for (int i = 0; i < args->nr_names; i++) {
		if (vm_destroy(nl, args->names[i])) {
			int failed = vm_failed(nl, args->names[i]);

			status = status ? status : failed;
		}
	}
	return status;
}

int cmd_destroy(const struct vm_args *args)
{
	struct nl nl;
	int status;

	if (args->all == !!args->nr_names)
		return fail(EXIT_USAGE, "destroy", "needs either a NAME or --all");
	status = vm_connect(&nl);
	if (status)
		return status;
	status = args->all ? destroy_all(&nl) : destroy_named(&nl, args);
	module_close(&nl);
	return status;
}
