/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * share.h - how much of the host's RAM each VM is due, and how it gets there
 *
 * Pure: it compiles in userspace too, where tests and the simulator drive it. It is told what was
 * measured and how much time has passed; it does not know what a page, a balloon or a thread is.
 * How it decides, and how far it can be off, is in share.c. Nothing here allocates, sleeps or
 * takes a lock: callers see to it that what they pass stays as it is meanwhile.
 *
 * A worker begins when share_state() leaves SHARE_HIGH, or a ceiling is changed; without pressure
 * it does not run, and nobody is held to anything. From then on, each SHARE_STEP_NS or so:
 *
 *	gather	of each VM: resident, demand, idle; of the host: share_available(), share_smooth()
 *	solve	scarce = share_solve(...): what each VM is due is in ->entitled
 *	state	state = share_state(state, free, reserve, scarce): how VMs may be made to follow
 *	step	more = share_step(...): how much each may have for now is in ->target
 *	apply	balloons and ceilings of residence are set to ->target
 *
 * and it ends when the state is SHARE_HIGH and share_step() has no more to do: all may have their
 * ceiling again. How much of a VM is idle, it samples from its beginning on: till it knows, all is
 * in use, and memory is divided by shares alone.
 */
#ifndef _INSULA_SHARE_H
#define _INSULA_SHARE_H

#include <linux/types.h>

/* Bounds of what can be asked for. */
#define SHARE_SHARES_MIN	1
#define SHARE_SHARES_MAX	10000
#define SHARE_SHARES_DEFAULT	100

/* Percent: how much of an idle page's price is tax. At 75 that is four times one in use's. */
#define SHARE_TAX_DEFAULT	75
#define SHARE_TAX_MAX		99

/* Bytes of a VM, and of a host, for which this is made; VMs may be any number below 2^18. */
#define SHARE_VM_MOST		(1ULL << 40)
#define SHARE_HOST_MOST		(1ULL << 46)

/* A whole, of fractions: of what is resident, of the pages of a sample. */
#define SHARE_ONE_SHIFT		24
#define SHARE_ONE		(1U << SHARE_ONE_SHIFT)

/* ns: how often to take a step, about; how long the way from the ceiling to nothing is, or back */
#define SHARE_STEP_NS		250000000ULL
#define SHARE_WAY_NS		4000000000ULL

/* ns: how often to begin with other pages for share_activity_end(), about */
#define SHARE_SAMPLE_NS		1000000000ULL

/* Pages of such a sample. */
#define SHARE_SAMPLE		64

/* A target that is less than 1/32 short of what is due waits so many ns: see share-step.c. */
#define SHARE_PLAY		32
#define SHARE_PATIENCE_NS	2000000000ULL

/**
 * struct share_vm - what the policy knows of a VM; in bytes, up to SHARE_VM_MOST
 * @min:	guarantee: it has that whether it is used or not
 * @ceiling:	all of its memory, or the user's lower limit; what of @min is beyond does not count
 * @shares:	weight, SHARE_SHARES_MIN to SHARE_SHARES_MAX
 * @resident:	of the host's memory, now
 * @demand:	what it would use if it could: @resident, and what it has asked for beyond, in the
 *		last second or so (brought back or faulted in at its target, or wanted by its
 *		balloon's statistics); less than @resident counts as that
 * @idle:	how much of @resident is not in use, SHARE_ONE: all. See share_idle()
 * @entitled:	result of share_solve(): what it is due
 * @target:	result of share_step(): what it may have for now. At first: its ceiling
 * @waits:	share_step()'s own: ns for which it has been short of that; at SHARE_PATIENCE_NS it
 *		rises
 * @active:	share_solve()'s own: what it has or asks for that is not idle
 * @floor: @cap: likewise: bounds of @entitled; @full: the level at which it has @cap
 */
struct share_vm {
	u64 min, ceiling;
	u32 shares;
	u64 resident, demand;
	u32 idle;
	u64 entitled, target;
	u64 waits;
	u64 active, floor, cap, full;
};

/**
 * share_solve() - what each VM is due
 * @vm:		@n of them, in any order
 * @available:	bytes that they can have together, see share_available()
 * @tax:	on idle memory, percent up to SHARE_TAX_MAX
 *
 * The sum of what they are due is not more than @available, unless the minima alone are: then it
 * is these. Context: any; it takes about 100 ns for each VM, with four of them as with 4,096.
 * Return: is memory scarce, do VMs want more than is available? If not, what each is due is at
 * least what it wants, and nothing needs to be taken from anybody.
 */
bool share_solve(struct share_vm **vm, unsigned int n, u64 available, u32 tax);

/**
 * share_step() - go on towards what VMs are due, or, if memory is not scarce, to their ceilings
 * @available:	as above
 * @scarce:	what share_solve() has returned
 * @ns:		since the last step; more than SHARE_WAY_NS counts as that
 *
 * While memory is scarce, targets are raised by no more than what is available beyond what all
 * others may have or still hold. Context: any.
 * Return: is any VM's target not its ceiling? Then there will be more to do.
 */
bool share_step(struct share_vm **vm, unsigned int n, u64 available, bool scarce, u64 ns);

/** enum share_state - how short of memory the host is, and so, how VMs are made to follow */
enum share_state {
	SHARE_HIGH,		/* there is enough: nothing is taken but what is above a ceiling */
	SHARE_SOFT,		/* balloons; where there is none, or it does not follow, demotion */
	SHARE_HARD,		/* demotion, which needs no help from the guest */
	SHARE_LOW,		/* and who is above its target waits for memory until it is not */
};

/**
 * share_reserve() - what is to be left free on a host with @ram bytes
 *
 * 6 % of the first 4 GiB, 1 % of what is beyond. SHARE_HIGH is left when less than two thirds of
 * that are free, SHARE_SOFT at a third, SHARE_HARD at a sixth. Return: bytes.
 */
u64 share_reserve(u64 ram);

/**
 * share_available() - what VMs can have together
 * @free:	bytes that the host has free, or can have at once (clean page cache)
 * @held:	what is resident of all VMs
 * @overhead:	what VMs will yet cost the host besides, such as paging tables
 * @reserve:	share_reserve()
 */
u64 share_available(u64 free, u64 held, u64 overhead, u64 reserve);

/**
 * share_smooth() - the same, without what comes and goes within a second or two
 * @before:	what this has returned in the last step; 0: there was none
 * @available:	share_available()
 * @state:	of the host, so far
 *
 * A host that swaps has now more, now less that is free; if what VMs are due followed that,
 * targets, which follow downwards at once, would come to the least of it. While at least a third
 * of the reserve is free, one can do without. Once each step. Return: bytes.
 */
u64 share_smooth(u64 before, u64 available, enum share_state state);

/**
 * share_state() - the state of the host
 * @state:	that it was in
 * @free:	as above, for @reserve
 * @scarce:	what share_solve() has returned, false if it is not called
 *
 * A state is left downwards as soon as @free is below its mark, upwards only when it is above that
 * of the next better one; so what one step brings does not end it. While memory is scarce, some
 * VMs have to follow, and it is not SHARE_HIGH.
 */
enum share_state share_state(enum share_state state, u64 free, u64 reserve, bool scarce);

/**
 * struct share_claim - what has been promised to a VM
 * @min:	guarantee, bytes; @overhead: what the VM costs the host besides
 */
struct share_claim {
	u64 min, overhead;
};

/**
 * share_left() - how large a guarantee can still be given?
 * @claim:	the guarantees that there are, @n of them
 * @overhead:	what the VM in question costs the host besides
 * @usable:	bytes that can be promised: the host's RAM less share_reserve()
 *
 * A VM's own claim is not to be among @claim when its guarantee changes. One of as many bytes, or
 * less, can be kept; else the user is told, as in "memory-min 8G exceeds what is left (5.2G of
 * 23.4G)", of these bytes and of @usable.
 * Any values; sums that overflow count as more than there is. Return: bytes.
 */
u64 share_left(const struct share_claim *claim, unsigned int n, u64 overhead, u64 usable);

/**
 * struct share_activity - how much of a VM's memory is in use, by samples
 * @slow: @fast: averages of the part that was touched, SHARE_ONE: all
 *
 * In each period, about SHARE_SAMPLE_NS, some pages of a VM are chosen at random, and whether the
 * guest touches them is seen from accessed bits. At first, all is taken to be in use.
 */
struct share_activity {
	u32 slow, fast;
};

void share_activity_init(struct share_activity *activity);

/**
 * share_activity_end() - a period has ended
 * @sampled:	pages that were chosen and are still there; 0: the period tells nothing
 * @touched:	of these
 */
void share_activity_end(struct share_activity *activity, u32 sampled, u32 touched);

/**
 * share_activity_taken() - what is taken is idle: the rest is in use as it was
 * @before:	bytes that it had
 * @resident:	bytes that it has
 */
void share_activity_taken(struct share_activity *activity, u64 before, u64 resident);

/**
 * share_activity() - how much is in use, as far as is known within a period
 * @sampled: @touched: as above, of the period so far
 *
 * The most of the slow average, the fast one, and what the fast one will at least be after this
 * period: so a VM that wakes up is seen to do so at once, and one that falls asleep is
 * believed slowly. Return: part of its memory, SHARE_ONE: all.
 */
u32 share_activity(const struct share_activity *activity, u32 sampled, u32 touched);

/**
 * struct share_pace - how fast a VM brings back what was taken of it
 * @lately:	bytes, in the last second or so
 * @slow:	steps since that was last enough to be round soon, see share_idle(); no more are
 *		counted than it takes to forget that
 */
struct share_pace {
	u64 lately;
	u32 slow;
};

/** share_pace_init() - it has brought back nothing yet */
void share_pace_init(struct share_pace *pace);

/** share_pace_step() - once each step: it has brought back @returned bytes, and has @resident */
void share_pace_step(struct share_pace *pace, u64 returned, u64 resident);

/**
 * share_idle() - how much of what a VM has is not in use
 * @active:	share_activity()
 * @pace:	of the same VM
 * @resident:	bytes that it has
 *
 * If it brings back so much that it would be round in two minutes, or did five seconds ago, all
 * that it has is in use, however little of that is touched in a sample's time; if it is half as
 * much, half of what else would be idle. Return: part of its memory, SHARE_ONE: all.
 */
u32 share_idle(u32 active, const struct share_pace *pace, u64 resident);

/**
 * struct share_spare - what a guest can do without, by its own word
 * @had:	bytes that were available when it was last asked, those in its balloon included
 * @falls:	how much less that was than the time before
 * @told:	how often it has told so far; no more than twice is counted
 */
struct share_spare {
	u64 had, falls;
	u32 told;
};

/** share_spare_init() - it has told nothing yet */
void share_spare_init(struct share_spare *spare);

/** share_spare_told() - once a period of samples, if it has told meanwhile: @available, as above */
void share_spare_told(struct share_spare *spare, u64 available);

/**
 * share_spare() - how much its balloon may be asked to hold
 * @memory:	all that the guest has
 *
 * Not all that is available: some is left to it, and more if it is just about to use it. A guest
 * whose balloon grows while it does so itself would kill its programs for want of memory. Nothing
 * before it has told twice. Return: bytes.
 */
u64 share_spare(const struct share_spare *spare, u64 memory);

#endif
