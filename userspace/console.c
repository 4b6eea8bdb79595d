// SPDX-License-Identifier: GPL-2.0-only
/*
 * console.c - a VM's serial console on the user's terminal
 *
 * One buffer each way, and no more is read than has been written: a guest
 * that does not listen holds up the typing, a reader that is slow holds up
 * the guest's UART, and neither blocks the other or the signals.
 */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define QUIET_TIME	50	/* ms without output after which a stopped VM has said all */

static volatile sig_atomic_t caught;
static sigset_t relay_mask;

static void on_signal(int number)
{
	caught = number;
}

void console_catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = on_signal }, old;
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigaction(numbers[i], NULL, &old) || old.sa_handler == SIG_IGN)
			continue;
		sigaction(numbers[i], &action, NULL);
		sigaddset(&blocked, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &relay_mask);
	signal(SIGPIPE, SIG_IGN);
}

int console_open(struct console *console, const char *path)
{
	struct termios termios;
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (tcgetattr(fd, &termios)) {
		close(fd);
		return -ENOTTY;
	}
	cfmakeraw(&termios);
	termios.c_cflag |= CLOCAL | CREAD;
	tcsetattr(fd, TCSANOW, &termios);
	console->tty = fd;
	return 0;
}

void console_begin(struct console *console)
{
	struct termios raw;

	memset(console, 0, sizeof(*console));
	console->tty = -1;
	console->input_open = true;
	console->terminal = !tcgetattr(STDIN_FILENO, &console->saved);
	if (!console->terminal)
		return;
	raw = console->saved;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

void console_end(struct console *console)
{
	if (console->terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &console->saved);
	if (console->tty >= 0)
		close(console->tty);
	console->tty = -1;
}

static bool is_empty(const struct console_buffer *buffer)
{
	return buffer->begin == buffer->end;
}

/* Returns what read() does; -EAGAIN when there is nothing now. */
static ssize_t fill(struct console_buffer *buffer, int fd)
{
	ssize_t n = read(fd, buffer->data, sizeof(buffer->data));

	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	buffer->begin = 0;
	buffer->end = n;
	return n;
}

/* Returns false when nobody takes it any more. */
static bool flush(struct console_buffer *buffer, int fd)
{
	ssize_t n = write(fd, buffer->data + buffer->begin, buffer->end - buffer->begin);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	buffer->begin += n;
	return true;
}

static void read_input(struct console *console)
{
	ssize_t n = fill(&console->to_guest, STDIN_FILENO);
	char *escape;

	if (n == -EAGAIN)
		return;
	if (n <= 0) {
		console->input_open = false;
		return;
	}
	escape = console->terminal ? memchr(console->to_guest.data, CONSOLE_ESCAPE, n) : NULL;
	if (escape) {
		console->to_guest.end = escape - console->to_guest.data;
		console->detached = true;
	}
}

/* Returns false on a hangup, and forgets what can't be sent any more. */
static bool serve_tty(struct console *console, short revents)
{
	bool alive = true;

	if (revents & POLLOUT && !flush(&console->to_guest, console->tty))
		alive = false;
	if (alive && revents & (POLLIN | POLLHUP | POLLERR) && is_empty(&console->to_user)) {
		ssize_t n = fill(&console->to_user, console->tty);

		alive = n > 0 || n == -EAGAIN;
	}
	if (alive)
		return true;
	console->to_guest.begin = console->to_guest.end;
	close(console->tty);
	console->tty = -1;
	return false;
}

enum { INPUT, OUTPUT, TTY, WATCH, NR_FDS };

/* A descriptor with nothing to wait for is left out: it may be hung up. */
static void want(struct console *console, int watch, struct pollfd fds[NR_FDS])
{
	bool may_type = is_empty(&console->to_guest) && !console->detached;
	bool may_show = is_empty(&console->to_user);

	fds[INPUT] = (struct pollfd){ .fd = -1, .events = POLLIN };
	if (console->input_open && may_type && console->tty >= 0)
		fds[INPUT].fd = STDIN_FILENO;
	fds[OUTPUT] = (struct pollfd){ .fd = STDOUT_FILENO, .events = may_show ? 0 : POLLOUT };
	fds[TTY] = (struct pollfd){ .fd = -1 };
	if (may_show)
		fds[TTY].events |= POLLIN;
	if (!is_empty(&console->to_guest))
		fds[TTY].events |= POLLOUT;
	if (fds[TTY].events)
		fds[TTY].fd = console->tty;
	fds[WATCH] = (struct pollfd){ .fd = watch, .events = POLLIN };
}

static int wait_for(const struct console *console, struct pollfd fds[NR_FDS], int timeout)
{
	struct timespec ts = { timeout / 1000, timeout % 1000 * 1000000L };
	bool forever = timeout < 0 || !is_empty(&console->to_user);

	return ppoll(fds, NR_FDS, forever ? NULL : &ts, &relay_mask);
}

enum console_event console_relay(struct console *console, int watch, int timeout)
{
	struct pollfd fds[NR_FDS];

	for (;;) {
		if (console->detached && (is_empty(&console->to_guest) || console->tty < 0))
			return CONSOLE_DETACHED;
		want(console, watch, fds);
		switch (wait_for(console, fds, timeout)) {
		case 0:
			return CONSOLE_TIMEOUT;
		case -1:
			if (caught)
				return CONSOLE_SIGNAL;
			continue;
		}
		if (fds[OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL))
			return CONSOLE_NO_OUTPUT;
		if (fds[OUTPUT].revents && !flush(&console->to_user, STDOUT_FILENO))
			return CONSOLE_NO_OUTPUT;
		if (fds[INPUT].revents)
			read_input(console);
		if (fds[TTY].revents && !serve_tty(console, fds[TTY].revents))
			return CONSOLE_HANGUP;
		if (fds[WATCH].revents)
			return CONSOLE_WOKEN;
	}
}

void console_drain(struct console *console)
{
	console->input_open = false;
	console->detached = false;
	console->to_guest.begin = console->to_guest.end;
	while (console->tty >= 0 || !is_empty(&console->to_user))
		if (console_relay(console, -1, QUIET_TIME) != CONSOLE_HANGUP)
			break;
}
