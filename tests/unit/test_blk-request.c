// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver of a disk asks for: what makes sense, what does not, and where in its chain data
 * and status are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include <linux/virtio_blk.h>
#include "dev/virtio/blk-request.h"

#define SECTORS		1000
#define HEADER		((u32)sizeof(struct blk_header))
#define LAST		((1ULL << 54) - 1)

static struct blk_disk disk;
static struct blk_cmd cmd;

static int setup(void **state)
{
	disk = (struct blk_disk){ .sectors = SECTORS, .discard = true };
	return 0;
}

/* @out bytes of data behind the header, @in before the status. */
static u8 parse(u32 type, u64 sector, u32 out, u32 in)
{
	const struct blk_header header = { .type = type, .sector = sector };

	return blk_parse(&disk, &header, HEADER + out, in + 1, &cmd);
}

static u8 parse_range(enum blk_op op, u64 sector, u32 sectors, u32 flags, struct blk_range *range)
{
	const struct blk_raw_range raw = { sector, sectors, flags };

	return blk_parse_range(&disk, op, &raw, range);
}

static void test_read_and_write(void **state)
{
	assert_int_equal(parse(VIRTIO_BLK_T_IN, 7, 0, 4096), VIRTIO_BLK_S_OK);
	assert_int_equal(cmd.op, BLK_READ);
	assert_int_equal(cmd.pos, 7 * 512);
	assert_int_equal(cmd.len, 4096);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, 8, 512, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(cmd.op, BLK_WRITE);
	assert_int_equal(cmd.pos, 8 * 512);
	assert_int_equal(cmd.len, 512);
	assert_int_equal(parse(VIRTIO_BLK_T_IN, 7, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(cmd.len, 0);
}

static void test_the_end(void **state)
{
	assert_int_equal(parse(VIRTIO_BLK_T_IN, SECTORS - 1, 0, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(parse(VIRTIO_BLK_T_IN, SECTORS - 1, 0, 1024), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_IN, SECTORS, 0, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_IN, SECTORS, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, 0, (SECTORS + 1) * 512, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, U64_MAX, 512, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, U64_MAX / 512 + 1, 512, 0), VIRTIO_BLK_S_IOERR);
	disk.sectors = LAST + 1;
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, LAST, 512, 0), VIRTIO_BLK_S_OK);
	assert_true(cmd.pos == LAST * 512);
}

static void test_odd_lengths(void **state)
{
	assert_int_equal(parse(VIRTIO_BLK_T_IN, 0, 0, 511), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_IN, 0, 0, 513), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, 0, 1, 0), VIRTIO_BLK_S_IOERR);
	/* What the other side has more is nobody's. */
	assert_int_equal(parse(VIRTIO_BLK_T_IN, 0, 3, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, 0, 512, 3), VIRTIO_BLK_S_OK);
}

static void test_others(void **state)
{
	assert_int_equal(parse(VIRTIO_BLK_T_FLUSH, U64_MAX, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(cmd.op, BLK_FLUSH);
	assert_int_equal(parse(VIRTIO_BLK_T_GET_ID, U64_MAX, 0, 20), VIRTIO_BLK_S_OK);
	assert_int_equal(cmd.op, BLK_ID);
	assert_int_equal(cmd.len, 20);
	assert_int_equal(parse(VIRTIO_BLK_T_SCSI_CMD, 0, 512, 0), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT | VIRTIO_BLK_T_BARRIER, 0, 512, 0),
			 VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(parse(VIRTIO_BLK_T_SECURE_ERASE, 0, 16, 0), VIRTIO_BLK_S_UNSUPP);
}

static void test_read_only(void **state)
{
	disk.ro = true;
	assert_int_equal(parse(VIRTIO_BLK_T_IN, 0, 0, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(parse(VIRTIO_BLK_T_FLUSH, 0, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, 0, 512, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_OUT, 0, 0, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_DISCARD, 0, 16, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, 0), VIRTIO_BLK_S_IOERR);
}

static void test_number_of_ranges(void **state)
{
	assert_int_equal(parse(VIRTIO_BLK_T_DISCARD, 0, 32, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(cmd.op, BLK_DISCARD);
	assert_int_equal(cmd.ranges, 2);
	assert_int_equal(parse(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16 * BLK_RANGES_MAX, 0),
			 VIRTIO_BLK_S_OK);
	assert_int_equal(cmd.op, BLK_ZEROES);
	assert_int_equal(cmd.ranges, BLK_RANGES_MAX);
	assert_int_equal(parse(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16 * (BLK_RANGES_MAX + 1), 0),
			 VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_DISCARD, 0, 0, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse(VIRTIO_BLK_T_DISCARD, 0, 24, 0), VIRTIO_BLK_S_IOERR);
	disk.discard = false;
	assert_int_equal(parse(VIRTIO_BLK_T_DISCARD, 0, 16, 0), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(parse(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, 0), VIRTIO_BLK_S_OK);
}

static void test_ranges(void **state)
{
	struct blk_range range;

	assert_int_equal(parse_range(BLK_DISCARD, 3, 5, 0, &range), VIRTIO_BLK_S_OK);
	assert_true(range.pos == 3 * 512 && range.len == 5 * 512 && range.unmap);
	assert_int_equal(parse_range(BLK_ZEROES, 3, 5, 0, &range), VIRTIO_BLK_S_OK);
	assert_false(range.unmap);
	assert_int_equal(parse_range(BLK_ZEROES, 3, 5, 1, &range), VIRTIO_BLK_S_OK);
	assert_true(range.unmap);
	assert_int_equal(parse_range(BLK_DISCARD, 3, 5, 1, &range), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(parse_range(BLK_ZEROES, 3, 5, 2, &range), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(parse_range(BLK_ZEROES, 3, 0, 0, &range), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse_range(BLK_ZEROES, SECTORS - 5, 5, 0, &range), VIRTIO_BLK_S_OK);
	assert_int_equal(parse_range(BLK_ZEROES, SECTORS - 5, 6, 0, &range), VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse_range(BLK_ZEROES, U64_MAX, 5, 0, &range), VIRTIO_BLK_S_IOERR);
	disk.sectors = 1ULL << 40;
	assert_int_equal(parse_range(BLK_ZEROES, 0, BLK_ZEROES_MAX, 0, &range), VIRTIO_BLK_S_OK);
	assert_int_equal(parse_range(BLK_ZEROES, 0, BLK_ZEROES_MAX + 1, 0, &range),
			 VIRTIO_BLK_S_IOERR);
	assert_int_equal(parse_range(BLK_DISCARD, 0, BLK_DISCARD_MAX, 0, &range),
			 VIRTIO_BLK_S_OK);
	assert_true(range.len == 2ULL << 30);
	assert_int_equal(parse_range(BLK_DISCARD, 0, U32_MAX, 0, &range), VIRTIO_BLK_S_IOERR);
}

static void assert_at(const struct ring_chain *chain, enum blk_op op, u32 done, u64 gpa)
{
	struct blk_cursor at = blk_data_at(chain, op, done);

	assert_true(at.offset < at.seg->len);
	assert_true(at.seg->gpa + at.offset == gpa);
}

static void test_places(void **state)
{
	const struct ring_chain chain = {
		.nread = 3, .nwrite = 3,
		.seg = { { 100, 10 }, { 200, 7 }, { 300, 511 }, { 400, 1 }, { 500, 511 }, { 600, 1 } },
	};
	const struct ring_chain one = {
		.nread = 1, .nwrite = 1, .seg = { { 0, 16 + 512 }, { 1000, 513 } },
	};

	assert_at(&chain, BLK_WRITE, 0, 206);
	assert_at(&chain, BLK_WRITE, 1, 300);
	assert_at(&chain, BLK_WRITE, 511, 810);
	assert_at(&chain, BLK_READ, 0, 400);
	assert_at(&chain, BLK_READ, 1, 500);
	assert_at(&chain, BLK_READ, 511, 1010);
	assert_true(blk_status_at(&chain) == 600);
	assert_at(&one, BLK_WRITE, 511, 527);
	assert_at(&one, BLK_READ, 511, 1511);
	assert_true(blk_status_at(&one) == 1512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_read_and_write, setup),
		cmocka_unit_test_setup(test_the_end, setup),
		cmocka_unit_test_setup(test_odd_lengths, setup),
		cmocka_unit_test_setup(test_others, setup),
		cmocka_unit_test_setup(test_read_only, setup),
		cmocka_unit_test_setup(test_number_of_ranges, setup),
		cmocka_unit_test_setup(test_ranges, setup),
		cmocka_unit_test_setup(test_places, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
