// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-demote.c - which pages a guest has to do without, and how much it uses what it has
 *
 * This file may not look at what a page contains.
 */
#include <linux/bits.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <insula/guest-abi.h>
#include "ram-demote.h"
#include "ram-file.h"
#include "ram-int.h"
#include "tdp-age.h"

/* Entries to look at with the lock held. */
#define LOOKS	512

/* How many that are in use are passed over for one that is not, before any will do. */
#define PATIENCE 16

/* Guest-physical: RAM ends here. */
static u64 top_of(const struct guest_ram *ram)
{
	return ram->size <= GUEST_LOW_RAM_TOP ? ram->size :
	       GUEST_HIGH_RAM_BASE + ram->size - GUEST_LOW_RAM_TOP;
}

/*
 * Somebody may have punched a hole into the file, or cut it off: what is mapped of that is the
 * guest's as long as it stays mapped, and nowhere else.
 */
static bool may_go(const struct tdp *tdp, u64 hpa)
{
	return ram_file_has(container_of(tdp, struct guest_ram, tdp)->file,
			    pfn_to_page(hpa >> PAGE_SHIFT));
}

static u64 beyond(const struct guest_ram *ram, u64 limit)
{
	u64 resident = READ_ONCE(ram->resident);

	return resident - min(resident, limit);
}

/* A piece of the way, which gets longer by that. Return: bytes that went into the batch. */
static u64 sweep(struct ram_batch *batch, u64 limit, u64 most, bool any, u64 *way)
{
	struct guest_ram *ram = batch->ram;
	struct tdp_sweep sweep = {
		.end = top_of(ram),
		.looks = min_t(u32, LOOKS, batch->size - batch->n),
		.any = any,
		.may_go = may_go,
	};
	u64 swept;

	raw_spin_lock(&ram->lock);
	ram->batch = batch;
	sweep.at = ram->hand;
	sweep.bytes = min(most, beyond(ram, limit));
	swept = tdp_sweep(&ram->tdp, &sweep, ram_batch_leaf);
	*way += sweep.at - ram->hand;
	ram->hand = sweep.at < sweep.end ? sweep.at : 0;
	WRITE_ONCE(ram->resident, ram->resident - swept);
	WRITE_ONCE(ram->demoted, ram->demoted + swept);
	raw_spin_unlock(&ram->lock);
	return swept;
}

u64 ram_demote(struct guest_ram *ram, u64 limit, u64 most)
{
	u64 pages = min(most, beyond(ram, limit)) / TDP_4K, way = 0, done = 0;
	struct ram_batch *batch = ram_batch_new(ram, pages + 1);
	u64 patience = PATIENCE * pages / LOOKS + 1;

	if (!batch)
		return 0;
	/* Of those that take any, two rounds find what can be had. */
	while (done < most && beyond(ram, limit) && way < 2 * top_of(ram)) {
		done += sweep(batch, limit, most - done, !patience, &way);
		if (batch->n == batch->size)
			ram_batch_finish(batch);
		if (patience) {
			patience--;
			way = 0;
		}
		cond_resched();
	}
	ram_batch_finish(batch);
	kvfree(batch);
	return done;
}

u64 ram_slack(const struct guest_ram *ram, u64 ceiling)
{
	return clamp_t(u64, ceiling / 128, READ_ONCE(ram->large) ? TDP_2M : SZ_256K, SZ_16M);
}

void ram_make_room(struct guest_ram *ram)
{
	u64 ceiling = READ_ONCE(ram->ceiling), excess = beyond(ram, ceiling), slack;

	if (likely(!excess))
		return;
	slack = ram_slack(ram, ceiling);
	if (excess >= slack)
		ram_demote(ram, ceiling, slack);
}

/* Samples. */

static u64 random_page(const struct guest_ram *ram)
{
	u64 offset = mul_u64_u64_shr(get_random_u64(), ram->size / TDP_4K, 64) * TDP_4K;

	return offset < GUEST_LOW_RAM_TOP ? offset :
	       offset - GUEST_LOW_RAM_TOP + GUEST_HIGH_RAM_BASE;
}

static int test_touched(struct guest_ram *ram, u64 gpa)
{
	int touched;

	raw_spin_lock(&ram->lock);
	touched = tdp_test_touched(&ram->tdp, gpa);
	raw_spin_unlock(&ram->lock);
	return touched;
}

void ram_sample_begin(struct guest_ram *ram, struct ram_sample *sample)
{
	unsigned int tries;

	sample->n = 0;
	sample->touched = 0;
	sample->seen = 0;
	for (tries = 0; tries < 8 * SHARE_SAMPLE && sample->n < SHARE_SAMPLE; tries++) {
		u64 gpa = random_page(ram);

		if (test_touched(ram, gpa) >= 0)
			sample->gpa[sample->n++] = gpa;
	}
	/* A CPU that has an entry in its TLB would not say so again. */
	ram->flush(ram);
}

/* The last one takes its place. */
static void drop(struct ram_sample *sample, u32 i)
{
	u32 last = --sample->n;

	sample->gpa[i] = sample->gpa[last];
	if (sample->seen & BIT_ULL(last))
		sample->seen |= BIT_ULL(i);
	sample->seen &= ~BIT_ULL(last);
}

void ram_sample_look(struct guest_ram *ram, struct ram_sample *sample)
{
	u32 i = 0;

	while (i < sample->n) {
		int touched = sample->seen & BIT_ULL(i) ? 0 : test_touched(ram, sample->gpa[i]);

		if (touched == -ENOENT) {
			drop(sample, i);
			continue;
		}
		if (touched) {
			sample->seen |= BIT_ULL(i);
			sample->touched++;
		}
		i++;
	}
}
