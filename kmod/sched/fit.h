/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fit.h - do the shares of CPU time fit, given who may use which CPUs?
 *
 * VMs with one affinity are a class; CPUs that the same classes may use are a group. Classes and
 * groups are divided into parts, at first one; what one part does not affect another.
 */
#ifndef _INSULA_SCHED_FIT_H
#define _INSULA_SCHED_FIT_H

#include <linux/bitmap.h>
#include "policy.h"

/* What is beyond these is not told apart: see entitle.c. */
#define FIT_CLASSES	256
#define FIT_GROUPS	256
#define FIT_EDGES	2048

/* Flows are in CPUs << FIT_SHIFT. */
#define FIT_SHIFT	18

/**
 * struct fit_class - VMs with one affinity
 * @first:	of them, linked by @due.peer
 * @may:	groups that it may use
 * @part:	where it belongs; @wanted: what its VMs want of the groups together
 * @level:	what a share is worth there
 * @left:	what has not been placed; @far: steps to a group with room, FIT_FAR: no way
 */
struct fit_class {
	struct sched_vm *first;
	DECLARE_BITMAP(may, FIT_GROUPS);
	unsigned int part, far;
	u64 wanted, left, level;
};

/**
 * struct fit_group - CPUs that the same classes may use
 * @cpus:	how many; @size: what they are worth, CPUs << 32; @part: where it belongs
 * @room:	what is left of it; less than nothing: more has been placed than fits
 * @far:	as above
 * @inside: @split: while groups are found
 */
struct fit_group {
	unsigned int cpus, part, far;
	u64 size;
	s64 room;
	unsigned int inside, split;
};

/** struct fit_edge - what @class gets from @group */
struct fit_edge {
	u16 class, group;
	u32 flow;
};

#define FIT_FAR		(~0U)
/* The group or part of CPUs that count for nobody. */
#define FIT_NONE	(~0U)

/**
 * struct fit
 * @level:	of each part, 0: nobody goes short there
 */
struct fit {
	unsigned int nr_classes, nr_groups, nr_edges, nr_parts;
	struct fit_class class[FIT_CLASSES];
	struct fit_group group[FIT_GROUPS];
	struct fit_edge edge[FIT_EDGES];
	u64 level[FIT_CLASSES];
};

/** fit_init() - the classes and groups of these VMs, and of what is online; rq->size is known */
void fit_init(struct fit *fit, struct sched_system *sys, struct sched_vm **vm, unsigned int n);
/** fit_size() - CPUs << 32 of @part */
u64 fit_size(const struct fit *fit, unsigned int part);
/**
 * fit_part() - can all classes of @part be given what they want, all at once?
 *
 * If not, those who together want more than there is for them, and all that there is for them,
 * become a part of their own; so the next answer for @part may be another.
 */
bool fit_part(struct fit *fit, unsigned int part);

#endif
