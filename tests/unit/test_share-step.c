// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_share-step.c - RAM shares, but for the solution: steps towards it, states of the host, what
 * can be promised, and how much is in use
 */
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include "mm/share.h"

#define MOST_VMS	20
#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
#define SEC		1000000000ULL
#define STEP		SHARE_STEP_NS
/* Of GIB, in a step. */
#define STRIDE		(GIB * STEP / SHARE_WAY_NS)
#define PLENTY		(100 * GIB)

static struct share_vm vm[MOST_VMS], *all[MOST_VMS];
static unsigned int nr_vms;

static int fresh(void **state)
{
	memset(vm, 0, sizeof(vm));
	for (unsigned int i = 0; i < MOST_VMS; i++)
		all[i] = &vm[i];
	nr_vms = 0;
	srandom(1);
	return 0;
}

static struct share_vm *add(u64 resident, u64 target, u64 entitled)
{
	vm[nr_vms] = (struct share_vm){ .ceiling = GIB, .shares = 100, .resident = resident,
					.target = target, .entitled = entitled };
	return &vm[nr_vms++];
}

static bool step(u64 available, bool scarce)
{
	return share_step(all, nr_vms, available, scarce, STEP);
}

/* With a guest that follows. */
static bool follow(u64 available, bool scarce)
{
	bool more = step(available, scarce);

	for (unsigned int i = 0; i < nr_vms; i++)
		vm[i].resident = vm[i].target;
	return more;
}

static void test_down(void **state)
{
	struct share_vm *one = add(GIB, GIB, 900 * MIB);

	assert_true(step(PLENTY, true));
	assert_int_equal(one->target, GIB - STRIDE);
	assert_true(step(PLENTY, true));
	assert_int_equal(one->target, 900 * MIB);
	assert_true(step(PLENTY, true));
	assert_int_equal(one->target, 900 * MIB);
	/* However small: somebody else is owed it. */
	one->entitled -= 1;
	step(PLENTY, true);
	assert_int_equal(one->target, 900 * MIB - 1);
}

/* From the ceiling to nothing in SHARE_WAY_NS, in steps of any length. */
static void test_rate(void **state)
{
	static const u64 lengths[] = { SEC / 1000, SEC / 4, SEC, SHARE_WAY_NS };
	struct share_vm *one = add(0, 0, 0);

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		one->target = one->ceiling;
		one->resident = one->ceiling;
		for (u64 ns = lengths[i]; ns <= SHARE_WAY_NS; ns += lengths[i]) {
			u64 left = one->ceiling - one->ceiling * (double)ns / SHARE_WAY_NS;

			share_step(all, nr_vms, PLENTY, true, lengths[i]);
			assert_in_range(one->target, left, left + ns / lengths[i]);
		}
	}
	/* A worker that was held up does not make up for it, and nothing overflows. */
	one->ceiling = SHARE_VM_MOST;
	one->resident = SHARE_VM_MOST;
	one->target = SHARE_VM_MOST;
	share_step(all, nr_vms, PLENTY, true, U64_MAX);
	assert_int_equal(one->target, 0);
}

/* What is not there takes no time to be taken. */
static void test_permission_goes_at_once(void **state)
{
	struct share_vm *one = add(300 * MIB, GIB, 100 * MIB);
	struct share_vm *two = add(50 * MIB, GIB, 100 * MIB);

	step(PLENTY, true);
	assert_int_equal(one->target, 300 * MIB - STRIDE);
	assert_int_equal(two->target, 100 * MIB);
}

/* Nor does what it has already to be given. */
static void test_kept_at_once(void **state)
{
	struct share_vm *one = add(600 * MIB, 300 * MIB, 500 * MIB);
	struct share_vm *two = add(400 * MIB, 300 * MIB, 500 * MIB);

	step(PLENTY, true);
	assert_int_equal(one->target, 500 * MIB);
	assert_int_equal(two->target, 400 * MIB + STRIDE);
	/* No room is needed for that. */
	two->target = 300 * MIB;
	two->waits = 0;
	step(0, true);
	assert_int_equal(two->target, 400 * MIB);
}

static void test_up_with_play(void **state)
{
	struct share_vm *one = add(320 * MIB, 320 * MIB, 330 * MIB);

	follow(PLENTY, true);
	assert_int_equal(one->target, 320 * MIB);
	/* Once it rises, it does so to the end. */
	one->entitled = 400 * MIB;
	follow(PLENTY, true);
	assert_int_equal(one->target, 320 * MIB + STRIDE);
	follow(PLENTY, true);
	assert_int_equal(one->target, 400 * MIB);
	/* And rests there. */
	one->entitled = 412 * MIB;
	follow(PLENTY, true);
	assert_int_equal(one->target, 400 * MIB);
	/* One that had to turn back begins anew. */
	one->entitled = 500 * MIB;
	follow(PLENTY, true);
	one->entitled = 450 * MIB;
	follow(PLENTY, true);
	assert_int_equal(one->target, 450 * MIB);
	one->entitled = 460 * MIB;
	follow(PLENTY, true);
	assert_int_equal(one->target, 450 * MIB);
}

/* However little it is: in the end everybody has its due. A break, and it takes as long again. */
static void test_patience(void **state)
{
	struct share_vm *one = add(320 * MIB, 320 * MIB, 320 * MIB + 1);

	for (int round = 0; round < 2; round++) {
		one->entitled = one->target + 1;
		for (u64 ns = STEP; ns < SHARE_PATIENCE_NS; ns += STEP) {
			follow(PLENTY, true);
			assert_int_equal(one->target, 320 * MIB);
		}
		if (!round) {
			one->entitled = one->target;
			follow(PLENTY, true);
		}
	}
	follow(PLENTY, true);
	assert_int_equal(one->target, 320 * MIB + 1);
	assert_int_equal(one->waits, 0);
}

/* Noise that is smaller moves it within itself, and not often. */
static void test_noise(void **state)
{
	const unsigned int seldom = SHARE_PATIENCE_NS / STEP;
	struct share_vm *one = add(GIB / 2, GIB / 2, 0);
	u64 least = GIB / 2 - GIB / 128, before;
	unsigned int rises = 0;

	for (unsigned int i = 0; i < 100 * seldom; i++) {
		before = one->target;
		one->entitled = i ? least + random() % (GIB / 65) : least;
		follow(PLENTY, true);
		assert_in_range(one->target, least, least + GIB / 65);
		rises += one->target > before;
	}
	assert_in_range(rises, 1, 100);
}

/* When memory is not scarce any more: up to the ceiling, however near that is, and then no more. */
static void test_release(void **state)
{
	struct share_vm *one = add(0, GIB - 3 * STRIDE, 5);
	struct share_vm *two = add(GIB, GIB - MIB, 5);

	assert_true(step(0, false));
	assert_int_equal(one->target, GIB - 2 * STRIDE);
	assert_int_equal(two->target, GIB);
	assert_true(step(0, false));
	assert_false(step(0, false));
	assert_int_equal(one->target, GIB);
	assert_false(step(0, false));
	/* It has been set lower. */
	one->ceiling = GIB / 2;
	one->resident = GIB;
	for (u64 ns = STEP; ns < SHARE_WAY_NS; ns += STEP)
		assert_true(follow(0, false));
	follow(0, false);
	follow(0, false);
	assert_false(follow(0, false));
	assert_int_equal(one->target, GIB / 2);
}

/* Nobody is given what another still has; those who rise divide what there is by what they lack. */
static void test_room(void **state)
{
	struct share_vm *from = add(GIB, GIB, 0);
	struct share_vm *one = add(100 * MIB, 100 * MIB, 600 * MIB);
	struct share_vm *two = add(100 * MIB, 100 * MIB, 116 * MIB);

	step(GIB + 200 * MIB, true);
	assert_int_equal(one->target, 100 * MIB);
	from->resident = from->target;		/* a stride is there now, and it goes on */
	step(GIB + 200 * MIB, true);
	assert_int_equal(from->target, GIB - 2 * STRIDE);
	assert_int_equal(one->target, 100 * MIB + STRIDE * STRIDE / (STRIDE + 16 * MIB));
	assert_int_equal(two->target, 100 * MIB + STRIDE * 16 * MIB / (STRIDE + 16 * MIB));
}

static u64 pick(u64 below)
{
	return ((u64)random() << 31 ^ random()) % below;
}

/*
 * Whatever VMs are due, and however slowly they follow: no target is beyond its bounds, none goes
 * away from its goal or past it, and together they are not raised beyond what is available.
 */
static void test_any(void **state)
{
	for (unsigned int round = 0; round < 20000; round++) {
		u64 available = pick(10 * GIB), before[MOST_VMS], held = 0, after = 0;
		bool scarce = random() % 4, risen = false;

		nr_vms = 0;
		for (unsigned int n = 1 + random() % MOST_VMS; n; n--) {
			struct share_vm *one = add(pick(GIB), pick(GIB + 1), pick(GIB));

			one->waits = random() % 2 ? SHARE_PATIENCE_NS : 0;
			if (random() % 4 == 0)
				one->resident = one->target;
			before[nr_vms - 1] = one->target;
		}
		share_step(all, nr_vms, available, scarce, pick(2 * SEC));
		for (unsigned int i = 0; i < nr_vms; i++) {
			u64 goal = scarce ? vm[i].entitled : vm[i].ceiling;

			assert_in_range(vm[i].target, min(goal, before[i]), max(goal, before[i]));
			held += max(min(vm[i].target, before[i]), vm[i].resident);
			after += max(vm[i].target, vm[i].resident);
			risen |= vm[i].target > max(before[i], vm[i].resident);
		}
		if (scarce && risen)
			assert_true(after <= max(available, held));
	}
}

/* In as long as the way takes, everybody is where it should be, and stays there. */
static void test_arrives(void **state)
{
	for (unsigned int round = 0; round < 500; round++) {
		u64 available = 0, steps = SHARE_WAY_NS / STEP, last[MOST_VMS];

		nr_vms = 0;
		for (unsigned int n = 1 + random() % MOST_VMS; n; n--) {
			u64 due = pick(GIB), target = pick(GIB);

			add(target, target, due);
			available += max(due, target);
		}
		for (unsigned int i = 0; i < 2 * steps; i++) {
			if (i == steps)
				for (unsigned int j = 0; j < nr_vms; j++)
					last[j] = vm[j].target;
			follow(available, true);
		}
		for (unsigned int i = 0; i < nr_vms; i++) {
			assert_int_equal(vm[i].target, last[i]);
			assert_int_equal(vm[i].target, vm[i].entitled);
		}
	}
}

static void test_reserve(void **state)
{
	assert_int_equal(share_reserve(0), 0);
	assert_int_equal(share_reserve(GIB), 6 * GIB / 100);
	assert_int_equal(share_reserve(4 * GIB), 24 * GIB / 100);
	assert_int_equal(share_reserve(100 * GIB), (24 + 96) * GIB / 100);
	assert_int_equal(share_reserve(SHARE_HOST_MOST), (SHARE_HOST_MOST + 20 * GIB) / 100);
}

static void test_available(void **state)
{
	assert_int_equal(share_available(GIB, 2 * GIB, 5, GIB), 2 * GIB - 5);
	assert_int_equal(share_available(0, GIB, 0, GIB), 0);
	assert_int_equal(share_available(GIB / 2, 0, 0, GIB), 0);
	assert_int_equal(share_available(GIB, GIB, GIB + 1, GIB), 0);

	/* It follows in seconds, but downwards at once when little is free. */
	assert_int_equal(share_smooth(0, 2 * GIB, SHARE_SOFT), 2 * GIB);
	assert_int_equal(share_smooth(8 * GIB, 16 * GIB, SHARE_SOFT), 9 * GIB);
	assert_int_equal(share_smooth(16 * GIB, 8 * GIB, SHARE_SOFT), 15 * GIB);
	assert_int_equal(share_smooth(16 * GIB, 8 * GIB, SHARE_HARD), 8 * GIB);
	assert_int_equal(share_smooth(8 * GIB, 16 * GIB, SHARE_LOW), 9 * GIB);
	assert_int_equal(share_smooth(SHARE_HOST_MOST, 0, SHARE_SOFT), SHARE_HOST_MOST / 8 * 7);
}

static void test_states(void **state)
{
	static const struct {
		u64 free;		/* of 600 */
		enum share_state down, up;
	} cases[] = {
		{ 1000, SHARE_HIGH, SHARE_HIGH }, { 600, SHARE_HIGH, SHARE_HIGH },
		{ 599, SHARE_HIGH, SHARE_SOFT }, { 400, SHARE_HIGH, SHARE_SOFT },
		{ 399, SHARE_SOFT, SHARE_HARD }, { 200, SHARE_SOFT, SHARE_HARD },
		{ 199, SHARE_HARD, SHARE_LOW }, { 100, SHARE_HARD, SHARE_LOW },
		{ 99, SHARE_LOW, SHARE_LOW }, { 0, SHARE_LOW, SHARE_LOW },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 free = cases[i].free;

		assert_int_equal(share_state(SHARE_HIGH, free, 600, false), cases[i].down);
		assert_int_equal(share_state(SHARE_LOW, free, 600, false), cases[i].up);
		assert_int_equal(share_state(SHARE_HIGH, free, 600, true),
				 max(cases[i].down, SHARE_SOFT));
		/* It stays what it has become. */
		assert_int_equal(share_state(cases[i].down, free, 600, false), cases[i].down);
		assert_int_equal(share_state(cases[i].up, free, 600, false), cases[i].up);
	}
	assert_int_equal(share_state(SHARE_HARD, 399, 600, false), SHARE_HARD);
	assert_int_equal(share_state(SHARE_HARD, 400, 600, false), SHARE_SOFT);
	assert_int_equal(share_state(SHARE_HIGH, SHARE_HOST_MOST, SHARE_HOST_MOST, false),
			 SHARE_HIGH);
}

/* "memory-min 8G exceeds what is left (5.2G of 23.4G)" */
static void test_left(void **state)
{
	const struct share_claim claim[] = { { 10 * GIB, GIB }, { 7 * GIB, GIB / 5 } };
	const struct share_claim huge[] = { { U64_MAX, U64_MAX }, { GIB, U64_MAX } };
	const u64 usable = 234 * GIB / 10;

	assert_int_equal(share_left(claim, 2, 0, usable), 52 * GIB / 10 + 1);
	assert_int_equal(share_left(claim, 2, GIB, usable), 42 * GIB / 10 + 1);
	assert_int_equal(share_left(claim, 0, 0, usable), usable);
	assert_int_equal(share_left(claim, 0, usable + 1, usable), 0);
	assert_int_equal(share_left(claim, 2, 0, 10 * GIB), 0);
	assert_int_equal(share_left(claim, 1, GIB, 12 * GIB), 0);
	assert_int_equal(share_left(claim, 1, GIB, 12 * GIB + 1), 1);
	assert_int_equal(share_left(huge, 2, U64_MAX, U64_MAX), 0);
	assert_int_equal(share_left(huge, 1, 0, U64_MAX), 0);
	assert_int_equal(share_left(huge + 1, 1, 0, usable), 0);
}

static void periods(struct share_activity *activity, unsigned int n, u32 sampled, u32 touched)
{
	while (n--)
		share_activity_end(activity, sampled, touched);
}

static double active(const struct share_activity *activity)
{
	return share_activity(activity, 0, 0) / (double)SHARE_ONE;
}

static void test_activity(void **state)
{
	struct share_activity a;

	share_activity_init(&a);
	assert_int_equal(share_activity(&a, 0, 0), SHARE_ONE);
	periods(&a, 100, 256, 256);
	assert_int_equal(share_activity(&a, 0, 0), SHARE_ONE);
	/* It falls asleep, and is believed slowly: 3/4 a period. */
	periods(&a, 1, 256, 0);
	assert_true(fabs(active(&a) - 3 / 4.) < 1e-6);
	periods(&a, 7, 256, 0);
	assert_true(fabs(active(&a) - .1001) < 1e-4);
	periods(&a, 500, 256, 0);
	assert_int_equal(share_activity(&a, 0, 0), 0);
	assert_int_equal(share_activity(&a, 256, 0), 0);
	/* It wakes up: in the period itself, by half; after three, by 7/8. */
	assert_true(fabs(share_activity(&a, 256, 256) - SHARE_ONE / 2.) < 2);
	assert_int_equal(share_activity(&a, 0, 0), 0);
	periods(&a, 1, 256, 256);
	assert_true(fabs(active(&a) - 1 / 2.) < 1e-6);
	assert_true(fabs(share_activity(&a, 256, 256) - SHARE_ONE * 3 / 4.) < 2);
	/* What was not touched yet in a period is no sign. */
	assert_true(fabs(share_activity(&a, 256, 0) - SHARE_ONE / 2.) < 2);
	periods(&a, 2, 256, 256);
	assert_true(fabs(active(&a) - 7 / 8.) < 1e-6);
	periods(&a, 500, 256, 256);
	assert_true(active(&a) > 1 - 1e-6);
}

/* A period that tells nothing changes nothing; one that cannot be, is believed as far as it can. */
static void test_odd_samples(void **state)
{
	struct share_activity a;

	share_activity_init(&a);
	periods(&a, 3, 100, 50);
	share_activity_end(&a, 0, 100);
	assert_true(fabs(active(&a) - .5 - .5 * 27 / 64) < 1e-6);
	periods(&a, 500, 1, U32_MAX);
	assert_true(active(&a) > 1 - 1e-6 && active(&a) <= 1);
	periods(&a, 500, U32_MAX, U32_MAX / 4);
	assert_true(fabs(active(&a) - .25) < 1e-5);
}

/* What is taken was idle: as much as before is in use, of less. */
static void test_taken(void **state)
{
	struct share_activity a;

	share_activity_init(&a);
	share_activity_taken(&a, GIB, 10 * MIB);
	assert_int_equal(share_activity(&a, 0, 0), SHARE_ONE);
	periods(&a, 500, 256, 64);
	assert_true(fabs(active(&a) - .25) < 1e-5);
	share_activity_taken(&a, GIB, GIB / 2);
	assert_true(fabs(active(&a) - .5) < 1e-5);
	/* It gets more: that is for samples to find out. */
	share_activity_taken(&a, GIB / 2, GIB);
	share_activity_taken(&a, GIB, GIB);
	assert_true(fabs(active(&a) - .5) < 1e-5);
	/* Nothing that was idle is left. */
	share_activity_taken(&a, GIB, GIB / 8);
	assert_int_equal(share_activity(&a, 0, 0), SHARE_ONE);
	share_activity_taken(&a, GIB, 0);
	share_activity_taken(&a, SHARE_VM_MOST, 1);
	assert_int_equal(share_activity(&a, 0, 0), SHARE_ONE);
	periods(&a, 500, 256, 0);
	share_activity_taken(&a, GIB, 1);
	assert_int_equal(share_activity(&a, 0, 0), 0);
}

/* Samples of what is half in use: the estimate is near, and rather too high than too low. */
static void test_samples(void **state)
{
	struct share_activity a;
	double sum = 0;

	share_activity_init(&a);
	for (unsigned int i = 0; i < 1100; i++) {
		u32 touched = 0;

		for (unsigned int page = 0; page < 256; page++)
			touched += random() & 1;
		share_activity_end(&a, 256, touched);
		if (i < 100)
			continue;
		assert_in_range(share_activity(&a, 0, 0), SHARE_ONE * .45, SHARE_ONE * .6);
		sum += active(&a);
	}
	assert_true(sum > 500 && sum < 520);
}

static double idle(u32 active, const struct share_pace *pace)
{
	return share_idle(active, pace, GIB) / (double)SHARE_ONE;
}

/* For so many s, as much a second. */
static void bring_back(struct share_pace *pace, unsigned int seconds, u64 bytes)
{
	for (unsigned int i = 0; i < seconds * SEC / STEP; i++)
		share_pace_step(pace, bytes * STEP / SEC, GIB);
}

/* What is brought back is in use, and so is what will be soon. */
static void test_brought_back(void **state)
{
	struct share_pace pace;

	share_pace_init(&pace);
	assert_int_equal(share_idle(0, &pace, GIB), SHARE_ONE);
	assert_int_equal(share_idle(0, &pace, 0), SHARE_ONE);
	assert_int_equal(share_idle(SHARE_ONE, &pace, GIB), 0);
	assert_int_equal(share_idle(U32_MAX, &pace, GIB), 0);
	/* In half an hour it would be round: that is next to nothing. */
	bring_back(&pace, 10, GIB / 1800);
	assert_true(idle(0, &pace) > .92);
	/* In four minutes: half of what samples do not see is in use. */
	bring_back(&pace, 10, GIB / 256);
	assert_in_range(idle(0, &pace) * 1000, 490, 510);
	assert_in_range(idle(SHARE_ONE / 2, &pace) * 1000, 245, 255);
	/* In two minutes: all of it. */
	bring_back(&pace, 10, GIB / 120);
	assert_true(idle(0, &pace) == 0);
	/* It stops for a while, and goes on. */
	bring_back(&pace, 4, 0);
	assert_true(idle(0, &pace) == 0);
	bring_back(&pace, 2, GIB / 30);
	bring_back(&pace, 5, 0);
	assert_true(idle(0, &pace) == 0);
	/* It does not: it is asleep. */
	bring_back(&pace, 4, 0);
	assert_true(idle(0, &pace) > .99);
	/* No numbers are too large. */
	for (unsigned int i = 0; i < 2000; i++)
		share_pace_step(&pace, SHARE_HOST_MOST, SHARE_HOST_MOST);
	assert_true(idle(0, &pace) == 0);
}

/* A balloon is not asked for what its guest is about to use. */
static void test_spare(void **state)
{
	struct share_spare s;

	share_spare_init(&s);
	assert_int_equal(share_spare(&s, GIB), 0);
	share_spare_told(&s, GIB / 2);
	assert_int_equal(share_spare(&s, GIB), 0);
	share_spare_told(&s, GIB / 2);
	assert_int_equal(share_spare(&s, GIB), GIB / 2 - GIB / 32);
	/* What it uses in a period it may use in the next three. */
	share_spare_told(&s, GIB / 2 - 64 * MIB);
	assert_int_equal(share_spare(&s, GIB), GIB / 2 - 4 * 64 * MIB - GIB / 32);
	share_spare_told(&s, GIB / 4);
	assert_int_equal(share_spare(&s, GIB), 0);
	/* It goes no further, or frees something. */
	share_spare_told(&s, GIB / 4);
	assert_int_equal(share_spare(&s, GIB), GIB / 4 - GIB / 32);
	share_spare_told(&s, GIB);
	assert_int_equal(share_spare(&s, GIB), GIB - GIB / 32);
	share_spare_told(&s, 0);
	assert_int_equal(share_spare(&s, GIB), 0);
	share_spare_told(&s, GIB / 64);
	assert_int_equal(share_spare(&s, GIB), 0);
}

#define T(name) cmocka_unit_test_setup(test_##name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(down), T(rate), T(permission_goes_at_once), T(kept_at_once), T(up_with_play),
		T(patience), T(noise), T(release), T(room), T(any), T(arrives), T(reserve), T(available),
		T(states), T(left), T(activity), T(odd_samples), T(samples), T(taken), T(brought_back), T(spare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
