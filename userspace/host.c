// SPDX-License-Identifier: GPL-2.0-only
/*
 * host.c - what the host offers, as far as it can be known without the module
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECURE_BOOT_VAR \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* What a flag of /proc/cpuinfo is called here; required: no VM without it. */
struct feature {
	const char *vendor;
	const char *flag;
	const char *name;
	bool required;
};

static const struct feature features[] = {
	{ "svm", "npt", "npt", true },
	{ "svm", "nrip_save", "nrips", false },
	{ "svm", "flushbyasid", "flush-by-asid", false },
	{ "svm", "decodeassists", "decode-assists", false },
	{ "svm", "pausefilter", "pause-filter", false },
	{ "vmx", "ept", "ept", true },
	{ "vmx", "unrestricted_guest", "unrestricted-guest", true },
	{ "vmx", "vpid", "vpid", false },
};

void host_init(struct host *host)
{
	memset(host, 0, sizeof(*host));
	host->features = json_object();
	host->problems = json_array();
	host->mitigations = json_object();
}

void host_release(struct host *host)
{
	json_decref(host->features);
	json_decref(host->problems);
	json_decref(host->mitigations);
}

/* The flags of the first CPU, " a b c "; VMX's have a line of their own. */
static char *read_flags(const char *cpuinfo)
{
	FILE *file = fopen(cpuinfo, "re");
	char *line = NULL, *flags = NULL, *more;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 1) {
		char *colon = strchr(line, ':');

		if (!colon || (strncmp(line, "flags", 5) && strncmp(line, "vmx flags", 9)))
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		if (asprintf(&more, "%s%s ", flags ? flags : "", colon + 1) < 0)
			break;
		free(flags);
		flags = more;
	}
	if (file)
		fclose(file);
	free(line);
	return flags;
}

static bool has_flag(const char *flags, const char *flag)
{
	char word[40];

	snprintf(word, sizeof(word), " %s ", flag);
	return flags && strstr(flags, word);
}

static void add_problem(struct host *host, const char *text)
{
	json_array_append_new(host->problems, json_string(text));
}

static void judge_features(struct host *host, const char *flags)
{
	char text[80];

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct feature *f = &features[i];
		bool has = has_flag(flags, f->flag);

		if (strcmp(f->vendor, host->vendor))
			continue;
		json_object_set_new(host->features, f->name, json_boolean(has));
		if (f->required && !has) {
			snprintf(text, sizeof(text), "the CPU has %s, but without %s",
				 strcmp(f->vendor, "svm") ? "VMX" : "SVM", f->name);
			add_problem(host, text);
		}
	}
}

void host_ask_kernel(struct host *host, const char *cpuinfo)
{
	char *flags = read_flags(cpuinfo);

	if (has_flag(flags, "svm"))
		strcpy(host->vendor, "svm");
	else if (has_flag(flags, "vmx"))
		strcpy(host->vendor, "vmx");
	else
		add_problem(host, "the CPU has neither SVM nor VMX (or it is switched off)");
	judge_features(host, flags);
	if (!access("/sys/module/kvm_amd", F_OK))
		strcpy(host->foreign, "kvm_amd");
	else if (!access("/sys/module/kvm_intel", F_OK))
		strcpy(host->foreign, "kvm_intel");
	free(flags);
}

int host_secure_boot(void)
{
	unsigned char data[5];
	FILE *file = fopen(SECURE_BOOT_VAR, "re");
	size_t n;

	if (!file)
		return -1;
	/* Four bytes of attributes, then the value. */
	n = fread(data, 1, sizeof(data), file);
	fclose(file);
	return n == sizeof(data) ? data[4] == 1 : -1;
}
