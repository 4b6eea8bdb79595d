/* SPDX-License-Identifier: GPL-2.0-only */
/* What is a warning in the kernel ends a test. */
#ifndef _SHIM_LINUX_BUG_H
#define _SHIM_LINUX_BUG_H

#include <assert.h>

#define WARN_ON_ONCE(c) ({ bool _c = (c); assert(!_c && #c); _c; })
#define WARN_ON(c) WARN_ON_ONCE(c)

#endif
