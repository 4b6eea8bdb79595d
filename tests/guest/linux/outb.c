// SPDX-License-Identifier: GPL-2.0-only
/*
 * outb PORT VALUE - write a byte to an I/O port, from a guest's shell.
 *
 * Debian's cloud kernels have no /dev/port. Numbers are decimal or 0x-hexadecimal.
 * Exit status: 1 on wrong usage, 2 when the kernel does not allow it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>

static int number(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	*value = strtoul(text, &end, 0);
	return *text && !*end && *value <= max;
}

int main(int argc, char **argv)
{
	unsigned long port, value;

	if (argc != 3 || !number(argv[1], UINT16_MAX, &port) ||
	    !number(argv[2], UINT8_MAX, &value)) {
		fputs("usage: outb PORT VALUE\n", stderr);
		return 1;
	}
	if (iopl(3)) {
		perror("outb: iopl");
		return 2;
	}
	outb((uint8_t)value, (uint16_t)port);
	return 0;
}
