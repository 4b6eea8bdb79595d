// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio device's registers on PCI: found by capabilities, negotiated with in the right and
 * in the wrong order, reset at once and slowly, interrupting by messages and by the pin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/errno.h>
#include "virtio-guest.h"

#define QUEUES		3
#define S_DRIVER	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER)
#define S_FEATURES	(S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK)
#define S_OK		(S_FEATURES | VIRTIO_CONFIG_S_DRIVER_OK)
#define V1		BIT_ULL(VIRTIO_F_VERSION_1)
#define PACKED		BIT_ULL(VIRTIO_F_RING_PACKED)
#define RESET		BIT_ULL(VIRTIO_F_RING_RESET)

static struct virtio_queue queue[QUEUES];
static struct msix_vector vector[QUEUES + 1];
static u8 config[13];

/* What the owner was asked, and how it answers. */
static struct {
	unsigned int activated[QUEUES], reset_queues[QUEUES], notified[QUEUES];
	unsigned int resets, quiesced, messages, rises;
	bool slow, line;
	u8 vector;
} owner;

static void activate(struct virtio_dev *dev, unsigned int q)
{
	assert_true(raw_spin_is_locked(&dev->lock));
	owner.activated[q]++;
}

static bool reset_queue(struct virtio_dev *dev, unsigned int q)
{
	owner.reset_queues[q]++;
	return !owner.slow;
}

static bool reset(struct virtio_dev *dev)
{
	owner.resets++;
	return !owner.slow;
}

static void notify(struct virtio_dev *dev, unsigned int q)
{
	assert_false(raw_spin_is_locked(&dev->lock));
	owner.notified[q]++;
}

static void config_written(struct virtio_dev *dev, u32 offset, unsigned int size, u64 val)
{
	if (!offset)
		dev->config[0] = val;
}

static void quiesce(struct virtio_dev *dev)
{
	owner.quiesced++;
}

static const struct virtio_ops ops = {
	activate, reset_queue, reset, notify, config_written, quiesce,
};

static void intx(struct vpci_bus *b, unsigned int gsi, bool level)
{
	owner.rises += level && !owner.line;
	owner.line = level;
}

static void msi(struct vpci_bus *b, const struct apic_msg *msg)
{
	owner.messages++;
	owner.vector = msg->vector;
}

static const struct vpci_bus_ops bus_ops = { .intx = intx, .msi = msi };

static struct virtio_setup setup_of(u16 type)
{
	unsigned int i;

	for (i = 0; i < QUEUES; i++)
		queue[i] = (struct virtio_queue){ .max_size = 256 };
	for (i = 0; i < sizeof(config); i++)
		config[i] = 0x10 + i;
	return (struct virtio_setup){
		.ops = &ops, .type = type, .features = BIT(5), .nqueues = QUEUES,
		.queue = queue, .vector = vector, .config = config,
		.config_len = sizeof(config),
	};
}

static int setup(void **state)
{
	struct virtio_setup s = setup_of(VIRTIO_ID_BLOCK);

	memset(&owner, 0, sizeof(owner));
	vpci_bus_init(&bus, &bus_ops);
	assert_int_equal(virtio_init(&vdev, &s), 0);
	assert_int_equal(vpci_add(&bus, &vdev.pci, SLOT), 0);
	vpci_reset(&bus);
	find_device();
	return 0;
}

static void accept_features(u64 features)
{
	status_out(S_DRIVER);
	common_out(VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	common_out(VIRTIO_PCI_COMMON_GF, 4, features);
	common_out(VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	common_out(VIRTIO_PCI_COMMON_GF, 4, features >> 32);
	status_out(S_FEATURES);
}

static void setup_queue(u16 q, u16 size, u64 desc)
{
	common_out(VIRTIO_PCI_COMMON_Q_SELECT, 2, q);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 2, size);
	common_out(VIRTIO_PCI_COMMON_Q_MSIX, 2, q + 1);
	common_out(VIRTIO_PCI_COMMON_Q_DESCLO, 4, desc);
	common_out(VIRTIO_PCI_COMMON_Q_DESCHI, 4, desc >> 32);
	common_out(VIRTIO_PCI_COMMON_Q_AVAILLO, 4, 0x2000);
	common_out(VIRTIO_PCI_COMMON_Q_USEDLO, 4, 0x3000);
	common_out(VIRTIO_PCI_COMMON_Q_USEDHI, 4, 7);
	common_out(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
}

static void run_queue_0(u64 features)
{
	accept_features(features);
	setup_queue(0, 128, 0x100001000);
	status_out(S_OK);
	assert_int_equal(status_in(), S_OK);
}

static void enable_msix(void)
{
	unsigned int i;

	cfg_out(at.msix_cap + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
	for (i = 0; i <= QUEUES; i++) {
		vpci_mem_write(&bus, at.msix + 16 * i, 4, 0xfee00000);
		vpci_mem_write(&bus, at.msix + 16 * i + 8, 4, 0x40 + i);
		vpci_mem_write(&bus, at.msix + 16 * i + 12, 4, 0);
	}
}

static void test_identity(void **state)
{
	static const struct {
		u16 type;
		u32 class;
	} types[] = {
		{ VIRTIO_ID_NET, 0x020000 }, { VIRTIO_ID_BLOCK, 0x010000 },
		{ VIRTIO_ID_CONSOLE, 0x078000 }, { VIRTIO_ID_RNG, 0x00ff00 },
		{ VIRTIO_ID_BALLOON, 0x00ff00 },
	};
	struct virtio_setup s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		s = setup_of(types[i].type);
		vpci_bus_init(&bus, &bus_ops);
		assert_int_equal(virtio_init(&vdev, &s), 0);
		assert_int_equal(vpci_add(&bus, &vdev.pci, SLOT), 0);
		vpci_reset(&bus);
		assert_int_equal(cfg_in(0, 4), 0x1af4 | (0x1040 + types[i].type) << 16);
		assert_int_equal(cfg_in(8, 4), types[i].class << 8 | 1);
		assert_int_equal(cfg_in(PCI_SUBSYSTEM_VENDOR_ID, 2), 0x1af4);
		assert_true(cfg_in(PCI_SUBSYSTEM_ID, 2) >= 0x40);
		assert_int_equal(cfg_in(PCI_INTERRUPT_PIN, 1), 1);
	}
}

static void test_refused_setups(void **state)
{
	struct virtio_setup s = setup_of(VIRTIO_ID_BLOCK);

	s.nqueues = 0;
	assert_int_equal(virtio_init(&vdev, &s), -EINVAL);
	s = setup_of(VIRTIO_ID_BLOCK);
	s.config_len = VIRTIO_CONFIG_MAX + 1;
	assert_int_equal(virtio_init(&vdev, &s), -EINVAL);
	s = setup_of(VIRTIO_ID_BLOCK);
	queue[1].max_size = 100;
	assert_int_equal(virtio_init(&vdev, &s), -EINVAL);
}

static void test_power_on(void **state)
{
	assert_true(at.common && at.isr && at.config && at.notify && at.notify_port);
	assert_true(at.window && at.msix);
	assert_int_equal(at.notify_mult, 0);
	assert_int_equal(status_in(), 0);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_NUMQ, 2), QUEUES);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_MSIX, 2), VIRTIO_MSI_NO_VECTOR);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 256);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	common_out(VIRTIO_PCI_COMMON_Q_SELECT, 2, QUEUES);	/* there is none */
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 0);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 2, 8);
	common_out(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
}

static void test_features(void **state)
{
	u64 offered;

	offered = common_in(VIRTIO_PCI_COMMON_DF, 4);
	common_out(VIRTIO_PCI_COMMON_DFSELECT, 4, 1);
	offered |= (u64)common_in(VIRTIO_PCI_COMMON_DF, 4) << 32;
	assert_true(offered == (BIT(5) | BIT(28) | BIT(29) | V1 | PACKED | RESET));
	common_out(VIRTIO_PCI_COMMON_DFSELECT, 4, 2);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_DF, 4), 0);

	accept_features(BIT(5));				/* without VERSION_1 */
	assert_int_equal(status_in(), S_DRIVER);
	accept_features(V1 | BIT(6));				/* not offered */
	assert_int_equal(status_in(), S_DRIVER);
	status_out(S_DRIVER | VIRTIO_CONFIG_S_DRIVER_OK);
	assert_int_equal(status_in(), S_DRIVER);
	accept_features(V1 | BIT(5));
	assert_int_equal(status_in(), S_FEATURES);
	common_out(VIRTIO_PCI_COMMON_GF, 4, 0);			/* too late */
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_GF, 4), 1);
	status_out(VIRTIO_CONFIG_S_FAILED);			/* clears nothing */
	assert_int_equal(status_in(), S_FEATURES | VIRTIO_CONFIG_S_FAILED);
	status_out(VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_int_equal(status_in(), S_FEATURES | VIRTIO_CONFIG_S_FAILED);
}

static void test_queue_setup(void **state)
{
	setup_queue(0, 128, 0x1000);				/* before FEATURES_OK */
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	accept_features(V1);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 2, 0);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 2, 100);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 2, 512);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 128);
	setup_queue(0, 64, 0x123456000);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 2, 32);		/* after it was enabled */
	common_out(VIRTIO_PCI_COMMON_Q_DESCLO, 4, 0);
	common_out(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 0);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 64);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_DESCLO, 4), 0x23456000);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_DESCHI, 4), 1);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 1);
	assert_true(vpci_mem_read(&bus, at.common + VIRTIO_PCI_COMMON_Q_USEDLO, 8) ==
		    0x700003000ULL);
	assert_int_equal(owner.activated[0], 0);
	status_out(S_OK);
	assert_int_equal(owner.activated[0], 1);
	assert_int_equal(owner.activated[1], 0);
	setup_queue(1, 64, 0x1000);				/* after DRIVER_OK */
	assert_int_equal(owner.activated[1], 1);
	status_out(S_OK);
	assert_int_equal(owner.activated[0], 1);
	assert_true(queue[0].desc == 0x123456000ULL && queue[0].device == 0x700003000ULL);
}

static void test_narrow_and_wide(void **state)
{
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 1, 8);		/* not its width */
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 4, 8);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE + 1, 2, 8);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 256);
	vpci_mem_write(&bus, at.common + VIRTIO_PCI_COMMON_Q_DESCLO, 8, 0x123456789000ULL);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_DESCLO, 4), 0x56789000);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_DESCHI + 1, 1), 0x12);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SELECT, 4), 256 << 16);
}

static void misconfigured(u64 features, u16 size, u64 desc)
{
	setup(NULL);
	accept_features(features);
	common_out(VIRTIO_PCI_COMMON_MSIX, 2, 0);
	setup_queue(0, size, desc);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	assert_non_null(vdev.broken);
	status_out(S_OK);
	assert_int_equal(status_in(), S_FEATURES | VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_int_equal(owner.activated[0], 0);
	status_out(0);
	assert_int_equal(status_in(), 0);
	assert_null(vdev.broken);
}

static void test_misconfigured(void **state)
{
	misconfigured(V1, 64, 0x1008);
	misconfigured(V1 | PACKED, 64, 0x1001);

	setup(NULL);
	accept_features(V1 | PACKED);
	setup_queue(0, 100, 0x1000);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 100);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 1);
}

/* A size that only a packed ring may have, kept while the driver changes its mind. */
static void test_size_before_features(void **state)
{
	status_out(S_DRIVER);
	common_out(VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	common_out(VIRTIO_PCI_COMMON_GF, 4, PACKED >> 32);
	common_out(VIRTIO_PCI_COMMON_Q_SIZE, 2, 100);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 100);
	accept_features(V1);
	common_out(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	assert_true(status_in() & VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void test_notify(void **state)
{
	vpci_port_write(&bus, at.notify_port, 2, 0);
	run_queue_0(V1);
	assert_int_equal(owner.notified[0], 0);
	vpci_port_write(&bus, at.notify_port, 2, 0);
	vpci_mem_write(&bus, at.notify, 2, 0);
	assert_int_equal(owner.notified[0], 2);
	vpci_port_write(&bus, at.notify_port, 2, 1);		/* is not enabled */
	vpci_port_write(&bus, at.notify_port, 2, QUEUES);
	vpci_port_write(&bus, at.notify_port, 2, 0xffff);
	vpci_port_write(&bus, at.notify_port + 2, 2, 0);
	assert_int_equal(owner.notified[0], 2);
	assert_int_equal(owner.notified[1], 0);
}

static void test_reset(void **state)
{
	unsigned int slow;

	for (slow = 0; slow < 2; slow++) {
		setup(NULL);
		status_out(0);					/* nothing to stop */
		assert_int_equal(owner.resets, 0);
		run_queue_0(V1);
		owner.slow = slow;
		status_out(0);
		assert_int_equal(owner.resets, 1);
		if (slow) {
			assert_int_equal(status_in(), S_OK);
			vpci_port_write(&bus, at.notify_port, 2, 0);
			assert_int_equal(owner.notified[0], 0);
			status_out(0);
			common_out(VIRTIO_PCI_COMMON_Q_SELECT, 2, 1);
			status_out(S_DRIVER);
			virtio_queue_reset_done(&vdev, 0);
			virtio_needs_reset(&vdev, "late");
			assert_int_equal(owner.resets, 1);
			assert_int_equal(status_in(), S_OK);
			virtio_reset_done(&vdev);
		}
		assert_int_equal(status_in(), 0);
		virtio_reset_done(&vdev);
		test_power_on(NULL);
		common_out(VIRTIO_PCI_COMMON_Q_SELECT, 2, 0);
		assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_MSIX, 2), 0xffff);
		assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_DESCHI, 4), 0);
	}
}

static void test_queue_reset(void **state)
{
	unsigned int slow;

	for (slow = 0; slow < 2; slow++) {
		setup(NULL);
		run_queue_0(V1 | RESET);
		owner.slow = slow;
		common_out(VIRTIO_PCI_COMMON_Q_SELECT, 2, 0);
		common_out(VIRTIO_PCI_COMMON_Q_RESET, 2, 1);
		assert_int_equal(owner.reset_queues[0], 1);
		assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_RESET, 2), slow);
		if (slow) {
			common_out(VIRTIO_PCI_COMMON_Q_RESET, 2, 1);
			common_out(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
			vpci_port_write(&bus, at.notify_port, 2, 0);
			assert_int_equal(owner.reset_queues[0], 1);
			virtio_queue_reset_done(&vdev, 0);
		}
		assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_RESET, 2), 0);
		assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
		assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_SIZE, 2), 256);
		assert_int_equal(owner.notified[0], 0);
		setup_queue(0, 32, 0x5000);
		assert_int_equal(owner.activated[0], 2);
	}
	setup(NULL);
	run_queue_0(V1);					/* not negotiated */
	common_out(VIRTIO_PCI_COMMON_Q_RESET, 2, 1);
	assert_int_equal(owner.reset_queues[0], 0);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 1);
}

static void test_msix(void **state)
{
	common_out(VIRTIO_PCI_COMMON_MSIX, 2, QUEUES + 1);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_MSIX, 2), VIRTIO_MSI_NO_VECTOR);
	common_out(VIRTIO_PCI_COMMON_MSIX, 2, 0);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_MSIX, 2), 0);
	enable_msix();
	run_queue_0(V1);
	virtio_signal_queue(&vdev, 0);
	assert_int_equal(owner.messages, 1);
	assert_int_equal(owner.vector, 0x41);
	virtio_signal_queue(&vdev, 1);				/* without a vector */
	assert_int_equal(owner.messages, 1);
	virtio_needs_reset(&vdev, "test");
	assert_int_equal(owner.vector, 0x40);
	assert_int_equal(status_in(), S_OK | VIRTIO_CONFIG_S_NEEDS_RESET);
	virtio_needs_reset(&vdev, "again");
	assert_string_equal(vdev.broken, "test");
	assert_int_equal(owner.messages, 2);
	assert_int_equal(owner.rises, 0);
	assert_int_equal(vpci_mem_read(&bus, at.isr, 1), 0);
}

static void test_intx(void **state)
{
	virtio_signal_queue(&vdev, 0);
	assert_false(owner.line);
	run_queue_0(V1);
	virtio_signal_queue(&vdev, 0);
	assert_true(owner.line);
	virtio_config_update(&vdev, 0, "x", 1);
	assert_int_equal(vpci_mem_read(&bus, at.isr, 1), 3);
	assert_false(owner.line);
	assert_int_equal(vpci_mem_read(&bus, at.isr, 1), 0);
	virtio_signal_queue(&vdev, 0);
	assert_true(owner.line);
	enable_msix();						/* the pin is let go */
	assert_false(owner.line);
	cfg_out(at.msix_cap + PCI_MSIX_FLAGS, 2, 0);
	assert_true(owner.line);
	status_out(0);
	assert_false(owner.line);
	assert_int_equal(owner.messages, 0);
}

static void test_config(void **state)
{
	u8 generation = common_in(VIRTIO_PCI_COMMON_CFGGENERATION, 1);

	assert_int_equal(vpci_mem_read(&bus, at.config + 1, 4), 0x14131211);
	assert_true(vpci_mem_read(&bus, at.config + 8, 8) == 0x1c1b1a1918ULL);
	assert_int_equal(vpci_mem_read(&bus, at.config + 13, 4), 0);
	vpci_mem_write(&bus, at.config, 1, 0x99);
	vpci_mem_write(&bus, at.config + 4, 4, 0);
	vpci_mem_write(&bus, at.config + 12, 2, 0);
	assert_int_equal(vpci_mem_read(&bus, at.config, 2), 0x1199);
	assert_int_equal(config[4], 0x14);
	assert_int_equal(common_in(VIRTIO_PCI_COMMON_CFGGENERATION, 1), generation);
	virtio_config_update(&vdev, 2, "ab", 2);
	assert_int_equal(vpci_mem_read(&bus, at.config + 2, 2), 'a' | 'b' << 8);
	assert_int_not_equal(common_in(VIRTIO_PCI_COMMON_CFGGENERATION, 1), generation);
	assert_int_equal(owner.rises, 0);			/* no driver yet */
}

static void aim(u8 bar, u32 offset, u32 len)
{
	cfg_out(at.window + VIRTIO_PCI_CAP_BAR, 1, bar);
	cfg_out(at.window + VIRTIO_PCI_CAP_OFFSET, 4, offset);
	cfg_out(at.window + VIRTIO_PCI_CAP_LENGTH, 4, len);
}

static void test_window(void **state)
{
	u32 base = at.common - bar_address(1);
	u8 data = at.window + 16;

	aim(1, base + VIRTIO_PCI_COMMON_NUMQ, 2);
	assert_int_equal(cfg_in(data, 2), QUEUES);
	aim(1, base + VIRTIO_PCI_COMMON_STATUS, 1);
	cfg_out(data, 1, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	assert_int_equal(status_in(), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	assert_int_equal(cfg_in(data, 1), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	run_queue_0(V1);
	aim(0, 0, 2);
	cfg_out(data, 2, 0);
	assert_int_equal(owner.notified[0], 1);
	aim(2, 0, 2);
	cfg_out(data, 2, 0);
	aim(0xff, 0, 4);
	cfg_out(data, 4, 0);
	cfg_in(data, 4);
	aim(0, 0x10000, 2);
	cfg_out(data, 2, 0);
	aim(1, base + VIRTIO_PCI_COMMON_STATUS, 3);
	cfg_out(data, 4, 0);
	aim(1, -4U, 4);
	cfg_out(data, 4, 0);
	assert_int_equal(owner.notified[0], 1);
	assert_int_equal(status_in(), S_OK);
}

static void test_vm_reset(void **state)
{
	enable_msix();
	run_queue_0(V1);
	owner.slow = true;
	status_out(0);
	vpci_reset(&bus);
	assert_int_equal(owner.quiesced, 2);			/* and once in the beginning */
	find_device();
	test_power_on(NULL);
	virtio_reset_done(&vdev);
	owner.slow = false;
	run_queue_0(V1);
	virtio_reset_done(&vdev);
	assert_int_equal(status_in(), S_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_identity, setup),
		cmocka_unit_test_setup(test_refused_setups, setup),
		cmocka_unit_test_setup(test_power_on, setup),
		cmocka_unit_test_setup(test_features, setup),
		cmocka_unit_test_setup(test_queue_setup, setup),
		cmocka_unit_test_setup(test_narrow_and_wide, setup),
		cmocka_unit_test_setup(test_misconfigured, setup),
		cmocka_unit_test_setup(test_size_before_features, setup),
		cmocka_unit_test_setup(test_notify, setup),
		cmocka_unit_test_setup(test_reset, setup),
		cmocka_unit_test_setup(test_queue_reset, setup),
		cmocka_unit_test_setup(test_msix, setup),
		cmocka_unit_test_setup(test_intx, setup),
		cmocka_unit_test_setup(test_config, setup),
		cmocka_unit_test_setup(test_window, setup),
		cmocka_unit_test_setup(test_vm_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
