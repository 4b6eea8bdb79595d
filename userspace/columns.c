// SPDX-License-Identifier: GPL-2.0-only
/*
 * columns.c - the table of insula top: what is in it, in which order
 */
#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

static void put_percent(char *text, size_t size, double percent)
{
	snprintf(text, size, "%.1f", percent);
}

static void put_name(const struct top_row *row, char *text, size_t size)
{
	snprintf(text, size, "%s", row->vm->name);
}

static void put_state(const struct top_row *row, char *text, size_t size)
{
	snprintf(text, size, "%s", vm_state_name(row->vm->state));
}

static double state_of(const struct top_row *row)
{
	return row->vm->state;
}

static void put_cpus(const struct top_row *row, char *text, size_t size)
{
	snprintf(text, size, "%u", row->vm->cpus);
}

static double cpus_of(const struct top_row *row)
{
	return row->vm->cpus;
}

static void put_shares(const struct top_row *row, char *text, size_t size)
{
	snprintf(text, size, "%u", row->vm->cpu_shares);
}

static double shares_of(const struct top_row *row)
{
	return row->vm->cpu_shares;
}

static void put_min(const struct top_row *row, char *text, size_t size)
{
	snprintf(text, size, "%u", row->vm->cpu_min);
}

static double min_of(const struct top_row *row)
{
	return row->vm->cpu_min;
}

static void put_max(const struct top_row *row, char *text, size_t size)
{
	if (row->vm->cpu_max)
		snprintf(text, size, "%u", row->vm->cpu_max);
	else
		snprintf(text, size, "none");
}

/* No cap is more than any. */
static double max_of(const struct top_row *row)
{
	return row->vm->cpu_max ? row->vm->cpu_max : INSULA_CPU_PERCENT_MAX + 1;
}

static void put_entitled(const struct top_row *row, char *text, size_t size)
{
	put_percent(text, size, row->entitled);
}

static double entitled_of(const struct top_row *row)
{
	return row->entitled;
}

static void put_received(const struct top_row *row, char *text, size_t size)
{
	put_percent(text, size, row->rates.received);
}

static double received_of(const struct top_row *row)
{
	return row->rates.received;
}

static void put_waiting(const struct top_row *row, char *text, size_t size)
{
	put_percent(text, size, row->rates.waiting);
}

static double waiting_of(const struct top_row *row)
{
	return row->rates.waiting;
}

static void put_throttled(const struct top_row *row, char *text, size_t size)
{
	put_percent(text, size, row->rates.throttled);
}

static double throttled_of(const struct top_row *row)
{
	return row->rates.throttled;
}

static void put_steal(const struct top_row *row, char *text, size_t size)
{
	put_percent(text, size, row->rates.steal);
}

static double steal_of(const struct top_row *row)
{
	return row->rates.steal;
}

static void put_switches(const struct top_row *row, char *text, size_t size)
{
	snprintf(text, size, "%.0f", row->rates.switches);
}

static double switches_of(const struct top_row *row)
{
	return row->rates.switches;
}

static uint64_t latency_p99(const struct top_row *row)
{
	return latency_within(row->rates.latency, 990);
}

static void put_latency(const struct top_row *row, char *text, size_t size)
{
	char latency[SIZE_TEXT_MAX];

	snprintf(text, size, "%s", format_latency(latency_p99(row), latency));
}

static double latency_of(const struct top_row *row)
{
	return latency_p99(row);
}

static void put_resident(const struct top_row *row, char *text, size_t size)
{
	char bytes[SIZE_TEXT_MAX];

	snprintf(text, size, "%s", format_size(row->vm->resident, bytes));
}

static double resident_of(const struct top_row *row)
{
	return row->vm->resident;
}

static void put_target(const struct top_row *row, char *text, size_t size)
{
	char bytes[SIZE_TEXT_MAX];

	snprintf(text, size, "%s", format_size(row->vm->ram.target, bytes));
}

static double target_of(const struct top_row *row)
{
	return row->vm->ram.target;
}

static void put_memory(const struct top_row *row, char *text, size_t size)
{
	char bytes[SIZE_TEXT_MAX];

	snprintf(text, size, "%s", format_size(row->vm->memory, bytes));
}

static double memory_of(const struct top_row *row)
{
	return row->vm->memory;
}

const struct column columns[] = {
	{ "NAME", 'n', "name", 4, true, put_name, NULL },
	{ "STATE", 'a', "state", 7, true, put_state, state_of },
	{ "CPUS", 'c', "vCPUs", 4, false, put_cpus, cpus_of },
	{ "SHARES", 's', "CPU shares", 6, false, put_shares, shares_of },
	{ "MIN%", 'i', "guaranteed, percent of a CPU", 5, false, put_min, min_of },
	{ "MAX%", 'x', "cap, percent of a CPU", 5, false, put_max, max_of },
	{ "ENT%", 'e', "entitled to, percent of a CPU", 6, false, put_entitled, entitled_of },
	{ "RECV%", 'r', "received", 6, false, put_received, received_of },
	{ "WAIT%", 'w', "could have run, others did", 6, false, put_waiting, waiting_of },
	{ "THROT%", 't', "could have run but for the cap", 6, false, put_throttled, throttled_of },
	{ "STEAL%", 'l', "both, and what the host took", 6, false, put_steal, steal_of },
	{ "SWITCH/S", 'k', "times that a vCPU was given a CPU, per second", 8, false,
	  put_switches, switches_of },
	{ "P99", 'p', "99 of 100 wake-ups ran after this time", 5, false, put_latency, latency_of },
	{ "RES", 'm', "RAM held now", 5, false, put_resident, resident_of },
	{ "TARGET", 'o', "RAM it may have now", 6, false, put_target, target_of },
	{ "MEM", 'g', "RAM the guest sees", 5, false, put_memory, memory_of },
	{ 0 }
};

void columns_rows(const struct sample *before, const struct sample *now, struct top_row *rows)
{
	uint64_t ns = now->at - before->at;

	for (size_t i = 0; i < now->nr; i++) {
		const struct vm *vm = &now->vms[i], *then = sample_find(before, vm->id);

		rows[i].vm = vm;
		rows[i].entitled = rate_percent(then ? then->cpu_entitled : 0, vm->cpu_entitled, ns);
		rates_between(then ? &then->sched : NULL, &vm->sched, ns, &rows[i].rates);
	}
}

const struct column *columns_find(int key)
{
	for (const struct column *column = columns; column->title; column++)
		if (column->key == key)
			return column;
	return NULL;
}

struct order {
	const struct column *by;
	bool reverse;
};

static int compare(const void *one, const void *other, void *arg)
{
	const struct top_row *a = one, *b = other;
	const struct order *order = arg;
	int names = strcmp(a->vm->name, b->vm->name);
	double x, y;

	if (!order->by->value)
		return order->reverse ? -names : names;
	x = order->by->value(a);
	y = order->by->value(b);
	if (x == y)
		return names;
	return (x > y) != order->reverse ? -1 : 1;
}

void columns_sort(struct top_row *rows, size_t nr, const struct column *by, bool reverse)
{
	struct order order = { .by = by, .reverse = reverse };

	if (nr)
		qsort_r(rows, nr, sizeof(*rows), compare, &order);
}

int columns_name_width(const struct top_row *rows, size_t nr)
{
	int width = columns[0].width;

	for (size_t i = 0; i < nr; i++)
		if ((int)strlen(rows[i].vm->name) > width)
			width = strlen(rows[i].vm->name);
	return width;
}

/* Without blanks behind the last column, and one between two. */
static void append(char *line, const struct column *column, int name_width, const char *text)
{
	int width = column == columns ? name_width : column->width;
	size_t length = strlen(line);

	snprintf(line + length, COLUMNS_LINE_MAX - length, "%s%*s", length ? " " : "",
		 column->left ? -width : width, text);
}

void columns_head(int name_width, char line[COLUMNS_LINE_MAX])
{
	line[0] = '\0';
	for (const struct column *column = columns; column->title; column++)
		append(line, column, name_width, column->title);
}

void columns_line(const struct top_row *row, int name_width, char line[COLUMNS_LINE_MAX])
{
	char text[64];

	line[0] = '\0';
	for (const struct column *column = columns; column->title; column++) {
		column->put(row, text, sizeof(text));
		append(line, column, name_width, text);
	}
}

void columns_summary(const struct top_row *rows, size_t nr, char line[COLUMNS_LINE_MAX])
{
	double entitled = 0, received = 0, steal = 0;
	size_t running = 0;

	for (size_t i = 0; i < nr; i++) {
		running += rows[i].vm->state == INSULA_VM_STATE_RUNNING;
		entitled += rows[i].entitled;
		received += rows[i].rates.received;
		steal += rows[i].rates.steal;
	}
	snprintf(line, COLUMNS_LINE_MAX, "%zu VMs, %zu running; %.1f%% of a CPU entitled,"
		 " %.1f%% received, %.1f%% steal", nr, running, entitled, received, steal);
}
