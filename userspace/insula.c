// SPDX-License-Identifier: GPL-2.0-only
/*
 * insula.c - the table of commands
 *
 * Reads the command line and calls the command; each one is a file of its
 * own, cmd-NAME.c.
 */
#include "insula.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <insula/version.h>

const struct command commands[] = {
	{ "create", "NAME", 1, 1, ARG_CREATE, "make a VM (state: stopped)", NULL, cmd_create },
	{ "start", "NAME...", 1, -1, 0, "start it, from power-on", NULL, cmd_start },
	{ "pause", "NAME...", 1, -1, 0, "hold its vCPUs where they are", NULL, cmd_pause },
	{ "resume", "NAME...", 1, -1, 0, "let them go on", NULL, cmd_resume },
	{ "reset", "NAME...", 1, -1, 0, "press the reset button", NULL, cmd_reset },
	{ "shutdown", "NAME", 1, 1, ARG_TIMEOUT,
	  "press the ACPI power button and wait until it is off",
	  "Exit status 4 when the guest is still up after S seconds.", cmd_shutdown },
	{ "stop", "NAME...", 1, -1, 0, "cut the power; it can be started again", NULL, cmd_stop },
	{ "destroy", "NAME... | --all", 0, -1, ARG_ALL, "stop and forget", NULL, cmd_destroy },
	{ "run", "[NAME]", 0, 1, ARG_CREATE,
	  "create, start, attach the console; destroy when the guest powers off",
	  "Exit status 0 on a clean power-off, else 1, or the guest's debug-exit code.\n"
	  "Ctrl-] cuts the power, as does a signal. Without NAME it is called vm-PID.", cmd_run },
	{ "set", "NAME", 1, 1, ARG_LIVE, "change settings of a VM, live",
	  "All that are given change, or none.", cmd_set },
	{ "list", "", 0, 0, ARG_JSON, "what there is",
	  "With --quiet: names only.", cmd_list },
	{ "show", "NAME", 1, 1, ARG_JSON, "everything about one VM", NULL, cmd_show },
	{ "stats", "[NAME]", 0, 1, ARG_JSON | ARG_INTERVAL,
	  "entitled beside received CPU time, resident RAM, I/O, exits by reason",
	  "With NAME: its vCPUs one by one, too. With --interval: what was counted since it was\n"
	  "made, and then what it was in between: percent of a CPU, or times per second. (JSON\n"
	  "always has what was counted since it was made.)", cmd_stats },
	{ "top", "", 0, 0, ARG_TOP | ARG_INTERVAL, "the same, as a screen that refreshes",
	  "Every two seconds, or --interval. Keys: h lists them, q quits.", cmd_top },
	{ "console", "NAME", 1, 1, 0, "attach to the serial console; Ctrl-] leaves", NULL,
	  cmd_console },
	{ "monitor", "", 0, 0, ARG_JSON, "print events as they happen",
	  "With --json: one object a line.", cmd_monitor },
	{ "check", "", 0, 0, ARG_JSON, "can this host run VMs, and what is missing", NULL,
	  cmd_check },
	{ "help", "[COMMAND]", 0, 1, ARG_WORDS, "print help", NULL, cmd_help },
	{ 0 }
};

const struct command *find_command(const char *name)
{
	const struct command *command;

	for (command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/* What the user typed may hold anything; a message stays one line, and a terminal whole. */
static void put_printable(const char *text)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, stderr);
}

static void complain_v(const char *name, const char *fmt, va_list ap)
{
	char text[1024];

	fflush(stdout);
	fputs("insula: ", stderr);
	if (name) {
		put_printable(name);
		fputs(": ", stderr);
	}
	vsnprintf(text, sizeof(text), fmt, ap);
	put_printable(text);
	fputc('\n', stderr);
}

void complain(const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_v(name, fmt, ap);
	va_end(ap);
}

int fail(int status, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_v(name, fmt, ap);
	va_end(ap);
	return status;
}

/* With 0, 1 or 2 closed, a file opened later would be taken for a terminal. */
static void fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int run_command(const struct command *command, char **words, int nr_words)
{
	static struct vm_args args;

	if (vm_args_parse(&args, command->accepts, words, nr_words) && !args.help)
		return fail(EXIT_USAGE, args.error_about, "%s", args.error);
	if (args.help) {
		print_help(command);
		return EXIT_DONE;
	}
	if (args.nr_names < command->min_names)
		return fail(EXIT_USAGE, command->name, "needs a NAME (insula help %s)",
			    command->name);
	if (command->max_names >= 0 && args.nr_names > command->max_names)
		return fail(EXIT_USAGE, command->name, "\"%s\" is one word too many",
			    args.names[command->max_names]);
	return command->run(&args);
}

/* What could not be written was not said: a full disk must not look like success. */
static int finish_output(int status)
{
	if ((fflush(stdout) || ferror(stdout)) && status == EXIT_DONE)
		return fail(EXIT_FAILED, NULL, "can't write to standard output");
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command;

	fill_standard_descriptors();
	/* A line in one piece: others may write to the same terminal. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	if (argc < 2)
		return finish_output(run_command(find_command("list"), argv, 0));
	if (!strcmp(argv[1], "--version")) {
		puts("insula " INSULA_VERSION);
		return finish_output(EXIT_DONE);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(NULL);
		return finish_output(EXIT_DONE);
	}
	if (argv[1][0] == '-')
		return finish_output(run_command(find_command("list"), argv + 1, argc - 1));
	command = find_command(argv[1]);
	if (!command)
		return fail(EXIT_USAGE, argv[1], "no such command (insula help)");
	return finish_output(run_command(command, argv + 2, argc - 2));
}
