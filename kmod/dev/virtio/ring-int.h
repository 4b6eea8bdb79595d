/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring-int.h - what the two kinds of virtqueue share; for ring*.c only
 *
 * x86 guests and hosts are little-endian, like virtio: nothing is swapped. A function that
 * looks at what the guest wrote returns NULL, or says why the ring is broken.
 */
#ifndef _INSULA_VIRTIO_RING_INT_H
#define _INSULA_VIRTIO_RING_INT_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/virtio_ring.h>
#include "ring.h"

/**
 * struct ring_desc - a descriptor, of a ring or of an indirect table, read in two pieces
 * @addr:	guest-physical address
 * @rest:	bits 0-31 length; then 16 bits each of flags and next index (split, §2.7.5),
 *		or of buffer id and flags (packed, §2.8.13)
 */
struct ring_desc {
	u64 addr;
	u64 rest;
};

static inline u32 desc_len(u64 rest)
{
	return rest;
}

static inline u16 split_flags(u64 rest)
{
	return rest >> 32;
}

static inline u16 split_next(u64 rest)
{
	return rest >> 48;
}

static inline u16 packed_id(u64 rest)
{
	return rest >> 32;
}

static inline u16 packed_flags(u64 rest)
{
	return rest >> 48;
}

/**
 * struct chain_sum - what is known of a chain while its segments are collected
 * @n:		segments so far
 * @nread:	how many of them came before the first one to write
 * @bytes:	in all of them; too large for no number of segments
 * @read_bytes:	in those @nread
 * @last:	flags of the last one
 */
struct chain_sum {
	u32 n, nread;
	u64 bytes, read_bytes;
	u16 last;
};

/**
 * chain_add() - append a segment to a chain
 * @chain:	the chain
 * @sum:	what it has
 * @gpa:	address
 * @len:	bytes
 * @flags:	of the descriptor
 */
static inline const char *chain_add(struct ring_chain *chain, struct chain_sum *sum, u64 gpa,
				    u32 len, u16 flags)
{
	if (unlikely(sum->n >= RING_CHAIN_MAX))
		return "a chain has too many segments";
	if (unlikely(!len))
		return "a segment is empty";
	if (unlikely(gpa + len < gpa))
		return "a segment reaches beyond the address space";
	if ((flags ^ sum->last) & VRING_DESC_F_WRITE) {
		if (unlikely(!(flags & VRING_DESC_F_WRITE)))
			return "a segment to read follows one to write";
		sum->nread = sum->n;
		sum->read_bytes = sum->bytes;
	}
	sum->last = flags;
	sum->bytes += len;
	chain->seg[sum->n].gpa = gpa;
	chain->seg[sum->n].len = len;
	sum->n++;
	return NULL;
}

/** chain_finish() - the chain is complete */
static inline const char *chain_finish(struct ring_chain *chain, const struct chain_sum *sum)
{
	bool writes = sum->last & VRING_DESC_F_WRITE;
	u64 read_bytes = writes ? sum->read_bytes : sum->bytes;

	if (unlikely(sum->bytes > U32_MAX))
		return "a chain has 4 GiB or more";
	chain->nread = writes ? sum->nread : sum->n;
	chain->nwrite = sum->n - chain->nread;
	chain->read_len = read_bytes;
	chain->write_len = sum->bytes - read_bytes;
	return NULL;
}

/**
 * chain_add_table() - append what an indirect table has, which completes the chain
 * @ring:	the ring
 * @chain:	the chain
 * @sum:	what it has already
 * @gpa:	the table
 * @len:	its bytes, as the guest says
 */
const char *chain_add_table(const struct ring *ring, struct ring_chain *chain,
			    struct chain_sum sum, u64 gpa, u32 len);

/* In place of a reason: what is to be read is not there just now. */
#define RING_TRY_AGAIN	((const char *)-1L)

/**
 * ring_break() - the ring is broken, because of @why
 * Return: -EPROTO; -EAGAIN, and it is not, for RING_TRY_AGAIN
 */
int ring_break(struct ring *ring, const char *why);

/*
 * Each kind's part of the functions in ring.h of the same names; _ready() is _peek_available()
 * with -EPROTO when the ring just broke, _wants_signal() is asked about @n > 0 slots.
 */
int split_ready(struct ring *ring);
int split_pop(struct ring *ring, struct ring_chain *chain);
void split_push(struct ring *ring, struct ring_id id, u32 written);
void split_publish(struct ring *ring);
bool split_wants_signal(const struct ring *ring, u32 n);
void split_set_kick(struct ring *ring, bool on);

int packed_ready(struct ring *ring);
int packed_pop(struct ring *ring, struct ring_chain *chain);
void packed_unpop(struct ring *ring, struct ring_id id);
void packed_push(struct ring *ring, struct ring_id id, u32 written);
void packed_publish(struct ring *ring);
bool packed_wants_signal(const struct ring *ring, u32 n);
void packed_set_kick(struct ring *ring, bool on);

#endif
