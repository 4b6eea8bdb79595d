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
#include <insula/latency.h>

#include "nl.h"
#include "vm-args.h"

#define VM_EXITS_MAX	64
#define VM_AFFINITY_MAX	4096
#define VM_PATH_MAX	512

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
 * struct vm_sched - what came of CPU time
 * @received: ns that vCPUs ran
 * @waiting: ns that they could have run, and others did
 * @throttled: ns that they could have run but for the cap
 * @taken: ns that the host took from them
 * @switches: how often they were given a CPU
 * @migrations: how often that was another one than before
 * @wakes: how often they woke up
 * @latency: these by the time until they ran: see insula_latency_ns()
 */
struct vm_sched {
	uint64_t received;
	uint64_t waiting;
	uint64_t throttled;
	uint64_t taken;
	uint64_t switches;
	uint64_t migrations;
	uint64_t wakes;
	uint32_t latency[INSULA_LATENCIES];
};

/**
 * vm_steal() - time that vCPUs wanted to run and did not
 * @sched: of a VM or a vCPU
 *
 * Return: ns.
 */
static inline uint64_t vm_steal(const struct vm_sched *sched)
{
	return sched->waiting + sched->throttled + sched->taken;
}

/**
 * struct vm_vcpu - a vCPU of a VM that is switched on
 * @index: from 0
 * @state: what it is doing
 * @cpu: the host's CPU, on which it runs or ran last
 * @sched: since the VM was switched on
 */
struct vm_vcpu {
	uint32_t index;
	enum insula_vcpu_state state;
	uint32_t cpu;
	struct vm_sched sched;
};

/**
 * struct vm_disk - a disk; what was counted, since the VM was made
 * @path: of its file, as it is called now
 * @serial: its serial number, or ""
 * @ro: the guest may not write to it
 * @size: bytes
 * @reads: how often the guest read from it
 * @read_bytes: how much
 * @writes: how often it wrote to it
 * @write_bytes: how much
 * @flushes: how often it had all brought onto the medium
 * @discards: how often it gave a range back, or had it filled with zeroes
 * @errors: requests that failed
 * @inflight: requests that are not finished
 */
struct vm_disk {
	char path[VM_PATH_MAX];
	char serial[INSULA_SERIAL_MAX + 1];
	bool ro;
	uint64_t size;
	uint64_t reads;
	uint64_t read_bytes;
	uint64_t writes;
	uint64_t write_bytes;
	uint64_t flushes;
	uint64_t discards;
	uint64_t errors;
	uint32_t inflight;
};

/**
 * struct vm_nic - a nic; what was counted, since the VM was made
 * @name: of the host's end
 * @ifindex: its number, 0: there is none
 * @mac: address of the guest's end
 * @link: the guest's driver is up
 * @rx_packets: to the guest, as the next two
 * @rx_bytes: how much
 * @rx_dropped: how many did not get there
 * @tx_packets: from the guest, as the next two
 * @tx_bytes: how much
 * @tx_dropped: how many went no further
 */
struct vm_nic {
	char name[INSULA_NIC_NAME_MAX + 1];
	uint32_t ifindex;
	uint8_t mac[MAC_BYTES];
	bool link;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_dropped;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_dropped;
};

/* What a guest tells of its memory, in the order of its attributes. */
enum vm_balloon_stat {
	BALLOON_SWAP_IN,
	BALLOON_SWAP_OUT,
	BALLOON_MAJOR_FAULTS,
	BALLOON_MINOR_FAULTS,
	BALLOON_FREE,
	BALLOON_TOTAL,
	BALLOON_AVAILABLE,
	BALLOON_CACHES,
	BALLOON_HUGETLB_ALLOCS,
	BALLOON_HUGETLB_FAILURES,
	NR_BALLOON_STATS
};

/**
 * struct vm_balloon - RAM that a guest gives up
 * @target: bytes that it is to give up
 * @actual: bytes that it says it has
 * @reported: bytes of free pages that the host was given since the VM was made
 * @has_stats: it has told what follows
 * @stats_age: when, in ns before now
 * @has_stat: by enum vm_balloon_stat: it has told this one
 * @stat: bytes, or numbers
 */
struct vm_balloon {
	uint64_t target;
	uint64_t actual;
	uint64_t reported;
	bool has_stats;
	uint64_t stats_age;
	bool has_stat[NR_BALLOON_STATS];
	uint64_t stat[NR_BALLOON_STATS];
};

/**
 * struct vm_ram - what came of RAM, in bytes
 * @target: what the VM may have now
 * @entitled: what it is due, if the host is short
 * @idle: what it has and does not use, by an estimate
 * @demoted: taken without the guest's help, since the VM was made
 * @returned: touched again after that
 * @tables: what the tables take that map it
 */
struct vm_ram {
	uint64_t target;
	uint64_t entitled;
	uint64_t idle;
	uint64_t demoted;
	uint64_t returned;
	uint64_t tables;
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
 * @memory_target: bytes of it that the guest is to do with
 * @resident: bytes of it that the host has in use
 * @debug_exit: it has the debug-exit port
 * @on_reboot: what a guest's reboot does
 * @cpu_time: ns, of all vCPUs
 * @uptime: ns since its start
 * @console: path of the console's tty
 * @boots: how often it was started or rebooted
 * @cpu_shares: weight among VMs that compete for CPUs
 * @cpu_min: guarantee, in percent of one CPU
 * @cpu_max: cap, in percent of one CPU; 0: none
 * @cpu_lacking: how much of the guarantee cannot be kept, in percent of one CPU
 * @cpu_affinity: list of the host's CPUs that it may use
 * @cpu_entitled: ns that it was due
 * @memory_min: guaranteed RAM in bytes
 * @memory_shares: weight among VMs when RAM is short
 * @ram: what came of RAM
 * @sched: of all vCPUs together, since the VM was made
 * @exits: exits by reason
 * @nr_exits: how many reasons
 * @disks: its disks
 * @nr_disks: how many
 * @nics: its nics
 * @nr_nics: how many
 * @has_balloon: what follows was told
 * @balloon: its balloon
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
	uint64_t memory_target;
	uint64_t resident;
	bool debug_exit;
	enum insula_on_reboot on_reboot;
	uint64_t cpu_time;
	uint64_t uptime;
	char console[64];
	uint32_t boots;
	uint32_t cpu_shares;
	uint32_t cpu_min;
	uint32_t cpu_max;
	uint32_t cpu_lacking;
	char cpu_affinity[VM_AFFINITY_MAX];
	uint64_t cpu_entitled;
	uint64_t memory_min;
	uint32_t memory_shares;
	struct vm_ram ram;
	struct vm_sched sched;
	struct vm_exit_count exits[VM_EXITS_MAX];
	unsigned int nr_exits;
	struct vm_disk disks[INSULA_DISKS_MAX];
	unsigned int nr_disks;
	struct vm_nic nics[INSULA_NICS_MAX];
	unsigned int nr_nics;
	bool has_balloon;
	struct vm_balloon balloon;
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
 * vm_parse_vcpus() - read what a message tells of vCPUs
 * @attrs: the first attribute
 * @len: bytes of attributes
 * @vcpus: filled in
 *
 * Return: how many there are.
 */
size_t vm_parse_vcpus(struct nlattr *attrs, int len, struct vm_vcpu vcpus[GUEST_MAX_CPUS]);

/**
 * vm_state_name() - a state as users know it
 * @state: the state
 *
 * Return: a word, "unknown" for a state of a later module.
 */
const char *vm_state_name(enum insula_vm_state state);

/**
 * vcpu_state_name() - a vCPU's state as users know it
 * @state: the state
 *
 * Return: a word, "unknown" for a state of a later module.
 */
const char *vcpu_state_name(enum insula_vcpu_state state);

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
 * vm_get_vcpus() - ask for a VM and its vCPUs by name
 * @nl: a connection
 * @name: its name
 * @vm: filled in
 * @vcpus: filled in
 * @nr: set to how many they are; none while it is switched off
 *
 * Return: 0 or -errno; -ENOENT: no such VM.
 */
int vm_get_vcpus(struct nl *nl, const char *name, struct vm *vm,
		 struct vm_vcpu vcpus[GUEST_MAX_CPUS], size_t *nr);

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
 * vm_put_settings() - put the settings that can be changed into a request
 * @msg: to create a VM, or to change one
 * @args: those that were given count
 */
void vm_put_settings(struct nl_msg *msg, const struct vm_args *args);

/**
 * vm_set() - change settings, all that were given or none
 * @nl: a connection
 * @name: name of the VM
 * @args: what was given
 *
 * Return: 0 or -errno; -ENOSPC: no CPU time is left for that guarantee.
 */
int vm_set(struct nl *nl, const char *name, const struct vm_args *args);

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
