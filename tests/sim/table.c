// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - see table.h
 */
#include <stdlib.h>
#include <unistd.h>
#include "table.h"

#define NAME_WIDTH 51

bool options_read(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options){ 0 };
	while ((option = getopt(argc, argv, "vc:")) != -1) {
		if (option == 'v')
			options->verbose = true;
		else if (option == 'c')
			options->curves = optarg;
		else
			return false;
	}
	options->part = argv[optind];
	return true;
}

FILE *curves_open(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

void table_head(const struct column *columns, int count)
{
	printf("%-*s", NAME_WIDTH, "");
	for (int i = 0; i < count; i++)
		printf(" %*s ", columns[i].width, columns[i].name);
	printf("\n%-*s", NAME_WIDTH, "");
	for (int i = 0; i < count; i++)
		printf(" %*s ", columns[i].width, columns[i].unit);
	printf("\n");
}

void table_row(const char *name, const struct column *columns, int count, const double *figures,
	       const char *marks, bool well)
{
	printf("%-*s", NAME_WIDTH, name);
	for (int i = 0; i < count; i++) {
		if (marks[i] == '-')
			printf(" %*s ", columns[i].width, "-");
		else
			printf(" %*.*f%c", columns[i].width, columns[i].digits, figures[i],
			       marks[i]);
	}
	printf(" %s\n", well ? "PASS" : "FAIL");
	fflush(stdout);
}
