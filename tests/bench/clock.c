// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock TEXT COMMAND [ARG]...
 *
 * Runs the command and prints how many TSC cycles went by from before there was a process for it
 * until TEXT appeared in its output; then ends it with SIGTERM. Exits with 1 when TEXT never
 * came.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

static char seen[1 << 20];

int main(int argc, char **argv)
{
	unsigned long long start, found = 0;
	size_t length = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (argc < 3 || pipe(fds))
		return 2;
	start = __rdtsc();
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	close(fds[1]);
	while (!found && length < sizeof(seen) &&
	       (n = read(fds[0], seen + length, sizeof(seen) - length)) > 0) {
		length += n;
		if (memmem(seen, length, argv[1], strlen(argv[1])))
			found = __rdtsc() - start;
	}
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	if (!found)
		return 1;
	printf("%llu\n", found);
	return 0;
}
