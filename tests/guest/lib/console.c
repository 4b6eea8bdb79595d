// SPDX-License-Identifier: GPL-2.0-only
/*
 * console.c - text on COM1, results of checks, the end of a guest
 *
 * Polls the line status and uses no interrupt; may be called with anything else broken.
 */
#include "guest.h"

#define COM1		0x3f8
#define DEBUG_EXIT	0xf4
#define PM1_CNT		0x604

static u32 failures;
static volatile u32 console_lock;

void console_init(void)
{
	outb(COM1 + 1, 0);		/* no interrupts */
	outb(COM1 + 3, 0x80);
	outb(COM1 + 0, 1);		/* 115200 baud */
	outb(COM1 + 1, 0);
	outb(COM1 + 3, 3);		/* 8N1 */
	outb(COM1 + 2, 7);		/* FIFOs on and empty */
	outb(COM1 + 4, 3);
}

static void put(char c)
{
	u32 tries = 1000000;

	if (c == '\n')
		put('\r');
	while (!(inb(COM1 + 5) & 0x20) && --tries)
		pause();
	outb(COM1, c);
}

static void put_string(const char *s)
{
	while (*s)
		put(*s++);
}

u64 div64(u64 n, u32 by)
{
	u32 high = n >> 32, low = n, rest, q1, q0;

	asm("divl %4" : "=a"(q1), "=d"(rest) : "a"(high), "d"(0), "r"(by));
	asm("divl %4" : "=a"(q0), "=d"(rest) : "a"(low), "d"(rest), "r"(by));
	return (u64)q1 << 32 | q0;
}

static void put_number(u64 v, u32 base, u32 width, char pad)
{
	char digits[24];
	u32 n = 0;

	do {
		u64 q = div64(v, base);

		digits[n++] = "0123456789abcdef"[(u32)(v - q * base)];
		v = q;
	} while (v);
	while (width > n) {
		put(pad);
		width--;
	}
	while (n)
		put(digits[--n]);
}

static u64 fetch(__builtin_va_list *args, u32 longs, bool is_signed)
{
	u64 v;

	if (longs == 2)
		return __builtin_va_arg(*args, u64);
	if (longs == 1)
		v = is_signed ? (u64)(s64)__builtin_va_arg(*args, long) :
				(u64)__builtin_va_arg(*args, ulong);
	else
		v = is_signed ? (u64)(s64)__builtin_va_arg(*args, int) :
				(u64)__builtin_va_arg(*args, u32);
	return v;
}

static const char *put_directive(const char *fmt, __builtin_va_list *args)
{
	u32 longs = 0, width = 0;
	char pad = ' ';
	u64 v;

	if (*fmt == '0')
		pad = *fmt++;
	while (*fmt >= '0' && *fmt <= '9')
		width = width * 10 + (*fmt++ - '0');
	while (*fmt == 'l') {
		longs++;
		fmt++;
	}
	switch (*fmt) {
	case 's':
		put_string(__builtin_va_arg(*args, const char *));
		break;
	case 'c':
		put(__builtin_va_arg(*args, int));
		break;
	case 'd':
		v = fetch(args, longs, true);
		if ((s64)v < 0) {
			put('-');
			v = -v;
		}
		put_number(v, 10, width, pad);
		break;
	case 'u':
		put_number(fetch(args, longs, false), 10, width, pad);
		break;
	case 'x':
		put_number(fetch(args, longs, false), 16, width, pad);
		break;
	default:
		put(*fmt);
	}
	return fmt + 1;
}

static void vprint(const char *fmt, __builtin_va_list *args)
{
	while (*fmt) {
		if (*fmt == '%')
			fmt = put_directive(fmt + 1, args);
		else
			put(*fmt++);
	}
}

static void lock(void)
{
	u32 tries = 100000000;

	while (__sync_lock_test_and_set(&console_lock, 1) && --tries)
		pause();
}

static void unlock(void)
{
	__sync_lock_release(&console_lock);
}

void print(const char *fmt, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	lock();
	vprint(fmt, &args);
	unlock();
	__builtin_va_end(args);
}

bool check(bool good, const char *name, const char *fmt, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	lock();
	put_string(good ? "ok " : "not ok ");
	put_string(name);
	if (!good) {
		failures++;
		put_string(": ");
		vprint(fmt, &args);
	}
	put('\n');
	unlock();
	__builtin_va_end(args);
	return good;
}

void skip(const char *name, const char *why)
{
	print("ok %s # skipped: %s\n", name, why);
}

void finish(void)
{
	print("done\n");
	outb(DEBUG_EXIT, failures ? EXIT_BAD : EXIT_GOOD);
	/* No such port here: switch the power off. */
	outw(PM1_CNT, 1 << 13 | 5 << 10);
	for (;;)
		asm volatile("cli; hlt");
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

void *memset(void *p, int c, size_t n)
{
	void *to = p;

	asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(c) : "memory");
	return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
	void *d = to;

	asm volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) :: "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
