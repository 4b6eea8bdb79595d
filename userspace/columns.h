/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * columns.h - the table of insula top: what is in it, in which order
 *
 * Nothing here talks to the kernel or knows a terminal.
 */
#ifndef INSULA_COLUMNS_H
#define INSULA_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "rates.h"
#include "sample.h"

#define COLUMNS_LINE_MAX	256

/**
 * struct top_row - a VM over a while
 * @vm: as it is at the end; the sample's
 * @entitled: percent of a CPU that it was due
 * @rates: what it got
 */
struct top_row {
	const struct vm *vm;
	double entitled;
	struct rates rates;
};

/**
 * struct column - a column
 * @title: its head
 * @key: sorts by it
 * @meaning: for help
 * @width: characters; that of names depends on them
 * @left: it is set from the left
 * @put: writes what is in it
 * @value: what to sort by; NULL: the name
 */
struct column {
	const char *title;
	char key;
	const char *meaning;
	int width;
	bool left;
	void (*put)(const struct top_row *row, char *text, size_t size);
	double (*value)(const struct top_row *row);
};

/* All columns, from left to right; ended by one without a title. */
extern const struct column columns[];

/**
 * columns_rows() - what was between two samples
 * @before: the earlier one
 * @now: the later one; must stay as long as the rows
 * @rows: filled in, now->nr
 */
void columns_rows(const struct sample *before, const struct sample *now, struct top_row *rows);

/**
 * columns_find() - the column that a key sorts by
 * @key: the key
 *
 * Return: the column, or NULL.
 */
const struct column *columns_find(int key);

/**
 * columns_sort() - put rows in order
 * @rows: the rows
 * @nr: how many
 * @by: the column: numbers from the largest, names from A
 * @reverse: the other way round
 *
 * Equal ones are in the order of their names.
 */
void columns_sort(struct top_row *rows, size_t nr, const struct column *by, bool reverse);

/**
 * columns_name_width() - how wide the names are
 * @rows: the rows
 * @nr: how many
 *
 * Return: characters, those of the title at least.
 */
int columns_name_width(const struct top_row *rows, size_t nr);

/**
 * columns_head() - write the titles
 * @name_width: of the column of names
 * @line: set to them
 */
void columns_head(int name_width, char line[COLUMNS_LINE_MAX]);

/**
 * columns_line() - write a row
 * @row: the row
 * @name_width: of the column of names
 * @line: set to it
 */
void columns_line(const struct top_row *row, int name_width, char line[COLUMNS_LINE_MAX]);

/**
 * columns_summary() - write what all of them got
 * @rows: the rows
 * @nr: how many
 * @line: set to it
 */
void columns_summary(const struct top_row *rows, size_t nr, char line[COLUMNS_LINE_MAX]);

#endif
