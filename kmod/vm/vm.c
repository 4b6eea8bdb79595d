// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm.c - birth and death of a VM
 *
 * Lock order: that of the list (vms.c), vm->lock; vm->platform.lock and vm->ram.lock are leaves.
 * The lock of claims on disks (disk-file.c) is another one.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <insula/guest-abi.h>
#include "../control/extack.h"
#include "../cpu/virt.h"
#include "../dev/console.h"
#include "power.h"
#include "vcpu.h"
#include "vms.h"

static void free_segments(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->nsegments; i++)
		fput(vm->segment[i].file);
	kfree(vm->segment);
}

static void vm_free(struct kref *ref)
{
	struct vm *vm = container_of(ref, struct vm, ref);

	cancel_work_sync(&vm->work);
	sched_vm_destroy(vm);
	reclaim_remove(vm);
	cancel_work_sync(&vm->news);
	platform_stop(&vm->platform);
	vm_remove_devices(vm);
	if (!IS_ERR_OR_NULL(vm->console))
		console_destroy(vm->console);
	if (vm->ram.file)
		ram_destroy(&vm->ram);
	free_segments(vm);
	kfree(vm);
	module_put(THIS_MODULE);
}

void vm_put(struct vm *vm)
{
	if (vm)
		kref_put(&vm->ref, vm_free);
}

static int copy_segments(struct vm *vm, const struct vm_config *cfg,
			 struct netlink_ext_ack *extack)
{
	unsigned int i;

	vm->segment = kcalloc(cfg->nsegments, sizeof(*vm->segment), GFP_KERNEL_ACCOUNT);
	if (cfg->nsegments && !vm->segment)
		return -ENOMEM;
	for (i = 0; i < cfg->nsegments; i++) {
		const struct boot_segment *s = &cfg->segment[i];
		const char *why;
		int err = ram_check_segment(s->file, s->offset, s->gpa, s->len, cfg->memory, &why);

		if (err) {
			extack_set(extack, NULL, "boot segment %u at %#llx: %s", i, s->gpa, why);
			return err;
		}
		vm->segment[i] = *s;
		get_file(s->file);
		vm->nsegments++;
	}
	return 0;
}

static void host_cpuid(u32 leaf, u32 subleaf, u32 regs[4])
{
	cpuid_count(leaf, subleaf, &regs[0], &regs[1], &regs[2], &regs[3]);
}

static void build_cpuid(struct vm *vm)
{
	struct cpuid_config cfg = {
		.ncpus = vm->ncpus,
		.maxphyaddr = boot_cpu_data.x86_phys_bits,
		.tsc_khz = tsc_khz,
		.xcr0 = fpu_features(),
		.extras = virt->offers() | CPUID_TSC_ADJUST | CPUID_SPEC_CTRL |
			  (check_tsc_unstable() ? 0 : CPUID_STABLE_TSC),
	};

	cpuid_build(&vm->cpuid, &cfg, host_cpuid);
}

/* What can fail in making one; vm_put() undoes however far it came. */
static int vm_setup(struct vm *vm, const struct vm_config *cfg, struct netlink_ext_ack *extack)
{
	const char *why;
	int err = ram_check_file(cfg->ram, cfg->memory, &why);

	if (err) {
		extack_set(extack, NULL, "RAM file: %s", why);
		return err;
	}
	err = copy_segments(vm, cfg, extack);
	if (err)
		return err;
	err = ram_init(&vm->ram, cfg->ram, cfg->memory, virt->tdp, virt->leaf_level(),
		       vm_flush_tlbs);
	if (err) {
		vm->ram.file = NULL;
		return err;
	}
	reclaim_add(vm);
	vm->console = console_create();
	if (IS_ERR(vm->console))
		return PTR_ERR(vm->console);
	console_attach(vm->console, CONSOLE_SERIAL, &platform_console_ops, &vm->platform);
	return vm_add_devices(vm, cfg, extack);
}

struct vm *vm_create(const struct vm_config *cfg, struct netlink_ext_ack *extack)
{
	struct vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	int err;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	__module_get(THIS_MODULE);
	kref_init(&vm->ref);
	mutex_init(&vm->lock);
	strscpy(vm->name, cfg->name, sizeof(vm->name));
	vm->ncpus = cfg->cpus;
	vm->memory = cfg->memory;
	vm->boot = cfg->boot;
	vm->debug_exit = cfg->debug_exit;
	vm_power_init(vm);
	INIT_LIST_HEAD(&vm->reclaim.link);
	sched_vm_create(vm);
	build_cpuid(vm);
	platform_init(&vm->platform, vm, cfg->debug_exit);

	err = vms_check_name(vm->name, extack);
	if (!err)
		err = vm_setup(vm, cfg, extack);
	if (!err)
		err = vm_set(vm, ~0, &cfg->settings, extack);
	if (!err)
		err = vms_add(vm, extack);
	if (err) {
		vm_put(vm);
		return ERR_PTR(err);
	}
	mutex_lock(&vm->lock);
	vm_tell_now(vm);
	mutex_unlock(&vm->lock);
	return vm;
}

int vm_destroy(struct vm *vm)
{
	if (!vms_remove(vm))
		return -ENOENT;
	vm_power_end(vm);
	/* What it was promised, and what it had, is free, whoever still looks at it. */
	sched_vm_destroy(vm);
	reclaim_remove(vm);
	vm_remove_devices(vm);
	vm_put(vm);		/* the list's */
	return 0;
}
