// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-action.c - insula start, stop, pause, resume, reset: done when the
 * module says so
 */
#include "insula.h"
#include "vm.h"

static int act(const struct vm_args *args, enum insula_action action)
{
	struct nl nl;
	int status = vm_connect(&nl);

	if (status)
		return status;
	for (int i = 0; i < args->nr_names; i++) {
		if (vm_action(&nl, args->names[i], action)) {
			int failed = vm_failed(&nl, args->names[i]);

			status = status ? status : failed;
		}
	}
	module_close(&nl);
	return status;
}

int cmd_start(const struct vm_args *args)
{
	return act(args, INSULA_ACTION_START);
}

int cmd_stop(const struct vm_args *args)
{
	return act(args, INSULA_ACTION_STOP);
}

int cmd_pause(const struct vm_args *args)
{
	return act(args, INSULA_ACTION_PAUSE);
}

int cmd_resume(const struct vm_args *args)
{
	return act(args, INSULA_ACTION_RESUME);
}

int cmd_reset(const struct vm_args *args)
{
	return act(args, INSULA_ACTION_RESET);
}
