// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_columns.c - the table of insula top
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "columns.h"

#define SECOND	1000000000ULL

static struct vm before_vms[3], now_vms[3];
static struct sample before = { .at = 10 * SECOND, .vms = before_vms, .nr = 2 };
static struct sample now = { .at = 12 * SECOND, .vms = now_vms, .nr = 3 };
static struct top_row rows[3];

static void make_vm(struct vm *vm, uint32_t id, const char *name)
{
	memset(vm, 0, sizeof(*vm));
	vm->id = id;
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	vm->cpus = 2;
	vm->cpu_shares = 100;
	vm->memory = 1 << 30;
}

/* "web" has run, "idle" has not, "young" is not in the first sample. */
static int make(void **state)
{
	(void)state;
	make_vm(&before_vms[0], 7, "idle");
	make_vm(&before_vms[1], 3, "web");
	before_vms[1].cpu_entitled = SECOND;
	before_vms[1].sched.received = 5 * SECOND;
	before_vms[1].sched.switches = 1000;
	now_vms[0] = before_vms[0];
	now_vms[1] = before_vms[1];
	now_vms[1].state = INSULA_VM_STATE_RUNNING;
	now_vms[1].cpu_min = 50;
	now_vms[1].cpu_max = 150;
	now_vms[1].cpu_shares = 10000;
	now_vms[1].resident = 99 << 20;
	now_vms[1].ram.target = 512 << 20;
	now_vms[0].ram.target = 1 << 30;
	now_vms[1].cpu_entitled += 3 * SECOND;
	now_vms[1].sched.received += 2 * SECOND + SECOND / 2;
	now_vms[1].sched.waiting += SECOND / 5;
	now_vms[1].sched.throttled += SECOND / 10;
	now_vms[1].sched.taken += SECOND / 50;
	now_vms[1].sched.switches += 246;
	now_vms[1].sched.latency[7] = 100;
	make_vm(&now_vms[2], 9, "young");
	now_vms[2].state = INSULA_VM_STATE_RUNNING;
	now_vms[2].sched.received = SECOND / 5;
	columns_rows(&before, &now, rows);
	return 0;
}

static void test_rows(void **state)
{
	(void)state;
	assert_float_equal(rows[0].rates.received, 0, 1e-6);
	assert_float_equal(rows[1].rates.received, 125, 1e-6);
	assert_float_equal(rows[1].entitled, 150, 1e-6);
	assert_float_equal(rows[1].rates.steal, 16, 1e-6);
	assert_float_equal(rows[2].rates.received, 10, 1e-6);
}

static void test_lines(void **state)
{
	char line[COLUMNS_LINE_MAX];
	int width = columns_name_width(rows, 3);

	(void)state;
	assert_int_equal(width, 5);
	columns_head(width, line);
	assert_string_equal(line, "NAME  STATE   CPUS SHARES  MIN%  MAX%   ENT%  RECV%  WAIT% THROT%"
			    " STEAL% SWITCH/S   P99   RES TARGET   MEM");
	columns_line(&rows[1], width, line);
	assert_string_equal(line, "web   running    2  10000    50   150  150.0  125.0   10.0    5.0"
			    "   16.0      123  12us   99M   512M    1G");
	columns_line(&rows[0], width, line);
	assert_string_equal(line, "idle  stopped    2    100     0  none    0.0    0.0    0.0    0.0"
			    "    0.0        0     -     0     1G    1G");
	columns_summary(rows, 3, line);
	assert_string_equal(line, "3 VMs, 2 running; 150.0% of a CPU entitled, 135.0% received,"
			    " 16.0% steal");
	columns_summary(rows, 0, line);
	assert_string_equal(line, "0 VMs, 0 running; 0.0% of a CPU entitled, 0.0% received, 0.0% steal");
}

/* As wide as numbers get, nothing is written past the end. */
static void test_large_numbers(void **state)
{
	struct top_row row = rows[1];
	struct vm vm = now_vms[1];
	char line[COLUMNS_LINE_MAX];

	(void)state;
	row.vm = &vm;
	memset(vm.name, 'n', INSULA_NAME_MAX);
	vm.cpu_shares = vm.cpu_min = vm.cpu_max = vm.cpus = UINT32_MAX;
	vm.resident = vm.ram.target = vm.memory = UINT64_MAX;
	row.rates.latency[INSULA_LATENCIES - 1] = UINT32_MAX;
	row.entitled = row.rates.received = row.rates.waiting = row.rates.steal = 1e300;
	row.rates.switches = 1e300;
	columns_line(&row, columns_name_width(&row, 1), line);
	assert_true(strlen(line) < COLUMNS_LINE_MAX);
	columns_summary(&row, 1, line);
	assert_true(strlen(line) < COLUMNS_LINE_MAX);
}

static void assert_order(char key, bool reverse, const char *names)
{
	char got[64] = "";

	columns_sort(rows, 3, columns_find(key), reverse);
	for (int i = 0; i < 3; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s ", rows[i].vm->name);
	assert_string_equal(got, names);
}

static void test_order(void **state)
{
	(void)state;
	assert_order('n', false, "idle web young ");
	assert_order('n', true, "young web idle ");
	assert_order('r', false, "web young idle ");
	assert_order('r', true, "idle young web ");
	assert_order('g', false, "idle web young ");
	assert_order('g', true, "idle web young ");
	/* none is more than any */
	assert_order('x', false, "idle young web ");
	assert_order('s', false, "web idle young ");
	columns_sort(rows, 0, columns_find('r'), false);
}

/* No two columns have a key, and none has one that means something else. */
static void test_keys(void **state)
{
	(void)state;
	for (const struct column *column = columns; column->title; column++) {
		assert_ptr_equal(columns_find(column->key), column);
		assert_null(strchr("qh?", column->key));
	}
	assert_null(columns_find('q'));
	assert_null(columns_find('\0'));
	assert_null(columns_find(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rows, make),
		cmocka_unit_test_setup(test_lines, make),
		cmocka_unit_test_setup(test_large_numbers, make),
		cmocka_unit_test_setup(test_order, make),
		cmocka_unit_test_setup(test_keys, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
