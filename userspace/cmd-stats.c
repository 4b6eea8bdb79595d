// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-stats.c - insula stats: what VMs have got of the host
 *
 * This version knows no entitlements and does not measure waiting: their
 * keys are there, and null.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "insula.h"
#include "json.h"
#include "size.h"
#include "vm.h"

static json_t *stats_to_json(const struct vm *vm)
{
	json_t *object = vm_to_json(vm);
	json_t *exits = json_object();

	for (unsigned int i = 0; i < vm->nr_exits; i++)
		json_object_set_new(exits, vm->exits[i].reason, json_integer(vm->exits[i].count));
	json_object_set_new(object, "exits", exits);
	json_object_set_new(object, "cpu_entitled_ns", json_null());
	json_object_set_new(object, "cpu_waiting_ns", json_null());
	return object;
}

static void print_stats(const struct vm *vm)
{
	char cpu[SIZE_TEXT_MAX], uptime[SIZE_TEXT_MAX];
	char resident[SIZE_TEXT_MAX], memory[SIZE_TEXT_MAX];

	printf("%s: %s\n", vm->name, vm_state_name(vm->state));
	printf("  cpu       %s in %s\n", format_duration(vm->cpu_time, cpu),
	       format_duration(vm->uptime, uptime));
	printf("  resident  %s of %s\n", format_size(vm->resident, resident),
	       format_size(vm->memory, memory));
	for (unsigned int i = 0; i < vm->nr_exits; i++)
		if (vm->exits[i].count)
			printf("  exits     %-20s %" PRIu64 "\n", vm->exits[i].reason,
			       vm->exits[i].count);
}

static void print_all(const struct vm_args *args, const struct vm *vms, size_t nr)
{
	json_t *array;

	if (!args->json) {
		for (size_t i = 0; i < nr; i++)
			print_stats(&vms[i]);
		return;
	}
	array = json_array();
	for (size_t i = 0; i < nr; i++)
		json_array_append_new(array, stats_to_json(&vms[i]));
	print_json(array, args->interval ? JSON_COMPACT : JSON_INDENT(2));
}

/* One is asked for by itself: a dump need not carry counts of exits. */
static int print_once(struct nl *nl, const struct vm_args *args)
{
	int status = EXIT_DONE;
	struct vm one, *vms;
	size_t nr;

	if (args->nr_names) {
		if (vm_get(nl, args->names[0], &one))
			return vm_failed(nl, args->names[0]);
		print_all(args, &one, 1);
		return EXIT_DONE;
	}
	if (vm_dump(nl, &vms, &nr))
		status = vm_failed(nl, NULL);
	else
		print_all(args, vms, nr);
	free(vms);
	return status;
}

int cmd_stats(const struct vm_args *args)
{
	struct nl nl;
	int status = vm_connect(&nl);

	if (status)
		return status;
	do {
		status = print_once(&nl, args);
		if (fflush(stdout) || ferror(stdout))
			break;
	} while (!status && args->interval && !sleep(args->interval));
	module_close(&nl);
	return status;
}
