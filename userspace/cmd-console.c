// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-console.c - insula console: attach to a VM's serial console
 */
#include <string.h>

#include "console.h"
#include "insula.h"
#include "vm.h"

static int attach(const struct vm *vm, const struct vm_args *args)
{
	struct console console;
	enum console_event event;
	int err;

	console_catch_signals();
	console_begin(&console);
	err = console_open(&console, vm->console);
	if (err) {
		console_end(&console);
		return fail(EXIT_FAILED, vm->name, "%s: %s", vm->console, strerror(-err));
	}
	event = console_relay(&console, -1, -1);
	if (event == CONSOLE_HANGUP)
		console_drain(&console);
	console_end(&console);
	if (event == CONSOLE_HANGUP && !args->quiet)
		complain(vm->name, "the console hung up");
	return event == CONSOLE_DETACHED || event == CONSOLE_HANGUP ? EXIT_DONE : EXIT_FAILED;
}

int cmd_console(const struct vm_args *args)
{
	struct vm vm;
	struct nl nl;
	int status = vm_connect(&nl);

	if (status)
		return status;
	if (vm_get(&nl, args->names[0], &vm))
		status = vm_failed(&nl, args->names[0]);
	module_close(&nl);
	return status ? status : attach(&vm, args);
}
