// SPDX-License-Identifier: GPL-2.0-only
/* control/check.c: what a request may say, and what is told about what it may not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <linux/errno.h>
#include <linux/insula.h>
#include <linux/kernel.h>
#include <insula/guest-abi.h>
#include "control/check.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

static char why[CHECK_TEXT];

#define assert_good(call) assert_int_equal(call, 0)
#define assert_refused(call, text) do {					\
	memset(why, 'x', sizeof(why));					\
	assert_int_equal(call, -EINVAL);				\
	assert_non_null(memchr(why, 0, sizeof(why)));			\
	assert_non_null(strstr(why, text));				\
} while (0)

static void test_name(void **state)
{
	static const char *const good[] = {
		"a", "7", "web", "Web-1.example_2", "a.", "a-", "0000000000000000000000000000031",
	};
	static const char *const odd[] = {
		"a b", "a/b", "a\n", "a\x80", "a\xff", "a@", "a[", "a`", "a{", "a:", "a,",
	};
	static const char *const first[] = { ".", "..", "-a", "_a", "/a", " a", "\xe4" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		assert_good(check_name(good[i], why));
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		assert_refused(check_name(odd[i], why), "may only have");
	for (i = 0; i < ARRAY_SIZE(first); i++)
		assert_refused(check_name(first[i], why), "must begin with");
	assert_refused(check_name("", why), "empty");
	assert_refused(check_name("00000000000000000000000000000032", why), "longer than 31");
}

static void test_every_character(void **state)
{
	char name[3] = "a";
	int c, good = 0;

	for (c = 1; c < 256; c++) {
		name[1] = c;
		good += !check_name(name, why);
	}
	assert_int_equal(good, 26 + 26 + 10 + 3);
}

static void test_cpus(void **state)
{
	assert_good(check_cpus(1, why));
	assert_good(check_cpus(GUEST_MAX_CPUS, why));
	assert_refused(check_cpus(0, why), "cpus 0 is below the minimum of 1");
	assert_refused(check_cpus(256, why), "cpus 256 is above the maximum of 255");
	assert_refused(check_cpus(U32_MAX, why), "cpus 4294967295 is above");
}

static void test_memory(void **state)
{
	assert_good(check_memory(GUEST_MIN_MEMORY, why));
	assert_good(check_memory(GUEST_MIN_MEMORY + 4096, why));
	assert_good(check_memory(GUEST_MAX_MEMORY, why));
	assert_refused(check_memory(0, why), "memory 0 is below the minimum of 1048576 bytes");
	assert_refused(check_memory(1024, why), "memory 1024 is below");
	assert_refused(check_memory(GUEST_MIN_MEMORY - 4096, why), "below");
	assert_refused(check_memory(GUEST_MAX_MEMORY + 4096, why), "above");
	assert_refused(check_memory(100ULL << 40, why), "above the maximum of 1099511627776 bytes");
	assert_refused(check_memory(U64_MAX, why), "above");
	assert_refused(check_memory(GUEST_MIN_MEMORY + 1, why), "not a multiple of 4096");
	assert_refused(check_memory(GUEST_MIN_MEMORY + 4095, why), "not a multiple of 4096");
}

static void test_memory_target(void **state)
{
	assert_good(check_memory_target(0, why));
	assert_good(check_memory_target(INSULA_MEMORY_TARGET_MIN, why));
	assert_good(check_memory_target(GUEST_MAX_MEMORY, why));
	assert_refused(check_memory_target(1, why),
		       "memory-target 1 is below the minimum of 16777216 bytes");
	assert_refused(check_memory_target(INSULA_MEMORY_TARGET_MIN - 4096, why), "below");
	assert_refused(check_memory_target(GUEST_MAX_MEMORY + 4096, why), "above");
	assert_refused(check_memory_target(U64_MAX, why), "above");
	assert_refused(check_memory_target(INSULA_MEMORY_TARGET_MIN + 1, why),
		       "memory-target 16777217 is not a multiple of 4096 bytes");
}

static void test_enums(void **state)
{
	assert_good(check_action(INSULA_ACTION_START, why));
	assert_good(check_action(INSULA_ACTION_SHUTDOWN, why));
	assert_refused(check_action(INSULA_ACTION_SHUTDOWN + 1, why), "action 6 is above");
	assert_refused(check_action(U32_MAX, why), "above");
	assert_good(check_on_reboot(INSULA_ON_REBOOT_RESTART, why));
	assert_good(check_on_reboot(INSULA_ON_REBOOT_STOP, why));
	assert_refused(check_on_reboot(2, why), "on-reboot 2 is above");
}

static void test_cpu_shares(void **state)
{
	assert_good(check_cpu_shares(1, why));
	assert_good(check_cpu_shares(INSULA_CPU_SHARES_DEFAULT, why));
	assert_good(check_cpu_shares(10000, why));
	assert_refused(check_cpu_shares(0, why), "cpu-shares 0 is below the minimum of 1");
	assert_refused(check_cpu_shares(10001, why),
		       "cpu-shares 10001 is above the maximum of 10000");
	assert_refused(check_cpu_shares(U32_MAX, why), "cpu-shares 4294967295 is above");
}

static void test_cpu_percentages(void **state)
{
	assert_int_equal(INSULA_CPU_PERCENT_MAX, 100 * GUEST_MAX_CPUS);
	assert_good(check_cpu_min(0, why));
	assert_good(check_cpu_min(150, why));
	assert_good(check_cpu_min(25500, why));
	assert_refused(check_cpu_min(25501, why), "cpu-min 25501 is above the maximum of 25500%");
	assert_refused(check_cpu_min(U32_MAX, why), "cpu-min 4294967295 is above");
	assert_good(check_cpu_max(0, why));
	assert_good(check_cpu_max(1, why));
	assert_good(check_cpu_max(25500, why));
	assert_refused(check_cpu_max(25501, why), "cpu-max 25501 is above the maximum of 25500%");
	assert_refused(check_cpu_max(U32_MAX, why), "cpu-max 4294967295 is above");
}

static void test_ram_below_the_hole(void **state)
{
	assert_true(check_ram_range(0, 1, MIB));
	assert_true(check_ram_range(0, MIB, MIB));
	assert_true(check_ram_range(MIB - 1, 1, MIB));
	assert_false(check_ram_range(MIB - 1, 2, MIB));
	assert_false(check_ram_range(MIB, 0, MIB));
	assert_false(check_ram_range(0, MIB + 1, MIB));
	assert_false(check_ram_range(1, U64_MAX, MIB));
	assert_false(check_ram_range(U64_MAX, 1, MIB));
	assert_false(check_ram_range(U64_MAX, U64_MAX, MIB));
	/* exactly up to the hole: nothing is above 4 GiB */
	assert_true(check_ram_range(0, GUEST_LOW_RAM_TOP, GUEST_LOW_RAM_TOP));
	assert_false(check_ram_range(GUEST_HIGH_RAM_BASE, 1, GUEST_LOW_RAM_TOP));
}

static void test_ram_around_the_hole(void **state)
{
	const u64 memory = 4 * GIB, high = memory - GUEST_LOW_RAM_TOP;

	assert_true(check_ram_range(GUEST_LOW_RAM_TOP - 1, 1, memory));
	assert_false(check_ram_range(GUEST_LOW_RAM_TOP - 1, 2, memory));
	assert_false(check_ram_range(GUEST_LOW_RAM_TOP, 1, memory));
	assert_false(check_ram_range(GUEST_LAPIC_BASE, 1, memory));
	assert_false(check_ram_range(GUEST_HIGH_RAM_BASE - 1, 1, memory));
	assert_false(check_ram_range(GUEST_HIGH_RAM_BASE - 1, 2, memory));
	assert_false(check_ram_range(0, memory, memory));
	assert_true(check_ram_range(GUEST_HIGH_RAM_BASE, high, memory));
	assert_false(check_ram_range(GUEST_HIGH_RAM_BASE, high + 1, memory));
	assert_true(check_ram_range(GUEST_HIGH_RAM_BASE + high - 1, 1, memory));
	assert_false(check_ram_range(GUEST_HIGH_RAM_BASE + high, 1, memory));
	assert_false(check_ram_range(GUEST_HIGH_RAM_BASE + 1, U64_MAX, memory));
}

/* The layout again, the long way round: byte by byte at every border. */
static bool is_ram(u64 gpa, u64 memory)
{
	if (gpa < GUEST_LOW_RAM_TOP)
		return gpa < memory;
	return memory > GUEST_LOW_RAM_TOP && gpa >= GUEST_HIGH_RAM_BASE &&
	       gpa - GUEST_HIGH_RAM_BASE < memory - GUEST_LOW_RAM_TOP;
}

static void test_ram_bytes(void **state)
{
	static const u64 sizes[] = {
		MIB, GUEST_LOW_RAM_TOP - 4096, GUEST_LOW_RAM_TOP, GUEST_LOW_RAM_TOP + 4096,
		4 * GIB, 5 * GIB, GUEST_MAX_MEMORY,
	};
	const u64 borders[] = {
		0, MIB, GUEST_LOW_RAM_TOP - 4096, GUEST_LOW_RAM_TOP, GUEST_HIGH_RAM_BASE,
		GUEST_HIGH_RAM_BASE + 4096, 5 * GIB, 6 * GIB, GUEST_MAX_MEMORY,
		GUEST_MAX_MEMORY + GIB,
	};
	size_t i, j;
	int d;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (j = 0; j < ARRAY_SIZE(borders); j++)
			for (d = -2; d <= 2; d++)
				assert_int_equal(check_ram_range(borders[j] + d, 1, sizes[i]),
						 is_ram(borders[j] + d, sizes[i]));
}

static void test_segment(void **state)
{
	assert_good(check_segment(0, 0, 1, MIB, why));
	assert_good(check_segment(12345, 4096, MIB - 4096, MIB, why));
	assert_good(check_segment(S64_MAX - 1, 0, 1, MIB, why));
	assert_refused(check_segment(0, 0, 0, MIB, why), "must have a length");
	assert_refused(check_segment(S64_MAX, 0, 1, MIB, why), "no file is so large");
	assert_refused(check_segment(U64_MAX, 0, 1, MIB, why), "no file is so large");
	assert_refused(check_segment(1, 0, U64_MAX, MIB, why), "no file is so large");
	assert_refused(check_segment(0, 4096, MIB, MIB, why),
		       "1048576 bytes at 0x1000 does not lie in 1048576 bytes of RAM");
	assert_refused(check_segment(0, GUEST_LOW_RAM_TOP - 1, 2, 4 * GIB, why),
		       "(in one piece)");
	assert_refused(check_segment(S64_MAX - 1, S64_MAX, 1, MIB, why), "does not lie in");
}

static void test_boot(void **state)
{
	const u32 real = INSULA_BOOT_MODE_REAL, prot = INSULA_BOOT_MODE_PROTECTED;
	const u32 lng = INSULA_BOOT_MODE_LONG;

	assert_good(check_boot(real, 0xfffffff0, 0, 0, MIB, why));
	assert_good(check_boot(prot, 0x100000, 0, 0xffff, MIB, why));
	assert_good(check_boot(lng, 0xffffffff81000000ULL, 0x1000, 0x1f, MIB, why));
	assert_good(check_boot(lng, 0, MIB - 4096, 0, MIB, why));
	assert_refused(check_boot(3, 0, 0, 0, MIB, why), "mode 3 is above");
	assert_refused(check_boot(U32_MAX, 0, 0, 0, MIB, why), "mode");
	assert_refused(check_boot(prot, 0, 0, 0x10000, MIB, why), "gdt-limit 0x10000");
	assert_refused(check_boot(real, 1ULL << 32, 0, 0, MIB, why), "rip 0x100000000");
	assert_refused(check_boot(prot, U64_MAX, 0, 0, MIB, why), "rip");
	assert_refused(check_boot(lng, 0, 0x1001, 0, MIB, why), "cr3 0x1001");
	assert_refused(check_boot(lng, 0, MIB, 0, MIB, why), "cr3");
	assert_refused(check_boot(lng, 0, GUEST_LOW_RAM_TOP, 0, 4 * GIB, why), "cr3");
	assert_refused(check_boot(lng, 0, U64_MAX & ~0xfffULL, 0, 4 * GIB, why), "cr3");
}

static void test_disk_serial(void **state)
{
	assert_good(check_disk_serial("a", why));
	assert_good(check_disk_serial(" ~!,=", why));
	assert_good(check_disk_serial("12345678901234567890", why));
	assert_refused(check_disk_serial("", why), "empty");
	assert_refused(check_disk_serial("123456789012345678901", why), "longer than 20");
	assert_refused(check_disk_serial("a\n", why), "printable ASCII");
	assert_refused(check_disk_serial("\x7f", why), "printable ASCII");
	assert_refused(check_disk_serial("\xc3\xa4", why), "printable ASCII");
}

static void test_nic_name(void **state)
{
	static const char *const good[] = { "a", "web.0", "...", "-", "_", "123456789012345" };
	static const char *const odd[] = {
		"a b", "a/b", "a:b", "eth%d", "a\n", "a\t", "\x7f", "a\x80", "\xa0",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		assert_good(check_nic_name(good[i], why));
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		assert_refused(check_nic_name(odd[i], why), "may only have");
	assert_refused(check_nic_name("", why), "empty");
	assert_refused(check_nic_name(".", why), "cannot be");
	assert_refused(check_nic_name("..", why), "cannot be");
	assert_refused(check_nic_name("1234567890123456", why), "longer than 15");
}

static void test_nic_default_name(void **state)
{
	assert_good(check_nic_default_name("1234567890123", 0, why));
	assert_good(check_nic_default_name("123456789012", 11, why));
	assert_refused(check_nic_default_name("1234567890123", 11, why),
		       "nic 11: 1234567890123.11 is longer than 15 characters: give it a name");
	assert_refused(check_nic_default_name("0000000000000000000000000000031", 0, why), "longer");
}

static void test_nic_mac(void **state)
{
	static const u8 good[] = { 0x52, 0x54, 0, 1, 2, 3 }, zero[6], last[] = { 0, 0, 0, 0, 0, 1 };
	static const u8 group[] = { 1, 0, 0x5e, 0, 0, 1 };
	static const u8 all[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	assert_good(check_nic_mac(good, why));
	assert_good(check_nic_mac(last, why));
	assert_refused(check_nic_mac(zero, why), "all zero");
	assert_refused(check_nic_mac(group, why), "group");
	assert_refused(check_nic_mac(all, why), "group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_target),
		cmocka_unit_test(test_enums),
		cmocka_unit_test(test_cpu_shares),
		cmocka_unit_test(test_cpu_percentages),
		cmocka_unit_test(test_ram_below_the_hole),
		cmocka_unit_test(test_ram_around_the_hole),
		cmocka_unit_test(test_ram_bytes),
		cmocka_unit_test(test_segment),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_disk_serial),
		cmocka_unit_test(test_nic_name),
		cmocka_unit_test(test_nic_default_name),
		cmocka_unit_test(test_nic_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
