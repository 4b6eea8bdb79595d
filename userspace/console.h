/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console.h - a VM's serial console on the user's terminal
 *
 * Carries bytes both ways and says when something happened; what to do then
 * is the command's business.
 */
#ifndef INSULA_CONSOLE_H
#define INSULA_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#define CONSOLE_ESCAPE	0x1d	/* Ctrl-] */
#define CONSOLE_CHUNK	4096	/* no more than a pipe takes at once: PIPE_BUF */

/* Why console_relay() came back. */
enum console_event {
	CONSOLE_DETACHED,	/* Ctrl-] */
	CONSOLE_HANGUP,		/* the VM is off or gone */
	CONSOLE_WOKEN,		/* the descriptor to watch is readable */
	CONSOLE_SIGNAL,		/* SIGINT, SIGTERM, SIGHUP or SIGQUIT */
	CONSOLE_NO_OUTPUT,	/* nobody reads standard output any more */
	CONSOLE_TIMEOUT,
};

/* Bytes on their way, in one direction. */
struct console_buffer {
	char data[CONSOLE_CHUNK];
	size_t begin;
	size_t end;
};

/**
 * struct console - an attached console
 * @tty: the VM's side, -1 while there is none
 * @input_open: standard input still gives something
 * @terminal: standard input is a terminal, and @saved its settings
 * @detached: Ctrl-] was read, and what came before it is still to be sent
 * @saved: terminal settings to restore
 * @to_guest: read from standard input
 * @to_user: read from the VM
 */
struct console {
	int tty;
	bool input_open;
	bool terminal;
	bool detached;
	struct termios saved;
	struct console_buffer to_guest;
	struct console_buffer to_user;
};

/**
 * console_catch_signals() - have signals reported by console_relay() only
 *
 * Until then they wait. Signals that are ignored stay so.
 */
void console_catch_signals(void);

/**
 * console_open() - open a VM's tty and make it transparent
 * @console: its @tty is set
 * @path: the tty
 *
 * Return: 0 or -errno.
 */
int console_open(struct console *console, const char *path);

/**
 * console_begin() - take over standard input
 * @console: set up, without a tty
 */
void console_begin(struct console *console);

/**
 * console_relay() - carry bytes until something happens
 * @console: begun; after a hangup its tty is closed
 * @watch: a further descriptor to wait for, or -1
 * @timeout: ms without any output after which to come back; -1: never
 *
 * Return: what happened.
 */
enum console_event console_relay(struct console *console, int watch, int timeout);

/**
 * console_drain() - carry over what a VM wrote before it stopped
 * @console: begun
 */
void console_drain(struct console *console);

/**
 * console_end() - give the terminal back and close the tty
 * @console: begun
 */
void console_end(struct console *console);

#endif
