// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-virtio.c - any guest against the registers of a virtio device on PCI
 *
 * The input is a program: accesses to both BARs and to configuration space (the window
 * to the BARs among it), and what an owner may do meanwhile. The owner looks whether what it is
 * asked makes sense; what must hold between registers is checked after each step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_pci.h>
#include "dev/virtio/regs.h"
#include "dev/virtio/ring.h"

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s\n", __func__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

#define QUEUES	4
#define SLOT	5

static struct vpci_bus bus;
static struct virtio_dev dev;
static struct virtio_queue queue[QUEUES];
static struct msix_vector vector[QUEUES + 1];

static struct {
	const u8 *input;
	size_t left;
	u8 config[24];
	bool slow, line;
	bool active[QUEUES], stopping[QUEUES], all_stopping;
} f;

static u8 next(void)
{
	if (!f.left)
		return 0;
	f.left--;
	return *f.input++;
}

static u64 next_value(unsigned int size)
{
	u64 val = 0;

	while (size--)
		val = val << 8 | next();
	return val;
}

static void activate(struct virtio_dev *d, unsigned int q)
{
	const struct virtio_queue *vq = &queue[q];
	bool packed = virtio_has(d, VIRTIO_F_RING_PACKED);

	CHECK(q < QUEUES && !f.active[q] && !f.stopping[q] && !f.all_stopping);
	CHECK(d->status & VIRTIO_CONFIG_S_DRIVER_OK);
	CHECK(ring_size_ok(packed, vq->size) && vq->size <= vq->max_size);
	CHECK(!(vq->desc & 15) && !(vq->device & 3) && !(vq->driver & (packed ? 3 : 1)));
	f.active[q] = true;
}

static bool reset_queue(struct virtio_dev *d, unsigned int q)
{
	CHECK(q < QUEUES && f.active[q] && !f.all_stopping);
	f.active[q] = false;
	f.stopping[q] = f.slow;
	return !f.slow;
}

static bool reset(struct virtio_dev *d)
{
	CHECK(!f.all_stopping);
	memset(f.active, 0, sizeof(f.active));
	memset(f.stopping, 0, sizeof(f.stopping));
	f.all_stopping = f.slow;
	return !f.slow;
}

static void notify(struct virtio_dev *d, unsigned int q)
{
	CHECK(q < QUEUES && f.active[q] && !d->lock.held);
}

static void config_written(struct virtio_dev *d, u32 offset, unsigned int size, u64 val)
{
	CHECK(offset + size <= sizeof(f.config));
	memcpy(f.config + offset, &val, size);
}

static void quiesce(struct virtio_dev *d)
{
	f.all_stopping = false;
	memset(f.active, 0, sizeof(f.active));
	memset(f.stopping, 0, sizeof(f.stopping));
}

static const struct virtio_ops ops = {
	activate, reset_queue, reset, notify, config_written, quiesce,
};

static void intx(struct vpci_bus *b, unsigned int gsi, bool level)
{
	f.line = level;
}

static void msi(struct vpci_bus *b, const struct apic_msg *msg)
{
	CHECK(dev.pci.config[PCI_COMMAND] & PCI_COMMAND_MASTER);
}

static const struct vpci_bus_ops bus_ops = { .intx = intx, .msi = msi };

static void build(void)
{
	struct virtio_setup setup = {
		.ops = &ops, .type = VIRTIO_ID_NET, .features = 0xffff, .nqueues = QUEUES,
		.queue = queue, .vector = vector, .config = f.config,
		.config_len = sizeof(f.config),
	};
	unsigned int i;

	memset(queue, 0, sizeof(queue));
	for (i = 0; i < QUEUES; i++)
		queue[i].max_size = 64 << i;
	vpci_bus_init(&bus, &bus_ops);
	CHECK(!virtio_init(&dev, &setup));
	CHECK(!vpci_add(&bus, &dev.pci, SLOT));
	vpci_reset(&bus);
}

static void access_bar(unsigned int bar, u32 offset, unsigned int size, bool write)
{
	offset %= dev.pci.bar[bar].size;
	if (bar == 0)
		size = min(size, 4U);
	if (offset + size > dev.pci.bar[bar].size)
		return;
	if (write)
		dev.pci.ops->bar_write(&dev.pci, bar, offset, size, next_value(size));
	else
		dev.pci.ops->bar_read(&dev.pci, bar, offset, size);
}

static void access_config(bool write)
{
	u8 offset = next();
	unsigned int size = 1U << next() % 3;

	vpci_port_write(&bus, PORT_PCI_ADDRESS, 4, 1U << 31 | SLOT << 11 | (offset & 0xfc));
	offset &= 4 - size;
	if (write)
		vpci_port_write(&bus, PORT_PCI_DATA + offset, size, next_value(size));
	else
		vpci_port_read(&bus, PORT_PCI_DATA + offset, size);
}

/* What a driver does, so that the state behind it is reached often. */
static void negotiate(u8 how)
{
	const struct vpci_dev_ops *pci = dev.pci.ops;

	pci->bar_write(&dev.pci, 1, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	pci->bar_write(&dev.pci, 1, VIRTIO_PCI_COMMON_GF, 4, how & 1 ? 0x101 : 0x105);
	pci->bar_write(&dev.pci, 1, VIRTIO_PCI_COMMON_STATUS, 1, how & 2 ? 11 : 15);
	pci->bar_write(&dev.pci, 1, VIRTIO_PCI_COMMON_Q_SELECT, 2, how >> 4);
	if (how & 4)
		pci->bar_write(&dev.pci, 1, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
	if (how & 8)
		pci->bar_write(&dev.pci, 1, VIRTIO_PCI_COMMON_Q_RESET, 2, 1);
}

static void owner_acts(u8 what)
{
	unsigned int q = what % QUEUES;

	switch (what / QUEUES % 6) {
	case 0:
		f.slow = !f.slow;
		break;
	case 1:
		f.all_stopping = false;
		virtio_reset_done(&dev);
		break;
	case 2:
		f.stopping[q] = false;
		virtio_queue_reset_done(&dev, q);
		break;
	case 3:
		virtio_signal_queue(&dev, q);
		break;
	case 4:
		virtio_config_update(&dev, q, &what, 1);
		break;
	case 5:
		virtio_needs_reset(&dev, "fuzzed");
		break;
	}
}

static void step(u8 op)
{
	unsigned int size = 1U << (op >> 4 & 3);

	switch (op & 15) {
	case 0:
		access_bar(0, next(), size, true);
		break;
	case 1:
		access_bar(1, next_value(2), size, false);
		break;
	case 2:
		access_bar(1, next_value(2), size, true);
		break;
	case 3:
	case 4:
	case 5:
		access_bar(1, next() % 64, size, true);
		break;
	case 6:
		access_bar(1, next() % 64, size, false);
		break;
	case 7:
		access_config(false);
		break;
	case 8:
	case 9:
		access_config(true);
		break;
	case 10:
	case 11:
		negotiate(next());
		break;
	case 12:
		if (op >> 4 == 15)
			vpci_reset(&bus);
		break;
	default:
		owner_acts(next());
		break;
	}
}

static void check_registers(void)
{
	const u64 v1 = BIT_ULL(VIRTIO_F_VERSION_1);
	unsigned int i;

	CHECK(!dev.lock.held && !bus.lock.held);
	CHECK(dev.resetting == f.all_stopping);
	if (dev.status & VIRTIO_CONFIG_S_FEATURES_OK)
		CHECK((dev.features & v1) && !(dev.features & ~dev.offered));
	if (dev.status & VIRTIO_CONFIG_S_DRIVER_OK)
		CHECK(dev.status & VIRTIO_CONFIG_S_FEATURES_OK);
	CHECK(!!dev.broken == !!(dev.status & VIRTIO_CONFIG_S_NEEDS_RESET));
	CHECK(!dev.resetting || dev.status);
	CHECK(!f.line || (dev.isr && !msix_enabled(&dev.msix)));
	for (i = 0; i < QUEUES; i++) {
		CHECK(queue[i].running == f.active[i]);
		CHECK(!queue[i].running || (queue[i].enabled && !dev.resetting));
		CHECK(dev.resetting || queue[i].resetting == f.stopping[i]);
		CHECK(queue[i].max_size == 64 << i && queue[i].size <= queue[i].max_size);
		CHECK(queue[i].vector <= QUEUES || queue[i].vector == VIRTIO_MSI_NO_VECTOR);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	memset(&f, 0, sizeof(f));
	f.input = data;
	f.left = size;
	build();
	while (f.left) {
		step(next());
		check_registers();
	}
	return 0;
}
