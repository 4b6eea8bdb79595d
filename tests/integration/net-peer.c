// SPDX-License-Identifier: GPL-2.0-only
/*
 * net-peer INTERFACE [unpreempted]
 *
 * The host's side of what tests/guest/net.c does: waits for frames of ethertype 88b5 on the
 * interface and does what they say, for ever. A frame's own words follow the ethertype.
 * Where costs are measured it is not to be preempted by those whom its packets wake, so that a burst
 * is one, as it is when it comes from a NIC.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TYPE	0x88b5
#define BURST	64
#define LARGEST	65550

enum { ECHO = 1, SEND, COUNT, TELL, BLAST };

struct frame {
	uint8_t to[6], from[6];
	uint16_t type;
	uint16_t op;
	uint32_t size, count;	/* little-endian */
} __attribute__((packed));

static uint8_t in[LARGEST], out[LARGEST];
static uint32_t counted;
static int fd;

/*
 * @n frames of @size bytes: each has its number, and then bytes that follow from it; or, where what
 * they cost is measured, any.
 */
static void send_many(const struct frame *ask, uint32_t n, uint32_t size)
{
	struct mmsghdr messages[BURST] = { 0 };
	static uint8_t data[BURST][2048];
	struct iovec iov[BURST];
	uint32_t i, at, sent = 0;

	if (size > sizeof(data[0]) || size < sizeof(*ask) || n > BURST)
		return;
	for (i = 0; i < n; i++) {
		struct frame *frame = (struct frame *)data[i];

		for (at = sizeof(*frame); at < size && ask->op == SEND; at++)
			data[i][at] = at + i;
		*frame = *ask;
		memcpy(frame->to, ask->from, sizeof(frame->to));
		memcpy(frame->from, ask->to, sizeof(frame->from));
		frame->count = i;
		iov[i] = (struct iovec){ data[i], size };
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (sent < n) {
		int done = sendmmsg(fd, messages + sent, n - sent, 0);

		if (done <= 0)
			return;
		sent += done;
	}
}

static void answer(size_t len)
{
	struct frame *frame = (struct frame *)out;

	memcpy(out, in, len);
	memcpy(frame->to, ((struct frame *)in)->from, sizeof(frame->to));
	memcpy(frame->from, ((struct frame *)in)->to, sizeof(frame->from));
	if (frame->op == TELL) {
		frame->count = counted;
		counted = 0;
	}
	send(fd, out, len, 0);
}

int main(int argc, char **argv)
{
	struct sockaddr_ll where = { .sll_family = AF_PACKET, .sll_protocol = htons(TYPE) };
	const struct frame *frame = (const struct frame *)in;
	struct sched_param fifo = { .sched_priority = 1 };
	int one = 1, buffer = 8 << 20;
	ssize_t len;

	if (argc < 2)
		return 2;
	if (argc > 2 && sched_setscheduler(0, SCHED_FIFO, &fifo)) {
		perror("net-peer: sched_setscheduler");
		return 1;
	}
	fd = socket(AF_PACKET, SOCK_RAW, htons(TYPE));
	where.sll_ifindex = if_nametoindex(argv[1]);
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof(where))) {
		perror("net-peer");
		return 1;
	}
	while ((len = recv(fd, in, sizeof(in), 0)) >= 0) {
		if (len < (ssize_t)sizeof(*frame))
			continue;
		counted++;
		if (frame->op == SEND || frame->op == BLAST)
			send_many(frame, frame->count, frame->size);
		else if (frame->op == ECHO || frame->op == TELL)
			answer(len);
	}
	return 0;
}
