// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-list.c - insula list and show: what there is
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "insula.h"
#include "json.h"
#include "size.h"
#include "vm.h"

static void print_table(const struct vm *vms, size_t nr)
{
	char memory[SIZE_TEXT_MAX], resident[SIZE_TEXT_MAX], uptime[SIZE_TEXT_MAX];
	int width = 4;

	for (size_t i = 0; i < nr; i++)
		if ((int)strlen(vms[i].name) > width)
			width = strlen(vms[i].name);
	printf("%-*s  STATE    CPUS  SHARES  MEMORY  RESIDENT  UPTIME   REASON\n", width, "NAME");
	for (size_t i = 0; i < nr; i++)
		printf("%-*s  %-7s  %4u  %6u  %6s  %8s  %-7s  %s\n", width, vms[i].name,
		       vm_state_name(vms[i].state), vms[i].cpus, vms[i].cpu_shares,
		       format_size(vms[i].memory, memory),
		       format_size(vms[i].resident, resident),
		       format_duration(vms[i].uptime, uptime),
		       vms[i].reason[0] ? vms[i].reason : "-");
}

static void print_list(const struct vm_args *args, const struct vm *vms, size_t nr)
{
	json_t *array;

	if (args->json) {
		array = json_array();
		for (size_t i = 0; i < nr; i++)
			json_array_append_new(array, vm_to_json(&vms[i]));
		print_json(array, JSON_INDENT(2));
	} else if (args->quiet) {
		for (size_t i = 0; i < nr; i++)
			puts(vms[i].name);
	} else if (nr) {
		print_table(vms, nr);
	}
}

int cmd_list(const struct vm_args *args)
{
	struct vm *vms;
	struct nl nl;
	size_t nr;
	int status = vm_connect(&nl);

	if (status)
		return status;
	if (vm_dump(&nl, &vms, &nr))
		status = vm_failed(&nl, NULL);
	else
		print_list(args, vms, nr);
	free(vms);
	module_close(&nl);
	return status;
}

static void print_cpu_settings(const struct vm *vm)
{
	printf("cpu shares   %u\n", vm->cpu_shares);
	printf("cpu min      %u%%", vm->cpu_min);
	if (vm->cpu_lacking)
		printf(" (%u%% of it cannot be kept: too few CPUs)", vm->cpu_lacking);
	putchar('\n');
	if (vm->cpu_max)
		printf("cpu max      %u%%\n", vm->cpu_max);
	else
		printf("cpu max      none\n");
	printf("cpu affinity %s\n", vm->cpu_affinity);
}

static void print_vm(const struct vm *vm)
{
	char text[SIZE_TEXT_MAX];

	printf("name         %s\n", vm->name);
	printf("id           %u\n", vm->id);
	printf("state        %s\n", vm_state_name(vm->state));
	if (vm->reason[0])
		printf("reason       %s\n", vm->reason);
	if (vm->has_exit_code)
		printf("exit code    %u\n", vm->exit_code);
	printf("cpus         %u\n", vm->cpus);
	print_cpu_settings(vm);
	printf("memory       %s\n", format_size(vm->memory, text));
	printf("memory min   %s\n", format_size(vm->memory_min, text));
	printf("ram shares   %u\n", vm->memory_shares);
	printf("target       %s\n", format_size(vm->ram.target, text));
	printf("resident     %s\n", format_size(vm->resident, text));
	print_devices(vm);
	printf("console      %s\n", vm->console);
	printf("on reboot    %s\n", vm->on_reboot == INSULA_ON_REBOOT_STOP ? "stop" : "restart");
	printf("debug exit   %s\n", vm->debug_exit ? "yes" : "no");
	printf("boots        %u\n", vm->boots);
	printf("uptime       %s\n", format_duration(vm->uptime, text));
	printf("cpu time     %s\n", format_duration(vm->cpu_time, text));
}

int cmd_show(const struct vm_args *args)
{
	struct vm vm;
	struct nl nl;
	int status = vm_connect(&nl);

	if (status)
		return status;
	if (vm_get(&nl, args->names[0], &vm)) {
		status = vm_failed(&nl, args->names[0]);
	} else if (args->json) {
		json_t *array = json_array();

		json_array_append_new(array, vm_to_json(&vm));
		print_json(array, JSON_INDENT(2));
	} else {
		print_vm(&vm);
	}
	module_close(&nl);
	return status;
}
