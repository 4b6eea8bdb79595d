// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring-split.c - split virtqueues (virtio 1.2 §2.7)
 *
 * The driver writes descriptors into a table and the index of each chain's head into the
 * available ring; the device answers in the used ring. Both rings' indices run freely, so
 * that their distance says how much there is. Barriers pair with the driver's.
 */
#include <asm/barrier.h>
#include <linux/nospec.h>
#include "ring-int.h"

struct avail_ring {		/* driver area (§2.7.6) */
	u16 flags;
	u16 idx;
	u16 ring[];		/* followed by used_event */
};

struct used_elem {
	u32 id;
	u32 len;
};

struct used_ring {		/* device area (§2.7.8) */
	u16 flags;
	u16 idx;
	struct used_elem ring[];	/* followed by avail_event */
};

static struct avail_ring *avail_of(const struct ring *ring)
{
	return ring->c.parts.driver;
}

static struct used_ring *used_of(const struct ring *ring)
{
	return ring->c.parts.device;
}

static u16 slot_of(const struct ring *ring, u16 index)
{
	return index & (ring->c.size - 1);
}

int split_ready(struct ring *ring)
{
	u16 seen;

	if (ring->avail_seen != ring->avail_next)
		return 1;
	/* The entries that it covers, and their descriptors, are read after it. */
	seen = virt_load_acquire(&avail_of(ring)->idx);
	if (seen == ring->avail_next)
		return 0;
	if ((u16)(seen - ring->avail_next) > ring->c.size)
		return ring_break(ring, "the available index jumped");
	ring->avail_seen = seen;
	return 1;
}

static const char *walk(const struct ring *ring, struct ring_chain *chain, u16 index)
{
	const struct ring_desc *table = ring->c.parts.desc, *desc;
	u32 left, size = ring->c.size;
	struct chain_sum sum = { 0 };
	const char *why;
	u64 addr, rest;
	u16 flags;

	for (left = size; left; left--) {
		if (unlikely(index >= size))
			return "a descriptor's index is too large";
		desc = &table[array_index_nospec(index, size)];
		rest = READ_ONCE(desc->rest);
		addr = READ_ONCE(desc->addr);
		flags = split_flags(rest);
		if (flags & VRING_DESC_F_INDIRECT) {
			if (flags & VRING_DESC_F_NEXT)
				return "an indirect table has a successor";
			return chain_add_table(ring, chain, sum, addr, desc_len(rest));
		}
		why = chain_add(chain, &sum, addr, desc_len(rest), flags);
		if (unlikely(why))
			return why;
		if (!(flags & VRING_DESC_F_NEXT))
			return chain_finish(chain, &sum);
		index = split_next(rest);
	}
	return "a chain loops";
}

int split_pop(struct ring *ring, struct ring_chain *chain)
{
	int ready = split_ready(ring);
	const char *why;
	u16 head;

	if (ready <= 0)
		return ready;
	if (unlikely(ring->inflight >= ring->c.size))
		return ring_break(ring, "more chains are available than the ring has entries");
	head = READ_ONCE(avail_of(ring)->ring[slot_of(ring, ring->avail_next)]);
	why = walk(ring, chain, head);
	if (unlikely(why))
		return ring_break(ring, why);
	chain->id = (struct ring_id){ .id = head, .slots = 1 };
	ring->avail_next++;
	ring->inflight++;
	return 1;
}

void split_push(struct ring *ring, struct ring_id id, u32 written)
{
	struct used_elem *elem = &used_of(ring)->ring[slot_of(ring, ring->used_next)];

	WRITE_ONCE(elem->id, id.id);
	WRITE_ONCE(elem->len, written);
	ring->used_next++;
}

void split_publish(struct ring *ring)
{
	/* After the chains' data and the elements. */
	virt_store_release(&used_of(ring)->idx, ring->used_next);
}

/* §2.7.7.2, §2.7.10: the driver wants one when its event index is passed. */
bool split_wants_signal(const struct ring *ring, u32 n)
{
	const struct avail_ring *avail = avail_of(ring);
	u16 event;

	if (!ring->c.event_idx)
		return !(READ_ONCE(avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
	event = READ_ONCE(avail->ring[ring->c.size]);
	return (u16)(ring->used_next - event - 1) < n;
}

/* With event indices an event that has passed stays so: no further kick comes by itself. */
void split_set_kick(struct ring *ring, bool on)
{
	struct used_ring *used = used_of(ring);

	if (!ring->c.event_idx)
		WRITE_ONCE(used->flags, on ? 0 : VRING_USED_F_NO_NOTIFY);
	else if (on)
		WRITE_ONCE(*(u16 *)&used->ring[ring->c.size], ring->avail_next);
}
