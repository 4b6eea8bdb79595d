// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-shutdown.c - insula shutdown: press the power button, wait until the
 * guest is off
 *
 * Events only say that it is time to look; what counts is what the module
 * answers, so a lost event costs a second at worst.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <time.h>

#include "insula.h"
#include "vm.h"

#define LOOK_EVERY	1000	/* ms, whatever events say */

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Returns an exit status, or -1 as long as the guest is up. */
static int look(struct nl *nl, uint32_t id, const char *name)
{
	struct vm vm;

	/* Whoever attends it may have destroyed it as soon as it was off. */
	if (vm_get_id(nl, id, &vm))
		return nl->status == -ENOENT ? EXIT_DONE : vm_failed(nl, name);
	if (vm.state == INSULA_VM_STATE_STOPPED)
		return EXIT_DONE;
	if (vm.state == INSULA_VM_STATE_CRASHED)
		return fail(EXIT_FAILED, name, "crashed: %s", vm.reason);
	return -1;
}

static int wait_until_off(struct nl *nl, struct nl *events, uint32_t id,
			  const struct vm_args *args)
{
	int64_t end = now_ms() + (int64_t)args->timeout * 1000;
	struct pollfd pfd = { .fd = module_events_fd(events), .events = POLLIN };
	int status;

	while ((status = look(nl, id, args->names[0])) < 0) {
		int64_t left = end - now_ms();

		if (left <= 0)
			return fail(EXIT_TIMEOUT, args->names[0], "still up after %" PRIu64
				    " seconds", args->timeout);
		if (poll(&pfd, 1, left < LOOK_EVERY ? left : LOOK_EVERY) > 0)
			module_read_events(events, NULL, NULL);
	}
	return status;
}

static int press_and_wait(struct nl *nl, struct nl *events, const struct vm_args *args)
{
	const char *name = args->names[0];
	struct vm vm;

	if (vm_get(nl, name, &vm) || vm_action_id(nl, vm.id, INSULA_ACTION_SHUTDOWN))
		return vm_failed(nl, name);
	return wait_until_off(nl, events, vm.id, args);
}

int cmd_shutdown(const struct vm_args *args)
{
	struct nl nl, events;
	int status = vm_connect(&nl);

	if (status)
		return status;
	status = vm_connect_events(&events);
	if (!status) {
		status = press_and_wait(&nl, &events, args);
		module_close(&events);
	}
	module_close(&nl);
	return status;
}
