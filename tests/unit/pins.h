/* SPDX-License-Identifier: GPL-2.0-only */
/* pins.h - what tests of device models share: a pin that counts, accesses to ports */
#ifndef _TEST_PINS_H
#define _TEST_PINS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include "dev/io-dev.h"

#define MS	1000000ULL	/* ns */
#define SEC	1000000000ULL

struct test_pin {
	struct irq_pin pin;
	bool level;
	unsigned int rises;
};

static inline void test_pin_set(struct irq_pin *pin, bool level)
{
	struct test_pin *p = container_of(pin, struct test_pin, pin);

	p->rises += level && !p->level;
	p->level = level;
}

static inline struct test_pin test_pin(void)
{
	return (struct test_pin){ .pin.set = test_pin_set };
}

static inline u64 io_in(struct io_dev *dev, u64 addr, unsigned int size, u64 now)
{
	return dev->ops->read(dev, addr, size, now);
}

static inline void io_out(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now)
{
	dev->ops->write(dev, addr, size, val, now);
}

/* What the bus does with a deadline: every expiry up to @until, on time. Return: how many. */
static inline unsigned int io_run(struct io_dev *dev, u64 until)
{
	unsigned int n = 0;

	while (dev->deadline <= until && n < 1000000) {
		dev->ops->expire(dev, dev->deadline);
		n++;
	}
	return n;
}

#endif
