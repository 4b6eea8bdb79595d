// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-run.c - insula run: a VM for as long as the command runs
 *
 * Create, start, be its console, and destroy it whatever happens: when the
 * guest powers off, on Ctrl-], on a signal, when nobody reads the output.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console.h"
#include "insula.h"
#include "vm-create.h"
#include "vm.h"

#define LOOK_EVERY	5000	/* ms: in case an event was lost */
#define REOPEN_EVERY	50	/* ms, while the console is hung up */

/* The VM of this command. */
struct run {
	struct nl nl;
	struct nl events;
	struct console console;
	const char *name;
	uint32_t id;
	bool touched;		/* there was an event of this VM */
	struct vm last;		/* as it was seen last */
};

static void on_event(struct nlattr *attrs, int len, void *arg)
{
	struct run *run = arg;
	struct vm vm;

	vm_parse(attrs, len, &vm);
	if (vm.id == run->id)
		run->touched = true;
}

/* Is it still there, and up? A paused VM is. */
static bool is_up(struct run *run)
{
	if (vm_get_id(&run->nl, run->id, &run->last))
		return false;
	return run->last.state == INSULA_VM_STATE_RUNNING ||
	       run->last.state == INSULA_VM_STATE_PAUSED;
}

/*
 * Events and hangups only say when to look. Somebody else may have stopped
 * the VM and started it again: then there is a new console to open.
 */
static enum console_event attend(struct run *run)
{
	int watch = module_events_fd(&run->events);

	for (;;) {
		int timeout = run->console.tty < 0 ? REOPEN_EVERY : LOOK_EVERY;
		enum console_event event = console_relay(&run->console, watch, timeout);

		if (event == CONSOLE_WOKEN) {
			run->touched = false;
			if (!module_read_events(&run->events, on_event, run) && !run->touched)
				continue;
		} else if (event != CONSOLE_HANGUP && event != CONSOLE_TIMEOUT) {
			return event;
		}
		if (!is_up(run))
			return CONSOLE_HANGUP;
		if (run->console.tty < 0)
			console_open(&run->console, run->last.console);
	}
}

/* What the command's exit status says of how the VM ended. */
static int verdict(struct run *run, enum console_event event)
{
	const struct vm *vm = &run->last;

	if (run->nl.status == -ENOENT)
		return fail(EXIT_FAILED, run->name, "destroyed by somebody else");
	if (run->nl.status)
		return vm_failed(&run->nl, run->name);
	if (event == CONSOLE_NO_OUTPUT)
		return fail(EXIT_FAILED, run->name, "can't write to standard output");
	if (event != CONSOLE_HANGUP)
		return fail(EXIT_FAILED, run->name, "power cut by %s",
			    event == CONSOLE_SIGNAL ? "a signal" : "Ctrl-]");
	if (vm->has_exit_code)
		return vm->exit_code & 0xff;
	if (vm->state == INSULA_VM_STATE_STOPPED && !strcmp(vm->reason, VM_REASON_POWEROFF))
		return EXIT_DONE;
	return fail(EXIT_FAILED, run->name, "%s: %s", vm_state_name(vm->state), vm->reason);
}

/* From a VM that is made to one that has ended; the terminal is raw between. */
static int start_and_attend(struct run *run)
{
	enum console_event event = CONSOLE_HANGUP;
	int err;

	if (vm_get_id(&run->nl, run->id, &run->last))
		return vm_failed(&run->nl, run->name);
	console_begin(&run->console);
	err = console_open(&run->console, run->last.console);
	if (err) {
		console_end(&run->console);
		return fail(EXIT_FAILED, run->name, "%s: %s", run->last.console, strerror(-err));
	}
	if (vm_action_id(&run->nl, run->id, INSULA_ACTION_START)) {
		console_end(&run->console);
		return vm_failed(&run->nl, run->name);
	}
	event = attend(run);
	if (event == CONSOLE_HANGUP)
		console_drain(&run->console);
	console_end(&run->console);
	return verdict(run, event);
}

static int run_vm(struct run *run, const struct vm_args *args)
{
	int status = vm_create(&run->nl, run->name, args, &run->id);

	if (status)
		return status;
	if (!args->quiet && isatty(STDIN_FILENO))
		complain(run->name, "Ctrl-] cuts the power");
	status = start_and_attend(run);
	/* Somebody else may have destroyed it first. */
	if (vm_destroy_id(&run->nl, run->id) && run->nl.status != -ENOENT) {
		int failed = vm_failed(&run->nl, run->name);

		status = status ? status : failed;
	}
	return status;
}

int cmd_run(const struct vm_args *args)
{
	static struct run run;
	char name[32];
	int status;

	snprintf(name, sizeof(name), "vm-%d", getpid());
	run.name = args->nr_names ? args->names[0] : name;
	if (!vm_name_valid(run.name))
		return vm_name_refused(run.name);
	if (!args->kernel)
		return fail(EXIT_USAGE, run.name, "nothing to boot: give a --kernel");
	status = vm_connect(&run.nl);
	if (status)
		return status;
	console_catch_signals();
	status = vm_connect_events(&run.events);
	if (!status) {
		status = run_vm(&run, args);
		module_close(&run.events);
	}
	module_close(&run.nl);
	return status;
}
