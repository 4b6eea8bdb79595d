// SPDX-License-Identifier: GPL-2.0-only
/* The 16550A: what drivers probe for, interrupts, flow control of both directions. */
#include "pins.h"
#include <string.h>
#include "dev/uart.h"

#define BASE	0x3f8

static struct uart uart;
static struct test_pin pin;
static u8 sent[64];
static unsigned int nsent, accept, offers;

static bool tx(struct uart *u, u8 byte)
{
	if (!accept)
		return false;
	accept--;
	assert_in_range(nsent, 0, sizeof(sent) - 1);
	sent[nsent++] = byte;
	return true;
}

static void rx_ready(struct uart *u)
{
	offers++;
}

static const struct uart_ops ops = { .tx = tx, .rx_ready = rx_ready };

static u8 in(unsigned int reg)
{
	return io_in(&uart.io, BASE + reg, 1, 0);
}

static void out(unsigned int reg, u8 val)
{
	io_out(&uart.io, BASE + reg, 1, val, 0);
}

static int setup(void **state)
{
	pin = test_pin();
	nsent = 0;
	accept = 60;
	offers = 0;
	uart_init(&uart, BASE, &ops, &pin.pin);
	return 0;
}

static void test_power_on(void **state)
{
	assert_int_equal(in(1), 0x00);
	assert_int_equal(in(2), 0x01);
	assert_int_equal(in(3), 0x00);
	assert_int_equal(in(4), 0x00);
	assert_int_equal(in(5), 0x60);
	assert_int_equal(in(6), 0xb0);
	assert_false(pin.level);
	assert_true(uart.io.deadline == NEVER);
}

/* What Linux's 8250 driver does to find out what the port is. */
static void test_autoconfig(void **state)
{
	unsigned int n;

	out(1, 0);
	assert_int_equal(in(1) & 0x0f, 0);
	out(1, 0x0f);
	assert_int_equal(in(1) & 0x0f, 0x0f);
	out(1, 0xff);
	assert_int_equal(in(1), 0x0f);		/* no UUE: not an XScale */
	out(1, 0);

	out(4, 0x1a);				/* loopback: RTS, OUT2 */
	assert_int_equal(in(6) & 0xf0, 0x90);
	out(4, 0x15);				/* DTR, OUT1 */
	assert_int_equal(in(6) & 0xf0, 0x60);
	out(4, 0);

	out(2, 0x01);
	assert_int_equal(in(2) >> 6, 3);	/* 16550A */
	out(3, 0x80);
	assert_int_not_equal(in(2), 0);		/* no EFR */
	out(3, 0xbf);
	assert_int_not_equal(in(2), 0);
	out(3, 0);
	out(2, 0x21);
	assert_int_equal(in(2) >> 5, 6);	/* no 64-byte FIFO: not a 16750 */

	out(2, 0x07);				/* FIFO size by loopback */
	out(4, 0x10);
	for (n = 0; n < 256; n++)
		out(0, n);
	assert_true(in(5) & 0x02);		/* the rest overran */
	for (n = 0; in(5) & 0x01; n++)
		assert_int_equal(in(0), n);
	assert_int_equal(n, 16);
	assert_int_equal(nsent, 0);		/* nothing got out */
}

static void test_scratch_and_divisor(void **state)
{
	out(7, 0x5a);
	assert_int_equal(in(7), 0x5a);
	out(3, 0x83);
	out(0, 0x34);
	out(1, 0x12);
	assert_int_equal(io_in(&uart.io, BASE, 2, 0), 0x1234);
	out(3, 0x03);
	assert_int_equal(in(1), 0);		/* IER was not touched */
	assert_int_equal(nsent, 0);
}

/* Linux's THRE test: enabling the interrupt raises it, again and again. */
static void test_thre_test(void **state)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		out(1, 0x02);
		assert_true(pin.level);
		assert_int_equal(in(2) & 0x0f, 0x02);
		assert_false(pin.level);	/* reading IIR acknowledges */
		assert_int_equal(in(2) & 0x0f, 0x01);
		out(1, 0);
	}
	out(1, 0x02);
	out(1, 0x02);				/* no transition, but still pending */
	assert_int_equal(in(2) & 0x0f, 0x02);
	out(1, 0x02);
	assert_int_equal(in(2) & 0x0f, 0x01);
	out(0, 'x');				/* sent: THR is empty once more */
	assert_true(pin.level);
	assert_int_equal(in(2) & 0x0f, 0x02);
}

/* Without FIFOs each byte gives an edge, also to a driver that never reads IIR. */
static void test_thre_edges(void **state)
{
	out(1, 0x02);
	assert_int_equal(pin.rises, 1);
	out(0, 'a');
	out(0, 'b');
	assert_int_equal(pin.rises, 3);
}

static void test_tx_back_pressure(void **state)
{
	unsigned int i;

	out(2, 0x01);
	accept = 1;
	out(1, 0x02);
	in(2);
	out(0, 0);
	in(2);
	assert_int_equal(in(5) & 0x60, 0x60);
	for (i = 1; i <= 20; i++)
		out(0, i);			/* 16 are kept, 4 lost */
	assert_int_equal(in(5) & 0x60, 0);
	assert_false(pin.level);
	accept = 5;
	uart_tx_ready(&uart);
	assert_int_equal(in(5) & 0x60, 0);
	assert_false(pin.level);
	accept = 30;
	uart_tx_ready(&uart);
	assert_int_equal(in(5) & 0x60, 0x60);
	assert_true(pin.level);
	assert_int_equal(in(2), 0xc2);
	assert_int_equal(nsent, 17);
	for (i = 0; i < nsent; i++)
		assert_int_equal(sent[i], i);
	uart_tx_ready(&uart);
	assert_false(pin.level);		/* nothing to say: no interrupt from it */
}

static void test_tx_fifo_reset(void **state)
{
	out(2, 0x01);
	accept = 0;
	out(0, 'x');
	out(1, 0x02);
	assert_false(pin.level);		/* THR is not empty */
	out(2, 0x05);
	assert_int_equal(in(5) & 0x60, 0x60);
	assert_true(pin.level);
	accept = 9;
	uart_tx_ready(&uart);
	assert_int_equal(nsent, 0);
}

static void test_rx_levels(void **state)
{
	static const u8 trigger[] = { 1, 4, 8, 14 };
	static const u8 data[16] = "0123456789abcdef";
	unsigned int i, n;

	out(1, 0x01);
	for (i = 0; i < 4; i++) {
		out(2, 0x01 | i << 6);
		for (n = 1; n <= 16; n++) {
			assert_int_equal(uart_rx(&uart, data + n - 1, 1), 1);
			assert_true(pin.level);
			assert_int_equal(in(2), n >= trigger[i] ? 0xc4 : 0xcc);
		}
		for (n = 16; n > 0; n--) {
			assert_int_equal(in(2), n >= trigger[i] ? 0xc4 : 0xcc);
			assert_int_equal(in(5) & 1, 1);
			assert_int_equal(in(0), data[16 - n]);
		}
		assert_false(pin.level);
		assert_int_equal(in(5), 0x60);
	}
}

static void test_rx_flow(void **state)
{
	static const u8 data[40] = "The quick brown fox jumps over the lazy";
	unsigned int n;

	assert_int_equal(uart_rx(&uart, data, 2), 1);	/* no FIFO */
	assert_int_equal(offers, 0);
	assert_int_equal(in(0), 'T');
	assert_int_equal(offers, 1);

	out(2, 0x01);
	assert_int_equal(uart_rx(&uart, data, 16), 16);
	assert_int_equal(uart_rx(&uart, data, 1), 0);
	out(4, 0x0b);
	for (n = 0; n < 15; n++)
		in(0);
	assert_int_equal(offers, 1);
	in(0);
	assert_int_equal(offers, 2);		/* once, and only when empty */
	in(0);
	assert_int_equal(offers, 2);

	assert_int_equal(uart_rx(&uart, data, 20), 16);
	out(2, 0x03);				/* cleared: room again */
	assert_int_equal(offers, 3);

	out(4, 0x10);				/* in loopback the line is cut */
	assert_int_equal(uart_rx(&uart, data, 1), 0);
	assert_false(uart_break(&uart));
	out(4, 0x00);
	assert_int_equal(offers, 4);
	assert_int_equal(uart_rx(&uart, data, 1), 1);
}

static void test_break(void **state)
{
	out(2, 0x41);
	out(1, 0x05);
	uart_rx(&uart, (const u8 *)"a", 1);
	assert_true(uart_break(&uart));
	assert_int_equal(in(5), 0xe1);		/* an error in the FIFO, not on top */
	assert_int_equal(in(2), 0xcc);
	assert_int_equal(in(0), 'a');
	assert_int_equal(in(2), 0xc6);		/* line status comes first */
	assert_int_equal(in(5), 0xf1);
	assert_int_equal(in(5), 0x61);		/* and is cleared by reading it */
	assert_int_equal(in(2), 0xcc);
	assert_int_equal(in(0), 0);
	assert_false(pin.level);
}

static void test_priorities(void **state)
{
	out(4, 0x10);
	out(4, 0x12);				/* CTS rises: modem status */
	out(0, 'x');
	out(0, 'y');				/* overrun */
	out(1, 0x0f);
	assert_int_equal(in(2), 0x06);
	assert_int_equal(in(5), 0x63);
	assert_int_equal(in(2), 0x04);
	assert_int_equal(in(0), 'y');
	assert_int_equal(in(2), 0x02);
	assert_int_equal(in(2), 0x00);
	assert_true(pin.level);
	in(6);
	assert_int_equal(in(2), 0x01);
	assert_false(pin.level);
}

static void test_modem_deltas(void **state)
{
	out(4, 0x10);				/* all inputs fall: three deltas */
	assert_int_equal(in(6), 0x0b);
	assert_int_equal(in(6), 0x00);
	out(4, 0x14);				/* RI rises: no delta */
	assert_int_equal(in(6), 0x40);
	out(4, 0x10);				/* trailing edge of RI */
	assert_int_equal(in(6), 0x04);
	out(4, 0x00);
	assert_int_equal(in(6), 0xbb);
}

static void test_fcr(void **state)
{
	out(2, 0xc6);				/* bit 0 clear: nothing is programmed */
	assert_int_equal(in(2), 0x01);
	out(2, 0xc1);
	uart_rx(&uart, (const u8 *)"abc", 3);
	out(2, 0x00);				/* leaving FIFO mode clears it */
	assert_int_equal(in(5), 0x60);
}

static void test_wide_and_foreign(void **state)
{
	assert_int_equal(io_in(&uart.io, BASE + 5, 4, 0), 0xff00b060);
	io_out(&uart.io, BASE + 7, 2, 0x1234, 0);
	assert_int_equal(in(7), 0x34);
	assert_int_equal(io_in(&uart.io, BASE - 8, 1, 0), 0xff);
}

static void test_reset(void **state)
{
	out(1, 0x0f);
	out(2, 0xc1);
	out(4, 0x0b);
	uart_rx(&uart, (const u8 *)"abcdefghijklmnopqrst", 20);
	assert_true(pin.level);
	uart.io.ops->reset(&uart.io, 0);
	assert_int_equal(offers, 1);
	test_power_on(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_power_on, setup),
		cmocka_unit_test_setup(test_autoconfig, setup),
		cmocka_unit_test_setup(test_scratch_and_divisor, setup),
		cmocka_unit_test_setup(test_thre_test, setup),
		cmocka_unit_test_setup(test_thre_edges, setup),
		cmocka_unit_test_setup(test_tx_back_pressure, setup),
		cmocka_unit_test_setup(test_tx_fifo_reset, setup),
		cmocka_unit_test_setup(test_rx_levels, setup),
		cmocka_unit_test_setup(test_rx_flow, setup),
		cmocka_unit_test_setup(test_break, setup),
		cmocka_unit_test_setup(test_priorities, setup),
		cmocka_unit_test_setup(test_modem_deltas, setup),
		cmocka_unit_test_setup(test_fcr, setup),
		cmocka_unit_test_setup(test_wide_and_foreign, setup),
		cmocka_unit_test_setup(test_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
