// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim-vm.c - VMs come and go, are promised RAM, and are asked what they have
 */
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "../control/extack.h"
#include "../dev/virtio/devices.h"
#include "../vm/vcpu.h"
#include "ram-file.h"
#include "reclaim-int.h"

/* Bytes that a VM costs besides its RAM: devices; a vCPU; paging tables for all of it. */
#define VM_COST		(256ULL << 10)
#define VCPU_COST	(64ULL << 10)
#define TABLES_SHIFT	9

static u64 overhead(const struct vm *vm)
{
	return VM_COST + vm->ncpus * VCPU_COST + (vm->memory >> TABLES_SHIFT);
}

void reclaim_add(struct vm *vm)
{
	struct reclaim_vm *r = &vm->reclaim;

	r->claim.overhead = overhead(vm);
	r->share = (struct share_vm){ .ceiling = vm->memory, .shares = SHARE_SHARES_DEFAULT,
				      .target = vm->memory, };
	share_activity_init(&r->activity);
	/* Nobody else could have what it gives. */
	if (ram_file_is_apart(vm->ram.file))
		return;
	mutex_lock(&reclaim_lock);
	list_add_tail(&r->link, &reclaim_vms);
	reclaim_nr++;
	mutex_unlock(&reclaim_lock);
}

void reclaim_remove(struct vm *vm)
{
	mutex_lock(&reclaim_lock);
	if (!list_empty(&vm->reclaim.link)) {
		list_del_init(&vm->reclaim.link);
		reclaim_nr--;
	}
	mutex_unlock(&reclaim_lock);
}

/* All guarantees but @vm's. Return: how many bytes of another one there is room for; or -ENOMEM. */
static s64 left_for(const struct vm *vm, u64 usable)
{
	struct share_claim *claims = kvmalloc_array(reclaim_nr, sizeof(*claims), GFP_RECLAIM);
	unsigned int n = 0;
	struct vm *other;
	u64 left;

	if (!claims)
		return -ENOMEM;
	list_for_each_entry(other, &reclaim_vms, reclaim.link)
		if (other != vm)
			claims[n++] = other->reclaim.claim;
	left = share_left(claims, n, vm->reclaim.claim.overhead, usable);
	kvfree(claims);
	return left;
}

static int admit(const struct vm *vm, u64 min, struct netlink_ext_ack *extack)
{
	u64 all = reclaim_host_ram(), usable = all - share_reserve(all);
	char asked[RAM_TEXT], some[RAM_TEXT], most[RAM_TEXT];
	s64 left = left_for(vm, usable);

	if (left < 0)
		return left;
	if (min <= left)
		return 0;
	extack_set(extack, NULL, "memory-min %s exceeds what is left (%s of %s)",
		   ram_exact(min, asked), ram_text(left, some), ram_text(usable, most));
	return -ENOSPC;
}

int reclaim_set(struct vm *vm, const struct vm_memory *memory, struct netlink_ext_ack *extack)
{
	u64 ceiling = reclaim_ceiling(vm, memory);
	struct reclaim_vm *r = &vm->reclaim;
	bool moved = false;
	int err = 0;

	mutex_lock(&reclaim_lock);
	if (memory->min > r->claim.min)
		err = admit(vm, memory->min, extack);
	if (!err) {
		r->claim.min = memory->min;
		r->share.shares = memory->shares;
		moved = r->share.ceiling != ceiling;
		r->share.ceiling = ceiling;
		virtio_balloon_set_target(vm->devices.balloon, vm->memory - ceiling);
	}
	mutex_unlock(&reclaim_lock);
	/* All else counts only while the host is short, and then the worker runs. */
	if (moved)
		reclaim_wake();
	return err;
}

void reclaim_info(struct vm *vm, struct reclaim_info *info)
{
	const struct reclaim_vm *r = &vm->reclaim;

	mutex_lock(&reclaim_lock);
	info->target = min(r->share.target, r->share.ceiling);
	info->entitled = r->share.entitled;
	info->idle = mul_u64_u64_shr(READ_ONCE(vm->ram.resident), r->share.idle,
				     const_ilog2(SHARE_ONE));
	mutex_unlock(&reclaim_lock);
	info->demoted = READ_ONCE(vm->ram.demoted);
	info->returned = READ_ONCE(vm->ram.returned);
	info->tables = (u64)READ_ONCE(vm->ram.tdp.tables) << PAGE_SHIFT;
}

static const char units[] = "KMGT";

const char *ram_exact(u64 bytes, char text[RAM_TEXT])
{
	unsigned int unit;

	for (unit = 0; unit < 4 && bytes && !(bytes % SZ_1K); unit++)
		bytes /= SZ_1K;
	if (unit)
		snprintf(text, RAM_TEXT, "%llu%c", bytes, units[unit - 1]);
	else
		snprintf(text, RAM_TEXT, "%llu", bytes);
	return text;
}

const char *ram_text(u64 bytes, char text[RAM_TEXT])
{
	unsigned int unit = 0;
	u64 tenths;

	if (bytes < SZ_1K) {
		snprintf(text, RAM_TEXT, "%llu", bytes);
		return text;
	}
	while (unit < sizeof(units) - 2 && bytes >> (10 * (unit + 2)))
		unit++;
	tenths = mul_u64_u64_shr(bytes, 10, 10 * (unit + 1));
	if (tenths < 100 && tenths % 10)
		snprintf(text, RAM_TEXT, "%llu.%llu%c", tenths / 10, tenths % 10, units[unit]);
	else
		snprintf(text, RAM_TEXT, "%llu%c", tenths / 10, units[unit]);
	return text;
}
