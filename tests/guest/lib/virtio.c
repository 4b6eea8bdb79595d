// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio.c - a driver for modern virtio devices on PCI (virtio 1.2 §2.7, §2.8, §4.1)
 */
#include "virtio.h"

#define VENDOR_DEVICE(type) (0x1af4 | (0x1040u + (type)) << 16)
#define SLOTS		32
#define CAP_VENDOR	9
#define CAP_MSIX	0x11
#define WAIT_MS		10000

enum { CAP_COMMON = 1, CAP_NOTIFY, CAP_ISR, CAP_CONFIG };

enum {			/* common configuration */
	DEVICE_SELECT = 0, DEVICE_FEATURE = 4, DRIVER_SELECT = 8, DRIVER_FEATURE = 12,
	NUM_QUEUES = 18, STATUS = 20, QUEUE_SELECT = 22, QUEUE_SIZE = 24, QUEUE_VECTOR = 26,
	QUEUE_ENABLE = 28, QUEUE_NOTIFY = 30, QUEUE_DESC = 32, QUEUE_DRIVER = 40,
	QUEUE_DEVICE = 48, QUEUE_RESET = 58,
};

enum { F_NEXT = 1, F_WRITE = 2, F_INDIRECT = 4, F_AVAIL = 1 << 7, F_USED = 1 << 15 };

struct split_avail {
	u16 flags, idx, ring[VQ_SIZE], used_event;
};

struct split_used {
	u16 flags, idx;
	struct { u32 id, len; } ring[VQ_SIZE];
	u16 avail_event;
};

struct packed_event {
	u16 where, flags;
};

static u8 read8(ulong at) { return *(volatile u8 *)at; }
static u16 read16(ulong at) { return *(volatile u16 *)at; }

static void write8(ulong at, u8 v)
{
	asm volatile("movb %0, %1" :: "q"(v), "m"(*(volatile u8 *)at) : "memory");
}

static void write16(ulong at, u16 v)
{
	asm volatile("movw %0, %1" :: "r"(v), "m"(*(volatile u16 *)at) : "memory");
}

u32 pci_config(u32 slot, u32 reg)
{
	outl(0xcf8, 0x80000000 | slot << 11 | (reg & ~3u));
	return inl(0xcfc) >> 8 * (reg & 3);
}

void pci_set_config(u32 slot, u32 reg, u32 v)
{
	outl(0xcf8, 0x80000000 | slot << 11 | (reg & ~3u));
	outl(0xcfc, v);
}

/* Where a BAR is: a port, or memory. */
static u64 bar_of(u32 slot, u32 bar, bool *port)
{
	u32 low = pci_config(slot, 0x10 + 4 * bar);

	*port = low & 1;
	if (*port)
		return low & ~3u;
	return (low & ~15u) | ((low & 6) == 4 ? (u64)pci_config(slot, 0x14 + 4 * bar) << 32 : 0);
}

/* The first of a kind is the one that the device likes best. */
static void take_cap(struct virtio *dev, u32 cap)
{
	u32 type = pci_config(dev->slot, cap + 3) & 0xff, bar = pci_config(dev->slot, cap + 4) & 0xff;
	bool port;
	u64 at;

	if (type < CAP_COMMON || type > CAP_CONFIG)
		return;
	at = bar_of(dev->slot, bar, &port) + pci_config(dev->slot, cap + 8);
	if (type == CAP_NOTIFY && !dev->notify && !dev->notify_port) {
		if (port)
			dev->notify_port = at;
		else
			dev->notify = at;
		dev->notify_multiplier = pci_config(dev->slot, cap + 16);
	} else if (type == CAP_COMMON && !dev->common) {
		dev->common = at;
	} else if (type == CAP_ISR && !dev->isr) {
		dev->isr = at;
	} else if (type == CAP_CONFIG && !dev->config) {
		dev->config = at;
	}
}

static void walk_caps(struct virtio *dev)
{
	u32 cap, left = 48;
	bool port;

	for (cap = pci_config(dev->slot, 0x34) & 0xfc; cap && left--;
	     cap = pci_config(dev->slot, cap + 1) & 0xfc) {
		if ((pci_config(dev->slot, cap) & 0xff) == CAP_VENDOR) {
			take_cap(dev, cap);
		} else if ((pci_config(dev->slot, cap) & 0xff) == CAP_MSIX) {
			u32 table = pci_config(dev->slot, cap + 4);

			dev->msix = bar_of(dev->slot, table & 7, &port) + (table & ~7u);
			pci_set_config(dev->slot, cap, pci_config(dev->slot, cap) | 1u << 31);
		}
	}
}

bool virtio_find(struct virtio *dev, u16 type, u32 nth)
{
	u32 slot;

	memset(dev, 0, sizeof(*dev));
	for (slot = 0; slot < SLOTS; slot++) {
		if (pci_config(slot, 0) != VENDOR_DEVICE(type) || nth--)
			continue;
		dev->slot = slot;
		pci_set_config(slot, 4, 7);
		walk_caps(dev);
		return dev->common && (dev->notify || dev->notify_port) && virtio_reset(dev);
	}
	return false;
}

u8 virtio_status(struct virtio *dev)
{
	return read8(dev->common + STATUS);
}

bool virtio_reset(struct virtio *dev)
{
	u32 ms = WAIT_MS;

	write8(dev->common + STATUS, 0);
	while (virtio_status(dev)) {
		if (!ms--)
			return false;
		delay_us(1000);
	}
	return true;
}

u64 virtio_offers(struct virtio *dev)
{
	u64 all;

	write32(dev->common + DEVICE_SELECT, 0);
	all = read32(dev->common + DEVICE_FEATURE);
	write32(dev->common + DEVICE_SELECT, 1);
	return all | (u64)read32(dev->common + DEVICE_FEATURE) << 32;
}

bool virtio_negotiate(struct virtio *dev, u64 features)
{
	u8 status = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER;

	dev->features = (features | VIRTIO_BIT(VIRTIO_VERSION_1)) & virtio_offers(dev);
	write8(dev->common + STATUS, status);
	write32(dev->common + DRIVER_SELECT, 0);
	write32(dev->common + DRIVER_FEATURE, dev->features);
	write32(dev->common + DRIVER_SELECT, 1);
	write32(dev->common + DRIVER_FEATURE, dev->features >> 32);
	write8(dev->common + STATUS, status | VIRTIO_FEATURES_OK);
	return virtio_status(dev) == (status | VIRTIO_FEATURES_OK);
}

u32 virtio_queues(struct virtio *dev)
{
	return read16(dev->common + NUM_QUEUES);
}

void virtio_ready(struct virtio *dev)
{
	write8(dev->common + STATUS, virtio_status(dev) | VIRTIO_DRIVER_OK);
}

bool virtio_vector(struct virtio *dev, u16 queue, u8 vector)
{
	ulong entry = dev->msix + 16 * queue;

	write32(entry, 0xfee00000 | lapic_id() << 12);
	write32(entry + 4, 0);
	write32(entry + 8, vector);
	write32(entry + 12, 0);
	write16(dev->common + QUEUE_SELECT, queue);
	write16(dev->common + QUEUE_VECTOR, queue);
	return read16(dev->common + QUEUE_VECTOR) == queue;
}

static void write_address(ulong at, const void *p)
{
	write32(at, (ulong)p);
	write32(at + 4, (u64)(ulong)p >> 32);
}

void vq_setup(struct virtqueue *vq, struct virtio *dev, u16 index, struct vq_memory *mem)
{
	ulong common = dev->common;

	memset(vq, 0, sizeof(*vq));
	memset(mem, 0, sizeof(*mem));
	vq->dev = dev;
	vq->mem = mem;
	vq->index = index;
	vq->packed = dev->features >> VIRTIO_PACKED & 1;
	vq->event_idx = dev->features >> VIRTIO_EVENT_IDX & 1;
	vq->wrap = true;
	vq->used_wrap = true;
	write16(common + QUEUE_SELECT, index);
	write16(common + QUEUE_SIZE, VQ_SIZE);
	vq->notify = dev->notify + read16(common + QUEUE_NOTIFY) * dev->notify_multiplier;
	write_address(common + QUEUE_DESC, mem->desc);
	write_address(common + QUEUE_DRIVER, mem->driver);
	write_address(common + QUEUE_DEVICE, mem->device);
	write16(common + QUEUE_ENABLE, 1);
}

bool vq_reset(struct virtqueue *vq)
{
	ulong common = vq->dev->common;
	u32 ms = WAIT_MS;

	write16(common + QUEUE_SELECT, vq->index);
	write16(common + QUEUE_RESET, 1);
	while (read16(common + QUEUE_RESET) || read16(common + QUEUE_ENABLE)) {
		if (!ms--)
			return false;
		delay_us(1000);
	}
	return true;
}

/* A table of its own, for one descriptor in the ring. */
static struct vq_seg to_table(struct vq_desc *table, const struct vq_seg *seg, u32 nread, u32 n,
			      bool packed)
{
	u32 i;

	for (i = 0; i < n; i++) {
		u16 flags = (i >= nread ? F_WRITE : 0) | (!packed && i + 1 < n ? F_NEXT : 0);

		table[i] = (struct vq_desc){ seg[i].addr, seg[i].len, packed ? 0 : flags,
					     packed ? flags : i + 1 };
	}
	return (struct vq_seg){ (ulong)table, n * sizeof(*table) };
}

static void add_split(struct virtqueue *vq, u16 id, const struct vq_seg *seg, u32 nread, u32 n,
		      u16 flags)
{
	struct split_avail *avail = (void *)vq->mem->driver;
	u16 head = id * VQ_DIRECT;
	u32 i;

	for (i = 0; i < n; i++)
		vq->mem->desc[head + i] = (struct vq_desc){ seg[i].addr, seg[i].len,
			flags | (i >= nread ? F_WRITE : 0) | (i + 1 < n ? F_NEXT : 0), head + i + 1 };
	avail->ring[vq->next++ % VQ_SIZE] = head;
	barrier();
	WRITE_ONCE(avail->idx, vq->next);
}

static void add_packed(struct virtqueue *vq, u16 id, const struct vq_seg *seg, u32 nread, u32 n,
		       u16 flags)
{
	struct vq_desc *first = &vq->mem->desc[vq->next];
	u16 first_flags = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		struct vq_desc *desc = &vq->mem->desc[vq->next];
		u16 f = flags | (i >= nread ? F_WRITE : 0) | (i + 1 < n ? F_NEXT : 0) |
			(vq->wrap ? F_AVAIL : F_USED);

		desc->addr = seg[i].addr;
		desc->len = seg[i].len;
		desc->a = id;
		if (i)
			desc->b = f;
		else
			first_flags = f;
		if (++vq->next == VQ_SIZE) {
			vq->next = 0;
			vq->wrap = !vq->wrap;
		}
	}
	vq->slots[id] = n;
	vq->added += n;
	barrier();
	WRITE_ONCE(first->b, first_flags);
}

void vq_add(struct virtqueue *vq, u16 id, const struct vq_seg *seg, u32 nread, u32 nwrite,
	    bool indirect)
{
	u32 n = nread + nwrite;
	struct vq_seg table;

	if (indirect) {
		table = to_table(vq->mem->table[id], seg, nread, n, vq->packed);
		(vq->packed ? add_packed : add_split)(vq, id, &table, 1, 1, F_INDIRECT);
	} else {
		(vq->packed ? add_packed : add_split)(vq, id, seg, nread, n, 0);
	}
}

static bool wants_kick_split(struct virtqueue *vq)
{
	struct split_used *used = (void *)vq->mem->device;
	u16 event = READ_ONCE(used->avail_event), old = vq->kicked;

	vq->kicked = vq->next;
	if (!vq->event_idx)
		return !(READ_ONCE(used->flags) & 1);
	return (u16)(vq->next - event - 1) < (u16)(vq->next - old);
}

static bool wants_kick_packed(struct virtqueue *vq)
{
	struct packed_event *event = (void *)vq->mem->device;
	u16 flags = READ_ONCE(event->flags), where = READ_ONCE(event->where);
	u16 at = where & 0x7fff, added = vq->added;

	vq->added = 0;
	if (flags != 2)
		return flags != 1;
	if (where >> 15 != vq->wrap)
		at -= VQ_SIZE;
	return (u16)(vq->next - at - 1) < added;
}

void vq_kick(struct virtqueue *vq)
{
	asm volatile("mfence" ::: "memory");
	if (!(vq->packed ? wants_kick_packed(vq) : wants_kick_split(vq)))
		return;
	if (vq->dev->notify_port)
		outw(vq->dev->notify_port, vq->index);
	else
		write16(vq->notify, vq->index);
}

static bool take_split(struct virtqueue *vq, u16 *id, u32 *len)
{
	struct split_avail *avail = (void *)vq->mem->driver;
	struct split_used *used = (void *)vq->mem->device;
	u16 slot = vq->used % VQ_SIZE;

	if (READ_ONCE(used->idx) == vq->used)
		return false;
	barrier();
	*id = used->ring[slot].id / VQ_DIRECT;
	*len = used->ring[slot].len;
	WRITE_ONCE(avail->used_event, ++vq->used);
	return true;
}

static bool take_packed(struct virtqueue *vq, u16 *id, u32 *len)
{
	struct packed_event *event = (void *)vq->mem->driver;
	struct vq_desc *desc = &vq->mem->desc[vq->used];
	u16 flags = READ_ONCE(desc->b);

	if (!(flags & F_AVAIL) != !(flags & F_USED) || !(flags & F_USED) == vq->used_wrap)
		return false;
	barrier();
	*id = desc->a % VQ_IDS;
	*len = desc->len;
	vq->used += vq->slots[*id];
	if (vq->used >= VQ_SIZE) {
		vq->used -= VQ_SIZE;
		vq->used_wrap = !vq->used_wrap;
	}
	WRITE_ONCE(event->where, vq->used | vq->used_wrap << 15);
	WRITE_ONCE(event->flags, vq->event_idx ? 2 : 0);
	return true;
}

bool vq_take(struct virtqueue *vq, u16 *id, u32 *len)
{
	bool got = vq->packed ? take_packed(vq, id, len) : take_split(vq, id, len);

	/* What the device writes from here on is seen by who looks again, or interrupts. */
	if (got)
		asm volatile("mfence" ::: "memory");
	return got;
}

bool vq_wait(struct virtqueue *vq, u16 *id, u32 *len)
{
	u32 tries = WAIT_MS * 20;

	while (!vq_take(vq, id, len)) {
		if (!tries--)
			return false;
		delay_us(50);
	}
	return true;
}
