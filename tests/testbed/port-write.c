// SPDX-License-Identifier: GPL-2.0-only
/*
 * port-write PORT - copy standard input to an I/O port, byte for byte.
 *
 * Bochs passes on what is written to port 0xe9 as it comes. A serial line there takes the time
 * that a real one would: 200 KB are a quarter of a minute.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char bytes[65536];
	unsigned short port;
	ssize_t got;

	if (argc != 2) {
		fputs("usage: port-write PORT\n", stderr);
		return 1;
	}
	port = strtoul(argv[1], NULL, 0);
	if (ioperm(port, 1, 1)) {
		perror("port-write");
		return 1;
	}
	while ((got = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0)
		outsb(port, bytes, got);
	return got < 0;
}
