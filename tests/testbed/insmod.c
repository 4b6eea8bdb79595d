// SPDX-License-Identifier: GPL-2.0-only
/*
 * insmod FILE [PARAMETER=VALUE]... - load a module, once.
 *
 * busybox tries a second system call when the first one fails, so that a module which refuses
 * to load does so twice and says it twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char parameters[4096] = "";
	size_t used = 0;
	int fd, i;

	if (argc < 2) {
		fputs("usage: insmod FILE [PARAMETER=VALUE]...\n", stderr);
		return 1;
	}
	for (i = 2; i < argc; i++) {
		used += snprintf(parameters + used, sizeof(parameters) - used, "%s ", argv[i]);
		if (used >= sizeof(parameters)) {
			fputs("insmod: too many parameters\n", stderr);
			return 1;
		}
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0)) {
		fprintf(stderr, "insmod: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return 0;
}
