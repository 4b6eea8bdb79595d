// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_device-args.c - what --disk and --nic take
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "device-args.h"

static struct disk_args disk;
static struct nic_args nic;

static void assert_says(const char *said, const char *text)
{
	assert_non_null(said);
	if (!strstr(said, text))
		fail_msg("\"%s\" does not say \"%s\"", said, text);
}

static void assert_disk(const char *value, const char *path, bool ro, const char *serial)
{
	memset(&disk, 0xa5, sizeof(disk));
	assert_null(disk_args_parse(value, &disk));
	assert_string_equal(disk.path, path);
	assert_int_equal(disk.ro, ro);
	assert_string_equal(disk.serial, serial);
}

static void test_disks(void **state)
{
	(void)state;
	assert_disk("x", "x", false, "");
	assert_disk("/srv/a b.img", "/srv/a b.img", false, "");
	assert_disk("x,ro", "x", true, "");
	assert_disk("x,serial=S1", "x", false, "S1");
	assert_disk("x,ro,serial=12345678901234567890", "x", true, "12345678901234567890");
	assert_disk("x,serial=a=b c,ro", "x", true, "a=b c");
	assert_disk("ro", "ro", false, "");
	assert_disk("serial=7", "serial=7", false, "");
}

static void test_commas(void **state)
{
	(void)state;
	assert_disk("a,,b", "a,b", false, "");
	assert_disk(",,a", ",a", false, "");
	assert_disk("a,,", "a,", false, "");
	assert_disk("a,,,,b", "a,,b", false, "");
	assert_disk("a,,ro", "a,ro", false, "");
	assert_disk("a,,,ro", "a,", true, "");
	assert_disk("a,serial=1,,2,ro", "a", true, "1,2");
}

static void test_bad_disks(void **state)
{
	static const char *const bad[] = {
		"", ",", ",ro", "x,", "x,ro,", "x,rw", "x,ro=1", "x,RO", "x, ro", "x,seria=1",
		"x,,,", "x,ro,,serial=1", "x,serial",
	};
	static const char *const serials[] = {
		"x,serial=", "x,serial=123456789012345678901", "x,serial=a\tb", "x,serial=\xc3\xa4",
		"x,serial=,ro",
	};
	static char path[PATH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_says(disk_args_parse(bad[i], &disk), "takes FILE[,ro][,serial=S]");
	for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++)
		assert_says(disk_args_parse(serials[i], &disk), "serial of 1 to 20");
	memset(path, 'a', PATH_MAX);
	assert_says(disk_args_parse(path, &disk), "shorter");
	path[PATH_MAX - 1] = '\0';
	assert_disk(path, path, false, "");
}

static void assert_nic(const char *value, const char *name, const char *mac)
{
	memset(&nic, 0xa5, sizeof(nic));
	assert_null(nic_args_parse(value, &nic));
	assert_string_equal(nic.name, name);
	assert_int_equal(nic.has_mac, mac != NULL);
	if (mac)
		assert_memory_equal(nic.mac, mac, MAC_BYTES);
}

static void test_nics(void **state)
{
	(void)state;
	assert_nic("", "", NULL);
	assert_nic("name=web0", "web0", NULL);
	assert_nic("name=123456789012345", "123456789012345", NULL);
	assert_nic("mac=52:54:00:12:34:56", "", "\x52\x54\x00\x12\x34\x56");
	assert_nic("mac=aA:bB:cC:dD:eE:fF,name=a.1", "a.1", "\xaa\xbb\xcc\xdd\xee\xff");
	assert_nic("mac=00:00:00:00:00:01", "", "\x00\x00\x00\x00\x00\x01");
	assert_nic("name=a,,b", "a,b", NULL);
}

static void test_bad_nics(void **state)
{
	static const char *const bad[] = { ",", "web0", "name", "name=a,", ",name=a", "x=y", "ro" };
	static const char *const names[] = {
		"name=", "name=1234567890123456", "name=a b", "name=a/b", "name=a:b", "name=eth%d",
		"name=.", "name=..", "name=\x01", "name=\xc3\xa4",
	};
	static const char *const macs[] = {
		"mac=", "mac=52", "mac=52:54:00:12:34", "mac=52:54:00:12:34:5", "mac=52:54:00:12:34:567",
		"mac=52:54:00:12:34:56:78", "mac=52-54-00-12-34-56", "mac=525400123456",
		"mac=5g:54:00:12:34:56", "mac=52:54:00:12:34:5g", "mac= 2:54:00:12:34:56",
		"mac=52:54:00:12:34:56:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_says(nic_args_parse(bad[i], &nic), "takes [name=IF][,mac=MAC]");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_says(nic_args_parse(names[i], &nic), "1 to 15 characters");
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
		assert_says(nic_args_parse(macs[i], &nic), "such as mac=");
	assert_says(nic_args_parse("mac=01:00:5e:00:00:01", &nic), "even");
	assert_says(nic_args_parse("mac=ff:ff:ff:ff:ff:ff", &nic), "even");
	assert_says(nic_args_parse("mac=00:00:00:00:00:00", &nic), "all zero");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disks),
		cmocka_unit_test(test_commas),
		cmocka_unit_test(test_bad_disks),
		cmocka_unit_test(test_nics),
		cmocka_unit_test(test_bad_nics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
