// SPDX-License-Identifier: GPL-2.0-only
/*
 * settings.c - what can be changed while a VM runs, and whether it makes sense
 */
#include <linux/cpumask.h>
#include <linux/slab.h>
#include "../control/extack.h"
#include "vcpu.h"

/* With each other and with what there is. */
static int check_cpu(const struct vm *vm, u32 which, const struct vm_cpu *cpu,
		     struct netlink_ext_ack *extack)
{
	if (cpu->max != SCHED_NO_MAX && cpu->min > cpu->max) {
		extack_set(extack, NULL, "cpu-min %u%% exceeds cpu-max %u%%", cpu->min, cpu->max);
		return -EINVAL;
	}
	if (cpu->min > 100 * vm->ncpus) {
		extack_set(extack, NULL, "cpu-min %u%% exceeds what %u vCPUs can use (%u%%)",
			   cpu->min, vm->ncpus, 100 * vm->ncpus);
		return -EINVAL;
	}
	/* That its CPUs have gone offline since is no reason to refuse anything else. */
	if ((which & VM_SET_CPU_AFFINITY) && !cpumask_intersects(&cpu->affinity, cpu_online_mask)) {
		extack_set(extack, NULL, "cpu-affinity %*pbl: none of these CPUs is online (%*pbl)",
			   cpumask_pr_args(&cpu->affinity), cpumask_pr_args(cpu_online_mask));
		return -EINVAL;
	}
	return 0;
}

static int refuse_bytes(const char *what, u64 bytes, const char *than, u64 limit,
			struct netlink_ext_ack *extack)
{
	char text[RAM_TEXT], most[RAM_TEXT];

	extack_set(extack, NULL, "%s %s exceeds %s %s", what, ram_exact(bytes, text), than,
		   ram_exact(limit, most));
	return -EINVAL;
}

static int check_memory(const struct vm *vm, const struct vm_memory *memory,
			struct netlink_ext_ack *extack)
{
	if (memory->target > vm->memory)
		return refuse_bytes("memory-target", memory->target, "memory", vm->memory, extack);
	if (memory->min > vm->memory)
		return refuse_bytes("memory-min", memory->min, "memory", vm->memory, extack);
	if (memory->target && memory->min > memory->target)
		return refuse_bytes("memory-min", memory->min, "memory-target", memory->target,
				    extack);
	return 0;
}

static void merge(struct vm_settings *to, u32 which, const struct vm_settings *from)
{
	if (which & VM_SET_ON_REBOOT)
		WRITE_ONCE(to->on_reboot, from->on_reboot);
	if (which & VM_SET_CPU_SHARES)
		to->cpu.shares = from->cpu.shares;
	if (which & VM_SET_CPU_MIN)
		to->cpu.min = from->cpu.min;
	if (which & VM_SET_CPU_MAX)
		to->cpu.max = from->cpu.max;
	if (which & VM_SET_CPU_AFFINITY)
		cpumask_copy(&to->cpu.affinity, &from->cpu.affinity);
	if (which & VM_SET_MEMORY_TARGET)
		to->memory.target = from->memory.target;
	if (which & VM_SET_MEMORY_MIN)
		to->memory.min = from->memory.min;
	if (which & VM_SET_MEMORY_SHARES)
		to->memory.shares = from->memory.shares;
}

/*
 * Both, or none. What asks for less is never refused: so a guarantee of RAM is raised before what
 * may be refused, and lowered after.
 */
static int put_in_effect(struct vm *vm, const struct vm_settings *new,
			 struct netlink_ext_ack *extack)
{
	const struct vm_memory *old = &vm->settings.memory;
	bool more = new->memory.min > old->min;
	int err = more ? reclaim_set(vm, &new->memory, extack) : 0;

	if (err)
		return err;
	err = sched_vm_set_cpu(vm, &new->cpu, extack);
	if (err && more)
		reclaim_set(vm, old, NULL);
	if (!err && !more)
		reclaim_set(vm, &new->memory, NULL);
	return err;
}

static int set_locked(struct vm *vm, u32 which, const struct vm_settings *settings,
		      struct netlink_ext_ack *extack)
{
	struct vm_settings *new = kmemdup(&vm->settings, sizeof(*new), GFP_KERNEL);
	int err;

	if (!new)
		return -ENOMEM;
	merge(new, which, settings);
	err = check_cpu(vm, which, &new->cpu, extack);
	if (!err)
		err = check_memory(vm, &new->memory, extack);
	if (!err)
		err = put_in_effect(vm, new, extack);
	if (!err)
		merge(&vm->settings, which, settings);
	kfree(new);
	return err;
}

int vm_set(struct vm *vm, u32 which, const struct vm_settings *settings,
	   struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&vm->lock);
	err = vm->gone ? -ENOENT : set_locked(vm, which, settings, extack);
	mutex_unlock(&vm->lock);
	return err;
}
