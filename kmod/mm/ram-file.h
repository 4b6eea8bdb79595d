/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram-file.h - the file behind a guest's RAM, for ram.c and ram-io.c
 */
#ifndef _INSULA_RAM_FILE_H
#define _INSULA_RAM_FILE_H

#include <linux/fs.h>
#include <linux/types.h>

/**
 * ram_find() - where in the file is a range of RAM?
 * @size:	bytes of RAM
 * @offset:	result: offset in the file
 *
 * Return: does [@gpa, @gpa + @len) lie in RAM, in one piece?
 */
bool ram_find(u64 size, u64 gpa, u64 len, u64 *offset);

/**
 * ram_file_page() - a page of the file, allocated if there is none
 * @old:	result: there was one, in memory or in the swap
 *
 * May sleep; no locks held.
 * Return: the 4 KiB page at @offset with a reference, perhaps a part of a larger one; or
 * ERR_PTR: -ENOMEM; -ENOSPC: the file may have no more (the limit of its tmpfs, hugetlbfs' pool);
 * -EINTR; -EFAULT for everything else (it lies beyond the end, it is poisoned).
 */
struct page *ram_file_page(struct file *file, u64 offset, bool *old);

/**
 * ram_file_has() - is @page, which ram_file_page() gave, still the file's? Context: any.
 *
 * One that has been punched out, or cut off, is not: the file will have another one there.
 */
bool ram_file_has(const struct file *file, struct page *page);

/**
 * ram_file_pin() - @page is mapped from now on
 *
 * The host's reclaim could not have it, so it is to look at others only: this is what mlock()
 * does, and the host's figures say so (Mlocked, Unevictable). Context: any.
 */
void ram_file_pin(struct page *page);
/** ram_file_unpin() - it is not mapped any more. Context: process, interrupts on, no spinlocks. */
void ram_file_unpin(struct page *page);

/**
 * ram_file_is_apart() - is its memory of no use for anything else?
 *
 * That of hugetlbfs is: the host has set it aside, cannot swap it, and may have plenty of it when
 * it is short of memory.
 */
bool ram_file_is_apart(const struct file *file);

/**
 * ram_file_punch() - take a range out of the file: it reads as zeroes, its pages are freed when
 * nobody holds them
 *
 * May sleep; no locks held. Return: 0, or a negative errno: the file was sealed, ...
 */
int ram_file_punch(struct file *file, u64 offset, u64 len);

/** ram_file_release() - no more pages will be wanted: the file is like others again */
void ram_file_release(struct file *file);

#endif
