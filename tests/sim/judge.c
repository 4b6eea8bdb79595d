// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge.c - see judge.h
 *
 * Between the actions of a scenario nothing changes what everybody is due: that is a segment,
 * which begins SETTLE after the action. Whose work comes by the clock is due as much of it as its
 * share allows. One that naps, or games, is due at most what it could have if it never slept;
 * the others, at least what they would have then.
 */
#include <math.h>
#include <stdlib.h>
#include <linux/kernel.h>
#include "judge.h"
#include "solver.h"

#define SETTLE		(200 * MSEC)
#define SECOND		(SEC / SAMPLE)
/* Seconds are looked at from each of so many samples on, and from every one where it is a limit. */
#define STRIDE		5
#define EFFECT_WINDOW	(100 * MSEC / SAMPLE)
#define EFFECT_SPAN	(500 * MSEC / SAMPLE)

static const struct {
	double most;
	unsigned int check;	/* of a scenario; 0: of each */
} limits[FIGURES] = {
	[FIG_10S]	= { 1, SHARES_10S },
	[FIG_1S]	= { 5, SHARES_1S },
	/* 100 ms are too short for less: a slice at both ends is as much of a fifth of a CPU. */
	[FIG_EFFECT]	= { 20, EFFECT },
	[FIG_MIN]	= { 1, LIMITS },
	[FIG_MAX]	= { 1, LIMITS },
	[FIG_ENTITLED]	= { 1, 0 },
	[FIG_GAIN]	= { 1, 0 },
	[FIG_P99]	= { 1000, LATENCY },
	[FIG_IDLE]	= { 1000, 0 },
};

/* What was so in a segment. */
struct segment {
	const struct sim *sim;
	struct share *share;
	u32 *shares, *min, *max;
	bool *there;
	double *capacity;
	unsigned int from, to;	/* samples */
	bool acted;		/* it began with an action */
	bool loose;		/* somebody naps or games */
	bool sleeps;		/* or has not always something to do */
};

static bool by_clock(const struct vm_spec *spec)
{
	return spec->behaviour == CLOCK || spec->behaviour == RANDOM;
}

/* CPUs that it could use if it had them for itself. */
static double most_of(const struct segment *seg, unsigned int i)
{
	const struct sim_vm *vm = &seg->sim->vm[i];
	double cap = vm->spec->behaviour == RELAY ? 1 : vcpus_of(vm->spec);

	if (!seg->there[i])
		return 0;
	if (by_clock(vm->spec))
		cap = min(cap, (vm->requested[seg->to] - vm->requested[seg->from]) /
			       ((seg->to - seg->from) * (double)SAMPLE));
	if (vm->spec->behaviour == NAP && !vm->spec->games)
		cap *= (double)vm->spec->run / (vm->spec->run + vm->spec->sleep);
	if (seg->max[i])
		cap = min(cap, seg->max[i] / 100.0);
	return cap;
}

/* What passed until threads had arrived, nobody could have. */
static void leave_out_arrivals(struct segment *seg, double sign)
{
	const struct sim *sim = seg->sim;
	double away = sim->away[seg->to] - sim->away[seg->from];

	for (unsigned int i = 0; i < sim->nr_cpus; i++)
		seg->capacity[i] -= sign * away / ((seg->to - seg->from) * SAMPLE) / sim->nr_cpus;
}

static void find_dues(struct segment *seg)
{
	const struct sim *sim = seg->sim;

	seg->loose = false;
	seg->sleeps = false;
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		seg->share[i] = (struct share){ .weight = seg->shares[i],
						.min = seg->min[i] / 100.0,
						.cap = most_of(seg, i),
						.allowed = sim->vm[i].allowed };
		seg->sleeps |= sim->vm[i].spec->behaviour != HOG;
		seg->loose |= sim->vm[i].spec->games || sim->vm[i].spec->behaviour == NAP;
	}
	leave_out_arrivals(seg, 1);
	solve(seg->capacity, sim->nr_cpus, seg->share, sim->nr_vms);
	leave_out_arrivals(seg, -1);
}

static double received(const struct segment *seg, unsigned int i, unsigned int from,
		       unsigned int to)
{
	return seg->sim->vm[i].received[to] - seg->sim->vm[i].received[from];
}

static void note(struct verdict *verdict, enum figure figure, double value)
{
	verdict->figure[figure] = max(verdict->figure[figure], value);
	verdict->asked[figure] = true;
}

/* Percent of what was due, or of that to which a slice is as many percent as @most. */
static double error(const struct segment *seg, unsigned int i, unsigned int from,
		    unsigned int to, double most)
{
	double due = seg->share[i].due * (to - from) * SAMPLE;
	double least = SCHED_SLICE * 100 / most;

	return (received(seg, i, from, to) - due) * 100 / max(due, least);
}

/* Whether an error counts that is too much, or too little, or either. */
static double counts(const struct segment *seg, const struct vm_spec *spec, double error)
{
	if (spec->games)
		return error;
	return seg->loose ? -error : fabs(error);
}

static void judge_window(const struct segment *seg, unsigned int i, unsigned int from,
			 unsigned int to, enum figure figure, struct verdict *verdict)
{
	const struct vm_spec *spec = seg->sim->vm[i].spec;
	double e;

	if (!spec->games && spec->behaviour == NAP)
		return;
	if (spec->games && figure != FIG_10S)
		return;
	e = counts(seg, spec, error(seg, i, from, to, limits[figure].most));
	if (figure == FIG_10S && e > max(verdict->figure[FIG_10S], verdict->figure[FIG_GAIN])) {
		verdict->vm = i;
		verdict->got = received(seg, i, from, to) / ((to - from) * (double)SAMPLE);
		verdict->due = seg->share[i].due;
	}
	note(verdict, spec->games ? FIG_GAIN : figure, e);
}

static void judge_limits(const struct segment *seg, unsigned int i, unsigned int at,
			 struct verdict *verdict)
{
	double got = received(seg, i, at, at + SECOND);
	double least = seg->min[i] / 100.0 * SEC, most = seg->max[i] / 100.0 * SEC;

	if (least && most_of(seg, i) * SEC >= least)
		note(verdict, FIG_MIN, (least - got) * 100 / least);
	if (most)
		note(verdict, FIG_MAX, (got - most) * 100 / most);
}

/*
 * What who sleeps wanted while it waited, the policy can only guess. Of when an action was, it knows
 * no more than between which two of its looks.
 */
static void judge_entitled(const struct segment *seg, unsigned int i, struct verdict *verdict)
{
	const struct sim_vm *vm = &seg->sim->vm[i];
	double due = seg->share[i].due * (seg->to - seg->from) * SAMPLE;
	double off = fabs(vm->entitled[seg->to] - vm->entitled[seg->from] - due);

	if (seg->sim->scenario->acts[0].action)
		off -= min(off, SCHED_ENTITLE_NS);
	if (!seg->sleeps)
		note(verdict, FIG_ENTITLED, off * 100 / max(due, SCHED_SLICE * 100));
}

static void judge_vm(const struct segment *seg, unsigned int i, struct verdict *verdict)
{
	unsigned int checks = seg->sim->scenario->checks, n;

	judge_window(seg, i, seg->from, seg->to, FIG_10S, verdict);
	judge_entitled(seg, i, verdict);
	for (n = seg->from; n + SECOND <= seg->to; n++) {
		if (n % STRIDE == 0)
			judge_window(seg, i, n, n + SECOND, FIG_1S, verdict);
		if (checks & LIMITS)
			judge_limits(seg, i, n, verdict);
	}
}

static void judge_effect(const struct segment *seg, unsigned int i, struct verdict *verdict)
{
	unsigned int n = seg->from - EFFECT_WINDOW;

	for (; n < seg->from + EFFECT_SPAN && n + EFFECT_WINDOW <= seg->to; n++)
		judge_window(seg, i, n, n + EFFECT_WINDOW, FIG_EFFECT, verdict);
}

static void judge_segment(struct segment *seg, u64 from, u64 to, struct verdict *verdict)
{
	seg->acted = from;
	seg->from = (from + SETTLE) / SAMPLE;
	seg->to = to / SAMPLE;
	find_dues(seg);
	for (unsigned int i = 0; i < seg->sim->nr_vms; i++) {
		judge_vm(seg, i, verdict);
		if (seg->acted && seg->sim->scenario->checks & EFFECT)
			judge_effect(seg, i, verdict);
	}
}

static void act(struct segment *seg, const struct act *act)
{
	for (unsigned int i = act->first; i < act->first + act->count; i++) {
		if (act->action == SET) {
			seg->shares[i] = act->shares;
			seg->min[i] = act->min;
			seg->max[i] = act->max;
		} else if (act->action == START) {
			seg->there[i] = true;
		} else {
			seg->capacity[i] = act->action == ONLINE;
		}
	}
}

static void begin(struct segment *seg, const struct sim *sim)
{
	*seg = (struct segment){ .sim = sim };
	seg->share = calloc(sim->nr_vms, sizeof(*seg->share));
	seg->shares = calloc(3 * sim->nr_vms, sizeof(*seg->shares));
	seg->min = seg->shares + sim->nr_vms;
	seg->max = seg->min + sim->nr_vms;
	seg->there = calloc(sim->nr_vms, sizeof(*seg->there));
	seg->capacity = calloc(sim->nr_cpus, sizeof(*seg->capacity));
	for (unsigned int i = 0; i < sim->nr_vms; i++) {
		seg->shares[i] = sim->vm[i].shares;
		seg->min[i] = sim->vm[i].spec->min;
		seg->max[i] = sim->vm[i].spec->max;
		seg->there[i] = !sim->vm[i].spec->late;
	}
	for (unsigned int i = 0; i < sim->nr_cpus; i++) {
		const struct sim_cpu *cpu = &sim->cpu[i];

		seg->capacity[i] = 1;
		if (cpu->steal)
			seg->capacity[i] -= (double)cpu->steal / cpu->steal_period;
	}
}

static void judge_segments(const struct sim *sim, struct verdict *verdict)
{
	const struct act *acts = sim->scenario->acts;
	struct segment seg;
	u64 from = 0;

	begin(&seg, sim);
	for (unsigned int i = 0; i <= MOST_ACTIONS; i++) {
		bool last = i == MOST_ACTIONS || !acts[i].action;
		u64 to = last ? sim->end : acts[i].at;

		if (to > from)
			judge_segment(&seg, from, to, verdict);
		if (last)
			break;
		from = acts[i].at;
		act(&seg, &acts[i]);
	}
	free(seg.share);
	free(seg.shares);
	free(seg.there);
	free(seg.capacity);
}

static void judge_counts(const struct sim *sim, struct verdict *verdict)
{
	double seconds = sim->scenario->seconds;

	if (sim->wakes) {
		note(verdict, FIG_P50, latency_percentile(sim, 50) / 1e3);
		note(verdict, FIG_P99, latency_percentile(sim, 99) / 1e3);
		note(verdict, FIG_WORST, sim->latency_max / 1e3);
	}
	note(verdict, FIG_IDLE, sim->hungry_max / 1e3);
	note(verdict, FIG_MIGRATIONS, sim->migrations / seconds);
	note(verdict, FIG_COST, sim->decision_cost / (double)max(sim->decisions, 1ULL));
	note(verdict, FIG_COST_WAKE, sim->wake_cost / (double)max(sim->wake_calls, 1ULL));
}

bool judge(const struct sim *sim, struct verdict *verdict)
{
	bool well = true;

	*verdict = (struct verdict){ 0 };
	judge_segments(sim, verdict);
	judge_counts(sim, verdict);
	for (int i = 0; i < FIGURES; i++) {
		if (limits[i].check && !(sim->scenario->checks & limits[i].check))
			verdict->asked[i] = false;
		if (!limits[i].most || !verdict->asked[i])
			continue;
		verdict->failed[i] = verdict->figure[i] > limits[i].most;
		well &= !verdict->failed[i];
	}
	return well;
}
