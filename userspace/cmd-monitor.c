// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-monitor.c - insula monitor: print events as they happen
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "insula.h"
#include "json.h"
#include "vm.h"

static void print_event_json(const struct vm *vm, const struct timespec *now)
{
	json_t *object = json_object();

	json_object_set_new(object, "time_ns",
			    json_integer(now->tv_sec * 1000000000LL + now->tv_nsec));
	json_object_set_new(object, "name", json_string(vm->name));
	json_object_set_new(object, "id", json_integer(vm->id));
	json_object_set_new(object, "state", json_string(vm_state_name(vm->state)));
	json_object_set_new(object, "reason", json_string(vm->reason));
	json_object_set_new(object, "exit_code",
			    vm->has_exit_code ? json_integer(vm->exit_code) : json_null());
	print_json(object, JSON_COMPACT);
}

static void print_event(const struct vm *vm, const struct timespec *now)
{
	char when[32];

	strftime(when, sizeof(when), "%F %T", localtime(&now->tv_sec));
	printf("%s %s %s", when, vm->name, vm_state_name(vm->state));
	if (vm->reason[0])
		printf(" %s", vm->reason);
	if (vm->has_exit_code)
		printf(" %u", vm->exit_code);
	putchar('\n');
}

static void on_event(struct nlattr *attrs, int len, void *arg)
{
	const struct vm_args *args = arg;
	struct timespec now;
	struct vm vm;

	vm_parse(attrs, len, &vm);
	clock_gettime(CLOCK_REALTIME, &now);
	if (args->json)
		print_event_json(&vm, &now);
	else
		print_event(&vm, &now);
	fflush(stdout);
}

static int follow(struct nl *events, const struct vm_args *args)
{
	struct pollfd fds[] = {
		{ .fd = module_events_fd(events), .events = POLLIN },
		{ .fd = STDOUT_FILENO },	/* nobody reads: POLLERR */
	};
	int err;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents || ferror(stdout))
			return EXIT_FAILED;
		err = module_read_events(events, on_event, (void *)args);
		if (err == -ENOBUFS)
			complain(NULL, "events were lost: they came faster than they were read");
		else if (err)
			return fail(EXIT_FAILED, NULL, "%s", events->error);
	}
}

int cmd_monitor(const struct vm_args *args)
{
	struct nl events;
	int status = vm_connect_events(&events);

	if (status)
		return status;
	status = follow(&events, args);
	module_close(&events);
	return status;
}
