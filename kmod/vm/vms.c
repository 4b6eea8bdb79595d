// SPDX-License-Identifier: GPL-2.0-only
/*
 * vms.c - the list of VMs: names, ids, and what is done to all of them
 */
#include <linux/idr.h>
#include <linux/mutex.h>
#include "../control/extack.h"
#include "vcpu.h"
#include "vms.h"

static DEFINE_MUTEX(vms_lock);		/* outside of every vm->lock */
static DEFINE_IDR(vms);			/* by id; guarded by vms_lock */

static struct vm *find_locked(const char *name)
{
	struct vm *vm;
	int id;

	idr_for_each_entry(&vms, vm, id) {
		if (!strcmp(vm->name, name))
			return vm;
	}
	return NULL;
}

static int refuse_taken(const char *name, struct netlink_ext_ack *extack)
{
	if (!find_locked(name))
		return 0;
	extack_set(extack, NULL, "a VM of the name %s exists already", name);
	return -EEXIST;
}

int vms_check_name(const char *name, struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&vms_lock);
	err = refuse_taken(name, extack);
	mutex_unlock(&vms_lock);
	return err;
}

int vms_add(struct vm *vm, struct netlink_ext_ack *extack)
{
	int id;

	mutex_lock(&vms_lock);
	id = refuse_taken(vm->name, extack);
	/* Ids are not reused soon: a stale one names nobody. */
	if (!id)
		id = idr_alloc_cyclic(&vms, vm, 1, 0, GFP_KERNEL);
	if (id > 0) {
		vm->id = id;
		kref_get(&vm->ref);
	}
	mutex_unlock(&vms_lock);
	return id < 0 ? id : 0;
}

bool vms_remove(struct vm *vm)
{
	bool was_there;

	mutex_lock(&vms_lock);
	was_there = !vm->gone;
	if (was_there) {
		vm->gone = true;
		idr_remove(&vms, vm->id);
	}
	mutex_unlock(&vms_lock);
	return was_there;
}

/* With the lock, under which the list has a reference of its own. NULL is allowed. */
static struct vm *referenced(struct vm *vm)
{
	if (vm)
		kref_get(&vm->ref);
	return vm;
}

struct vm *vm_find(const char *name)
{
	struct vm *vm;

	mutex_lock(&vms_lock);
	vm = referenced(find_locked(name));
	mutex_unlock(&vms_lock);
	return vm;
}

struct vm *vm_find_id(u32 id)
{
	struct vm *vm;

	mutex_lock(&vms_lock);
	vm = id <= INT_MAX ? referenced(idr_find(&vms, id)) : NULL;
	mutex_unlock(&vms_lock);
	return vm;
}

struct vm *vm_next(u32 id)
{
	struct vm *vm;
	int at = id;

	if (id > INT_MAX)
		return NULL;
	mutex_lock(&vms_lock);
	vm = referenced(idr_get_next(&vms, &at));
	mutex_unlock(&vms_lock);
	return vm;
}

/* Reboot and suspend of the host. */

void vms_quiesce(void)
{
	struct vm *vm;
	int id;

	mutex_lock(&vms_lock);
	idr_for_each_entry(&vms, vm, id) {
		mutex_lock_nested(&vm->lock, SINGLE_DEPTH_NESTING);
		vm_quiesce(vm);
		vm_clock_suspend(vm);
		mutex_unlock(&vm->lock);
	}
	mutex_unlock(&vms_lock);
}

void vms_unquiesce(void)
{
	struct vm *vm;
	int id;

	mutex_lock(&vms_lock);
	idr_for_each_entry(&vms, vm, id) {
		mutex_lock_nested(&vm->lock, SINGLE_DEPTH_NESTING);
		vm_clock_resume(vm);
		if (vm->state == INSULA_VM_STATE_RUNNING && !test_bit(0, &vm->wish))
			vm_unquiesce(vm);
		mutex_unlock(&vm->lock);
	}
	mutex_unlock(&vms_lock);
}
