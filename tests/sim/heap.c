// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap.c - see heap.h; a binary heap whose members know their place
 */
#include <stdlib.h>
#include "heap.h"

static bool earlier(const struct timer *a, const struct timer *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(struct heap *heap, size_t i, struct timer *timer)
{
	heap->timer[i] = timer;
	timer->place = i + 1;
}

static void up(struct heap *heap, size_t i, struct timer *timer)
{
	while (i && earlier(timer, heap->timer[(i - 1) / 2])) {
		put(heap, i, heap->timer[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(heap, i, timer);
}

static void down(struct heap *heap, size_t i, struct timer *timer)
{
	size_t child;

	while ((child = 2 * i + 1) < heap->count) {
		if (child + 1 < heap->count && earlier(heap->timer[child + 1], heap->timer[child]))
			child++;
		if (!earlier(heap->timer[child], timer))
			break;
		put(heap, i, heap->timer[child]);
		i = child;
	}
	put(heap, i, timer);
}

static void settle(struct heap *heap, size_t i, struct timer *timer)
{
	if (i && earlier(timer, heap->timer[(i - 1) / 2]))
		up(heap, i, timer);
	else
		down(heap, i, timer);
}

static void take_out(struct heap *heap, struct timer *timer)
{
	size_t i = timer->place - 1;
	struct timer *last = heap->timer[--heap->count];

	timer->place = 0;
	if (last != timer)
		settle(heap, i, last);
}

void heap_arm(struct heap *heap, struct timer *timer, u64 at)
{
	if (timer->place)
		take_out(heap, timer);
	timer->at = at;
	if (at == NEVER)
		return;
	timer->order = heap->armed++;
	if (heap->count == heap->room) {
		heap->room = heap->room * 2 + 64;
		heap->timer = realloc(heap->timer, heap->room * sizeof(*heap->timer));
		if (!heap->timer)
			abort();
	}
	up(heap, heap->count++, timer);
}

struct timer *heap_next(struct heap *heap, u64 limit)
{
	struct timer *first = heap->count ? heap->timer[0] : NULL;

	if (!first || first->at > limit)
		return NULL;
	take_out(heap, first);
	return first;
}

void heap_free(struct heap *heap)
{
	free(heap->timer);
	*heap = (struct heap){ NULL };
}
