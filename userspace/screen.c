// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen.c - the terminal as a screen, with keys
 */
#include "screen.h"

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sample.h"

static volatile sig_atomic_t caught;
static sigset_t waiting_mask, former_mask;
static SCREEN *screen;

static void on_signal(int number)
{
	caught = number;
}

/*
 * All but while screen_wait() waits, they are blocked: so none gets lost between a look
 * and the wait. That goes for a change of size, too; its handler is ncurses' own.
 */
static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = on_signal }, old;
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGWINCH);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigaction(numbers[i], NULL, &old) || old.sa_handler == SIG_IGN)
			continue;
		sigaction(numbers[i], &action, NULL);
		sigaddset(&blocked, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &former_mask);
	waiting_mask = former_mask;
	sigdelset(&waiting_mask, SIGWINCH);
}

bool screen_begin(void)
{
	catch_signals();
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		sigprocmask(SIG_SETMASK, &former_mask, NULL);
		return false;
	}
	set_term(screen);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	return true;
}

void screen_end(void)
{
	endwin();
	delscreen(screen);
	if (caught) {
		signal(caught, SIG_DFL);
		raise(caught);
	}
	sigprocmask(SIG_SETMASK, &former_mask, NULL);
}

int screen_lines(void)
{
	return LINES;
}

void screen_clear(void)
{
	erase();
}

void screen_put(int y, const char *text, bool reverse)
{
	if (reverse)
		attron(A_REVERSE);
	mvprintw(y, 0, "%-*.*s", reverse ? COLS : 0, COLS, text);
	if (reverse)
		attroff(A_REVERSE);
}

void screen_show(void)
{
	refresh();
}

static int translate(int key)
{
	switch (key) {
	case ERR:
		return SCREEN_TIMEOUT;
	case KEY_RESIZE:
		return SCREEN_RESIZED;
	case KEY_UP:
		return SCREEN_UP;
	case KEY_DOWN:
		return SCREEN_DOWN;
	case KEY_PPAGE:
		return SCREEN_PAGE_UP;
	case KEY_NPAGE:
		return SCREEN_PAGE_DOWN;
	}
	return key > 0 && key < 0x7f ? key : 0;
}

int screen_wait(uint64_t until)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };

	for (;;) {
		uint64_t now = now_ns();
		uint64_t left = until > now ? until - now : 0;
		struct timespec ts = { left / 1000000000, left % 1000000000 };
		int key = getch();

		if (caught)
			return SCREEN_END;
		if (key != ERR)
			return translate(key);
		if (!left)
			return SCREEN_TIMEOUT;
		if (ppoll(&pfd, 1, &ts, &waiting_mask) > 0 && !(pfd.revents & POLLIN))
			return SCREEN_END;
	}
}
