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

static struct nla_policy vm_policy[INSULA_A_VM_MAX + 1] = {
	[INSULA_A_VM_ID] = { .type = NLA_U32 },
	[INSULA_A_VM_NAME] = { .type = NLA_STRING },
	[INSULA_A_VM_STATE] = { .type = NLA_U32 },
	[INSULA_A_VM_REASON] = { .type = NLA_STRING },
	[INSULA_A_VM_EXIT_CODE] = { .type = NLA_U32 },
	[INSULA_A_VM_CPUS] = { .type = NLA_U32 },
	[INSULA_A_VM_MEMORY] = { .type = NLA_U64 },
	[INSULA_A_VM_MEMORY_RESIDENT] = { .type = NLA_U64 },
	[INSULA_A_VM_DEBUG_EXIT] = { .type = NLA_FLAG },
	[INSULA_A_VM_ON_REBOOT] = { .type = NLA_U32 },
	[INSULA_A_VM_CPU_TIME] = { .type = NLA_U64 },
	[INSULA_A_VM_UPTIME] = { .type = NLA_U64 },
	[INSULA_A_VM_CONSOLE] = { .type = NLA_STRING },
	[INSULA_A_VM_BOOTS] = { .type = NLA_U32 },
	[INSULA_A_VM_EXITS] = { .type = NLA_NESTED },
};

static struct nla_policy exit_policy[INSULA_A_EXIT_MAX + 1] = {
	[INSULA_A_EXIT_REASON] = { .type = NLA_STRING },
	[INSULA_A_EXIT_COUNT] = { .type = NLA_U64 },
};

static uint32_t u32_or_0(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static uint64_t u64_or_0(struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static void copy_string(char *to, struct nlattr *attr, size_t size)
{
	if (attr)
		nla_strlcpy(to, attr, size);
}

static void parse_exits(struct nlattr *attrs, int len, struct vm *vm)
{
	struct nlattr *attr, *tb[INSULA_A_EXIT_MAX + 1];
	int rest;

	nla_for_each_attr(attr, attrs, len, rest) {
		struct vm_exit_count *exit;

		if (nla_type(attr) != INSULA_A_VM_EXITS || vm->nr_exits == VM_EXITS_MAX)
			continue;
		if (nla_parse_nested(tb, INSULA_A_EXIT_MAX, attr, exit_policy) ||
		    !tb[INSULA_A_EXIT_REASON])
			continue;
		exit = &vm->exits[vm->nr_exits++];
		copy_string(exit->reason, tb[INSULA_A_EXIT_REASON], sizeof(exit->reason));
		exit->count = u64_or_0(tb[INSULA_A_EXIT_COUNT]);
	}
}

void vm_parse(struct nlattr *attrs, int len, struct vm *vm)
{
	struct nlattr *tb[INSULA_A_VM_MAX + 1];

	memset(vm, 0, sizeof(*vm));
	if (nla_parse(tb, INSULA_A_VM_MAX, attrs, len, vm_policy))
		return;
	vm->id = u32_or_0(tb[INSULA_A_VM_ID]);
	copy_string(vm->name, tb[INSULA_A_VM_NAME], sizeof(vm->name));
	vm->state = u32_or_0(tb[INSULA_A_VM_STATE]);
	copy_string(vm->reason, tb[INSULA_A_VM_REASON], sizeof(vm->reason));
	vm->exit_code = u32_or_0(tb[INSULA_A_VM_EXIT_CODE]);
	vm->has_exit_code = !strcmp(vm->reason, VM_REASON_DEBUG_EXIT);
	vm->cpus = u32_or_0(tb[INSULA_A_VM_CPUS]);
	vm->memory = u64_or_0(tb[INSULA_A_VM_MEMORY]);
	vm->resident = u64_or_0(tb[INSULA_A_VM_MEMORY_RESIDENT]);
	vm->debug_exit = tb[INSULA_A_VM_DEBUG_EXIT];
	vm->on_reboot = u32_or_0(tb[INSULA_A_VM_ON_REBOOT]);
	vm->cpu_time = u64_or_0(tb[INSULA_A_VM_CPU_TIME]);
	vm->uptime = u64_or_0(tb[INSULA_A_VM_UPTIME]);
	copy_string(vm->console, tb[INSULA_A_VM_CONSOLE], sizeof(vm->console));
	vm->boots = u32_or_0(tb[INSULA_A_VM_BOOTS]);
	parse_exits(attrs, len, vm);
}

const char *vm_state_name(enum insula_vm_state state)
{
	switch (state) {
	case INSULA_VM_STATE_STOPPED:
		return "stopped";
	case INSULA_VM_STATE_RUNNING:
		return "running";
	case INSULA_VM_STATE_PAUSED:
		return "paused";
	case INSULA_VM_STATE_CRASHED:
		return "crashed";
	}
	return "unknown";
}

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

int vm_set_on_reboot(struct nl *nl, const char *name, enum insula_on_reboot on_reboot)
{
	struct nl_msg *msg = by_name(nl, INSULA_CMD_VM_SET, name);

	if (!msg)
		return nl->status;
	nla_put_u32(msg, INSULA_A_VM_ON_REBOOT, on_reboot);
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
