// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-help.c - insula help: made from the tables of commands and options
 */
#include <stdio.h>
#include <string.h>

#include "insula.h"

static void print_option(const struct vm_option *option)
{
	char left[40];

	snprintf(left, sizeof(left), "--%s%s%s", option->name, option->value ? " " : "",
		 option->value ? option->value : "");
	if (option->letter)
		printf("  -%c, %-23s %s\n", option->letter, left, option->meaning);
	else
		printf("  %-27s %s\n", left, option->meaning);
}

static void print_tool_help(void)
{
	const struct command *command;

	puts("usage: insula COMMAND [NAME] [options]\n");
	for (command = commands; command->name; command++)
		printf("  %-8s %-15s  %s\n", command->name, command->operands, command->summary);
	puts("\nWithout a command: list. \"insula help COMMAND\" tells of its options.");
}

void print_help(const struct command *command)
{
	const struct vm_option *option;

	if (!command) {
		print_tool_help();
		return;
	}
	printf("usage: insula %s%s%s%s\n\n%s\n", command->name, *command->operands ? " " : "",
	       command->operands, command->accepts & (ARG_CREATE | ARG_LIVE) ? " [settings]" : "",
	       command->summary);
	if (command->detail)
		printf("%s\n", command->detail);
	putchar('\n');
	for (option = vm_options; option->name; option++)
		if (option->scope & (command->accepts | ARG_ALWAYS) && vm_option_available(option))
			print_option(option);
}

/*
 * For the shell's completion: a line for each option of a command (with the
 * kind of its value), or for each command.
 */
static void print_words(const char *name)
{
	const struct command *command = find_command(name);
	const struct vm_option *option;

	if (!command) {
		for (command = commands; command->name; command++)
			puts(command->name);
		return;
	}
	printf("%s\n", command->operands);
	for (option = vm_options; option->name; option++)
		if (option->scope & (command->accepts | ARG_ALWAYS) && vm_option_available(option))
			printf("--%s %s\n", option->name, option->value ? option->value : "");
}

int cmd_help(const struct vm_args *args)
{
	const struct command *command = NULL;

	if (args->nr_names) {
		command = find_command(args->names[0]);
		if (!command)
			return fail(EXIT_USAGE, args->names[0], "no such command (insula help)");
	}
	if (args->words)
		print_words(args->nr_names ? args->names[0] : "");
	else
		print_help(command);
	return EXIT_DONE;
}
