// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_share.c - what VMs are due of the RAM, against answers worked out by hand, against revocation
 * page by page, against the simulator's solver, and what must be so whatever VMs want
 */
#include <setjmp.h>
#include <stdarg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include "../sim/ram-solver.h"
#include "mm/share.h"

#define MOST_VMS	4096
#define PAGE		4096ULL
#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
#define TAX		SHARE_TAX_DEFAULT
/* By so much a VM may be off, beside others: see share.c. */
#define ERROR(n)	(12 + 2 * (n))

static struct share_vm vm[MOST_VMS], *all[MOST_VMS];
static struct ram_share ideal[MOST_VMS];
static unsigned int nr_vms;
static u64 random_state;

static void in_order(void)
{
	for (unsigned int i = 0; i < MOST_VMS; i++)
		all[i] = &vm[i];
}

static int fresh(void **state)
{
	memset(vm, 0, sizeof(vm));
	in_order();
	nr_vms = 0;
	random_state = 88172645463325252ULL;
	return 0;
}

/* In MiB. */
static struct share_vm *add(u32 shares, u64 min, u64 ceiling, u64 resident, u64 demand, u32 idle)
{
	vm[nr_vms] = (struct share_vm){ .shares = shares, .min = min * MIB,
					.ceiling = ceiling * MIB, .resident = resident * MIB,
					.demand = demand * MIB,
					.idle = (u64)SHARE_ONE * idle / 100 };
	return &vm[nr_vms++];
}

static struct share_vm *hog(u32 shares, u64 min, u64 ceiling)
{
	return add(shares, min, ceiling, 0, ceiling, 0);
}

static u64 sum(void)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < nr_vms; i++)
		sum += vm[i].entitled;
	return sum;
}

static void expect(unsigned int i, double mib)
{
	double off = (double)vm[i].entitled - mib * MIB;

	if (fabs(off) > ERROR(nr_vms))
		fail_msg("VM %u: %llu instead of %.0f", i, vm[i].entitled, mib * MIB);
}

static void test_nobody(void **state)
{
	assert_false(share_solve(all, 0, GIB, TAX));
	assert_false(share_solve(all, 0, 0, TAX));
}

static void test_in_proportion(void **state)
{
	hog(100, 128, 1024);
	hog(100, 128, 1024);
	hog(200, 128, 1024);
	hog(400, 128, 1024);
	assert_true(share_solve(all, 4, 1440 * MIB, TAX));
	expect(0, 180);
	expect(1, 180);
	expect(2, 360);
	expect(3, 720);
}

/* A guarantee comes first, a ceiling and what is wanted last; the others divide the rest. */
static void test_bounds(void **state)
{
	hog(1, 500, 1024);
	hog(10000, 0, 100);
	add(10000, 0, 1024, 50, 60, 0);
	hog(100, 0, 1024);
	hog(300, 0, 1024);
	hog(1, 2048, 40);		/* what it could not use is not kept for it */
	assert_true(share_solve(all, 6, 1100 * MIB, TAX));
	expect(0, 500);
	expect(1, 100);
	expect(2, 60);
	expect(3, 100);
	expect(4, 300);
	expect(5, 40);
}

static void test_guarantee_is_kept_unused(void **state)
{
	add(100, 300, 1024, 10, 10, 100);
	hog(100, 0, 1024);
	assert_true(share_solve(all, 2, 1000 * MIB, TAX));
	expect(0, 300);
	expect(1, 700);
}

/* Each idle page counts as four; with another tax, as others. */
static void test_tax(void **state)
{
	add(100, 0, 1024, 800, 800, 100);
	hog(100, 0, 1024);
	assert_true(share_solve(all, 2, 1000 * MIB, 75));
	expect(0, 200);
	expect(1, 800);
	share_solve(all, 2, 1000 * MIB, 50);
	expect(0, 1000. / 3);
	share_solve(all, 2, 1000 * MIB, 0);
	expect(0, 500);
	share_solve(all, 2, 1000 * MIB, 90);
	expect(0, 1000. / 11);
	share_solve(all, 2, 1000 * MIB, 99);
	expect(0, 1000. / 101);
	share_solve(all, 2, 1000 * MIB, 1000);
	expect(0, 1000. / 101);

	/* Those in use count once: 100 and a quarter of what is beyond. */
	vm[0].idle = SHARE_ONE - SHARE_ONE / 8;
	share_solve(all, 2, 1000 * MIB, 75);
	expect(0, 100 + 800. / 5);
	expect(1, 100 + 800. / 5 * 4);
	/* Who gets less than it uses pays no tax. */
	share_solve(all, 2, 150 * MIB, 75);
	expect(0, 75);
}

/* Of who asks for more, only what it does not use of what it has is idle. */
static void test_asks_for_more(void **state)
{
	add(100, 0, 1024, 400, 1000, 25);
	hog(100, 0, 1024);
	assert_true(share_solve(all, 2, 1000 * MIB, TAX));
	expect(0, 500);
	assert_true(share_solve(all, 2, 1800 * MIB, TAX));
	expect(0, 900);
	assert_true(share_solve(all, 2, 1900 * MIB, TAX));
	expect(0, 920);
	expect(1, 980);
}

static void test_enough_for_all(void **state)
{
	add(1, 0, 1024, 800, 0, 100);
	add(100, 512, 1024, 100, 200, 0);
	add(300, 0, 2048, 100, 100, 0);
	assert_false(share_solve(all, 3, 10000 * MIB, TAX));
	expect(0, 1024);
	expect(1, 1024);
	expect(2, 2048);
	/* Nothing is taken from anybody. What is left, is divided. */
	assert_false(share_solve(all, 3, 1412 * MIB, TAX));
	expect(0, 800);
	expect(1, 512);
	expect(2, 100);
	assert_false(share_solve(all, 3, 1812 * MIB, TAX));
	expect(0, 800);
	expect(1, 512);
	expect(2, 500);
	assert_true(share_solve(all, 3, 1412 * MIB - 1, TAX));
}

static void test_only_minima(void **state)
{
	hog(100, 300, 1024);
	add(300, 200, 1024, 1024, 1024, 100);
	hog(1, 0, 1024);
	for (u64 available = 0; available <= 500; available += 100) {
		assert_true(share_solve(all, 3, available * MIB, TAX));
		assert_int_equal(vm[0].entitled, 300 * MIB);
		assert_int_equal(vm[1].entitled, 200 * MIB);
		assert_int_equal(vm[2].entitled, 0);
	}
}

/* The largest there is, at every corner: nothing may overflow (UBSan would not see it all). */
static void test_large(void **state)
{
	static const u32 shares[] = { 1, 100, 10000 }, tax[] = { 0, 75, 99 };

	for (unsigned int round = 0; round < 3 * 3 * 2; round++) {
		u64 least = U64_MAX, most = 0;

		nr_vms = 0;
		while (nr_vms < MOST_VMS)
			add(shares[round % 3], 0, SHARE_VM_MOST / MIB, SHARE_VM_MOST / MIB,
			    SHARE_VM_MOST / MIB, round % 2 ? 100 : 0);
		vm[0].shares = SHARE_SHARES_MAX;
		assert_true(share_solve(all, nr_vms, SHARE_HOST_MOST, tax[round / 6]));
		assert_in_range(sum(), SHARE_HOST_MOST - ERROR(1) * nr_vms, SHARE_HOST_MOST);
		for (unsigned int i = 1; i < nr_vms; i++) {
			least = min(least, vm[i].entitled);
			most = max(most, vm[i].entitled);
		}
		assert_true(least == most);
		assert_true(vm[0].entitled <= SHARE_VM_MOST);
		if (shares[round % 3] == SHARE_SHARES_MAX)
			assert_in_range(least, SHARE_HOST_MOST / MOST_VMS - ERROR(1),
					SHARE_HOST_MOST / MOST_VMS);
		assert_false(share_solve(all, nr_vms, U64_MAX, tax[round / 6]));
		assert_true(sum() == SHARE_VM_MOST * nr_vms);
	}
}

/* Whatever VMs want. */

static u32 pick(u32 below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/* Bytes, of all sizes. */
static u64 pick_bytes(u64 most)
{
	return (u64)(pick(1 << 20) / (double)(1 << 20) * most) >> (pick(3) ? 0 : pick(12));
}

static void any_vms(unsigned int n, u64 most)
{
	for (nr_vms = 0; nr_vms < n; nr_vms++) {
		struct share_vm *one = &vm[nr_vms];

		*one = (struct share_vm){ .shares = 1 + pick(pick(2) ? 10 : 10000),
					  .ceiling = 1 + pick_bytes(most) };
		one->min = pick(3) ? 0 : pick_bytes(one->ceiling * 2 / 3);
		one->resident = pick_bytes(one->ceiling);
		one->demand = pick(2) ? pick_bytes(one->ceiling * 2) : 0;
		one->idle = pick(3) ? (pick(2) ? SHARE_ONE : 0) : pick(SHARE_ONE + 1);
	}
}

static u64 minima(void)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < nr_vms; i++)
		sum += min(vm[i].min, vm[i].ceiling);
	return sum;
}

static u64 wanted_by(const struct share_vm *one)
{
	return min(max(max(one->demand, one->resident), one->min), one->ceiling);
}

static u64 wanted(void)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < nr_vms; i++)
		sum += wanted_by(&vm[i]);
	return sum;
}

static u64 ceilings(void)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < nr_vms; i++)
		sum += vm[i].ceiling;
	return sum;
}

static u64 any_host(void)
{
	switch (pick(4)) {
	case 0:
		return pick_bytes(ceilings() + 1);
	case 1:
		return wanted() + pick(3) - min(wanted(), 1);
	case 2:
		return minima() + pick_bytes(wanted() - minima() + 1);
	default:
		return wanted() + pick_bytes(ceilings() - wanted() + 1);
	}
}

static void check_bounds(u64 available, bool scarce)
{
	assert_true(scarce == (wanted() > available));
	assert_true(sum() <= max(available, minima()));
	if (available >= ceilings())
		assert_true(sum() == ceilings());
	else if (available >= minima())
		assert_true(sum() + 12 * nr_vms >= available);
	for (unsigned int i = 0; i < nr_vms; i++) {
		const struct share_vm *one = &vm[i];

		assert_true(one->entitled >= min(one->min, one->ceiling));
		assert_true(one->entitled <= one->ceiling);
		if (scarce)
			assert_true(one->entitled <= wanted_by(one));
		else
			assert_true(one->entitled >= wanted_by(one));
		if (minima() >= available)
			assert_true(one->entitled == min(one->min, one->ceiling));
	}
}

/* What is so of any VMs, for each of the tests that follow. */
static u64 any(unsigned int most_vms, u32 tax)
{
	u64 available;

	any_vms(1 + pick(most_vms), pick(2) ? 64 * MIB : SHARE_VM_MOST);
	available = any_host();
	check_bounds(available, share_solve(all, nr_vms, available, tax));
	return available;
}

static u32 any_tax(void)
{
	return pick(2) ? TAX : pick(SHARE_TAX_MAX + 1);
}

static void solve_ideal(u64 available, u32 tax)
{
	for (unsigned int i = 0; i < nr_vms; i++) {
		double has = max(vm[i].demand, vm[i].resident);

		ideal[i] = (struct ram_share){ vm[i].shares, vm[i].min, vm[i].ceiling, has,
					       (double)vm[i].resident * vm[i].idle / SHARE_ONE, 0 };
	}
	ram_solve(ideal, nr_vms, available, tax / 100.);
}

static void test_solver(void **state)
{
	for (unsigned int round = 0; round < 300; round++) {
		u32 tax = any_tax();
		u64 available = any(40, tax);

		solve_ideal(available, tax);
		for (unsigned int i = 0; i < nr_vms; i++) {
			double off = vm[i].entitled - ideal[i].due;

			if (fabs(off) > PAGE)
				fail_msg("round %u, VM %u of %u: %llu instead of %.0f", round, i,
					 nr_vms, vm[i].entitled, ideal[i].due);
		}
	}
}

/* One page more, for who would pay the most for it: the way it is done in the paper. */
static bool grant_page(bool scarce)
{
	struct ram_share *best = NULL;
	double most = 0, rho;

	for (unsigned int i = 0; i < nr_vms; i++) {
		u64 cap = scarce ? wanted_by(&vm[i]) : vm[i].ceiling;

		if (ideal[i].due + PAGE > cap)
			continue;
		rho = ram_rho(&ideal[i], ideal[i].due + PAGE, TAX / 100.);
		if (rho > most) {
			most = rho;
			best = &ideal[i];
		}
	}
	if (best)
		best->due += PAGE;
	return best;
}

static void test_page_by_page(void **state)
{
	for (unsigned int round = 0; round < 100; round++) {
		u64 available;
		double left;
		bool scarce;

		any_vms(1 + pick(10), 16 * MIB);
		available = max(any_host(), minima());
		scarce = share_solve(all, nr_vms, available, TAX);
		solve_ideal(available, TAX);
		left = available;
		for (unsigned int i = 0; i < nr_vms; i++) {
			ideal[i].due = scarce ? min(vm[i].min, vm[i].ceiling) : wanted_by(&vm[i]);
			left -= ideal[i].due;
		}
		for (; left >= PAGE && grant_page(scarce); left -= PAGE)
			;
		/* The last page of each, and one that nobody could be given as a whole. */
		for (unsigned int i = 0; i < nr_vms; i++) {
			double off = vm[i].entitled - ideal[i].due;

			if (fabs(off) > (nr_vms + 1) * PAGE)
				fail_msg("round %u, VM %u of %u: %llu instead of %.0f", round, i,
					 nr_vms, vm[i].entitled, ideal[i].due);
		}
	}
}

/* Many in all, at random. */
static void test_many(void **state)
{
	for (unsigned int round = 0; round < 20; round++) {
		u64 available;

		any_vms(MOST_VMS, SHARE_VM_MOST / 64);
		available = any_host();
		check_bounds(available, share_solve(all, nr_vms, available, TAX));
	}
}

static void test_order_does_not_matter(void **state)
{
	u64 before[50];

	for (unsigned int round = 0; round < 2000; round++) {
		u64 available = any(50, TAX);

		for (unsigned int i = 0; i < nr_vms; i++)
			before[i] = vm[i].entitled;
		for (unsigned int i = nr_vms - 1; i; i--) {
			unsigned int with = pick(i + 1);

			swap(all[i], all[with]);
		}
		share_solve(all, nr_vms, available, TAX);
		for (unsigned int i = 0; i < nr_vms; i++)
			assert_true(vm[i].entitled == before[i]);
		in_order();
	}
}

static void test_more_shares_are_never_less(void **state)
{
	for (unsigned int round = 0; round < 5000; round++) {
		u32 tax = any_tax();
		u64 available = any(20, tax), before;
		struct share_vm *one = &vm[pick(nr_vms)];

		before = one->entitled;
		one->shares = min(one->shares + 1 + pick(one->shares), SHARE_SHARES_MAX);
		share_solve(all, nr_vms, available, tax);
		assert_true(one->entitled + ERROR(nr_vms) >= before);
	}
}

static void test_more_memory_is_never_less(void **state)
{
	u64 before[20];

	for (unsigned int round = 0; round < 5000; round++) {
		u32 tax = any_tax();
		u64 available = any(20, tax);

		for (unsigned int i = 0; i < nr_vms; i++)
			before[i] = vm[i].entitled;
		available += 1 + pick_bytes(pick(2) ? PAGE : available + 1);
		share_solve(all, nr_vms, available, tax);
		for (unsigned int i = 0; i < nr_vms; i++)
			assert_true(vm[i].entitled >= before[i]);
	}
}

static void test_without_tax_idleness_is_nothing(void **state)
{
	u64 before[20];

	for (unsigned int round = 0; round < 2000; round++) {
		u64 available = any(20, 0);

		for (unsigned int i = 0; i < nr_vms; i++) {
			before[i] = vm[i].entitled;
			vm[i].idle = pick(SHARE_ONE + 1);
		}
		share_solve(all, nr_vms, available, 0);
		for (unsigned int i = 0; i < nr_vms; i++)
			assert_true(vm[i].entitled == before[i]);
	}
}

/* Who is more idle than it was does not get more for it, nor do the others get less. */
static void test_idleness_never_pays(void **state)
{
	u64 before[20];

	for (unsigned int round = 0; round < 5000; round++) {
		u32 tax = any_tax();
		u64 available = any(20, tax);
		unsigned int who = pick(nr_vms);

		for (unsigned int i = 0; i < nr_vms; i++)
			before[i] = vm[i].entitled;
		vm[who].idle += pick(SHARE_ONE - min(vm[who].idle, SHARE_ONE - 1));
		share_solve(all, nr_vms, available, tax);
		for (unsigned int i = 0; i < nr_vms; i++) {
			if (i == who)
				assert_true(vm[i].entitled <= before[i] + ERROR(nr_vms));
			else
				assert_true(vm[i].entitled + ERROR(nr_vms) >= before[i]);
		}
	}
}

#define T(name) cmocka_unit_test_setup(test_##name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nobody), T(in_proportion), T(bounds), T(guarantee_is_kept_unused), T(tax),
		T(asks_for_more), T(enough_for_all), T(only_minima), T(large), T(solver),
		T(page_by_page), T(many), T(order_does_not_matter), T(more_shares_are_never_less),
		T(more_memory_is_never_less), T(without_tax_idleness_is_nothing),
		T(idleness_never_pays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
