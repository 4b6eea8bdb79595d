// SPDX-License-Identifier: GPL-2.0-only
/*
 * json.c - VMs as JSON
 *
 * Settings that this version does not have are shown with the values that
 * are in effect without them.
 */
#include "json.h"

#include <stdio.h>

json_t *vm_to_json(const struct vm *vm)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(vm->name));
	json_object_set_new(object, "id", json_integer(vm->id));
	json_object_set_new(object, "state", json_string(vm_state_name(vm->state)));
	json_object_set_new(object, "reason", json_string(vm->reason));
	json_object_set_new(object, "exit_code",
			    vm->has_exit_code ? json_integer(vm->exit_code) : json_null());
	json_object_set_new(object, "cpus", json_integer(vm->cpus));
	json_object_set_new(object, "memory", json_integer(vm->memory));
	json_object_set_new(object, "memory_resident", json_integer(vm->resident));
	json_object_set_new(object, "memory_target", json_integer(vm->memory));
	json_object_set_new(object, "memory_min", json_integer(0));
	json_object_set_new(object, "memory_shares", json_integer(100));
	json_object_set_new(object, "cpu_shares", json_integer(100));
	json_object_set_new(object, "cpu_min", json_integer(0));
	json_object_set_new(object, "cpu_max", json_null());
	json_object_set_new(object, "cpu_time_ns", json_integer(vm->cpu_time));
	json_object_set_new(object, "uptime_ns", json_integer(vm->uptime));
	json_object_set_new(object, "boots", json_integer(vm->boots));
	json_object_set_new(object, "on_reboot",
			    json_string(vm->on_reboot == INSULA_ON_REBOOT_STOP ?
					"stop" : "restart"));
	json_object_set_new(object, "debug_exit", json_boolean(vm->debug_exit));
	json_object_set_new(object, "console", json_string(vm->console));
	json_object_set_new(object, "disks", json_array());
	json_object_set_new(object, "nics", json_array());
	return object;
}

void print_json(json_t *value, size_t flags)
{
	json_dumpf(value, stdout, flags);
	putchar('\n');
	json_decref(value);
}
