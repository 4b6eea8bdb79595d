// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform.c - where C begins, and what the machine says of itself
 *
 * The PVH start info is copied before anything else is written to low memory.
 */
#include "guest.h"

struct start_info {
	u32 magic, version, flags, nr_modules;
	u64 modules, cmdline, rsdp, memmap;
	u32 memmap_entries, reserved;
};

struct memmap_entry {
	u64 start, length;
	u32 type, reserved;
};

#define START_MAGIC	0x336ec578
#define MAX_MAP		16

extern u32 start_info_pa;

char cmdline[256];
u64 rsdp_address;
static struct memmap_entry map[MAX_MAP];
static u32 map_entries;
static u32 random_state = 2463534242u;
static char signature[13];

static void copy_start_info(void)
{
	const struct start_info *info = (const void *)(ulong)start_info_pa;
	const char *text;
	u32 i;

	if (!info || info->magic != START_MAGIC)
		return;
	rsdp_address = info->rsdp;
	text = (const char *)(ulong)info->cmdline;
	for (i = 0; text && i < sizeof(cmdline) - 1 && text[i]; i++)
		cmdline[i] = text[i];
	if (info->version < 1)
		return;
	map_entries = info->memmap_entries < MAX_MAP ? info->memmap_entries : MAX_MAP;
	memcpy(map, (const void *)(ulong)info->memmap, map_entries * sizeof(map[0]));
}

static void read_signature(void)
{
	u32 a, regs[3];

	cpuid(0x40000000, 0, &a, &regs[0], &regs[1], &regs[2]);
	memcpy(signature, regs, 12);
}

/* Called by start.S. */
void guest_start(void);
void guest_start(void)
{
	console_init();
	copy_start_info();
	read_signature();
	pit_program(0, 5, 0);	/* a firmware's ticks: that mode waits for a gate that stays as it is */
	pic_init();
	trap_init();
	guest_main();
	finish();
}

bool on_insula(void)
{
	return !strcmp(signature, "InsulaInsula");
}

bool on_tcg(void)
{
	return !strcmp(signature, "TCGTCGTCGTCG");
}

bool exact_cpu(void)
{
	const char *value = argument("cpu");

	return value && !strcmp(value, "exact");
}

const char *argument(const char *name)
{
	static char value[64];
	size_t n = strlen(name), i;
	const char *p = cmdline;

	while (*p) {
		while (*p == ' ')
			p++;
		if (!memcmp(p, name, n) && p[n] == '=') {
			p += n + 1;
			for (i = 0; i < sizeof(value) - 1 && *p && *p != ' '; i++)
				value[i] = *p++;
			value[i] = 0;
			return value;
		}
		while (*p && *p != ' ')
			p++;
	}
	return NULL;
}

/* Marsaglia's xorshift: the same numbers in every run with the same seed. */
u32 random32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

void random_seed(u32 seed)
{
	random_state = seed ? seed : 1;
}

u32 memory_map(u32 index, u64 *start, u64 *length)
{
	if (index >= map_entries)
		return 0;
	*start = map[index].start;
	*length = map[index].length;
	return map[index].type;
}

static bool sums_to_zero(const u8 *p, u32 n)
{
	u8 sum = 0;

	while (n--)
		sum += *p++;
	return !sum;
}

const void *acpi_table(const char *wanted)
{
	const u8 *rsdp = (const u8 *)(ulong)rsdp_address;
	u32 i, size, entries;
	const u8 *root;

	if (!rsdp || memcmp(rsdp, "RSD PTR ", 8) || !sums_to_zero(rsdp, 20))
		return NULL;
	size = rsdp[15] >= 2 ? 8 : 4;
	root = (const u8 *)(ulong)(size == 8 ? *(const u64 *)(rsdp + 24) :
					       *(const u32 *)(rsdp + 16));
	entries = (*(const u32 *)(root + 4) - 36) / size;
	if (!sums_to_zero(root, *(const u32 *)(root + 4)))
		return NULL;
	for (i = 0; i < entries; i++) {
		const u8 *table = (const u8 *)(ulong)*(const u32 *)(root + 36 + i * size);

		if (!memcmp(table, wanted, 4))
			return sums_to_zero(table, *(const u32 *)(table + 4)) ? table : NULL;
	}
	return NULL;
}

/* The APIC id of the index-th enabled CPU, or how many there are (in *count). */
static u32 walk_madt(u32 index, u32 *count)
{
	const u8 *madt = acpi_table("APIC"), *p, *end;
	u32 n = 0;

	*count = 1;
	if (!madt)
		return 0;
	end = madt + *(const u32 *)(madt + 4);
	for (p = madt + 44; p + 2 <= end && p[1] >= 2; p += p[1]) {
		if (p[0] == 0 && (p[4] & 1) && n++ == index)
			return p[3];
	}
	*count = n;
	return 0;
}

u32 cpu_count(void)
{
	u32 count;

	walk_madt(~0u, &count);
	return count;
}

u32 madt_apic_id(u32 index)
{
	u32 count;

	return walk_madt(index, &count);
}
