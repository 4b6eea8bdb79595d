// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring-packed.c - packed virtqueues (virtio 1.2 §2.8)
 *
 * One ring of descriptors that driver and device write in turns. Two flags say whose a
 * descriptor is, relative to a wrap counter that flips with each lap. Each descriptor's
 * second half, flags included, is read and written in one piece.
 */
#include <asm/barrier.h>
#include "ring-int.h"

#define DESC_F_AVAIL	BIT(VRING_PACKED_DESC_F_AVAIL)
#define DESC_F_USED	BIT(VRING_PACKED_DESC_F_USED)

/* An event suppression structure, read and written in one piece (§2.8.14). */
#define EVENT_OFF(event)	((event) & 0x7fff)
#define EVENT_WRAP		BIT(15)
#define EVENT_FLAGS(event)	((event) >> 16 & 3)

static struct ring_desc *desc_of(const struct ring *ring, u16 slot)
{
	return (struct ring_desc *)ring->c.parts.desc + slot;
}

/* Step over @n slots, at most a lap. */
static void advance(const struct ring *ring, u16 *slot, bool *wrap, u32 n)
{
	u32 to = *slot + n;

	if (to >= ring->c.size) {
		to -= ring->c.size;
		*wrap = !*wrap;
	}
	*slot = to;
}

static bool is_available(const struct ring *ring, u64 rest)
{
	u16 flags = packed_flags(rest);

	return !!(flags & DESC_F_AVAIL) == ring->avail_wrap &&
	       !!(flags & DESC_F_USED) != ring->avail_wrap;
}

int packed_ready(struct ring *ring)
{
	return is_available(ring, READ_ONCE(desc_of(ring, ring->avail_next)->rest));
}

/*
 * Only the first descriptor's flags say that a chain is there: the driver writes them last.
 * @rest is that one's second half.
 */
static const char *walk(const struct ring *ring, struct ring_chain *chain, u64 rest)
{
	u32 left = ring->c.size - ring->inflight;
	u16 flags, slot = ring->avail_next;
	struct chain_sum sum = { 0 };
	const char *why;
	u64 addr;

	for (; left; left--) {
		addr = READ_ONCE(desc_of(ring, slot)->addr);
		flags = packed_flags(rest);
		chain->id.id = packed_id(rest);
		chain->id.slots++;
		if (flags & VRING_DESC_F_INDIRECT) {
			if ((flags & VRING_DESC_F_NEXT) || chain->id.slots > 1)
				return "an indirect table is part of a chain";
			return chain_add_table(ring, chain, sum, addr, desc_len(rest));
		}
		why = chain_add(chain, &sum, addr, desc_len(rest), flags);
		if (unlikely(why))
			return why;
		if (!(flags & VRING_DESC_F_NEXT))
			return chain_finish(chain, &sum);
		if (++slot == ring->c.size)
			slot = 0;
		rest = READ_ONCE(desc_of(ring, slot)->rest);
	}
	return "more is available than the ring has entries";
}

int packed_pop(struct ring *ring, struct ring_chain *chain)
{
	const char *why;
	u64 rest;

	/* Its address, and the chain's other descriptors, are read after it says "available". */
	rest = virt_load_acquire(&desc_of(ring, ring->avail_next)->rest);
	if (!is_available(ring, rest))
		return 0;
	chain->id.slots = 0;
	why = walk(ring, chain, rest);
	if (unlikely(why))
		return ring_break(ring, why);
	advance(ring, &ring->avail_next, &ring->avail_wrap, chain->id.slots);
	ring->inflight += chain->id.slots;
	return 1;
}

void packed_unpop(struct ring *ring, struct ring_id id)
{
	/* Backwards is a lap forwards and one lap less. */
	advance(ring, &ring->avail_next, &ring->avail_wrap, ring->c.size - id.slots);
	ring->avail_wrap = !ring->avail_wrap;
}

/* The first one of a batch is what the driver looks at: it is held back until all are there. */
void packed_push(struct ring *ring, struct ring_id id, u32 written)
{
	u64 flags = ring->used_wrap ? DESC_F_AVAIL | DESC_F_USED : 0;
	u64 rest;

	if (written)
		flags |= VRING_DESC_F_WRITE;
	rest = flags << 48 | (u64)id.id << 32 | written;
	if (ring->unpublished) {
		WRITE_ONCE(desc_of(ring, ring->used_next)->rest, rest);
	} else {
		ring->held_slot = ring->used_next;
		ring->held = rest;
	}
	advance(ring, &ring->used_next, &ring->used_wrap, id.slots);
}

void packed_publish(struct ring *ring)
{
	/* After the chains' data, and the other elements of the batch. */
	virt_store_release(&desc_of(ring, ring->held_slot)->rest, ring->held);
}

/* §2.8.10: an offset of the other lap lies @size before the same one of this lap. */
bool packed_wants_signal(const struct ring *ring, u32 n)
{
	u32 event = READ_ONCE(*(u32 *)ring->c.parts.driver);
	u16 off = EVENT_OFF(event);

	switch (EVENT_FLAGS(event)) {
	case VRING_PACKED_EVENT_FLAG_DISABLE:
		return false;
	case VRING_PACKED_EVENT_FLAG_DESC:
		if (!ring->c.event_idx)
			return true;
		if (!!(event & EVENT_WRAP) != ring->used_wrap)
			off -= ring->c.size;
		return (u16)(ring->used_next - off - 1) < n;
	default:
		return true;
	}
}

void packed_set_kick(struct ring *ring, bool on)
{
	u32 event = VRING_PACKED_EVENT_FLAG_DISABLE << 16;

	if (on && ring->c.event_idx)
		event = VRING_PACKED_EVENT_FLAG_DESC << 16 |
			(ring->avail_wrap ? EVENT_WRAP : 0) | ring->avail_next;
	else if (on)
		event = VRING_PACKED_EVENT_FLAG_ENABLE << 16;
	WRITE_ONCE(*(u32 *)ring->c.parts.device, event);
}
