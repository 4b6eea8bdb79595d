// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-parse.c - the attributes of VMs, of their events, vCPUs, disks, nics and balloons
 */
#include "vm.h"

#include <string.h>

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
	[INSULA_A_VM_CPU_SHARES] = { .type = NLA_U32 },
	[INSULA_A_VM_CPU_MIN] = { .type = NLA_U32 },
	[INSULA_A_VM_CPU_MAX] = { .type = NLA_U32 },
	[INSULA_A_VM_CPU_AFFINITY] = { .type = NLA_STRING },
	[INSULA_A_VM_CPU_ENTITLED] = { .type = NLA_U64 },
	[INSULA_A_VM_SCHED] = { .type = NLA_NESTED },
	[INSULA_A_VM_VCPU] = { .type = NLA_NESTED },
	[INSULA_A_VM_CPU_LACKING] = { .type = NLA_U32 },
	[INSULA_A_VM_DISK] = { .type = NLA_NESTED },
	[INSULA_A_VM_NIC] = { .type = NLA_NESTED },
	[INSULA_A_VM_MEMORY_TARGET] = { .type = NLA_U64 },
	[INSULA_A_VM_BALLOON] = { .type = NLA_NESTED },
	[INSULA_A_VM_MEMORY_MIN] = { .type = NLA_U64 },
	[INSULA_A_VM_MEMORY_SHARES] = { .type = NLA_U32 },
	[INSULA_A_VM_RAM] = { .type = NLA_NESTED },
};

static struct nla_policy ram_policy[INSULA_A_RAM_MAX + 1] = {
	[INSULA_A_RAM_TARGET] = { .type = NLA_U64 },
	[INSULA_A_RAM_ENTITLED] = { .type = NLA_U64 },
	[INSULA_A_RAM_IDLE] = { .type = NLA_U64 },
	[INSULA_A_RAM_DEMOTED] = { .type = NLA_U64 },
	[INSULA_A_RAM_RETURNED] = { .type = NLA_U64 },
	[INSULA_A_RAM_TABLES] = { .type = NLA_U64 },
};

static struct nla_policy exit_policy[INSULA_A_EXIT_MAX + 1] = {
	[INSULA_A_EXIT_REASON] = { .type = NLA_STRING },
	[INSULA_A_EXIT_COUNT] = { .type = NLA_U64 },
};

static struct nla_policy sched_policy[INSULA_A_SCHED_MAX + 1] = {
	[INSULA_A_SCHED_RECEIVED] = { .type = NLA_U64 },
	[INSULA_A_SCHED_WAITING] = { .type = NLA_U64 },
	[INSULA_A_SCHED_THROTTLED] = { .type = NLA_U64 },
	[INSULA_A_SCHED_TAKEN] = { .type = NLA_U64 },
	[INSULA_A_SCHED_SWITCHES] = { .type = NLA_U64 },
	[INSULA_A_SCHED_MIGRATIONS] = { .type = NLA_U64 },
	[INSULA_A_SCHED_WAKES] = { .type = NLA_U64 },
	[INSULA_A_SCHED_LATENCY] = { .minlen = sizeof(uint32_t[INSULA_LATENCIES]) },
};

static struct nla_policy vcpu_policy[INSULA_A_VCPU_MAX + 1] = {
	[INSULA_A_VCPU_INDEX] = { .type = NLA_U32 },
	[INSULA_A_VCPU_STATE] = { .type = NLA_U32 },
	[INSULA_A_VCPU_CPU] = { .type = NLA_U32 },
	[INSULA_A_VCPU_SCHED] = { .type = NLA_NESTED },
};

static struct nla_policy disk_policy[INSULA_A_DISK_MAX + 1] = {
	[INSULA_A_DISK_PATH] = { .type = NLA_STRING },
	[INSULA_A_DISK_SERIAL] = { .type = NLA_STRING },
	[INSULA_A_DISK_RO] = { .type = NLA_FLAG },
	[INSULA_A_DISK_SIZE] = { .type = NLA_U64 },
	[INSULA_A_DISK_READS] = { .type = NLA_U64 },
	[INSULA_A_DISK_READ_BYTES] = { .type = NLA_U64 },
	[INSULA_A_DISK_WRITES] = { .type = NLA_U64 },
	[INSULA_A_DISK_WRITE_BYTES] = { .type = NLA_U64 },
	[INSULA_A_DISK_FLUSHES] = { .type = NLA_U64 },
	[INSULA_A_DISK_DISCARDS] = { .type = NLA_U64 },
	[INSULA_A_DISK_ERRORS] = { .type = NLA_U64 },
	[INSULA_A_DISK_INFLIGHT] = { .type = NLA_U32 },
};

static struct nla_policy nic_policy[INSULA_A_NIC_MAX + 1] = {
	[INSULA_A_NIC_NAME] = { .type = NLA_STRING },
	[INSULA_A_NIC_MAC] = { .minlen = MAC_BYTES, .maxlen = MAC_BYTES },
	[INSULA_A_NIC_IFINDEX] = { .type = NLA_U32 },
	[INSULA_A_NIC_LINK] = { .type = NLA_FLAG },
	[INSULA_A_NIC_RX_PACKETS] = { .type = NLA_U64 },
	[INSULA_A_NIC_RX_BYTES] = { .type = NLA_U64 },
	[INSULA_A_NIC_RX_DROPPED] = { .type = NLA_U64 },
	[INSULA_A_NIC_TX_PACKETS] = { .type = NLA_U64 },
	[INSULA_A_NIC_TX_BYTES] = { .type = NLA_U64 },
	[INSULA_A_NIC_TX_DROPPED] = { .type = NLA_U64 },
};

static struct nla_policy balloon_policy[INSULA_A_BALLOON_MAX + 1] = {
	[INSULA_A_BALLOON_TARGET] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_ACTUAL] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_REPORTED] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_STATS_AGE] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_SWAP_IN] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_SWAP_OUT] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_MAJOR_FAULTS] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_MINOR_FAULTS] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_FREE] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_TOTAL] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_AVAILABLE] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_CACHES] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_HUGETLB_ALLOCS] = { .type = NLA_U64 },
	[INSULA_A_BALLOON_HUGETLB_FAILURES] = { .type = NLA_U64 },
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

static void parse_disk(struct nlattr *nest, struct vm *vm)
{
	struct nlattr *tb[INSULA_A_DISK_MAX + 1];
	struct vm_disk *disk = &vm->disks[vm->nr_disks];

	if (vm->nr_disks == INSULA_DISKS_MAX ||
	    nla_parse_nested(tb, INSULA_A_DISK_MAX, nest, disk_policy))
		return;
	copy_string(disk->path, tb[INSULA_A_DISK_PATH], sizeof(disk->path));
	copy_string(disk->serial, tb[INSULA_A_DISK_SERIAL], sizeof(disk->serial));
	disk->ro = tb[INSULA_A_DISK_RO];
	disk->size = u64_or_0(tb[INSULA_A_DISK_SIZE]);
	disk->reads = u64_or_0(tb[INSULA_A_DISK_READS]);
	disk->read_bytes = u64_or_0(tb[INSULA_A_DISK_READ_BYTES]);
	disk->writes = u64_or_0(tb[INSULA_A_DISK_WRITES]);
	disk->write_bytes = u64_or_0(tb[INSULA_A_DISK_WRITE_BYTES]);
	disk->flushes = u64_or_0(tb[INSULA_A_DISK_FLUSHES]);
	disk->discards = u64_or_0(tb[INSULA_A_DISK_DISCARDS]);
	disk->errors = u64_or_0(tb[INSULA_A_DISK_ERRORS]);
	disk->inflight = u32_or_0(tb[INSULA_A_DISK_INFLIGHT]);
	vm->nr_disks++;
}

static void parse_nic(struct nlattr *nest, struct vm *vm)
{
	struct nlattr *tb[INSULA_A_NIC_MAX + 1];
	struct vm_nic *nic = &vm->nics[vm->nr_nics];

	if (vm->nr_nics == INSULA_NICS_MAX ||
	    nla_parse_nested(tb, INSULA_A_NIC_MAX, nest, nic_policy))
		return;
	copy_string(nic->name, tb[INSULA_A_NIC_NAME], sizeof(nic->name));
	if (tb[INSULA_A_NIC_MAC])
		nla_memcpy(nic->mac, tb[INSULA_A_NIC_MAC], sizeof(nic->mac));
	nic->ifindex = u32_or_0(tb[INSULA_A_NIC_IFINDEX]);
	nic->link = tb[INSULA_A_NIC_LINK];
	nic->rx_packets = u64_or_0(tb[INSULA_A_NIC_RX_PACKETS]);
	nic->rx_bytes = u64_or_0(tb[INSULA_A_NIC_RX_BYTES]);
	nic->rx_dropped = u64_or_0(tb[INSULA_A_NIC_RX_DROPPED]);
	nic->tx_packets = u64_or_0(tb[INSULA_A_NIC_TX_PACKETS]);
	nic->tx_bytes = u64_or_0(tb[INSULA_A_NIC_TX_BYTES]);
	nic->tx_dropped = u64_or_0(tb[INSULA_A_NIC_TX_DROPPED]);
	vm->nr_nics++;
}

static void parse_devices(struct nlattr *attrs, int len, struct vm *vm)
{
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, len, rest) {
		if (nla_type(attr) == INSULA_A_VM_DISK)
			parse_disk(attr, vm);
		else if (nla_type(attr) == INSULA_A_VM_NIC)
			parse_nic(attr, vm);
	}
}

static void parse_balloon(struct nlattr *nest, struct vm *vm)
{
	struct nlattr *tb[INSULA_A_BALLOON_MAX + 1];
	struct vm_balloon *balloon = &vm->balloon;

	if (!nest || nla_parse_nested(tb, INSULA_A_BALLOON_MAX, nest, balloon_policy))
		return;
	vm->has_balloon = true;
	balloon->target = u64_or_0(tb[INSULA_A_BALLOON_TARGET]);
	balloon->actual = u64_or_0(tb[INSULA_A_BALLOON_ACTUAL]);
	balloon->reported = u64_or_0(tb[INSULA_A_BALLOON_REPORTED]);
	balloon->has_stats = tb[INSULA_A_BALLOON_STATS_AGE];
	balloon->stats_age = u64_or_0(tb[INSULA_A_BALLOON_STATS_AGE]);
	for (int i = 0; i < NR_BALLOON_STATS; i++) {
		balloon->has_stat[i] = tb[INSULA_A_BALLOON_SWAP_IN + i];
		balloon->stat[i] = u64_or_0(tb[INSULA_A_BALLOON_SWAP_IN + i]);
	}
}

static void parse_sched(struct nlattr *nest, struct vm_sched *sched)
{
	struct nlattr *tb[INSULA_A_SCHED_MAX + 1];

	if (!nest || nla_parse_nested(tb, INSULA_A_SCHED_MAX, nest, sched_policy))
		return;
	sched->received = u64_or_0(tb[INSULA_A_SCHED_RECEIVED]);
	sched->waiting = u64_or_0(tb[INSULA_A_SCHED_WAITING]);
	sched->throttled = u64_or_0(tb[INSULA_A_SCHED_THROTTLED]);
	sched->taken = u64_or_0(tb[INSULA_A_SCHED_TAKEN]);
	sched->switches = u64_or_0(tb[INSULA_A_SCHED_SWITCHES]);
	sched->migrations = u64_or_0(tb[INSULA_A_SCHED_MIGRATIONS]);
	sched->wakes = u64_or_0(tb[INSULA_A_SCHED_WAKES]);
	if (tb[INSULA_A_SCHED_LATENCY])
		nla_memcpy(sched->latency, tb[INSULA_A_SCHED_LATENCY], sizeof(sched->latency));
}

static void parse_cpu_settings(struct nlattr **tb, struct vm *vm)
{
	vm->cpu_shares = u32_or_0(tb[INSULA_A_VM_CPU_SHARES]);
	vm->cpu_min = u32_or_0(tb[INSULA_A_VM_CPU_MIN]);
	vm->cpu_max = u32_or_0(tb[INSULA_A_VM_CPU_MAX]);
	vm->cpu_lacking = u32_or_0(tb[INSULA_A_VM_CPU_LACKING]);
	copy_string(vm->cpu_affinity, tb[INSULA_A_VM_CPU_AFFINITY], sizeof(vm->cpu_affinity));
}

static void parse_ram(struct nlattr **vm_tb, struct vm *vm)
{
	struct nlattr *attr = vm_tb[INSULA_A_VM_RAM], *tb[INSULA_A_RAM_MAX + 1];

	vm->memory_min = u64_or_0(vm_tb[INSULA_A_VM_MEMORY_MIN]);
	vm->memory_shares = u32_or_0(vm_tb[INSULA_A_VM_MEMORY_SHARES]);
	if (!attr || nla_parse_nested(tb, INSULA_A_RAM_MAX, attr, ram_policy))
		return;
	vm->ram.target = u64_or_0(tb[INSULA_A_RAM_TARGET]);
	vm->ram.entitled = u64_or_0(tb[INSULA_A_RAM_ENTITLED]);
	vm->ram.idle = u64_or_0(tb[INSULA_A_RAM_IDLE]);
	vm->ram.demoted = u64_or_0(tb[INSULA_A_RAM_DEMOTED]);
	vm->ram.returned = u64_or_0(tb[INSULA_A_RAM_RETURNED]);
	vm->ram.tables = u64_or_0(tb[INSULA_A_RAM_TABLES]);
}

size_t vm_parse_vcpus(struct nlattr *attrs, int len, struct vm_vcpu vcpus[GUEST_MAX_CPUS])
{
	struct nlattr *attr, *tb[INSULA_A_VCPU_MAX + 1];
	size_t nr = 0;
	int rest;

	nla_for_each_attr(attr, attrs, len, rest) {
		struct vm_vcpu *vcpu = &vcpus[nr];

		if (nla_type(attr) != INSULA_A_VM_VCPU || nr == GUEST_MAX_CPUS)
			continue;
		if (nla_parse_nested(tb, INSULA_A_VCPU_MAX, attr, vcpu_policy))
			continue;
		memset(vcpu, 0, sizeof(*vcpu));
		vcpu->index = u32_or_0(tb[INSULA_A_VCPU_INDEX]);
		vcpu->state = u32_or_0(tb[INSULA_A_VCPU_STATE]);
		vcpu->cpu = u32_or_0(tb[INSULA_A_VCPU_CPU]);
		parse_sched(tb[INSULA_A_VCPU_SCHED], &vcpu->sched);
		nr++;
	}
	return nr;
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
	vm->memory_target = u64_or_0(tb[INSULA_A_VM_MEMORY_TARGET]);
	vm->resident = u64_or_0(tb[INSULA_A_VM_MEMORY_RESIDENT]);
	vm->debug_exit = tb[INSULA_A_VM_DEBUG_EXIT];
	vm->on_reboot = u32_or_0(tb[INSULA_A_VM_ON_REBOOT]);
	vm->cpu_time = u64_or_0(tb[INSULA_A_VM_CPU_TIME]);
	vm->uptime = u64_or_0(tb[INSULA_A_VM_UPTIME]);
	copy_string(vm->console, tb[INSULA_A_VM_CONSOLE], sizeof(vm->console));
	vm->boots = u32_or_0(tb[INSULA_A_VM_BOOTS]);
	vm->cpu_entitled = u64_or_0(tb[INSULA_A_VM_CPU_ENTITLED]);
	parse_cpu_settings(tb, vm);
	parse_ram(tb, vm);
	parse_sched(tb[INSULA_A_VM_SCHED], &vm->sched);
	parse_exits(attrs, len, vm);
	parse_devices(attrs, len, vm);
	parse_balloon(tb[INSULA_A_VM_BALLOON], vm);
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

const char *vcpu_state_name(enum insula_vcpu_state state)
{
	switch (state) {
	case INSULA_VCPU_STATE_ASLEEP:
		return "asleep";
	case INSULA_VCPU_STATE_WAITING:
		return "waiting";
	case INSULA_VCPU_STATE_RUNNING:
		return "running";
	case INSULA_VCPU_STATE_THROTTLED:
		return "throttled";
	}
	return "unknown";
}
