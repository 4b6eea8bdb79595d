// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-check.c - insula check: can this host run VMs, and what is missing
 *
 * The module knows best; without it, the kernel's own lists say what the CPU
 * can do.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "insula.h"
#include "json.h"
#include "vm.h"

static void copy_attr(char *to, struct nlattr *attr, size_t size)
{
	nla_strlcpy(to, attr, size);
}

/* A string attribute, if it is one. */
static const char *text_of(struct nlattr *attr)
{
	int len = nla_len(attr);

	return len > 0 && !((char *)nla_data(attr))[len - 1] ? nla_data(attr) : "";
}

/* A name, with a "!" before it when the host lacks it. */
static void add_fact(json_t *facts, const char *name)
{
	json_object_set_new(facts, name + (*name == '!'), json_boolean(*name != '!'));
}

static void on_host(struct nlattr *attrs, int len, void *arg)
{
	struct host *host = arg;
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, len, rest) {
		switch (nla_type(attr)) {
		case INSULA_A_HOST_VERSION:
			copy_attr(host->version, attr, sizeof(host->version));
			break;
		case INSULA_A_HOST_VENDOR:
			copy_attr(host->vendor, attr, sizeof(host->vendor));
			break;
		case INSULA_A_HOST_FOREIGN:
			copy_attr(host->foreign, attr, sizeof(host->foreign));
			break;
		case INSULA_A_HOST_FEATURE:
			add_fact(host->features, text_of(attr));
			break;
		case INSULA_A_HOST_PROBLEM:
			json_array_append_new(host->problems, json_string(text_of(attr)));
			break;
		case INSULA_A_HOST_MITIGATION:
			add_fact(host->mitigations, text_of(attr));
			break;
		}
	}
}

/* Returns an exit status other than 0 when there is nothing to report. */
static int ask(struct host *host)
{
	struct nl nl;
	int status = EXIT_DONE;
	int err = module_open(&nl);

	if (!err) {
		host->loaded = true;
		if (module_call(&nl, module_new(&nl, INSULA_CMD_HOST_GET, false), on_host, host))
			status = vm_failed(&nl, NULL);
	} else if (err == -ENOENT) {
		json_array_append_new(host->problems, json_string(nl.error));
		if (host_secure_boot() == 1)
			json_array_append_new(host->problems,
					      json_string("Secure Boot is on: the module has to"
							  " be signed with an enrolled key"));
		host_ask_kernel(host, "/proc/cpuinfo");
	} else {
		status = fail(EXIT_FAILED, NULL, "%s", nl.error);
	}
	module_close(&nl);
	return status;
}

static void print_report_json(const struct host *host, bool ok)
{
	json_t *object = json_object();
	int secure = host_secure_boot();

	json_object_set_new(object, "ok", json_boolean(ok));
	json_object_set_new(object, "loaded", json_boolean(host->loaded));
	json_object_set_new(object, "version", json_string(host->version));
	json_object_set_new(object, "vendor",
			    host->vendor[0] ? json_string(host->vendor) : json_null());
	json_object_set(object, "features", host->features);
	json_object_set(object, "problems", host->problems);
	json_object_set(object, "mitigations", host->mitigations);
	json_object_set_new(object, "foreign",
			    host->foreign[0] ? json_string(host->foreign) : json_null());
	json_object_set_new(object, "secure_boot", secure < 0 ? json_null() : json_boolean(secure));
	print_json(object, JSON_INDENT(2));
}

static void print_facts(const char *title, json_t *facts)
{
	const char *name;
	json_t *value;

	json_object_foreach(facts, name, value)
		printf("%-12s %s: %s\n", title, name, json_is_true(value) ? "yes" : "no");
}

static void print_report(const struct host *host)
{
	int secure = host_secure_boot();
	json_t *problem;
	size_t i;

	printf("module       %s%s\n", host->loaded ? "loaded " : "not loaded", host->version);
	printf("vendor       %s\n", host->vendor[0] ? host->vendor : "none");
	print_facts("feature", host->features);
	print_facts("mitigation", host->mitigations);
	printf("held by      %s\n", host->foreign[0] ? host->foreign : "nobody else");
	printf("secure boot  %s\n", secure < 0 ? "unknown" : secure ? "on" : "off");
	json_array_foreach(host->problems, i, problem)
		printf("problem      %s\n", json_string_value(problem));
}

int cmd_check(const struct vm_args *args)
{
	struct host host;
	bool ok;
	int status;

	host_init(&host);
	status = ask(&host);
	if (!status) {
		/* It does not load where no VM can run; what it tells of then are flaws. */
		ok = host.loaded;
		if (args->json)
			print_report_json(&host, ok);
		else if (!args->quiet)
			print_report(&host);
		if (!ok)
			status = fail(EXIT_NO_MODULE, NULL, "%s",
				      json_string_value(json_array_get(host.problems, 0)));
	}
	host_release(&host);
	return status;
}
