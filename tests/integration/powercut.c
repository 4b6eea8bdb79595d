// SPDX-License-Identifier: GPL-2.0-only
/*
 * powercut write DIR    append records to files in DIR for ever, each on the medium before `ack N`
 *                       is printed for it
 * powercut check DIR N  whether all that was acknowledged up to N is there and as it was written
 *
 * Runs in a guest whose power is cut at any moment, and afterwards on the host, which has seen the
 * acknowledgements. A file holds RECORDS records and gets its name when the first one is on the medium;
 * only the newest FILES are kept: metadata moves as well as data. Exit status of check: 0 when
 * all is there, 1 when not; it says what it found in one line.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS		32u
#define FILES		16u
#define MAGIC		0x74756377u
#define PAYLOAD_MAX	12000u
#define NONE		UINT32_MAX

struct record {
	uint32_t magic;
	uint32_t number;
	uint32_t length;	/* of the payload, bytes */
	uint32_t sum;		/* of the payload */
	uint8_t payload[PAYLOAD_MAX];
};

#define HEADER offsetof(struct record, payload)

static struct record wanted, found;
static char base[64];

static void die(const char *what)
{
	fprintf(stderr, "powercut: %s: %s\n", what, strerror(errno));
	exit(2);
}

static const char *path_of(uint32_t file, const char *suffix)
{
	static char path[2][128];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[0]), "%s/%08u%s", base, file, suffix);
	return path[turn];
}

/* A record's length and content follow from its number alone. */
static size_t make_record(struct record *r, uint32_t number)
{
	uint32_t x = number * 2654435761u + 1, i;

	r->magic = MAGIC;
	r->number = number;
	r->length = 64 + x % (PAYLOAD_MAX - 64);
	r->sum = 0;
	for (i = 0; i < r->length; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		r->payload[i] = (uint8_t)x;
		r->sum = r->sum * 31 + r->payload[i];
	}
	return HEADER + r->length;
}

/* How many of a file's records are whole, from its first on; where these end, in @end. */
static uint32_t count_good(uint32_t file, off_t *end)
{
	int fd = open(path_of(file, ""), O_RDONLY);
	uint32_t good = 0;
	size_t size;

	*end = 0;
	if (fd < 0)
		die(path_of(file, ""));
	for (; good < RECORDS; good++) {
		size = make_record(&wanted, file * RECORDS + good);
		if (read(fd, &found, size) != (ssize_t)size || memcmp(&found, &wanted, size))
			break;
		*end += (off_t)size;
	}
	close(fd);
	return good;
}

/* The lowest and the highest number of a file that is there; NONE: no file. */
static void find_files(uint32_t *first, uint32_t *last)
{
	struct dirent *entry;
	DIR *dir = opendir(base);
	uint32_t file;
	char *end;

	*first = *last = NONE;
	if (!dir)
		die(base);
	while ((entry = readdir(dir))) {
		file = (uint32_t)strtoul(entry->d_name, &end, 10);
		if (*end || end == entry->d_name)
			continue;
		if (*first == NONE || file < *first)
			*first = file;
		if (*last == NONE || file > *last)
			*last = file;
	}
	closedir(dir);
}

static int check(uint32_t acknowledged)
{
	uint32_t first, last, file, good = 0;
	off_t end;

	find_files(&first, &last);
	if (first == NONE) {
		printf("no file, %u was acknowledged\n", acknowledged);
		return acknowledged != 0;
	}
	/* One more may be there: the power was cut before the oldest was removed. */
	if (last - first > FILES || (acknowledged && first > (acknowledged - 1) / RECORDS)) {
		printf("files %u to %u, %u was acknowledged\n", first, last, acknowledged);
		return 1;
	}
	for (file = first; file <= last; file++) {
		good = count_good(file, &end);
		if (file < last && good < RECORDS) {
			printf("file %u of %u to %u: %u records are good\n", file, first, last, good);
			return 1;
		}
	}
	printf("%u records, %u was acknowledged\n", last * RECORDS + good, acknowledged);
	return last * RECORDS + good < acknowledged;
}

static void sync_directory(void)
{
	int fd = open(base, O_RDONLY | O_DIRECTORY);

	if (fd < 0 || fsync(fd))
		die(base);
	close(fd);
}

/* What is left of @file's records, from number @next on. The file may be there already. */
static void write_file(uint32_t file, uint32_t next)
{
	int is_new = next % RECORDS == 0;
	int fd = open(path_of(file, is_new ? ".new" : ""),
		      O_WRONLY | O_APPEND | (is_new ? O_CREAT | O_TRUNC : 0), 0644);
	size_t size;

	if (fd < 0)
		die("open");
	for (; next / RECORDS == file; next++) {
		size = make_record(&wanted, next);
		if (write(fd, &wanted, size) != (ssize_t)size)
			die("write");
		if (next & 1 ? fdatasync(fd) : fsync(fd))
			die("fsync");
		if (next % RECORDS == 0) {
			if (rename(path_of(file, ".new"), path_of(file, "")))
				die("rename");
			sync_directory();
		}
		printf("ack %u\n", next + 1);
	}
	close(fd);
}

/* Goes on where the last life ended; what was half-written then is cut off. */
static void write_records(void)
{
	uint32_t first, last, next = 0;
	off_t end;

	find_files(&first, &last);
	if (first != NONE) {
		next = last * RECORDS + count_good(last, &end);
		if (truncate(path_of(last, ""), end))
			die("truncate");
	} else {
		first = 0;
	}
	printf("powercut: from %u on\n", next);
	for (;; next = (next / RECORDS + 1) * RECORDS) {
		for (; first + FILES < next / RECORDS; first++)
			unlink(path_of(first, ""));
		write_file(next / RECORDS, next);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3 || strlen(argv[2]) >= sizeof(base))
		return 2;
	strcpy(base, argv[2]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4 && !strcmp(argv[1], "check"))
		return check((uint32_t)strtoul(argv[3], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "write"))
		write_records();
	return 2;
}
