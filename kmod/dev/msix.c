// SPDX-License-Identifier: GPL-2.0-only
/*
 * msix.c - MSI-X: the table, what is pending, and what a message means
 *
 * Whether messages may go out at all is read from configuration space each time, so that there
 * is no copy to be kept true. Who takes a restraint away looks at every vector afterwards, under
 * its lock; who finds one noted "pending" under it before. So none is lost between the two.
 *
 * A message is sent under the vector's lock: when a write that masks it is over, none of its
 * messages is on the way any more, which is what guests rely on when they move an interrupt.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include "msix.h"

/* Message address and data. */
#define ADDRESS_BASE		0xfee00000ULL
#define ADDRESS_MASK		(~0xfffffULL)
#define ADDRESS_DEST_SHIFT	12
#define ADDRESS_REDIRECT	BIT(3)
#define ADDRESS_LOGICAL		BIT(2)
#define DATA_LEVEL		BIT(15)
#define DATA_ASSERT		BIT(14)

enum { REG_ADDRESS, REG_ADDRESS_HIGH, REG_DATA, REG_CONTROL };

/*
 * The redirection hint asks for one of the CPUs addressed, which is what lowest priority means.
 * A logical address is one with or without it, whatever the manual says: systems depend on it.
 */
bool msix_decode(u64 address, u32 data, struct apic_msg *msg)
{
	u8 delivery = (data >> 8) & 7;
	bool level = (data & DATA_LEVEL) && delivery <= APIC_DELIVER_LOWEST;

	if ((address & ADDRESS_MASK) != ADDRESS_BASE)
		return false;
	if (delivery == APIC_DELIVER_REMOTE || delivery == APIC_DELIVER_STARTUP)
		return false;
	if ((data & DATA_LEVEL) && !(data & DATA_ASSERT))
		return false;
	if (delivery == APIC_DELIVER_FIXED && (address & ADDRESS_REDIRECT))
		delivery = APIC_DELIVER_LOWEST;
	*msg = (struct apic_msg){
		.dest		= (u8)(address >> ADDRESS_DEST_SHIFT),
		.vector		= data,
		.delivery	= delivery,
		.shorthand	= APIC_TO_DEST,
		.logical	= address & ADDRESS_LOGICAL,
		.level		= level,
		.assert		= true,
	};
	return true;
}

static u16 control(const struct msix *msix)
{
	return READ_ONCE(msix->dev->config[msix->cap + PCI_MSIX_FLAGS + 1]) << 8;
}

bool msix_enabled(const struct msix *msix)
{
	return control(msix) & PCI_MSIX_FLAGS_ENABLE;
}

static struct msix_vector *vector_at(struct msix *msix, unsigned int i)
{
	return &msix->vector[array_index_nospec(i, msix->n)];
}

/* A vector that is pending goes out, if nothing holds it back. With its lock. */
static void send_pending(struct msix *msix, struct msix_vector *v)
{
	struct apic_msg msg;

	if (!v->pending || (v->reg[REG_CONTROL] & PCI_MSIX_ENTRY_CTRL_MASKBIT) ||
	    (control(msix) & (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)) !=
	    PCI_MSIX_FLAGS_ENABLE)
		return;
	v->pending = false;
	if (msix_decode((u64)v->reg[REG_ADDRESS_HIGH] << 32 | v->reg[REG_ADDRESS],
			v->reg[REG_DATA], &msg))
		vpci_send_msi(msix->dev, &msg);
}

void msix_signal(struct msix *msix, unsigned int vector)
{
	struct msix_vector *v;
	unsigned long flags;

	if (vector >= msix->n || !msix_enabled(msix))
		return;
	v = vector_at(msix, vector);
	raw_spin_lock_irqsave(&v->lock, flags);
	v->pending = true;
	send_pending(msix, v);
	raw_spin_unlock_irqrestore(&v->lock, flags);
}

void msix_config_written(struct msix *msix)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < msix->n; i++) {
		struct msix_vector *v = &msix->vector[i];

		raw_spin_lock_irqsave(&v->lock, flags);
		send_pending(msix, v);
		raw_spin_unlock_irqrestore(&v->lock, flags);
	}
}

/* The table and the pending bits, as registers of 4 bytes. */

static u32 pending_bits(struct msix *msix, unsigned int first)
{
	unsigned int i;
	u32 bits = 0;

	for (i = first; i < msix->n && i < first + 32; i++)
		if (READ_ONCE(vector_at(msix, i)->pending))
			bits |= BIT(i - first);
	return bits;
}

static u32 read_reg(struct msix *msix, u32 at)
{
	u32 table = msix->n * PCI_MSIX_ENTRY_SIZE;

	if (at < table)
		return READ_ONCE(vector_at(msix, at / PCI_MSIX_ENTRY_SIZE)->reg[at / 4 % 4]);
	return pending_bits(msix, (at - table) * 8);
}

static void write_reg(struct msix *msix, u32 at, u32 val)
{
	struct msix_vector *v;
	unsigned long flags;

	if (at >= msix->n * PCI_MSIX_ENTRY_SIZE)
		return;
	v = vector_at(msix, at / PCI_MSIX_ENTRY_SIZE);
	raw_spin_lock_irqsave(&v->lock, flags);
	if (at / 4 % 4 == REG_CONTROL)
		val &= PCI_MSIX_ENTRY_CTRL_MASKBIT;
	WRITE_ONCE(v->reg[at / 4 % 4], val);
	send_pending(msix, v);
	raw_spin_unlock_irqrestore(&v->lock, flags);
}

u64 msix_read(struct msix *msix, u32 at, unsigned int size)
{
	u32 end = at + size;
	u64 val = 0;

	/* Which registers there are bytes of: two at most, or three if not aligned. */
	for (u32 reg = at & ~3; reg < end && reg < msix_size(msix->n); reg += 4) {
		u64 bits = read_reg(msix, reg);

		val |= reg < at ? bits >> (8 * (at - reg)) : bits << (8 * (reg - at));
	}
	return val;
}

void msix_write(struct msix *msix, u32 at, unsigned int size, u64 val)
{
	if ((size != 4 && size != 8) || at % size)
		return;
	write_reg(msix, at, val);
	if (size == 8)
		write_reg(msix, at + 4, val >> 32);
}

void msix_reset(struct msix *msix)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < msix->n; i++) {
		struct msix_vector *v = &msix->vector[i];

		raw_spin_lock_irqsave(&v->lock, flags);
		memset(v->reg, 0, sizeof(v->reg));
		v->reg[REG_CONTROL] = PCI_MSIX_ENTRY_CTRL_MASKBIT;
		v->pending = false;
		raw_spin_unlock_irqrestore(&v->lock, flags);
	}
}

static void put(struct vpci_dev *dev, unsigned int offset, unsigned int size, u32 val)
{
	while (size--) {
		dev->config[offset++] = val;
		val >>= 8;
	}
}

int msix_init(struct msix *msix, struct vpci_dev *dev, unsigned int bar, u32 offset,
	      struct msix_vector *vector, unsigned int n)
{
	int cap = vpci_add_cap(dev, PCI_CAP_ID_MSIX, PCI_CAP_MSIX_SIZEOF);
	unsigned int i;

	if (cap < 0)
		return cap;
	put(dev, cap + PCI_MSIX_FLAGS, 2, n - 1);
	put(dev, cap + PCI_MSIX_TABLE, 4, offset | bar);
	put(dev, cap + PCI_MSIX_PBA, 4, (offset + n * PCI_MSIX_ENTRY_SIZE) | bar);
	dev->writable[cap + PCI_MSIX_FLAGS + 1] =
		(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL) >> 8;
	*msix = (struct msix){ .dev = dev, .cap = cap, .n = n, .vector = vector };
	for (i = 0; i < n; i++)
		raw_spin_lock_init(&vector[i].lock);
	msix_reset(msix);
	return 0;
}
