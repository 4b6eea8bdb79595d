// SPDX-License-Identifier: GPL-2.0-only
/*
 * pm.c - ACPI fixed hardware, and the ways in which a PC is reset
 *
 * The machine is in ACPI mode from the start: SCI_EN is always set, there is no SMI
 * command. The PM timer is the VM's clock in other units.
 *
 * The keyboard controller is an 8042 that works and has neither keyboard nor mouse: a byte
 * sent to one of them times out at once (0xfe with the status bit for it), which is what
 * the real one answers after some milliseconds. It has no interrupts. ACPI says there is
 * no 8042, so that Linux does not look for one; what does look finds nothing to wait for,
 * and reset and A20 work as everybody expects.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/math64.h>
#include <linux/string.h>
#include "pm.h"

#define NSEC		1000000000ULL

#define PM1_TMR		BIT(0)	/* in status and enable */
#define PM1_GBL		BIT(5)
#define PM1_PWRBTN	BIT(8)
#define PM1_SLPBTN	BIT(9)
#define PM1_RTC		BIT(10)
#define PM1_EVENTS	(PM1_TMR | PM1_GBL | PM1_PWRBTN | PM1_SLPBTN | PM1_RTC)

#define PM1_SCI_EN	BIT(0)	/* in control */
#define PM1_BM_RLD	BIT(1)
#define PM1_SLP_TYP	(7 << 10)
#define PM1_SLP_EN	BIT(13)	/* write-only */
#define PM1_CONTROL_KEPT (PM1_BM_RLD | PM1_SLP_TYP)

#define TMR_HALF_SHIFT	31	/* TMR_STS: bit 31 of the timer changed */

#define RESET_CPU	BIT(2)

#define SYSTEM_A_RESET	BIT(0)
#define SYSTEM_A_A20	BIT(1)

#define KBD_OBF		BIT(0)	/* status: a byte waits in port 0x60 */
#define KBD_SYSTEM	BIT(2)	/* self test passed */
#define KBD_COMMAND	BIT(3)	/* last written was a command */
#define KBD_UNLOCKED	BIT(4)
#define KBD_AUX		BIT(5)	/* the byte is the mouse's */
#define KBD_TIMEOUT	BIT(6)
#define KBD_OUT_BITS	(KBD_OBF | KBD_AUX | KBD_TIMEOUT)

#define KBD_MODE_DISABLED	BIT(4)
#define KBD_MODE_NO_AUX		BIT(5)

#define KBD_NO_ANSWER	0xfe
#define OUTPUT_PORT	0x03	/* A20 on, reset line high */

static struct pm *to_pm(struct io_dev *dev)
{
	return container_of(dev, struct pm, io);
}

static u64 pm_clocks(u64 now)
{
	return mul_u64_u64_div_u64(now, GUEST_PM_TIMER_HZ, NSEC);
}

/* Bring TMR_STS up to date, then the SCI and the deadline: after every change. */
static void update(struct pm *pm, u64 now)
{
	u64 halves = pm_clocks(now) >> TMR_HALF_SHIFT;

	if (halves > pm->tmr_halves) {
		pm->status |= PM1_TMR;
		pm->tmr_halves = halves;
	}
	pm->io.deadline = NEVER;
	if ((pm->enable & PM1_TMR) && !(pm->status & PM1_TMR))
		pm->io.deadline = mul_u64_u64_div_u64((pm->tmr_halves + 1) << TMR_HALF_SHIFT,
						      NSEC, GUEST_PM_TIMER_HZ) + 1;
	pm->sci->set(pm->sci, pm->status & pm->enable & PM1_EVENTS);
}

static void pm_expire(struct io_dev *dev, u64 now)
{
	update(to_pm(dev), now);
}

void pm_power_button(struct pm *pm)
{
	pm->status |= PM1_PWRBTN;
	pm->sci->set(pm->sci, pm->status & pm->enable & PM1_EVENTS);
}

static void write_control(struct pm *pm, u16 val)
{
	pm->control = (val & PM1_CONTROL_KEPT) | PM1_SCI_EN;
	if ((val & PM1_SLP_EN) && (val & PM1_SLP_TYP) >> 10 == PM1_SLP_TYP_S5)
		pm->event(pm, PM_POWER_OFF, 0);
}

static void write_reset_ctl(struct pm *pm, u8 val)
{
	/* The bit reads as 0 and so rises with each write of 1: the reset clears it. */
	pm->reset_ctl = val & ~RESET_CPU;
	if (val & RESET_CPU)
		pm->event(pm, PM_RESET, 0);
}

static void kbd_answer(struct pm *pm, u8 val, u8 flags)
{
	pm->kbd_out = val;
	pm->kbd_status = (pm->kbd_status & ~KBD_OUT_BITS) | KBD_OBF | flags;
}

static u8 kbd_read(struct pm *pm)
{
	pm->kbd_status &= ~KBD_OUT_BITS;
	return pm->kbd_out;
}

/* A byte written to port 0x60: the operand of a command, or for the keyboard. */
static void kbd_data(struct pm *pm, u8 val)
{
	u8 command = pm->kbd_pending;

	pm->kbd_pending = 0;
	pm->kbd_status &= ~KBD_COMMAND;
	switch (command) {
	case 0x60:			/* write the command byte */
		pm->kbd_mode = val;
		break;
	case 0x61 ... 0x7f:		/* write other RAM: nothing is kept there */
		break;
	case 0xd1:			/* write the output port */
		if (!(val & BIT(0)))
			pm->event(pm, PM_RESET, 0);
		break;
	case 0xd2:			/* as if the keyboard had sent it */
		kbd_answer(pm, val, 0);
		break;
	case 0xd3:			/* as if the mouse had: there is no such channel */
		break;
	case 0xd4:			/* to the mouse */
		kbd_answer(pm, KBD_NO_ANSWER, KBD_AUX | KBD_TIMEOUT);
		break;
	default:			/* to the keyboard */
		pm->kbd_mode &= ~KBD_MODE_DISABLED;
		kbd_answer(pm, KBD_NO_ANSWER, KBD_TIMEOUT);
		break;
	}
}

static void kbd_command(struct pm *pm, u8 val)
{
	pm->kbd_pending = 0;
	pm->kbd_status |= KBD_COMMAND;
	switch (val) {
	case 0x20:			/* read the command byte */
		kbd_answer(pm, pm->kbd_mode, 0);
		break;
	case 0x21 ... 0x3f:		/* read other RAM */
		kbd_answer(pm, 0, 0);
		break;
	case 0x60 ... 0x7f:
	case 0xd1 ... 0xd4:
		pm->kbd_pending = val;
		break;
	case 0xa7:
		pm->kbd_mode |= KBD_MODE_NO_AUX;
		break;
	case 0xa8:
		pm->kbd_mode &= ~KBD_MODE_NO_AUX;
		break;
	case 0xa9:			/* test the mouse's lines: clock stuck low */
		kbd_answer(pm, 0x01, 0);
		break;
	case 0xaa:			/* self test */
		pm->kbd_status |= KBD_SYSTEM;
		kbd_answer(pm, 0x55, 0);
		break;
	case 0xab:			/* test the keyboard's lines: good */
		kbd_answer(pm, 0x00, 0);
		break;
	case 0xad:
		pm->kbd_mode |= KBD_MODE_DISABLED;
		break;
	case 0xae:
		pm->kbd_mode &= ~KBD_MODE_DISABLED;
		break;
	case 0xc0:			/* read the input port: keyboard not locked */
		kbd_answer(pm, 0x80, 0);
		break;
	case 0xd0:			/* read the output port */
		kbd_answer(pm, OUTPUT_PORT, 0);
		break;
	case 0xe0:			/* read the test inputs */
		kbd_answer(pm, 0, 0);
		break;
	case 0xf0 ... 0xff:		/* pulse output lines whose bit is 0 */
		if (!(val & BIT(0)))
			pm->event(pm, PM_RESET, 0);
		break;
	}
}

static u8 pm_read_byte(struct io_dev *dev, u64 addr, u64 now)
{
	struct pm *pm = to_pm(dev);

	switch (addr) {
	case PORT_PM1_EVT ... PORT_PM1_EVT + 1:
		update(pm, now);
		return pm->status >> 8 * (addr - PORT_PM1_EVT);
	case PORT_PM1_EVT + 2 ... PORT_PM1_EVT + 3:
		return pm->enable >> 8 * (addr - PORT_PM1_EVT - 2);
	case PORT_PM1_CNT ... PORT_PM1_CNT + 1:
		return pm->control >> 8 * (addr - PORT_PM1_CNT);
	case PORT_PM_TMR ... PORT_PM_TMR + 3:
		return pm_clocks(now) >> 8 * (addr - PORT_PM_TMR);
	case PORT_KBD_DATA:
		return kbd_read(pm);
	case PORT_KBD_CMD:
		return pm->kbd_status;
	case PORT_SYSTEM_A:
		return SYSTEM_A_A20;
	case PORT_RESET:
		return pm->reset_ctl;
	}
	return 0xff;
}

/* PM1 registers are made of bytes that can be written apart (ACPI 6.5 §4.8.3). */
static void write_pm1(struct pm *pm, u64 addr, u8 val, u64 now)
{
	unsigned int shift = addr & 1 ? 8 : 0;
	u16 bits = val << shift, kept = 0xff00 >> shift;

	update(pm, now);
	switch (addr & ~1ULL) {
	case PORT_PM1_EVT:
		pm->status &= ~bits;
		break;
	case PORT_PM1_EVT + 2:
		pm->enable = (pm->enable & kept) | (bits & PM1_EVENTS);
		break;
	case PORT_PM1_CNT:
		write_control(pm, (pm->control & kept) | bits);
		break;
	}
	update(pm, now);
}

static void pm_write_byte(struct io_dev *dev, u64 addr, u8 val, u64 now)
{
	struct pm *pm = to_pm(dev);

	switch (addr) {
	case PORT_PM1_EVT ... PORT_PM1_EVT + 3:
	case PORT_PM1_CNT ... PORT_PM1_CNT + 1:
		write_pm1(pm, addr, val, now);
		break;
	case PORT_KBD_DATA:
		kbd_data(pm, val);
		break;
	case PORT_KBD_CMD:
		kbd_command(pm, val);
		break;
	case PORT_SYSTEM_A:
		if (val & SYSTEM_A_RESET)
			pm->event(pm, PM_RESET, 0);
		break;
	case PORT_RESET:
		write_reset_ctl(pm, val);
		break;
	}
}

static u64 pm_read(struct io_dev *dev, u64 addr, unsigned int size, u64 now)
{
	return io_read_bytes(dev, addr, size, now, pm_read_byte);
}

static void pm_write(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now)
{
	struct pm *pm = to_pm(dev);

	/* The one register that is as wide as the access. */
	if (addr == PORT_DEBUG_EXIT) {
		if (pm->debug_exit)
			pm->event(pm, PM_DEBUG_EXIT, val & (~0ULL >> (64 - 8 * size)));
		return;
	}
	io_write_bytes(dev, addr, size, val, now, pm_write_byte);
}

static void pm_reset(struct io_dev *dev, u64 now)
{
	struct pm *pm = to_pm(dev);

	pm->status = 0;
	pm->enable = 0;
	pm->control = PM1_SCI_EN;
	pm->tmr_halves = pm_clocks(now) >> TMR_HALF_SHIFT;
	pm->kbd_status = KBD_SYSTEM | KBD_UNLOCKED;
	pm->kbd_out = 0;
	pm->kbd_mode = KBD_MODE_DISABLED | KBD_MODE_NO_AUX;
	pm->kbd_pending = 0;
	pm->reset_ctl = 0;
	update(pm, now);
}

static const struct io_dev_ops pm_io_ops = {
	.read	= pm_read,
	.write	= pm_write,
	.expire	= pm_expire,
	.reset	= pm_reset,
};

void pm_init(struct pm *pm, struct irq_pin *sci,
	     void (*event)(struct pm *, enum pm_event, u32))
{
	memset(pm, 0, sizeof(*pm));
	pm->io.ops = &pm_io_ops;
	pm->io.name = "pm";
	pm->sci = sci;
	pm->event = event;
	pm_reset(&pm->io, 0);
}
