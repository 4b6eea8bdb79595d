/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vring-driver.h - the driver's side of a virtqueue, for tests
 *
 * Written from the specification (virtio 1.2 §2.7, §2.8), apart from the device's side. Guest
 * memory is an array, the rings are allocations of their own: what is read behind their ends
 * the address sanitizer sees.
 */
#ifndef _TEST_VRING_DRIVER_H
#define _TEST_VRING_DRIVER_H

#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include "dev/virtio/ring.h"

#define MAX_SIZE	64
#define MAX_SEGS	24
#define F_NEXT		1
#define F_WRITE		2
#define F_INDIRECT	4

struct gdesc {
	u64 addr;
	u32 len;
	u16 a, b;		/* split: flags, next; packed: id, flags */
};

/* A chain as the driver made it; tables of indirect chains lie in guest memory by id. */
struct buffer {
	bool busy;
	u16 nread, nwrite, slots;
	struct ring_seg seg[MAX_SEGS];
};

struct driver {
	struct ring_config c;
	struct gdesc *desc;
	u16 *avail, *used;	/* flags, index, entries ... */
	u32 free;
	u16 free_head;		/* split: list of free descriptors, by next */
	u16 next_of[MAX_SIZE];
	u16 next, used_next;	/* split: indices; packed: slots */
	bool wrap, used_wrap;
	u32 unkicked;
	struct buffer buf[MAX_SIZE];
	struct gdesc table[MAX_SIZE][MAX_SEGS];
};

static inline int guest_read(void *ctx, u64 gpa, void *buf, u32 len)
{
	struct driver *d = ctx;

	if (gpa >= sizeof(d->table) || len > sizeof(d->table) - gpa)
		return -1;
	memcpy(buf, (u8 *)d->table + gpa, len);
	return 0;
}

static inline void driver_init(struct driver *d, struct ring *ring, u32 size, bool packed,
			       bool event_idx)
{
	unsigned int i;

	memset(d, 0, sizeof(*d));
	d->c = (struct ring_config){
		.size = size, .packed = packed, .indirect = true, .event_idx = event_idx,
		.read = guest_read, .ctx = d,
	};
	d->desc = d->c.parts.desc = calloc(1, ring_part_bytes(packed, size, RING_DESC));
	d->avail = d->c.parts.driver = calloc(1, ring_part_bytes(packed, size, RING_DRIVER));
	d->used = d->c.parts.device = calloc(1, ring_part_bytes(packed, size, RING_DEVICE));
	d->free = size;
	d->wrap = d->used_wrap = true;
	for (i = 0; i < size; i++)
		d->next_of[i] = i + 1;
	ring_init(ring, &d->c);
}

static inline void driver_free(struct driver *d)
{
	free(d->desc);
	free(d->avail);
	free(d->used);
}

static inline u16 seg_flags(const struct buffer *b, unsigned int i)
{
	return (i + 1 < b->nread + b->nwrite ? F_NEXT : 0) | (i >= b->nread ? F_WRITE : 0);
}

static inline void make_table(struct driver *d, u16 id)
{
	struct buffer *b = &d->buf[id];
	unsigned int i;

	for (i = 0; i < b->nread + b->nwrite; i++) {
		struct gdesc *t = &d->table[id][i];

		t->addr = b->seg[i].gpa;
		t->len = b->seg[i].len;
		t->a = d->c.packed ? 0xdead : seg_flags(b, i);
		t->b = d->c.packed ? seg_flags(b, i) & F_WRITE : i + 1;
	}
}

static inline void split_add(struct driver *d, u16 head, bool indirect)
{
	struct buffer *b = &d->buf[head];
	u16 at = head;
	unsigned int i;

	for (i = 0; i < b->slots; i++) {
		d->desc[at] = (struct gdesc){ b->seg[i].gpa, b->seg[i].len, seg_flags(b, i),
					      d->next_of[at] };
		if (i + 1 == b->slots)
			d->free_head = d->next_of[at];
		at = d->next_of[at];
	}
	if (indirect)
		d->desc[head] = (struct gdesc){ .addr = head * sizeof(d->table[0]),
			.len = (b->nread + b->nwrite) * 16, .a = F_INDIRECT };
	d->avail[2 + d->next % d->c.size] = head;
	__atomic_store_n(&d->avail[1], ++d->next, __ATOMIC_RELEASE);
	d->unkicked++;
}

static inline void packed_add(struct driver *d, u16 id, bool indirect)
{
	struct buffer *b = &d->buf[id];
	struct gdesc first = { 0 };
	u16 at = d->next;
	unsigned int i;

	for (i = 0; i < b->slots; i++) {
		u16 flags = (indirect ? F_INDIRECT : seg_flags(b, i)) | (d->wrap ? 0x80 : 0x8000);
		struct gdesc desc = { b->seg[i].gpa, b->seg[i].len, id, flags };

		if (indirect)
			desc = (struct gdesc){ id * sizeof(d->table[0]),
					       (b->nread + b->nwrite) * 16, id, flags };
		if (!i)
			first = desc;
		else
			d->desc[d->next] = desc;
		if (++d->next == d->c.size) {
			d->next = 0;
			d->wrap = !d->wrap;
		}
	}
	d->desc[at].addr = first.addr;
	d->desc[at].len = first.len;
	d->desc[at].a = first.a;
	__atomic_store_n(&d->desc[at].b, first.b, __ATOMIC_RELEASE);
	d->unkicked += b->slots;
}

/* Return: the id of a chain of these segments, or -1 if there is no room for it. */
static inline int driver_add(struct driver *d, const struct ring_seg *seg, u16 nread, u16 nwrite,
			     bool indirect)
{
	u16 id = d->free_head, slots = indirect ? 1 : nread + nwrite;
	struct buffer *b;

	if (slots > d->free)
		return -1;
	if (d->c.packed)
		for (id = 0; d->buf[id].busy; )
			id++;
	b = &d->buf[id];
	b->busy = true;
	b->nread = nread;
	b->nwrite = nwrite;
	b->slots = slots;
	memcpy(b->seg, seg, (nread + nwrite) * sizeof(*seg));
	if (indirect)
		make_table(d, id);
	d->free -= slots;
	if (d->c.packed)
		packed_add(d, id, indirect);
	else
		split_add(d, id, indirect);
	return id;
}

static inline bool passed(u16 event, u16 new, u32 n)
{
	return (u16)(new - event - 1) < n;
}

static inline u32 load_event(const void *p)
{
	return __atomic_load_n((const u32 *)p, __ATOMIC_RELAXED);
}

/* Does the device have to be notified of what was added since the last question? */
static inline bool driver_must_kick(struct driver *d)
{
	u32 n = d->unkicked, event;
	u16 off;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	d->unkicked = 0;
	if (!d->c.packed) {
		if (!d->c.event_idx)
			return !(__atomic_load_n(&d->used[0], __ATOMIC_RELAXED) & 1);
		off = __atomic_load_n(&d->used[2 + 4 * d->c.size], __ATOMIC_RELAXED);
		return passed(off, d->next, n);
	}
	event = load_event(d->used);
	if (event >> 16 != 2)
		return event >> 16 == 0;
	off = event & 0x7fff;
	if (!!(event & 0x8000) != d->wrap)
		off -= d->c.size;
	return passed(off, d->next, n);
}

static inline bool driver_has_used(const struct driver *d)
{
	u16 flags;

	if (!d->c.packed)
		return __atomic_load_n(&d->used[1], __ATOMIC_ACQUIRE) != d->used_next;
	flags = __atomic_load_n(&d->desc[d->used_next].b, __ATOMIC_ACQUIRE);
	return !!(flags & 0x80) == d->used_wrap && !!(flags & 0x8000) == d->used_wrap;
}

/* Return: id of a chain that came back, or -1. */
static inline int driver_get_used(struct driver *d, u32 *written)
{
	struct buffer *b;
	u32 id, i, at;

	if (!driver_has_used(d))
		return -1;
	if (d->c.packed) {
		id = d->desc[d->used_next].a;
		*written = d->desc[d->used_next].len;
	} else {
		memcpy(&id, &d->used[2 + 4 * (d->used_next % d->c.size)], 4);
		memcpy(written, &d->used[4 + 4 * (d->used_next % d->c.size)], 4);
	}
	if (id >= d->c.size || !d->buf[id].busy)
		return -2;
	b = &d->buf[id];
	b->busy = false;
	d->free += b->slots;
	if (!d->c.packed) {
		for (i = 1, at = id; i < b->slots; i++)
			at = d->next_of[at];
		d->next_of[at] = d->free_head;
		d->free_head = id;
		d->used_next++;
		return id;
	}
	d->used_next += b->slots;
	if (d->used_next >= d->c.size) {
		d->used_next -= d->c.size;
		d->used_wrap = !d->used_wrap;
	}
	return id;
}

static inline void driver_disable_irq(struct driver *d)
{
	if (d->c.packed)
		__atomic_store_n((u32 *)d->avail, 1 << 16, __ATOMIC_RELAXED);
	else if (!d->c.event_idx)
		d->avail[0] = 1;
}

/* Interrupt after @later more slots. Return: false if there is something already. */
static inline bool driver_enable_irq(struct driver *d, u16 later)
{
	u32 off = d->used_next + later;
	bool wrap = d->used_wrap;

	if (d->c.packed && off >= d->c.size) {
		off -= d->c.size;
		wrap = !wrap;
	}
	if (d->c.packed)
		__atomic_store_n((u32 *)d->avail, d->c.event_idx ?
				 2 << 16 | wrap << 15 | off : 0, __ATOMIC_RELAXED);
	else if (d->c.event_idx)
		__atomic_store_n(&d->avail[2 + d->c.size], (u16)off, __ATOMIC_RELAXED);
	else
		__atomic_store_n(&d->avail[0], 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !driver_has_used(d);
}

#endif
