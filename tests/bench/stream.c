// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream [ADDRESS]
 *
 * TCP streams. On the host, without ADDRESS: takes or gives, as each connection's first byte says, one
 * after the other for ever. In a guest, with the host's: sends it some MiB and receives as many, by
 * turns, and prints what a KiB of each takes in cycles of the TSC, as the best round has it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

#define PORT	5201
#define BYTES	(8u << 20)
#define ROUNDS	8

static char buffer[1 << 16];

/* Return: whether all came, or went. */
static int take(int fd, size_t left)
{
	ssize_t n = 1;

	for (; left && n > 0; left -= n)
		n = recv(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer), 0);
	return n > 0;
}

static int give(int fd, size_t left)
{
	ssize_t n = 1;

	for (; left && n > 0; left -= n)
		n = send(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer), MSG_NOSIGNAL);
	return n > 0;
}

static void serve(int fd)
{
	char what;

	if (!take(fd, 1))
		return;
	what = buffer[0];
	if (what == 's') {
		take(fd, BYTES);
		give(fd, 1);
	} else {
		give(fd, BYTES);
	}
}

static unsigned long long measure(const struct sockaddr_in *to, char what)
{
	unsigned long long begin, cycles = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0 && !connect(fd, (const struct sockaddr *)to, sizeof(*to))) {
		buffer[0] = what;
		begin = __rdtsc();
		if (give(fd, 1) && (what == 's' ? give(fd, BYTES) && take(fd, 1) : take(fd, BYTES)))
			cycles = __rdtsc() - begin;
	}
	close(fd);
	return cycles;
}

static int ask(const struct sockaddr_in *to)
{
	unsigned long long best[2] = { 0 }, cycles;
	int i;

	for (i = 0; i < 2 * ROUNDS; i++) {
		cycles = measure(to, "sr"[i % 2]);
		if (!cycles)
			return 1;
		if (!best[i % 2] || cycles < best[i % 2])
			best[i % 2] = cycles;
	}
	printf("bench tcp-send-KiB %llu\nbench tcp-receive-KiB %llu\n", best[0] / (BYTES >> 10),
	       best[1] / (BYTES >> 10));
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd, on, one = 1;

	if (argc > 1)
		return inet_pton(AF_INET, argv[1], &addr.sin_addr) == 1 ? ask(&addr) : 2;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 8)) {
		perror("stream");
		return 1;
	}
	while ((on = accept(fd, NULL, NULL)) >= 0) {
		serve(on);
		close(on);
	}
	return 1;
}
