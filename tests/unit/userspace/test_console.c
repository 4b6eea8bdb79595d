// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_console.c - the relay between a terminal and a VM's tty
 *
 * Pseudo terminals stand for the user's terminal and for the VM's tty; the
 * test holds the other ends. Each case runs in a process of its own, for the
 * relay takes over standard input, standard output and signals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console.h"

#define PATIENCE	5000	/* ms */

/* The test's ends. */
static int guest, typing, showing;
static pid_t child;

static void relay_in_child(const char *path, int in, int out)
{
	struct console console;
	enum console_event event;

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	console_catch_signals();
	console_begin(&console);
	if (console_open(&console, path))
		_exit(100);
	do {
		event = console_relay(&console, -1, -1);
	} while (event == CONSOLE_TIMEOUT);
	if (event == CONSOLE_HANGUP)
		console_drain(&console);
	console_end(&console);
	_exit(event);
}

/* With a terminal for standard input, or a pipe. */
static void begin(bool terminal)
{
	int in[2], out[2], slave;
	struct termios raw = { 0 };
	char path[64];

	/* A VM's tty is raw from its beginning: what is written is not echoed. */
	cfmakeraw(&raw);
	assert_int_equal(openpty(&guest, &slave, path, &raw, NULL), 0);
	if (terminal)
		assert_int_equal(openpty(&in[1], &in[0], NULL, NULL, NULL), 0);
	else
		assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		relay_in_child(path, in[0], out[1]);
	typing = in[1];
	showing = out[0];
	close(in[0]);
	close(out[1]);
	/* The first byte that comes through says that the relay is at work. */
	assert_int_equal(write(guest, "!", 1), 1);
	assert_int_equal(read(showing, path, 1), 1);
	close(slave);
}

static int end(void)
{
	int status = -1;

	for (int i = 0; i < PATIENCE / 10; i++) {
		if (waitpid(child, &status, WNOHANG) == child)
			break;
		usleep(10000);
	}
	if (status == -1) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		fail_msg("the relay did not end");
	}
	close(guest);
	close(typing);
	close(showing);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void expect(int fd, const char *text)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char got[256] = "";
	size_t n = 0;

	while (n < strlen(text)) {
		ssize_t r;

		if (poll(&pfd, 1, PATIENCE) <= 0)
			fail_msg("waited for \"%s\", got \"%s\"", text, got);
		r = read(fd, got + n, strlen(text) - n);
		assert_true(r > 0);
		n += r;
	}
	assert_string_equal(got, text);
}

static void test_both_ways(void **state)
{
	(void)state;
	begin(true);
	assert_int_equal(write(typing, "ls\r\x03", 4), 4);
	expect(guest, "ls\r\x03");
	assert_int_equal(write(guest, "a\r\nb", 4), 4);
	expect(showing, "a\r\nb");
	assert_int_equal(write(typing, "x\x1dy", 3), 3);
	expect(guest, "x");
	assert_int_equal(end(), CONSOLE_DETACHED);
}

/* From a pipe all bytes go through, and its end is not the end. */
static void test_pipe(void **state)
{
	(void)state;
	begin(false);
	assert_int_equal(write(typing, "\x1d\x04\x03", 3), 3);
	expect(guest, "\x1d\x04\x03");
	close(typing);
	typing = -1;
	usleep(50000);
	assert_int_equal(write(guest, "still here", 10), 10);
	expect(showing, "still here");
	kill(child, SIGTERM);
	assert_int_equal(end(), CONSOLE_SIGNAL);
}

static void test_hangup(void **state)
{
	(void)state;
	begin(false);
	close(guest);
	guest = -1;
	assert_int_equal(end(), CONSOLE_HANGUP);
}

static void test_reader_gone(void **state)
{
	(void)state;
	begin(false);
	close(showing);
	showing = -1;
	assert_int_equal(end(), CONSOLE_NO_OUTPUT);
}

/* More than all buffers hold: nothing is lost, and signals still work. */
static void test_slow_reader(void **state)
{
	static char sent[300000], got[300000];
	size_t out = 0, in = 0;

	(void)state;
	begin(false);
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = 'a' + i % 23;
	fcntl(guest, F_SETFL, O_NONBLOCK);
	for (int round = 0; in < sizeof(got) && round < 100000; round++) {
		struct pollfd pfd = { .fd = showing, .events = POLLIN };
		ssize_t n = out < sizeof(sent) ? write(guest, sent + out, sizeof(sent) - out) : 0;

		if (n > 0) {
			out += n;
			continue;
		}
		if (poll(&pfd, 1, PATIENCE) <= 0)
			break;
		n = read(showing, got + in, sizeof(got) - in);
		assert_true(n > 0);
		in += n;
	}
	assert_int_equal(in, sizeof(got));
	assert_memory_equal(sent, got, sizeof(got));
	while (write(guest, sent, sizeof(sent)) > 0)
		usleep(10000);
	kill(child, SIGTERM);
	assert_int_equal(end(), CONSOLE_SIGNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_hangup),
		cmocka_unit_test(test_reader_gone),
		cmocka_unit_test(test_slow_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
