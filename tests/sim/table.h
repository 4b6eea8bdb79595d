/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - what both simulators are asked for, and print: a line for each scenario
 */
#ifndef _SIM_TABLE_H
#define _SIM_TABLE_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct options - [-v] [-c FILE] [NAME-PART]
 * @verbose:	tell more
 * @curves:	where to write a scenario's curves, or NULL
 * @part:	of the names of the scenarios to be run, or NULL: all
 */
struct options {
	bool verbose;
	const char *curves, *part;
};

/** options_read() - Return: are there no others? */
bool options_read(struct options *options, int argc, char **argv);

/** curves_open() - the file to be written. If it cannot be, the program ends. */
FILE *curves_open(const char *path);

/** struct column - the head of a figure, and how wide and with how many decimals that is */
struct column {
	const char *name, *unit;
	int width, digits;
};

void table_head(const struct column *columns, int count);
/**
 * table_row() - a scenario's figures
 * @marks:	what stands behind each; '-': there is none
 */
void table_row(const char *name, const struct column *columns, int count, const double *figures,
	       const char *marks, bool well);

#endif
