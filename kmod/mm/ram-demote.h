/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-demote.h - holding a guest to less RAM than it would have
 *
 * Demoted pages leave the paging tree and stay in the RAM's file, where the host may write them to
 * its swap, and where the guest finds them when it touches them again. No help of the guest is
 * needed. Which pages go is decided as by the hand of a clock: those that were not accessed since
 * it came by last.
 */
#ifndef _INSULA_RAM_DEMOTE_H
#define _INSULA_RAM_DEMOTE_H

#include "ram.h"
#include "share.h"

/**
 * ram_demote() - unmap what is beyond @limit, preferably what has not been used for long
 * @limit:	bytes that stay mapped at least
 * @most:	bytes to unmap at most
 *
 * At most 16 pages that are in use are passed over for each that goes. Several may do so at a
 * time. vCPUs neither come nor go meanwhile. May sleep; no locks of @ram held.
 * Return: bytes that were unmapped here; less than asked for if no leaf is small enough, or if
 * there is no memory to do it.
 */
u64 ram_demote(struct guest_ram *ram, u64 limit, u64 most);

/**
 * ram_slack() - by how much a guest may exceed its ceiling before it has to come down to it
 *
 * One that brings in page after page demotes so much at a time, since that has to wait for RCU.
 * Context: any. Return: bytes.
 */
u64 ram_slack(const struct guest_ram *ram, u64 ceiling);

/**
 * ram_make_room() - before a page is mapped: if it has ram_slack() beyond its ceiling, so much goes
 *
 * That is more than ram_populate() brings in, so it comes down, however far the ceiling is.
 * Context: as ram_populate().
 */
void ram_make_room(struct guest_ram *ram);

/**
 * struct ram_sample - some pages, chosen at random, that are watched
 * @n:		how many there are
 * @touched:	how many of them the guest has touched so far
 * @seen:	which these are
 * @gpa:	where they are
 */
struct ram_sample {
	u32 n, touched;
	u64 seen;
	u64 gpa[SHARE_SAMPLE];
};

/**
 * ram_sample_begin() - choose pages that are mapped now
 *
 * Of a guest that has a small part of its RAM mapped, fewer are found. vCPUs neither come nor go
 * meanwhile. May sleep.
 */
void ram_sample_begin(struct guest_ram *ram, struct ram_sample *sample);

/**
 * ram_sample_look() - which of them have been touched since?
 *
 * Those that were taken meanwhile are watched no more. Context: process.
 */
void ram_sample_look(struct guest_ram *ram, struct ram_sample *sample);

#endif
