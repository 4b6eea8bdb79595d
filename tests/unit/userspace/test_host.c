// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_host.c - what /proc/cpuinfo says about a host
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

static struct host host;

static void ask(const char *cpuinfo)
{
	char path[] = "/tmp/insula-cpuinfo-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, cpuinfo, strlen(cpuinfo)), strlen(cpuinfo));
	close(fd);
	host_init(&host);
	host_ask_kernel(&host, path);
	unlink(path);
}

static int teardown(void **state)
{
	(void)state;
	host_release(&host);
	return 0;
}

static const char *problem(size_t i)
{
	return json_string_value(json_array_get(host.problems, i));
}

static void test_amd(void **state)
{
	(void)state;
	ask("processor\t: 0\nflags\t\t: fpu svm npt nrip_save\nbugs\t\t:\n\nprocessor\t: 1\n");
	assert_string_equal(host.vendor, "svm");
	assert_true(json_is_true(json_object_get(host.features, "npt")));
	assert_true(json_is_true(json_object_get(host.features, "nrips")));
	assert_true(json_is_false(json_object_get(host.features, "pause-filter")));
	assert_null(json_object_get(host.features, "ept"));
	assert_int_equal(json_array_size(host.problems), 0);
}

static void test_amd_without_npt(void **state)
{
	(void)state;
	ask("flags\t\t: fpu svm nptx\n");
	assert_string_equal(host.vendor, "svm");
	assert_int_equal(json_array_size(host.problems), 1);
	assert_non_null(strstr(problem(0), "without npt"));
}

static void test_intel(void **state)
{
	(void)state;
	ask("flags\t\t: fpu vmx ept vpid\nvmx flags\t: vnmi unrestricted_guest\n");
	assert_string_equal(host.vendor, "vmx");
	assert_int_equal(json_array_size(host.problems), 0);
	host_release(&host);
	ask("flags\t\t: fpu vmx ept vpid\nvmx flags\t: vnmi\n");
	assert_non_null(strstr(problem(0), "without unrestricted-guest"));
}

static void test_neither(void **state)
{
	(void)state;
	ask("flags\t\t: fpu svmx xvmx\n");
	assert_string_equal(host.vendor, "");
	assert_non_null(strstr(problem(0), "neither SVM nor VMX"));
	host_release(&host);
	ask("");
	assert_int_equal(json_array_size(host.problems), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_amd, teardown),
		cmocka_unit_test_teardown(test_amd_without_npt, teardown),
		cmocka_unit_test_teardown(test_intel, teardown),
		cmocka_unit_test_teardown(test_neither, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
