// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-net.c - any driver against what a network device believes of it
 *
 * The input is a header of a packet, and commands. What passes is what the kernel's functions,
 * which follow, may be given: its offsets lie inside the packet.
 */
#include <string.h>
#include <linux/kernel.h>
#include "program.h"
#include "dev/virtio/net-proto.h"

static void check_header(struct input *in)
{
	const u64 features = take(in, 4);
	struct virtio_net_hdr hdr;
	u32 len = take(in, 3), end;
	unsigned int i;

	for (i = 0; i < sizeof(hdr); i++)
		((u8 *)&hdr)[i] = take(in, 1);
	if (!net_check_packet(&hdr, features, len))
		return;
	CHECK(len >= ETH_HLEN && len <= NET_PACKET_MAX);
	CHECK(!(hdr.flags & ~VIRTIO_NET_HDR_F_NEEDS_CSUM));
	end = (u16)hdr.csum_start + (u16)hdr.csum_offset + 2;
	if (hdr.flags)
		CHECK(hdr.csum_start >= ETH_HLEN && end <= len);
	if (hdr.gso_type)
		CHECK(hdr.flags && hdr.gso_size && (u32)hdr.csum_start + 20 <= len);
}

static void check_command(struct net_ctrl *ctrl, struct input *in)
{
	struct net_ctrl before = *ctrl;
	u32 len = take(in, 1), i;
	/* Of this size exactly: ASan looks after the end. */
	u8 *request = malloc(NET_CTRL_BYTES);

	for (i = 0; i < NET_CTRL_BYTES; i++)
		request[i] = take(in, 1);
	if (len > 200)
		len <<= 24;
	if (net_ctrl_command(ctrl, request, len) != VIRTIO_NET_OK)
		CHECK(!memcmp(&before, ctrl, sizeof(before)));
	CHECK(ctrl->pairs && ctrl->pairs <= ctrl->max_pairs);
	CHECK(!(ctrl->offloads & ~(ctrl->features & NET_GUEST_OFFLOADS)));
	CHECK(!(ctrl->mac[0] & 1));
	free(request);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct net_ctrl ctrl;

	check_header(&in);
	memset(&ctrl, 0, sizeof(ctrl));
	ctrl.features = take(&in, 4);
	ctrl.max_pairs = 8;
	ctrl.pairs = 1;
	while (in.left)
		check_command(&ctrl, &in);
	return 0;
}
