// SPDX-License-Identifier: GPL-2.0-only
/*
 * net-proto.c - what a network device's driver says: packet headers and commands
 *
 * Pure code. Host and guest are little-endian both, so that the fields are plain numbers.
 */
#include <linux/string.h>
#include "net-proto.h"

static u16 num(__virtio16 val)
{
	return (__force u16)val;
}

static bool has(u64 features, unsigned int bit)
{
	return features & BIT_ULL(bit);
}

#define TCP_HEADER	20u	/* bytes at least */
#define TCP_CHECKSUM	16	/* where it is */

static bool check_gso(const struct virtio_net_hdr *hdr, u64 features, u32 len)
{
	switch (hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		if (!has(features, VIRTIO_NET_F_HOST_TSO4))
			return false;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		if (!has(features, VIRTIO_NET_F_HOST_TSO6))
			return false;
		break;
	default:
		return false;
	}
	if ((hdr->gso_type & VIRTIO_NET_HDR_GSO_ECN) && !has(features, VIRTIO_NET_F_HOST_ECN))
		return false;
	return (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && num(hdr->gso_size) &&
	       num(hdr->csum_offset) == TCP_CHECKSUM && num(hdr->csum_start) + TCP_HEADER <= len;
}

bool net_check_packet(struct virtio_net_hdr *hdr, u64 features, u32 len)
{
	u32 start = num(hdr->csum_start), end = start + num(hdr->csum_offset) + sizeof(u16);

	if (len < ETH_HLEN || len > NET_PACKET_MAX)
		return false;
	hdr->flags &= VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (hdr->flags && (!has(features, VIRTIO_NET_F_CSUM) || start < ETH_HLEN || end > len))
		return false;
	return hdr->gso_type == VIRTIO_NET_HDR_GSO_NONE || check_gso(hdr, features, len);
}

/* Commands. Behind two bytes of class and command come @len bytes of @data. */

static u64 number(const u8 *data, unsigned int bytes)
{
	u64 val = 0;

	memcpy(&val, data, bytes);
	return val;
}

/* Which packets: there is no filter, so that the driver has more than it asks for. */
static bool rx_mode(const struct net_ctrl *ctrl, u8 cmd, const u8 *data, u32 len)
{
	return has(ctrl->features, VIRTIO_NET_F_CTRL_RX) && len == 1 &&
	       (cmd == VIRTIO_NET_CTRL_RX_PROMISC || cmd == VIRTIO_NET_CTRL_RX_ALLMULTI);
}

/* Two tables, a number and so many addresses each; the second one begins inside @len. */
static bool mac_tables(const struct net_ctrl *ctrl, const u8 *data, u32 len)
{
	return has(ctrl->features, VIRTIO_NET_F_CTRL_RX) && len >= 2 * sizeof(u32) &&
	       number(data, sizeof(u32)) <= (len - 2 * sizeof(u32)) / ETH_ALEN;
}

static bool set_mac(struct net_ctrl *ctrl, const u8 *data, u32 len)
{
	if (!has(ctrl->features, VIRTIO_NET_F_CTRL_MAC_ADDR) || len != ETH_ALEN ||
	    (data[0] & 1) || !number(data, ETH_ALEN))
		return false;
	memcpy(ctrl->mac, data, ETH_ALEN);
	return true;
}

static bool set_pairs(struct net_ctrl *ctrl, const u8 *data, u32 len)
{
	u16 pairs;

	if (!has(ctrl->features, VIRTIO_NET_F_MQ) || len != sizeof(pairs))
		return false;
	pairs = number(data, sizeof(pairs));
	if (!pairs || pairs > ctrl->max_pairs)
		return false;
	ctrl->pairs = pairs;
	return true;
}

static bool set_offloads(struct net_ctrl *ctrl, const u8 *data, u32 len)
{
	u64 offloads;

	if (!has(ctrl->features, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) || len != sizeof(offloads))
		return false;
	offloads = number(data, sizeof(offloads));
	if (offloads & ~(ctrl->features & NET_GUEST_OFFLOADS))
		return false;
	ctrl->offloads = offloads;
	return true;
}

static bool obey(struct net_ctrl *ctrl, u8 class, u8 cmd, const u8 *data, u32 len)
{
	switch (class) {
	case VIRTIO_NET_CTRL_RX:
		return rx_mode(ctrl, cmd, data, len);
	case VIRTIO_NET_CTRL_MAC:
		if (cmd == VIRTIO_NET_CTRL_MAC_TABLE_SET)
			return mac_tables(ctrl, data, len);
		return cmd == VIRTIO_NET_CTRL_MAC_ADDR_SET && set_mac(ctrl, data, len);
	case VIRTIO_NET_CTRL_MQ:
		return cmd == VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET && set_pairs(ctrl, data, len);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return cmd == VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET && set_offloads(ctrl, data, len);
	default:
		return false;
	}
}

u8 net_ctrl_command(struct net_ctrl *ctrl, const u8 *request, u32 len)
{
	if (len < 2 || !obey(ctrl, request[0], request[1], request + 2, len - 2))
		return VIRTIO_NET_ERR;
	return VIRTIO_NET_OK;
}
