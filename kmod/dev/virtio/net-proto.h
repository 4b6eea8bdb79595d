/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net-proto.h - what a network device's driver says: packet headers and commands
 *
 * Pure code (virtio 1.2 §5.1.6): checks bytes that were copied from the guest, and never looks at
 * its memory. Offsets in a packet that pass are inside of it.
 */
#ifndef _INSULA_VIRTIO_NET_PROTO_H
#define _INSULA_VIRTIO_NET_PROTO_H

#include <linux/bits.h>
#include <linux/if_ether.h>
#include <linux/types.h>
#include <linux/virtio_net.h>

/** NET_HDR_LEN - bytes before each packet, of which the last two count buffers */
#define NET_HDR_LEN	sizeof(struct virtio_net_hdr_mrg_rxbuf)
/** NET_PACKET_MAX - bytes of a packet: 64 KiB of IP, an Ethernet header, a VLAN tag */
#define NET_PACKET_MAX	(65535 + ETH_HLEN + 4)

/** NET_GUEST_OFFLOADS - what the driver can take that is no plain packet: features, and bits of
 * VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET by the same numbers
 */
#define NET_GUEST_OFFLOADS (BIT_ULL(VIRTIO_NET_F_GUEST_CSUM) | BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) | \
			    BIT_ULL(VIRTIO_NET_F_GUEST_TSO6) | BIT_ULL(VIRTIO_NET_F_GUEST_ECN))

/**
 * net_check_packet() - may the driver send a packet with this header?
 * @hdr:	the header, copied; flags that are not for the device are cleared
 * @features:	negotiated
 * @len:	bytes of the packet
 *
 * That what it asks for was negotiated; that a checksum lies inside the packet; that what is to
 * be segmented has a checksum at TCP's offset and TCP's header at least (§5.1.6.2.1).
 * Return: true if it may.
 */
bool net_check_packet(struct virtio_net_hdr *hdr, u64 features, u32 len);

/**
 * struct net_ctrl - what a driver has set by commands
 * @features:	negotiated
 * @max_pairs:	pairs of queues that there are; constant
 * @pairs:	that are in use
 * @offloads:	of NET_GUEST_OFFLOADS: in use
 * @mac:	its address
 */
struct net_ctrl {
	u64 features;
	u16 max_pairs, pairs;
	u64 offloads;
	u8 mac[ETH_ALEN];
};

#define NET_CTRL_BYTES	16	/* of a command are enough to know what it is, but for tables */

/**
 * net_ctrl_command() - obey a command of the control queue (§5.1.6.5)
 * @ctrl:	changed only if the command succeeds
 * @request:	the first NET_CTRL_BYTES of it, fewer if it is shorter
 * @len:	bytes of all of it
 *
 * What is to be received is taken as a wish to receive at least that: there is no filter.
 * Return: VIRTIO_NET_OK or VIRTIO_NET_ERR, for the driver.
 */
u8 net_ctrl_command(struct net_ctrl *ctrl, const u8 *request, u32 len);

#endif
