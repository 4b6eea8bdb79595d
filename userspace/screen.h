/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * screen.h - the terminal as a screen, with keys
 *
 * One at a time. The only part of the tool that knows ncurses.
 */
#ifndef INSULA_SCREEN_H
#define INSULA_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

/* What screen_wait() returns beside keys. */
enum {
	SCREEN_TIMEOUT = -1,
	SCREEN_END = -2,	/* a signal, or the terminal has gone */
	SCREEN_RESIZED = -3,
	SCREEN_UP = -4,
	SCREEN_DOWN = -5,
	SCREEN_PAGE_UP = -6,
	SCREEN_PAGE_DOWN = -7,
};

/**
 * screen_begin() - take the terminal
 *
 * Signals that end a program are held back: screen_wait() reports them, and
 * screen_end() gives the terminal back before they do their work.
 *
 * Return: false when this terminal cannot be used.
 */
bool screen_begin(void);

/**
 * screen_end() - give the terminal back as it was
 *
 * If a signal was to end the program, this does not return.
 */
void screen_end(void);

/** screen_lines() - how high it is */
int screen_lines(void);

/** screen_clear() - begin a picture */
void screen_clear(void);

/**
 * screen_put() - put a line into the picture, cut off where the screen ends
 * @y: from 0
 * @text: printable characters
 * @reverse: dark on light, up to the edge
 */
void screen_put(int y, const char *text, bool reverse);

/** screen_show() - show the picture */
void screen_show(void);

/**
 * screen_wait() - wait for a key
 * @until: or until then, ns of the monotonic clock
 *
 * Return: the key, or one of the above.
 */
int screen_wait(uint64_t until);

#endif
