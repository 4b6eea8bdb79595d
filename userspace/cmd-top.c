// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-top.c - insula top: what VMs get of the host, as a screen that refreshes, or as text
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "insula.h"
#include "sample.h"
#include "screen.h"
#include "vm.h"

#define DEFAULT_INTERVAL	2		/* s */
#define FIRST_WHILE		500000000ULL	/* ns: a rate needs two samples */
#define FIRST_LINE		2		/* of the table, below summary and titles */

/*
 * What is shown: @rows is what was between @before and @now. @column and @reverse say in which
 * order, @scroll how many are left out at the top.
 */
struct top {
	struct sample before, now;
	struct top_row *rows;
	const struct column *column;
	bool reverse;
	bool help;
	size_t scroll;
};

/* What is now becomes before. Returns 0 or -errno; the error has not been told. */
static int take(struct top *top, struct nl *nl)
{
	sample_free(&top->before);
	top->before = top->now;
	free(top->rows);
	top->rows = NULL;
	if (sample_all(nl, &top->now))
		return nl->status;
	top->rows = calloc(top->now.nr + 1, sizeof(*top->rows));
	if (!top->rows) {
		nl->status = -ENOMEM;
		snprintf(nl->error, sizeof(nl->error), "%s", strerror(ENOMEM));
		return nl->status;
	}
	columns_rows(&top->before, &top->now, top->rows);
	return 0;
}

static void release(struct top *top)
{
	sample_free(&top->before);
	sample_free(&top->now);
	free(top->rows);
}

static void print_batch(const struct top *top)
{
	int width = columns_name_width(top->rows, top->now.nr);
	char line[COLUMNS_LINE_MAX];

	columns_summary(top->rows, top->now.nr, line);
	puts(line);
	columns_head(width, line);
	puts(line);
	for (size_t i = 0; i < top->now.nr; i++) {
		columns_line(&top->rows[i], width, line);
		puts(line);
	}
}

static void sleep_ns(uint64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&ts, NULL);
}

static uint64_t interval_ns(const struct vm_args *args)
{
	return (args->interval ? args->interval : DEFAULT_INTERVAL) * 1000000000ULL;
}

static int run_batch(struct top *top, struct nl *nl, const struct vm_args *args)
{
	uint64_t left = args->iterations;

	if (take(top, nl))
		return vm_failed(nl, NULL);
	sleep_ns(FIRST_WHILE);
	for (;;) {
		if (take(top, nl))
			return vm_failed(nl, NULL);
		columns_sort(top->rows, top->now.nr, top->column, top->reverse);
		print_batch(top);
		if (fflush(stdout) || ferror(stdout) || (args->iterations && !--left))
			return EXIT_DONE;
		sleep_ns(interval_ns(args));
		putchar('\n');
	}
}

static void show_help(void)
{
	char line[COLUMNS_LINE_MAX];
	int y = FIRST_LINE;

	screen_put(0, "Keys: a column's key sorts by it, once more the other way round", false);
	for (const struct column *column = columns; column->title; column++) {
		snprintf(line, sizeof(line), "  %c  %-8s  %s", column->key, column->title,
			 column->meaning);
		screen_put(y++, line, false);
	}
	screen_put(y + 1, "  arrows, pages: further VMs   h: the table   q: quit", false);
}

static void show_table(struct top *top)
{
	int width = columns_name_width(top->rows, top->now.nr);
	size_t nr = top->now.nr, room = screen_lines() > FIRST_LINE ? screen_lines() - FIRST_LINE : 0;
	char line[COLUMNS_LINE_MAX];
	size_t length;

	if (top->scroll >= nr)
		top->scroll = nr ? nr - 1 : 0;
	columns_summary(top->rows, nr, line);
	length = strlen(line);
	snprintf(line + length, sizeof(line) - length, "; by %s, h: help", top->column->title);
	screen_put(0, line, false);
	columns_head(width, line);
	screen_put(1, line, true);
	for (size_t i = 0; i < room && top->scroll + i < nr; i++) {
		columns_line(&top->rows[top->scroll + i], width, line);
		screen_put(FIRST_LINE + i, line, false);
	}
}

static void show(struct top *top)
{
	columns_sort(top->rows, top->now.nr, top->column, top->reverse);
	screen_clear();
	if (top->help)
		show_help();
	else
		show_table(top);
	screen_show();
}

static void scroll_by(struct top *top, long lines)
{
	top->scroll = lines < 0 && (size_t)-lines > top->scroll ? 0 : top->scroll + lines;
}

static void press(struct top *top, int key)
{
	const struct column *column = columns_find(key);

	if (column) {
		top->reverse = column == top->column && !top->reverse;
		top->column = column;
	} else if (key == 'h' || key == '?') {
		top->help = !top->help;
	} else if (key == SCREEN_UP || key == SCREEN_DOWN) {
		scroll_by(top, key == SCREEN_UP ? -1 : 1);
	} else if (key == SCREEN_PAGE_UP || key == SCREEN_PAGE_DOWN) {
		scroll_by(top, key == SCREEN_PAGE_UP ? -screen_lines() / 2 : screen_lines() / 2);
	}
}

/* Shows what there is, and does what keys say, until it is time for more. Returns whether to go on. */
static bool serve(struct top *top, uint64_t until)
{
	for (;;) {
		int key;

		show(top);
		key = screen_wait(until);
		if (key == SCREEN_TIMEOUT)
			return true;
		if (key == SCREEN_END || key == 'q')
			return false;
		press(top, key);
	}
}

/* Returns 0 or -errno; the error has not been told, the screen is still there. */
static int run_screen(struct top *top, struct nl *nl, const struct vm_args *args)
{
	uint64_t left = args->iterations;
	bool go_on = true;

	if (take(top, nl))
		return nl->status;
	sleep_ns(FIRST_WHILE);
	while (go_on) {
		if (take(top, nl))
			return nl->status;
		go_on = serve(top, top->now.at + interval_ns(args)) &&
			(!args->iterations || --left);
	}
	return 0;
}

static int use_screen(struct top *top, struct nl *nl, const struct vm_args *args)
{
	int err;

	if (!screen_begin())
		return fail(EXIT_FAILED, "top", "can't use a terminal of this kind (TERM=%s);"
			    " --batch prints plain text", getenv("TERM") ? getenv("TERM") : "");
	err = run_screen(top, nl, args);
	screen_end();
	return err ? vm_failed(nl, NULL) : EXIT_DONE;
}

int cmd_top(const struct vm_args *args)
{
	struct top top = { .column = columns_find('r') };
	struct nl nl;
	int status;

	if (!args->batch && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return fail(EXIT_USAGE, "top", "standard input and output are no terminal;"
			    " --batch prints plain text");
	status = vm_connect(&nl);
	if (status)
		return status;
	status = args->batch ? run_batch(&top, &nl, args) : use_screen(&top, &nl, args);
	release(&top);
	module_close(&nl);
	return status;
}
