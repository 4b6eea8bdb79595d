// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-args.c - the options of all commands and the settings of a VM
 *
 * A new setting is a line in the table and a function that checks it.
 */
#include "vm-args.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "size.h"

#define DEFAULT_TIMEOUT		60
#define MAX_SECONDS		(365 * 86400)
#define STRING(x)		#x
#define NUMBER(x)		STRING(x)

static const char *parse_help(struct vm_args *args, const char *value)
{
	(void)value;
	args->help = true;
	return NULL;
}

static const char *parse_quiet(struct vm_args *args, const char *value)
{
	(void)value;
	args->quiet = true;
	return NULL;
}

static const char *parse_json(struct vm_args *args, const char *value)
{
	(void)value;
	args->json = true;
	return NULL;
}

static const char *parse_all(struct vm_args *args, const char *value)
{
	(void)value;
	args->all = true;
	return NULL;
}

static const char *parse_words(struct vm_args *args, const char *value)
{
	(void)value;
	args->words = true;
	return NULL;
}

static const char *parse_timeout(struct vm_args *args, const char *value)
{
	return parse_number(value, MAX_SECONDS, &args->timeout) ? NULL : "takes whole seconds";
}

static const char *parse_interval(struct vm_args *args, const char *value)
{
	if (!parse_number(value, MAX_SECONDS, &args->interval) || !args->interval)
		return "takes whole seconds, at least 1";
	return NULL;
}

static const char *parse_batch(struct vm_args *args, const char *value)
{
	(void)value;
	args->batch = true;
	return NULL;
}

static const char *parse_iterations(struct vm_args *args, const char *value)
{
	if (!parse_number(value, UINT32_MAX, &args->iterations) || !args->iterations)
		return "takes a number, at least 1";
	return NULL;
}

static const char *parse_cpus(struct vm_args *args, const char *value)
{
	uint64_t n;

	if (!parse_number(value, GUEST_MAX_CPUS, &n) || !n)
		return "takes a number from 1 to " NUMBER(GUEST_MAX_CPUS);
	args->cpus = n;
	return NULL;
}

static const char *parse_memory(struct vm_args *args, const char *value)
{
	uint64_t bytes;

	if (!parse_size(value, &bytes))
		return "takes a size such as 512M or 2G";
	if (bytes < GUEST_MIN_MEMORY || bytes > GUEST_MAX_MEMORY)
		return "takes a size from 1M to 1T";
	if (bytes % 4096)
		return "takes a multiple of 4K";
	args->memory = bytes;
	return NULL;
}

static const char *parse_kernel(struct vm_args *args, const char *value)
{
	args->kernel = value;
	return NULL;
}

static const char *parse_initrd(struct vm_args *args, const char *value)
{
	args->initrd = value;
	return NULL;
}

static const char *parse_append(struct vm_args *args, const char *value)
{
	args->append = value;
	return NULL;
}

static const char *parse_debug_exit(struct vm_args *args, const char *value)
{
	(void)value;
	args->debug_exit = true;
	return NULL;
}

static const char *parse_hugepages(struct vm_args *args, const char *value)
{
	(void)value;
	args->hugepages = true;
	return NULL;
}

static const char *parse_on_reboot(struct vm_args *args, const char *value)
{
	if (!strcmp(value, "restart"))
		args->on_reboot = INSULA_ON_REBOOT_RESTART;
	else if (!strcmp(value, "stop"))
		args->on_reboot = INSULA_ON_REBOOT_STOP;
	else
		return "takes restart or stop";
	args->given |= GIVEN_ON_REBOOT;
	return NULL;
}

static const char *parse_cpu_shares(struct vm_args *args, const char *value)
{
	uint64_t n;

	if (!parse_number(value, INSULA_CPU_SHARES_MAX, &n) || n < INSULA_CPU_SHARES_MIN)
		return "takes a number from " NUMBER(INSULA_CPU_SHARES_MIN) " to "
		       NUMBER(INSULA_CPU_SHARES_MAX);
	args->cpu_shares = n;
	args->given |= GIVEN_CPU_SHARES;
	return NULL;
}

static const char *parse_cpu_min(struct vm_args *args, const char *value)
{
	uint64_t n;

	if (!parse_number(value, INSULA_CPU_PERCENT_MAX, &n))
		return "takes percents of one CPU, from 0 to " NUMBER(INSULA_CPU_PERCENT_MAX);
	args->cpu_min = n;
	args->given |= GIVEN_CPU_MIN;
	return NULL;
}

static const char *parse_cpu_max(struct vm_args *args, const char *value)
{
	uint64_t n = 0;

	if (strcmp(value, "none") && (!parse_number(value, INSULA_CPU_PERCENT_MAX, &n) || !n))
		return "takes percents of one CPU, from 1 to " NUMBER(INSULA_CPU_PERCENT_MAX)
		       ", or none";
	args->cpu_max = n;
	args->given |= GIVEN_CPU_MAX;
	return NULL;
}

static const char *parse_cpu_affinity(struct vm_args *args, const char *value)
{
	if (!is_cpu_list(value))
		return "takes CPUs of the host such as 0-3,8, or all";
	if (strlen(value) > VM_ARGS_LIST_MAX)
		return "takes a list of at most " NUMBER(VM_ARGS_LIST_MAX) " characters";
	args->cpu_affinity = value;
	args->given |= GIVEN_CPU_AFFINITY;
	return NULL;
}

static const char *parse_memory_target(struct vm_args *args, const char *value)
{
	uint64_t bytes = 0;

	if (strcmp(value, "auto")) {
		if (!parse_size(value, &bytes))
			return "takes a size such as 512M or 2G, or auto";
		if (bytes < INSULA_MEMORY_TARGET_MIN || bytes > GUEST_MAX_MEMORY)
			return "takes a size from 16M to 1T, or auto";
		if (bytes % 4096)
			return "takes a multiple of 4K, or auto";
	}
	args->memory_target = bytes;
	args->given |= GIVEN_MEMORY_TARGET;
	return NULL;
}

static const char *parse_memory_min(struct vm_args *args, const char *value)
{
	uint64_t bytes;

	if (!parse_size(value, &bytes))
		return "takes a size such as 512M or 2G";
	if (bytes > GUEST_MAX_MEMORY)
		return "takes a size up to 1T";
	if (bytes % 4096)
		return "takes a multiple of 4K";
	args->memory_min = bytes;
	args->given |= GIVEN_MEMORY_MIN;
	return NULL;
}

static const char *parse_memory_shares(struct vm_args *args, const char *value)
{
	uint64_t n;

	if (!parse_number(value, INSULA_MEMORY_SHARES_MAX, &n) || n < INSULA_MEMORY_SHARES_MIN)
		return "takes a number from " NUMBER(INSULA_MEMORY_SHARES_MIN) " to "
		       NUMBER(INSULA_MEMORY_SHARES_MAX);
	args->memory_shares = n;
	args->given |= GIVEN_MEMORY_SHARES;
	return NULL;
}

static const char *parse_disk_option(struct vm_args *args, const char *value)
{
	if (args->nr_disks == INSULA_DISKS_MAX)
		return "can be given " NUMBER(INSULA_DISKS_MAX) " times, no more";
	return disk_args_parse(value, &args->disks[args->nr_disks++]);
}

static const char *parse_nic_option(struct vm_args *args, const char *value)
{
	if (args->nr_nics == INSULA_NICS_MAX)
		return "can be given " NUMBER(INSULA_NICS_MAX) " times, no more";
	return nic_args_parse(value, &args->nics[args->nr_nics++]);
}

const struct vm_option vm_options[] = {
	{ "cpus", 0, "N", ARG_CREATE, parse_cpus, "vCPUs, 1 to 255 (default 1)" },
	{ "memory", 0, "SIZE", ARG_CREATE, parse_memory,
	  "RAM the guest sees: 512M, 2G (default 512M)" },
	{ "kernel", 0, "FILE", ARG_CREATE, parse_kernel,
	  "kernel to boot: bzImage, ELF for PVH or multiboot" },
	{ "initrd", 0, "FILE", ARG_CREATE, parse_initrd, "its initial RAM disk" },
	{ "append", 0, "STR", ARG_CREATE, parse_append, "its command line" },
	{ "debug-exit", 0, NULL, ARG_CREATE, parse_debug_exit,
	  "port 0xf4: writing V ends the guest with status (V<<1)|1" },
	{ "hugepages", 0, NULL, ARG_CREATE, parse_hugepages,
	  "RAM in pages of 2 MiB, where the host has them" },
	{ "on-reboot", 0, "restart|stop", ARG_CREATE | ARG_LIVE, parse_on_reboot,
	  "what a guest's reboot does (default restart)" },
	{ "cpu-shares", 0, "N", ARG_CREATE | ARG_LIVE, parse_cpu_shares,
	  "weight among VMs that compete, 1 to 10000 (default 100)" },
	{ "cpu-min", 0, "PCT", ARG_CREATE | ARG_LIVE, parse_cpu_min,
	  "guaranteed, in percent of one CPU: 150 is one and a half (default 0)" },
	{ "cpu-max", 0, "PCT|none", ARG_CREATE | ARG_LIVE, parse_cpu_max,
	  "cap, likewise (default none)" },
	{ "cpu-affinity", 0, "LIST|all", ARG_CREATE | ARG_LIVE, parse_cpu_affinity,
	  "host CPUs it may use: 0-3,8 (default all)" },
	{ "memory-target", 0, "SIZE|auto", ARG_CREATE | ARG_LIVE, parse_memory_target,
	  "RAM the guest is asked to do with, 16M or more (default auto: all)" },
	{ "memory-min", 0, "SIZE", ARG_CREATE | ARG_LIVE, parse_memory_min,
	  "guaranteed RAM, never reclaimed below (default 0)" },
	{ "memory-shares", 0, "N", ARG_CREATE | ARG_LIVE, parse_memory_shares,
	  "weight when RAM is short, 1 to 10000 (default 100)" },
	{ "disk", 0, "FILE[,ro][,serial=S]", ARG_CREATE, parse_disk_option,
	  "a disk: a file or a block device; repeatable" },
	{ "nic", 0, "[name=IF][,mac=MAC]", ARG_CREATE | ARG_BARE, parse_nic_option,
	  "a network interface; IF is the host's end (default NAME.0); repeatable" },

	{ "firmware", 0, "FILE", ARG_CREATE, NULL, NULL },

	{ "all", 0, NULL, ARG_ALL, parse_all, "all VMs there are" },
	{ "timeout", 0, "S", ARG_TIMEOUT, parse_timeout, "wait S seconds (default 60)" },
	{ "interval", 0, "S", ARG_INTERVAL, parse_interval, "again every S seconds" },
	{ "batch", 'b', NULL, ARG_TOP, parse_batch, "print plain text" },
	{ "iterations", 'n', "N", ARG_TOP, parse_iterations, "end after showing it N times" },
	{ "words", 0, NULL, ARG_WORDS, parse_words, "print words for the shell's completion" },
	{ "json", 'j', NULL, ARG_JSON, parse_json, "print JSON" },
	{ "quiet", 'q', NULL, ARG_ALWAYS, parse_quiet, "print only what was asked for" },
	{ "help", 'h', NULL, ARG_ALWAYS, parse_help, "print this" },
	{ 0 }
};

/* A word being read: an option, perhaps with its value behind a "=". */
struct word {
	const char *text;	/* with the dashes */
	size_t length;		/* up to the "=" */
	const char *value;	/* behind the "=", or NULL */
};

static int refuse(struct vm_args *args, const struct word *word, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(struct vm_args *args, const struct word *word, const char *fmt, ...)
{
	va_list ap;

	snprintf(args->error_about, sizeof(args->error_about), "%.*s", (int)word->length,
		 word->text);
	va_start(ap, fmt);
	vsnprintf(args->error, sizeof(args->error), fmt, ap);
	va_end(ap);
	return -1;
}

static const struct vm_option *find_option(const struct word *word)
{
	const struct vm_option *option;

	for (option = vm_options; option->name; option++) {
		if (word->text[1] != '-') {
			if (option->letter == word->text[1])
				return option;
		} else if (word->length - 2 == strlen(option->name) &&
			   !memcmp(word->text + 2, option->name, word->length - 2)) {
			return option;
		}
	}
	return NULL;
}

/* Behind one that may stand without its value, a name is no value: it has no "=". */
static bool takes_next(const struct vm_option *option, const char *next)
{
	if (!next || !(option->scope & ARG_BARE))
		return next;
	return !*next || (*next != '-' && strchr(next, '='));
}

/* Returns the words used, 1 or 2; -1 on an error. */
static int parse_option(struct vm_args *args, unsigned int accepts, const struct word *word,
			const char *next)
{
	const struct vm_option *option = find_option(word);
	const char *value = word->value;
	const char *wrong;
	int used = 1;

	if (!option)
		return refuse(args, word, "unknown option");
	if (accepts & ARG_LIVE && option->scope & ARG_CREATE && !(option->scope & ARG_LIVE))
		return refuse(args, word, "can't be changed once the VM is made");
	if (!(option->scope & (accepts | ARG_ALWAYS)))
		return refuse(args, word, "this command does not take it");
	if (!vm_option_available(option))
		return refuse(args, word, "not available in this version");
	if (!option->value && value)
		return refuse(args, word, "takes no value");
	if (option->value && !value && takes_next(option, next)) {
		value = next;
		used = 2;
	}
	if (option->value && !value && !(option->scope & ARG_BARE))
		return refuse(args, word, "needs a value (%s)", option->value);
	wrong = option->parse(args, value ? value : "");
	if (wrong)
		return refuse(args, word, "%s, not \"%s\"", wrong, value);
	return used;
}

static void set_defaults(struct vm_args *args)
{
	*args = (struct vm_args){
		.timeout = DEFAULT_TIMEOUT,
		.cpus = 1,
		.memory = VM_DEFAULT_MEMORY,
		.on_reboot = INSULA_ON_REBOOT_RESTART,
	};
}

/* "-bn5" is "-b -n 5". Returns the words used, 1 or 2; -1 on an error. */
static int parse_letters(struct vm_args *args, unsigned int accepts, const char *letters,
			 const char *next)
{
	for (; *letters; letters++) {
		char text[] = { '-', *letters, '\0' };
		struct word word = { .text = text, .length = 2 };
		const struct vm_option *option = find_option(&word);

		if (option && option->value) {
			word.value = letters[1] ? letters + 1 : NULL;
			return parse_option(args, accepts, &word, next);
		}
		if (parse_option(args, accepts, &word, NULL) < 0)
			return -1;
	}
	return 1;
}

static int parse_word(struct vm_args *args, unsigned int accepts, const char *text,
		      const char *next)
{
	struct word word = { .text = text, .length = strcspn(text, "=") };

	if (text[1] != '-')
		return parse_letters(args, accepts, text + 1, next);
	if (text[word.length])
		word.value = text + word.length + 1;
	return parse_option(args, accepts, &word, next);
}

static int check_together(struct vm_args *args)
{
	const struct word initrd = { .text = "--initrd", .length = 8 };
	const struct word append = { .text = "--append", .length = 8 };

	if (args->initrd && !args->kernel)
		return refuse(args, &initrd, "needs a --kernel");
	if (args->append && !args->kernel)
		return refuse(args, &append, "needs a --kernel");
	return 0;
}

int vm_args_parse(struct vm_args *args, unsigned int accepts, char **words, int nr_words)
{
	bool only_operands = false;
	int used;

	set_defaults(args);
	args->names = words;
	for (int i = 0; i < nr_words; i += used) {
		used = 1;
		if (only_operands || words[i][0] != '-' || !words[i][1]) {
			words[args->nr_names++] = words[i];
		} else if (!strcmp(words[i], "--")) {
			only_operands = true;
		} else {
			used = parse_word(args, accepts, words[i],
					  i + 1 < nr_words ? words[i + 1] : NULL);
			if (used < 0)
				return -1;
		}
	}
	return check_together(args);
}

bool vm_name_valid(const char *name)
{
	static const char others[] = "._-";
	size_t len = strlen(name);

	if (len < 1 || len > INSULA_NAME_MAX || !isascii(name[0]) || !isalnum(name[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr(others, name[i])))
			return false;
	return true;
}
