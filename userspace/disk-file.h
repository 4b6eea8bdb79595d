/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk-file.h - the files behind disks
 */
#ifndef INSULA_DISK_FILE_H
#define INSULA_DISK_FILE_H

#include "device-args.h"

/**
 * disk_file_open() - open the file of a disk, past the page cache if that is possible
 * @vm: the name of the VM that is to have it, for errors
 * @disk: the disk
 * @fd: set to a descriptor, -1 on an error
 *
 * Return: an exit status; the error has been told.
 */
int disk_file_open(const char *vm, const struct disk_args *disk, int *fd);

#endif
