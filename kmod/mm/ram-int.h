/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-int.h - what ram.c and ram-release.c share
 */
#ifndef _INSULA_RAM_INT_H
#define _INSULA_RAM_INT_H

#include "tdp.h"

/** ram_new_table() - a zeroed page for a table. May sleep. Return: NULL if there is none. */
void *ram_new_table(void);

/** ram_release_tree() - release pages and tables of a tree that nobody uses any more. May sleep. */
void ram_release_tree(struct tdp *tdp);

#endif
