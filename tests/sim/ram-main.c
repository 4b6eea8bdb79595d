// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-main.c - ram-sim [-v] [-c FILE] [NAME-PART]: run the scenarios of RAM shares, print a line each
 *
 * -v adds a line for each kind of VM, with what it has in the end; -c writes, of the scenario
 * NAME-PART, what each VM has by time, for a plot. A figure with an asterisk is beyond its limit.
 */
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>
#include "ram-judge.h"
#include "table.h"

/* A VM may cost as many times as much among many as among few. */
#define COST_RATIO 1.5

static const struct column columns[RAM_FIGURES] = {
	[RAM_FIG_END]	= { "end", "%", 5, 2 },
	[RAM_FIG_SETTLE] = { "settle", "s", 6, 2 },
	[RAM_FIG_SWING]	= { "swing", "%", 5, 2 },
	[RAM_FIG_FOLLOW] = { "follow", "%", 6, 2 },
	[RAM_FIG_MIN]	= { "min", "%", 5, 2 },
	[RAM_FIG_TAKEN]	= { "taken", "MiB", 6, 0 },
	[RAM_FIG_BELOW]	= { "below", "MiB", 5, 0 },
	[RAM_FIG_FREE]	= { "free", "%", 5, 0 },
	[RAM_FIG_BLOCKED] = { "block", "s", 5, 1 },
	[RAM_FIG_STEPS]	= { "steps", "", 5, 0 },
	[RAM_FIG_COST]	= { "cost", "bb", 5, 0 },
	[RAM_FIG_NS]	= { "time", "ns", 5, 0 },
};

static void print_verdict(const char *name, const struct ram_verdict *v, bool well)
{
	char marks[RAM_FIGURES];

	for (int i = 0; i < RAM_FIGURES; i++)
		marks[i] = !v->asked[i] ? '-' : v->failed[i] ? '*' : ' ';
	table_row(name, columns, RAM_FIGURES, v->figure, marks, well);
}

static void print_more(const struct ram_sim *sim)
{
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		const struct ram_vm *vm = &sim->vm[i];

		if (i && vm->kind == sim->vm[i - 1].kind && sim->nr_vms > 8)
			continue;
		printf("    VM %u: %u shares, uses %llu MiB, has %llu, its target is %llu, due %llu\n",
		       i, vm->v.shares, vm->uses / MIB, ram_held(vm) / MIB, vm->v.target / MIB,
		       vm->v.entitled / MIB);
	}
}

/* What VMs have, MiB, by time. */
static void write_curves(const struct ram_sim *sim, const char *path)
{
	FILE *file = curves_open(path);

	for (unsigned int tick = 0; tick < sim->ticks; tick++) {
		fprintf(file, "%.2f", tick * (TICK / 1e9));
		for (unsigned int i = 0; i < sim->nr_vms; i++)
			fprintf(file, " %.1f", sim->vm[i].held[tick] / MIB);
		fprintf(file, "\n");
	}
	fclose(file);
}

static bool run_one(const struct ram_scenario *s, const struct options *options, double *cost)
{
	struct ram_verdict verdict;
	struct ram_sim sim;
	bool well;

	ram_run(&sim, s);
	well = ram_judge(&sim, &verdict);
	print_verdict(s->name, &verdict, well);
	if (options->verbose)
		print_more(&sim);
	if (options->curves)
		write_curves(&sim, options->curves);
	*cost = verdict.figure[RAM_FIG_COST];
	ram_free(&sim);
	return well;
}

static bool compare_costs(double few, double many)
{
	bool well = many <= COST_RATIO * few;

	printf("a step among 1,000 VMs costs, for each of them, %.2f times what it does among 4 %s\n",
	       many / few, well ? "PASS" : "FAIL");
	return well;
}

static bool run_all(const struct options *options)
{
	unsigned int passed = 0, all = 0;
	double few = 0, many = 0, cost;

	for (unsigned int i = 0; i < nr_ram_scenarios; i++) {
		if (options->part && !strstr(ram_scenarios[i].name, options->part))
			continue;
		all++;
		passed += run_one(&ram_scenarios[i], options, &cost);
		if (ram_scenarios[i].checks & RAM_COST_FEW)
			few = cost;
		if (ram_scenarios[i].checks & RAM_COST_MANY)
			many = max(many, cost);
	}
	if (few && many) {
		all++;
		passed += compare_costs(few, many);
	}
	printf("%u passed, %u failed\n", passed, all - passed);
	return passed == all;
}

int main(int argc, char **argv)
{
	struct options options;

	if (!options_read(&options, argc, argv))
		return 2;
	table_head(columns, RAM_FIGURES);
	return !run_all(&options);
}
