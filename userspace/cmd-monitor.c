// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-monitor.c - insula monitor: print events as they happen
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "insula.h"
#include "json.h"
#include "size.h"
#include "vm.h"

/* What has been said of a VM: how much of its cpu-min is lacking, and that it is held to less RAM. */
struct known {
	uint32_t id;
	uint32_t lacking;
	bool held;
};

/*
 * An event says how things are; that a guarantee can be kept again is news only to who knows
 * that it could not: @known, @nr of them. Those of VMs that were destroyed stay: they are small.
 */
struct monitor {
	const struct vm_args *args;
	struct known *known;
	size_t nr;
};

/* NULL without memory for it: then all is news, again and again. */
static struct known *find_known(struct monitor *monitor, uint32_t id)
{
	struct known *more;

	for (size_t i = 0; i < monitor->nr; i++)
		if (monitor->known[i].id == id)
			return &monitor->known[i];
	more = reallocarray(monitor->known, monitor->nr + 1, sizeof(*more));
	if (!more)
		return NULL;
	monitor->known = more;
	more[monitor->nr] = (struct known){ .id = id };
	return &more[monitor->nr++];
}

static bool is_held(const struct vm *vm)
{
	return vm->state == INSULA_VM_STATE_RUNNING && vm->ram.target < vm->memory_target;
}

static void note(struct known *known, const struct vm *vm)
{
	known->lacking = vm->cpu_lacking;
	known->held = is_held(vm);
}

static void print_news(struct monitor *monitor, const struct vm *vm)
{
	struct known none = { .id = vm->id }, *known = find_known(monitor, vm->id);
	char target[SIZE_TEXT_MAX], memory[SIZE_TEXT_MAX];

	if (!known)
		known = &none;
	if (vm->cpu_lacking && vm->cpu_lacking != known->lacking)
		printf("; %u%% of its cpu-min cannot be kept: too few CPUs", vm->cpu_lacking);
	else if (vm->cpu_lacking != known->lacking)
		printf("; its cpu-min can be kept again");
	if (is_held(vm) && !known->held)
		printf("; RAM is short: it may have %s of %s now",
		       format_size(vm->ram.target, target), format_size(vm->memory_target, memory));
	else if (!is_held(vm) && known->held && vm->state == INSULA_VM_STATE_RUNNING)
		printf("; it may have all of its memory again");
	note(known, vm);
}

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
	json_object_set_new(object, "cpu_lacking", json_integer(vm->cpu_lacking));
	json_object_set_new(object, "memory_ceiling", json_integer(vm->memory_target));
	json_object_set_new(object, "memory_target", json_integer(vm->ram.target));
	print_json(object, JSON_COMPACT);
}

static void print_event(struct monitor *monitor, const struct vm *vm, const struct timespec *now)
{
	char when[32];

	strftime(when, sizeof(when), "%F %T", localtime(&now->tv_sec));
	printf("%s %s %s", when, vm->name, vm_state_name(vm->state));
	if (vm->reason[0])
		printf(" %s", vm->reason);
	if (vm->has_exit_code)
		printf(" %u", vm->exit_code);
	print_news(monitor, vm);
	putchar('\n');
}

static void on_event(struct nlattr *attrs, int len, void *arg)
{
	struct monitor *monitor = arg;
	struct timespec now;
	struct vm vm;

	vm_parse(attrs, len, &vm);
	clock_gettime(CLOCK_REALTIME, &now);
	if (monitor->args->json)
		print_event_json(&vm, &now);
	else
		print_event(monitor, &vm, &now);
	fflush(stdout);
}

static int follow(struct nl *events, struct monitor *monitor)
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
		err = module_read_events(events, on_event, monitor);
		if (err == -ENOBUFS)
			complain(NULL, "events were lost: they came faster than they were read");
		else if (err)
			return fail(EXIT_FAILED, NULL, "%s", events->error);
	}
}

/* As things are to begin with. */
static int look(struct monitor *monitor)
{
	struct vm *vms;
	struct nl nl;
	size_t nr;
	int status = vm_connect(&nl);

	if (status)
		return status;
	if (vm_dump(&nl, &vms, &nr))
		status = vm_failed(&nl, NULL);
	for (size_t i = 0; !status && i < nr; i++) {
		struct known *known = find_known(monitor, vms[i].id);

		if (known)
			note(known, &vms[i]);
	}
	free(vms);
	module_close(&nl);
	return status;
}

int cmd_monitor(const struct vm_args *args)
{
	struct monitor monitor = { .args = args };
	struct nl events;
	int status = vm_connect_events(&events);

	if (status)
		return status;
	status = look(&monitor);
	if (!status)
		status = follow(&events, &monitor);
	free(monitor.known);
	module_close(&events);
	return status;
}
