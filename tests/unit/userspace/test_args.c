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
		"--cpu-shares", "--cpu-min", "--cpu-max", "--cpu-affinity", "--memory-min",
		"--memory-shares", "--firmware", "--disk", "--nic", "--hugepages",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		assert_int_equal(parse_words(ARG_CREATE, "web", later[i], "1"), -1);
		assert_wrong(later[i], "not available in this version");
	}
	assert_int_equal(parse_words(ARG_LIVE, "web", "--cpu-max=none"), -1);
	assert_wrong("--cpu-max", "not available in this version");
}

static void test_live_settings(void **state)
{
	(void)state;
	assert_int_equal(parse_words(ARG_LIVE, "web", "--on-reboot", "stop"), 0);
	assert_int_equal(parse_words(ARG_LIVE, "web", "--cpus", "2"), -1);
	assert_wrong("--cpus", "can't be changed");
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
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
