// SPDX-License-Identifier: GPL-2.0-only
/*
 * hoard MIB [once|locked]
 *
 * Fills so much memory, says `hoarded`, then goes through all of it round after round:
 * checks what each page has in it, writes something else, and says `round N, W wrong` after each. With
 * `once` it waits for a line before the first; with `locked` it just keeps its memory, which is not swapped.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	4096
#define WORDS	(PAGE / sizeof(uint64_t))

/*
 * Every word of a page is the same, which zram keeps without compressing it: on an emulated CPU that takes
 * more instructions than all the rest.
 */
static uint64_t word(size_t page, unsigned int round)
{
	return (page + 1) * 0x9e3779b97f4a7c15 + round;
}

static void fill(uint64_t *p, size_t page, unsigned int round)
{
	for (size_t i = 0; i < WORDS; i++)
		p[i] = word(page, round);
}

static int is_filled(const uint64_t *p, size_t page, unsigned int round)
{
	uint64_t off = 0;

	for (size_t i = 0; i < WORDS; i++)
		off |= p[i] ^ word(page, round);
	return !off;
}

int main(int argc, char **argv)
{
	size_t pages = (argc > 1 ? strtoul(argv[1], NULL, 10) : 0) << 8, page;
	const char *how = argc > 2 ? argv[2] : "";
	uint64_t *all = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!pages || all == MAP_FAILED) {
		fprintf(stderr, "usage: hoard MIB [once|locked]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(how, "locked") && mlock(all, pages * PAGE)) {
		perror("hoard: mlock");
		return 1;
	}
	for (page = 0; page < pages; page++)
		fill(all + page * WORDS, page, 0);
	printf("hoarded\n");
	if (!strcmp(how, "locked"))
		pause();
	if (!strcmp(how, "once"))
		getchar();
	for (unsigned int round = 0;; round++) {
		size_t wrong = 0;

		for (page = 0; page < pages; page++) {
			wrong += !is_filled(all + page * WORDS, page, round);
			fill(all + page * WORDS, page, round + 1);
		}
		printf("round %u, %zu wrong\n", round + 1, wrong);
	}
}
