// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI: the two ways to configuration space, BARs and where they lead, interrupt pins that share
 * lines, capabilities, reset.
 */
#include "pins.h"
#include <errno.h>
#include "dev/pci.h"

#define CONFIG(slot, reg)	(0x80000000 | (slot) << 11 | (reg))
#define ECAM(slot, reg)		(GUEST_ECAM_BASE + ((slot) << 15) + (reg))

#define IO(slot)	(GUEST_PCI_IO_BASE + (slot) * 0x400)
#define MEM(slot)	(GUEST_PCI_MEM_BASE + (slot) * 0x1000000ULL)

/* A device that notes what comes to it. */
struct fake {
	struct vpci_dev pci;
	unsigned int reads, writes, written, resets;
	unsigned int bar, size;
	u64 offset, val;
	unsigned int written_at, written_size;
};

static struct vpci_bus bus;
static struct fake fake[3];
static bool line[GUEST_NR_GSIS];
static struct apic_msg last;
static unsigned int messages;

static struct fake *to_fake(struct vpci_dev *dev)
{
	return container_of(dev, struct fake, pci);
}

static u64 fake_read(struct vpci_dev *dev, unsigned int bar, u64 offset, unsigned int size)
{
	struct fake *f = to_fake(dev);

	assert_false(bus.lock.held);
	f->reads++;
	f->bar = bar;
	f->offset = offset;
	f->size = size;
	return 0x1122334455667788ULL;
}

static void fake_write(struct vpci_dev *dev, unsigned int bar, u64 offset, unsigned int size,
		       u64 val)
{
	struct fake *f = to_fake(dev);

	assert_false(bus.lock.held);
	f->writes++;
	f->bar = bar;
	f->offset = offset;
	f->size = size;
	f->val = val;
}

static bool fake_config_read(struct vpci_dev *dev, unsigned int offset, unsigned int size, u32 *val)
{
	assert_false(bus.lock.held);
	*val = 0x99999999;
	return offset == 0xf0;
}

static void fake_config_written(struct vpci_dev *dev, unsigned int offset, unsigned int size)
{
	struct fake *f = to_fake(dev);

	assert_false(bus.lock.held);
	f->written++;
	f->written_at = offset;
	f->written_size = size;
}

static void fake_reset(struct vpci_dev *dev)
{
	assert_false(bus.lock.held);
	to_fake(dev)->resets++;
}

static const struct vpci_dev_ops fake_ops = {
	.bar_read = fake_read,
	.bar_write = fake_write,
	.config_read = fake_config_read,
	.config_written = fake_config_written,
	.reset = fake_reset,
};

static const struct vpci_ids fake_ids = {
	.vendor = 0x1af4,
	.device = 0x1042,
	.subsystem_vendor = 0x1234,
	.subsystem = 0x5678,
	.class = 0x010802,
	.revision = 1,
	.has_pin = true,
};

static void set_line(struct vpci_bus *b, unsigned int gsi, bool level)
{
	assert_true(b->lock.held);
	assert_in_range(gsi, IRQ_PCI, IRQ_PCI + GUEST_PCI_IRQS - 1);
	line[gsi] = level;
}

static void send(struct vpci_bus *b, const struct apic_msg *msg)
{
	last = *msg;
	messages++;
}

static const struct vpci_bus_ops ops = { .intx = set_line, .msi = send };

static u32 config(u32 slot, u32 reg)
{
	vpci_port_write(&bus, 0xcf8, 4, CONFIG(slot, reg & ~3));
	return vpci_port_read(&bus, 0xcfc, 4) >> (8 * (reg & 3));
}

static void set_config(u32 slot, u32 reg, unsigned int size, u32 val)
{
	vpci_port_write(&bus, 0xcf8, 4, CONFIG(slot, reg & ~3));
	vpci_port_write(&bus, 0xcfc + (reg & 3), size, val);
}

static void command(u32 slot, u32 bits)
{
	set_config(slot, PCI_COMMAND, 2, bits);
}

/* Slot 1: ports, 32 bits, 64 bits; slot 3: memory; slot 4: nothing. */
static int setup(void **state)
{
	static const unsigned int slots[] = { 1, 3, 4 };
	unsigned int i;

	memset(fake, 0x55, sizeof(fake));
	memset(line, 0, sizeof(line));
	messages = 0;
	vpci_bus_init(&bus, &ops);
	for (i = 0; i < ARRAY_SIZE(fake); i++)
		vpci_dev_init(&fake[i].pci, &fake_ops, &fake_ids);
	vpci_add_bar(&fake[0].pci, 0, VPCI_BAR_IO, 32);
	vpci_add_bar(&fake[0].pci, 1, VPCI_BAR_MEM32, 4096);
	vpci_add_bar(&fake[0].pci, 2, VPCI_BAR_MEM64, 16384);
	vpci_add_bar(&fake[0].pci, 5, VPCI_BAR_IO, 64);
	vpci_add_bar(&fake[1].pci, 0, VPCI_BAR_MEM32, 4096);
	for (i = 0; i < ARRAY_SIZE(fake); i++)
		assert_int_equal(vpci_add(&bus, &fake[i].pci, slots[i]), 0);
	vpci_reset(&bus);
	for (i = 0; i < ARRAY_SIZE(fake); i++)
		memset((char *)&fake[i] + sizeof(fake[i].pci), 0,
		       sizeof(fake[i]) - sizeof(fake[i].pci));
	return 0;
}

static void test_address_port(void **state)
{
	vpci_port_write(&bus, 0xcf8, 4, 0x80000804);
	assert_int_equal(vpci_port_read(&bus, 0xcf8, 4), 0x80000804);
	/* Only a dword is for CONFIG_ADDRESS. */
	vpci_port_write(&bus, 0xcf8, 2, 0);
	vpci_port_write(&bus, 0xcfb, 1, 0);
	vpci_port_write(&bus, 0xcfa, 4, 0);
	assert_int_equal(vpci_port_read(&bus, 0xcf8, 4), 0x80000804);
	assert_int_equal(vpci_port_read(&bus, 0xcf8, 2), 0xffff);
	assert_int_equal(vpci_port_read(&bus, 0xcf8, 1), 0xff);
	assert_int_equal(vpci_port_read(&bus, 0xcfb, 1), 0xff);
}

static void test_data_port(void **state)
{
	vpci_port_write(&bus, 0xcf8, 4, CONFIG(1, 0));
	assert_int_equal(vpci_port_read(&bus, 0xcfc, 4), 0x10421af4);
	assert_int_equal(vpci_port_read(&bus, 0xcfc, 2), 0x1af4);
	assert_int_equal(vpci_port_read(&bus, 0xcfe, 2), 0x1042);
	assert_int_equal(vpci_port_read(&bus, 0xcfd, 1), 0x1a);
	assert_int_equal(vpci_port_read(&bus, 0xcfe, 4), 0xffff1042);	/* past the end */
	vpci_port_write(&bus, 0xcf8, 4, CONFIG(1, 0) | 3);		/* bits 0, 1 are nothing */
	assert_int_equal(vpci_port_read(&bus, 0xcfc, 4), 0x10421af4);
	vpci_port_write(&bus, 0xcf8, 4, CONFIG(1, PCI_INTERRUPT_LINE));
	vpci_port_write(&bus, 0xcff, 4, 0xffffffff);
	assert_int_equal(vpci_port_read(&bus, 0xcfc, 1), IRQ_PCI + 1);
	vpci_port_write(&bus, 0xcfc, 1, 0x55);
	assert_int_equal(vpci_port_read(&bus, 0xcfc, 4), 0x0155);
}

static void test_nobody(void **state)
{
	static const u32 addresses[] = {
		0x00000800,	/* not enabled */
		0x80010800,	/* bus 1 */
		0x80000900,	/* function 1 */
		0x81000800,	/* reserved bit */
		0x80001000,	/* slot 2 */
		0x8000f800,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		vpci_port_write(&bus, 0xcf8, 4, addresses[i]);
		assert_int_equal(vpci_port_read(&bus, 0xcfc, 4), 0xffffffff);
		assert_int_equal(vpci_port_read(&bus, 0xcfc, 1), 0xff);
		vpci_port_write(&bus, 0xcfc, 4, 0);
	}
	assert_int_equal(vpci_mem_read(&bus, ECAM(2, 0), 4), U64_MAX);
	assert_int_equal(vpci_mem_read(&bus, ECAM(1, 0x1000), 4), U64_MAX);	/* function 1 */
	assert_int_equal(vpci_mem_read(&bus, ECAM(1, 0x100), 4), U64_MAX);
	assert_int_equal(vpci_mem_read(&bus, ECAM(1, 0xfd), 4), U64_MAX);
	assert_int_equal(vpci_mem_read(&bus, ECAM(31, 0xfff), 8), U64_MAX);
	vpci_mem_write(&bus, ECAM(31, 0x7fff), 8, U64_MAX);
	vpci_mem_write(&bus, ECAM(1, 0xfc), 8, U64_MAX);
	assert_int_equal(vpci_mem_read(&bus, GUEST_ECAM_BASE - 1, 1), U64_MAX);
	assert_int_equal(vpci_mem_read(&bus, GUEST_ECAM_BASE + GUEST_ECAM_SIZE, 1), U64_MAX);
	assert_int_equal(fake[0].written, 0);
}

static void test_host_bridge(void **state)
{
	assert_int_equal(config(0, 0), 0x00081b36);
	assert_int_equal(config(0, PCI_CLASS_REVISION), 0x06000000);
	assert_int_equal(config(0, PCI_HEADER_TYPE) & 0xff, 0);
	assert_int_equal(config(0, PCI_INTERRUPT_LINE) & 0xffff, 0);
	set_config(0, PCI_BASE_ADDRESS_0, 4, ~0U);
	assert_int_equal(config(0, PCI_BASE_ADDRESS_0), 0);
}

static void test_header(void **state)
{
	assert_int_equal(config(1, PCI_CLASS_REVISION), 0x01080201);
	assert_int_equal(config(1, PCI_SUBSYSTEM_VENDOR_ID), 0x56781234);
	assert_int_equal(config(1, PCI_INTERRUPT_LINE), 0x010b);
	assert_int_equal(config(4, PCI_INTERRUPT_LINE), 0x010a);
	assert_int_equal(config(1, PCI_COMMAND), 0);
	set_config(1, 0, 4, 0);
	set_config(1, PCI_STATUS, 2, 0xffff);
	command(1, 0xffff);
	assert_int_equal(config(1, 0), 0x10421af4);
	assert_int_equal(config(1, PCI_COMMAND), 0x0407);
}

static void test_ecam(void **state)
{
	assert_int_equal(vpci_mem_read(&bus, ECAM(1, 0), 4), 0x10421af4);
	assert_int_equal(vpci_mem_read(&bus, ECAM(1, 1), 2), 0x421a);
	assert_int_equal(vpci_mem_read(&bus, ECAM(1, 0), 8), 0x0000000010421af4);
	assert_int_equal(vpci_mem_read(&bus, ECAM(0, 0), 2), 0x1b36);
	vpci_mem_write(&bus, ECAM(1, PCI_INTERRUPT_LINE), 1, 0x77);
	assert_int_equal(config(1, PCI_INTERRUPT_LINE) & 0xff, 0x77);
	assert_int_equal(fake[0].written, 1);
	/* 8 bytes are two registers. */
	vpci_mem_write(&bus, ECAM(1, PCI_BASE_ADDRESS_2), 8, 0x12345678ffffffff);
	assert_int_equal(config(1, PCI_BASE_ADDRESS_2), 0xffffc004);
	assert_int_equal(config(1, PCI_BASE_ADDRESS_3), 0x12345678);
	assert_int_equal(fake[0].written, 3);
	assert_int_equal(fake[0].written_at, PCI_BASE_ADDRESS_3);
}

static void test_bars_after_reset(void **state)
{
	assert_int_equal(config(1, PCI_BASE_ADDRESS_0), IO(1) | 1);
	assert_int_equal(config(1, PCI_BASE_ADDRESS_1), MEM(1));
	assert_int_equal(config(1, PCI_BASE_ADDRESS_2), (MEM(1) + 16384) | 4);
	assert_int_equal(config(1, PCI_BASE_ADDRESS_3), 0);
	assert_int_equal(config(1, PCI_BASE_ADDRESS_4), 0);
	assert_int_equal(config(1, PCI_BASE_ADDRESS_5), (IO(1) + 64) | 1);
	assert_int_equal(config(3, PCI_BASE_ADDRESS_0), MEM(3));
	assert_true(MEM(31) + 0x1000000 == GUEST_ECAM_BASE);
	assert_true(IO(31) + 0x400 == 0x10000);
}

static void test_bar_sizes(void **state)
{
	static const u32 sizes[] = { 0xffffffe1, 0xfffff000, 0xffffc004, 0xffffffff, 0, 0xffffffc1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		set_config(1, PCI_BASE_ADDRESS_0 + 4 * i, 4, ~0U);
		assert_int_equal(config(1, PCI_BASE_ADDRESS_0 + 4 * i), sizes[i]);
	}
	set_config(1, PCI_ROM_ADDRESS, 4, ~0U);
	assert_int_equal(config(1, PCI_ROM_ADDRESS), 0);
}

static void test_bar_access(void **state)
{
	/* Switched off after a reset. */
	assert_int_equal(vpci_port_read(&bus, IO(1), 4), 0xffffffff);
	assert_int_equal(vpci_mem_read(&bus, MEM(1), 4), U64_MAX);
	command(1, PCI_COMMAND_IO);
	assert_int_equal((u16)vpci_port_read(&bus, IO(1) + 6, 2), 0x7788);
	assert_int_equal(fake[0].bar, 0);
	assert_int_equal(fake[0].offset, 6);
	assert_int_equal(fake[0].size, 2);
	vpci_mem_write(&bus, MEM(1), 4, 1);
	assert_int_equal(fake[0].writes, 0);
	command(1, PCI_COMMAND_MEMORY);
	vpci_port_write(&bus, IO(1), 4, 1);
	assert_int_equal(fake[0].writes, 0);
	vpci_mem_write(&bus, MEM(1) + 4088, 8, 0x123456789abcdefULL);
	assert_int_equal(fake[0].bar, 1);
	assert_int_equal(fake[0].offset, 4088);
	assert_int_equal(fake[0].val, 0x123456789abcdefULL);
	assert_int_equal(vpci_mem_read(&bus, MEM(1) + 16384 + 16383, 1), 0x1122334455667788ULL);
	assert_int_equal(fake[0].bar, 2);
	assert_int_equal(fake[0].offset, 16383);
	assert_int_equal(fake[1].reads + fake[1].writes, 0);
}

static void test_access_across_the_end(void **state)
{
	command(1, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	assert_int_equal(vpci_mem_read(&bus, MEM(1) + 4093, 4), U64_MAX);
	vpci_mem_write(&bus, MEM(1) + 4095, 2, 0);
	assert_int_equal(vpci_port_read(&bus, IO(1) + 31, 2), 0xffff);
	vpci_port_write(&bus, IO(1) + 29, 4, 0);
	vpci_mem_write(&bus, MEM(1) - 1, 8, 0);
	assert_int_equal(fake[0].reads + fake[0].writes, 0);
}

static void test_bar_moves(void **state)
{
	command(1, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	set_config(1, PCI_BASE_ADDRESS_2, 4, 0x40000000);
	set_config(1, PCI_BASE_ADDRESS_3, 4, 0x12);
	vpci_mem_write(&bus, 0x1240000008ULL, 4, 5);
	assert_int_equal(fake[0].bar, 2);
	assert_int_equal(fake[0].offset, 8);
	vpci_mem_write(&bus, 0x40000008, 4, 5);
	vpci_mem_write(&bus, MEM(1) + 16384, 4, 5);
	assert_int_equal(fake[0].writes, 1);
	/* The top of everything. */
	set_config(1, PCI_BASE_ADDRESS_2, 4, ~0U);
	set_config(1, PCI_BASE_ADDRESS_3, 4, ~0U);
	vpci_mem_write(&bus, U64_MAX - 3, 4, 5);
	assert_int_equal(fake[0].offset, 16380);
	/* Ports that no instruction reaches. */
	set_config(1, PCI_BASE_ADDRESS_0, 4, 0x12000);
	assert_int_equal(vpci_port_read(&bus, 0x2000, 4), 0xffffffff);
	/* A byte of the register moves it as well. */
	set_config(1, PCI_BASE_ADDRESS_0 + 2, 1, 0);
	assert_int_not_equal(vpci_port_read(&bus, 0x2000, 4), 0xffffffff);
}

static void test_overlap(void **state)
{
	command(1, PCI_COMMAND_MEMORY);
	command(3, PCI_COMMAND_MEMORY);
	set_config(3, PCI_BASE_ADDRESS_0, 4, MEM(1));
	vpci_mem_write(&bus, MEM(1), 4, 0);
	assert_int_equal(fake[0].writes, 1);
	command(1, 0);
	vpci_mem_write(&bus, MEM(1), 4, 0);
	assert_int_equal(fake[0].writes, 1);
	assert_int_equal(fake[1].writes, 1);
	/* ECAM and the address port are the board's. */
	set_config(3, PCI_BASE_ADDRESS_0, 4, GUEST_ECAM_BASE);
	assert_int_equal(vpci_mem_read(&bus, GUEST_ECAM_BASE, 2), 0x1b36);
	command(1, PCI_COMMAND_IO);
	set_config(1, PCI_BASE_ADDRESS_0, 4, 0xce0);
	assert_int_equal(vpci_port_read(&bus, 0xcf8, 4), CONFIG(1, PCI_BASE_ADDRESS_0));
	assert_int_equal(fake[0].reads, 0);
	vpci_port_read(&bus, 0xcf8, 1);
	assert_int_equal(fake[0].reads, 1);
}

/* Readers that a writer comes between look again. */
static void test_find_during_a_move(void **state)
{
	command(1, PCI_COMMAND_IO);
	bus.seq.sequence++;
	assert_int_not_equal(vpci_port_read(&bus, IO(1), 4), 0xffffffff);
	assert_int_equal(fake[0].reads, 1);
	assert_false(bus.lock.held);
}

static void test_config_ops(void **state)
{
	assert_int_equal(config(1, 0xf0), 0x99999999);
	assert_int_equal(vpci_mem_read(&bus, ECAM(1, 0xf0), 1), 0x99);
	assert_int_equal(config(1, 0xf4), 0);
	set_config(1, 0x42, 2, 0x1234);
	assert_int_equal(fake[0].written, 1);
	assert_int_equal(fake[0].written_at, 0x42);
	assert_int_equal(fake[0].written_size, 2);
	assert_int_equal(vpci_config_get(&fake[0].pci, PCI_DEVICE_ID, 2), 0x1042);
}

static void test_clearable_bits(void **state)
{
	fake[0].pci.clearable[0x80] = 0xf0;
	fake[0].pci.writable[0x80] = 0x03;
	fake[0].pci.config[0x80] = 0xfc;
	set_config(1, 0x80, 1, 0x11);
	assert_int_equal(config(1, 0x80), 0xed);
	vpci_reset(&bus);
	assert_int_equal(config(1, 0x80), 0x0c);
}

static void test_capabilities(void **state)
{
	struct vpci_dev *dev = &fake[2].pci;
	int first, second;

	vpci_bus_init(&bus, &ops);
	vpci_dev_init(dev, &fake_ops, &fake_ids);
	assert_int_equal(dev->config[PCI_STATUS], 0);
	first = vpci_add_cap(dev, PCI_CAP_ID_VNDR, 15);
	second = vpci_add_cap(dev, PCI_CAP_ID_MSIX, 12);
	assert_int_equal(first, 0x40);
	assert_int_equal(second, 0x50);
	assert_int_equal(vpci_add_cap(dev, PCI_CAP_ID_VNDR, 256 - 0x5c + 1), -ENOSPC);
	assert_int_equal(vpci_add_cap(dev, PCI_CAP_ID_VNDR, 256 - 0x5c), 0x5c);
	assert_int_equal(vpci_add_cap(dev, PCI_CAP_ID_VNDR, 2), -ENOSPC);
	assert_int_equal(vpci_add(&bus, dev, 31), 0);
	vpci_reset(&bus);
	assert_int_equal(config(31, PCI_STATUS) & 0xffff, PCI_STATUS_CAP_LIST);
	assert_int_equal(config(31, PCI_CAPABILITY_LIST) & 0xff, 0x40);
	assert_int_equal(config(31, 0x40) & 0xffff, 0x5009);
	assert_int_equal(config(31, 0x50) & 0xffff, 0x5c11);
	assert_int_equal(config(31, 0x5c) & 0xffff, 0x0009);
}

static void test_add(void **state)
{
	struct fake big;

	vpci_dev_init(&big.pci, &fake_ops, &fake_ids);
	assert_int_equal(vpci_add(&bus, &big.pci, 0), -EBUSY);
	assert_int_equal(vpci_add(&bus, &big.pci, 1), -EBUSY);
	assert_int_equal(vpci_add(&bus, &big.pci, 32), -EINVAL);
	vpci_add_bar(&big.pci, 0, VPCI_BAR_MEM32, 8 << 20);
	vpci_add_bar(&big.pci, 1, VPCI_BAR_MEM32, 4096);
	vpci_add_bar(&big.pci, 2, VPCI_BAR_MEM32, 8 << 20);
	assert_int_equal(vpci_add(&bus, &big.pci, 5), -ENOSPC);
	assert_null(bus.dev[5]);
	vpci_dev_init(&big.pci, &fake_ops, &fake_ids);
	vpci_add_bar(&big.pci, 0, VPCI_BAR_MEM32, 8 << 20);
	vpci_add_bar(&big.pci, 2, VPCI_BAR_MEM64, 8 << 20);
	assert_int_equal(vpci_add(&bus, &big.pci, 5), 0);
	assert_int_equal(config(5, PCI_BASE_ADDRESS_2), (MEM(5) + (8 << 20)) | 4);
}

static void test_remove(void **state)
{
	command(3, PCI_COMMAND_MEMORY);
	assert_int_not_equal(vpci_mem_read(&bus, MEM(3), 4), U64_MAX);
	vpci_remove(&fake[1].pci);
	assert_int_equal(vpci_mem_read(&bus, MEM(3), 4), U64_MAX);
	assert_int_equal(config(3, 0), U32_MAX);
	vpci_reset(&bus);
	assert_int_equal(fake[1].resets, 0);
	assert_int_equal(fake[0].resets, 1);
	assert_int_equal(vpci_add(&bus, &fake[1].pci, 3), 0);
}

/* Slots 1 and 3 share a line, slot 4 has the other. */
static void test_intx(void **state)
{
	vpci_set_intx(&fake[0].pci, true);
	assert_true(line[11] && !line[10]);
	assert_true(config(1, PCI_STATUS) & PCI_STATUS_INTERRUPT);
	assert_false(config(3, PCI_STATUS) & PCI_STATUS_INTERRUPT);
	vpci_set_intx(&fake[1].pci, true);
	vpci_set_intx(&fake[2].pci, true);
	assert_true(line[11] && line[10]);
	vpci_set_intx(&fake[0].pci, false);
	assert_true(line[11]);
	assert_false(config(1, PCI_STATUS) & PCI_STATUS_INTERRUPT);
	vpci_set_intx(&fake[1].pci, false);
	assert_true(!line[11] && line[10]);
	vpci_set_intx(&fake[2].pci, false);
	assert_false(line[10]);
}

static void test_intx_disable(void **state)
{
	vpci_set_intx(&fake[0].pci, true);
	vpci_set_intx(&fake[1].pci, true);
	command(1, PCI_COMMAND_INTX_DISABLE);
	assert_true(line[11]);
	command(3, PCI_COMMAND_INTX_DISABLE);
	assert_false(line[11]);
	assert_true(config(1, PCI_STATUS) & PCI_STATUS_INTERRUPT);
	vpci_set_intx(&fake[0].pci, true);
	assert_false(line[11]);
	set_config(1, PCI_COMMAND + 1, 1, 0);
	assert_true(line[11]);
}

static void test_msi_needs_a_master(void **state)
{
	struct apic_msg msg = { .vector = 0x41 };

	vpci_send_msi(&fake[0].pci, &msg);
	assert_int_equal(messages, 0);
	command(1, PCI_COMMAND_MASTER);
	vpci_send_msi(&fake[0].pci, &msg);
	assert_int_equal(messages, 1);
	assert_int_equal(last.vector, 0x41);
}

static void test_reset(void **state)
{
	command(1, 0x0407);
	set_config(1, PCI_BASE_ADDRESS_0, 4, 0x5000);
	set_config(1, PCI_BASE_ADDRESS_3, 4, 0x5000);
	set_config(1, PCI_INTERRUPT_LINE, 1, 0x55);
	vpci_set_intx(&fake[1].pci, true);
	vpci_set_intx(&fake[2].pci, true);
	fake[0].resets = 0;
	vpci_reset(&bus);
	assert_int_equal(fake[0].resets, 1);
	assert_int_equal(vpci_port_read(&bus, 0xcf8, 4), 0);
	assert_true(!line[10] && !line[11]);
	assert_int_equal(bus.nwindows, 0);
	assert_int_equal(config(3, PCI_STATUS) & 0xffff, 0);
	test_bars_after_reset(state);
	test_header(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_address_port, setup),
		cmocka_unit_test_setup(test_data_port, setup),
		cmocka_unit_test_setup(test_nobody, setup),
		cmocka_unit_test_setup(test_host_bridge, setup),
		cmocka_unit_test_setup(test_header, setup),
		cmocka_unit_test_setup(test_ecam, setup),
		cmocka_unit_test_setup(test_bars_after_reset, setup),
		cmocka_unit_test_setup(test_bar_sizes, setup),
		cmocka_unit_test_setup(test_bar_access, setup),
		cmocka_unit_test_setup(test_access_across_the_end, setup),
		cmocka_unit_test_setup(test_bar_moves, setup),
		cmocka_unit_test_setup(test_overlap, setup),
		cmocka_unit_test_setup(test_find_during_a_move, setup),
		cmocka_unit_test_setup(test_config_ops, setup),
		cmocka_unit_test_setup(test_clearable_bits, setup),
		cmocka_unit_test_setup(test_capabilities, setup),
		cmocka_unit_test_setup(test_add, setup),
		cmocka_unit_test_setup(test_remove, setup),
		cmocka_unit_test_setup(test_intx, setup),
		cmocka_unit_test_setup(test_intx_disable, setup),
		cmocka_unit_test_setup(test_msi_needs_a_master, setup),
		cmocka_unit_test_setup(test_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
