// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm.c - VMs as the module tells of them, and what can be asked of it
 */
#include "vm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insula.h"

#define DUMP_TRIES	5	/* a dump is read again when VMs came or went meanwhile */

static void on_vm(struct nlattr *attrs, int len, void *arg)
{
	vm_parse(attrs, len, arg);
}

/*
 * A request about one VM. A name that no VM can have is not sent: the module
 * would find fault with its form where the answer is that there is none.
 */
static struct nl_msg *by_name(struct nl *nl, uint8_t command, const char *name)
{
	struct nl_msg *msg;

	if (!vm_name_valid(name)) {
		nl->status = -ENOENT;
		snprintf(nl->error, sizeof(nl->error), "no such VM");
		return NULL;
	}
	msg = module_new(nl, command, false);
	nla_put_string(msg, INSULA_A_VM_NAME, name);
	return msg;
}

static struct nl_msg *by_id(struct nl *nl, uint8_t command, uint32_t id)
{
	struct nl_msg *msg = module_new(nl, command, false);

	nla_put_u32(msg, INSULA_A_VM_ID, id);
	return msg;
}

int vm_get(struct nl *nl, const char *name, struct vm *vm)
{
	struct nl_msg *msg = by_name(nl, INSULA_CMD_VM_GET, name);

	return msg ? module_call(nl, msg, on_vm, vm) : nl->status;
}

struct with_vcpus {
	struct vm *vm;
	struct vm_vcpu *vcpus;
	size_t nr;
};

static void on_vm_with_vcpus(struct nlattr *attrs, int len, void *arg)
{
	struct with_vcpus *with = arg;

	vm_parse(attrs, len, with->vm);
	with->nr = vm_parse_vcpus(attrs, len, with->vcpus);
}

int vm_get_vcpus(struct nl *nl, const char *name, struct vm *vm,
		 struct vm_vcpu vcpus[GUEST_MAX_CPUS], size_t *nr)
{
	struct nl_msg *msg = by_name(nl, INSULA_CMD_VM_GET, name);
	struct with_vcpus with = { .vm = vm, .vcpus = vcpus };
	int err;

	if (!msg)
		return nl->status;
	nla_put_flag(msg, INSULA_A_VM_WITH_VCPUS);
	err = module_call(nl, msg, on_vm_with_vcpus, &with);
	*nr = with.nr;
	return err;
}

int vm_get_id(struct nl *nl, uint32_t id, struct vm *vm)
{
	return module_call(nl, by_id(nl, INSULA_CMD_VM_GET, id), on_vm, vm);
}

struct dump {
	struct vm *vms;
	size_t nr;
};

static void on_dumped_vm(struct nlattr *attrs, int len, void *arg)
{
	struct dump *dump = arg;
	struct vm *vms = reallocarray(dump->vms, dump->nr + 1, sizeof(*vms));

	if (!vms) {
		fputs("insula: out of memory\n", stderr);
		exit(EXIT_FAILED);
	}
	dump->vms = vms;
	vm_parse(attrs, len, &vms[dump->nr++]);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct vm *)a)->name, ((const struct vm *)b)->name);
}

int vm_dump(struct nl *nl, struct vm **vms, size_t *nr)
{
	struct dump dump = { 0 };
	int tries = DUMP_TRIES;
	int err;

	do {
		dump.nr = 0;
		err = module_call(nl, module_new(nl, INSULA_CMD_VM_GET, true), on_dumped_vm, &dump);
	} while (err == -EAGAIN && --tries);
	if (dump.nr)
		qsort(dump.vms, dump.nr, sizeof(*dump.vms), compare_names);
	*vms = dump.vms;
	*nr = dump.nr;
	return err;
}

static int send_action(struct nl *nl, struct nl_msg *msg, enum insula_action action)
{
	nla_put_u32(msg, INSULA_A_VM_ACTION, action);
	return module_call(nl, msg, NULL, NULL);
}

int vm_action(struct nl *nl, const char *name, enum insula_action action)
{
	struct nl_msg *msg = by_name(nl, INSULA_CMD_VM_ACTION, name);

	return msg ? send_action(nl, msg, action) : nl->status;
}

int vm_action_id(struct nl *nl, uint32_t id, enum insula_action action)
{
	return send_action(nl, by_id(nl, INSULA_CMD_VM_ACTION, id), action);
}

int vm_destroy(struct nl *nl, const char *name)
{
	struct nl_msg *msg = by_name(nl, INSULA_CMD_VM_DESTROY, name);

	return msg ? module_call(nl, msg, NULL, NULL) : nl->status;
}

int vm_destroy_id(struct nl *nl, uint32_t id)
{
	return module_call(nl, by_id(nl, INSULA_CMD_VM_DESTROY, id), NULL, NULL);
}

void vm_put_settings(struct nl_msg *msg, const struct vm_args *args)
{
	if (args->given & GIVEN_ON_REBOOT)
		nla_put_u32(msg, INSULA_A_VM_ON_REBOOT, args->on_reboot);
	if (args->given & GIVEN_MEMORY_MIN)
		nla_put_u64(msg, INSULA_A_VM_MEMORY_MIN, args->memory_min);
	if (args->given & GIVEN_MEMORY_SHARES)
		nla_put_u32(msg, INSULA_A_VM_MEMORY_SHARES, args->memory_shares);
	if (args->given & GIVEN_CPU_SHARES)
		nla_put_u32(msg, INSULA_A_VM_CPU_SHARES, args->cpu_shares);
	if (args->given & GIVEN_CPU_MIN)
		nla_put_u32(msg, INSULA_A_VM_CPU_MIN, args->cpu_min);
	if (args->given & GIVEN_CPU_MAX)
		nla_put_u32(msg, INSULA_A_VM_CPU_MAX, args->cpu_max);
	if (args->given & GIVEN_CPU_AFFINITY)
		nla_put_string(msg, INSULA_A_VM_CPU_AFFINITY, args->cpu_affinity);
	if (args->given & GIVEN_MEMORY_TARGET)
		nla_put_u64(msg, INSULA_A_VM_MEMORY_TARGET, args->memory_target);
}

int vm_set(struct nl *nl, const char *name, const struct vm_args *args)
{
	struct nl_msg *msg = by_name(nl, INSULA_CMD_VM_SET, name);

	if (!msg)
		return nl->status;
	vm_put_settings(msg, args);
	return module_call(nl, msg, NULL, NULL);
}

static int tell_connected(struct nl *nl, int err)
{
	if (!err)
		return EXIT_DONE;
	complain(NULL, "%s", nl->error);
	module_close(nl);
	return err == -ENOENT ? EXIT_NO_MODULE : EXIT_FAILED;
}

int vm_connect(struct nl *nl)
{
	return tell_connected(nl, module_open(nl));
}

int vm_connect_events(struct nl *nl)
{
	return tell_connected(nl, module_open_events(nl));
}

int vm_name_refused(const char *name)
{
	return fail(EXIT_USAGE, name, "a name has 1 to %d letters, digits, dots, dashes and"
		    " underscores, and begins with a letter or digit", INSULA_NAME_MAX);
}

int vm_failed(const struct nl *nl, const char *name)
{
	int status = EXIT_FAILED;

	if (nl->status == -ENOENT || nl->status == -ENODEV)
		status = EXIT_NO_VM;
	else if (nl->status == -ENOSPC)
		status = EXIT_REFUSED;
	return fail(status, name, "%s", nl->error);
}
