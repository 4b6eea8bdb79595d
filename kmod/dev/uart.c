// SPDX-License-Identifier: GPL-2.0-only
/*
 * uart.c - a 16550A
 *
 * Nothing here waits for a character time: a byte written is sent at once, a receive
 * FIFO that is below its trigger level times out at once. The interrupt output goes
 * straight to the pin; unlike on a PC's serial card, MCR.OUT2 does not gate it, for
 * the sake of guests that never set it.
 *
 * No byte of the host's is ever dropped: the receiver refuses what it has no room for.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/string.h>
#include "uart.h"

enum {				/* registers, as offsets from the base port */
	REG_DATA	= 0,	/* RBR and THR; divisor latch, low */
	REG_IER		= 1,	/* divisor latch, high */
	REG_IIR		= 2,	/* written: FCR */
	REG_LCR		= 3,
	REG_MCR		= 4,
	REG_LSR		= 5,
	REG_MSR		= 6,
	REG_SCR		= 7,
};

#define IER_RX		BIT(0)
#define IER_THRE	BIT(1)
#define IER_LINE	BIT(2)
#define IER_MODEM	BIT(3)
#define IER_BITS	0x0f

#define IIR_MODEM	0x00	/* lowest priority */
#define IIR_NONE	0x01
#define IIR_THRE	0x02
#define IIR_RX		0x04
#define IIR_LINE	0x06	/* highest */
#define IIR_TIMEOUT	0x0c	/* as IIR_RX */
#define IIR_FIFOS	0xc0

#define FCR_ENABLE	BIT(0)
#define FCR_CLEAR_RX	BIT(1)
#define FCR_CLEAR_TX	BIT(2)
#define FCR_KEPT	0xc9	/* enable, DMA mode, trigger level */

#define LCR_DLAB	BIT(7)

#define MCR_DTR		BIT(0)
#define MCR_RTS		BIT(1)
#define MCR_OUT1	BIT(2)
#define MCR_OUT2	BIT(3)
#define MCR_LOOP	BIT(4)
#define MCR_BITS	0x1f

#define LSR_DR		BIT(0)
#define LSR_OE		BIT(1)
#define LSR_BI		BIT(4)
#define LSR_TX_EMPTY	0x60	/* THRE and TEMT: there is no shift register to tell apart */
#define LSR_FIFO_ERROR	BIT(7)

#define MSR_CTS		BIT(4)
#define MSR_DSR		BIT(5)
#define MSR_RI		BIT(6)
#define MSR_DCD		BIT(7)
#define MSR_TERI	BIT(2)	/* RI's delta: only its trailing edge counts */

static struct uart *to_uart(struct io_dev *dev)
{
	return container_of(dev, struct uart, io);
}

static bool fifos_on(const struct uart *uart)
{
	return uart->fcr & FCR_ENABLE;
}

static unsigned int fifo_size(const struct uart *uart)
{
	return fifos_on(uart) ? UART_FIFO_SIZE : 1;
}

/* Number of received bytes that raises the data interrupt. */
static unsigned int rx_trigger(const struct uart *uart)
{
	if (!fifos_on(uart))
		return 1;
	switch (uart->fcr >> 6) {
	case 0:
		return 1;
	case 1:
		return 4;
	case 2:
		return 8;
	default:
		return 14;
	}
}

/* Modem inputs: a null modem that is always there, or the looped outputs. */
static u8 modem_lines(const struct uart *uart)
{
	u8 lines = 0;

	if (!(uart->mcr & MCR_LOOP))
		return MSR_DCD | MSR_DSR | MSR_CTS;
	if (uart->mcr & MCR_DTR)
		lines |= MSR_DSR;
	if (uart->mcr & MCR_RTS)
		lines |= MSR_CTS;
	if (uart->mcr & MCR_OUT1)
		lines |= MSR_RI;
	if (uart->mcr & MCR_OUT2)
		lines |= MSR_DCD;
	return lines;
}

static u8 line_status(const struct uart *uart)
{
	u8 lsr = 0;

	if (uart->rx_count)
		lsr |= LSR_DR;
	if (uart->overrun)
		lsr |= LSR_OE;
	if (uart->rx_break & BIT(uart->rx_head))
		lsr |= LSR_BI;
	if (uart->rx_break && fifos_on(uart))
		lsr |= LSR_FIFO_ERROR;
	if (!uart->tx_count)
		lsr |= LSR_TX_EMPTY;
	return lsr;
}

/* The pending interrupt of the highest priority (datasheet §8.6.5, table IV). */
static u8 interrupt_id(const struct uart *uart)
{
	if ((uart->ier & IER_LINE) && (line_status(uart) & (LSR_OE | LSR_BI)))
		return IIR_LINE;
	if ((uart->ier & IER_RX) && uart->rx_count >= rx_trigger(uart))
		return IIR_RX;
	if ((uart->ier & IER_RX) && uart->rx_count)
		return IIR_TIMEOUT;
	if ((uart->ier & IER_THRE) && uart->thre_pending)
		return IIR_THRE;
	if ((uart->ier & IER_MODEM) && uart->msr_delta)
		return IIR_MODEM;
	return IIR_NONE;
}

static void update_pin(struct uart *uart)
{
	uart->pin->set(uart->pin, interrupt_id(uart) != IIR_NONE);
}

static void rx_push(struct uart *uart, u8 byte, bool is_break)
{
	unsigned int slot = (uart->rx_head + uart->rx_count) % UART_FIFO_SIZE;

	uart->rx[slot] = byte;
	if (is_break)
		uart->rx_break |= BIT(slot);
	uart->rx_count++;
}

/* Waits until the receiver is empty, so that the host end refills it in one go. */
static void rx_offer(struct uart *uart)
{
	if (!uart->rx_starved || uart->rx_count || (uart->mcr & MCR_LOOP))
		return;
	uart->rx_starved = false;
	uart->ops->rx_ready(uart);
}

static u8 rx_pop(struct uart *uart)
{
	u8 byte = uart->rx[uart->rx_head];

	if (!uart->rx_count)
		return byte;	/* RBR keeps what it had */
	uart->rx_break &= ~BIT(uart->rx_head);
	if (--uart->rx_count)
		uart->rx_head = (uart->rx_head + 1) % UART_FIFO_SIZE;
	else
		rx_offer(uart);
	return byte;
}

static void rx_clear(struct uart *uart)
{
	uart->rx_count = 0;
	uart->rx_break = 0;
	rx_offer(uart);
}

static void tx_clear(struct uart *uart)
{
	if (uart->tx_count)
		uart->thre_pending = true;
	uart->tx_count = 0;
}

static void loop_back(struct uart *uart, u8 byte)
{
	if (uart->rx_count < fifo_size(uart)) {
		rx_push(uart, byte, false);
		return;
	}
	uart->overrun = true;
	if (!fifos_on(uart))
		uart->rx[uart->rx_head] = byte;	/* RBR is overwritten, a FIFO is not */
}

static void write_thr(struct uart *uart, u8 byte)
{
	uart->thre_pending = false;
	if (!fifos_on(uart))
		update_pin(uart);	/* THR was full for a moment: an edge follows */

	if (uart->mcr & MCR_LOOP) {
		loop_back(uart, byte);
	} else if (uart->tx_count || !uart->ops->tx(uart, byte)) {
		if (uart->tx_count < fifo_size(uart))	/* else lost, as THRE had said */
			uart->tx[(uart->tx_head + uart->tx_count++) % UART_FIFO_SIZE] = byte;
	}
	if (!uart->tx_count)
		uart->thre_pending = true;
}

static void write_ier(struct uart *uart, u8 val)
{
	/* Enabled with THR empty, the interrupt comes at once, each time anew. */
	if ((val & ~uart->ier & IER_THRE) && !uart->tx_count)
		uart->thre_pending = true;
	uart->ier = val & IER_BITS;
}

static void write_fcr(struct uart *uart, u8 val)
{
	if (!(val & FCR_ENABLE))
		val = 0;		/* the other bits are not programmed then */
	if ((val ^ uart->fcr) & FCR_ENABLE)
		val |= FCR_CLEAR_RX | FCR_CLEAR_TX;
	uart->fcr = val & FCR_KEPT;
	if (val & FCR_CLEAR_RX)
		rx_clear(uart);
	if (val & FCR_CLEAR_TX)
		tx_clear(uart);
}

static void write_mcr(struct uart *uart, u8 val)
{
	u8 before = modem_lines(uart), changed;

	uart->mcr = val & MCR_BITS;
	changed = (before ^ modem_lines(uart)) & ~MSR_RI;
	uart->msr_delta |= changed >> 4;
	if (before & ~modem_lines(uart) & MSR_RI)
		uart->msr_delta |= MSR_TERI;
	rx_offer(uart);			/* loopback may have ended */
}

static u8 read_iir(struct uart *uart)
{
	u8 iir = interrupt_id(uart);

	if (iir == IIR_THRE)
		uart->thre_pending = false;
	return iir | (fifos_on(uart) ? IIR_FIFOS : 0);
}

static u8 read_lsr(struct uart *uart)
{
	u8 lsr = line_status(uart);

	uart->overrun = false;
	uart->rx_break &= ~BIT(uart->rx_head);
	return lsr;
}

static u8 read_msr(struct uart *uart)
{
	u8 msr = modem_lines(uart) | uart->msr_delta;

	uart->msr_delta = 0;
	return msr;
}

static u8 read_reg(struct uart *uart, unsigned int reg)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (reg) {
	case REG_DATA:
		return dlab ? uart->dll : rx_pop(uart);
	case REG_IER:
		return dlab ? uart->dlm : uart->ier;
	case REG_IIR:
		return read_iir(uart);
	case REG_LCR:
		return uart->lcr;
	case REG_MCR:
		return uart->mcr;
	case REG_LSR:
		return read_lsr(uart);
	case REG_MSR:
		return read_msr(uart);
	default:
		return uart->scr;
	}
}

static void write_reg(struct uart *uart, unsigned int reg, u8 val)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (reg) {
	case REG_DATA:
		if (dlab)
			uart->dll = val;
		else
			write_thr(uart, val);
		break;
	case REG_IER:
		if (dlab)
			uart->dlm = val;
		else
			write_ier(uart, val);
		break;
	case REG_IIR:
		write_fcr(uart, val);
		break;
	case REG_LCR:
		uart->lcr = val;
		break;
	case REG_MCR:
		write_mcr(uart, val);
		break;
	case REG_SCR:
		uart->scr = val;
		break;
	}
}

static u8 uart_read_byte(struct io_dev *dev, u64 addr, u64 now)
{
	struct uart *uart = to_uart(dev);
	u8 val;

	if (addr - uart->base > REG_SCR)
		return 0xff;
	val = read_reg(uart, addr - uart->base);
	update_pin(uart);
	return val;
}

static void uart_write_byte(struct io_dev *dev, u64 addr, u8 val, u64 now)
{
	struct uart *uart = to_uart(dev);

	if (addr - uart->base > REG_SCR)
		return;
	write_reg(uart, addr - uart->base, val);
	update_pin(uart);
}

static u64 uart_read(struct io_dev *dev, u64 addr, unsigned int size, u64 now)
{
	return io_read_bytes(dev, addr, size, now, uart_read_byte);
}

static void uart_write(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now)
{
	io_write_bytes(dev, addr, size, val, now, uart_write_byte);
}

static void uart_reset(struct io_dev *dev, u64 now)
{
	struct uart *uart = to_uart(dev);

	uart->ier = 0;
	uart->lcr = 0;
	uart->mcr = 0;
	uart->scr = 0;
	uart->dll = 12;		/* 9600 baud, for guests that only read it */
	uart->dlm = 0;
	uart->fcr = 0;
	uart->overrun = false;
	uart->msr_delta = 0;
	uart->tx_count = 0;
	uart->thre_pending = false;
	rx_clear(uart);
	update_pin(uart);
}

static const struct io_dev_ops uart_io_ops = {
	.read	= uart_read,
	.write	= uart_write,
	.reset	= uart_reset,
};

void uart_init(struct uart *uart, u64 base, const struct uart_ops *ops, struct irq_pin *pin)
{
	memset(uart, 0, sizeof(*uart));
	uart->io.ops = &uart_io_ops;
	uart->io.name = "uart";
	uart->io.deadline = NEVER;
	uart->base = base;
	uart->ops = ops;
	uart->pin = pin;
	uart_reset(&uart->io, 0);
}

unsigned int uart_rx(struct uart *uart, const u8 *bytes, unsigned int n)
{
	unsigned int i, room = 0;

	if (!(uart->mcr & MCR_LOOP) && uart->rx_count < fifo_size(uart))
		room = fifo_size(uart) - uart->rx_count;
	if (n > room) {
		uart->rx_starved = true;
		n = room;
	}
	for (i = 0; i < n; i++)
		rx_push(uart, bytes[i], false);
	update_pin(uart);
	return n;
}

bool uart_break(struct uart *uart)
{
	if ((uart->mcr & MCR_LOOP) || uart->rx_count >= fifo_size(uart)) {
		uart->rx_starved = true;
		return false;
	}
	rx_push(uart, 0, true);
	update_pin(uart);
	return true;
}

void uart_tx_ready(struct uart *uart)
{
	if (!uart->tx_count)
		return;
	while (uart->tx_count && uart->ops->tx(uart, uart->tx[uart->tx_head])) {
		uart->tx_head = (uart->tx_head + 1) % UART_FIFO_SIZE;
		uart->tx_count--;
	}
	if (!uart->tx_count)
		uart->thre_pending = true;
	update_pin(uart);
}
