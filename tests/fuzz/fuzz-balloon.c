// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-balloon.c - any driver of a memory balloon
 *
 * The input is page numbers, buffers and statistics. What is to be taken from the guest is exactly
 * the pages that it named, each once, and of RAM only.
 */
#include <string.h>
#include <linux/kernel.h>
#include <asm/byteorder.h>
#include "dev/virtio/balloon-proto.h"
#include "program.h"

#define PAGES	1024	/* of a small machine, whose RAM has holes */

static bool contains(const void *ctx, u64 gpa)
{
	u64 page = gpa / BALLOON_PAGE;

	return page < PAGES && page % 64 != 63 && page / 256 != 2;
}

static u32 some_page(struct input *in)
{
	u8 how = take(in, 1);

	return how < 8 ? take(in, 4) : take(in, 2) % (PAGES + 8);
}

static void check_pages(struct input *in)
{
	static bool named[PAGES];
	unsigned int n = take(in, 1) + 1, i, nranges;
	/* Of these sizes exactly: ASan looks after the ends. */
	struct ram_range *range = malloc(n * sizeof(*range));
	__le32 *pfn = malloc(n * sizeof(*pfn));
	u64 at, end = 0;

	memset(named, 0, sizeof(named));
	for (i = 0; i < n; i++) {
		u32 page = some_page(in);

		pfn[i] = cpu_to_le32(page);
		if (contains(NULL, page * BALLOON_PAGE))
			named[page] = true;
	}
	nranges = balloon_ranges(pfn, n, contains, NULL, range);
	CHECK(nranges <= n);
	for (i = 0; i < nranges; i++) {
		CHECK(range[i].len && range[i].len % BALLOON_PAGE == 0);
		CHECK(range[i].gpa % BALLOON_PAGE == 0 && (!i || range[i].gpa > end));
		end = range[i].gpa + range[i].len;
		for (at = range[i].gpa; at < end; at += BALLOON_PAGE) {
			CHECK(contains(NULL, at) && named[at / BALLOON_PAGE]);
			named[at / BALLOON_PAGE] = false;
		}
	}
	for (i = 0; i < PAGES; i++)
		CHECK(!named[i]);
	free(range);
	free(pfn);
}

static void check_buffer(struct input *in)
{
	struct ring_seg seg = { take(in, 8), take(in, 4) };
	struct ram_range range;

	if (seg.gpa + seg.len < seg.gpa || !seg.len || !balloon_seg_range(&seg, &range))
		return;
	CHECK(range.gpa % BALLOON_PAGE == 0 && range.len % BALLOON_PAGE == 0 && range.len);
	CHECK(range.gpa >= seg.gpa && range.gpa + range.len <= seg.gpa + seg.len);
	CHECK(range.gpa - seg.gpa < BALLOON_PAGE);
	CHECK(seg.gpa + seg.len - (range.gpa + range.len) < BALLOON_PAGE);
}

static void check_stats(struct input *in)
{
	unsigned int n = take(in, 1) % 17;
	struct balloon_stat *stat = malloc(n * sizeof(*stat) + 1);
	struct balloon_stats stats = { };
	unsigned int i;

	for (i = 0; i < n; i++)
		stat[i] = (struct balloon_stat){ cpu_to_le16(take(in, 2)), cpu_to_le64(take(in, 8)) };
	balloon_take_stats(&stats, stat, n);
	CHECK(!(stats.has >> BALLOON_STATS));
	for (i = 0; i < BALLOON_STATS; i++)
		CHECK(stats.has >> i & 1 || !stats.val[i]);
	free(stat);
}

static void check_config(struct input *in)
{
	struct virtio_balloon_config config = { cpu_to_le32(5) };
	u32 offset = take(in, 1) % 16, size = 1 << take(in, 1) % 4;

	if (balloon_config_written(&config, offset, size, take(in, 8)))
		CHECK(size == 4 && (offset == 4 || offset == 12));
	CHECK(config.num_pages == cpu_to_le32(5) && !config.free_page_hint_cmd_id);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };

	while (in.left) {
		switch (take(&in, 1) % 4) {
		case 0:
			check_pages(&in);
			break;
		case 1:
			check_buffer(&in);
			break;
		case 2:
			check_stats(&in);
			break;
		default:
			check_config(&in);
			break;
		}
	}
	return 0;
}
