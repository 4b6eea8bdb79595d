// SPDX-License-Identifier: GPL-2.0-only
/*
 * reply.c - what the module knows, as attributes of a netlink message
 *
 * Copies values out; decides nothing.
 */
#include <linux/cpumask.h>
#include <linux/module.h>
#include "../cpu/host.h"
#include "family.h"
#include "reply.h"

/* A host_fact with the mark of absence. */
#define FACT_TEXT 96

/*
 * As text: a comma or a dash for each number, of which there are two for three CPUs at most
 * ("0-1,3-4"), and none has more than five digits.
 */
#define AFFINITY_TEXT (4 * nr_cpu_ids + 8)

/* struct sched_stats, and a vCPU with it */
#define SCHED_ATTRS nla_total_size(7 * nla_total_size_64bit(sizeof(u64)) + \
				   nla_total_size(sizeof_field(struct sched_stats, latency)))
#define VCPU_ATTRS nla_total_size(3 * nla_total_size(sizeof(u32)) + SCHED_ATTRS)

/* struct disk_info and struct nic_info */
#define DISK_ATTRS nla_total_size(nla_total_size(sizeof_field(struct disk_info, path)) + \
				  nla_total_size(sizeof_field(struct disk_info, serial)) + \
				  nla_total_size(0) + nla_total_size(sizeof(u32)) + \
				  8 * nla_total_size_64bit(sizeof(u64)))
#define NIC_ATTRS nla_total_size(nla_total_size(sizeof_field(struct nic_info, name)) + \
				 nla_total_size(sizeof_field(struct nic_info, mac)) + \
				 nla_total_size(0) + nla_total_size(sizeof(u32)) + \
				 6 * nla_total_size_64bit(sizeof(u64)))

/* struct reclaim_info */
#define RAM_ATTRS nla_total_size(5 * nla_total_size_64bit(sizeof(u64)))

/* struct balloon_info */
#define BALLOON_ATTRS nla_total_size((4 + VM_BALLOON_STATS) * nla_total_size_64bit(sizeof(u64)))

size_t reply_vm_size(u32 vcpus)
{
	return GENLMSG_DEFAULT_SIZE + nla_total_size(AFFINITY_TEXT) + vcpus * VCPU_ATTRS +
	       INSULA_DISKS_MAX * DISK_ATTRS + INSULA_NICS_MAX * NIC_ATTRS + BALLOON_ATTRS +
	       RAM_ATTRS;
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, INSULA_A_VM_PAD);
}

/* A text that may be missing: no attribute then. */
static int put_text(struct sk_buff *skb, int type, const char *text)
{
	return text && *text ? nla_put_string(skb, type, text) : 0;
}

int reply_put_identity(struct sk_buff *skb, const struct vm_info *vm)
{
	if (nla_put_u32(skb, INSULA_A_VM_ID, vm->id) ||
	    nla_put_string(skb, INSULA_A_VM_NAME, vm->name) ||
	    put_text(skb, INSULA_A_VM_CONSOLE, vm->console))
		return -EMSGSIZE;
	return 0;
}

/* What events are about. */
static int put_state(struct sk_buff *skb, const struct vm_info *vm)
{
	if (nla_put_u32(skb, INSULA_A_VM_STATE, vm->state) ||
	    put_text(skb, INSULA_A_VM_REASON, vm->reason) ||
	    nla_put_u32(skb, INSULA_A_VM_EXIT_CODE, vm->exit_code) ||
	    nla_put_u32(skb, INSULA_A_VM_CPU_LACKING, vm->cpu_lacking))
		return -EMSGSIZE;
	return 0;
}

static int put_ram_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, INSULA_A_RAM_PAD);
}

static int put_ram(struct sk_buff *skb, const struct reclaim_info *ram)
{
	struct nlattr *nest = nla_nest_start(skb, INSULA_A_VM_RAM);

	if (!nest || put_ram_u64(skb, INSULA_A_RAM_TARGET, ram->target) ||
	    put_ram_u64(skb, INSULA_A_RAM_ENTITLED, ram->entitled) ||
	    put_ram_u64(skb, INSULA_A_RAM_IDLE, ram->idle) ||
	    put_ram_u64(skb, INSULA_A_RAM_DEMOTED, ram->demoted) ||
	    put_ram_u64(skb, INSULA_A_RAM_RETURNED, ram->returned) ||
	    put_ram_u64(skb, INSULA_A_RAM_TABLES, ram->tables))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int reply_put_event(struct sk_buff *skb, const struct vm_info *vm)
{
	if (nla_put_u32(skb, INSULA_A_VM_ID, vm->id) ||
	    nla_put_string(skb, INSULA_A_VM_NAME, vm->name) ||
	    put_state(skb, vm) ||
	    put_u64(skb, INSULA_A_VM_MEMORY_TARGET, vm->settings.memory.target ?: vm->memory) ||
	    put_ram(skb, &vm->ram))
		return -EMSGSIZE;
	return 0;
}

static int put_affinity(struct sk_buff *skb, const struct cpumask *affinity)
{
	int len = snprintf(NULL, 0, "%*pbl", cpumask_pr_args(affinity)) + 1;
	struct nlattr *attr = nla_reserve(skb, INSULA_A_VM_CPU_AFFINITY, len);

	if (!attr)
		return -EMSGSIZE;
	snprintf(nla_data(attr), len, "%*pbl", cpumask_pr_args(affinity));
	return 0;
}

static int put_cpu_settings(struct sk_buff *skb, const struct vm_cpu *cpu)
{
	if (nla_put_u32(skb, INSULA_A_VM_CPU_SHARES, cpu->shares) ||
	    nla_put_u32(skb, INSULA_A_VM_CPU_MIN, cpu->min) ||
	    nla_put_u32(skb, INSULA_A_VM_CPU_MAX, cpu->max) || put_affinity(skb, &cpu->affinity))
		return -EMSGSIZE;
	return 0;
}

static int put_settings(struct sk_buff *skb, const struct vm_info *vm)
{
	if (put_cpu_settings(skb, &vm->settings.cpu) ||
	    put_u64(skb, INSULA_A_VM_MEMORY_MIN, vm->settings.memory.min) ||
	    nla_put_u32(skb, INSULA_A_VM_MEMORY_SHARES, vm->settings.memory.shares) ||
	    nla_put_u32(skb, INSULA_A_VM_CPUS, vm->cpus) ||
	    put_u64(skb, INSULA_A_VM_MEMORY, vm->memory) ||
	    put_u64(skb, INSULA_A_VM_MEMORY_TARGET, vm->settings.memory.target ?: vm->memory) ||
	    nla_put_u32(skb, INSULA_A_VM_ON_REBOOT, vm->settings.on_reboot) ||
	    (vm->debug_exit && nla_put_flag(skb, INSULA_A_VM_DEBUG_EXIT)))
		return -EMSGSIZE;
	return 0;
}

static int put_exit(struct sk_buff *skb, const char *reason, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, INSULA_A_VM_EXITS);

	if (!nest || nla_put_string(skb, INSULA_A_EXIT_REASON, reason) ||
	    nla_put_u64_64bit(skb, INSULA_A_EXIT_COUNT, count, INSULA_A_EXIT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_sched_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, INSULA_A_SCHED_PAD);
}

/* As attribute @type of what is being put: of a VM, of a vCPU. */
static int put_sched(struct sk_buff *skb, int type, const struct sched_stats *stats)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest || put_sched_u64(skb, INSULA_A_SCHED_RECEIVED, stats->received) ||
	    put_sched_u64(skb, INSULA_A_SCHED_WAITING, stats->waiting) ||
	    put_sched_u64(skb, INSULA_A_SCHED_THROTTLED, stats->throttled) ||
	    put_sched_u64(skb, INSULA_A_SCHED_TAKEN, stats->taken) ||
	    put_sched_u64(skb, INSULA_A_SCHED_SWITCHES, stats->switches) ||
	    put_sched_u64(skb, INSULA_A_SCHED_MIGRATIONS, stats->migrations) ||
	    put_sched_u64(skb, INSULA_A_SCHED_WAKES, stats->wakes) ||
	    nla_put(skb, INSULA_A_SCHED_LATENCY, sizeof(stats->latency), stats->latency))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counts(struct sk_buff *skb, const struct vm_info *vm)
{
	const char *reason;
	unsigned int i;

	if (put_u64(skb, INSULA_A_VM_MEMORY_RESIDENT, vm->memory_resident) ||
	    put_ram(skb, &vm->ram) ||
	    put_u64(skb, INSULA_A_VM_CPU_TIME, vm->sched.received) ||
	    put_u64(skb, INSULA_A_VM_CPU_ENTITLED, vm->cpu_entitled) ||
	    put_sched(skb, INSULA_A_VM_SCHED, &vm->sched) ||
	    put_u64(skb, INSULA_A_VM_UPTIME, vm->uptime) ||
	    nla_put_u32(skb, INSULA_A_VM_BOOTS, vm->boots))
		return -EMSGSIZE;
	for (i = 0; i < VM_EXIT_COUNTERS; i++) {
		reason = vm_exit_name(i);
		if (!reason)
			break;
		if (put_exit(skb, reason, vm->exits[i]))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_disk_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, INSULA_A_DISK_PAD);
}

static int put_disk(struct sk_buff *skb, const struct disk_info *disk)
{
	struct nlattr *nest = nla_nest_start(skb, INSULA_A_VM_DISK);

	if (!nest || put_text(skb, INSULA_A_DISK_PATH, disk->path) ||
	    put_text(skb, INSULA_A_DISK_SERIAL, disk->serial) ||
	    (disk->ro && nla_put_flag(skb, INSULA_A_DISK_RO)) ||
	    put_disk_u64(skb, INSULA_A_DISK_SIZE, disk->size) ||
	    put_disk_u64(skb, INSULA_A_DISK_READS, disk->reads) ||
	    put_disk_u64(skb, INSULA_A_DISK_READ_BYTES, disk->read_bytes) ||
	    put_disk_u64(skb, INSULA_A_DISK_WRITES, disk->writes) ||
	    put_disk_u64(skb, INSULA_A_DISK_WRITE_BYTES, disk->write_bytes) ||
	    put_disk_u64(skb, INSULA_A_DISK_FLUSHES, disk->flushes) ||
	    put_disk_u64(skb, INSULA_A_DISK_DISCARDS, disk->discards) ||
	    put_disk_u64(skb, INSULA_A_DISK_ERRORS, disk->errors) ||
	    nla_put_u32(skb, INSULA_A_DISK_INFLIGHT, disk->inflight))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_nic_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, INSULA_A_NIC_PAD);
}

static int put_nic(struct sk_buff *skb, const struct nic_info *nic)
{
	struct nlattr *nest = nla_nest_start(skb, INSULA_A_VM_NIC);

	if (!nest || put_text(skb, INSULA_A_NIC_NAME, nic->name) ||
	    nla_put(skb, INSULA_A_NIC_MAC, sizeof(nic->mac), nic->mac) ||
	    nla_put_u32(skb, INSULA_A_NIC_IFINDEX, nic->ifindex) ||
	    (nic->link && nla_put_flag(skb, INSULA_A_NIC_LINK)) ||
	    put_nic_u64(skb, INSULA_A_NIC_RX_PACKETS, nic->rx_packets) ||
	    put_nic_u64(skb, INSULA_A_NIC_RX_BYTES, nic->rx_bytes) ||
	    put_nic_u64(skb, INSULA_A_NIC_RX_DROPPED, nic->rx_dropped) ||
	    put_nic_u64(skb, INSULA_A_NIC_TX_PACKETS, nic->tx_packets) ||
	    put_nic_u64(skb, INSULA_A_NIC_TX_BYTES, nic->tx_bytes) ||
	    put_nic_u64(skb, INSULA_A_NIC_TX_DROPPED, nic->tx_dropped))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static_assert(INSULA_A_BALLOON_HUGETLB_FAILURES - INSULA_A_BALLOON_SWAP_IN == VM_BALLOON_STATS - 1);

/* The attributes of statistics follow each other as VIRTIO_BALLOON_S_* do. */
static int put_balloon_stats(struct sk_buff *skb, const struct balloon_info *balloon)
{
	unsigned int i;

	if (!balloon->stats)
		return 0;
	for (i = 0; i < VM_BALLOON_STATS; i++)
		if ((balloon->stats & BIT(i)) &&
		    nla_put_u64_64bit(skb, INSULA_A_BALLOON_SWAP_IN + i, balloon->stat[i],
				      INSULA_A_BALLOON_PAD))
			return -EMSGSIZE;
	return nla_put_u64_64bit(skb, INSULA_A_BALLOON_STATS_AGE, balloon->stats_age,
				 INSULA_A_BALLOON_PAD);
}

static int put_balloon(struct sk_buff *skb, const struct balloon_info *balloon)
{
	struct nlattr *nest = nla_nest_start(skb, INSULA_A_VM_BALLOON);

	if (!nest ||
	    nla_put_u64_64bit(skb, INSULA_A_BALLOON_TARGET, balloon->target,
			      INSULA_A_BALLOON_PAD) ||
	    nla_put_u64_64bit(skb, INSULA_A_BALLOON_ACTUAL, balloon->actual,
			      INSULA_A_BALLOON_PAD) ||
	    nla_put_u64_64bit(skb, INSULA_A_BALLOON_REPORTED, balloon->reported,
			      INSULA_A_BALLOON_PAD) ||
	    put_balloon_stats(skb, balloon))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_devices(struct sk_buff *skb, struct vm *vm)
{
	struct disk_info disk;
	struct nic_info nic;
	struct balloon_info balloon;
	unsigned int i;

	for (i = 0; vm_disk_info(vm, i, &disk); i++)
		if (put_disk(skb, &disk))
			return -EMSGSIZE;
	for (i = 0; vm_nic_info(vm, i, &nic); i++)
		if (put_nic(skb, &nic))
			return -EMSGSIZE;
	if (vm_balloon_info(vm, &balloon) && put_balloon(skb, &balloon))
		return -EMSGSIZE;
	return 0;
}

int reply_put_vm(struct sk_buff *skb, struct vm *vm, const struct vm_info *info)
{
	if (reply_put_identity(skb, info) || put_state(skb, info) || put_settings(skb, info) ||
	    put_counts(skb, info) || put_devices(skb, vm))
		return -EMSGSIZE;
	return 0;
}

static enum insula_vcpu_state vcpu_state(enum sched_state state)
{
	switch (state) {
	case SCHED_QUEUED:
		return INSULA_VCPU_STATE_WAITING;
	case SCHED_RUNNING:
		return INSULA_VCPU_STATE_RUNNING;
	case SCHED_THROTTLED:
		return INSULA_VCPU_STATE_THROTTLED;
	case SCHED_ASLEEP:
		break;
	}
	return INSULA_VCPU_STATE_ASLEEP;
}

static int put_vcpu(struct sk_buff *skb, u32 index, const struct vcpu_info *vcpu)
{
	struct nlattr *nest = nla_nest_start(skb, INSULA_A_VM_VCPU);

	if (!nest || nla_put_u32(skb, INSULA_A_VCPU_INDEX, index) ||
	    nla_put_u32(skb, INSULA_A_VCPU_STATE, vcpu_state(vcpu->state)) ||
	    nla_put_u32(skb, INSULA_A_VCPU_CPU, vcpu->cpu) ||
	    put_sched(skb, INSULA_A_VCPU_SCHED, &vcpu->sched))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int reply_put_vcpus(struct sk_buff *skb, struct vm *vm, u32 vcpus)
{
	struct vcpu_info vcpu;
	u32 i;

	for (i = 0; i < vcpus && vm_vcpu_info(vm, i, &vcpu); i++)
		if (put_vcpu(skb, i, &vcpu))
			return -EMSGSIZE;
	return 0;
}

static int put_facts(struct sk_buff *skb, int type, const struct host_fact *facts, unsigned int n)
{
	char text[FACT_TEXT];
	unsigned int i;

	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s", facts[i].present ? "" : "!", facts[i].name);
		if (nla_put_string(skb, type, text))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_problems(struct sk_buff *skb)
{
	const char *const *problems;
	unsigned int i, n;

	problems = host_problems(&n);
	for (i = 0; i < n; i++)
		if (nla_put_string(skb, INSULA_A_HOST_PROBLEM, problems[i]))
			return -EMSGSIZE;
	return 0;
}

int reply_put_host(struct sk_buff *skb)
{
	const struct host_fact *features, *mitigations;
	unsigned int nfeatures, nmitigations;

	features = host_features(&nfeatures);
	mitigations = host_mitigations(&nmitigations);
	if (put_text(skb, INSULA_A_HOST_VERSION, THIS_MODULE->version) ||
	    put_text(skb, INSULA_A_HOST_VENDOR, host_vendor()) ||
	    put_facts(skb, INSULA_A_HOST_FEATURE, features, nfeatures) ||
	    put_problems(skb) ||
	    put_facts(skb, INSULA_A_HOST_MITIGATION, mitigations, nmitigations) ||
	    put_text(skb, INSULA_A_HOST_FOREIGN, host_foreign()))
		return -EMSGSIZE;
	return 0;
}

int reply_dump_vm(struct sk_buff *skb, struct netlink_callback *cb, struct vm *vm,
		  const struct vm_info *info)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				 &control_family, NLM_F_MULTI, INSULA_CMD_VM_GET);

	if (!head)
		return -EMSGSIZE;
	if (reply_put_vm(skb, vm, info)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}
