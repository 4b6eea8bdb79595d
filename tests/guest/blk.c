// SPDX-License-Identifier: GPL-2.0-only
/*
 * blk: a virtio disk, asked for all that it does, and for what it should not do
 *
 * sectors=N: what it should have, serial=S likewise. do=all (default): everything that changes
 * nothing but sectors from 64 on; do=ro: of a disk that is read-only; do=fill, do=verify: each
 * sector with its number; do=short: sectors from the last MiB on cannot be read; do=full: it has no room
 * for what is written; do=busy: read and write for ever; do=flush: write sector after sector, flush, say
 * so; do=bench: what reading costs, with n=N reads a loop, of which depth=N are in flight.
 */
#include "virtio.h"

#define SECTOR		512
#define TOP		(128UL << 20)	/* of RAM: guests with disks have 128 MiB */
#define VECTOR		0x40

enum { IN, OUT, FLUSH = 4, GET_ID = 8, DISCARD = 11, ZEROES = 13 };
enum { OK, IOERR, UNSUPP, NO_ANSWER = 0xff };

enum {				/* feature bits */
	F_SEG_MAX = 2, F_RO = 5, F_BLK_SIZE, F_FLUSH = 9, F_TOPOLOGY, F_CONFIG_WCE, F_MQ, F_DISCARD,
	F_ZEROES,
};

enum {				/* configuration */
	CAPACITY = 0, SEG_MAX = 12, BLK_SIZE = 20, WRITEBACK = 32, NUM_QUEUES = 34, DISCARD_SEGS = 40,
};

struct header {
	u32 type, unused;
	u64 sector;
};

struct range {
	u64 sector;
	u32 sectors, flags;
};

static struct virtio dev;
static struct virtqueue vq;
static struct vq_memory ring;
static struct header header[VQ_IDS];
static volatile u8 status[VQ_IDS];
static u8 data[1 << 20] __attribute__((aligned(4096)));
static u8 other[1 << 16] __attribute__((aligned(4096)));
static u64 sectors;
static bool indirect, interrupting;

static u64 number(const char *name, u64 otherwise)
{
	const char *text = argument(name);
	u64 n = 0;

	if (!text)
		return otherwise;
	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + *text - '0';
	return n;
}

static struct vq_seg seg(const volatile void *p, u32 len)
{
	return (struct vq_seg){ (ulong)p, len };
}

static bool start(u64 features)
{
	if (!virtio_reset(&dev) || !virtio_negotiate(&dev, features))
		return false;
	vq_setup(&vq, &dev, 0, &ring);
	if (interrupting && !virtio_vector(&dev, 0, VECTOR))
		return false;
	virtio_ready(&dev);
	return true;
}

/* One request as it is, to its end. */
static u8 raw(const struct vq_seg *segs, u32 nread, u32 nwrite)
{
	u16 id;
	u32 len;

	status[0] = NO_ANSWER;
	vq_add(&vq, 0, segs, nread, nwrite, indirect || nread + nwrite > VQ_DIRECT);
	vq_kick(&vq);
	return vq_wait(&vq, &id, &len) && !id ? status[0] : NO_ANSWER;
}

static u8 ask(u32 type, u64 sector, const void *p, u32 len)
{
	struct vq_seg segs[3] = { seg(&header[0], sizeof(header[0])), seg(p, len) };

	header[0] = (struct header){ type, 0, sector };
	segs[len ? 2 : 1] = seg(&status[0], 1);
	if (!len)
		return raw(segs, 1, 1);
	return type == IN || type == GET_ID ? raw(segs, 1, 2) : raw(segs, 2, 1);
}

static bool gives(const char *name, u8 wanted, u8 got)
{
	return check(got == wanted, name, "status %u, not %u", got, wanted);
}

/* Each sector of a disk says which one it is. */
static void mark(u8 *p, u64 sector, u32 len, u32 salt)
{
	u32 i, *word = (u32 *)p;

	for (i = 0; i < len / 4; i++)
		word[i] = (u32)(sector + i / 128) * 2654435761u + i % 128 + salt;
}

static bool is_marked(const u8 *p, u64 sector, u32 len, u32 salt)
{
	const u32 *word = (const u32 *)p;
	u32 i;

	for (i = 0; i < len / 4; i++)
		if (word[i] != (u32)(sector + i / 128) * 2654435761u + i % 128 + salt)
			return false;
	return true;
}

static bool is_zero(const u8 *p, u32 len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

static void test_config(void)
{
	u64 offers = virtio_offers(&dev);
	u32 blk_size = read32(dev.config + BLK_SIZE);

	check(*(volatile u32 *)(dev.config + CAPACITY) == (u32)sectors, "capacity", "%u",
	      read32(dev.config + CAPACITY));
	check(offers & VIRTIO_BIT(F_SEG_MAX) && read32(dev.config + SEG_MAX) == 128, "seg-max", "%u",
	      read32(dev.config + SEG_MAX));
	check(blk_size >= 512 && !(blk_size & (blk_size - 1)), "blk-size", "%u", blk_size);
	check((read32(dev.config + WRITEBACK) >> 16) == virtio_queues(&dev), "num-queues", "%x",
	      read32(dev.config + WRITEBACK));
}

static void test_id(void)
{
	const char *serial = argument("serial") ?: "";
	u32 n;

	memset(data, 0xee, 64);
	gives("get-id", OK, ask(GET_ID, 0, data, 20));
	for (n = 0; n < 20 && serial[n] && serial[n] != ' '; n++)
		;
	check(!memcmp(data, serial, n) && is_zero(data + n, 20 - n) && data[20] == 0xee,
	      "serial", "%s", (char *)data);
	gives("get-id-short", OK, ask(GET_ID, 0, data + 32, 4));
	check(data[36] == 0xee, "get-id-stays-inside", "%x", data[36]);
}

static void test_rw(void)
{
	static const u32 sizes[] = { 512, 1024, 4096, 12288, 65536, 1 << 19 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u64 at = 64 + i * 7;
		bool good;

		mark(data, at, sizes[i], i);
		good = ask(OUT, at, data, sizes[i]) == OK;
		memset(data, 0, sizes[i]);
		good = good && ask(IN, at, data, sizes[i]) == OK;
		check(good && is_marked(data, at, sizes[i], i), "write-read", "%u bytes", sizes[i]);
	}
	mark(data, sectors - 8, 4096, 9);
	gives("write-the-end", OK, ask(OUT, sectors - 8, data, 4096));
	memset(data, 0, 4096);
	gives("read-the-end", OK, ask(IN, sectors - 8, data, 4096));
	check(is_marked(data, sectors - 8, 4096, 9), "the-end", "differs");
	gives("flush", OK, ask(FLUSH, 0, NULL, 0));
	gives("nothing", OK, ask(IN, 0, NULL, 0));
}

/* However it is cut up. */
static void test_pieces(void)
{
	struct vq_seg odd[] = {
		seg(&header[0], 5), seg((u8 *)&header[0] + 5, 11), seg(data, 1), seg(data + 1, 4094),
		seg(data + 4095, 4097 + 7), seg(data + 8199, 505), seg(&status[0], 1),
	};
	struct vq_seg one[] = { seg(other, 16), seg(other + 4096, 1025) };
	struct vq_seg many[130];
	u32 i;

	mark(data, 100, 8704, 1);
	gives("aligned-write", OK, ask(OUT, 100, data, 8704));
	memset(data, 0, 8704);
	header[0] = (struct header){ IN, 0, 100 };
	gives("odd-read", OK, raw(odd, 2, 5));
	check(is_marked(data, 100, 8704, 1), "odd-read-data", "differs");
	mark(data, 300, 8704, 2);
	header[0] = (struct header){ OUT, 0, 300 };
	gives("odd-write", OK, raw(odd, 6, 1));
	memset(data, 0, 8704);
	gives("aligned-read", OK, ask(IN, 300, data, 8704));
	check(is_marked(data, 300, 8704, 2), "odd-write-data", "differs");

	/* The status behind the data in one segment; the header before them in one. */
	*(struct header *)other = (struct header){ IN, 0, 300 };
	other[4096 + 1024] = NO_ANSWER;
	raw(one, 1, 1);
	gives("status-with-data", OK, other[4096 + 1024]);
	check(is_marked(other + 4096, 300, 1024, 2), "status-with-data-data", "differs");

	mark(data, 400, 128 * 4096, 3);
	many[0] = seg(&header[0], 16);
	for (i = 0; i < 128; i++)
		many[1 + i] = seg(data + (i * 37 % 128) * 4096, 4096);
	many[129] = seg(&status[0], 1);
	header[0] = (struct header){ OUT, 0, 400 };
	gives("many-segments-write", OK, raw(many, 129, 1));
	memset(data, 0, 128 * 4096);
	header[0] = (struct header){ IN, 0, 400 };
	gives("many-segments-read", OK, raw(many, 1, 129));
	check(is_marked(data, 400, 128 * 4096, 3), "many-segments", "differs");
}

static void test_clear(void)
{
	struct range r[33];
	u32 i;

	mark(data, 2048, 65536, 4);
	gives("fill", OK, ask(OUT, 2048, data, 65536));
	r[0] = (struct range){ 2048, 16, 0 };
	r[1] = (struct range){ 2096, 8, 1 };
	gives("write-zeroes", OK, ask(ZEROES, 0, r, 32));
	gives("read-back", OK, ask(IN, 2048, data, 65536));
	check(is_zero(data, 8192) && is_marked(data + 8192, 2064, 16384, 4) &&
	      is_zero(data + 24576, 4096) && is_marked(data + 28672, 2104, 36864, 4),
	      "zeroes", "not where they should be");
	if (virtio_offers(&dev) & VIRTIO_BIT(F_DISCARD)) {
		r[0] = (struct range){ 2112, 8, 0 };
		gives("discard", OK, ask(DISCARD, 0, r, 16));
		gives("read-discarded", OK, ask(IN, 2112, data, 4096));
		check(is_zero(data, 4096), "discarded", "is there still");
		r[0].flags = 1;
		gives("discard-flags", UNSUPP, ask(DISCARD, 0, r, 16));
	} else {
		gives("no-discard", UNSUPP, ask(DISCARD, 0, r, 16));
	}
	r[0] = (struct range){ 2112, 8, 2 };
	gives("zeroes-flags", UNSUPP, ask(ZEROES, 0, r, 16));
	r[0] = (struct range){ sectors - 4, 8, 0 };
	gives("zeroes-beyond", IOERR, ask(ZEROES, 0, r, 16));
	r[0] = (struct range){ ~0ULL, 8, 0 };
	gives("zeroes-overflow", IOERR, ask(ZEROES, 0, r, 16));
	r[0] = (struct range){ 2112, 0, 0 };
	gives("zeroes-none", IOERR, ask(ZEROES, 0, r, 16));
	r[0].sectors = ~0u;
	gives("zeroes-too-many", IOERR, ask(ZEROES, 0, r, 16));
	gives("zeroes-no-range", IOERR, ask(ZEROES, 0, NULL, 0));
	gives("zeroes-half-a-range", IOERR, ask(ZEROES, 0, r, 24));
	for (i = 0; i < ARRAY_SIZE(r); i++)
		r[i] = (struct range){ 2112, read32(dev.config + BLK_SIZE) / SECTOR, 0 };
	gives("zeroes-33-ranges", IOERR, ask(ZEROES, 0, r, sizeof(r)));
	gives("zeroes-32-ranges", OK, ask(ZEROES, 0, r, 32 * sizeof(r[0])));
}

static void test_wrong(void)
{
	struct vq_seg nowhere[] = {
		seg(&header[0], 16), seg((void *)TOP, 4096), seg(&status[0], 1),
	};
	struct vq_seg short_header[] = { seg(&header[0], 15), seg(&status[0], 1) };

	gives("beyond", IOERR, ask(IN, sectors, data, 512));
	gives("across-the-end", IOERR, ask(OUT, sectors - 1, data, 1024));
	gives("far-beyond", IOERR, ask(IN, 1ULL << 55, data, 512));
	gives("sector-overflow", IOERR, ask(IN, ~0ULL, data, 1024));
	gives("odd-length", IOERR, ask(IN, 64, data, 100));
	gives("no-such-type", UNSUPP, ask(77, 64, data, 512));
	gives("scsi", UNSUPP, ask(2, 64, data, 512));
	header[0] = (struct header){ IN, 0, 64 };
	gives("short-header", IOERR, raw(short_header, 1, 1));
	gives("read-to-nowhere", IOERR, raw(nowhere, 1, 2));
	header[0].type = OUT;
	gives("write-from-nowhere", IOERR, raw(nowhere, 2, 1));
	nowhere[1].addr = TOP - 2048;
	gives("write-half-from-nowhere", IOERR, raw(nowhere, 2, 1));
	header[0].type = IN;
	gives("read-half-to-nowhere", IOERR, raw(nowhere, 1, 2));
	nowhere[0].addr = 1ULL << 51;
	nowhere[1].len = 512;
	gives("header-nowhere", IOERR, raw(nowhere, 1, 2));
}

/* Where there is no place for an answer. */
static void test_no_status(u64 features)
{
	struct vq_seg segs[] = { seg(&header[0], 16), seg((void *)TOP, 1) };
	u32 what, ms;

	for (what = 0; what < 2; what++) {
		header[0] = (struct header){ FLUSH, 0, 0 };
		vq_add(&vq, 0, segs, 1, what, indirect);
		vq_kick(&vq);
		for (ms = 5000; ms && !(virtio_status(&dev) & VIRTIO_NEEDS_RESET); ms--)
			delay_us(1000);
		check(ms, what ? "status-nowhere" : "no-status", "not told to reset");
		check(start(features), "resets", "status %x", virtio_status(&dev));
		gives("good-again", OK, ask(IN, 64, data, 4096));
	}
}

/* Many at once, done in whatever order. */
static void test_many(void)
{
	u32 round, i, len, bad = 0, missing = 0;
	struct vq_seg segs[3];
	u16 id;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < VQ_IDS; i++) {
			u64 at = 4096 + i * 32;

			if (!round)
				mark(data + i * 16384, at, 16384, 5);
			else
				memset(data + i * 16384, 0, 16384);
			header[i] = (struct header){ round ? IN : OUT, 0, at };
			status[i] = NO_ANSWER;
			segs[0] = seg(&header[i], 16);
			segs[1] = seg(data + i * 16384, (1 + i % 4) * 4096);
			segs[2] = seg(&status[i], 1);
			vq_add(&vq, i, segs, round ? 1 : 2, round ? 2 : 1, indirect);
		}
		vq_kick(&vq);
		for (i = 0; i < VQ_IDS; i++)
			missing += !vq_wait(&vq, &id, &len);
		for (i = 0; i < VQ_IDS; i++)
			bad += status[i] != OK;
	}
	for (i = 0; i < VQ_IDS; i++)
		bad += !is_marked(data + i * 16384, 4096 + i * 32, (1 + i % 4) * 4096, 5);
	check(!missing && !bad, "many", "%u missing, %u bad", missing, bad);
}

/* Requests that nobody waits for. */
static void begin_many(void)
{
	struct vq_seg segs[3];
	u32 i;

	for (i = 0; i < 32; i++) {
		header[i] = (struct header){ i % 8 == 7 ? FLUSH : i % 2 ? OUT : IN, 0, 4096 + i * 32 };
		segs[0] = seg(&header[i], 16);
		segs[1] = i % 8 == 7 ? seg(&status[i], 1) : seg(data + i * 16384, 16384);
		segs[2] = seg(&status[i], 1);
		vq_add(&vq, i, segs, i % 8 == 7 || !(i % 2) ? 1 : 2, i % 8 == 7 || i % 2 ? 1 : 2,
		       indirect);
	}
	vq_kick(&vq);
}

/* After a reset the device leaves memory alone. */
static void test_resets(u64 features)
{
	u32 round, i, touched = 0, failed = 0;

	for (round = 0; round < 8; round++) {
		begin_many();
		if (round % 2 && dev.features & VIRTIO_BIT(VIRTIO_RESET_RING)) {
			failed += !vq_reset(&vq);
			vq_setup(&vq, &dev, 0, &ring);
		} else {
			failed += !start(features);
		}
		memset(data, round, sizeof(data));
		memset((void *)status, NO_ANSWER, sizeof(status));
		delay_us(2000);
		for (i = 0; i < sizeof(data); i++)
			touched += data[i] != round;
		for (i = 0; i < 32; i++)
			touched += status[i] != NO_ANSWER;
		failed += ask(IN, 64, data, 4096) != OK;
	}
	check(!failed && !touched, "reset-during-io", "%u failed, %u bytes touched", failed, touched);
}

static void test_write_through(void)
{
	volatile u8 *writeback = (u8 *)dev.config + WRITEBACK;

	if (!(virtio_offers(&dev) & VIRTIO_BIT(F_CONFIG_WCE))) {
		skip("writeback", "not offered");
		return;
	}
	check(*writeback == 1, "writeback", "%u", *writeback);
	*writeback = 0;
	check(*writeback == 0, "writethrough", "%u", *writeback);
	mark(data, 64, 8192, 6);
	gives("write-through", OK, ask(OUT, 64, data, 8192));
	*writeback = 1;
	check(*writeback == 1, "writeback-again", "%u", *writeback);
}

static void test_all(void)
{
	static const u64 modes[] = {
		0, VIRTIO_BIT(VIRTIO_EVENT_IDX), VIRTIO_BIT(VIRTIO_PACKED),
		VIRTIO_BIT(VIRTIO_PACKED) | VIRTIO_BIT(VIRTIO_EVENT_IDX),
	};
	u64 blk = VIRTIO_BIT(F_FLUSH) | VIRTIO_BIT(F_CONFIG_WCE) | VIRTIO_BIT(F_DISCARD) |
		  VIRTIO_BIT(F_ZEROES) | VIRTIO_BIT(VIRTIO_INDIRECT) | VIRTIO_BIT(VIRTIO_RESET_RING);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		indirect = i & 1;
		if (!check(start(modes[i] | blk), "starts", "status %x", virtio_status(&dev)))
			return;
		test_rw();
		test_pieces();
		test_many();
		test_resets(modes[i] | blk);
	}
	test_config();
	test_id();
	test_clear();
	test_wrong();
	test_no_status(modes[i - 1] | blk);
	test_write_through();
}

static void test_ro(void)
{
	struct range r = { 64, 8, 0 };

	check(start(VIRTIO_BIT(F_RO)), "starts", "status %x", virtio_status(&dev));
	check(virtio_offers(&dev) & VIRTIO_BIT(F_RO), "is-ro", "not told");
	gives("ro-read", OK, ask(IN, 64, data, 4096));
	gives("ro-write", IOERR, ask(OUT, 64, data, 4096));
	gives("ro-flush", OK, ask(FLUSH, 0, NULL, 0));
	gives("ro-zeroes", IOERR, ask(ZEROES, 0, &r, 16));
	check(ask(DISCARD, 0, &r, 16) != OK, "ro-discard", "went well");
}

static void fill(bool verify)
{
	u64 at, n;
	u32 bad = 0;

	start(VIRTIO_BIT(F_FLUSH) | VIRTIO_BIT(VIRTIO_INDIRECT));
	for (at = 0; at < sectors; at += n) {
		n = sectors - at < sizeof(data) / SECTOR ? sectors - at : sizeof(data) / SECTOR;
		if (!verify)
			mark(data, at, n * SECTOR, 8);
		bad += ask(verify ? IN : OUT, at, data, n * SECTOR) != OK;
		bad += !is_marked(data, at, n * SECTOR, 8);
	}
	bad += ask(FLUSH, 0, NULL, 0) != OK;
	check(!bad, verify ? "verify" : "fill", "%u bad", bad);
}

static void test_short(void)
{
	start(VIRTIO_BIT(F_FLUSH));
	gives("before-the-end", OK, ask(IN, sectors - 4096, data, 4096));
	gives("behind-the-end", IOERR, ask(IN, sectors - 2048, data, 4096));
	gives("across-the-end", IOERR, ask(IN, sectors - 2048 - 8, data, 8192));
	gives("and-before", OK, ask(IN, sectors - 4096, data, 4096));
}

static void test_full(void)
{
	u64 at;
	u8 got = OK;

	start(VIRTIO_BIT(F_FLUSH));
	mark(data, 0, sizeof(data), 0);
	for (at = 0; at + 2048 <= sectors && got == OK; at += 2048)
		got = ask(OUT, at, data, sizeof(data));
	gives("full", IOERR, got);
	gives("full-read", OK, ask(IN, 0, data, 4096));
	check(is_marked(data, 0, 4096, 0), "full-data", "differs");
}

static void busy(void)
{
	u32 len;
	u16 id;

	start(VIRTIO_BIT(F_FLUSH) | VIRTIO_BIT(VIRTIO_INDIRECT));
	for (;;) {
		u32 i;

		begin_many();
		for (i = 0; i < 32; i++)
			vq_wait(&vq, &id, &len);
		print("round\n");
	}
}

/* What it has said is there, whatever happens: sector n has been written as often as it says. */
static void flush_for_ever(void)
{
	u32 n;

	start(VIRTIO_BIT(F_FLUSH));
	for (n = 1;; n++) {
		mark(data, 64 + n % 64, SECTOR, n);
		if (ask(OUT, 64 + n % 64, data, SECTOR) != OK || ask(FLUSH, 0, NULL, 0) != OK)
			print("failed\n");
		print("flushed %u\n", n);
	}
}

static volatile u32 interrupts;

static void on_interrupt(struct frame *frame)
{
	interrupts++;
	lapic_eoi();
}

static void put_read(u16 id)
{
	struct vq_seg segs[3] = {
		seg(&header[id], 16), seg(data + id * 4096, 4096), seg(&status[id], 1),
	};

	header[id] = (struct header){ IN, 0, random32() % (u32)(sectors / 8) * 8 };
	vq_add(&vq, id, segs, 1, 2, true);
}

/* @depth random reads of 4 KiB in flight, until @n are done. */
static u64 bench_reads(u32 depth, u32 n)
{
	u32 put = depth, done = 0, len, i;
	u64 begin = rdtsc();
	u16 id;

	for (i = 0; i < depth; i++)
		put_read(i);
	vq_kick(&vq);
	while (done < n) {
		u32 before = put;

		for (; vq_take(&vq, &id, &len); done++)
			if (put < n) {
				put_read(id);
				put++;
			}
		if (put != before)
			vq_kick(&vq);
		else if (done < n)
			wait_irq();
	}
	return div64(rdtsc() - begin, n);
}

static void bench(u32 depth)
{
	u32 n = number("n", 200) / depth * depth ?: depth, i;
	u64 best = ~0ULL, v;

	for (i = 0; i < 5; i++) {
		v = bench_reads(depth, n);
		best = v < best ? v : best;
	}
	print("bench disk-read-qd%u %llu\n", depth, best);
}

static void benches(void)
{
	u32 depth = number("depth", 0);

	irq_disable();
	lapic_enable();
	trap_set(VECTOR, on_interrupt);
	interrupting = true;
	if (!check(start(VIRTIO_BIT(VIRTIO_INDIRECT) | VIRTIO_BIT(VIRTIO_EVENT_IDX)), "starts",
		   "status %x", virtio_status(&dev)))
		return;
	if (depth) {
		bench(depth);
	} else {
		bench(1);
		bench(32);
	}
}

void guest_main(void)
{
	char what[16] = "all";

	if (argument("do"))
		memcpy(what, argument("do"), sizeof(what) - 1);
	if (!virtio_find(&dev, VIRTIO_BLK, 0)) {
		check(false, "disk", "none");
		return;
	}
	sectors = *(volatile u32 *)(dev.config + CAPACITY) |
		  (u64)read32(dev.config + CAPACITY + 4) << 32;
	check(sectors == number("sectors", sectors), "sectors", "%llu", sectors);
	if (!strcmp(what, "bench"))
		benches();
	else if (!strcmp(what, "ro"))
		test_ro();
	else if (!strcmp(what, "fill") || !strcmp(what, "verify"))
		fill(what[0] == 'v');
	else if (!strcmp(what, "short"))
		test_short();
	else if (!strcmp(what, "full"))
		test_full();
	else if (!strcmp(what, "busy"))
		busy();
	else if (!strcmp(what, "flush"))
		flush_for_ever();
	else
		test_all();
}
