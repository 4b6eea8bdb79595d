// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring.c - a virtqueue, seen by the device: what both kinds have in common
 *
 * Pure code: it sees ring memory through the pointers that it was given and nothing else of
 * the guest. Which kind a ring is, is a branch and no function pointer: those are dear in a
 * kernel that keeps indirect calls from being speculated.
 */
#include <asm/barrier.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include "ring-int.h"

#define TABLE_WINDOW	16	/* descriptors of an indirect table read at once */

bool ring_size_ok(bool packed, u32 size)
{
	return size && size <= RING_SIZE_MAX && (packed || is_power_of_2(size));
}

u32 ring_part_bytes(bool packed, u32 size, enum ring_part part)
{
	if (part == RING_DESC)
		return size * sizeof(struct ring_desc);
	if (packed)
		return sizeof(u32);
	/* Flags, index and event index around the entries (§2.7). */
	return 3 * sizeof(u16) + size * (part == RING_DRIVER ? sizeof(u16) : 2 * sizeof(u32));
}

u32 ring_part_align(bool packed, enum ring_part part)
{
	if (part == RING_DESC)
		return sizeof(struct ring_desc);
	return packed || part == RING_DEVICE ? sizeof(u32) : sizeof(u16);
}

void ring_init(struct ring *ring, const struct ring_config *config)
{
	*ring = (struct ring){ .c = *config, .avail_wrap = true, .used_wrap = true };
}

int ring_break(struct ring *ring, const char *why)
{
	if (why == RING_TRY_AGAIN)
		return -EAGAIN;
	WRITE_ONCE(ring->broken, why);
	return -EPROTO;
}

static const char *check_table(const struct ring *ring, u64 gpa, u32 len)
{
	if (!ring->c.indirect)
		return "indirect tables were not negotiated";
	if (!len || len % sizeof(struct ring_desc))
		return "an indirect table has no whole number of descriptors";
	if (gpa + len < gpa)
		return "an indirect table reaches beyond the address space";
	return NULL;
}

/* A split ring's table is chained by indices, a packed one's is used from end to end. */
const char *chain_add_table(const struct ring *ring, struct ring_chain *chain,
			    struct chain_sum sum, u64 gpa, u32 len)
{
	u32 count = len / sizeof(struct ring_desc), i = 0, first = 0, have = 0, left;
	const char *why = check_table(ring, gpa, len);
	struct ring_desc window[TABLE_WINDOW], desc;
	u16 flags;
	int err;

	for (left = count; left && !why; left--) {
		if (i - first >= have) {
			first = i;
			have = min_t(u32, count - i, TABLE_WINDOW);
			err = ring->c.read(ring->c.ctx, gpa + (u64)i * sizeof(desc), window,
					   have * sizeof(desc));
			if (err)
				return err == -EAGAIN ? RING_TRY_AGAIN
						      : "an indirect table can't be read";
		}
		desc = window[array_index_nospec(i - first, TABLE_WINDOW)];
		flags = ring->c.packed ? packed_flags(desc.rest) : split_flags(desc.rest);
		if (flags & VRING_DESC_F_INDIRECT)
			return "an indirect table is nested";
		why = chain_add(chain, &sum, desc.addr, desc_len(desc.rest), flags);
		if (why)
			return why;
		if (ring->c.packed ? left == 1 : !(flags & VRING_DESC_F_NEXT))
			return chain_finish(chain, &sum);
		i = ring->c.packed ? i + 1 : split_next(desc.rest);
		if (i >= count)
			return "an index in an indirect table is too large";
	}
	return why ?: "an indirect table loops";
}

int ring_pop(struct ring *ring, struct ring_chain *chain)
{
	if (unlikely(ring->broken))
		return -EPROTO;
	return ring->c.packed ? packed_pop(ring, chain) : split_pop(ring, chain);
}

void ring_unpop(struct ring *ring, struct ring_id id)
{
	if (ring->c.packed)
		packed_unpop(ring, id);
	else
		ring->avail_next--;
	ring->inflight -= id.slots;
}

void ring_push(struct ring *ring, struct ring_id id, u32 written)
{
	if (ring->c.packed)
		packed_push(ring, id, written);
	else
		split_push(ring, id, written);
	ring->unpublished += id.slots;
	ring->inflight -= id.slots;
}

void ring_publish(struct ring *ring)
{
	if (!ring->unpublished)
		return;
	if (ring->c.packed)
		packed_publish(ring);
	else
		split_publish(ring);
	ring->unsignalled = min_t(u32, ring->unsignalled + ring->unpublished, U16_MAX + 1);
	ring->unpublished = 0;
}

bool ring_should_signal(struct ring *ring)
{
	u32 n = ring->unsignalled;

	if (!n)
		return false;
	ring->unsignalled = 0;
	virt_mb();	/* the driver sees what was published, or we what it wants after a look */
	return ring->c.packed ? packed_wants_signal(ring, n) : split_wants_signal(ring, n);
}

static void set_kick(struct ring *ring, bool on)
{
	if (ring->c.packed)
		packed_set_kick(ring, on);
	else
		split_set_kick(ring, on);
}

void ring_disable_kick(struct ring *ring)
{
	set_kick(ring, false);
}

bool ring_enable_kick(struct ring *ring)
{
	set_kick(ring, true);
	virt_mb();	/* the driver sees that we want a kick, or we what it made available */
	return ring_peek_available(ring);
}

bool ring_peek_available(struct ring *ring)
{
	if (ring->broken)
		return false;
	return ring->c.packed ? packed_ready(ring) : split_ready(ring);
}
