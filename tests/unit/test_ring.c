// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtqueue against a driver that was written apart from it: chains arrive as they were
 * made and go back in any order, no notification is lost, none is sent that nobody wanted, and
 * what can't be a ring breaks it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <linux/errno.h>
#include "vring-driver.h"

static struct driver d;
static struct ring ring;
static struct ring_chain chain;
static u64 seed;

static u32 rnd(u32 n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % n;
}

static void begin(u32 size, bool packed, bool event_idx)
{
	driver_free(&d);
	driver_init(&d, &ring, size, packed, event_idx);
}

static int teardown(void **state)
{
	driver_free(&d);
	memset(&d, 0, sizeof(d));
	return 0;
}

static int add(u16 nread, u16 nwrite, bool indirect)
{
	struct ring_seg seg[MAX_SEGS];
	unsigned int i;

	for (i = 0; i < nread + nwrite; i++)
		seg[i] = (struct ring_seg){ (u64)rnd(1 << 30) << 20, 1 + rnd(1 << 20) };
	return driver_add(&d, seg, nread, nwrite, indirect);
}

static void assert_chain(const struct ring_chain *c, const struct buffer *b)
{
	u32 read_len = 0, write_len = 0;
	unsigned int i;

	assert_true(b->busy);
	assert_int_equal(c->nread, b->nread);
	assert_int_equal(c->nwrite, b->nwrite);
	for (i = 0; i < b->nread + b->nwrite; i++) {
		assert_true(c->seg[i].gpa == b->seg[i].gpa);
		assert_int_equal(c->seg[i].len, b->seg[i].len);
		*(i < b->nread ? &read_len : &write_len) += b->seg[i].len;
	}
	assert_int_equal(c->read_len, read_len);
	assert_int_equal(c->write_len, write_len);
}

static void assert_broken(void)
{
	assert_int_equal(ring_pop(&ring, &chain), -EPROTO);
	assert_non_null(ring.broken);
	assert_int_equal(ring_pop(&ring, &chain), -EPROTO);
	assert_false(ring_peek_available(&ring));
	assert_false(ring_enable_kick(&ring));
}

static void test_sizes(void **state)
{
	assert_false(ring_size_ok(false, 0));
	assert_false(ring_size_ok(true, 0));
	assert_false(ring_size_ok(false, 24));
	assert_true(ring_size_ok(true, 24));
	assert_true(ring_size_ok(false, 32768));
	assert_false(ring_size_ok(false, 65536));
	assert_false(ring_size_ok(true, 32769));
	assert_int_equal(ring_part_bytes(false, 256, RING_DESC), 4096);
	assert_int_equal(ring_part_bytes(false, 256, RING_DRIVER), 518);
	assert_int_equal(ring_part_bytes(false, 256, RING_DEVICE), 2054);
	assert_int_equal(ring_part_bytes(true, 256, RING_DESC), 4096);
	assert_int_equal(ring_part_bytes(true, 256, RING_DRIVER), 4);
	assert_int_equal(ring_part_bytes(true, 256, RING_DEVICE), 4);
	assert_int_equal(ring_part_align(false, RING_DESC), 16);
	assert_int_equal(ring_part_align(false, RING_DRIVER), 2);
	assert_int_equal(ring_part_align(false, RING_DEVICE), 4);
	assert_int_equal(ring_part_align(true, RING_DESC), 16);
	assert_int_equal(ring_part_align(true, RING_DRIVER), 4);
	assert_int_equal(ring_part_align(true, RING_DEVICE), 4);
}

/* Until they are published, none of a batch is seen; then all are. */
static void batch(bool packed)
{
	struct ring_id ids[3];
	u32 written, i;

	begin(8, packed, false);
	for (i = 0; i < 3; i++) {
		assert_int_not_equal(add(0, 2, false), -1);
		assert_int_equal(ring_pop(&ring, &chain), 1);
		ids[i] = chain.id;
	}
	for (i = 0; i < 3; i++) {
		ring_push(&ring, ids[i], 100 + i);
		assert_int_equal(driver_get_used(&d, &written), -1);
	}
	assert_false(ring_should_signal(&ring));
	ring_publish(&ring);
	assert_true(ring_should_signal(&ring));
	assert_false(ring_should_signal(&ring));
	for (i = 0; i < 3; i++) {
		assert_int_equal(driver_get_used(&d, &written), ids[i].id);
		assert_int_equal(written, 100 + i);
	}
	assert_int_equal(driver_get_used(&d, &written), -1);
}

static void test_batch(void **state)
{
	batch(false);
	batch(true);
}

static void test_full_chain(void **state)
{
	struct ring_seg seg[MAX_SEGS];
	unsigned int i, packed;

	for (i = 0; i < MAX_SEGS; i++)
		seg[i] = (struct ring_seg){ -4096ULL, 4095 };
	for (packed = 0; packed < 2; packed++) {
		begin(32, packed, false);
		driver_add(&d, seg, 4, MAX_SEGS - 4, packed);
		assert_int_equal(ring_pop(&ring, &chain), 1);
		assert_chain(&chain, &d.buf[chain.id.id]);
		assert_int_equal(ring_pop(&ring, &chain), 0);
	}
}

/* What a driver may not do, one by one: @spoil turns a good chain of three into a bad one. */
static void spoiled(bool packed, bool indirect, void (*spoil)(struct gdesc *g))
{
	begin(4, packed, false);
	d.c.indirect = true;
	assert_int_equal(add(2, 1, indirect), 0);
	spoil(indirect ? d.table[0] : d.desc);
	assert_broken();
}

static u16 *flags_of(struct gdesc *g)
{
	return d.c.packed ? &g->b : &g->a;
}

static void write_first(struct gdesc *g)
{
	*flags_of(&g[0]) |= F_WRITE;
}

static void empty_segment(struct gdesc *g)
{
	g[1].len = 0;
}

static void end_of_memory(struct gdesc *g)
{
	g[1].addr = -1ULL;
	g[1].len = 1;
}

static void too_long(struct gdesc *g)
{
	g[0].len = 0x80000000;
	g[1].len = 0x7fffffff;
	g[2].len = 1;
}

static void nest(struct gdesc *g)
{
	*flags_of(&g[1]) |= F_INDIRECT;
}

static void loop(struct gdesc *g)
{
	*flags_of(&g[1]) |= F_NEXT;
	g[1].b = 0;
}

static void far_index(struct gdesc *g)
{
	g[0].b = 4;
}

static void huge_index(struct gdesc *g)
{
	g[0].b = 0xffff;
}

static void test_spoiled(void **state)
{
	static void (*const all[])(struct gdesc *g) = {
		write_first, empty_segment, end_of_memory, too_long, nest,
	};
	unsigned int i, kind;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		for (kind = 0; kind < 4; kind++)
			spoiled(kind & 1, kind & 2, all[i]);
	for (kind = 0; kind < 2; kind++) {
		spoiled(false, kind, loop);
		spoiled(false, kind, far_index);
		spoiled(false, kind, huge_index);
	}
}

static void bad_table(bool packed, u64 addr, u32 len, u16 flags)
{
	begin(4, packed, false);
	assert_int_equal(add(2, 1, true), 0);
	d.desc[0].addr = addr;
	d.desc[0].len = len;
	*flags_of(&d.desc[0]) |= flags;
	assert_broken();
}

static void test_bad_tables(void **state)
{
	unsigned int packed;

	for (packed = 0; packed < 2; packed++) {
		bad_table(packed, 0, 0, 0);
		bad_table(packed, 0, 47, 0);
		bad_table(packed, 0, 48, F_NEXT);
		bad_table(packed, -16ULL, 48, 0);
		bad_table(packed, sizeof(d.table), 48, 0);
		bad_table(packed, -16ULL, 16, 0);

		begin(4, packed, false);
		ring.c.indirect = false;
		add(1, 1, true);
		assert_broken();
	}
	bad_table(true, 0, 0xfffffff0, 0);	/* ends with the first empty segment */
}

static void test_too_many_segments(void **state)
{
	static struct gdesc big[RING_CHAIN_MAX + 1];
	unsigned int packed, i, n;

	for (i = 0; i < ARRAY_SIZE(big) * 2; i++) {
		packed = i & 1;
		n = RING_CHAIN_MAX + (i >= ARRAY_SIZE(big));
		begin(4, packed, false);
		add(1, 0, true);
		for (unsigned int k = 0; k < n; k++) {
			big[k] = (struct gdesc){ .addr = 4096, .len = 512 };
			if (!packed && k + 1 < n)
				big[k] = (struct gdesc){ 4096, 512, F_NEXT, k + 1 };
		}
		memcpy(d.table, big, n * sizeof(big[0]));
		d.desc[0].len = n * sizeof(big[0]);
		if (n > RING_CHAIN_MAX) {
			assert_broken();
			continue;
		}
		assert_int_equal(ring_pop(&ring, &chain), 1);
		assert_int_equal(chain.nread, RING_CHAIN_MAX);
	}
}

static void test_available_index(void **state)
{
	begin(4, false, false);
	d.avail[1] = 5;
	assert_true(ring_enable_kick(&ring));	/* so that the device looks, and sees it */
	assert_broken();

	begin(4, false, false);
	d.avail[1] = 0xffff;
	assert_broken();

	begin(4, false, false);
	d.avail[2] = 4;
	d.avail[1] = 1;
	assert_broken();
}

/* A driver that takes back what the device still has. */
static void test_more_than_fits(void **state)
{
	unsigned int i;

	begin(4, false, false);
	d.desc[0] = (struct gdesc){ 4096, 512, 0, 0 };
	for (i = 0; i < 4; i++) {
		d.avail[1]++;
		assert_int_equal(ring_pop(&ring, &chain), 1);
	}
	d.avail[1]++;
	assert_broken();

	begin(4, true, false);
	for (i = 0; i < 2; i++) {
		add(1, 1, false);
		assert_int_equal(ring_pop(&ring, &chain), 1);
	}
	d.desc[0].b = 0x8000;
	assert_broken();

	begin(4, true, false);
	for (i = 0; i < 4; i++)
		d.desc[i] = (struct gdesc){ 4096, 512, 0, 0x80 | F_NEXT };
	assert_broken();		/* no end */
}

static void test_direct_then_indirect(void **state)
{
	begin(4, false, false);
	add(1, 0, false);
	add(2, 1, true);
	d.desc[0].a = F_NEXT;
	d.desc[0].b = 1;		/* the head of the other, a table (§2.7.5.3.2) */
	assert_int_equal(ring_pop(&ring, &chain), 1);
	assert_int_equal(chain.nread, 3);
	assert_int_equal(chain.nwrite, 1);
}

static int not_now(void *ctx, u64 gpa, void *buf, u32 len)
{
	return -EAGAIN;
}

/* A table that can't be read now is no fault of the driver's: it comes the next time. */
static void test_table_not_there(void **state)
{
	unsigned int packed;

	for (packed = 0; packed < 2; packed++) {
		begin(4, packed, false);
		assert_int_equal(add(2, 1, true), 0);
		ring.c.read = not_now;
		assert_int_equal(ring_pop(&ring, &chain), -EAGAIN);
		assert_int_equal(ring_pop(&ring, &chain), -EAGAIN);
		assert_null(ring.broken);
		assert_int_equal(ring.inflight, 0);
		ring.c.read = d.c.read;
		assert_int_equal(ring_pop(&ring, &chain), 1);
		assert_chain(&chain, &d.buf[chain.id.id]);
		assert_int_equal(ring_pop(&ring, &chain), 0);
	}
}

/*
 * Two sides that sleep until they are notified, and a dice that says who goes on with what. In
 * the end all has been handed over and come back, or somebody sleeps for good.
 */
static struct {
	bool driver_awake, device_awake;
	u32 to_add, to_get;
	u32 kicks, irqs;
	u32 ntaken;
	struct ring_id taken[MAX_SIZE];
	u32 written[MAX_SIZE];
} play;

static void device_takes(void)
{
	u32 i, n = 1 + rnd(4), back = rnd(3) ? 0 : rnd(n), first = play.ntaken;
	int got;

	for (i = 0; i < n; i++) {
		got = ring_pop(&ring, &chain);
		assert_int_not_equal(got, -EPROTO);
		if (!got)
			break;
		assert_chain(&chain, &d.buf[chain.id.id]);
		play.taken[play.ntaken++] = chain.id;
	}
	for (; back && play.ntaken > first; back--)
		ring_unpop(&ring, play.taken[--play.ntaken]);
	if (!ring_peek_available(&ring))
		play.device_awake = ring_enable_kick(&ring);
}

static void device_completes(void)
{
	u32 i, n = 1 + rnd(play.ntaken);
	struct ring_id id;

	while (n--) {
		i = rnd(play.ntaken);
		id = play.taken[i];
		play.written[id.id] = rnd(1 << 16);
		play.taken[i] = play.taken[--play.ntaken];
		ring_push(&ring, id, play.written[id.id]);
		if (!rnd(3))
			ring_publish(&ring);
	}
	ring_publish(&ring);
	if (ring_should_signal(&ring)) {
		play.driver_awake = true;
		play.irqs++;
	}
}

static void driver_adds(void)
{
	u32 n = 1 + rnd(5);
	bool any = false;

	while (n-- && play.to_add) {
		u16 nread = rnd(4), nwrite = rnd(4) + !nread;

		if (add(nread, nwrite, !rnd(3)) < 0)
			break;
		any = true;
		play.to_add--;
	}
	if (any && driver_must_kick(&d)) {
		play.device_awake = true;
		play.kicks++;
	}
}

static u32 owed(void)
{
	u32 i, n = 0;

	if (d.c.packed)
		return d.c.size - d.free;
	for (i = 0; i < d.c.size; i++)
		n += d.buf[i].busy;
	return n;
}

static void driver_gets(void)
{
	u32 written;
	int id;

	driver_disable_irq(&d);
	while ((id = driver_get_used(&d, &written)) >= 0) {
		assert_int_equal(written, play.written[id]);
		play.to_get--;
	}
	assert_int_equal(id, -1);
	play.driver_awake = !driver_enable_irq(&d, rnd(2) ? 0 : owed() * 3 / 4);
}

static void run(u32 size, bool packed, bool event_idx)
{
	u32 steps = 0;

	begin(size, packed, event_idx);
	memset(&play, 0, sizeof(play));
	play.to_add = play.to_get = 5000;
	play.driver_awake = true;
	while (play.to_get) {
		assert_in_range(steps++, 0, 1000000);
		if (!rnd(4))
			driver_adds();
		if (play.driver_awake && !rnd(3))
			driver_gets();
		if (play.device_awake && !rnd(2))
			device_takes();
		if (play.device_awake && !rnd(4))
			ring_disable_kick(&ring);
		if (play.ntaken && !rnd(4))
			device_completes();
		/* Nobody is awake, nothing is on its way, and the driver has no room. */
		if (!play.driver_awake && !play.device_awake && !play.ntaken)
			assert_true(!play.to_get || (play.to_add && d.free));
	}
	assert_int_equal(d.free, size);
	assert_int_equal(ring.inflight, 0);
	assert_in_range(play.kicks, 1, 4000);
	assert_in_range(play.irqs, 1, 4000);
}

static void test_random(void **state)
{
	static const u32 sizes[] = { 8, 16, 64, 7, 13, 33 };
	unsigned int i, kind;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (kind = 0; kind < 4; kind++)
			if (ring_size_ok(kind & 1, sizes[i]))
				run(sizes[i], kind & 1, kind & 2);
}

/* Asked for nothing, nobody is notified; asked for one, exactly when it is reached. */
static void quiet(bool packed, bool event_idx)
{
	unsigned int i, irqs = 0, kicks = 0;
	u32 written;

	begin(16, packed, event_idx);
	ring_disable_kick(&ring);
	driver_disable_irq(&d);
	if (event_idx)
		driver_enable_irq(&d, 9);
	for (i = 0; i < 40; i++) {
		add(1, 0, false);
		kicks += driver_must_kick(&d);
		assert_int_equal(ring_pop(&ring, &chain), 1);
		ring_push(&ring, chain.id, 0);
		ring_publish(&ring);
		if (ring_should_signal(&ring)) {
			assert_int_equal(i, 9);
			irqs++;
		}
		assert_int_equal(driver_get_used(&d, &written), chain.id.id);
	}
	/* A split ring's event index says 0 from the beginning. */
	assert_int_equal(kicks, event_idx && !packed);
	if (event_idx && packed)	/* the same place of the lap after the next is another's */
		assert_in_range(irqs, 1, 2);
	else
		assert_int_equal(irqs, event_idx);
	assert_false(ring_enable_kick(&ring));
	add(1, 0, false);
	assert_true(driver_must_kick(&d));
	assert_true(ring_enable_kick(&ring));
}

static void test_quiet(void **state)
{
	unsigned int kind;

	for (kind = 0; kind < 4; kind++)
		quiet(kind & 1, kind & 2);
}

/* A device that nobody asked for long must not take an event for one that is still to come. */
static void test_long_silence(void **state)
{
	u32 i, written;

	begin(16, false, true);
	driver_enable_irq(&d, 0);
	for (i = 0; i < 65536; i++) {
		add(1, 0, false);
		assert_int_equal(ring_pop(&ring, &chain), 1);
		ring_push(&ring, chain.id, 0);
		ring_publish(&ring);
		assert_int_equal(driver_get_used(&d, &written), chain.id.id);
	}
	assert_true(ring_should_signal(&ring));
}

/*
 * Two processors at a time, for the barriers: a lost notification is an endless wait. One side
 * is always awake and answers at once, just when the other is about to sleep.
 */
#define ROUNDS	100000

static struct {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool kicked, signalled;
	bool device_polls;		/* or else the driver does */
	bool over;			/* one of them has waited in vain */
} bell;

static void notify(bool *flag)
{
	pthread_mutex_lock(&bell.lock);
	*flag = true;
	pthread_cond_broadcast(&bell.cond);
	pthread_mutex_unlock(&bell.lock);
}

/* Return: false if nothing came for 5 s. */
static bool wait_for(bool *flag)
{
	struct timespec until;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 5;
	pthread_mutex_lock(&bell.lock);
	while (!*flag && !err)
		err = pthread_cond_timedwait(&bell.cond, &bell.lock, &until);
	*flag = false;
	pthread_mutex_unlock(&bell.lock);
	if (err)
		WRITE_ONCE(bell.over, true);
	return !err;
}

static void *device_thread(void *arg)
{
	static struct ring_chain c;
	u32 done = 0;

	while (done < ROUNDS && !READ_ONCE(bell.over)) {
		ring_disable_kick(&ring);
		while (ring_pop(&ring, &c) > 0) {
			ring_push(&ring, c.id, 1);
			ring_publish(&ring);
			done++;
			if (ring_should_signal(&ring))
				notify(&bell.signalled);
		}
		if (done < ROUNDS && !bell.device_polls && !ring_enable_kick(&ring) &&
		    !wait_for(&bell.kicked))
			return "the device waits for a kick";
	}
	return NULL;
}

static void *driver_thread(void *arg)
{
	const struct ring_seg seg[2] = { { 4096, 512 }, { 8192, 512 } };
	u32 i, written;

	for (i = 0; i < ROUNDS && !READ_ONCE(bell.over); i++) {
		driver_disable_irq(&d);
		driver_add(&d, seg, 1, 1, false);
		if (driver_must_kick(&d))
			notify(&bell.kicked);
		while (driver_get_used(&d, &written) < 0 && !READ_ONCE(bell.over))
			if (bell.device_polls && driver_enable_irq(&d, 0) &&
			    !wait_for(&bell.signalled))
				return "the driver waits for an interrupt";
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t device, driver;
	unsigned int kind;
	void *said, *other;

	pthread_mutex_init(&bell.lock, NULL);
	pthread_cond_init(&bell.cond, NULL);
	for (kind = 0; kind < 8; kind++) {
		bell.device_polls = kind & 4;
		bell.kicked = bell.signalled = false;
		begin(16, kind & 1, kind & 2);
		pthread_create(&device, NULL, device_thread, NULL);
		pthread_create(&driver, NULL, driver_thread, NULL);
		pthread_join(device, &said);
		pthread_join(driver, &other);
		assert_null(said);
		assert_null(other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_sizes, teardown),
		cmocka_unit_test_teardown(test_batch, teardown),
		cmocka_unit_test_teardown(test_full_chain, teardown),
		cmocka_unit_test_teardown(test_spoiled, teardown),
		cmocka_unit_test_teardown(test_bad_tables, teardown),
		cmocka_unit_test_teardown(test_too_many_segments, teardown),
		cmocka_unit_test_teardown(test_available_index, teardown),
		cmocka_unit_test_teardown(test_more_than_fits, teardown),
		cmocka_unit_test_teardown(test_direct_then_indirect, teardown),
		cmocka_unit_test_teardown(test_table_not_there, teardown),
		cmocka_unit_test_teardown(test_random, teardown),
		cmocka_unit_test_teardown(test_quiet, teardown),
		cmocka_unit_test_teardown(test_long_silence, teardown),
		cmocka_unit_test_teardown(test_threads, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
