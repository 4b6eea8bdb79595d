/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * due.h - all VMs together: what each is due of the host's CPUs, and what can be promised
 */
#ifndef _INSULA_SCHED_DUE_H
#define _INSULA_SCHED_DUE_H

#include <linux/types.h>

struct netlink_ext_ack;
struct vm;
struct vm_cpu;

/** due_start() - somebody wants to run: keep track until nobody does. Context: any but NMI. */
void due_start(void);
/** due_stop() - at the end of the module */
void due_stop(void);

/** due_add() - a new VM. May sleep. */
void due_add(struct vm *vm);
/** due_remove() - it is gone, and its guarantee free; a second time nothing happens. May sleep. */
void due_remove(struct vm *vm);

/**
 * due_set() - new settings of a VM, which the policy knows from now on
 *
 * Context: process, vm->lock held. Return: 0; -ENOSPC: that guarantee cannot be kept, see
 * @extack; -ENOMEM.
 */
int due_set(struct vm *vm, const struct vm_cpu *cpu, struct netlink_ext_ack *extack);

/**
 * due_review() - CPUs have come or gone: which guarantees can be kept now?
 *
 * Listeners are told of those that cannot (vm_tell()). Context: process; CPU hotplug's locks may
 * be held.
 */
void due_review(void);

#endif
