// SPDX-License-Identifier: GPL-2.0-only
/*
 * net: a virtio network device, with tests/integration/net-peer.c on the host's end
 *
 * do=all (default): packets there and back with all kinds of rings, and what a driver should not
 * do; do=large: packets larger than a buffer; do=flood: send for ever; do=bench: what a packet
 * costs, n=N rounds, only=net-send, net-receive or net-echo, size=N bytes only.
 */
#include "virtio.h"

#define HEADER		12
#define BUFFER		2048
#define TOP		(128UL << 20)	/* of RAM */
#define VECTOR		0x40
#define BURST		64
#define TYPE		0xb588	/* 88b5, for experiments; the host's end listens to that */
#define TYPE_OF_NOBODY	0xb688

enum { ECHO = 1, SEND, COUNT, TELL, BLAST, DROP };

enum {				/* feature bits */
	F_CSUM = 0, F_GUEST_CSUM, F_MTU = 3, F_MAC = 5, F_GUEST_TSO4 = 7, F_HOST_TSO4 = 11,
	F_MRG_RXBUF = 15, F_STATUS, F_CTRL_VQ, F_CTRL_RX, F_CTRL_MAC = 23,
};

struct ether {
	u8 to[6], from[6];
	u16 type, op;
	u32 size, count;
} __attribute__((packed));

struct header {
	u8 flags, gso_type;
	u16 header_len, gso_size, csum_start, csum_offset, buffers;
};

static struct virtio dev;
static struct virtqueue rx, tx, control;
static struct vq_memory rx_ring, tx_ring, control_ring;
static u8 rx_data[VQ_IDS][BUFFER] __attribute__((aligned(4096)));
static u8 tx_data[VQ_IDS][BUFFER] __attribute__((aligned(4096)));
static struct header header, sent;	/* @header: of what is sent; all zero unless it matters */
static u8 packet[1 << 16];
static bool indirect;

static struct vq_seg seg(const volatile void *p, u32 len)
{
	return (struct vq_seg){ (ulong)p, len };
}

static void offer(u16 id)
{
	struct vq_seg buffer = seg(rx_data[id], BUFFER);

	vq_add(&rx, id, &buffer, 0, 1, indirect);
}

static bool start(u64 features, u32 buffers)
{
	u32 id;

	if (!virtio_reset(&dev) || !virtio_negotiate(&dev, features))
		return false;
	vq_setup(&rx, &dev, 0, &rx_ring);
	vq_setup(&tx, &dev, 1, &tx_ring);
	vq_setup(&control, &dev, 2, &control_ring);
	virtio_vector(&dev, 0, VECTOR);
	virtio_vector(&dev, 1, VECTOR);
	virtio_ready(&dev);
	for (id = 0; id < buffers; id++)
		offer(id);
	vq_kick(&rx);
	return true;
}

/* One chain as it is, until it is done. */
static bool transmit(const struct vq_seg *segs, u32 n)
{
	u16 id;
	u32 len;

	vq_add(&tx, 0, segs, n, 0, indirect || n > VQ_DIRECT);
	vq_kick(&tx);
	return vq_wait(&tx, &id, &len) && !id && !len;
}

static void make_frame(u8 *p, u16 op, u32 len, u32 size, u32 count)
{
	struct ether head = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 2, 0, 0, 0, 0, 9 },
			       op == DROP ? TYPE_OF_NOBODY : TYPE, op, size, count };
	u32 i;

	for (i = sizeof(head); i < len; i++)
		p[i] = 3 * i + len;
	memcpy(p, &head, sizeof(head));
}

static bool say(u16 op, u32 len, u32 size, u32 count)
{
	struct vq_seg segs[2];

	make_frame(tx_data[0], op, len, size, count);
	sent = header;
	segs[0] = seg(&sent, HEADER);
	segs[1] = seg(tx_data[0], len);
	return transmit(segs, 2);
}

/* The next packet, whose buffers are offered again. Return: its length; 0 if none comes. */
static u32 receive(u32 ms)
{
	u32 have = 0, buffers = 1, len, i;
	u16 id;

	for (i = 0; i < buffers; i++) {
		u32 skip = i ? 0 : HEADER;

		while (!vq_take(&rx, &id, &len)) {
			if (!ms--)
				return 0;
			delay_us(1000);
		}
		if (len < skip || have + len > sizeof(packet))
			return 0;
		if (!i)
			buffers = ((struct header *)rx_data[id])->buffers;
		memcpy(packet + have, rx_data[id] + skip, len - skip);
		have += len - skip;
		offer(id);
	}
	vq_kick(&rx);
	return have;
}

/* The host takes its time to notice that there is a driver again. Until then it drops packets. */
static bool start_and_wait(u64 features, u32 buffers)
{
	u32 tries;

	if (!start(features, buffers))
		return false;
	for (tries = 200; tries; tries--) {
		say(ECHO, 64, 0, 0);
		if (!receive(30))
			continue;
		while (receive(30))
			;
		return true;
	}
	return false;
}

static bool echoes(u32 len)
{
	u32 got;

	if (!say(ECHO, len, 0, 7))
		return false;
	got = receive(5000);
	return got == len && !memcmp(packet + sizeof(struct ether), tx_data[0] + sizeof(struct ether),
				     len - sizeof(struct ether));
}

static void test_sizes(void)
{
	static const u32 sizes[] = { 24, 25, 59, 60, 64, 100, 1000, 1513, 1514 };
	u32 i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		bad += !echoes(sizes[i]);
	check(!bad, "echoes", "%u of %u bad", bad, (u32)ARRAY_SIZE(sizes));
}

/* Header and packet in pieces, as they come. */
static void test_pieces(void)
{
	struct vq_seg segs[9];
	u32 i, at = 0;

	make_frame(tx_data[0] + HEADER, ECHO, 1000, 0, 0);
	memset(tx_data[0], 0, HEADER);
	for (i = 0; i < 8; i++) {
		segs[i] = seg(tx_data[0] + at, 5 + i);
		at += 5 + i;
	}
	segs[8] = seg(tx_data[0] + at, HEADER + 1000 - at);
	check(transmit(segs, 9) && receive(5000) == 1000 &&
	      !memcmp(packet + 24, tx_data[0] + HEADER + 24, 976), "pieces", "no or another echo");
}

static bool in_order(u32 n, u32 size)
{
	u32 i, at;

	for (i = 0; i < n; i++) {
		if (receive(5000) != size || ((struct ether *)packet)->count != i)
			return false;
		for (at = sizeof(struct ether); at < size; at++)
			if (packet[at] != (u8)(at + i))
				return false;
	}
	return true;
}

static void test_bursts(void)
{
	static const u32 sizes[] = { 64, 1514 };
	u32 i, j, len;
	u16 id;

	for (i = 0; i < 2; i++) {
		say(SEND, 24, sizes[i], BURST);
		check(in_order(BURST, sizes[i]), "receives-a-burst", "of %u", sizes[i]);
	}
	say(TELL, 24, 0, 0);
	receive(5000);
	for (i = 0; i < 3; i++) {
		for (j = 0; j < BURST; j++) {
			struct vq_seg segs[2] = { seg(&header, HEADER), seg(tx_data[j], 64) };

			make_frame(tx_data[j], COUNT, 64, 0, 0);
			vq_add(&tx, j, segs, 2, 0, indirect);
		}
		vq_kick(&tx);
		for (j = 0; j < BURST; j++)
			vq_wait(&tx, &id, &len);
	}
	say(TELL, 24, 0, 0);
	receive(5000);
	check(((struct ether *)packet)->count == 3 * BURST + 1, "sends-bursts", "%u arrived",
	      ((struct ether *)packet)->count);
}

/* Fewer buffers than packets: those that wait come when there are buffers again. */
static void test_few_buffers(u64 features)
{
	u32 bad = 0, round;

	for (round = 0; round < 4; round++) {
		start_and_wait(features, 1 + round);
		say(SEND, 24, 200, BURST);
		bad += !in_order(BURST, 200);
	}
	check(!bad, "few-buffers", "%u rounds bad", bad);
}

/* Packets that are none: nothing comes of them, and nothing else happens. */
static void drops(const char *name, u32 header_len, u32 len)
{
	struct vq_seg segs[2] = { seg(&header, header_len), seg(tx_data[0], len) };
	bool taken;

	make_frame(tx_data[0], ECHO, 64, 0, 0);
	taken = transmit(segs, len ? 2 : 1);
	header = (struct header){ 0 };
	check(taken && !receive(20) && echoes(64), name, "not dropped, or not only that");
}

static void test_wrong(void)
{
	start_and_wait(VIRTIO_BIT(F_MRG_RXBUF), 32);
	drops("no-header", 5, 0);
	drops("half-a-header", 11, 0);
	drops("no-packet", HEADER, 0);
	drops("short-packet", HEADER, 13);
	header.flags = 1;
	header.csum_start = 14;
	drops("checksum-not-negotiated", HEADER, 64);
	header.gso_type = 1;
	drops("segmentation-not-negotiated", HEADER, 64);
	start_and_wait(VIRTIO_BIT(F_MRG_RXBUF) | VIRTIO_BIT(F_CSUM) | VIRTIO_BIT(F_HOST_TSO4), 32);
	header.flags = 1;
	header.csum_start = 14;
	header.csum_offset = 49;
	drops("checksum-behind-the-end", HEADER, 64);
	header.flags = 1;
	header.csum_start = 0xffff;
	header.csum_offset = 0xffff;
	drops("checksum-far-away", HEADER, 64);
	header.gso_type = 1;
	header.gso_size = 100;
	drops("segmentation-without-checksum", HEADER, 64);
	header.gso_type = 3;
	drops("udp-fragmentation", HEADER, 64);
	header.flags = 1;
	header.csum_start = 34;
	header.csum_offset = 16;
	header.gso_type = 1;
	drops("segments-of-nothing", HEADER, 64);
}

static bool wants_reset(void)
{
	u32 ms;

	for (ms = 5000; ms && !(virtio_status(&dev) & VIRTIO_NEEDS_RESET); ms--)
		delay_us(1000);
	return ms;
}

static void test_nowhere(u64 features)
{
	struct vq_seg segs[2] = { seg(&header, HEADER), seg((void *)TOP, 64) };
	u32 tries;

	start_and_wait(features, 32);
	vq_add(&tx, 0, segs, 2, 0, indirect);
	vq_kick(&tx);
	check(wants_reset(), "packet-nowhere", "not told to reset");
	start(features, 0);
	segs[1].len = BUFFER;
	vq_add(&rx, 0, &segs[1], 0, 1, indirect);
	vq_kick(&rx);
	for (tries = 100; tries && !(virtio_status(&dev) & VIRTIO_NEEDS_RESET); tries--) {
		say(ECHO, 64, 0, 0);
		delay_us(30000);
	}
	check(tries, "buffer-nowhere", "not told to reset");
	start_and_wait(features, 32);
	check(echoes(64), "good-again", "no echo");
}

/* Buffers that nothing fits into: what comes is dropped, the device goes on. */
static void test_short_buffers(u64 features)
{
	struct vq_seg buffer = seg(rx_data[0], HEADER);
	u32 i;

	start(features, 0);
	vq_add(&rx, 0, &buffer, 0, 1, indirect);
	vq_kick(&rx);
	for (i = 0; i < 3; i++)
		say(ECHO, 64, 0, 0);
	check(!receive(50) && !(virtio_status(&dev) & VIRTIO_NEEDS_RESET), "short-buffer",
	      "status %x", virtio_status(&dev));
	start_and_wait(features, 32);
	check(echoes(64), "and-again", "no echo");
}

/* A command, answered; 255: not at all. */
static u8 command(u8 class, u8 cmd, const void *data, u32 len, u32 room)
{
	static volatile u8 answer;
	u8 words[2] = { class, cmd };
	struct vq_seg segs[3] = { seg(words, 2), seg(data, len) };
	u16 id;

	answer = 255;
	segs[len ? 2 : 1] = seg(&answer, room);
	vq_add(&control, 0, segs, len ? 2 : 1, room ? 1 : 0, indirect);
	vq_kick(&control);
	return vq_wait(&control, &id, &len) ? answer : 255;
}

static void test_control(void)
{
	static u8 one = 1, mac[6] = { 2, 1, 2, 3, 4, 5 };
	struct vq_seg words = seg(&one, 1);

	start(VIRTIO_BIT(F_CTRL_VQ) | VIRTIO_BIT(F_CTRL_RX) | VIRTIO_BIT(F_CTRL_MAC) |
	      VIRTIO_BIT(F_MAC), 32);
	check(command(0, 0, &one, 1, 1) == 0, "promiscuous", "refused");
	check(command(1, 1, mac, 6, 1) == 0, "address", "refused");
	check(!memcmp((void *)dev.config, mac, 6), "address-is-set", "not");
	mac[0] = 3;
	check(command(1, 1, mac, 6, 1) == 1, "address-of-a-group", "not refused");
	check(command(4, 0, mac, 2, 1) == 1, "pairs", "not refused");
	check(command(77, 77, mac, 6, 1) == 1, "no-command", "not refused");
	vq_add(&control, 0, &words, 1, 0, indirect);
	vq_kick(&control);
	check(wants_reset(), "no-room-for-an-answer", "not told to reset");
	start_and_wait(VIRTIO_BIT(F_MAC), 32);
	check(memcmp((void *)dev.config, mac + 1, 5) && echoes(64), "address-as-before", "not");
}

/* After a reset the device leaves memory alone. */
static void test_resets(u64 features)
{
	const u8 *data = &rx_data[0][0];
	u32 round, i, touched = 0, failed = 0;

	for (round = 0; round < 8; round++) {
		start_and_wait(features, 16);
		say(SEND, 24, 1000, BURST);
		if (round % 2 && dev.features & VIRTIO_BIT(VIRTIO_RESET_RING))
			failed += !vq_reset(&rx) || !vq_reset(&tx);
		else
			failed += !virtio_reset(&dev);
		memset(rx_data, round, sizeof(rx_data));
		delay_us(3000);
		for (i = 0; i < sizeof(rx_data); i++)
			touched += data[i] != round;
		failed += !start_and_wait(features, 32);
		failed += !echoes(64);
	}
	check(!failed && !touched, "reset-during-traffic", "%u failed, %u bytes touched", failed,
	      touched);
}

static void test_all(void)
{
	static const u64 modes[] = {
		0, VIRTIO_BIT(VIRTIO_EVENT_IDX), VIRTIO_BIT(VIRTIO_PACKED),
		VIRTIO_BIT(VIRTIO_PACKED) | VIRTIO_BIT(VIRTIO_EVENT_IDX) | VIRTIO_BIT(F_MRG_RXBUF),
	};
	u64 features = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		features = modes[i] | VIRTIO_BIT(VIRTIO_INDIRECT) | VIRTIO_BIT(VIRTIO_RESET_RING);
		indirect = i & 1;
		if (!check(start_and_wait(features, 64), "starts", "status %x", virtio_status(&dev)))
			return;
		test_sizes();
		test_pieces();
		test_bursts();
		test_few_buffers(features);
		test_nowhere(features);
		test_short_buffers(features);
		test_resets(features);
	}
	indirect = false;
	test_wrong();
	test_control();
}

static void test_large(void)
{
	u32 i, len, bad = 0;

	start_and_wait(VIRTIO_BIT(F_MRG_RXBUF) | VIRTIO_BIT(VIRTIO_INDIRECT), 32);
	for (len = 2036; len < 9000; len += 500) {
		struct vq_seg segs[VQ_IDS] = { seg(&header, HEADER) };
		u32 n = 1, at;

		make_frame(tx_data[0], ECHO, len, 0, 0);
		for (at = 0; at < len; at += 700)
			segs[n++] = seg(tx_data[0] + at, len - at < 700 ? len - at : 700);
		bad += !transmit(segs, n) || receive(5000) != len;
		for (i = 24; i < len; i++)
			bad += packet[i] != (&tx_data[0][0])[i];
	}
	check(!bad, "large", "%u bad", bad);
	start_and_wait(0, 32);
	make_frame(tx_data[0], ECHO, 9000, 0, 0);
	{
		struct vq_seg segs[2] = { seg(&header, HEADER), seg(tx_data[0], 9000) };

		check(transmit(segs, 2) && !receive(50) && echoes(1000), "too-large-for-a-buffer",
		      "not dropped, or not only that");
	}
}

static void flood(void)
{
	u32 j, len;
	u16 id;

	start_and_wait(VIRTIO_BIT(VIRTIO_EVENT_IDX), 64);
	check(true, "floods", "no");
	for (;;) {
		for (j = 0; j < BURST; j++) {
			struct vq_seg segs[2] = { seg(&header, HEADER), seg(tx_data[j], 1514) };

			make_frame(tx_data[j], COUNT, 24, 0, 0);
			vq_add(&tx, j, segs, 2, 0, false);
		}
		vq_kick(&tx);
		for (j = 0; j < BURST; j++)
			vq_wait(&tx, &id, &len);
	}
}

/* Measuring: nobody spins, so that the host has the CPU while the guest waits. */

static void on_interrupt(struct frame *frame)
{
	lapic_eoi();
}

static void halt_for(struct virtqueue *vq, u16 *id)
{
	u32 len;

	while (!vq_take(vq, id, &len))
		wait_irq();
}

static u64 bench_tx(u32 size)
{
	u64 begin = rdtsc();
	u32 j;
	u16 id;

	for (j = 0; j < BURST; j++) {
		struct vq_seg s = seg(tx_data[j], HEADER + size);

		vq_add(&tx, j, &s, 1, 0, false);
	}
	vq_kick(&tx);
	for (j = 0; j < BURST; j++)
		halt_for(&tx, &id);
	return rdtsc() - begin;
}

static void ask(u16 op, u32 len, u32 size, u32 count)
{
	struct vq_seg s = seg(tx_data[0], HEADER + len);
	u16 id;

	make_frame(tx_data[0] + HEADER, op, len, size, count);
	vq_add(&tx, 0, &s, 1, 0, false);
	vq_kick(&tx);
	halt_for(&tx, &id);
}

static u64 bench_rx(u32 size)
{
	u64 begin = rdtsc();
	u32 j;
	u16 id;

	ask(BLAST, 64, size, BURST);
	for (j = 0; j < BURST; j++) {
		halt_for(&rx, &id);
		offer(id);
	}
	vq_kick(&rx);
	return rdtsc() - begin;
}

static u64 bench_echo(u32 size)
{
	u64 begin = rdtsc();
	u16 id;

	ask(ECHO, size, 0, 0);
	halt_for(&rx, &id);
	offer(id);
	vq_kick(&rx);
	return rdtsc() - begin;
}

static u32 number(const char *name, u32 otherwise)
{
	const char *text = argument(name);
	u32 n = 0;

	while (text && *text >= '0' && *text <= '9')
		n = n * 10 + *text++ - '0';
	return n ?: otherwise;
}

/* A mean of @n rounds of @per packets: what a round leaves to be done, the next one pays for. */
static void measure(const char *name, u64 (*fn)(u32), u32 size, u32 n, u32 per)
{
	const char *only = argument("only");
	u64 cycles = 0;
	u32 i;

	if (only && strcmp(only, name))
		return;
	fn(size);
	for (i = 0; i < n; i++)
		cycles += fn(size);
	print("bench %s-%u %llu\n", name, size, div64(cycles, n * per));
}

static void bench_size(u32 size, u32 n)
{
	u32 j;

	for (j = 0; j < BURST; j++) {
		memset(tx_data[j], 0, HEADER);
		make_frame(tx_data[j] + HEADER, DROP, size, 0, 0);
	}
	measure("net-send", bench_tx, size, n, BURST);
	measure("net-receive", bench_rx, size, n, BURST);
	measure("net-echo", bench_echo, size, n, 1);
}

static void bench(void)
{
	u64 features = VIRTIO_BIT(VIRTIO_EVENT_IDX) | VIRTIO_BIT(F_MRG_RXBUF) | VIRTIO_BIT(F_CSUM) |
		       VIRTIO_BIT(F_HOST_TSO4);	/* as Linux's */
	u32 n = number("n", 50), size = number("size", 0);

	trap_set(VECTOR, on_interrupt);
	if (!check(start_and_wait(features, BURST), "starts", "no"))
		return;
	if (size) {
		bench_size(size, n);
		return;
	}
	bench_size(64, n);
	bench_size(1514, n);
}

void guest_main(void)
{
	const char *what = argument("do") ?: "all";

	lapic_enable();
	if (!check(virtio_find(&dev, VIRTIO_NET, 0), "found", "no device"))
		return;
	if (!strcmp(what, "bench"))
		bench();
	else if (!strcmp(what, "flood"))
		flood();
	else if (!strcmp(what, "large"))
		test_large();
	else
		test_all();
}
