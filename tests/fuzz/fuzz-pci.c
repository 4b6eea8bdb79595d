// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-pci.c - any guest against the PCI bus and MSI-X
 *
 * The input is a program: accesses of any size to configuration space by both ways, to wherever
 * BARs are or may be, interrupts that devices signal. Three devices with BARs of all kinds check
 * what reaches them. After each step the bus is compared with what its registers say; sanitizers
 * see the rest.
 */
#include <string.h>
#include <linux/kernel.h>
#include "dev/msix.h"
#include "dev/pci.h"
#include "program.h"

#define DEVICES		3
#define VECTORS		37
#define MSIX_BAR	1
#define MSIX_AT		0x400

struct device {
	struct vpci_dev pci;
	struct msix msix;
	struct msix_vector vector[VECTORS];
	bool has_msix, pin;
};

static const unsigned int slots[DEVICES] = { 1, 2, 31 };

static struct machine {
	struct vpci_bus bus;
	struct device device[DEVICES];
	bool line[GUEST_PCI_IRQS];
	bool may_send;			/* something has happened that sends messages */
	unsigned int messages;
	struct device *called;		/* the last one whose BAR was accessed */
	unsigned int bar;
	u64 offset;
} m;

static struct device *to_device(struct vpci_dev *pci)
{
	return container_of(pci, struct device, pci);
}

static void note_access(struct vpci_dev *pci, unsigned int bar, u64 offset, unsigned int size)
{
	CHECK(!m.bus.lock.held);
	CHECK(pci->bar[bar].type != VPCI_BAR_NONE);
	CHECK(size >= 1 && size <= 8 && offset + size <= pci->bar[bar].size);
	CHECK(pci->config[PCI_COMMAND] & (pci->bar[bar].type == VPCI_BAR_IO ? 1 : 2));
	m.called = to_device(pci);
	m.bar = bar;
	m.offset = offset;
}

static u64 bar_read(struct vpci_dev *pci, unsigned int bar, u64 offset, unsigned int size)
{
	struct device *d = to_device(pci);

	note_access(pci, bar, offset, size);
	if (!d->has_msix || bar != MSIX_BAR || offset < MSIX_AT)
		return U64_MAX;
	return msix_read(&d->msix, offset - MSIX_AT, size);
}

static void bar_write(struct vpci_dev *pci, unsigned int bar, u64 offset, unsigned int size,
		      u64 val)
{
	struct device *d = to_device(pci);

	note_access(pci, bar, offset, size);
	CHECK(size == 8 || !(val >> (8 * size)));
	if (d->has_msix && bar == MSIX_BAR && offset >= MSIX_AT)
		msix_write(&d->msix, offset - MSIX_AT, size, val);
}

static void config_written(struct vpci_dev *pci, unsigned int offset, unsigned int size)
{
	struct device *d = to_device(pci);

	CHECK(!m.bus.lock.held);
	CHECK(size >= 1 && size <= 4 && offset + size <= PCI_CONFIG_SIZE);
	if (d->has_msix)
		msix_config_written(&d->msix);
}

static void reset(struct vpci_dev *pci)
{
	struct device *d = to_device(pci);

	if (d->has_msix)
		msix_reset(&d->msix);
	d->pin = false;
}

static const struct vpci_dev_ops dev_ops = {
	.bar_read = bar_read,
	.bar_write = bar_write,
	.config_written = config_written,
	.reset = reset,
};

static void set_line(struct vpci_bus *bus, unsigned int gsi, bool level)
{
	CHECK(bus->lock.held && gsi >= IRQ_PCI && gsi < IRQ_PCI + GUEST_PCI_IRQS);
	m.line[gsi - IRQ_PCI] = level;
}

static void send(struct vpci_bus *bus, const struct apic_msg *msg)
{
	CHECK(m.may_send);
	m.messages++;
	CHECK(msg->delivery <= APIC_DELIVER_EXTINT && msg->delivery != APIC_DELIVER_REMOTE &&
	      msg->delivery != APIC_DELIVER_STARTUP);
	CHECK(msg->assert && (!msg->level || msg->delivery <= APIC_DELIVER_LOWEST));
	CHECK(msg->shorthand == APIC_TO_DEST && msg->dest <= 0xff);
}

static const struct vpci_bus_ops bus_ops = { .intx = set_line, .msi = send };

static void build(void)
{
	static const struct vpci_ids ids = { .vendor = 0x1af4, .device = 0x1040, .has_pin = true };
	unsigned int i;

	memset(&m, 0, sizeof(m));
	vpci_bus_init(&m.bus, &bus_ops);
	for (i = 0; i < DEVICES; i++)
		vpci_dev_init(&m.device[i].pci, &dev_ops, &ids);
	vpci_add_bar(&m.device[0].pci, 0, VPCI_BAR_IO, 32);
	vpci_add_bar(&m.device[0].pci, MSIX_BAR, VPCI_BAR_MEM32, 4096);
	vpci_add_bar(&m.device[1].pci, MSIX_BAR, VPCI_BAR_MEM64, 2048);
	vpci_add_bar(&m.device[1].pci, 4, VPCI_BAR_MEM64, 8 << 20);
	vpci_add_bar(&m.device[2].pci, 0, VPCI_BAR_IO, 4);
	vpci_add_bar(&m.device[2].pci, 3, VPCI_BAR_MEM32, 16);
	vpci_add_bar(&m.device[2].pci, 5, VPCI_BAR_IO, 256);
	for (i = 0; i < 2; i++) {
		struct device *d = &m.device[i];

		d->has_msix = true;
		CHECK(!msix_init(&d->msix, &d->pci, MSIX_BAR, MSIX_AT, d->vector, VECTORS));
	}
	for (i = 0; i < DEVICES; i++)
		CHECK(!vpci_add(&m.bus, &m.device[i].pci, slots[i]));
	vpci_reset(&m.bus);
}

/* What the registers say of a BAR. */
static bool bar_is_at(struct vpci_dev *pci, unsigned int bar, bool io, u64 *base)
{
	enum vpci_bar_type type = pci->bar[bar].type;
	u32 low, high = 0;

	if (type == VPCI_BAR_NONE || io != (type == VPCI_BAR_IO) ||
	    !(pci->config[PCI_COMMAND] & (io ? 1 : 2)))
		return false;
	memcpy(&low, &pci->config[0x10 + 4 * bar], 4);
	if (type == VPCI_BAR_MEM64)
		memcpy(&high, &pci->config[0x14 + 4 * bar], 4);
	CHECK((low & 0xf & (pci->bar[bar].size - 1)) ==
	      (type == VPCI_BAR_IO ? 1 : type == VPCI_BAR_MEM64 ? 4 : 0));
	*base = (u64)high << 32 | (low & ~(pci->bar[bar].size - 1));
	return true;
}

/* Who has to have been called for an access; NULL: nobody. */
static struct device *wanted(bool io, u64 addr, unsigned int size, unsigned int *bar, u64 *offset)
{
	unsigned int i;
	u64 base;

	for (i = 0; i < DEVICES; i++) {
		struct vpci_dev *pci = &m.device[i].pci;

		for (*bar = 0; *bar < PCI_BARS; ++*bar) {
			if (!bar_is_at(pci, *bar, io, &base))
				continue;
			*offset = addr - base;
			if (*offset < pci->bar[*bar].size)
				return *offset + size <= pci->bar[*bar].size ? &m.device[i] : NULL;
		}
	}
	return NULL;
}

static void check_call(bool io, u64 addr, unsigned int size)
{
	unsigned int bar;
	u64 offset;
	struct device *d = wanted(io, addr, size, &bar, &offset);

	CHECK(m.called == d);
	CHECK(!d || (m.bar == bar && m.offset == offset));
}

static void check_vectors(struct device *d)
{
	bool held = (d->pci.config[d->msix.cap + 3] & 0xc0) != 0x80;
	unsigned int i;

	for (i = 0; i < VECTORS; i++) {
		CHECK(!d->vector[i].lock.held);
		CHECK(!(d->vector[i].reg[3] & ~1U));
		CHECK(!d->vector[i].pending || held || (d->vector[i].reg[3] & 1));
	}
}

static void check(void)
{
	bool line[GUEST_PCI_IRQS] = { false };
	unsigned int i;

	CHECK(!m.bus.lock.held && !(m.bus.seq.sequence & 1));
	CHECK(m.bus.nports <= m.bus.nwindows && m.bus.nwindows <= ARRAY_SIZE(m.bus.window));
	CHECK(*(u32 *)m.bus.bridge.config == 0x00081b36);
	for (i = 0; i < DEVICES; i++) {
		struct vpci_dev *pci = &m.device[i].pci;
		bool disabled = pci->config[PCI_COMMAND + 1] & 4;

		CHECK(*(u32 *)pci->config == 0x10401af4);
		CHECK(!(pci->config[PCI_COMMAND] & ~7) && !(pci->config[PCI_COMMAND + 1] & ~4));
		CHECK(!(pci->config[PCI_STATUS] & 8) == !m.device[i].pin);
		line[slots[i] % GUEST_PCI_IRQS] |= m.device[i].pin && !disabled;
		if (m.device[i].has_msix)
			check_vectors(&m.device[i]);
	}
	for (i = 0; i < GUEST_PCI_IRQS; i++)
		CHECK(m.line[i] == line[i]);
}

static u64 low(u64 val, unsigned int size)
{
	return size < 8 ? val & ((1ULL << (8 * size)) - 1) : val;
}

static void port(struct input *in, u16 at, unsigned int size, bool write)
{
	bool config = (at == 0xcf8 && size == 4) || (at & ~3) == 0xcfc;

	if (write)
		vpci_port_write(&m.bus, at, size, low(take(in, size), size));
	else
		CHECK(!(vpci_port_read(&m.bus, at, size) & ~(0xffffffffU >> (32 - 8 * size))) || !config);
	if (!config)
		check_call(true, at, size);
}

static void memory(struct input *in, u64 at, unsigned int size, bool write)
{
	if (write)
		vpci_mem_write(&m.bus, at, size, low(take(in, size), size));
	else
		vpci_mem_read(&m.bus, at, size);
	if (at - GUEST_ECAM_BASE >= GUEST_ECAM_SIZE)
		check_call(false, at, size);
}

/* Around a BAR, wherever it is; or anywhere. */
static u64 pick_address(struct input *in, bool io)
{
	u8 which = take(in, 1);
	struct vpci_dev *pci = &m.device[which % DEVICES].pci;
	unsigned int bar = which / DEVICES % PCI_BARS;
	u64 base;

	if (!bar_is_at(pci, bar, io, &base))
		return take(in, io ? 2 : 8);
	return base + (s16)take(in, 2) % (s64)(2 * pci->bar[bar].size);
}

static unsigned int pick_slot(struct input *in)
{
	u8 slot = take(in, 1);

	return slot < 0xc0 ? slots[slot % DEVICES] : slot % PCI_SLOTS;
}

static void access_config(struct input *in, bool write)
{
	unsigned int slot = pick_slot(in), at = take(in, 1);
	u8 how = take(in, 1);

	if (how & 0x10) {
		unsigned int size = 1 + (how & 7);

		memory(in, GUEST_ECAM_BASE + (slot << 15) + at + (how & 0x80 ? take(in, 2) : 0), size,
		       write);
		return;
	}
	vpci_port_write(&m.bus, 0xcf8, 4, 0x80000000 | slot << 11 | (at & 0xfc));
	port(in, 0xcfc + (at & 3), 1 << (how & 3) % 3, write);
}

/* Several registers that mean something only together: else they would seldom meet. */
static void program_vector(struct input *in)
{
	struct device *d = &m.device[take(in, 1) % 2];
	u32 at = take(in, 1) % VECTORS * 16;

	msix_write(&d->msix, at, 8, 0xfee00000 | take(in, 2));
	msix_write(&d->msix, at + 8, 8, take(in, 2) | take(in, 1) << 32);
}

/* It goes out or pends, as the masks say. */
static void signal(struct device *d, unsigned int i)
{
	u8 control = d->pci.config[d->msix.cap + 3];
	unsigned int before = m.messages;
	bool out;

	msix_signal(&d->msix, i);
	if (i >= VECTORS || !(control & 0x80)) {
		CHECK(m.messages == before);
		return;
	}
	out = !(control & 0x40) && !(d->vector[i].reg[3] & 1);
	CHECK(d->vector[i].pending == !out && m.messages - before <= out);
}

static void step(struct input *in)
{
	struct device *d;
	u8 what = take(in, 1);
	bool write = what & 0x80;

	m.called = NULL;
	m.may_send = write;
	switch (what % 8) {
	case 0 ... 2:
		access_config(in, write);
		break;
	case 3:
		port(in, pick_address(in, true), 1 << take(in, 1) % 3, write);
		break;
	case 4:
		memory(in, pick_address(in, false), 1 + take(in, 1) % 8, write);
		break;
	case 5:
		m.may_send = true;
		program_vector(in);
		break;
	case 6:
		m.may_send = true;
		d = &m.device[take(in, 1) % 2];
		signal(d, take(in, 1) % (VECTORS + 1));
		break;
	case 7:
		d = &m.device[what / 8 % DEVICES];
		d->pin = write;
		vpci_set_intx(&d->pci, d->pin);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };

	build();
	while (in.left) {
		step(&in);
		check();
	}
	vpci_reset(&m.bus);
	check();
	CHECK(!m.bus.nwindows && !m.line[0] && !m.line[1]);
	return 0;
}
