// SPDX-License-Identifier: GPL-2.0-only
/*
 * pty EXPECT SEND [EXPECT SEND]... -- COMMAND [ARG]...
 *
 * Runs a command on a terminal: waits until it has printed EXPECT (`-`: for half a second),
 * then types SEND (\ooo is a character in octal), and so on; then waits for its end. Copies
 * what it prints; exits as it does, or with 200 when EXPECT never came.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS	30000

static char seen[65536];
static size_t length, looked;

static int start(char **argv, pid_t *pid)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	*pid = fork();
	if (*pid)
		return master;
	setsid();
	/* Shells ignore these on behalf of what runs in the background, for good. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (open(ptsname(master), O_RDWR) || dup(0) != 1 || dup(0) != 2)
		_exit(126);
	close(master);
	execvp(argv[0], argv);
	_exit(127);
}

/* Read what there is within @ms. Returns 0 at the end of it all. */
static int read_some(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return 1;
	n = read(fd, seen + length, sizeof(seen) - 1 - length);
	if (n <= 0)
		return 0;
	if (write(STDOUT_FILENO, seen + length, n) != n)
		return 0;
	length += n;
	return length < sizeof(seen) - 1;
}

static int wait_for(int fd, const char *text)
{
	char *found;
	int ms;

	if (!strcmp(text, "-")) {
		for (ms = 0; ms < 500; ms += 50)
			if (!read_some(fd, 50))
				return -1;
		return 0;
	}
	for (ms = 0; ms < PATIENCE_MS; ms += 100) {
		found = memmem(seen + looked, length - looked, text, strlen(text));
		if (found) {
			looked = found + strlen(text) - seen;
			return 0;
		}
		if (!read_some(fd, 100))
			return -1;
	}
	return -1;
}

static void type(int fd, const char *text)
{
	while (*text) {
		char c = *text++, *end;

		if (c == '\\') {
			c = strtol(text, &end, 8);
			text = end;
		}
		if (write(fd, &c, 1) != 1)
			return;
	}
}

int main(int argc, char **argv)
{
	int i, command, fd, status;
	pid_t pid;

	for (command = 1; command < argc && strcmp(argv[command], "--"); command++)
		;
	if (command + 1 >= argc || command % 2 == 0)
		return 2;
	fd = start(argv + command + 1, &pid);
	if (fd < 0)
		return 2;
	for (i = 1; i < command; i += 2) {
		if (wait_for(fd, argv[i])) {
			kill(pid, SIGKILL);
			return 200;
		}
		type(fd, argv[i + 1]);
	}
	while (read_some(fd, 1000))
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
