/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - are the values of a request possible?
 *
 * Pure: numbers and strings in, a verdict and a text for people out. Whether attributes
 * are there and have the right type is the netlink policies' part (policy.c), whether
 * files are any good is request.c's and vm_create()'s.
 */
#ifndef _INSULA_CHECK_H
#define _INSULA_CHECK_H

#include <linux/types.h>

/** CHECK_TEXT - bytes that every @why below must have room for */
#define CHECK_TEXT 160

/**
 * check_name() - a VM's name: 1-31 characters of [A-Za-z0-9._-], the first alphanumeric
 * @name:	NUL-terminated
 * @why:	result if refused: what is wrong with it; CHECK_TEXT bytes, as everywhere here
 * Return: 0 or -EINVAL, as everywhere here. Context: any.
 */
int check_name(const char *name, char *why);

/** check_cpus() - a number of vCPUs */
int check_cpus(u32 cpus, char *why);

/** check_memory() - a size of RAM in bytes: within the ABI's limits, whole pages */
int check_memory(u64 memory, char *why);

/**
 * check_memory_target() - what the guest is to do with, in bytes: whole pages, 16 MiB at least; 0:
 * all it has
 */
int check_memory_target(u64 target, char *why);

/** check_memory_min() - guaranteed RAM in bytes: whole pages */
int check_memory_min(u64 bytes, char *why);

/** check_memory_shares() - a weight among VMs when RAM is short */
int check_memory_shares(u32 shares, char *why);

/** check_action() - a member of enum insula_action */
int check_action(u32 action, char *why);

/** check_on_reboot() - a member of enum insula_on_reboot */
int check_on_reboot(u32 on_reboot, char *why);

/** check_cpu_shares() - a weight among VMs */
int check_cpu_shares(u32 shares, char *why);

/** check_cpu_min() - a guarantee, in percent of one CPU */
int check_cpu_min(u32 percent, char *why);

/** check_cpu_max() - a cap, in percent of one CPU; 0: none */
int check_cpu_max(u32 percent, char *why);

/**
 * check_ram_range() - do @len bytes at guest-physical @gpa lie in RAM, in one piece?
 * @memory:	bytes of RAM: from 0 up to the device hole, the rest from 4 GiB on
 */
bool check_ram_range(u64 gpa, u64 len, u64 memory);

/**
 * check_segment() - a boot segment against the RAM it is to lie in
 * @offset:	where it begins in its file
 * @gpa:	where it goes in RAM
 * @len:	bytes
 * @memory:	bytes of RAM
 */
int check_segment(u64 offset, u64 gpa, u64 len, u64 memory, char *why);

/**
 * check_boot() - the first vCPU's registers, as far as a wrong value can be told
 * @mode:	enum insula_boot_mode
 * @rip:	32 bits wide but in long mode
 * @cr3:	in long mode: a page of RAM
 * @gdt_limit:	16 bits
 * @memory:	bytes of RAM
 */
int check_boot(u32 mode, u64 rip, u64 cr3, u32 gdt_limit, u64 memory, char *why);

/** check_disk_serial() - a disk's serial number: 1-20 characters of printable ASCII */
int check_disk_serial(const char *serial, char *why);

/**
 * check_nic_name() - the name of a nic's host end: 1-15 characters
 *
 * What dev_valid_name() refuses, and besides what is no printable ASCII, and "%": registration
 * would take that for a pattern.
 */
int check_nic_name(const char *name, char *why);

/**
 * check_nic_default_name() - would a nic without a name get one that is possible?
 * @vm:		the VM's name
 * @index:	the nic's number
 */
int check_nic_default_name(const char *vm, u32 index, char *why);

/** check_nic_mac() - @mac, 6 bytes, is an address that one interface can have */
int check_nic_mac(const u8 *mac, char *why);

#endif
