// SPDX-License-Identifier: GPL-2.0-only
/*
 * json.c - VMs as JSON
 *
 * Settings that this version does not have are shown with the values that
 * are in effect without them.
 */
#include "json.h"
#include "rates.h"

#include <stdio.h>

#include "devices.h"

/* JSON is UTF-8; a file's name need not be. */
static json_t *path_to_json(const char *path)
{
	char ascii[VM_PATH_MAX];
	json_t *text = json_string(path);

	if (text)
		return text;
	snprintf(ascii, sizeof(ascii), "%s", path);
	for (char *c = ascii; *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return json_string(ascii);
}

static json_t *disk_to_json(const struct vm_disk *disk)
{
	json_t *object = json_object();

	json_object_set_new(object, "path", path_to_json(disk->path));
	json_object_set_new(object, "size", json_integer(disk->size));
	json_object_set_new(object, "ro", json_boolean(disk->ro));
	json_object_set_new(object, "serial", json_string(disk->serial));
	json_object_set_new(object, "reads", json_integer(disk->reads));
	json_object_set_new(object, "read_bytes", json_integer(disk->read_bytes));
	json_object_set_new(object, "writes", json_integer(disk->writes));
	json_object_set_new(object, "write_bytes", json_integer(disk->write_bytes));
	json_object_set_new(object, "flushes", json_integer(disk->flushes));
	json_object_set_new(object, "discards", json_integer(disk->discards));
	json_object_set_new(object, "errors", json_integer(disk->errors));
	json_object_set_new(object, "inflight", json_integer(disk->inflight));
	return object;
}

static json_t *nic_to_json(const struct vm_nic *nic)
{
	json_t *object = json_object();
	char mac[MAC_TEXT_MAX];

	json_object_set_new(object, "name", json_string(nic->name));
	json_object_set_new(object, "ifindex", json_integer(nic->ifindex));
	json_object_set_new(object, "mac", json_string(format_mac(nic->mac, mac)));
	json_object_set_new(object, "link", json_boolean(nic->link));
	json_object_set_new(object, "rx_packets", json_integer(nic->rx_packets));
	json_object_set_new(object, "rx_bytes", json_integer(nic->rx_bytes));
	json_object_set_new(object, "rx_dropped", json_integer(nic->rx_dropped));
	json_object_set_new(object, "tx_packets", json_integer(nic->tx_packets));
	json_object_set_new(object, "tx_bytes", json_integer(nic->tx_bytes));
	json_object_set_new(object, "tx_dropped", json_integer(nic->tx_dropped));
	return object;
}

static json_t *balloon_stats_to_json(const struct vm_balloon *balloon)
{
	static const char *const names[NR_BALLOON_STATS] = {
		[BALLOON_SWAP_IN] = "swap_in",
		[BALLOON_SWAP_OUT] = "swap_out",
		[BALLOON_MAJOR_FAULTS] = "major_faults",
		[BALLOON_MINOR_FAULTS] = "minor_faults",
		[BALLOON_FREE] = "free",
		[BALLOON_TOTAL] = "total",
		[BALLOON_AVAILABLE] = "available",
		[BALLOON_CACHES] = "caches",
		[BALLOON_HUGETLB_ALLOCS] = "hugetlb_allocs",
		[BALLOON_HUGETLB_FAILURES] = "hugetlb_failures",
	};
	json_t *object;

	if (!balloon->has_stats)
		return json_null();
	object = json_object();
	json_object_set_new(object, "age_ns", json_integer(balloon->stats_age));
	for (int i = 0; i < NR_BALLOON_STATS; i++)
		if (balloon->has_stat[i])
			json_object_set_new(object, names[i], json_integer(balloon->stat[i]));
	return object;
}

static json_t *balloon_to_json(const struct vm_balloon *balloon)
{
	json_t *object = json_object();

	json_object_set_new(object, "target", json_integer(balloon->target));
	json_object_set_new(object, "actual", json_integer(balloon->actual));
	json_object_set_new(object, "reported", json_integer(balloon->reported));
	json_object_set_new(object, "stats", balloon_stats_to_json(balloon));
	return object;
}

static void set_devices(json_t *object, const struct vm *vm)
{
	json_t *disks = json_array(), *nics = json_array();

	for (unsigned int i = 0; i < vm->nr_disks; i++)
		json_array_append_new(disks, disk_to_json(&vm->disks[i]));
	for (unsigned int i = 0; i < vm->nr_nics; i++)
		json_array_append_new(nics, nic_to_json(&vm->nics[i]));
	json_object_set_new(object, "disks", disks);
	json_object_set_new(object, "nics", nics);
	json_object_set_new(object, "balloon",
			    vm->has_balloon ? balloon_to_json(&vm->balloon) : json_null());
}

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
	json_object_set_new(object, "memory_ceiling", json_integer(vm->memory_target));
	json_object_set_new(object, "memory_target", json_integer(vm->ram.target));
	json_object_set_new(object, "memory_min", json_integer(vm->memory_min));
	json_object_set_new(object, "memory_shares", json_integer(vm->memory_shares));
	json_object_set_new(object, "cpu_shares", json_integer(vm->cpu_shares));
	json_object_set_new(object, "cpu_min", json_integer(vm->cpu_min));
	json_object_set_new(object, "cpu_max",
			    vm->cpu_max ? json_integer(vm->cpu_max) : json_null());
	json_object_set_new(object, "cpu_lacking", json_integer(vm->cpu_lacking));
	json_object_set_new(object, "cpu_affinity", json_string(vm->cpu_affinity));
	json_object_set_new(object, "cpu_time_ns", json_integer(vm->cpu_time));
	json_object_set_new(object, "uptime_ns", json_integer(vm->uptime));
	json_object_set_new(object, "boots", json_integer(vm->boots));
	json_object_set_new(object, "on_reboot",
			    json_string(vm->on_reboot == INSULA_ON_REBOOT_STOP ?
					"stop" : "restart"));
	json_object_set_new(object, "debug_exit", json_boolean(vm->debug_exit));
	json_object_set_new(object, "console", json_string(vm->console));
	set_devices(object, vm);
	return object;
}

static void set_sched(json_t *object, const struct vm_sched *sched)
{
	json_object_set_new(object, "cpu_waiting_ns", json_integer(sched->waiting));
	json_object_set_new(object, "cpu_throttled_ns", json_integer(sched->throttled));
	json_object_set_new(object, "cpu_taken_ns", json_integer(sched->taken));
	json_object_set_new(object, "cpu_steal_ns", json_integer(vm_steal(sched)));
	json_object_set_new(object, "switches", json_integer(sched->switches));
	json_object_set_new(object, "migrations", json_integer(sched->migrations));
	json_object_set_new(object, "wakes", json_integer(sched->wakes));
	json_object_set_new(object, "wake_latency_p50_ns",
			    json_integer(latency_within(sched->latency, 500)));
	json_object_set_new(object, "wake_latency_p99_ns",
			    json_integer(latency_within(sched->latency, 990)));
	json_object_set_new(object, "wake_latency_max_ns",
			    json_integer(latency_within(sched->latency, 1000)));
}

json_t *vm_stats_to_json(const struct vm *vm)
{
	json_t *object = vm_to_json(vm);
	json_t *exits = json_object();

	for (unsigned int i = 0; i < vm->nr_exits; i++)
		json_object_set_new(exits, vm->exits[i].reason, json_integer(vm->exits[i].count));
	json_object_set_new(object, "exits", exits);
	json_object_set_new(object, "cpu_entitled_ns", json_integer(vm->cpu_entitled));
	json_object_set_new(object, "memory_entitled", json_integer(vm->ram.entitled));
	json_object_set_new(object, "memory_idle", json_integer(vm->ram.idle));
	json_object_set_new(object, "memory_demoted", json_integer(vm->ram.demoted));
	json_object_set_new(object, "memory_returned", json_integer(vm->ram.returned));
	json_object_set_new(object, "memory_tables", json_integer(vm->ram.tables));
	set_sched(object, &vm->sched);
	return object;
}

json_t *vcpus_to_json(const struct vm_vcpu *vcpus, size_t nr)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "id", json_integer(vcpus[i].index));
		json_object_set_new(object, "state", json_string(vcpu_state_name(vcpus[i].state)));
		json_object_set_new(object, "cpu", json_integer(vcpus[i].cpu));
		json_object_set_new(object, "cpu_time_ns", json_integer(vcpus[i].sched.received));
		set_sched(object, &vcpus[i].sched);
		json_array_append_new(array, object);
	}
	return array;
}

void print_json(json_t *value, size_t flags)
{
	json_dumpf(value, stdout, flags);
	putchar('\n');
	json_decref(value);
}
