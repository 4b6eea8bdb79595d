// SPDX-License-Identifier: GPL-2.0-only
/* hello: the least a guest can do, and what the loader handed over. */
#include "guest.h"

static void check_tables(void)
{
	static const char *const names[] = { "FACP", "APIC" };
	u64 start, length, ram = 0;
	u32 i, type;

	check(rsdp_address, "rsdp", "the start info has none");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		check(acpi_table(names[i]), names[i], "no such table, or its sum is wrong");
	for (i = 0; (type = memory_map(i, &start, &length)); i++)
		if (type == 1)
			ram += length;
	check(ram >= 512 * 1024, "memory-map", "%llu bytes of RAM", ram);
	print("cpus %u ram %llu\n", cpu_count(), ram);
}

void guest_main(void)
{
	print("hello, world (%u bits)\n", (u32)sizeof(long) * 8);
	print("cmdline: %s\n", cmdline);
	check_tables();
}
