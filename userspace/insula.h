/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insula.h - what all commands share: the table of commands, exit statuses,
 * and how errors are told
 */
#ifndef INSULA_H
#define INSULA_H

#include <stdbool.h>

#include "vm-args.h"

/* Exit statuses; scripts rely on them. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_VM = 3,
	EXIT_TIMEOUT = 4,
	EXIT_REFUSED = 5,	/* for lack of CPU or RAM */
	EXIT_NO_MODULE = 6,	/* or this host can't run VMs */
};

/**
 * struct command - a command of the tool
 * @name: the word
 * @operands: as the synopsis shows them, "" when there are none
 * @min_names: how many operands there must be
 * @max_names: how many there may be; -1: any number
 * @accepts: ARG_... bits: which options it takes
 * @summary: one line
 * @detail: further lines for the command's help, or NULL
 * @run: does it; returns an exit status
 */
struct command {
	const char *name;
	const char *operands;
	int min_names;
	int max_names;
	unsigned int accepts;
	const char *summary;
	const char *detail;
	int (*run)(const struct vm_args *args);
};

/* All commands, in the order help shows them; ended by one without a name. */
extern const struct command commands[];

/**
 * find_command() - look a command up
 * @name: its name
 *
 * Return: the command, or NULL.
 */
const struct command *find_command(const char *name);

/**
 * complain() - tell of an error: "insula: NAME: TEXT" on stderr, one line
 * @name: the VM or option it is about, or NULL
 * @fmt: as for printf(), without a newline
 */
void complain(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * fail() - complain() and choose the exit status in one
 * @status: the exit status
 * @name: as for complain()
 * @fmt: as for complain()
 *
 * Return: @status.
 */
int fail(int status, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * print_help() - print the help of a command, or of the whole tool
 * @command: the command, or NULL
 */
void print_help(const struct command *command);

int cmd_check(const struct vm_args *args);
int cmd_console(const struct vm_args *args);
int cmd_create(const struct vm_args *args);
int cmd_destroy(const struct vm_args *args);
int cmd_help(const struct vm_args *args);
int cmd_list(const struct vm_args *args);
int cmd_monitor(const struct vm_args *args);
int cmd_pause(const struct vm_args *args);
int cmd_reset(const struct vm_args *args);
int cmd_resume(const struct vm_args *args);
int cmd_run(const struct vm_args *args);
int cmd_set(const struct vm_args *args);
int cmd_show(const struct vm_args *args);
int cmd_shutdown(const struct vm_args *args);
int cmd_start(const struct vm_args *args);
int cmd_stats(const struct vm_args *args);
int cmd_stop(const struct vm_args *args);
int cmd_top(const struct vm_args *args);

#endif
