/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of module and tool, which are released together. */
#ifndef _INSULA_VERSION_H
#define _INSULA_VERSION_H

#define INSULA_VERSION "0.1.0"

#endif
