// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - sim [-v] [-c FILE] [NAME-PART]: run the scenarios, print a line each
 *
 * -v adds a line of what each kind of VM was given; -c writes, of the scenario NAME-PART, what
 * each VM received by time, for a plot. A figure with an asterisk is beyond its limit.
 */
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>
#include "judge.h"
#include "solver.h"
#include "table.h"

/* A decision among the most vCPUs may cost as many times what it does among the fewest. */
#define COST_RATIO 3

static const struct column columns[FIGURES] = {
	[FIG_10S]	= { "10 s", "%", 6, 2 },
	[FIG_1S]	= { "1 s", "%", 6, 2 },
	[FIG_EFFECT]	= { "set", "%", 6, 2 },
	[FIG_MIN]	= { "min", "%", 6, 2 },
	[FIG_MAX]	= { "max", "%", 6, 2 },
	[FIG_ENTITLED]	= { "due", "%", 6, 2 },
	[FIG_GAIN]	= { "gain", "%", 6, 2 },
	[FIG_P50]	= { "p50", "us", 6, 0 },
	[FIG_P99]	= { "p99", "us", 6, 0 },
	[FIG_WORST]	= { "worst", "us", 6, 0 },
	[FIG_IDLE]	= { "idle", "us", 6, 0 },
	[FIG_MIGRATIONS] = { "moves", "/s", 7, 0 },
	[FIG_COST]	= { "cost", "bb", 5, 0 },
	[FIG_COST_WAKE]	= { "wake", "bb", 5, 0 },
};

static char mark(const struct verdict *v, enum figure figure)
{
	if (!v->asked[figure])
		return '-';
	return v->failed[figure] ? '*' : ' ';
}

static void print_verdict(const char *name, const struct verdict *v, bool well)
{
	char marks[FIGURES];

	for (int i = 0; i < FIGURES; i++)
		marks[i] = mark(v, i);
	table_row(name, columns, FIGURES, v->figure, marks, well);
}

/* Totals of the kinds of VMs, CPUs; the decisions' time is this machine's. */
static void print_more(const struct sim *sim, const struct verdict *v)
{
	const struct vm_spec *spec = NULL;
	double sum = 0;

	for (unsigned int i = 0; i <= sim->nr_vms; i++) {
		if (i == sim->nr_vms || sim->vm[i].spec != spec) {
			if (spec)
				printf("    %u VMs received %.4f CPUs\n", spec->count, sum);
			if (i == sim->nr_vms)
				break;
			spec = sim->vm[i].spec;
			sum = 0;
		}
		sum += sim->vm[i].received[sim->samples - 1] / (double)sim->end;
	}
	printf("    worst: VM %u of %u shares received %.5f CPUs, its due is %.5f\n", v->vm,
	       sim->vm[v->vm].shares, v->got, v->due);
	printf("    %llu decisions of %.0f ns, %llu basic blocks at most; %llu switches\n",
	       sim->decisions, sim->decision_ns / max(sim->decisions, 1ULL), sim->cost_max,
	       sim->switches);
}

/* Shares of the CPUs over the last 100 ms, by time. */
static void write_curves(const struct sim *sim, const char *path)
{
	const unsigned int span = 100 * MSEC / SAMPLE;
	FILE *file = curves_open(path);

	for (unsigned int n = span; n < sim->samples; n++) {
		fprintf(file, "%.2f", n * SAMPLE / (double)SEC);
		for (unsigned int i = 0; i < sim->nr_vms; i++)
			fprintf(file, " %.2f", (sim->vm[i].received[n] -
						sim->vm[i].received[n - span]) * 100.0 /
					       (span * SAMPLE));
		fprintf(file, "\n");
	}
	fclose(file);
}

static bool run_one(const struct scenario *s, const struct options *options, double *cost)
{
	struct verdict verdict;
	struct sim sim;
	bool well;

	sim_run(&sim, s);
	well = judge(&sim, &verdict);
	print_verdict(s->name, &verdict, well);
	if (options->verbose)
		print_more(&sim, &verdict);
	if (options->curves)
		write_curves(&sim, options->curves);
	*cost = verdict.figure[FIG_COST];
	sim_free(&sim);
	return well;
}

static bool compare_costs(double fewest, double most)
{
	bool well = most <= COST_RATIO * fewest;

	printf("a decision among 4,096 vCPUs costs %.2f times what it does among 16 %s\n",
	       most / fewest, well ? "PASS" : "FAIL");
	return well;
}

static bool run_all(const struct options *options)
{
	double fewest = 0, most = 0, cost;
	unsigned int passed = 0, all = 0;

	for (unsigned int i = 0; i < nr_scenarios; i++) {
		if (options->part && !strstr(scenarios[i].name, options->part))
			continue;
		all++;
		passed += run_one(&scenarios[i], options, &cost);
		if (scenarios[i].checks & COST_FEWEST)
			fewest = max(fewest, cost);
		if (scenarios[i].checks & COST_MOST)
			most = cost;
	}
	if (fewest && most) {
		all++;
		passed += compare_costs(fewest, most);
	}
	printf("%u passed, %u failed\n", passed, all - passed);
	return passed == all;
}

int main(int argc, char **argv)
{
	struct options options;

	if (!options_read(&options, argc, argv))
		return 2;
	if (solver_test())
		return 1;
	table_head(columns, FIGURES);
	return !run_all(&options);
}
