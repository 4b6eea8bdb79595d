/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.h - a virtual machine as an object of the kernel
 *
 * This is what the control plane sees; what the run loop sees besides is in vcpu.h.
 */
#ifndef _INSULA_VM_H
#define _INSULA_VM_H

#include <linux/hrtimer.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/insula.h>
#include "../cpu/cpuid.h"
#include "../mm/reclaim.h"
#include "../sched/policy.h"
#include "state.h"

struct netlink_ext_ack;
struct platform;
struct vcpu;

/** struct boot_segment - a part of RAM as it is at power-on: @len bytes of @file at @offset */
struct boot_segment {
	struct file *file;
	u64 offset, gpa, len;
};

/** struct vm_disk - a disk: a regular file or a block device */
struct vm_disk {
	struct file *file;
	bool ro;
	char serial[INSULA_SERIAL_MAX + 1];	/* "": none */
};

/** struct vm_nic - a network interface */
struct vm_nic {
	char name[IFNAMSIZ];	/* of the host's end; "": the VM's name, a dot and its number */
	u8 mac[ETH_ALEN];	/* all zero: one made from the VM's name and its number */
};

/** struct boot_regs - the first vCPU's registers at power-on, as INSULA_A_BOOT_* */
struct boot_regs {
	u32 mode;		/* enum insula_boot_mode */
	u64 rip, rsp, rbx, rsi, rax, cr3, gdt_base;
	u32 gdt_limit;
};

/** struct vm_cpu - what a VM is due of the host's CPUs */
struct vm_cpu {
	u32 shares;		/* SCHED_SHARES_MIN to SCHED_SHARES_MAX: weight among VMs */
	u32 min;		/* guarantee, percent of one CPU */
	u32 max;		/* cap, likewise; SCHED_NO_MAX */
	cpumask_t affinity;	/* of possible CPUs, those it may use */
};

/** struct vm_memory - what a VM is due of the host's RAM */
struct vm_memory {
	u64 min;		/* guarantee, bytes */
	u64 target;		/* bytes that the guest is to do with; 0: all it has */
	u32 shares;		/* SHARE_SHARES_MIN to SHARE_SHARES_MAX: weight among VMs */
};

/** enum vm_setting - bits: what vm_set() is to change */
enum vm_setting {
	VM_SET_ON_REBOOT	= 1 << 0,
	VM_SET_CPU_SHARES	= 1 << 1,
	VM_SET_CPU_MIN		= 1 << 2,
	VM_SET_CPU_MAX		= 1 << 3,
	VM_SET_CPU_AFFINITY	= 1 << 4,
	VM_SET_MEMORY_TARGET	= 1 << 5,
	VM_SET_MEMORY_MIN	= 1 << 6,
	VM_SET_MEMORY_SHARES	= 1 << 7,
};

/** struct vm_settings - what can be changed while a VM runs */
struct vm_settings {
	u32 on_reboot;		/* enum insula_on_reboot */
	struct vm_cpu cpu;
	struct vm_memory memory;
};

/**
 * struct vm_config - what a VM is made of
 *
 * Filled by the control plane from a request, already checked for form (ranges of
 * numbers, overflow, the name's characters); vm_create() checks it for sense (files,
 * overlap with RAM). vm_create() takes its own references on the files.
 */
struct vm_config {
	char name[INSULA_NAME_MAX + 1];
	u32 cpus;
	u64 memory;		/* bytes */
	struct file *ram;
	struct boot_segment segment[INSULA_SEGMENTS_MAX];
	unsigned int nsegments;
	struct boot_regs boot;	/* real mode at 0xfffffff0 if the request had none */
	struct vm_disk disk[INSULA_DISKS_MAX];
	unsigned int ndisks;
	struct vm_nic nic[INSULA_NICS_MAX];
	unsigned int nnics;
	bool debug_exit;
	struct vm_settings settings;
};

#define VM_EXIT_COUNTERS 24

/** struct vm_info - everything about a VM at one moment */
struct vm_info {
	u32 id;
	char name[INSULA_NAME_MAX + 1];
	u32 state;		/* enum insula_vm_state */
	char reason[INSULA_REASON_MAX + 1];
	u32 exit_code;
	u32 cpus, boots;
	bool debug_exit;
	struct vm_settings settings;
	u64 memory, memory_resident;
	struct reclaim_info ram;
	u64 uptime;		/* ns */
	u32 cpu_lacking;	/* percent of one CPU that its guarantee is short of */
	u64 cpu_entitled;	/* ns, since it was made */
	struct sched_stats sched; /* of all vCPUs together, since it was made */
	char console[32];	/* path of the tty */
	u64 exits[VM_EXIT_COUNTERS];	/* named by vm_exit_name() */
};

/** struct vcpu_info - about a vCPU at one moment */
struct vcpu_info {
	enum sched_state state;
	u32 cpu;		/* of the host, where it is or was last */
	struct sched_stats sched; /* since the VM was switched on */
};

/** struct disk_info - about a disk at one moment; counters: since the VM was made */
struct disk_info {
	char path[256];		/* as the asker sees it; "..." and the end of one that is longer */
	char serial[INSULA_SERIAL_MAX + 1];
	bool ro;
	u64 size;		/* bytes */
	u64 reads, read_bytes, writes, write_bytes;
	u64 flushes, discards, errors;
	u32 inflight;		/* requests that are not finished */
};

/** struct nic_info - about a nic at one moment; rx: to the guest, tx: from it */
struct nic_info {
	char name[IFNAMSIZ];
	u32 ifindex;
	u8 mac[ETH_ALEN];
	bool link;		/* the guest's driver is up */
	u64 rx_packets, rx_bytes, rx_dropped;
	u64 tx_packets, tx_bytes, tx_dropped;
};

#define VM_BALLOON_STATS 10

/** struct balloon_info - about the balloon at one moment; in bytes */
struct balloon_info {
	u64 target;		/* that the guest is to give up */
	u64 actual;		/* that it says it has */
	u64 reported;		/* free pages that the host was given since the VM was made */
	u32 stats;		/* bits of VIRTIO_BALLOON_S_*: which of @stat are there; 0: none */
	u64 stats_age;		/* ns since then */
	u64 stat[VM_BALLOON_STATS]; /* by VIRTIO_BALLOON_S_*, in bytes or numbers */
};

/** vm_exit_name() - name of an exit counter, or NULL past the last one */
const char *vm_exit_name(unsigned int i);

/**
 * vm_create() - make a VM, stopped
 * Return: it, with a reference for the caller, or ERR_PTR: -EEXIST (name), -EINVAL,
 * -EBADF, -ENOMEM, ...; @extack says what is wrong. May sleep. On success the event
 * has been sent and the VM is visible.
 */
struct vm *vm_create(const struct vm_config *cfg, struct netlink_ext_ack *extack);

/** vm_find() - by name. Return: with a reference, or NULL. */
struct vm *vm_find(const char *name);
/** vm_find_id() - by id. Return: with a reference, or NULL. */
struct vm *vm_find_id(u32 id);
/** vm_next() - the VM with the lowest id >= @id, with a reference, or NULL: for dumps */
struct vm *vm_next(u32 id);
/** vm_put() - drop a reference; NULL is allowed. May sleep when it is the last one. */
void vm_put(struct vm *vm);

/**
 * vm_action() - start, stop, pause, resume, reset, press the power button
 * Return: 0 when it is done; -EINVAL with @extack if the VM's state does not allow it,
 * -ENOMEM, -ENODATA, ... from start. May sleep.
 */
int vm_action(struct vm *vm, enum insula_action action, struct netlink_ext_ack *extack);

/**
 * vm_set() - change settings, in effect at once
 * @which:	of enum vm_setting, what of @settings counts
 *
 * All of them or none. Values are checked for form by the caller, for sense (with the others,
 * with what there is) here. May sleep. Return: 0; -EINVAL: they do not go together or with the
 * VM's memory, or none of the CPUs exists; -ENOSPC: no CPU time, or no RAM, is left for that
 * guarantee. @extack says what.
 */
int vm_set(struct vm *vm, u32 which, const struct vm_settings *settings,
	   struct netlink_ext_ack *extack);

/**
 * vm_destroy() - stop it and take it off the list; memory goes with the last reference
 * Return: 0, or -ENOENT if somebody else was faster. May sleep.
 */
int vm_destroy(struct vm *vm);

/** vm_info() - a consistent snapshot. May sleep. */
void vm_info(struct vm *vm, struct vm_info *info);

/** vm_vcpu_info() - of vCPU @i. Return: is there one (the VM is switched on)? May sleep. */
bool vm_vcpu_info(struct vm *vm, u32 i, struct vcpu_info *info);

/** vm_disk_info() - of disk @i. Return: is there one? May sleep. */
bool vm_disk_info(struct vm *vm, unsigned int i, struct disk_info *info);

/** vm_nic_info() - of nic @i. Return: is there one? May sleep. */
bool vm_nic_info(struct vm *vm, unsigned int i, struct nic_info *info);

/**
 * vm_balloon_info() - of its balloon, with the statistics of the last time
 *
 * The guest is asked for new ones. Return: is there one? May sleep.
 */
bool vm_balloon_info(struct vm *vm, struct balloon_info *info);

/* Provided by control/: */

/** control_event() - tell listeners of a change of state. May sleep. */
void control_event(const struct vm_info *info);

#endif
