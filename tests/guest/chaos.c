// SPDX-License-Identifier: GPL-2.0-only
/*
 * chaos: a driver of all virtio devices at once that has lost its mind, n=ROUNDS seed=SEED
 *
 * Each CPU, for itself and against the others, does one thing after another that a dice says:
 * brings a device up, with rings that are right, or misaligned, or nowhere; writes descriptors,
 * indices, notifications, registers, MSI-X tables, the command register, BARs. None of it may
 * do more than the VM itself could have done. Afterwards every device can still be reset.
 *
 * What devices are given to write to is the last 4 MiB of RAM: behind it is nothing, and in
 * front of it is this guest, which wants to live. (Not all of what it writes is random: then
 * nearly all would end at the first check.) That is also why the balloon's first queue is left out:
 * any number in what it reads is a page to be given up, and small ones are this guest's.
 */
#include "guest.h"

#define SLOTS		32
#define BARS		6
#define SCRATCH_SIZE	0x400000
#define PAGE		4096
#define RING		(16 * PAGE)	/* where a ring with all its parts has its place */
#define RINGS		16

#define COMMAND		0x04
#define BAR0		0x10
#define CAP_POINTER	0x34
#define CAP_VENDOR	9
#define CAP_WINDOW	5		/* VIRTIO_PCI_CAP_PCI_CFG */
#define BALLOON_DEVICE	0x1045

enum {				/* of the memory BAR */
	FEATURE_SELECT = 0x08, FEATURE = 0x0c, CONFIG_VECTOR = 0x10, NUM_QUEUES = 0x12,
	STATUS = 0x14, QUEUE_SELECT = 0x16, QUEUE_SIZE = 0x18, QUEUE_VECTOR = 0x1a,
	QUEUE_ENABLE = 0x1c, QUEUE_DESC = 0x20, QUEUE_RESET = 0x3a,
	NOTIFY = 0x200, CONFIG = 0x400, MSIX = 0x1000, MEMORY_SIZE = 0x2000,
};

struct mcfg {
	u8 header[44];
	u64 base;
} __attribute__((packed));

struct desc {
	u64 addr;
	u32 len;
	u16 flags, next;
};

static ulong ecam, scratch;
static u32 rounds = 10000, seed = 1;

static struct device {
	ulong config;		/* in memory */
	u32 bar[2];		/* where they were: ports, memory */
	u32 window;		/* offset of the capability */
	bool balloon;
} devices[SLOTS];
static u32 ndevices;

/* A dice a CPU (xorshift). */
struct dice { u32 state; };

static u32 roll(struct dice *d)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 17;
	d->state ^= d->state << 5;
	return d->state;
}

static u32 below(struct dice *d, u32 n)
{
	return (u32)((u64)roll(d) * n >> 32);
}

static bool one_in(struct dice *d, u32 n)
{
	return !below(d, n);
}

static void write16(ulong at, u16 v) { *(volatile u16 *)at = v; }
static void write8(ulong at, u8 v) { *(volatile u8 *)at = v; }
static u8 read8(ulong at) { return *(volatile u8 *)at; }

/* Addresses that devices are told: mostly good ones. */
static u64 address(struct dice *d)
{
	static const u64 wrong[] = {
		0xd0000000, 0xe0000000, 0xfec00000, 0xfee00000, 0xfffff000, 1ULL << 32, 1ULL << 46,
		1ULL << 63, -4096ULL, -16ULL,
	};

	if (one_in(d, 12))
		return wrong[below(d, ARRAY_SIZE(wrong))] + below(d, PAGE);
	return scratch + below(d, SCRATCH_SIZE);
}

static u64 ring_address(struct dice *d)
{
	if (one_in(d, 16))
		return address(d);
	return scratch + below(d, RINGS) * RING + (one_in(d, 4) ? below(d, 16) * PAGE : 0);
}

static u32 length(struct dice *d)
{
	switch (below(d, 6)) {
	case 0: return below(d, 32);
	case 1: return 512 * (1 + below(d, 16));
	case 2: return roll(d);
	case 3: return 16 * below(d, 200);
	default: return below(d, 70000);
	}
}

/* Never the number of a page that this guest lives in: one device takes such things. */
static u32 datum(struct dice *d)
{
	return one_in(d, 4) ? (scratch >> 12) + below(d, SCRATCH_SIZE >> 12) : roll(d) | 1u << 30;
}

/* Rings. */

static void write_desc(struct dice *d, ulong ring)
{
	struct desc *desc = (struct desc *)ring + below(d, 64);

	desc->addr = one_in(d, 6) ? ring_address(d) : address(d);
	desc->len = length(d);
	desc->flags = one_in(d, 3) ? roll(d) : below(d, 8);
	desc->next = one_in(d, 8) ? roll(d) : below(d, 64);
	if (one_in(d, 2))	/* packed: available in one lap or the other */
		desc->next = (desc->next & 7) | (one_in(d, 2) ? 0x80 : 0x8000);
}

/* Index and entries of what may be an available ring, a page behind its descriptors. */
static void write_avail(struct dice *d, ulong ring)
{
	ulong avail = ring + 4 * PAGE;
	u32 i;

	for (i = 0; i < 4; i++)
		write16(avail + 4 + 2 * below(d, 64), one_in(d, 16) ? roll(d) : below(d, 64));
	if (one_in(d, 20))
		write16(avail + 2, roll(d));
	else
		write16(avail + 2, *(volatile u16 *)(avail + 2) + below(d, 4));
	if (one_in(d, 8))
		write32(avail, roll(d));
}

/* What a request of some device could begin with. */
static void write_header(struct dice *d)
{
	ulong at = scratch + (below(d, SCRATCH_SIZE - 64) & ~15u);
	u32 i;

	for (i = 0; i < 16; i += 4)
		write32(at + i, one_in(d, 2) ? below(d, 16) : datum(d));
}

static void scribble(struct dice *d)
{
	ulong ring = scratch + below(d, RINGS) * RING;
	u32 i, n = 1 + below(d, 24);

	for (i = 0; i < n; i++)
		write_desc(d, ring);
	for (i = 0; i < n; i++)
		write_header(d);
	write_avail(d, ring);
}

/* Devices. */

static ulong memory_of(const struct device *dev)
{
	return dev->bar[1];
}

static void notify(struct dice *d, const struct device *dev)
{
	u16 q = one_in(d, 10) ? roll(d) : below(d, 4);

	if (one_in(d, 4))
		write16(memory_of(dev) + NOTIFY, q);
	else
		outw(dev->bar[0], q);
}

static void set_up_queue(struct dice *d, const struct device *dev, u32 q)
{
	ulong ring = ring_address(d), at = memory_of(dev);
	u64 part[3] = { ring, ring + 4 * PAGE, ring + 8 * PAGE };
	u32 i;

	if (dev->balloon && !q)
		return;

	write16(at + QUEUE_SELECT, q);
	if (one_in(d, 2))
		write16(at + QUEUE_SIZE, one_in(d, 8) ? roll(d) : 1u << below(d, 9));
	for (i = 0; i < 3; i++) {
		u64 to = one_in(d, 24) ? address(d) : part[i];

		write32(at + QUEUE_DESC + 8 * i, to);
		write32(at + QUEUE_DESC + 8 * i + 4, to >> 32);
	}
	write16(at + QUEUE_VECTOR, below(d, 6));
	write16(at + QUEUE_ENABLE, !one_in(d, 16));
}

/* A reset takes its time, in which there is much else to do. */
static void bring_up(struct dice *d, const struct device *dev)
{
	ulong at = memory_of(dev);
	u32 q;

	if (read8(at + STATUS) && !one_in(d, 8)) {
		write8(at + STATUS, 0);
		return;
	}
	write8(at + STATUS, 1);
	write8(at + STATUS, 3);
	write32(at + FEATURE_SELECT, 0);
	write32(at + FEATURE, one_in(d, 2) ? read32(at + 4) : read32(at + 4) & roll(d));
	write32(at + FEATURE_SELECT, 1);
	write32(at, 1);			/* the device's, of the same half */
	write32(at + FEATURE, one_in(d, 2) ? read32(at + 4) : (read32(at + 4) & roll(d)) | 1);
	write32(at, 0);
	write8(at + STATUS, 11);
	for (q = 0; q < 4; q++)
		set_up_queue(d, dev, q);
	if (!one_in(d, 10))
		write8(at + STATUS, 15);
	for (q = 0; q < 4; q++)
		notify(d, dev);
}

static void write_register(struct dice *d, const struct device *dev)
{
	ulong at = memory_of(dev) + below(d, one_in(d, 4) ? MSIX : 0x40);

	switch (below(d, 5)) {
	case 0:
		write8(at, roll(d));
		break;
	case 1:
		write16(at & ~1ul, below(d, 8));
		break;
	case 2:
		write32(at & ~3ul, one_in(d, 2) ? roll(d) : below(d, 64));
		break;
	case 3:
		write16(memory_of(dev) + QUEUE_SELECT, below(d, 4));
		break;
	default:
		(void)read32(at);	/* aligned or not */
		break;
	}
}

static void reset_queue(struct dice *d, const struct device *dev)
{
	ulong at = memory_of(dev);

	write16(at + QUEUE_SELECT, below(d, 4));
	write16(at + QUEUE_RESET, 1);
	if (one_in(d, 2))
		set_up_queue(d, dev, below(d, 4));
}

/* Fixed or lowest priority only: the others would reach this guest's CPUs. They take none. */
static void write_vector(struct dice *d, const struct device *dev)
{
	ulong at = memory_of(dev) + MSIX + 16 * below(d, 6);

	write32(at, 0xfee00000 | below(d, 256) << 12 | below(d, 4) << 2);
	write32(at + 8, 0x40 + below(d, 0xa0) + below(d, 2) * 0x100);
	write32(at + 12, below(d, 2));
	write16(dev->config + 0x98 + below(d, 16) * 2, roll(d));	/* perhaps its control */
	if (one_in(d, 3))
		(void)read32(memory_of(dev) + MSIX + below(d, MEMORY_SIZE - MSIX - 4));
}

/* Through configuration space, into a BAR, or behind it. */
static void use_window(struct dice *d, const struct device *dev)
{
	ulong cap = dev->config + dev->window;

	if (!dev->window)
		return;
	write8(cap + 4, one_in(d, 4) ? roll(d) : below(d, 2));
	write32(cap + 8, one_in(d, 4) ? roll(d) : below(d, 0x500));
	write32(cap + 12, one_in(d, 8) ? roll(d) : 1u << below(d, 3));
	if (one_in(d, 2))
		write32(cap + 16, below(d, 16));
	else
		(void)read32(cap + 16);
}

static void restore(const struct device *dev)
{
	write32(dev->config + BAR0, dev->bar[0]);
	write32(dev->config + BAR0 + 4, dev->bar[1]);
	write16(dev->config + COMMAND, 7);
}

/* Off, or elsewhere, where another one may be; soon back, or the rest would be for nothing. */
static void move(struct dice *d, const struct device *dev)
{
	static const u32 to[] = { 0, 0xfee00000, 0xfec00000, 0xe0000000, 0xc1001000, 0x8400, ~0u };
	u32 i;

	for (i = 0; i < 3; i++) {
		write32(dev->config + BAR0 + 4 * below(d, BARS),
			one_in(d, 2) ? roll(d) : to[below(d, ARRAY_SIZE(to))]);
		write16(dev->config + COMMAND, roll(d));
		write_register(d, dev);
		notify(d, dev);
	}
	restore(dev);
}

static void one_deed(struct dice *d)
{
	const struct device *dev = &devices[below(d, ndevices)];

	switch (below(d, 24)) {
	case 0 ... 1:
		bring_up(d, dev);
		break;
	case 2:
		reset_queue(d, dev);
		break;
	case 3:
		move(d, dev);
		break;
	case 4:
		use_window(d, dev);
		break;
	case 5:
		write_vector(d, dev);
		break;
	case 6 ... 7:
		write_register(d, dev);
		break;
	case 8:
		write32(memory_of(dev) + CONFIG + 4 * below(d, 32), datum(d));
		break;
	case 9:
		write8(memory_of(dev) + STATUS, one_in(d, 3) ? 0 : roll(d));
		break;
	case 10 ... 14:
		scribble(d);
		break;
	default:
		notify(d, dev);
		break;
	}
}

static bool comes_to_rest(ulong at)
{
	u32 ms = 10000;

	write8(at + STATUS, 0);
	while (read8(at + STATUS) && ms--)
		delay_us(1000);
	return !read8(at + STATUS);
}

static void go_mad(void *arg)
{
	struct dice dice = { seed * 2654435761u + 1 + (u32)(ulong)arg };
	u32 i;

	for (i = 0; i < rounds; i++)
		one_deed(&dice);
}

/* Looking around. */

static u32 find_window(ulong config)
{
	u32 at = read8(config + CAP_POINTER), n;

	for (n = 0; at && n < 32; n++, at = read8(config + at + 1))
		if (read8(config + at) == CAP_VENDOR && read8(config + at + 3) == CAP_WINDOW)
			return at;
	return 0;
}

static void look_around(void)
{
	u32 slot;

	for (slot = 1; slot < SLOTS; slot++) {
		struct device *dev = &devices[ndevices];

		dev->config = ecam + (slot << 15);
		if ((read32(dev->config) & 0xffff) != 0x1af4)
			continue;
		dev->bar[0] = read32(dev->config + BAR0) & ~3u;
		dev->bar[1] = read32(dev->config + BAR0 + 4) & ~15u;
		dev->window = find_window(dev->config);
		dev->balloon = read32(dev->config) >> 16 == BALLOON_DEVICE;
		restore(dev);
		ndevices++;
	}
}

static bool find_scratch(void)
{
	u64 start, length, end = 0;
	u32 i, type;

	for (i = 0; (type = memory_map(i, &start, &length)); i++)
		if (type == 1 && start < 0xc0000000)
			end = start + length;
	scratch = end - SCRATCH_SIZE;
	return end >= 0x1000000;
}

static u32 number(const char *text, u32 otherwise)
{
	u32 v = 0;

	if (!text)
		return otherwise;
	while (*text >= '0' && *text <= '9')
		v = v * 10 + *text++ - '0';
	return v;
}

void guest_main(void)
{
	const struct mcfg *mcfg = acpi_table("MCFG");
	u32 i, cpus = 1 + smp_start();

	rounds = number(argument("n"), rounds);
	seed = number(argument("seed"), seed);
	if (!check(mcfg && find_scratch(), "machine", "no MCFG, or too little RAM"))
		return;
	ecam = mcfg->base;
	look_around();
	if (!check(ndevices, "devices", "none"))
		return;
	print("# %u devices, %u CPUs, %u rounds of seed %u\n", ndevices, cpus, rounds, seed);
	for (i = 1; i < cpus; i++)
		smp_call(i, go_mad, (void *)(ulong)i);
	go_mad(NULL);
	for (i = 1; i < cpus; i++)
		while (!smp_wait(i))
			pause();
	for (i = 0; i < ndevices; i++) {
		restore(&devices[i]);
		check(comes_to_rest(memory_of(&devices[i])), "comes-to-rest", "device %u", i);
	}
}
