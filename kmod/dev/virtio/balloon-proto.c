// SPDX-License-Identifier: GPL-2.0-only
/*
 * balloon-proto.c - what a memory balloon and its driver say to each other (virtio 1.2 §5.5)
 *
 * Pure: also compiled in userspace, for the tests. It may not look at guest memory.
 */
#include <asm/byteorder.h>
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/nospec.h>
#include <linux/sort.h>
#include <linux/stddef.h>
#include "balloon-proto.h"

enum balloon_role balloon_role(u64 features, unsigned int index)
{
	if (index == 0)
		return BALLOON_ROLE_INFLATE;
	if (index == 1)
		return BALLOON_ROLE_DEFLATE;
	if (index == BALLOON_QUEUE_STATS && (features & BIT_ULL(VIRTIO_BALLOON_F_STATS_VQ)))
		return BALLOON_ROLE_STATS;
	if (features & BIT_ULL(VIRTIO_BALLOON_F_REPORTING))
		return BALLOON_ROLE_REPORT;
	return BALLOON_ROLE_NONE;
}

void balloon_take_stats(struct balloon_stats *stats, const struct balloon_stat *stat,
			unsigned int n)
{
	u16 tag;

	for (; n; n--, stat++) {
		tag = le16_to_cpu(stat->tag);
		if (tag >= BALLOON_STATS)
			continue;
		tag = array_index_nospec(tag, BALLOON_STATS);
		stats->val[tag] = le64_to_cpu(stat->val);
		stats->has |= BIT(tag);
	}
}

static int compare_pfns(const void *a, const void *b)
{
	u32 x = le32_to_cpu(*(const __le32 *)a), y = le32_to_cpu(*(const __le32 *)b);

	return x < y ? -1 : x > y;
}

unsigned int balloon_ranges(__le32 *pfn, unsigned int n, bool (*contains)(const void *ctx, u64 gpa),
			    const void *ctx, struct ram_range *range)
{
	unsigned int i, nranges = 0;
	struct ram_range *last = NULL;
	u64 gpa;

	sort(pfn, n, sizeof(*pfn), compare_pfns, NULL);
	for (i = 0; i < n; i++) {
		gpa = le32_to_cpu(pfn[i]) * BALLOON_PAGE;
		if (!contains(ctx, gpa))
			continue;
		if (last && gpa < last->gpa + last->len)
			continue;	/* twice */
		if (last && gpa == last->gpa + last->len) {
			last->len += BALLOON_PAGE;
			continue;
		}
		last = &range[nranges++];
		*last = (struct ram_range){ gpa, BALLOON_PAGE };
	}
	return nranges;
}

bool balloon_seg_range(const struct ring_seg *seg, struct ram_range *range)
{
	u64 end = ALIGN_DOWN(seg->gpa + seg->len, BALLOON_PAGE);
	u64 start = ALIGN(seg->gpa, BALLOON_PAGE);

	/* The last page's end is 0 behind the end of the address space: no RAM is there. */
	if (start < seg->gpa || start >= end)
		return false;
	*range = (struct ram_range){ start, end - start };
	return true;
}

bool balloon_config_written(struct virtio_balloon_config *config, u32 offset, unsigned int size,
			    u64 val)
{
	if (size != sizeof(__le32))
		return false;
	if (offset == offsetof(struct virtio_balloon_config, actual))
		WRITE_ONCE(config->actual, cpu_to_le32(val));
	else if (offset == offsetof(struct virtio_balloon_config, poison_val))
		WRITE_ONCE(config->poison_val, cpu_to_le32(val));
	else
		return false;
	return true;
}

bool balloon_may_discard(u64 features, const struct virtio_balloon_config *config)
{
	return !(features & BIT_ULL(VIRTIO_BALLOON_F_PAGE_POISON)) ||
	       !READ_ONCE(config->poison_val);
}
