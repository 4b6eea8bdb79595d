/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net.h - a network device (virtio 1.2 §5.1) and the host's end of it, a network interface: what
 * its files have in common
 *
 * "tx" and "rx" are the guest's words: what it transmits (net-tx.c) the host's interface
 * receives, and the reverse (net-rx.c). Packets are copied, once, so that a guest cannot change
 * what the host has checked.
 *
 * A queue of each direction is a pair. A pair's transmit queue is drained by NAPI: a
 * notification is the device's interrupt. Its receive queue is filled by whoever sends to the
 * interface, with the lock of the interface's queue held; when the guest has no buffers, that
 * queue stops until the guest notifies.
 *
 * No netdev operation takes a VM's lock: who holds that may wait for rtnl.
 */
#ifndef _INSULA_VIRTIO_NET_H
#define _INSULA_VIRTIO_NET_H

#include <linux/netdevice.h>
#include <uapi/linux/insula.h>
#include "device.h"
#include "net-proto.h"

#define NET_PAIRS_MAX	8
#define NET_QUEUE_SIZE	256
#define NET_CHAINS_MAX	64	/* of a packet: 64 KiB in buffers of 1 KiB */
#define NET_FLOWS	256	/* that are told apart: a power of two */

/** enum net_wait - what a queue's worker has to bring in before the queue can go on */
enum net_wait { NET_WAITS_NOT, NET_WAITS_TABLE, NET_WAITS_CHAIN };

/**
 * struct vnet_pair - a pair of queues
 * @vnet:	its device; constant
 * @index:	of the pair and of the interface's queue; constant
 * @rx:		the receive queue; constant
 * @tx:		the transmit queue; constant
 * @napi:	drains @tx, and wakes the interface's queue
 * @rx_kicked:	the guest has notified @rx
 * @rx_wait:	enum net_wait; set under the lock of the interface's queue, cleared by @rx's worker
 * @rx_missing:	the chain, while @rx_wait is NET_WAITS_CHAIN
 * @rx_armed:	a notification is asked for. This and what follows: under the lock of the
 *		interface's queue
 * @first:	where the packet begins
 * @more:	and goes on
 * @rx_used:	chains that the packet has taken
 * @rx_nused:	how many
 * @tx_wait:	enum net_wait; set by @napi, cleared by @tx's worker
 * @sent:	the packet; @napi's, or while @tx_wait is set, @tx's worker's
 * @tx_used:	chains that are done, to be pushed; @napi's
 */
struct vnet_pair {
	struct vnet *vnet;
	unsigned int index;
	struct vio_queue *rx, *tx;
	struct napi_struct napi;
	bool rx_kicked;
	int rx_wait;
	struct ring_chain rx_missing;
	bool rx_armed;
	struct ring_chain first, more;
	struct vio_used rx_used[NET_CHAINS_MAX];
	unsigned int rx_nused;
	int tx_wait;
	struct ring_chain sent;
	struct vio_used tx_used[NAPI_POLL_WEIGHT];
};

/**
 * struct vnet - a device; it lies in the interface's private memory
 * @vio:	the device
 * @dev:	the interface
 * @vm:		the VM's name; constant
 * @npairs:	constant
 * @pair:	they
 * @config:	device configuration, guarded as struct virtio_dev says
 * @mac:	the guest's address after a reset; constant
 * @ctrl:	what the driver has set; written by workers, one at a time
 * @request:	a command, while it is obeyed
 * @flow:	by hash, the pair that a flow of packets came from last
 */
struct vnet {
	struct vio vio;
	struct net_device *dev;
	char vm[INSULA_NAME_MAX + 1];
	unsigned int npairs;
	struct vnet_pair *pair;
	struct virtio_net_config config;
	u8 mac[ETH_ALEN];
	struct net_ctrl ctrl;
	struct ring_chain request;
	u8 flow[NET_FLOWS];
};

static inline struct vnet *to_vnet(struct vio *vio)
{
	return container_of(vio, struct vnet, vio);
}

/* net-dev.c */

/** vnet_dev_setup() - operations and features of a new interface */
void vnet_dev_setup(struct net_device *dev);
/** vnet_link() - the driver is up, or not: carrier and features. Takes rtnl, may sleep. */
void vnet_link(struct vnet *vnet, bool up);
/** vnet_flow() - the slot of a packet's flow in struct vnet.flow, the same for both directions */
u8 *vnet_flow(struct vnet *vnet, struct sk_buff *skb);

/* net-tx.c */

/**
 * vnet_tx_poll() - take packets from the guest
 * @budget:	how many at most
 *
 * Context: NAPI. Return: how many; less than @budget if there are no more for now.
 */
int vnet_tx_poll(struct vnet_pair *pair, int budget);
/** vnet_tx_rearm() - ask for a notification. Return: are there packets already? Context: NAPI */
bool vnet_tx_rearm(struct vnet_pair *pair);
/** vnet_tx_bring_in() - in @tx's worker: what the last poll waits for */
void vnet_tx_bring_in(struct vnet_pair *pair);

/* net-rx.c */

/** vnet_rx_xmit() - ndo_start_xmit */
netdev_tx_t vnet_rx_xmit(struct sk_buff *skb, struct net_device *dev);
/** vnet_rx_bring_in() - in @rx's worker: what vnet_rx_xmit() waits for */
void vnet_rx_bring_in(struct vnet_pair *pair);
/** vnet_rx_stop() - @rx is off: no vnet_rx_xmit() touches it when this returns. May sleep. */
void vnet_rx_stop(struct vnet_pair *pair);

#endif
