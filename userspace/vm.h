/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.h - VMs as the module tells of them, and what can be asked of it
 *
 * The only part of the tool, with vm-create.c and cmd-check.c, that knows
 * the protocol's attributes.
 */
#ifndef INSULA_VM_H
#define INSULA_VM_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/insula.h>

#include "nl.h"

#define VM_EXITS_MAX	64

/* Reasons that mean something to commands; the others are for people. */
#define VM_REASON_POWEROFF	"poweroff"
#define VM_REASON_DEBUG_EXIT	"debug-exit"

/**
 * struct vm_exit_count - how often the guest was left for one reason
 * @reason: its name
 * @count: how often
 */
struct vm_exit_count {
	char reason[32];
	uint64_t count;
};

/**
 * struct vm - a VM, or an event of one: what was not told of is zero
 * @id: number, never used twice
 * @name: name
 * @state: state
 * @reason: why it is in that state, or ""
 * @exit_code: of a guest that ended itself by debug-exit
 * @has_exit_code: it did
 * @cpus: number of vCPUs
 * @memory: RAM in bytes
 * @resident: bytes of it that the host has in use
 * @debug_exit: it has the debug-exit port
 * @on_reboot: what a guest's reboot does
 * @cpu_time: ns, of all vCPUs
 * @uptime: ns since its start
 * @console: path of the console's tty
 * @boots: how often it was started or rebooted
 * @exits: exits by reason
 * @nr_exits: how many reasons
 */
struct vm {
	uint32_t id;
	char name[INSULA_NAME_MAX + 1];
	enum insula_vm_state state;
	char reason[INSULA_REASON_MAX + 1];
	uint32_t exit_code;
	bool has_exit_code;
	uint32_t cpus;
	uint64_t memory;
	uint64_t resident;
	bool debug_exit;
	enum insula_on_reboot on_reboot;
	uint64_t cpu_time;
	uint64_t uptime;
	char console[64];
	uint32_t boots;
	struct vm_exit_count exits[VM_EXITS_MAX];
	unsigned int nr_exits;
};

/**
 * vm_parse() - read the attributes of a VM or an event
 * @attrs: the first one
 * @len: bytes of attributes
 * @vm: filled in
 *
 * Attributes that are unknown or malformed are passed over.
 */
void vm_parse(struct nlattr *attrs, int len, struct vm *vm);

/**
 * vm_state_name() - a state as users know it
 * @state: the state
 *
 * Return: a word, "unknown" for a state of a later module.
 */
const char *vm_state_name(enum insula_vm_state state);

/**
 * vm_get() - ask for a VM by name
 * @nl: a connection
 * @name: its name
 * @vm: filled in
 *
 * Return: 0 or -errno; -ENOENT: no such VM.
 */
int vm_get(struct nl *nl, const char *name, struct vm *vm);

/**
 * vm_get_id() - ask for a VM by number
 * @nl: a connection
 * @id: its number; no other VM will ever have it
 * @vm: filled in
 *
 * Return: 0 or -errno; -ENOENT: no such VM.
 */
int vm_get_id(struct nl *nl, uint32_t id, struct vm *vm);

/**
 * vm_dump() - ask for all VMs
 * @nl: a connection
 * @vms: set to an array in the order of names, to be freed; also after an
 *	error
 * @nr: set to how many
 *
 * Return: 0 or -errno.
 */
int vm_dump(struct nl *nl, struct vm **vms, size_t *nr);

/**
 * vm_action() - have something done to a VM
 * @nl: a connection
 * @name: its name
 * @action: what; it is done when this returns, but for a shutdown: that is
 *	only the press of a button
 *
 * Return: 0 or -errno.
 */
int vm_action(struct nl *nl, const char *name, enum insula_action action);

/**
 * vm_action_id() - the same by number
 * @nl: a connection
 * @id: its number
 * @action: what
 *
 * Return: 0 or -errno.
 */
int vm_action_id(struct nl *nl, uint32_t id, enum insula_action action);

/**
 * vm_destroy() - stop a VM and forget it
 * @nl: a connection
 * @name: its name
 *
 * Return: 0 or -errno.
 */
int vm_destroy(struct nl *nl, const char *name);

/**
 * vm_destroy_id() - the same by number
 * @nl: a connection
 * @id: its number
 *
 * Return: 0 or -errno.
 */
int vm_destroy_id(struct nl *nl, uint32_t id);

/**
 * vm_set_on_reboot() - change what a guest's reboot does
 * @nl: a connection
 * @name: name of the VM
 * @on_reboot: what it does
 *
 * Return: 0 or -errno.
 */
int vm_set_on_reboot(struct nl *nl, const char *name, enum insula_on_reboot on_reboot);

/**
 * vm_connect() - module_open(), and tell of what went wrong
 * @nl: filled in
 *
 * Return: an exit status, EXIT_DONE when connected.
 */
int vm_connect(struct nl *nl);

/**
 * vm_connect_events() - module_open_events(), and tell of what went wrong
 * @nl: filled in
 *
 * Return: an exit status, EXIT_DONE when connected.
 */
int vm_connect_events(struct nl *nl);

/**
 * vm_name_refused() - tell what names there may be
 * @name: one that vm_name_valid() did not like
 *
 * Return: the exit status for it.
 */
int vm_name_refused(const char *name);

/**
 * vm_failed() - tell of the last error
 * @nl: the connection it happened on
 * @name: the VM
 *
 * Return: the exit status for it.
 */
int vm_failed(const struct nl *nl, const char *name);

#endif
