// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-judge.c - see ram-judge.h
 *
 * Between the acts of a scenario, VMs that are steady are due the same: that is a segment. What
 * they were seen to hold is compared with what the solver says of the memory that they really
 * use. Who holds idle memory is due as much of it as the tax leaves, but is not given back what it
 * had to leave before: of that it asks for nothing.
 */
#include <math.h>
#include <stdlib.h>
#include <linux/kernel.h>
#include "ram-judge.h"
#include "ram-solver.h"

#define END		5	/* s */
#define SETTLED		.05
/* s from which on, and in steps of which, is looked at how VMs follow what is ideal. */
#define FOLLOW_FROM	15
#define FOLLOW_STEP	1

static const struct {
	double least, most;
	unsigned int check;	/* of a scenario; 0: of each */
} limits[RAM_FIGURES] = {
	[RAM_FIG_END]	= { 0, 5, RAM_ENDS },
	[RAM_FIG_SETTLE] = { 0, 30, RAM_ENDS },
	[RAM_FIG_SWING]	= { 0, 5, RAM_ENDS },
	[RAM_FIG_FOLLOW] = { 0, 15, RAM_FOLLOWS },
	[RAM_FIG_MIN]	= { 0, 5, RAM_TO_MIN },
	[RAM_FIG_TAKEN]	= { 0, 0, RAM_UNTOUCHED },
	[RAM_FIG_STEPS]	= { 0, 0, RAM_UNTOUCHED },
	[RAM_FIG_BELOW]	= { 0, 0, 0 },
	[RAM_FIG_FREE]	= { 1, INFINITY, 0 },
	[RAM_FIG_BLOCKED] = { 0, INFINITY, 0 },
	[RAM_FIG_COST]	= { 0, INFINITY, 0 },
	[RAM_FIG_NS]	= { 0, INFINITY, 0 },
};

/* What was so in a segment; @ideal has what is set of the VMs. */
struct segment {
	const struct ram_sim *sim;
	struct ram_share *ideal;
	double *expect;
	unsigned int from, to;	/* ticks */
	bool used_up;		/* all memory is, in the end */
};

static double tax_of(const struct ram_sim *sim)
{
	return (sim->scenario->taxed ? sim->scenario->tax : SHARE_TAX_DEFAULT) / 100.;
}

/* What everybody is due at @tick, if it holds, or may keep, what is in @has. */
static void solve_at(struct segment *seg, unsigned int tick, unsigned int has)
{
	const struct ram_sim *sim = seg->sim;
	double available = max((double)sim->ram - sim->reserve - sim->owned[tick], 0.), all = 0;

	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		const struct ram_vm *vm = &sim->vm[i];
		double uses = min(vm->used[tick], seg->ideal[i].ceiling), held = vm->held[has];

		all += vm->held[tick];
		if (!has)
			held = ram_size(vm->kind->touched);
		seg->ideal[i].wanted = max(uses, held);
		seg->ideal[i].idle = seg->ideal[i].wanted - uses;
	}
	ram_solve(seg->ideal, sim->nr_vms, available, tax_of(sim));
	seg->used_up = all >= .99 * available;
	for (unsigned int i = 0; i < sim->nr_vms; i++)
		seg->expect[i] = min(seg->ideal[i].due, seg->ideal[i].wanted);
}

/* When there is more than VMs have, only who lacks what it uses has too little. */
static double off(const struct segment *seg, unsigned int i, double held)
{
	double expect = seg->expect[i], uses = seg->ideal[i].wanted - seg->ideal[i].idle;

	if (held < expect && !seg->used_up)
		return max(min(expect, uses) - held, 0.);
	return fabs(held - expect);
}

static void note(struct ram_verdict *verdict, enum ram_figure figure, double value)
{
	verdict->figure[figure] = max(verdict->figure[figure], value);
	verdict->asked[figure] = true;
}

static double mean(const float *of, unsigned int from, unsigned int to)
{
	double sum = 0;

	for (unsigned int tick = from; tick < to; tick++)
		sum += of[tick];
	return sum / (to - from);
}

/* Return: the first tick from which on VM @i stays where it should be. */
static unsigned int settles(const struct segment *seg, unsigned int i)
{
	unsigned int tick = seg->to;

	while (tick > seg->from &&
	       off(seg, i, seg->sim->vm[i].held[tick - 1]) <= SETTLED * seg->expect[i])
		tick--;
	return tick;
}

static double swing(const struct ram_vm *vm, unsigned int settled, unsigned int to)
{
	unsigned int from = settled + TICKS(SHARE_WAY_NS / SEC);
	double least = INFINITY, most = 0;

	for (unsigned int tick = from; tick < to; tick++) {
		double held = vm->held[tick];

		least = min(least, held);
		most = max(most, held);
	}
	return most - min(least, most);
}

static void judge_end(struct segment *seg, struct ram_verdict *verdict)
{
	unsigned int settled = seg->from, end = max(seg->to - TICKS(END), seg->from);

	solve_at(seg, seg->to - 1, seg->from);
	for (unsigned int i = 0; i < seg->sim->nr_vms; i++)
		settled = max(settled, settles(seg, i));
	note(verdict, RAM_FIG_SETTLE, (settled - seg->from) * (TICK / 1e9));
	for (unsigned int i = 0; i < seg->sim->nr_vms; i++) {
		const struct ram_vm *vm = &seg->sim->vm[i];

		note(verdict, RAM_FIG_END,
		     off(seg, i, mean(vm->held, end, seg->to)) * 100 / seg->expect[i]);
		note(verdict, RAM_FIG_SWING, swing(vm, settled, seg->to) * 100 / seg->expect[i]);
	}
}

static void judge_follow(struct segment *seg, double *missed, double *due)
{
	unsigned int tick = max(seg->from, TICKS(FOLLOW_FROM));

	for (; tick < seg->to; tick += TICKS(FOLLOW_STEP)) {
		solve_at(seg, tick, tick);
		for (unsigned int i = 0; i < seg->sim->nr_vms; i++) {
			*missed += off(seg, i, seg->sim->vm[i].held[tick]);
			*due += seg->expect[i];
		}
	}
}

static void act_on(struct ram_share *share, const struct ram_act *act)
{
	if (act->action == RAM_SHARES)
		share->shares = act->value;
	else if (act->action == RAM_CEILING)
		share->ceiling = ram_size(act->value);
	else if (act->action == RAM_MIN)
		share->min = ram_size(act->value);
}

static void begin(struct segment *seg, const struct ram_sim *sim)
{
	*seg = (struct segment){ .sim = sim };
	seg->ideal = calloc(sim->nr_vms, sizeof(*seg->ideal));
	seg->expect = calloc(sim->nr_vms, sizeof(*seg->expect));
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		seg->ideal[i].shares = sim->vm[i].first_shares;
		seg->ideal[i].min = ram_size(sim->vm[i].kind->min);
		seg->ideal[i].ceiling = ram_size(sim->vm[i].kind->max);
	}
}

/* Acts at the same time begin one segment. */
static void judge_segments(const struct ram_sim *sim, struct ram_verdict *verdict)
{
	const struct ram_act *act = sim->scenario->acts, *last = act + RAM_MOST_ACTS;
	double missed = 0, due = 0;
	struct segment seg;

	for (begin(&seg, sim); seg.from < sim->ticks; seg.from = seg.to) {
		for (; act < last && act->action && TICKS(act->at) <= seg.from; act++)
			for (unsigned int i = act->first; i < act->first + act->count; i++)
				act_on(&seg.ideal[i], act);
		seg.to = act < last && act->action ? TICKS(act->at) : sim->ticks;
		if (sim->scenario->checks & RAM_FOLLOWS)
			judge_follow(&seg, &missed, &due);
		else
			judge_end(&seg, verdict);
	}
	if (due)
		note(verdict, RAM_FIG_FOLLOW, missed * 100 / due);
	free(seg.ideal);
	free(seg.expect);
}

static void judge_counts(const struct ram_sim *sim, struct ram_verdict *verdict)
{
	double calls = max(sim->steps, 1ULL) * (double)sim->nr_vms;
	double least = sim->vm[0].v.min;

	note(verdict, RAM_FIG_MIN,
	     fabs(mean(sim->vm[0].held, sim->ticks - TICKS(END), sim->ticks) - least) * 100 / least);
	note(verdict, RAM_FIG_TAKEN, sim->taken / (double)MIB);
	note(verdict, RAM_FIG_BELOW, sim->below_min / (double)MIB);
	note(verdict, RAM_FIG_FREE, sim->least_free * 100. / sim->reserve);
	note(verdict, RAM_FIG_BLOCKED, sim->blocked * (TICK / 1e9));
	note(verdict, RAM_FIG_STEPS, sim->steps);
	if (!sim->steps)
		return;
	note(verdict, RAM_FIG_COST, sim->cost / calls);
	note(verdict, RAM_FIG_NS, sim->ns / calls);
}

/* Figures that are not asked for are told where they can be. */
bool ram_judge(const struct ram_sim *sim, struct ram_verdict *verdict)
{
	bool well = true;

	*verdict = (struct ram_verdict){ 0 };
	judge_segments(sim, verdict);
	judge_counts(sim, verdict);
	if (!(sim->scenario->checks & RAM_TO_MIN))
		verdict->asked[RAM_FIG_MIN] = false;
	for (int i = 0; i < RAM_FIGURES; i++) {
		if (limits[i].check && !(sim->scenario->checks & limits[i].check))
			continue;
		verdict->failed[i] = verdict->figure[i] > limits[i].most ||
				     verdict->figure[i] < limits[i].least;
		well &= !verdict->failed[i];
	}
	return well;
}
