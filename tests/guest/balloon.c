// SPDX-License-Identifier: GPL-2.0-only
/*
 * balloon: a driver of the memory balloon, right and wrong
 *
 * do=all (default): what is given up reads as zeroes, what is not stays; numbers and buffers that
 * make no sense; pages that devices use. do=follow: fill 64 MiB, say so, then follow the target that
 * the host sets, up to that much, and say how large the balloon is.
 */
#include "virtio.h"

#define PAGE		4096UL
#define FIELD		(32UL << 20)	/* the RAM that is played with */
#define FIELD_PAGES	(64UL << 8)
#define FIRST		(FIELD / PAGE)
#define PFNS		16384

enum { F_MUST_TELL_HOST = 0, F_STATS, F_DEFLATE_ON_OOM, F_FREE_PAGE_HINT, F_POISON, F_REPORTING };
enum { NUM_PAGES = 0, ACTUAL = 4, POISON = 12 };	/* configuration */
enum { INFLATE, DEFLATE, STATS, REPORT_OF_LINUX, REPORT, QUEUES };

struct stat {
	u16 tag;
	u64 val;
} __attribute__((packed));

static struct virtio dev;
static struct virtqueue vq[QUEUES];
static struct vq_memory ring[QUEUES];
static u32 pfn[PFNS] __attribute__((aligned(4096)));
static struct stat stats[4];
static const u64 everything = VIRTIO_BIT(F_STATS) | VIRTIO_BIT(F_DEFLATE_ON_OOM) |
	VIRTIO_BIT(F_REPORTING) | VIRTIO_BIT(VIRTIO_INDIRECT) | VIRTIO_BIT(VIRTIO_EVENT_IDX);

static struct vq_seg seg(ulong at, u32 len)
{
	return (struct vq_seg){ at, len };
}

static bool start(u64 features)
{
	u16 i;

	if (!virtio_reset(&dev) || !virtio_negotiate(&dev, features))
		return false;
	for (i = 0; i < QUEUES; i++)
		vq_setup(&vq[i], &dev, i, &ring[i]);
	virtio_ready(&dev);
	return true;
}

/* A chain to its end. */
static bool give(u16 queue, const struct vq_seg *segs, u32 nread, u32 nwrite)
{
	u16 id;
	u32 len;

	vq_add(&vq[queue], 0, segs, nread, nwrite, nread + nwrite > VQ_DIRECT);
	vq_kick(&vq[queue]);
	return vq_wait(&vq[queue], &id, &len) && !id;
}

static bool give_pfns(u16 queue, u32 n)
{
	struct vq_seg s = seg((ulong)pfn, n * sizeof(*pfn));

	return give(queue, &s, 1, 0);
}

static bool give_range(u16 queue, u64 at, u32 len)
{
	struct vq_seg s = seg(at, len);

	return give(queue, &s, 0, 1);
}

/* Pages with their numbers in them. */

static u64 *page(ulong i)
{
	return (u64 *)(FIELD + i * PAGE);
}

static void fill(ulong from, ulong n)
{
	for (; n; n--, from++) {
		page(from)[0] = from + 1;
		page(from)[511] = ~from;
	}
}

static bool are_full(ulong from, ulong n)
{
	for (; n; n--, from++)
		if (READ_ONCE(page(from)[0]) != from + 1 || READ_ONCE(page(from)[511]) != ~from)
			return false;
	return true;
}

static bool are_empty(ulong from, ulong n)
{
	for (; n; n--, from++)
		if (READ_ONCE(page(from)[0]) || READ_ONCE(page(from)[511]))
			return false;
	return true;
}

static void test_config(void)
{
	u64 offers = virtio_offers(&dev);

	check((offers & 0x3f) == 0x36, "features", "%llx", offers);
	check(virtio_queues(&dev) == QUEUES, "queues", "%u", virtio_queues(&dev));
	check(!read32(dev.config + ACTUAL), "actual", "%u", read32(dev.config + ACTUAL));
	write32(dev.config + NUM_PAGES, 5);
	check(read32(dev.config + NUM_PAGES) != 5, "target is the host's", "it can be written");
}

static void test_inflate(const char *how, u64 features)
{
	u32 i;

	if (!check(start(features), how, "status %x", virtio_status(&dev)))
		return;
	fill(0, 1024);
	for (i = 0; i < 256; i++)
		pfn[i] = FIRST + 255 - i;
	check(give_pfns(INFLATE, 256), "inflates", "no answer");
	check(are_empty(0, 256) && are_full(256, 768), "what is inflated is gone", "or something else is");
	fill(0, 256);
	check(are_full(0, 256), "and can be used again", "no");
	check(give_pfns(DEFLATE, 256), "deflates", "no answer");
	check(are_full(0, 1024), "deflating changes nothing", "it does");

	/* One here, one there, in no order, each twice. */
	for (i = 0; i < 256; i++)
		pfn[i] = FIRST + i * 3 % 128 * 2;
	check(give_pfns(INFLATE, 256), "single pages", "no answer");
	for (i = 0; i < 256 && are_empty(i, 1) && are_full(i + 1, 1); i += 2)
		;
	check(i == 256, "go, and their neighbours stay", "not %u", i);

	/* More than are looked at together. */
	fill(0, FIELD_PAGES / 4);
	for (i = 0; i < FIELD_PAGES / 4; i++)
		pfn[i] = FIRST + i;
	check(give_pfns(INFLATE, FIELD_PAGES / 4), "many", "no answer");
	check(are_empty(0, FIELD_PAGES / 4), "all of them", "no");
}

static void test_wrong_pages(void)
{
	static const u32 wrong[] = {
		0xffffffff, 0xfffff, 0x100000, 0xc0000, 0xe0000, 0xfec00, 0xfee00, 0x8000, 0x80000000,
	};
	struct vq_seg segs[2];
	u32 i;

	fill(0, 16);
	for (i = 0; i < 1024; i++)
		pfn[i] = i == 512 ? FIRST + 3 : wrong[i % ARRAY_SIZE(wrong)];
	check(give_pfns(INFLATE, 1024), "pages outside RAM", "no answer");
	check(are_empty(3, 1), "the one inside goes", "no");
	check(are_full(0, 3) && are_full(4, 12), "the others stay", "no");
	for (i = 0; i < PFNS; i++)
		pfn[i] = FIRST + 5;
	check(give_pfns(INFLATE, PFNS), "the same again and again", "no answer");
	check(are_empty(5, 1) && are_full(4, 1) && are_full(6, 1), "is one page", "no");
	pfn[0] = FIRST + 7;
	pfn[1] = FIRST + 8;
	segs[0] = seg((ulong)pfn, 7);
	check(give(INFLATE, segs, 1, 0), "half a number", "no answer");
	check(are_empty(7, 1) && are_full(8, 1), "is none", "it is");
	segs[0] = seg((ulong)pfn, 3);
	check(give(INFLATE, segs, 1, 0), "no number", "no answer");
	check(give_range(INFLATE, FIELD, 4096), "something to write to", "no answer");
	check(are_full(0, 1), "is not touched", "it is");
}

static void test_unreadable(void)
{
	struct vq_seg s = seg(1UL << 40, 1024);
	u32 tries = 100000;

	vq_add(&vq[INFLATE], 0, &s, 1, 0, false);
	vq_kick(&vq[INFLATE]);
	while (!(virtio_status(&dev) & VIRTIO_NEEDS_RESET) && tries--)
		delay_us(50);
	check(virtio_status(&dev) & VIRTIO_NEEDS_RESET, "numbers outside RAM", "status %x",
	      virtio_status(&dev));
}

static void test_report(u16 queue, const char *name)
{
	static const ulong outside[] = { 0xbffff000, 0xfee00000, 1UL << 32, -8192UL };
	struct vq_seg segs[32];
	u32 i;

	if (!check(start(everything), name, "status %x", virtio_status(&dev)))
		return;
	fill(0, FIELD_PAGES);
	for (i = 0; i < 16; i++)
		segs[i] = seg(FIELD + i * (2UL << 20), 2 << 20);
	check(give(queue, segs, 0, 16), "reports", "no answer");
	check(are_empty(0, 16 * 512), "what is reported is gone", "no");
	check(are_full(16 * 512, FIELD_PAGES - 16 * 512), "the rest is not", "it is");
	fill(0, 1024);
	check(give_range(queue, FIELD + 100, 10 * PAGE), "a part of pages", "no answer");
	check(are_full(0, 1) && are_empty(1, 9) && are_full(10, 1), "is the whole ones", "no");
	check(give_range(queue, FIELD + 20 * PAGE + 1, PAGE), "no whole page", "no answer");
	check(are_full(20, 3), "is none", "it is");
	for (i = 0; i < 4; i++)
		segs[i] = seg(outside[i], 8191);
	segs[4] = seg(FIELD + 30 * PAGE, PAGE);
	segs[5] = segs[4];
	segs[6] = seg(FIELD + 40 * PAGE, 0xf0000000);
	check(give(queue, segs, 0, 7), "buffers outside RAM", "no answer");
	check(are_empty(30, 1), "the one inside goes", "no");
	check(are_full(29, 1) && are_full(31, 64), "the others stay", "no");
}

static void test_poison(void)
{
	const u64 features = everything | VIRTIO_BIT(F_POISON);

	if (!check(start(features), "poison", "status %x", virtio_status(&dev)))
		return;
	fill(0, 16);
	write32(dev.config + POISON, 0xaaaaaaaa);
	check(read32(dev.config + POISON) == 0xaaaaaaaa, "poison is kept", "no");
	check(give_range(REPORT, FIELD, 16 * PAGE), "poisoned pages", "no answer");
	check(are_full(0, 16), "are left alone", "no");
	write32(dev.config + POISON, 0);
	check(give_range(REPORT, FIELD, 16 * PAGE), "pages that are zero", "no answer");
	check(are_empty(0, 16), "are not", "no");
	write32(dev.config + ACTUAL, 77);
	check(read32(dev.config + ACTUAL) == 77, "actual is kept", "no");
	check(virtio_reset(&dev) && !read32(dev.config + ACTUAL), "until a reset", "no");
}

/* The device goes on with a ring that is no longer ours, and comes to rest all the same. */
static void test_own_ring(void)
{
	struct vq_seg s;
	u16 id;
	u32 len;

	if (!check(start(everything), "its own ring", "status %x", virtio_status(&dev)))
		return;
	s = seg((ulong)&ring[REPORT], sizeof(ring[REPORT]) / PAGE * PAGE);
	vq_add(&vq[REPORT], 0, &s, 0, 1, false);
	vq_kick(&vq[REPORT]);
	for (len = 0; len < 20000 && READ_ONCE(ring[REPORT].desc[0].len); len++)
		delay_us(50);
	check(!READ_ONCE(ring[REPORT].desc[0].len), "is reported as free", "it is still there");
	vq_kick(&vq[REPORT]);
	check(!vq_take(&vq[REPORT], &id, &len), "nothing comes of it", "a chain");
	check(start(everything), "reset", "status %x", virtio_status(&dev));
	fill(0, 1);
	check(give_range(REPORT, FIELD, PAGE) && are_empty(0, 1), "works again", "no");
}

static void tell_stats(u64 free)
{
	struct vq_seg s = seg((ulong)stats, sizeof(stats));

	stats[0] = (struct stat){ 4, free };
	stats[1] = (struct stat){ 5, 128UL << 20 };
	stats[2] = (struct stat){ 77, 1 };
	stats[3] = (struct stat){ 2, 3 };
	vq_add(&vq[STATS], 0, &s, 1, 0, false);
	vq_kick(&vq[STATS]);
}

static void test_all(void)
{
	test_config();
	test_inflate("split", everything);
	test_inflate("packed", everything | VIRTIO_BIT(VIRTIO_PACKED));
	test_wrong_pages();
	test_unreadable();
	test_report(REPORT, "reporting");
	test_report(REPORT_OF_LINUX, "reporting, as Linux counts queues");
	test_poison();
	test_own_ring();
}

/* Each time the host asks for statistics, it is told how often it did. */
static void follow(void)
{
	u32 have = 0, want, asked = 0, i, n, len;
	u16 id;

	if (!check(start(everything), "follows", "status %x", virtio_status(&dev)))
		return;
	fill(0, FIELD_PAGES);
	tell_stats(asked);
	print("filled\n");
	for (;;) {
		want = read32(dev.config + NUM_PAGES);
		if (want > FIELD_PAGES)
			want = FIELD_PAGES;
		n = want > have ? want - have : have - want;
		for (i = 0; i < n; i++)
			pfn[i] = FIRST + (want > have ? have : want) + i;
		if (n && !check(give_pfns(want > have ? INFLATE : DEFLATE, n), "moves", "no answer"))
			return;
		if (want < have)
			fill(want, n);
		have = want;
		write32(dev.config + ACTUAL, have);
		if (n)
			print("balloon %u\n", have);
		if (vq_take(&vq[STATS], &id, &len))
			tell_stats(++asked);
		delay_us(1000);
	}
}

void guest_main(void)
{
	const char *what = argument("do");

	if (!check(virtio_find(&dev, VIRTIO_BALLOON, 0), "balloon", "none"))
		return;
	if (what && what[0] == 'f')
		follow();
	else
		test_all();
}
