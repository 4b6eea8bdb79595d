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
		err = sched_vm_set_cpu(vm, &new->cpu, extack);
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
