// SPDX-License-Identifier: GPL-2.0-only
/* MSI-X: the table, masks and what pends behind them, what a message means. */
#include "pins.h"
#include <errno.h>
#include "dev/msix.h"

#define SLOT	2
#define N	70		/* pending bits in two qwords, the second one not full */
#define OFFSET	0x800
#define PBA	(N * 16)
#define ENABLE	0x8000
#define MASKALL	0x4000

static struct vpci_bus bus;
static struct vpci_dev dev;
static struct msix msix;
static struct msix_vector vectors[N];
static struct apic_msg last;
static unsigned int sent;

static void send(struct vpci_bus *b, const struct apic_msg *msg)
{
	last = *msg;
	sent++;
}

static void no_line(struct vpci_bus *b, unsigned int gsi, bool level)
{
}

static void config_written(struct vpci_dev *d, unsigned int offset, unsigned int size)
{
	msix_config_written(&msix);
}

static void reset(struct vpci_dev *d)
{
	msix_reset(&msix);
}

static const struct vpci_bus_ops bus_ops = { .intx = no_line, .msi = send };
static const struct vpci_dev_ops dev_ops = { .config_written = config_written, .reset = reset };
static const struct vpci_ids ids = { .vendor = 1 };

static u64 config(unsigned int reg, unsigned int size)
{
	return vpci_mem_read(&bus, GUEST_ECAM_BASE + (SLOT << 15) + reg, size);
}

static void set_config(unsigned int reg, unsigned int size, u32 val)
{
	vpci_mem_write(&bus, GUEST_ECAM_BASE + (SLOT << 15) + reg, size, val);
}

static void control(u32 val)
{
	set_config(msix.cap + PCI_MSIX_FLAGS, 2, val);
}

static void program(unsigned int vector, u64 address, u32 data, u32 ctrl)
{
	msix_write(&msix, vector * 16, 8, address);
	msix_write(&msix, vector * 16 + 8, 4, data);
	msix_write(&msix, vector * 16 + 12, 4, ctrl);
}

static int setup(void **state)
{
	sent = 0;
	memset(vectors, 0x55, sizeof(vectors));
	vpci_bus_init(&bus, &bus_ops);
	vpci_dev_init(&dev, &dev_ops, &ids);
	vpci_add_bar(&dev, 1, VPCI_BAR_MEM32, 8192);
	assert_int_equal(msix_init(&msix, &dev, 1, OFFSET, vectors, N), 0);
	assert_int_equal(vpci_add(&bus, &dev, SLOT), 0);
	vpci_reset(&bus);
	set_config(PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	return 0;
}

static void test_capability(void **state)
{
	assert_int_equal(msix.cap, 0x40);
	assert_int_equal(config(0x40, 1), PCI_CAP_ID_MSIX);
	assert_int_equal(config(0x42, 2), N - 1);
	assert_int_equal(config(0x44, 4), OFFSET | 1);
	assert_int_equal(config(0x48, 4), (OFFSET + PBA) | 1);
	assert_int_equal(msix_size(N), PBA + 16);
	assert_int_equal(msix_size(64), 64 * 16 + 8);
	control(0xffff);
	assert_int_equal(config(0x42, 2), ENABLE | MASKALL | (N - 1));
	set_config(0x44, 4, 0);
	assert_int_equal(config(0x44, 4), OFFSET | 1);
}

static void test_no_room(void **state)
{
	vpci_dev_init(&dev, &dev_ops, &ids);
	assert_int_equal(vpci_add_cap(&dev, PCI_CAP_ID_VNDR, 256 - 64 - 8), 0x40);
	assert_int_equal(msix_init(&msix, &dev, 1, 0, vectors, N), -ENOSPC);
}

static void test_table(void **state)
{
	unsigned int i;

	for (i = 0; i < N; i++) {
		assert_int_equal(msix_read(&msix, i * 16, 8), 0);
		assert_int_equal(msix_read(&msix, i * 16 + 8, 8), 1ULL << 32);
	}
	program(69, 0x123456789abcdefULL, 0x11223344, 0xffffffff);
	assert_int_equal(msix_read(&msix, 69 * 16, 8), 0x123456789abcdefULL);
	assert_int_equal(msix_read(&msix, 69 * 16 + 8, 8), 0x111223344ULL);
	assert_int_equal(msix_read(&msix, 69 * 16 + 4, 4), 0x1234567);
	assert_int_equal((u16)msix_read(&msix, 69 * 16 + 9, 2), 0x2233);
	assert_int_equal((u32)msix_read(&msix, 69 * 16 + 3, 4), 0x23456789);
	msix_write(&msix, 69 * 16 + 8, 8, 0x99887766);
	assert_int_equal(msix_read(&msix, 69 * 16 + 8, 8), 0x99887766);
	/* What is no whole register is ignored. */
	msix_write(&msix, 69 * 16 + 8, 2, 0);
	msix_write(&msix, 69 * 16 + 9, 4, 0);
	msix_write(&msix, 69 * 16 + 4, 8, 0);
	assert_int_equal(msix_read(&msix, 69 * 16 + 8, 8), 0x99887766);
	assert_int_equal(msix_read(&msix, 69 * 16 + 4, 4), 0x1234567);
	/* Neither are the pending bits, nor what is behind them. */
	msix_write(&msix, PBA, 8, U64_MAX);
	msix_write(&msix, PBA + 16, 8, U64_MAX);
	assert_int_equal(msix_read(&msix, PBA, 8), 0);
	assert_int_equal(msix_read(&msix, PBA + 16, 8), 0);
	assert_int_equal(msix_read(&msix, 0xfffffff8, 8), 0);
}

static void test_signal(void **state)
{
	program(3, 0xfee05000, 0x41, 0);
	msix_signal(&msix, 3);
	assert_int_equal(sent, 0);		/* disabled */
	assert_false(msix_enabled(&msix));
	control(ENABLE);
	assert_true(msix_enabled(&msix));
	assert_int_equal(sent, 0);		/* and not kept */
	msix_signal(&msix, 3);
	assert_int_equal(sent, 1);
	assert_int_equal(last.vector, 0x41);
	assert_int_equal(last.dest, 5);
	assert_int_equal(msix_read(&msix, PBA, 8), 0);
	msix_signal(&msix, N);
	msix_signal(&msix, 0xffff);
	msix_signal(&msix, ~0U);
	assert_int_equal(sent, 1);
}

static void test_vector_mask(void **state)
{
	control(ENABLE);
	program(65, 0xfee00000, 0x42, 1);
	msix_signal(&msix, 65);
	msix_signal(&msix, 65);
	assert_int_equal(sent, 0);
	assert_int_equal(msix_read(&msix, PBA, 8), 0);
	assert_int_equal(msix_read(&msix, PBA + 8, 8), 2);
	msix_write(&msix, 65 * 16 + 8, 4, 0x43);	/* another vector meanwhile */
	assert_int_equal(sent, 0);
	msix_write(&msix, 65 * 16 + 12, 4, 0);
	assert_int_equal(sent, 1);
	assert_int_equal(last.vector, 0x43);
	assert_int_equal(msix_read(&msix, PBA + 8, 8), 0);
	msix_write(&msix, 65 * 16 + 12, 4, 1);
	msix_write(&msix, 65 * 16 + 12, 4, 0);
	assert_int_equal(sent, 1);
}

static void test_function_mask(void **state)
{
	control(ENABLE | MASKALL);
	program(0, 0xfee00000, 0x50, 0);
	program(1, 0xfee00000, 0x51, 1);
	program(33, 0xfee00000, 0x52, 0);
	msix_signal(&msix, 0);
	msix_signal(&msix, 1);
	msix_signal(&msix, 33);
	assert_int_equal(sent, 0);
	assert_int_equal(msix_read(&msix, PBA, 8), 1ULL << 33 | 3);
	assert_int_equal(msix_read(&msix, PBA + 4, 4), 2);
	control(ENABLE);
	assert_int_equal(sent, 2);
	assert_int_equal(last.vector, 0x52);
	assert_int_equal(msix_read(&msix, PBA, 8), 2);
}

/* What is pending waits for the enable bit, too. */
static void test_disabled_while_pending(void **state)
{
	control(ENABLE);
	program(0, 0xfee00000, 0x50, 1);
	msix_signal(&msix, 0);
	control(0);
	msix_write(&msix, 12, 4, 0);
	assert_int_equal(sent, 0);
	control(ENABLE);
	assert_int_equal(sent, 1);
}

static void test_not_a_master(void **state)
{
	control(ENABLE);
	program(0, 0xfee00000, 0x50, 0);
	set_config(PCI_COMMAND, 2, 0);
	msix_signal(&msix, 0);
	assert_int_equal(sent, 0);
}

/* A message that is none is lost, not held. */
static void test_bad_message(void **state)
{
	control(ENABLE);
	program(0, 0xd0000000, 0x50, 0);
	msix_signal(&msix, 0);
	assert_int_equal(sent, 0);
	assert_int_equal(msix_read(&msix, PBA, 8), 0);
}

static void test_reset(void **state)
{
	control(ENABLE);
	program(0, 0xfee00000, 0x50, 1);
	msix_signal(&msix, 0);
	vpci_reset(&bus);
	assert_false(msix_enabled(&msix));
	assert_int_equal(msix_read(&msix, PBA, 8), 0);
	test_table(state);
}

static void test_decode(void **state)
{
	struct apic_msg m;

	assert_true(msix_decode(0xfee12000, 0x31, &m));
	assert_int_equal(m.dest, 0x12);
	assert_int_equal(m.vector, 0x31);
	assert_int_equal(m.delivery, APIC_DELIVER_FIXED);
	assert_int_equal(m.shorthand, APIC_TO_DEST);
	assert_true(!m.logical && !m.level && m.assert);
	assert_true(msix_decode(0xfeeff004, 0x4031, &m));
	assert_int_equal(m.dest, 0xff);
	assert_true(m.logical && !m.level && m.assert);
	assert_true(msix_decode(0xfee0300c, 0x31, &m));		/* one of those */
	assert_int_equal(m.delivery, APIC_DELIVER_LOWEST);
	assert_true(m.logical);
	assert_true(msix_decode(0xfee00000, 0xc131, &m));
	assert_int_equal(m.delivery, APIC_DELIVER_LOWEST);
	assert_true(m.level);
	assert_false(msix_decode(0xfee00000, 0x8031, &m));	/* level, not asserted */
}

static void test_decode_modes(void **state)
{
	static const bool good[] = { true, true, true, false, true, true, false, true };
	struct apic_msg m;
	u32 mode;

	for (mode = 0; mode < 8; mode++) {
		assert_int_equal(msix_decode(0xfee00008, 0xc000 | mode << 8, &m), good[mode]);
		if (!good[mode])
			continue;
		assert_int_equal(m.delivery, mode ? mode : APIC_DELIVER_LOWEST);
		assert_int_equal(m.level, mode < 2);		/* the others are edges */
	}
}

static void test_decode_addresses(void **state)
{
	static const u64 addresses[] = {
		0, 0xfed00000, 0xfef00000, 0x1fee00000ULL, 0xffffffff00000000ULL, 0x10, U64_MAX,
	};
	struct apic_msg m;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++)
		assert_false(msix_decode(addresses[i], 0x31, &m));
	assert_true(msix_decode(0xfeefffff, 0x31, &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_capability, setup),
		cmocka_unit_test_setup(test_no_room, setup),
		cmocka_unit_test_setup(test_table, setup),
		cmocka_unit_test_setup(test_signal, setup),
		cmocka_unit_test_setup(test_vector_mask, setup),
		cmocka_unit_test_setup(test_function_mask, setup),
		cmocka_unit_test_setup(test_disabled_while_pending, setup),
		cmocka_unit_test_setup(test_not_a_master, setup),
		cmocka_unit_test_setup(test_bad_message, setup),
		cmocka_unit_test_setup(test_reset, setup),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_decode_modes),
		cmocka_unit_test(test_decode_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
