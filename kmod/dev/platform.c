// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform.c - the board: devices on the bus, their timers, their wires
 *
 * A thin layer: it finds the model, takes the lock, and sets the timer that the model
 * asks for. What a device does is the model's own business.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <insula/guest-abi.h>
#include "../compat.h"
#include "../irq/apic-msg.h"
#include "../vm/vcpu.h"
#include "console.h"
#include "platform.h"

/* Who answers where; sorted, no overlap. What nobody here answers to is PCI's. */
struct io_range {
	u64 base;
	u32 len;
	u8 dev;
};

static const struct io_range ports[] = {
	{ PORT_PIC_MASTER, 2, DEV_PIC },
	{ PORT_PIT, 4, DEV_PIT },
	{ PORT_KBD_DATA, 1, DEV_PM },
	{ PORT_SYSTEM_B, 1, DEV_PIT },
	{ PORT_KBD_CMD, 1, DEV_PM },
	{ PORT_RTC, 2, DEV_RTC },
	{ PORT_SYSTEM_A, 1, DEV_PM },
	{ PORT_PIC_SLAVE, 2, DEV_PIC },
	{ PORT_DEBUG_EXIT, 4, DEV_PM },
	{ PORT_COM1, 8, DEV_UART },
	{ PORT_PIC_ELCR, 2, DEV_PIC },
	{ PORT_PM1_EVT, 4, DEV_PM },
	{ PORT_PM1_CNT, 2, DEV_PM },
	{ PORT_PM_TMR, 4, DEV_PM },
	{ PORT_RESET, 1, DEV_PM },
};

static const struct io_range memory[] = {
	{ GUEST_IOAPIC_BASE, GUEST_IOAPIC_SIZE, DEV_IOAPIC },
};

static struct platform_slot *find(struct platform *p, const struct io_range *r, unsigned int n,
				  u64 addr)
{
	for (; n; r++, n--) {
		if (addr - r->base < r->len)
			return &p->slot[r->dev];
	}
	return NULL;
}

static u64 now(void)
{
	return ktime_get_ns();
}

/* After any call into a model. */
static void rearm(struct platform_slot *s)
{
	u64 deadline = s->dev->deadline;

	if (likely(deadline == s->armed))
		return;
	s->armed = deadline;
	if (deadline != NEVER)
		hrtimer_start(&s->timer, ns_to_ktime(deadline), HRTIMER_MODE_ABS_HARD);
	/* Else: it may fire once for nothing. */
}

static enum hrtimer_restart expired(struct hrtimer *timer)
{
	struct platform_slot *s = container_of(timer, struct platform_slot, timer);
	struct platform *p = s->platform;
	unsigned long flags;
	u64 t = now();

	raw_spin_lock_irqsave(&p->lock, flags);
	s->armed = NEVER;
	if (s->dev->deadline <= t)
		s->dev->ops->expire(s->dev, t);
	rearm(s);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return HRTIMER_NORESTART;
}

static u64 slot_read(struct platform_slot *s, u64 addr, unsigned int size)
{
	struct platform *p = s->platform;
	unsigned long flags;
	u64 val;

	raw_spin_lock_irqsave(&p->lock, flags);
	val = s->dev->ops->read(s->dev, addr, size, now());
	rearm(s);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return val;
}

static void slot_write(struct platform_slot *s, u64 addr, unsigned int size, u64 val)
{
	struct platform *p = s->platform;
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	s->dev->ops->write(s->dev, addr, size, val, now());
	rearm(s);
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

static u64 ones(unsigned int size)
{
	return ~0ULL >> (64 - 8 * size);
}

/* The ports that a guest writes to most are above all of the board's: no need to look there. */
static struct platform_slot *find_port(struct platform *p, u16 port)
{
	return port <= PORT_RESET ? find(p, ports, ARRAY_SIZE(ports), port) : NULL;
}

u32 platform_in(struct platform *p, u16 port, unsigned int size)
{
	struct platform_slot *s = find_port(p, port);

	return (s ? slot_read(s, port, size) : vpci_port_read(&p->pci, port, size)) & ones(size);
}

void platform_out(struct platform *p, u16 port, unsigned int size, u32 val)
{
	struct platform_slot *s = find_port(p, port);

	val &= ones(size);
	if (s)
		slot_write(s, port, size, val);
	else
		vpci_port_write(&p->pci, port, size, val);
}

u64 platform_read(struct platform *p, u64 gpa, unsigned int size)
{
	struct platform_slot *s = find(p, memory, ARRAY_SIZE(memory), gpa);

	return (s ? slot_read(s, gpa, size) : vpci_mem_read(&p->pci, gpa, size)) & ones(size);
}

void platform_write(struct platform *p, u64 gpa, unsigned int size, u64 val)
{
	struct platform_slot *s = find(p, memory, ARRAY_SIZE(memory), gpa);

	val &= ones(size);
	if (s)
		slot_write(s, gpa, size, val);
	else
		vpci_mem_write(&p->pci, gpa, size, val);
}

/* Interrupts: pins to the 8259s and the IOAPIC, and from there to the vCPUs. */

/* The 8259s' output may have risen: the boot processor takes it by LINT0. */
static void look_at_pic(struct platform *p)
{
	struct vcpu **vcpu = READ_ONCE(p->vm->vcpu);

	if (p->pic.intr && vcpu)
		vcpu_request(vcpu[0], REQ_EVENT);
}

static void set_gsi_pin(struct irq_pin *pin, bool level)
{
	struct gsi_pin *g = container_of(pin, struct gsi_pin, pin);
	struct platform *p = g->platform;

	ioapic_set(&p->ioapic, g->gsi, level);
	if (g->isa >= 0) {
		pic_set(&p->pic, g->isa, level);
		look_at_pic(p);
	}
}

static void ioapic_deliver(struct ioapic *ioapic, const struct apic_msg *msg)
{
	struct platform *p = container_of(ioapic, struct platform, ioapic);

	vm_apic_send(p->vm, NULL, msg);
}

/* With the bus's lock, which is the outer one. */
static void pci_intx_line(struct vpci_bus *bus, unsigned int gsi, bool level)
{
	struct platform *p = container_of(bus, struct platform, pci);
	struct irq_pin *pin = &p->pci_pin[gsi - IRQ_PCI].pin;

	raw_spin_lock(&p->lock);
	pin->set(pin, level);
	raw_spin_unlock(&p->lock);
}

static void pci_msi(struct vpci_bus *bus, const struct apic_msg *msg)
{
	vm_apic_send(container_of(bus, struct platform, pci)->vm, NULL, msg);
}

static const struct vpci_bus_ops pci_ops = {
	.intx = pci_intx_line,
	.msi = pci_msi,
};

void platform_eoi(struct platform *p, u8 vector)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	ioapic_eoi(&p->ioapic, vector);
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

u8 platform_ack(struct platform *p)
{
	unsigned long flags;
	u8 vector;

	raw_spin_lock_irqsave(&p->lock, flags);
	vector = pic_ack(&p->pic);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return vector;
}

/* Power. */

static void pm_event(struct pm *pm, enum pm_event event, u32 code)
{
	struct vm *vm = container_of(pm, struct platform, pm)->vm;

	switch (event) {
	case PM_POWER_OFF:
		vm_wish(vm, VM_EVENT_POWER_OFF, 0, "poweroff");
		break;
	case PM_RESET:
		vm_wish(vm, VM_EVENT_REBOOT, 0, "reboot");
		break;
	case PM_DEBUG_EXIT:
		vm_wish(vm, VM_EVENT_POWER_OFF, (code << 1) | 1, "debug-exit");
		break;
	}
}

void platform_power_button(struct platform *p)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	pm_power_button(&p->pm);
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

/* The serial line. */

static bool serial_tx(struct uart *uart, u8 byte)
{
	return console_tx(container_of(uart, struct platform, uart)->vm->console, CONSOLE_SERIAL,
			  &byte, 1);
}

static void serial_rx_ready(struct uart *uart)
{
	console_rx_ready(container_of(uart, struct platform, uart)->vm->console);
}

static const struct uart_ops serial_ops = {
	.tx = serial_tx,
	.rx_ready = serial_rx_ready,
};

static unsigned int console_rx(void *ctx, const u8 *bytes, unsigned int n)
{
	struct platform *p = ctx;
	unsigned long flags;
	unsigned int taken;

	raw_spin_lock_irqsave(&p->lock, flags);
	taken = uart_rx(&p->uart, bytes, n);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return taken;
}

static void console_tx_ready(void *ctx)
{
	struct platform *p = ctx;
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	uart_tx_ready(&p->uart);
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

const struct console_ops platform_console_ops = {
	.rx = console_rx,
	.tx_ready = console_tx_ready,
};

/* Birth and reset. */

static void wire(struct platform *p, struct gsi_pin *g, u8 gsi, s8 isa)
{
	g->pin.set = set_gsi_pin;
	g->platform = p;
	g->gsi = gsi;
	g->isa = isa;
}

static void plug(struct platform *p, unsigned int slot, struct io_dev *dev)
{
	struct platform_slot *s = &p->slot[slot];

	s->platform = p;
	s->dev = dev;
	s->armed = NEVER;
	hrtimer_setup(&s->timer, expired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
}

void platform_init(struct platform *p, struct vm *vm, bool debug_exit)
{
	unsigned int i;

	p->vm = vm;
	raw_spin_lock_init(&p->lock);

	plug(p, DEV_PIC, &p->pic.io);
	plug(p, DEV_IOAPIC, &p->ioapic.io);
	plug(p, DEV_PIT, &p->pit.io);
	plug(p, DEV_UART, &p->uart.io);
	plug(p, DEV_RTC, &p->rtc.io);
	plug(p, DEV_PM, &p->pm.io);

	wire(p, &p->pit_pin, GSI_PIT, IRQ_PIT);
	wire(p, &p->uart_pin, IRQ_COM1, IRQ_COM1);
	wire(p, &p->rtc_pin, IRQ_RTC, IRQ_RTC);
	wire(p, &p->sci_pin, IRQ_SCI, IRQ_SCI);
	for (i = 0; i < GUEST_PCI_IRQS; i++)
		wire(p, &p->pci_pin[i], IRQ_PCI + i, IRQ_PCI + i);

	pic_init(&p->pic);
	ioapic_init(&p->ioapic, vm->ncpus, ioapic_deliver);
	pit_init(&p->pit, &p->pit_pin.pin, now());
	uart_init(&p->uart, PORT_COM1, &serial_ops, &p->uart_pin.pin);
	rtc_init(&p->rtc, &p->rtc_pin.pin, ktime_get_real_ns(), now());
	pm_init(&p->pm, &p->sci_pin.pin, pm_event);
	p->pm.debug_exit = debug_exit;
	vpci_bus_init(&p->pci, &pci_ops);
}

void platform_reset(struct platform *p)
{
	unsigned int i;

	vpci_reset(&p->pci);
	raw_spin_lock_irq(&p->lock);
	for (i = 0; i < NR_PLATFORM_DEVS; i++) {
		p->slot[i].dev->ops->reset(p->slot[i].dev, now());
		rearm(&p->slot[i]);
	}
	raw_spin_unlock_irq(&p->lock);
}

void platform_stop(struct platform *p)
{
	unsigned int i;

	vpci_reset(&p->pci);
	raw_spin_lock_irq(&p->lock);
	for (i = 0; i < NR_PLATFORM_DEVS; i++)
		p->slot[i].dev->deadline = NEVER;
	raw_spin_unlock_irq(&p->lock);
	for (i = 0; i < NR_PLATFORM_DEVS; i++) {
		hrtimer_cancel(&p->slot[i].timer);
		p->slot[i].armed = NEVER;
	}
}
