/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm-args.h - the options of all commands and the settings of a VM
 *
 * One table says of each option what it is called, what it takes, which
 * commands know it, how it is checked and what it means: parsing, help and
 * completion all come from it. Nothing here talks to the kernel or opens
 * files.
 */
#ifndef INSULA_VM_ARGS_H
#define INSULA_VM_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/insula.h>
#include <insula/guest-abi.h>

#include "device-args.h"

#define VM_DEFAULT_MEMORY	(512ULL << 20)
#define VM_ARGS_ERROR_MAX	256
#define VM_ARGS_LIST_MAX	1024	/* so that a request has room for it */

/* Which commands know an option. */
enum {
	ARG_ALWAYS = 1 << 0,
	ARG_CREATE = 1 << 1,	/* a setting, given when the VM is made */
	ARG_LIVE = 1 << 2,	/* a setting, and changeable */
	ARG_JSON = 1 << 3,
	ARG_ALL = 1 << 4,
	ARG_TIMEOUT = 1 << 5,
	ARG_INTERVAL = 1 << 6,
	ARG_WORDS = 1 << 7,
	ARG_TOP = 1 << 8,
	ARG_BARE = 1 << 9,	/* no command: the option may stand without its value */
};

/* Settings that were given; bits of vm_args.given. */
enum {
	GIVEN_ON_REBOOT = 1 << 0,
	GIVEN_CPU_SHARES = 1 << 1,
	GIVEN_CPU_MIN = 1 << 2,
	GIVEN_CPU_MAX = 1 << 3,
	GIVEN_CPU_AFFINITY = 1 << 4,
	GIVEN_MEMORY_TARGET = 1 << 5,
	GIVEN_MEMORY_MIN = 1 << 6,
	GIVEN_MEMORY_SHARES = 1 << 7,
};

/**
 * struct vm_args - a command line, read
 * @names: operands; point into argv
 * @nr_names: how many
 * @help: --help was given
 * @quiet: --quiet
 * @json: --json
 * @all: --all
 * @words: --words: help for the shell's completion
 * @timeout: seconds
 * @interval: seconds; 0: not given
 * @batch: --batch: plain text
 * @iterations: how often; 0: for ever
 * @given: GIVEN_... bits
 * @cpus: number of vCPUs
 * @memory: RAM in bytes
 * @kernel: path, or NULL
 * @initrd: path, or NULL
 * @append: the kernel's command line, or NULL
 * @debug_exit: the guest gets a debug-exit port
 * @hugepages: its RAM is of 2 MiB pages where the host has them
 * @on_reboot: what a guest's reboot does
 * @cpu_shares: weight among VMs that compete for CPUs
 * @cpu_min: guarantee, in percent of one CPU
 * @cpu_max: cap, in percent of one CPU; 0: none
 * @cpu_affinity: list of the host's CPUs that it may use
 * @memory_target: bytes of RAM that the guest is to do with; 0: all
 * @memory_min: guaranteed RAM in bytes
 * @memory_shares: weight among VMs when RAM is short
 * @disks: in the order in which they were given
 * @nr_disks: how many
 * @nics: likewise
 * @nr_nics: how many
 * @error: why vm_args_parse() failed
 * @error_about: the option that @error is about
 */
struct vm_args {
	char **names;
	int nr_names;
	bool help;
	bool quiet;
	bool json;
	bool all;
	bool words;
	uint64_t timeout;
	uint64_t interval;
	bool batch;
	uint64_t iterations;
	unsigned int given;
	uint32_t cpus;
	uint64_t memory;
	const char *kernel;
	const char *initrd;
	const char *append;
	bool debug_exit;
	bool hugepages;
	enum insula_on_reboot on_reboot;
	uint32_t cpu_shares;
	uint32_t cpu_min;
	uint32_t cpu_max;
	const char *cpu_affinity;
	uint64_t memory_target;
	uint64_t memory_min;
	uint32_t memory_shares;
	struct disk_args disks[INSULA_DISKS_MAX];
	unsigned int nr_disks;
	struct nic_args nics[INSULA_NICS_MAX];
	unsigned int nr_nics;
	char error[VM_ARGS_ERROR_MAX];
	char error_about[64];
};

/**
 * struct vm_option - a line of the table
 * @name: without the dashes
 * @letter: short form, or 0
 * @value: what help calls its value; NULL for a flag
 * @scope: ARG_... bits
 * @parse: checks the value and stores it; NULL when this version does not
 *	have the setting; returns NULL or what would be right
 * @meaning: for help
 */
struct vm_option {
	const char *name;
	char letter;
	const char *value;
	unsigned int scope;
	const char *(*parse)(struct vm_args *args, const char *value);
	const char *meaning;
};

/* The table; ended by an option without a name. */
extern const struct vm_option vm_options[];

/**
 * vm_args_parse() - read the words after a command
 * @args: filled in, with defaults where nothing was given
 * @accepts: ARG_... bits of the command
 * @words: the words; operands are moved to the front, args->names is there
 * @nr_words: how many
 *
 * Options and operands may come in any order, "--name VALUE" and
 * "--name=VALUE" both; after "--" all are operands.
 *
 * Return: 0, or -1 with args->error set.
 */
int vm_args_parse(struct vm_args *args, unsigned int accepts, char **words, int nr_words);

/**
 * vm_option_available() - does this version have the setting
 * @option: a line of the table
 *
 * Return: true when it can be used.
 */
static inline bool vm_option_available(const struct vm_option *option)
{
	return option->parse;
}

/**
 * vm_name_valid() - can a VM be called so
 * @name: the name
 *
 * Return: true for 1 to INSULA_NAME_MAX of [A-Za-z0-9._-], the first one
 * alphanumeric.
 */
bool vm_name_valid(const char *name);

#endif
