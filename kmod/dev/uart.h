/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uart.h - a 16550A
 *
 * Pure code; see io-dev.h for the rules. 8 ports. The line is infinitely fast except
 * that the transmitter waits while the host end takes nothing more.
 * Source: National PC16550D datasheet.
 */
#ifndef _INSULA_UART_H
#define _INSULA_UART_H

#include "io-dev.h"

#define UART_FIFO_SIZE	16

struct uart;

/**
 * struct uart_ops - the other end of the line; called with the device's lock held.
 * Neither may call back into the UART.
 * @tx:		send a byte. Return: false if it can't be taken now; the UART keeps it in
 *		its FIFO, shows the transmitter busy, and tries again at uart_tx_ready().
 * @rx_ready:	the receiver is empty and takes bytes again. Called once after uart_rx() or
 *		uart_break() had to refuse something.
 */
struct uart_ops {
	bool (*tx)(struct uart *uart, u8 byte);
	void (*rx_ready)(struct uart *uart);
};

/**
 * struct uart - a 16550A
 * @io:		to the bus; its deadline is always NEVER
 * @ops:	the other end; constant
 * @pin:	interrupt output; constant
 * @base:	first port; constant
 * @ier:	interrupt enables, as all registers with only the bits that exist
 * @lcr:	line control
 * @mcr:	modem control
 * @scr:	scratch
 * @dll:	divisor latch, low
 * @dlm:	divisor latch, high
 * @fcr:	FIFO control
 * @overrun:	LSR.OE, until LSR is read. Only loopback can cause it.
 * @msr_delta:	MSR bits 0-3, until MSR is read
 * @thre_pending: THR-empty interrupt raised and not yet acknowledged
 * @rx_starved:	bytes were refused: @rx_ready is owed
 * @rx:		receive FIFO, a ring
 * @rx_head:	slot of its oldest byte; also what RBR reads when it is empty
 * @rx_count:	bytes in it
 * @rx_break:	bit n: the byte in slot n of @rx is a break
 * @tx:		transmit FIFO, a ring: bytes that the host end refused
 * @tx_head:	slot of its oldest byte
 * @tx_count:	bytes in it
 */
struct uart {
	struct io_dev io;
	const struct uart_ops *ops;
	struct irq_pin *pin;
	u64 base;
	u8 ier, lcr, mcr, scr, dll, dlm, fcr;
	bool overrun;
	u8 msr_delta;
	bool thre_pending;
	bool rx_starved;
	u8 rx[UART_FIFO_SIZE], rx_head, rx_count;
	u16 rx_break;
	u8 tx[UART_FIFO_SIZE], tx_head, tx_count;
};

/**
 * uart_init() - once; ends with a reset
 * @uart:	the UART
 * @base:	first of its 8 ports
 * @ops:	the other end
 * @pin:	interrupt output
 */
void uart_init(struct uart *uart, u64 base, const struct uart_ops *ops, struct irq_pin *pin);

/**
 * uart_rx() - bytes from the other end
 * @uart:	the UART
 * @bytes:	what was received
 * @n:		how many
 *
 * Return: how many were taken: as many as the receive FIFO has room for (1 byte with FIFOs
 * off, none in loopback); the rest is the caller's to offer again after rx_ready().
 */
unsigned int uart_rx(struct uart *uart, const u8 *bytes, unsigned int n);

/**
 * uart_break() - the other end sends a break (LSR.BI with a zero byte)
 * @uart:	the UART
 *
 * Return: false if there was no room for it: offer it again after rx_ready().
 */
bool uart_break(struct uart *uart);

/** uart_tx_ready() - the other end can take bytes again */
void uart_tx_ready(struct uart *uart);

#endif
