/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-io.h - a guest's RAM for those who are no vCPU: devices
 *
 * They copy to and from it, or hold pages while hardware or a driver of the host's works on
 * them. A page that is held stays the guest's: it may be unmapped meanwhile, and the guest finds
 * the same one when it touches it again, for its file keeps it while somebody has a reference. Only
 * a guest that gives away what it has told a device to use (ram_release()) finds
 * another one there: what is held then stays as it is, is nobody's, and is freed with its last
 * reference.
 */
#ifndef _INSULA_RAM_IO_H
#define _INSULA_RAM_IO_H

#include <linux/bvec.h>
#include "ram.h"

/**
 * ram_read() - copy @len bytes at guest-physical @gpa; each byte is read once
 *
 * Context: any. Return: 0; -EFAULT: not all of it is RAM; -EAGAIN: not all of it is mapped, see
 * ram_bring_in(). With an error @buf may have been written in part.
 */
int ram_read(const struct guest_ram *ram, u64 gpa, void *buf, u64 len);
/** ram_write() - copy @len bytes to @gpa; likewise */
int ram_write(const struct guest_ram *ram, u64 gpa, const void *buf, u64 len);

/**
 * ram_bring_in() - have all of a range mapped
 *
 * Others may unmap it again at once: try again what needed it, as often as that takes. May
 * sleep. Return: 0; -EFAULT: not all of it is RAM, or the file no longer reaches there; else
 * as ram_populate().
 */
int ram_bring_in(struct guest_ram *ram, u64 gpa, u64 len);

/**
 * ram_hold() - take a reference on RAM at @gpa
 * @len:	bytes wanted, at least 1
 * @piece:	result: as many of them as are contiguous in the host, at least 1; to be given to
 *		ram_let_go()
 *
 * Context: any. Return: as ram_read().
 */
int ram_hold(const struct guest_ram *ram, u64 gpa, u32 len, struct bio_vec *piece);
/** ram_let_go() - drop it; @written: the piece was written to. Context: any. */
void ram_let_go(const struct bio_vec *piece, bool written);

/** struct ram_map - a range of RAM in the host's address space; all zero: none */
struct ram_map {
	void *addr;		/* of its first byte */
	struct page **page;	/* held */
	unsigned int npages;
};

/**
 * ram_map() - map a range of RAM into the kernel, and hold it
 * @len:	bytes, at least 1
 * @map:	result; to be given to ram_unmap()
 *
 * May sleep. Return: 0; -ENOMEM; as ram_bring_in().
 */
int ram_map(struct guest_ram *ram, u64 gpa, u32 len, struct ram_map *map);
/** ram_unmap() - undo it, and clear @map; one that is clear is left alone. May sleep. */
void ram_unmap(struct ram_map *map);

#endif
