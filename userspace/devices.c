// SPDX-License-Identifier: GPL-2.0-only
/*
 * devices.c - disks, nics and the balloon as text
 */
#include "devices.h"

#include <inttypes.h>
#include <stdio.h>

#include "rates.h"
#include "size.h"

#define SECOND	1000000000ULL

const char *format_mac(const uint8_t mac[MAC_BYTES], char text[MAC_TEXT_MAX])
{
	for (int i = 0; i < MAC_BYTES; i++)
		snprintf(text + 3 * i, MAC_TEXT_MAX - 3 * i, "%02x%s", mac[i],
			 i < MAC_BYTES - 1 ? ":" : "");
	return text;
}

/* Who named the file may not be the one at the terminal. */
static void print_path(const char *path)
{
	for (; *path; path++)
		putchar((unsigned char)*path < ' ' || *path == 0x7f ? '?' : *path);
}

static void print_disk(const struct vm_disk *disk)
{
	char size[SIZE_TEXT_MAX];

	printf("disk         ");
	print_path(disk->path);
	printf(" (%s%s", format_size(disk->size, size), disk->ro ? ", ro" : "");
	if (disk->serial[0])
		printf(", serial %s", disk->serial);
	puts(")");
}

static void print_nic(const struct vm_nic *nic)
{
	char mac[MAC_TEXT_MAX];

	printf("nic          %s (%s, link %s)\n", nic->name, format_mac(nic->mac, mac),
	       nic->link ? "up" : "down");
}

void print_devices(const struct vm *vm)
{
	char actual[SIZE_TEXT_MAX], target[SIZE_TEXT_MAX];

	for (unsigned int i = 0; i < vm->nr_disks; i++)
		print_disk(&vm->disks[i]);
	for (unsigned int i = 0; i < vm->nr_nics; i++)
		print_nic(&vm->nics[i]);
	if (vm->has_balloon)
		printf("balloon      %s of %s\n", format_size(vm->balloon.actual, actual),
		       format_size(vm->balloon.target, target));
}

/* What is asked for most; JSON has all. */
static void print_guest_memory(const struct vm_balloon *balloon)
{
	char age[SIZE_TEXT_MAX], free[SIZE_TEXT_MAX], available[SIZE_TEXT_MAX];
	char total[SIZE_TEXT_MAX], in[SIZE_TEXT_MAX], out[SIZE_TEXT_MAX];
	const uint64_t *stat = balloon->stat;

	printf("  guest     %s free, %s available of %s",
	       format_size(stat[BALLOON_FREE], free),
	       format_size(stat[BALLOON_AVAILABLE], available),
	       format_size(stat[BALLOON_TOTAL], total));
	printf("; %" PRIu64 " major faults, %s swapped in, %s out; %s ago\n",
	       stat[BALLOON_MAJOR_FAULTS], format_size(stat[BALLOON_SWAP_IN], in),
	       format_size(stat[BALLOON_SWAP_OUT], out),
	       format_duration(balloon->stats_age, age));
}

void print_balloon(const struct vm *vm)
{
	char target[SIZE_TEXT_MAX], actual[SIZE_TEXT_MAX], reported[SIZE_TEXT_MAX];

	if (!vm->has_balloon)
		return;
	printf("  balloon   %s of %s, %s reported free\n",
	       format_size(vm->balloon.actual, actual), format_size(vm->balloon.target, target),
	       format_size(vm->balloon.reported, reported));
	if (vm->balloon.has_stats)
		print_guest_memory(&vm->balloon);
}

/* What was counted since @before, in a time: as a number of its own, or per second. */
struct span {
	uint64_t ns;
	const char *unit;
};

static const char *bytes(const struct span *span, uint64_t before, uint64_t now,
			 char text[SIZE_TEXT_MAX])
{
	return format_size(rate(before, now, span->ns), text);
}

static void print_count(const struct span *span, const char *before_it, uint64_t before,
			uint64_t now, const char *what)
{
	printf("%s%.0f%s %s", before_it, rate(before, now, span->ns), span->unit, what);
}

static void print_disk_io(const struct span *span, const struct vm_disk *before,
			  const struct vm_disk *now)
{
	char text[SIZE_TEXT_MAX];

	printf("  disk      ");
	print_path(now->path);
	print_count(span, ": ", before->reads, now->reads, "reads");
	printf(" (%s%s)", bytes(span, before->read_bytes, now->read_bytes, text), span->unit);
	print_count(span, ", ", before->writes, now->writes, "writes");
	printf(" (%s%s)", bytes(span, before->write_bytes, now->write_bytes, text), span->unit);
	print_count(span, ", ", before->flushes, now->flushes, "flushes");
	print_count(span, ", ", before->discards, now->discards, "discards");
	print_count(span, ", ", before->errors, now->errors, "errors");
	printf(", %" PRIu32 " in flight\n", now->inflight);
}

static void print_nic_io(const struct span *span, const struct vm_nic *before,
			 const struct vm_nic *now)
{
	char text[SIZE_TEXT_MAX];

	printf("  nic       %s", now->name);
	print_count(span, ": to the guest ", before->rx_packets, now->rx_packets, "packets");
	printf(" (%s%s)", bytes(span, before->rx_bytes, now->rx_bytes, text), span->unit);
	print_count(span, ", ", before->rx_dropped, now->rx_dropped, "dropped");
	print_count(span, "; from it ", before->tx_packets, now->tx_packets, "packets");
	printf(" (%s%s)", bytes(span, before->tx_bytes, now->tx_bytes, text), span->unit);
	print_count(span, ", ", before->tx_dropped, now->tx_dropped, "dropped\n");
}

/* A VM keeps its disks and nics, in their order. */
static void print_io(const struct span *span, const struct vm *before, const struct vm *now)
{
	static const struct vm_disk no_disk;
	static const struct vm_nic no_nic;

	for (unsigned int i = 0; i < now->nr_disks; i++)
		print_disk_io(span, before ? &before->disks[i] : &no_disk, &now->disks[i]);
	for (unsigned int i = 0; i < now->nr_nics; i++)
		print_nic_io(span, before ? &before->nics[i] : &no_nic, &now->nics[i]);
}

void print_device_totals(const struct vm *vm)
{
	const struct span all = { .ns = SECOND, .unit = "" };

	print_io(&all, NULL, vm);
}

void print_device_rates(const struct vm *before, const struct vm *now, uint64_t ns)
{
	const struct span span = { .ns = ns, .unit = "/s" };

	print_io(&span, before, now);
}
