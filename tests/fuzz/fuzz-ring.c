// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-ring.c - a virtqueue in memory that a hostile guest writes at any time
 *
 * The input says what the ring is and what is in it, and goes on with a program: what the
 * device does, and what the guest writes between two of its steps and, see race.h, within
 * them. Rings are allocations of their own, so that each access beyond them is seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include "dev/virtio/ring.h"

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s\n", __func__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

#define MAX_SIZE	64
#define MAX_READS	(RING_CHAIN_MAX + 1)	/* of indirect tables, for a chain */

static struct {
	struct ring ring;
	struct ring_chain chain;
	void *part[3];
	u32 bytes[3];
	const u8 *input;
	size_t left;
	struct ring_id taken[MAX_SIZE];
	u32 ntaken;
	u32 reads;
	bool racing, only_pops;
} f;

static u8 next(void)
{
	if (!f.left)
		return 0;
	f.left--;
	return *f.input++;
}

static void fill(void *to, u32 len)
{
	u8 *p = to;

	while (len--)
		*p++ = next();
}

static void guest_writes(void)
{
	u32 part = next() % 3, word = (next() | next() << 8) % (f.bytes[part] / 2);

	fill((u8 *)f.part[part] + 2 * word, 2);
}

void race(void)
{
	if (f.racing && f.left && (next() & 3) == 3)
		guest_writes();
}

static int read_guest(void *ctx, u64 gpa, void *buf, u32 len)
{
	CHECK(ctx == &f && len && len <= 256 && len % 16 == 0 && gpa + len > gpa);
	CHECK(++f.reads <= MAX_READS);
	if (gpa >> 40)
		return -EFAULT;
	if (f.racing)
		guest_writes();
	fill(buf, len);
	return 0;
}

static void check_chain(void)
{
	struct ring_chain *c = &f.chain;
	u64 read_len = 0, write_len = 0;
	u32 i;

	CHECK(c->nread + c->nwrite >= 1 && c->nread + c->nwrite <= RING_CHAIN_MAX);
	CHECK(c->id.slots >= 1 && c->id.slots <= f.ring.c.size);
	CHECK(f.ring.c.packed || (c->id.slots == 1 && c->id.id < f.ring.c.size));
	for (i = 0; i < c->nread + c->nwrite; i++) {
		CHECK(c->seg[i].len && c->seg[i].gpa + c->seg[i].len > c->seg[i].gpa);
		*(i < c->nread ? &read_len : &write_len) += c->seg[i].len;
	}
	CHECK(c->read_len == read_len && c->write_len == write_len);
	CHECK(read_len + write_len <= U32_MAX);
}

static void pop(void)
{
	const char *broken = f.ring.broken;
	int got;

	f.reads = 0;
	got = ring_pop(&f.ring, &f.chain);
	CHECK(got == 1 || got == 0 || got == -EPROTO);
	CHECK((got == -EPROTO) == !!f.ring.broken);
	CHECK(!broken || f.ring.broken == broken);
	if (got != 1)
		return;
	check_chain();
	CHECK(f.ntaken < f.ring.c.size);
	f.taken[f.ntaken++] = f.chain.id;
	f.only_pops = true;
}

static void push(u32 i)
{
	ring_push(&f.ring, f.taken[i], next() << 8 | next());
	f.taken[i] = f.taken[--f.ntaken];
	f.only_pops = false;		/* the last one taken need not be the last of the list */
}

static void step(u8 op)
{
	switch (op % 10) {
	case 0:
	case 1:
	case 2:
		pop();
		break;
	case 3:
		if (f.ntaken)
			push(next() % f.ntaken);
		break;
	case 4:
		if (f.ntaken && f.only_pops)
			ring_unpop(&f.ring, f.taken[--f.ntaken]);
		break;
	case 5:
		ring_publish(&f.ring);
		break;
	case 6:
		ring_should_signal(&f.ring);
		break;
	case 7:
		ring_disable_kick(&f.ring);
		break;
	case 8:
		if (ring_enable_kick(&f.ring))
			pop();
		break;
	case 9:
		guest_writes();
		break;
	}
}

static void check_ring(void)
{
	struct ring *r = &f.ring;
	u32 i, slots = 0;

	for (i = 0; i < f.ntaken; i++)
		slots += f.taken[i].slots;
	CHECK(r->inflight == slots && slots <= r->c.size);
	CHECK(r->unsignalled <= 65536);
	if (r->c.packed)
		CHECK(r->avail_next < r->c.size && r->used_next < r->c.size);
	else
		CHECK((u16)(r->avail_next - r->used_next) == slots);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ring_config c = { .read = read_guest, .ctx = &f };
	unsigned int i;
	u8 kind;

	f.input = data;
	f.left = size;
	f.ntaken = 0;
	f.only_pops = false;
	kind = next();
	c.packed = kind & 1;
	c.indirect = kind & 2;
	c.event_idx = kind & 4;
	f.racing = kind & 8;
	c.size = next() % MAX_SIZE + 1;
	if (!ring_size_ok(c.packed, c.size))
		c.size = 1U << (c.size % 7);
	for (i = 0; i < 3; i++) {
		f.bytes[i] = ring_part_bytes(c.packed, c.size, i);
		f.part[i] = calloc(1, f.bytes[i]);
		fill(f.part[i], min_t(u32, f.bytes[i], 64));
	}
	c.parts = (struct ring_parts){ f.part[0], f.part[1], f.part[2] };
	ring_init(&f.ring, &c);
	while (f.left) {
		step(next());
		check_ring();
	}
	for (i = 0; i < 3; i++)
		free(f.part[i]);
	return 0;
}
