/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.h - timers by time; those of one moment in the order in which they were armed
 */
#ifndef _SIM_HEAP_H
#define _SIM_HEAP_H

#include <linux/types.h>

#define NEVER (~0ULL)

struct sim;
struct timer;

typedef void timer_fn(struct sim *sim, struct timer *timer);

/**
 * struct timer - something that will happen
 * @at: @order:	ns; and how many had been armed before
 * @place:	in the heap + 1; 0: not armed
 * @fire:	what happens; constant
 */
struct timer {
	u64 at, order;
	size_t place;
	timer_fn *fire;
};

struct heap {
	struct timer **timer;
	size_t count, room;
	u64 armed;
};

/** heap_arm() - fire @timer at that time, whether or not it was armed; at NEVER: not at all */
void heap_arm(struct heap *heap, struct timer *timer, u64 at);
/** heap_next() - take the next one out. Return: NULL if none is due until @limit, inclusive. */
struct timer *heap_next(struct heap *heap, u64 limit);
void heap_free(struct heap *heap);

#endif
