// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_acpi.c - the ACPI tables and the memory map
 *
 * Where iasl is there, it has to find nothing to complain of, and to compile
 * the DSDT's source to the bytes that are committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/acpi.h"
#include "boot/boot.h"
#include "boot/e820.h"

static uint8_t area[BOOT_ACPI_SIZE];

static const uint8_t dsdt_bytes[] = {
#include "boot/dsdt.hex"
};

static uint64_t get(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, at, size);
	return value;
}

static uint8_t sum(const uint8_t *at, size_t size)
{
	uint8_t total = 0;

	while (size--)
		total += *at++;
	return total;
}

static uint8_t *build(unsigned int cpus)
{
	size_t used;

	memset(area, 0, sizeof(area));
	used = acpi_build(area, cpus);
	assert_true(used <= sizeof(area));
	/* Nothing is written beyond what is said to be used. */
	for (size_t i = used; i < sizeof(area); i++)
		assert_int_equal(area[i], 0);
	return area;
}

static uint8_t *at_address(uint64_t address)
{
	assert_in_range(address, BOOT_ACPI, BOOT_ACPI + sizeof(area) - 36);
	return area + (address - BOOT_ACPI);
}

/* Finds a table through RSDP and XSDT, as a guest does, and checks its sum. */
static uint8_t *find(const char *signature)
{
	uint8_t *xsdt = at_address(get(area + 24, 8));
	uint32_t length = get(xsdt + 4, 4);

	assert_memory_equal(xsdt, "XSDT", 4);
	assert_int_equal(sum(xsdt, length), 0);
	for (uint32_t i = 36; i + 8 <= length; i += 8) {
		uint8_t *table = at_address(get(xsdt + i, 8));

		if (!memcmp(table, signature, 4)) {
			assert_int_equal(sum(table, get(table + 4, 4)), 0);
			return table;
		}
	}
	fail_msg("no table %s", signature);
	return NULL;
}

static void test_rsdp(void **state)
{
	(void)state;
	build(1);
	assert_memory_equal(area, "RSD PTR ", 8);
	assert_int_equal(area[15], 2);
	assert_int_equal(sum(area, 20), 0);
	assert_int_equal(sum(area, 36), 0);
	assert_int_equal(BOOT_ACPI % 16, 0);
}

static void test_fadt(void **state)
{
	uint8_t *fadt, *dsdt;

	(void)state;
	build(1);
	fadt = find("FACP");
	assert_int_equal(get(fadt + 4, 4), 276);
	assert_int_equal(get(fadt + 36, 4) % 64, 0);
	assert_memory_equal(at_address(get(fadt + 36, 4)), "FACS", 4);
	assert_int_equal(get(fadt + 46, 2), IRQ_SCI);
	assert_int_equal(get(fadt + 48, 4), 0);			/* SMI_CMD */
	assert_int_equal(get(fadt + 56, 4), PORT_PM1_EVT);
	assert_int_equal(get(fadt + 64, 4), PORT_PM1_CNT);
	assert_int_equal(get(fadt + 76, 4), PORT_PM_TMR);
	assert_int_equal(get(fadt + 112, 4) & 1 << 4, 0);	/* power button is fixed */
	assert_int_equal(get(fadt + 112, 4) & 1 << 8, 1 << 8);	/* PM timer of 32 bits */
	assert_int_equal(get(fadt + 112, 4) & 1 << 10, 1 << 10);
	assert_int_equal(get(fadt + 112, 4) & 1 << 20, 0);	/* not hardware-reduced */
	assert_int_equal(get(fadt + 120, 8), PORT_RESET);
	assert_int_equal(fadt[128], 6);
	assert_int_equal(get(fadt + 40, 4), get(fadt + 140, 8));
	dsdt = at_address(get(fadt + 140, 8));
	assert_memory_equal(dsdt, "DSDT", 4);
	assert_int_equal(get(dsdt + 4, 4), sizeof(dsdt_bytes));
	assert_int_equal(sum(dsdt, sizeof(dsdt_bytes)), 0);
}

static void check_madt(unsigned int cpus)
{
	unsigned int lapics = 0, ioapics = 0, overrides = 0, nmis = 0;
	uint8_t *madt;
	uint32_t length, at;

	build(cpus);
	madt = find("APIC");
	length = get(madt + 4, 4);
	assert_int_equal(get(madt + 36, 4), GUEST_LAPIC_BASE);
	for (at = 44; at < length; at += madt[at + 1]) {
		assert_true(madt[at + 1] >= 2);
		if (madt[at] == 0) {
			assert_int_equal(madt[at + 3], lapics++);
			assert_int_equal(get(madt + at + 4, 4), 1);
		} else if (madt[at] == 1) {
			ioapics++;
			assert_int_equal(get(madt + at + 4, 4), GUEST_IOAPIC_BASE);
			assert_int_equal(get(madt + at + 8, 4), 0);
		} else if (madt[at] == 2) {
			overrides++;
			if (madt[at + 3] == IRQ_PIT)
				assert_int_equal(get(madt + at + 4, 4), GSI_PIT);
			else
				assert_int_equal(get(madt + at + 8, 2), 0xd);
		} else if (madt[at] == 4) {
			nmis++;
			assert_int_equal(madt[at + 5], 1);
		}
	}
	assert_int_equal(at, length);
	assert_int_equal(lapics, cpus);
	assert_int_equal(ioapics, 1);
	assert_int_equal(overrides, 2);
	assert_int_equal(nmis, 1);
}

static void test_madt(void **state)
{
	(void)state;
	check_madt(1);
	check_madt(4);
	check_madt(GUEST_MAX_CPUS);
}

static void test_mcfg(void **state)
{
	uint8_t *mcfg;

	(void)state;
	build(1);
	mcfg = find("MCFG");
	assert_int_equal(get(mcfg + 4, 4), 60);
	assert_int_equal(get(mcfg + 44, 8), GUEST_ECAM_BASE);
	assert_int_equal(get(mcfg + 52, 2), 0);			/* segment */
	assert_int_equal(mcfg[54], 0);
	assert_int_equal(((mcfg[55] + 1ULL) << 20), GUEST_ECAM_SIZE);
}

/* The DSDT has them as literals. */
static void test_pci_windows(void **state)
{
	(void)state;
	assert_int_equal(GUEST_PCI_MEM_BASE, 0xc0000000);
	assert_int_equal(GUEST_PCI_MEM_SIZE, 0x20000000);
	assert_int_equal(GUEST_PCI_IO_BASE, 0x8000);
	assert_int_equal(GUEST_PCI_IO_SIZE, 0x8000);
	assert_int_equal(GUEST_ECAM_BASE, 0xe0000000);
	assert_int_equal(GUEST_ECAM_SIZE, 0x100000);
	assert_int_equal(PORT_PCI_ADDRESS, 0xcf8);
	assert_int_equal(IRQ_PCI, 10);
	assert_int_equal(GUEST_PCI_IRQS, 2);
	assert_true(GUEST_PCI_MEM_BASE >= GUEST_LOW_RAM_TOP);
	assert_true(GUEST_PCI_MEM_BASE + GUEST_PCI_MEM_SIZE <= GUEST_ECAM_BASE);
	assert_true(GUEST_ECAM_BASE + GUEST_ECAM_SIZE <= GUEST_IOAPIC_BASE);
}

static bool have_iasl(void)
{
	return !system("command -v iasl >/dev/null 2>&1");
}

static void write_file(const char *dir, const char *name, const void *data, size_t size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Runs a command with %s standing for the directory. */
static void run(const char *dir, const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "cd %s && %s", dir, command);
	if (system(line))
		fail_msg("failed: %s", line);
}

static void test_iasl_reads_the_tables(void **state)
{
	static const char *const names[] = { "FACP", "APIC", "MCFG" };
	char dir[] = "/tmp/insula-acpi-XXXXXX";
	uint8_t *fadt;

	(void)state;
	if (!have_iasl())
		skip();
	assert_non_null(mkdtemp(dir));
	build(4);
	for (int i = 0; i < 3; i++)
		write_file(dir, names[i], find(names[i]), get(find(names[i]) + 4, 4));
	fadt = find("FACP");
	write_file(dir, "FACS", at_address(get(fadt + 36, 4)), 64);
	write_file(dir, "DSDT", at_address(get(fadt + 40, 4)), sizeof(dsdt_bytes));
	run(dir, "iasl -d FACP APIC MCFG FACS DSDT >log 2>&1");
	run(dir, "if grep -iE 'warning|error|invalid|unknown|mismatch' log *.dsl; then exit 1; fi");
	run(dir, "for t in FACP APIC MCFG; do iasl -ve $t.dsl >>log 2>&1 || exit; done");
	run(dir, "rm -r \"$PWD\"");
}

/* But for the header, which carries the compiler's version and the sum. */
static void test_dsdt_is_compiled_from_its_source(void **state)
{
	char dir[] = "/tmp/insula-dsdt-XXXXXX";
	uint8_t compiled[4096];
	char command[512];
	FILE *file;
	size_t n;

	(void)state;
	if (!have_iasl())
		skip();
	assert_non_null(mkdtemp(dir));
	snprintf(command, sizeof(command), "iasl -va -p %s/dsdt %s >%s/log 2>&1", dir, DSDT_SOURCE,
		 dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "%s/dsdt.aml", dir);
	file = fopen(command, "rb");
	assert_non_null(file);
	n = fread(compiled, 1, sizeof(compiled), file);
	fclose(file);
	assert_int_equal(n, sizeof(dsdt_bytes));
	assert_memory_equal(compiled + 36, dsdt_bytes + 36, n - 36);
	run(dir, "rm -r \"$PWD\"");
}

static void check_map(uint64_t memory)
{
	struct e820_range map[E820_MAX_ENTRIES];
	unsigned int n = e820_build(map, memory);
	uint64_t end = 0, ram = 0;

	assert_in_range(n, 1, E820_MAX_ENTRIES);
	for (unsigned int i = 0; i < n; i++) {
		assert_true(map[i].address >= end);
		assert_true(map[i].size > 0);
		end = map[i].address + map[i].size;
		if (map[i].type == E820_RAM) {
			ram += map[i].size;
			assert_true(end <= boot_low_ram_top(memory) ||
				    map[i].address >= GUEST_HIGH_RAM_BASE);
		}
	}
	/* All of it but the VGA and firmware area. */
	assert_int_equal(ram, memory - (GUEST_BIOS_TOP - GUEST_BIOS_BASE));
}

static void test_e820(void **state)
{
	(void)state;
	check_map(GUEST_MIN_MEMORY);
	check_map(128ULL << 20);
	check_map(GUEST_LOW_RAM_TOP - 4096);
	check_map(GUEST_LOW_RAM_TOP);
	check_map(GUEST_LOW_RAM_TOP + 4096);
	check_map(GUEST_MAX_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsdp),
		cmocka_unit_test(test_fadt),
		cmocka_unit_test(test_madt),
		cmocka_unit_test(test_mcfg),
		cmocka_unit_test(test_pci_windows),
		cmocka_unit_test(test_iasl_reads_the_tables),
		cmocka_unit_test(test_dsdt_is_compiled_from_its_source),
		cmocka_unit_test(test_e820),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
