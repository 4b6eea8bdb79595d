/* SPDX-License-Identifier: GPL-2.0-only */
/* Included first in every C file of the module: how its kernel messages begin. */
#define pr_fmt(fmt) "insula: " fmt
