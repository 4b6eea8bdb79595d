// SPDX-License-Identifier: GPL-2.0-only
/*
 * spin: a lock that goes round between CPUs, of which all but one wait for it in loops of PAUSE
 *
 * n=N: how often each CPU takes it (default 1000). It is a ticket lock, and who lets go of it
 * goes to the end of the line: so each time it is the turn of another CPU, which on a host
 * with fewer CPUs waits for a CPU as well as for the lock. Nobody has it until all stand in line.
 * Prints `bench lock-hand-over-CPUS-vcpus CYCLES`, the mean from one CPU's turn to the next one's, and the
 * same as `hand-over NS`.
 */
#include "guest.h"

#define NOBODY	(~0u)

static u32 cpus, n = 1000;
static volatile u32 next_ticket, serving = NOBODY;

/* What the lock guards, and what shows when it does not. */
static volatile u32 turns, had_it_last = NOBODY;
static volatile u32 intruders, repeats;
static u64 began, ended;

static u32 stand_in_line(void)
{
	return __sync_fetch_and_add(&next_ticket, 1);
}

static void wait_for_turn(u32 ticket)
{
	while (serving != ticket)
		pause();
}

static void let_go(void)
{
	barrier();
	serving++;
}

/* While it has the lock: nobody else gets as far as here before the last line. */
static void have_turn(u32 cpu)
{
	u32 before = turns;

	if (!before)
		began = rdtsc();
	repeats += had_it_last == cpu;
	had_it_last = cpu;
	barrier();
	intruders += had_it_last != cpu || turns != before;
	turns = before + 1;
	ended = rdtsc();
}

static void take_turns(void *arg)
{
	u32 cpu = (ulong)arg, i, ticket = stand_in_line();

	if (ticket == cpus - 1)
		serving = 0;
	for (i = 1;; i++) {
		wait_for_turn(ticket);
		have_turn(cpu);
		if (i == n) {
			let_go();
			return;
		}
		/* In line again before the next one has it, so that this is never it. */
		ticket = stand_in_line();
		let_go();
	}
}

static u32 number(const char *text)
{
	u32 v = 0;

	while (*text >= '0' && *text <= '9')
		v = v * 10 + *text++ - '0';
	return v;
}

static bool all_done(void)
{
	bool good = true;
	u32 i;

	for (i = 1; i < cpus; i++)
		good &= smp_wait(i);
	return good;
}

static void tell(u64 cycles)
{
	print("bench lock-hand-over-%u-vcpus %llu\n", cpus, cycles);
	print("hand-over %llu\n", div64(cycles * 1000000, tsc_khz()));
}

void guest_main(void)
{
	u32 i;

	if (argument("n"))
		n = number(argument("n"));
	lapic_enable();
	cpus = cpu_count();
	if (!check(smp_start() == cpus - 1, "startup", "%u of %u came", cpus_up, cpus - 1))
		return;
	print("# %u CPUs\n", cpus);
	for (i = 1; i < cpus; i++)
		smp_call(i, take_turns, (void *)(ulong)i);
	take_turns(NULL);
	check(all_done(), "everybody-had-its-turns", "some had not, %u turns of %u", turns,
	      n * cpus);
	check(turns == n * cpus, "turns", "%u, not %u", turns, n * cpus);
	check(!intruders, "one-at-a-time", "%u times more than one", intruders);
	check(!repeats, "each-time-another", "%u times the same", repeats);
	if (turns > 1)
		tell(div64(ended - began, turns - 1));
}
