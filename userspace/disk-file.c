// SPDX-License-Identifier: GPL-2.0-only
/*
 * disk-file.c - the files behind disks: opened, and whether they can be one
 *
 * The module looks at the same things; here there are better words for them.
 */
#include "disk-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "insula.h"

#define SECTOR	512

static int refuse(const char *vm, const struct disk_args *disk, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(const char *vm, const struct disk_args *disk, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fail(EXIT_FAILED, vm, "disk %s: %s", disk->path, text);
}

static int refuse_read_only(const char *vm, const struct disk_args *disk)
{
	return refuse(vm, disk, "is read-only: add ,ro for a disk that is, too");
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFCHR:
		return "a character device";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	}
	return "something else";
}

/*
 * Before it is opened: that alone can do something to a device, or wait. Nobody may write to a
 * file without permission for anyone: root could, but it was taken away for a reason.
 */
static int check_kind(const char *vm, const struct disk_args *disk)
{
	struct stat st;

	if (stat(disk->path, &st))
		return refuse(vm, disk, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return refuse(vm, disk, "is %s, not a regular file or a block device",
			      kind_of(st.st_mode));
	if (S_ISREG(st.st_mode) && !disk->ro && !(st.st_mode & 0222))
		return refuse_read_only(vm, disk);
	return EXIT_DONE;
}

/* Not all file systems have O_DIRECT. */
static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_DIRECT);

	if (fd < 0 && errno == EINVAL)
		fd = open(path, flags | O_CLOEXEC | O_NOCTTY);
	return fd;
}

static bool means_read_only(int error)
{
	return error == EROFS || error == EACCES || error == EPERM;
}

static int check_size(const char *vm, const struct disk_args *disk, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0)
		return refuse(vm, disk, "%s", strerror(errno));
	if (!size)
		return refuse(vm, disk, "is empty: give it a size, a multiple of %d bytes", SECTOR);
	if (size % SECTOR)
		return refuse(vm, disk, "has %lld bytes, which is no multiple of %d",
			      (long long)size, SECTOR);
	return EXIT_DONE;
}

int disk_file_open(const char *vm, const struct disk_args *disk, int *fd)
{
	int status = check_kind(vm, disk);

	*fd = -1;
	if (status)
		return status;
	*fd = open_file(disk->path, disk->ro ? O_RDONLY : O_RDWR);
	if (*fd < 0 && !disk->ro && means_read_only(errno) && !access(disk->path, R_OK))
		return refuse_read_only(vm, disk);
	if (*fd < 0)
		return refuse(vm, disk, "%s", strerror(errno));
	return check_size(vm, disk, *fd);
}
