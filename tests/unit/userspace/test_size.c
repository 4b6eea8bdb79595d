// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_size.c - numbers and sizes as people write them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "size.h"

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 }, { "1", 1 }, { "4096", 4096 }, { "1K", 1024 }, { "1k", 1024 },
		{ "512M", 512ULL << 20 }, { "2G", 2ULL << 30 }, { "2g", 2ULL << 30 },
		{ "1T", 1ULL << 40 }, { "16777215T", 16777215ULL << 40 },
		{ "18446744073709551615", UINT64_MAX }, { "007", 7 },
	};
	static const char *const bad[] = {
		"", "M", "-1", "+1", " 1", "1 ", "1 M", "1MB", "1.5G", "0x10", "1e3", "1P", "1E",
		"18446744073709551616", "16777216T", "99999999999999999999", "18014398509481984K",
		"\xff", "1\xff", "1[",
	};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!parse_size(good[i].text, &bytes))
			fail_msg("%s", good[i].text);
		assert_int_equal(bytes, good[i].bytes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse_size(bad[i], &bytes))
			fail_msg("\"%s\" was taken for %ju", bad[i], (uintmax_t)bytes);
}

static void test_numbers(void **state)
{
	uint64_t n = 42;

	(void)state;
	assert_true(parse_number("255", 255, &n));
	assert_int_equal(n, 255);
	assert_false(parse_number("256", 255, &n));
	assert_false(parse_number("1K", 5000, &n));
	assert_false(parse_number("", 5000, &n));
	assert_false(parse_number("-1", UINT64_MAX, &n));
	assert_int_equal(n, 255);
}

static void test_size_texts(void **state)
{
	char text[SIZE_TEXT_MAX];

	(void)state;
	assert_string_equal(format_size(0, text), "0");
	assert_string_equal(format_size(1023, text), "1023");
	assert_string_equal(format_size(1024, text), "1K");
	assert_string_equal(format_size(512ULL << 20, text), "512M");
	assert_string_equal(format_size(5583457484, text), "5.2G");
	assert_string_equal(format_size(1ULL << 40, text), "1T");
	assert_string_equal(format_size(UINT64_MAX, text), "16777216T");
}

static void test_durations(void **state)
{
	char text[SIZE_TEXT_MAX];

	(void)state;
	assert_string_equal(format_duration(0, text), "0.00s");
	assert_string_equal(format_duration(59999999999, text), "59.99s");
	assert_string_equal(format_duration(187000000000, text), "3m07s");
	assert_string_equal(format_duration(3600000000000, text), "1h00m");
	assert_string_equal(format_duration(187200000000000, text), "2d04h");
}

static void test_latencies(void **state)
{
	char text[SIZE_TEXT_MAX];

	(void)state;
	assert_string_equal(format_latency(0, text), "-");
	assert_string_equal(format_latency(750, text), "750ns");
	assert_string_equal(format_latency(1000, text), "1us");
	assert_string_equal(format_latency(1500, text), "1.5us");
	assert_string_equal(format_latency(12000, text), "12us");
	assert_string_equal(format_latency(768000, text), "768us");
	assert_string_equal(format_latency(1536000, text), "1.5ms");
	assert_string_equal(format_latency(3145728000, text), "3.1s");
}

static void test_cpu_lists(void **state)
{
	static const char *const good[] = { "0", "8", "0-3", "0-3,8", "1,0", "5-5", "all", "0-255,300" };
	static const char *const bad[] = {
		"", ",", "0,", ",0", "0,,1", "-", "-1", "0-", "3-1", "0-3-5", "0 1", " 0", "0\n", "x",
		"0x1", "all,1", "0:1", "0-3:1/2", "99999999999999999999", "none", "\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!is_cpu_list(good[i]))
			fail_msg("\"%s\" was not taken", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (is_cpu_list(bad[i]))
			fail_msg("\"%s\" was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_size_texts),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_latencies),
		cmocka_unit_test(test_cpu_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
