/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * power.h - what the birth and the death of a VM have to do with its power: see vm.h and vcpu.h
 * for what others ask for
 */
#ifndef _INSULA_POWER_H
#define _INSULA_POWER_H

struct guest_ram;
struct vm;

/** power_init() - before the first vm_power_init(). Return: 0, -ENOMEM. */
int power_init(void);
/** power_exit() - no VM exists any more */
void power_exit(void);

/** vm_power_init() - a new VM, all zeroes, is switched off */
void vm_power_init(struct vm *vm);
/** vm_power_end() - it is about to be destroyed: switch it off for good, and tell. May sleep. */
void vm_power_end(struct vm *vm);

/** vm_flush_tlbs() - no vCPU of the VM enters the guest with what its TLB holds. See ram_init(). */
void vm_flush_tlbs(struct guest_ram *ram);

#endif
