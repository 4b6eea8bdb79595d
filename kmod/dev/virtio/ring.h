/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - a virtqueue, seen by the device
 *
 * Pure code. Split and packed rings with indirect descriptors and event indices (virtio 1.2
 * §2.7, §2.8). Ring memory belongs to a hostile guest that changes it at any time: each value
 * is read once, checked, and used from the copy. What can't be a ring breaks it: it stays
 * broken until the driver resets it, and struct ring says why.
 *
 * One call at a time: the owner of a ring serialises all calls on it. None sleeps (unless the
 * owner's @read does); each finishes in time bounded by RING_CHAIN_MAX and the ring's size.
 *
 * A device with little to do all day runs this loop:
 *
 *	do {
 *		ring_disable_kick(ring);
 *		while (ring_pop(ring, chain) > 0) {
 *			... ring_push(ring, chain->id, written);
 *			ring_publish(ring);
 *		}
 *		if (ring_should_signal(ring))
 *			... interrupt
 *	} while (ring_enable_kick(ring));
 */
#ifndef _INSULA_VIRTIO_RING_H
#define _INSULA_VIRTIO_RING_H

#include <linux/compiler.h>
#include <linux/types.h>

#define RING_SIZE_MAX	32768	/* §2.7, §2.8.10.1 */
#define RING_CHAIN_MAX	130	/* segments of a chain: 128 of data, a header, a status byte */

/**
 * struct ring_seg - a piece of guest memory in a chain
 * @gpa:	where it begins; @gpa + @len does not overflow, more is not known about it
 * @len:	bytes, never 0
 */
struct ring_seg {
	u64 gpa;
	u32 len;
};

/**
 * struct ring_id - what the driver knows a chain by; from ring_pop() to ring_push()
 * @id:		head's index in a split ring; in a packed ring the buffer id, which may be any
 *		number and may be that of another chain too: no index for anything of the host's
 * @slots:	descriptors that it occupies in a packed ring; 1 in a split one
 */
struct ring_id {
	u16 id;
	u16 slots;
};

/**
 * struct ring_chain - a chain of descriptors, copied
 * @id:		for ring_push()
 * @nread:	number of segments that the device reads: the first ones of @seg
 * @nwrite:	number of segments that it writes: those after them
 * @read_len:	bytes in the former
 * @write_len:	bytes in the latter; the two together are below 4 GiB
 * @seg:	the segments; only the first @nread + @nwrite are set
 */
struct ring_chain {
	struct ring_id id;
	u16 nread, nwrite;
	u32 read_len, write_len;
	struct ring_seg seg[RING_CHAIN_MAX];
};

/**
 * struct ring_parts - the three areas of a ring, as the host sees them
 * @desc:	descriptor area
 * @driver:	driver area: available ring, or the driver's event suppression structure
 * @device:	device area: used ring, or the device's event suppression structure
 */
struct ring_parts {
	void *desc, *driver, *device;
};

enum ring_part { RING_DESC, RING_DRIVER, RING_DEVICE };

/**
 * struct ring_config - what a ring is when it is activated
 * @parts:	its memory, ring_part_bytes() long each, aligned to ring_part_align(), mapped
 *		until the ring is no longer used
 * @size:	entries, accepted by ring_size_ok()
 * @packed:	VIRTIO_F_RING_PACKED was negotiated
 * @indirect:	VIRTIO_F_INDIRECT_DESC was
 * @event_idx:	VIRTIO_F_EVENT_IDX was
 * @read:	copy @len bytes at guest-physical address @gpa to @buf, each byte read once;
 *		called from ring_pop() for indirect tables, of at most 256 bytes.
 *		Return: 0; -EAGAIN: not now, ring_pop() will be tried again; another negative
 *		errno, which breaks the ring
 * @ctx:	first argument of @read
 */
struct ring_config {
	struct ring_parts parts;
	u32 size;
	bool packed, indirect, event_idx;
	int (*read)(void *ctx, u64 gpa, void *buf, u32 len);
	void *ctx;
};

/**
 * struct ring - a ring; the fields are the ring's own but for @broken
 * @c:		as given
 * @broken:	why it is broken, or NULL; may be read at any time with READ_ONCE()
 * @avail_next:	where the next chain is popped: a free-running index (split), a slot (packed)
 * @avail_seen:	split: available index last read
 * @used_next:	where the next chain is pushed: as @avail_next
 * @avail_wrap:	packed: wrap counter that goes with @avail_next
 * @used_wrap:	packed: wrap counter that goes with @used_next
 * @inflight:	slots popped and not pushed: never more than the size
 * @unpublished: slots pushed and not published
 * @unsignalled: slots published since ring_should_signal(); counts to 64 Ki at most
 * @held_slot:	packed: where the first unpublished element belongs
 * @held:	packed: and what it will be
 */
struct ring {
	struct ring_config c;
	const char *broken;
	u16 avail_next, avail_seen, used_next;
	bool avail_wrap, used_wrap;
	u32 inflight, unpublished, unsignalled;
	u16 held_slot;
	u64 held;
};

/**
 * ring_size_ok() - can a ring have this many entries?
 * @packed:	kind of ring
 * @size:	entries
 *
 * Return: true for 1 to RING_SIZE_MAX, and a power of two if the ring is split.
 */
bool ring_size_ok(bool packed, u32 size);

/**
 * ring_part_bytes() - length of one of a ring's areas
 * @packed:	kind of ring
 * @size:	entries
 * @part:	which
 *
 * Return: bytes that the ring may access (§2.7, §2.8.14), event indices included.
 */
u32 ring_part_bytes(bool packed, u32 size, enum ring_part part);

/** ring_part_align() - bytes that the guest has to align that area to (§2.7, §2.8) */
u32 ring_part_align(bool packed, enum ring_part part);

/**
 * ring_init() - a ring begins, at its first entry
 * @ring:	the ring
 * @config:	what it is; copied
 */
void ring_init(struct ring *ring, const struct ring_config *config);

/**
 * ring_pop() - take the next chain that the driver made available
 * @ring:	the ring
 * @chain:	filled if there is one
 *
 * Return: 1 with a chain; 0 if there is none; -EAGAIN if @read said so, nothing has been
 * taken; -EPROTO if the ring is broken: the device tells its driver that it needs a reset.
 * Broken is a ring
 * - whose available index runs ahead by more than the size, or that offers more than the size
 *   at once, counting what is not pushed yet;
 * - with a chain of more than RING_CHAIN_MAX segments, with a loop, an index or a table out of
 *   bounds, an empty segment, one beyond the end of the address space, 4 GiB or more in all, or
 *   something to read after something to write;
 * - with an indirect table that was not negotiated, is nested, is empty or no whole number of
 *   descriptors, has a successor, or cannot be read.
 */
int __must_check ring_pop(struct ring *ring, struct ring_chain *chain);

/**
 * ring_unpop() - give back the chain popped last, as if it had not been popped
 * @ring:	the ring
 * @id:		the chain
 *
 * Several are given back in the reverse order. None that was popped before them may have
 * stayed out: a chain given back while a later one is kept is one that the driver never gets.
 */
void ring_unpop(struct ring *ring, struct ring_id id);

/**
 * ring_push() - the device is done with a chain
 * @ring:	the ring
 * @id:		the chain; popped, and pushed once. Chains may be pushed in any order
 * @written:	bytes written to its segments, from the first on
 *
 * The driver doesn't see it before ring_publish().
 */
void ring_push(struct ring *ring, struct ring_id id, u32 written);

/**
 * ring_publish() - let the driver see all that was pushed, at once
 * @ring:	the ring
 *
 * What the device wrote to the chains is visible before. With mergeable receive buffers the
 * chains of a packet are published together.
 */
void ring_publish(struct ring *ring);

/**
 * ring_should_signal() - does the driver want an interrupt for what was published?
 * @ring:	the ring
 *
 * Once it was asked, the device has to do as it says: it answers for what was published
 * since the last question, and false if that is nothing. It has the barrier that it needs.
 */
bool ring_should_signal(struct ring *ring);

/**
 * ring_disable_kick() - ask the driver not to notify the device
 * @ring:	the ring
 *
 * A hint: it may notify nevertheless.
 */
void ring_disable_kick(struct ring *ring);

/**
 * ring_enable_kick() - ask the driver to notify the device of the next chain
 * @ring:	the ring
 *
 * A full barrier. Return: true if there is a chain to pop already, for which no notification
 * may come: the device goes on popping. Also true if the ring just broke, which ring_pop()
 * then says; false, for good, if it was broken before.
 */
bool __must_check ring_enable_kick(struct ring *ring);

/**
 * ring_peek_available() - is there something to pop?
 * @ring:	the ring
 *
 * Return: as ring_enable_kick().
 */
bool ring_peek_available(struct ring *ring);

#endif
