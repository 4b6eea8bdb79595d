// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_args.c - the table of options and settings
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "vm-args.h"

#define MAX_WORDS	16

static struct vm_args args;

/* Parses words, a NULL at their end. */
static int parse(unsigned int accepts, const char *first, ...)
{
	static char *words[MAX_WORDS];
	int n = 0;
	va_list ap;

	va_start(ap, first);
	for (const char *word = first; word; word = va_arg(ap, const char *))
		words[n++] = (char *)word;
	va_end(ap);
	return vm_args_parse(&args, accepts, words, n);
}

#define parse_words(accepts, ...)	parse(accepts, __VA_ARGS__, (const char *)NULL)

static void assert_wrong(const char *about, const char *text)
{
	assert_string_equal(args.error_about, about);
	if (!strstr(args.error, text))
		fail_msg("\"%s\" does not say \"%s\"", args.error, text);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_CREATE, "web"), 0);
	assert_int_equal(args.nr_names, 1);
	assert_string_equal(args.names[0], "web");
	assert_int_equal(args.cpus, 1);
	assert_int_equal(args.memory, VM_DEFAULT_MEMORY);
	assert_null(args.kernel);
	assert_int_equal(args.on_reboot, INSULA_ON_REBOOT_RESTART);
	assert_int_equal(args.given, 0);
}

static void test_settings(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_CREATE, "--cpus", "4", "web", "--memory=2G", "--kernel",
				     "bzImage", "--append", "a=b c", "--initrd=x=y",
				     "--debug-exit", "--on-reboot=stop"), 0);
	assert_int_equal(args.nr_names, 1);
	assert_string_equal(args.names[0], "web");
	assert_int_equal(args.cpus, 4);
	assert_int_equal(args.memory, 2ULL << 30);
	assert_string_equal(args.kernel, "bzImage");
	assert_string_equal(args.append, "a=b c");
	assert_string_equal(args.initrd, "x=y");
	assert_true(args.debug_exit);
	assert_int_equal(args.on_reboot, INSULA_ON_REBOOT_STOP);
	assert_true(args.given & GIVEN_ON_REBOOT);
}

static void test_values_out_of_range(void **state)
{
	static const char *const cpus[] = { "0", "256", "10000", "-1", "x", "", "1K" };
	static const char *const memory[] = {
		"0", "1K", "1048575", "100T", "1025G", "99999999999T", "", "4097K1", "1049600",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		assert_int_equal(parse_words(ARG_CREATE, "--cpus", cpus[i]), -1);
		assert_wrong("--cpus", "1 to 255");
	}
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++)
		assert_int_equal(parse_words(ARG_CREATE, "--memory", memory[i]), -1);
	assert_int_equal(parse_words(ARG_CREATE, "--cpus", "255", "--memory", "1M"), 0);
	assert_int_equal(parse_words(ARG_CREATE, "--memory", "1T"), 0);
	assert_int_equal(parse_words(ARG_CREATE, "--on-reboot", "explode"), -1);
	assert_wrong("--on-reboot", "restart or stop");
}

static void test_wrong_words(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_CREATE, "--frobnicate"), -1);
	assert_wrong("--frobnicate", "unknown");
	assert_int_equal(parse_words(ARG_CREATE, "--mem", "1G"), -1);
	assert_wrong("--mem", "unknown");
	assert_int_equal(parse_words(ARG_CREATE, "-x"), -1);
	assert_wrong("-x", "unknown");
	assert_int_equal(parse_words(ARG_CREATE, "--cpus"), -1);
	assert_wrong("--cpus", "needs a value");
	assert_int_equal(parse_words(ARG_CREATE, "--debug-exit=1"), -1);
	assert_wrong("--debug-exit", "takes no value");
	assert_int_equal(parse_words(ARG_CREATE, "--json"), -1);
	assert_wrong("--json", "does not take it");
	assert_int_equal(parse_words(ARG_CREATE, "--initrd", "x"), -1);
	assert_wrong("--initrd", "--kernel");
	assert_int_equal(parse_words(ARG_CREATE, "--append", "x"), -1);
	assert_wrong("--append", "--kernel");
}

/* Nothing that is asked for is silently left out. */
static void test_settings_of_later_versions(void **state)
{
	static const char *const later[] = {
		"--firmware",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		assert_int_equal(parse_words(ARG_CREATE, "web", later[i], "1"), -1);
		assert_wrong(later[i], "not available in this version");
	}
}

static void test_live_settings(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_LIVE, "web", "--on-reboot", "stop"), 0);
	assert_int_equal(parse_words(ARG_LIVE, "web", "--cpus", "2"), -1);
	assert_wrong("--cpus", "can't be changed");
}

static void test_cpu_settings(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_LIVE, "web", "--cpu-shares", "250", "--cpu-min=150",
				     "--cpu-max", "200", "--cpu-affinity", "0-3,8"), 0);
	assert_int_equal(args.given, GIVEN_CPU_SHARES | GIVEN_CPU_MIN | GIVEN_CPU_MAX |
			 GIVEN_CPU_AFFINITY);
	assert_int_equal(args.cpu_shares, 250);
	assert_int_equal(args.cpu_min, 150);
	assert_int_equal(args.cpu_max, 200);
	assert_string_equal(args.cpu_affinity, "0-3,8");
	assert_int_equal(parse_words(ARG_CREATE, "--cpu-max=none", "--cpu-min", "0"), 0);
	assert_int_equal(args.given, GIVEN_CPU_MIN | GIVEN_CPU_MAX);
	assert_int_equal(args.cpu_max, 0);
	assert_int_equal(parse_words(ARG_CREATE, "--cpu-shares=1", "--cpu-min=25500",
				     "--cpu-max=1", "--cpu-affinity=all"), 0);
	assert_int_equal(parse_words(ARG_CREATE, "--cpu-shares=10000", "--cpu-max=25500"), 0);
	assert_int_equal(parse_words(ARG_JSON, "--cpu-shares=1"), -1);
	assert_wrong("--cpu-shares", "does not take it");
}

static void test_memory_settings(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-min=1G", "--memory-shares", "250"), 0);
	assert_int_equal(args.given, GIVEN_MEMORY_MIN | GIVEN_MEMORY_SHARES);
	assert_int_equal(args.memory_min, 1 << 30);
	assert_int_equal(args.memory_shares, 250);
	assert_int_equal(parse_words(ARG_CREATE, "--memory-min=0", "--memory-shares=1", "--hugepages"), 0);
	assert_int_equal(args.memory_min, 0);
	assert_true(args.hugepages);
	assert_int_equal(parse_words(ARG_CREATE, "--memory-min=1000"), -1);
	assert_wrong("--memory-min", "a multiple of 4K");
	assert_int_equal(parse_words(ARG_CREATE, "--memory-min=2T"), -1);
	assert_wrong("--memory-min", "up to 1T");
	assert_int_equal(parse_words(ARG_CREATE, "--memory-min=some"), -1);
	assert_wrong("--memory-min", "a size such as 512M");
	assert_int_equal(parse_words(ARG_LIVE, "--memory-shares=0"), -1);
	assert_wrong("--memory-shares", "from 1 to 10000");
	assert_int_equal(parse_words(ARG_LIVE, "--memory-shares=10001"), -1);
	assert_wrong("--memory-shares", "from 1 to 10000");
	assert_int_equal(parse_words(ARG_LIVE, "--hugepages"), -1);
	assert_wrong("--hugepages", "can't be changed");
}

static void test_bad_cpu_settings(void **state)
{
	static const struct { const char *option, *value, *right; } bad[] = {
		{ "--cpu-shares", "0", "takes a number from 1 to 10000, not \"0\"" },
		{ "--cpu-shares", "10001", "from 1 to 10000, not \"10001\"" },
		{ "--cpu-shares", "4294967297", "from 1 to 10000" },
		{ "--cpu-shares", "", "from 1 to 10000" },
		{ "--cpu-shares", "-1", "from 1 to 10000" },
		{ "--cpu-shares", "1.5", "from 1 to 10000" },
		{ "--cpu-min", "25501", "takes percents of one CPU, from 0 to 25500" },
		{ "--cpu-min", "none", "from 0 to 25500" },
		{ "--cpu-min", "50%", "from 0 to 25500" },
		{ "--cpu-max", "0", "from 1 to 25500, or none, not \"0\"" },
		{ "--cpu-max", "25501", "from 1 to 25500, or none" },
		{ "--cpu-max", "None", "from 1 to 25500, or none" },
		{ "--cpu-max", "", "from 1 to 25500, or none" },
		{ "--cpu-affinity", "", "takes CPUs of the host such as 0-3,8, or all" },
		{ "--cpu-affinity", "garbage", "such as 0-3,8" },
	};
	char list[VM_ARGS_LIST_MAX + 3];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_words(ARG_LIVE, "web", bad[i].option, bad[i].value), -1);
		assert_wrong(bad[i].option, bad[i].right);
	}
	for (size_t i = 0; i < sizeof(list); i += 2)
		memcpy(list + i, "0,", i + 1 < sizeof(list) ? 2 : 1);
	list[VM_ARGS_LIST_MAX + 1] = '\0';
	assert_int_equal(parse_words(ARG_LIVE, "web", "--cpu-affinity", list), -1);
	assert_wrong("--cpu-affinity", "at most 1024 characters");
	list[VM_ARGS_LIST_MAX - 1] = '\0';
	assert_int_equal(parse_words(ARG_LIVE, "web", "--cpu-affinity", list), 0);
}

static void test_memory_target(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-target", "16M"), 0);
	assert_int_equal(args.given, GIVEN_MEMORY_TARGET);
	assert_int_equal(args.memory_target, 16 << 20);
	assert_int_equal(parse_words(ARG_CREATE, "--memory-target=1T"), 0);
	assert_int_equal(args.memory_target, 1ULL << 40);
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-target=auto"), 0);
	assert_int_equal(args.given, GIVEN_MEMORY_TARGET);
	assert_int_equal(args.memory_target, 0);
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-target", "0"), -1);
	assert_wrong("--memory-target", "takes a size from 16M to 1T, or auto, not \"0\"");
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-target", "16380K"), -1);
	assert_wrong("--memory-target", "takes a size from 16M to 1T");
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-target", "1025G"), -1);
	assert_wrong("--memory-target", "takes a size from 16M to 1T");
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-target", "16777217"), -1);
	assert_wrong("--memory-target", "takes a multiple of 4K, or auto");
	assert_int_equal(parse_words(ARG_LIVE, "web", "--memory-target", "Auto"), -1);
	assert_wrong("--memory-target", "takes a size such as 512M or 2G, or auto");
}

static void test_disks_and_nics(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_CREATE, "--disk", "a.img", "web", "--disk=b,,c,ro", "--nic",
				     "name=x", "--nic=mac=52:54:00:00:00:01"), 0);
	assert_int_equal(args.nr_disks, 2);
	assert_string_equal(args.disks[0].path, "a.img");
	assert_string_equal(args.disks[1].path, "b,c");
	assert_true(args.disks[1].ro);
	assert_int_equal(args.nr_nics, 2);
	assert_string_equal(args.nics[0].name, "x");
	assert_true(args.nics[1].has_mac);
	assert_int_equal(args.nr_names, 1);
	assert_int_equal(parse_words(ARG_CREATE, "--disk"), -1);
	assert_wrong("--disk", "needs a value");
	assert_int_equal(parse_words(ARG_CREATE, "--disk", ""), -1);
	assert_wrong("--disk", "takes FILE");
	assert_int_equal(parse_words(ARG_LIVE, "web", "--disk", "x"), -1);
	assert_wrong("--disk", "can't be changed");
	assert_int_equal(parse_words(ARG_LIVE, "web", "--nic"), -1);
	assert_wrong("--nic", "can't be changed");
}

/* All that it takes is optional: what follows may be the next option, a name, or nothing. */
static void test_bare_nic(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_CREATE, "--nic", "--cpus", "2", "--nic", "web", "--nic"), 0);
	assert_int_equal(args.nr_nics, 3);
	assert_int_equal(args.cpus, 2);
	assert_int_equal(args.nr_names, 1);
	assert_string_equal(args.names[0], "web");
	assert_string_equal(args.nics[2].name, "");
	assert_int_equal(parse_words(ARG_CREATE, "--nic", "", "--nic=", "web"), 0);
	assert_int_equal(args.nr_nics, 2);
	assert_int_equal(args.nr_names, 1);
	assert_int_equal(parse_words(ARG_CREATE, "web", "--nic", "nmae=x"), -1);
	assert_wrong("--nic", "takes [name=IF]");
	assert_int_equal(parse_words(ARG_CREATE, "web", "--nic", "--memory=2G"), 0);
	assert_int_equal(args.memory, 2ULL << 30);
}

static void test_too_many_devices(void **state)
{
	char *words[2 * INSULA_DISKS_MAX + 2];
	int n = 0;

	(void)state;
	for (; n < 2 * INSULA_DISKS_MAX; n += 2) {
		words[n] = (char *)"--disk";
		words[n + 1] = (char *)"x";
	}
	assert_int_equal(vm_args_parse(&args, ARG_CREATE, words, n), 0);
	assert_int_equal(args.nr_disks, INSULA_DISKS_MAX);
	words[n++] = (char *)"--disk";
	words[n++] = (char *)"x";
	assert_int_equal(vm_args_parse(&args, ARG_CREATE, words, n), -1);
	assert_wrong("--disk", "can be given 16 times");
	for (n = 0; n <= INSULA_NICS_MAX; n++)
		words[n] = (char *)"--nic";
	assert_int_equal(vm_args_parse(&args, ARG_CREATE, words, INSULA_NICS_MAX), 0);
	assert_int_equal(vm_args_parse(&args, ARG_CREATE, words, INSULA_NICS_MAX + 1), -1);
	assert_wrong("--nic", "can be given 12 times");
}

static void test_operands(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_JSON, "a", "-j", "b", "--", "-q", "--json"), 0);
	assert_int_equal(args.nr_names, 4);
	assert_string_equal(args.names[1], "b");
	assert_string_equal(args.names[2], "-q");
	assert_string_equal(args.names[3], "--json");
	assert_true(args.json);
	assert_false(args.quiet);
	assert_int_equal(parse_words(ARG_JSON, "-jq", "a"), 0);
	assert_true(args.json && args.quiet);
	assert_int_equal(parse_words(ARG_JSON, "-jx", "a"), -1);
	assert_wrong("-x", "unknown");
	assert_int_equal(parse_words(ARG_JSON, "-j=1"), -1);
	assert_int_equal(parse_words(ARG_TIMEOUT, "a", "--timeout", "5"), 0);
	assert_int_equal(args.timeout, 5);
	assert_int_equal(parse_words(ARG_TIMEOUT, "a", "--timeout", "99999999999999"), -1);
	assert_int_equal(parse_words(ARG_INTERVAL, "--interval", "0"), -1);
}

static void test_letters_with_values(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_TOP, "-b", "-n", "5"), 0);
	assert_true(args.batch);
	assert_int_equal(args.iterations, 5);
	assert_int_equal(args.nr_names, 0);
	assert_int_equal(parse_words(ARG_TOP, "-n7"), 0);
	assert_int_equal(args.iterations, 7);
	assert_false(args.batch);
	assert_int_equal(parse_words(ARG_TOP, "-bn", "1", "x"), 0);
	assert_int_equal(args.iterations, 1);
	assert_int_equal(args.nr_names, 1);
	assert_int_equal(parse_words(ARG_TOP, "-bn12"), 0);
	assert_int_equal(args.iterations, 12);
	assert_int_equal(parse_words(ARG_TOP, "--iterations=3"), 0);
	assert_int_equal(args.iterations, 3);
	assert_int_equal(parse_words(ARG_TOP, "-n"), -1);
	assert_wrong("-n", "needs a value (N)");
	assert_int_equal(parse_words(ARG_TOP, "-n", "0"), -1);
	assert_wrong("-n", "takes a number, at least 1, not \"0\"");
	assert_int_equal(parse_words(ARG_TOP, "-nb"), -1);
	assert_wrong("-n", "not \"b\"");
	assert_int_equal(parse_words(ARG_JSON, "-n", "1"), -1);
	assert_wrong("-n", "does not take it");
}

static void test_names(void **state)
{
	static const char *const good[] = {
		"a", "9", "web", "Web-1", "a.b_c-d", "1234567890123456789012345678901",
	};
	static const char *const bad[] = {
		"", "-a", ".a", "_a", "a b", "a/b", "a\n", "\xc3\xa4", "a\xc3\xa4", "a:b", "a;b",
		"12345678901234567890123456789012",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(vm_name_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(vm_name_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_values_out_of_range),
		cmocka_unit_test(test_wrong_words),
		cmocka_unit_test(test_settings_of_later_versions),
		cmocka_unit_test(test_live_settings),
		cmocka_unit_test(test_cpu_settings),
		cmocka_unit_test(test_memory_settings),
		cmocka_unit_test(test_bad_cpu_settings),
		cmocka_unit_test(test_memory_target),
		cmocka_unit_test(test_disks_and_nics),
		cmocka_unit_test(test_bare_nic),
		cmocka_unit_test(test_too_many_devices),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_letters_with_values),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
