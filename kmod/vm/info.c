// SPDX-License-Identifier: GPL-2.0-only
/*
 * info.c - what there is to be told about a VM: settings, state, counters
 *
 * vCPUs come and go with the power; what they counted stays with the VM.
 */
#include <linux/slab.h>
#include "../dev/console.h"
#include "vcpu.h"

static void add_sched(struct sched_stats *sum, const struct sched_stats *stats)
{
	unsigned int i;

	sum->received += stats->received;
	sum->waiting += stats->waiting;
	sum->throttled += stats->throttled;
	sum->taken += stats->taken;
	sum->switches += stats->switches;
	sum->migrations += stats->migrations;
	sum->wakes += stats->wakes;
	for (i = 0; i < INSULA_LATENCIES; i++)
		sum->latency[i] += stats->latency[i];
}

/* Into @sched and @exits, which have NR_EXIT_REASONS. */
static void add_vcpus(struct vm *vm, struct sched_stats *sched, u64 *exits)
{
	struct vcpu_info info;
	u32 i, reason;

	for (i = 0; i < vm->ncpus; i++) {
		vcpu_info(vm->vcpu[i], &info);
		add_sched(sched, &info.sched);
		for (reason = 0; reason < NR_EXIT_REASONS; reason++)
			exits[reason] += READ_ONCE(vm->vcpu[i]->exits[reason]);
	}
}

void vm_count_vcpus(struct vm *vm)
{
	add_vcpus(vm, &vm->sched_before, vm->exits_before);
}

void vm_fill_info(struct vm *vm, struct vm_info *info)
{
	memset(info, 0, sizeof(*info));
	info->id = vm->id;
	strscpy(info->name, vm->name, sizeof(info->name));
	info->state = vm->state;
	strscpy(info->reason, vm->reason, sizeof(info->reason));
	info->exit_code = vm->exit_code;
	info->cpus = vm->ncpus;
	info->boots = vm->boots;
	info->debug_exit = vm->debug_exit;
	info->settings = vm->settings;
	info->memory = vm->memory;
	info->memory_resident = READ_ONCE(vm->ram.resident);
	reclaim_info(vm, &info->ram);
	if (vm->state == INSULA_VM_STATE_RUNNING || vm->state == INSULA_VM_STATE_PAUSED)
		info->uptime = ktime_get_ns() - vm->started;
	console_name(vm->console, info->console, sizeof(info->console));
	info->cpu_lacking = READ_ONCE(vm->lacking);
	info->cpu_entitled = sched_vm_entitled(vm);
	info->sched = vm->sched_before;
	memcpy(info->exits, vm->exits_before, sizeof(vm->exits_before));
	if (vm->vcpu)
		add_vcpus(vm, &info->sched, info->exits);
}

void vm_info(struct vm *vm, struct vm_info *info)
{
	mutex_lock(&vm->lock);
	vm_fill_info(vm, info);
	mutex_unlock(&vm->lock);
}

void vm_tell_now(struct vm *vm)
{
	struct vm_info *info = kmalloc(sizeof(*info), GFP_KERNEL);

	if (!info)
		return;		/* listeners learn of it by asking */
	vm_fill_info(vm, info);
	control_event(info);
	kfree(info);
}

bool vm_vcpu_info(struct vm *vm, u32 i, struct vcpu_info *info)
{
	bool on;

	mutex_lock(&vm->lock);
	on = vm->vcpu && i < vm->ncpus;
	if (on)
		vcpu_info(vm->vcpu[i], info);
	mutex_unlock(&vm->lock);
	return on;
}
