/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - VMs as JSON; scripts rely on these keys
 */
#ifndef INSULA_JSON_H
#define INSULA_JSON_H

#include <jansson.h>

#include "vm.h"

/**
 * vm_to_json() - all that is known of a VM
 * @vm: the VM
 *
 * Return: an object, the caller's.
 */
json_t *vm_to_json(const struct vm *vm);

/**
 * vm_stats_to_json() - the same, and what it has got of the host
 * @vm: the VM
 *
 * Return: an object, the caller's.
 */
json_t *vm_stats_to_json(const struct vm *vm);

/**
 * vcpus_to_json() - all that is known of vCPUs
 * @vcpus: an array
 * @nr: how many
 *
 * Return: an array, the caller's.
 */
json_t *vcpus_to_json(const struct vm_vcpu *vcpus, size_t nr);

/**
 * print_json() - print a value on a line of its own
 * @value: is released
 * @flags: of json_dumpf()
 */
void print_json(json_t *value, size_t flags);

#endif
