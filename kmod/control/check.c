// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - are the values of a request possible?
 *
 * Pure: also compiled in userspace, for the tests. It may not look at anything but its
 * arguments.
 */
#include <linux/errno.h>
#include <linux/insula.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <insula/guest-abi.h>
#include "check.h"

#define PAGE_BYTES 4096ULL

static int refuse_text(char *why, const char *text)
{
	snprintf(why, CHECK_TEXT, "%s", text);
	return -EINVAL;
}

static int check_limits(const char *what, u64 value, u64 min, u64 max, const char *unit, char *why)
{
	if (value < min) {
		snprintf(why, CHECK_TEXT, "%s %llu is below the minimum of %llu%s", what, value,
			 min, unit);
		return -EINVAL;
	}
	if (value > max) {
		snprintf(why, CHECK_TEXT, "%s %llu is above the maximum of %llu%s", what, value,
			 max, unit);
		return -EINVAL;
	}
	return 0;
}

/* ctype.h would take letters of the host's locale, and of Latin-1 in the kernel. */
static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_name_char(char c)
{
	return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

int check_name(const char *name, char *why)
{
	size_t i, len = strnlen(name, INSULA_NAME_MAX + 1);

	if (!len)
		return refuse_text(why, "the name is empty");
	if (len > INSULA_NAME_MAX) {
		snprintf(why, CHECK_TEXT, "the name is longer than %d characters",
			 INSULA_NAME_MAX);
		return -EINVAL;
	}
	if (!is_alphanumeric(name[0]))
		return refuse_text(why, "the name must begin with a letter or a digit");
	for (i = 1; i < len; i++)
		if (!is_name_char(name[i]))
			return refuse_text(why,
					   "the name may only have letters, digits, '.', '_' and '-'");
	return 0;
}

int check_cpus(u32 cpus, char *why)
{
	return check_limits("cpus", cpus, 1, GUEST_MAX_CPUS, "", why);
}

static int check_pages(const char *what, u64 bytes, u64 min, char *why)
{
	int err = check_limits(what, bytes, min, GUEST_MAX_MEMORY, " bytes", why);

	if (err)
		return err;
	if (bytes % PAGE_BYTES) {
		snprintf(why, CHECK_TEXT, "%s %llu is not a multiple of %llu bytes", what, bytes,
			 PAGE_BYTES);
		return -EINVAL;
	}
	return 0;
}

int check_memory(u64 memory, char *why)
{
	return check_pages("memory", memory, GUEST_MIN_MEMORY, why);
}

int check_memory_target(u64 target, char *why)
{
	return target ? check_pages("memory-target", target, INSULA_MEMORY_TARGET_MIN, why) : 0;
}

int check_memory_min(u64 bytes, char *why)
{
	return check_pages("memory-min", bytes, 0, why);
}

int check_memory_shares(u32 shares, char *why)
{
	return check_limits("memory-shares", shares, INSULA_MEMORY_SHARES_MIN,
			    INSULA_MEMORY_SHARES_MAX, "", why);
}

int check_action(u32 action, char *why)
{
	return check_limits("action", action, 0, INSULA_ACTION_SHUTDOWN, "", why);
}

int check_on_reboot(u32 on_reboot, char *why)
{
	return check_limits("on-reboot", on_reboot, 0, INSULA_ON_REBOOT_STOP, "", why);
}

int check_cpu_shares(u32 shares, char *why)
{
	return check_limits("cpu-shares", shares, INSULA_CPU_SHARES_MIN, INSULA_CPU_SHARES_MAX, "",
			    why);
}

int check_cpu_min(u32 percent, char *why)
{
	return check_limits("cpu-min", percent, 0, INSULA_CPU_PERCENT_MAX, "%", why);
}

int check_cpu_max(u32 percent, char *why)
{
	return check_limits("cpu-max", percent, 0, INSULA_CPU_PERCENT_MAX, "%", why);
}

bool check_ram_range(u64 gpa, u64 len, u64 memory)
{
	u64 low = min_t(u64, memory, GUEST_LOW_RAM_TOP);
	u64 high = memory - low;

	if (gpa < low)
		return len <= low - gpa;
	if (gpa < GUEST_HIGH_RAM_BASE)
		return false;
	gpa -= GUEST_HIGH_RAM_BASE;
	return gpa < high && len <= high - gpa;
}

int check_segment(u64 offset, u64 gpa, u64 len, u64 memory, char *why)
{
	if (!len)
		return refuse_text(why, "a segment must have a length");
	if (offset > S64_MAX || len > S64_MAX - offset) {
		snprintf(why, CHECK_TEXT,
			 "a segment of %llu bytes at offset %llu: no file is so large", len,
			 offset);
		return -EINVAL;
	}
	if (!check_ram_range(gpa, len, memory)) {
		snprintf(why, CHECK_TEXT,
			 "a segment of %llu bytes at 0x%llx does not lie in %llu bytes of RAM%s",
			 len, gpa, memory, memory > GUEST_LOW_RAM_TOP ? " (in one piece)" : "");
		return -EINVAL;
	}
	return 0;
}

int check_boot(u32 mode, u64 rip, u64 cr3, u32 gdt_limit, u64 memory, char *why)
{
	int err = check_limits("boot: mode", mode, 0, INSULA_BOOT_MODE_LONG, "", why);

	if (err)
		return err;
	if (gdt_limit > 0xffff) {
		snprintf(why, CHECK_TEXT, "boot: gdt-limit 0x%x is above 0xffff", gdt_limit);
		return -EINVAL;
	}
	if (mode != INSULA_BOOT_MODE_LONG) {
		if (rip <= U32_MAX)
			return 0;
		snprintf(why, CHECK_TEXT, "boot: rip 0x%llx is above 4 GiB outside long mode", rip);
		return -EINVAL;
	}
	if (cr3 % PAGE_BYTES || !check_ram_range(cr3, PAGE_BYTES, memory)) {
		snprintf(why, CHECK_TEXT, "boot: cr3 0x%llx is not the address of a page of RAM",
			 cr3);
		return -EINVAL;
	}
	return 0;
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

static int check_length(const char *what, const char *text, size_t max, char *why)
{
	size_t len = strnlen(text, max + 1);

	if (len && len <= max)
		return 0;
	if (len)
		snprintf(why, CHECK_TEXT, "%s is longer than %zu characters", what, max);
	else
		snprintf(why, CHECK_TEXT, "%s is empty", what);
	return -EINVAL;
}

int check_disk_serial(const char *serial, char *why)
{
	int i, err = check_length("a disk's serial", serial, INSULA_SERIAL_MAX, why);

	if (err)
		return err;
	for (i = 0; serial[i]; i++)
		if (!is_printable(serial[i]))
			return refuse_text(why, "a disk's serial may only have printable ASCII");
	return 0;
}

static bool is_nic_name_char(char c)
{
	return is_printable(c) && c != ' ' && c != '/' && c != ':' && c != '%';
}

int check_nic_name(const char *name, char *why)
{
	int i, err = check_length("a nic's name", name, INSULA_NIC_NAME_MAX, why);

	if (err)
		return err;
	for (i = 0; name[i]; i++)
		if (!is_nic_name_char(name[i]))
			return refuse_text(why,
					   "a nic's name may only have ASCII, no space, '/', ':', '%'");
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return refuse_text(why, "a nic's name cannot be \".\" or \"..\"");
	return 0;
}

int check_nic_default_name(const char *vm, u32 index, char *why)
{
	if (snprintf(NULL, 0, "%s.%u", vm, index) <= INSULA_NIC_NAME_MAX)
		return 0;
	snprintf(why, CHECK_TEXT, "nic %u: %s.%u is longer than %d characters: give it a name",
		 index, vm, index, INSULA_NIC_NAME_MAX);
	return -EINVAL;
}

int check_nic_mac(const u8 *mac, char *why)
{
	if (mac[0] & 1)
		return refuse_text(why, "a nic's mac is a group's: its first byte must be even");
	if (!(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]))
		return refuse_text(why, "a nic's mac is all zero");
	return 0;
}
