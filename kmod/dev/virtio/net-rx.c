// SPDX-License-Identifier: GPL-2.0-only
/*
 * net-rx.c - what a guest receives: from the host's interface to its receive queue
 *
 * Runs in whoever sends to the interface, with the lock of the interface's queue held, and
 * copies to the guest's buffers at once. Until a packet is whole the driver sees nothing of it:
 * chains are published together, or given back. When there are too few, or they are not mapped,
 * the interface's queue stops, and the packet stays in it.
 */
#include <linux/skbuff.h>
#include "net.h"

/*
 * What the packet needs of the driver, in a header. Return: 0; -EINVAL: the driver can't do it,
 * which it has told after the packet was made.
 */
static int make_header(struct vnet *vnet, struct sk_buff *skb,
		       struct virtio_net_hdr_mrg_rxbuf *hdr)
{
	bool csum = READ_ONCE(vnet->ctrl.offloads) & BIT_ULL(VIRTIO_NET_F_GUEST_CSUM);

	if (skb->ip_summed == CHECKSUM_PARTIAL && !csum &&
	    (skb_is_gso(skb) || skb_checksum_help(skb)))
		return -EINVAL;
	return virtio_net_hdr_from_skb(skb, &hdr->hdr, true, csum, 0);
}

/* @len bytes from @from of the packet to @at of what is written to a chain. */
static int copy_part(const struct vio *vio, const struct ring_chain *chain, u32 at,
		     struct sk_buff *skb, u32 from, u32 len)
{
	struct skb_seq_state state;
	unsigned int n, done = 0;
	const u8 *data;
	int err = 0;

	if (from + len <= skb_headlen(skb))
		return vio_copy_to(vio, chain, at, skb->data + from, len);
	skb_prepare_seq_read(skb, from, from + len, &state);
	while (!err && done < len && (n = skb_seq_read(done, &data, &state))) {
		n = min(n, len - done);
		err = vio_copy_to(vio, chain, at + done, data, n);
		done += n;
	}
	skb_abort_seq_read(&state);
	return err;
}

/*
 * No chain is left: stop until the driver makes more available. Notifications are asked for
 * from the end of what was popped, before it is given back, so that what comes is news.
 * Return: have more come meanwhile?
 */
static bool await_chains(struct vnet_pair *pair)
{
	struct netdev_queue *txq = netdev_get_tx_queue(pair->vnet->dev, pair->index);

	netif_tx_stop_queue(txq);
	pair->rx_armed = true;
	if (!vio_enable_kick(pair->rx))		/* a barrier: whoever is notified sees it stopped */
		return false;
	netif_tx_start_queue(txq);
	return true;
}

/* The packet's next chain. Return: 0; -ENOBUFS, -EAGAIN: not now; -EMSGSIZE; -EPROTO. */
static int next_chain(struct vnet_pair *pair, struct ring_chain *chain)
{
	int n;

	if (pair->rx_nused == NET_CHAINS_MAX)
		return -EMSGSIZE;
	do
		n = vio_pop_now(pair->rx, chain);
	while (!n && await_chains(pair));
	if (n <= 0)
		return n ?: -ENOBUFS;
	pair->rx_used[pair->rx_nused++].id = chain->id;
	return 0;
}

/* Not mapped: have the worker bring it in and wake the queue, unless it is at work already. */
static void bring_in_later(struct vnet_pair *pair, const struct ring_chain *chain)
{
	netif_tx_stop_queue(netdev_get_tx_queue(pair->vnet->dev, pair->index));
	smp_mb__after_atomic();			/* it sees that, or we that it is done */
	if (smp_load_acquire(&pair->rx_wait))	/* with rx_missing, too */
		return;
	if (chain)
		pair->rx_missing = *chain;
	/* After rx_missing. */
	smp_store_release(&pair->rx_wait, chain ? NET_WAITS_CHAIN : NET_WAITS_TABLE);
	vio_run_later(pair->rx);
}

/*
 * Most packets are in one piece, fit into one chain, and have room in front for a header, which
 * may be written there, as other drivers do.
 */
static bool fits_at_once(const struct vnet_pair *pair, const struct sk_buff *skb)
{
	return pair->rx_nused == 1 && pair->first.write_len - NET_HDR_LEN >= skb->len &&
	       !skb_is_nonlinear(skb) && !skb_header_cloned(skb) &&
	       skb_headroom(skb) >= NET_HDR_LEN;
}

/* Such a packet and its header as one piece. */
static int copy_at_once(struct vnet_pair *pair, struct sk_buff *skb,
			struct virtio_net_hdr_mrg_rxbuf *hdr)
{
	u32 len = NET_HDR_LEN + skb->len;
	u8 *start = skb->data - NET_HDR_LEN;

	hdr->num_buffers = (__force __virtio16)1;
	memcpy(start, hdr, NET_HDR_LEN);
	pair->rx_used[0].written = len;
	return vio_copy_to(&pair->vnet->vio, &pair->first, 0, start, len);
}

/* Copy the packet to as many chains as it takes. Errors as next_chain(), and -EFAULT. */
static int fill(struct vnet_pair *pair, struct sk_buff *skb, struct virtio_net_hdr_mrg_rxbuf *hdr)
{
	const struct vio *vio = &pair->vnet->vio;
	bool mergeable = virtio_has(&vio->regs, VIRTIO_NET_F_MRG_RXBUF);
	u32 done = 0, skip = NET_HDR_LEN, n;
	struct ring_chain *chain;
	int err;

	do {
		chain = pair->rx_nused ? &pair->more : &pair->first;
		err = next_chain(pair, chain);
		if (err == -EAGAIN)
			bring_in_later(pair, NULL);
		if (err)
			return err;
		if (chain->write_len <= skip || (!mergeable && chain->write_len - skip < skb->len))
			return -EMSGSIZE;
		if (fits_at_once(pair, skb)) {
			err = copy_at_once(pair, skb, hdr);
			goto copied;
		}
		n = min(skb->len - done, chain->write_len - skip);
		err = copy_part(vio, chain, skip, skb, done, n);
		if (err)
			goto copied;
		pair->rx_used[pair->rx_nused - 1].written = skip + n;
		done += n;
		skip = 0;
	} while (done < skb->len);

	hdr->num_buffers = (__force __virtio16)pair->rx_nused;
	chain = &pair->first;
	err = vio_copy_to(vio, chain, 0, hdr, sizeof(*hdr));
copied:
	if (err == -EAGAIN)
		bring_in_later(pair, chain);
	return err;
}

static void give_back(struct vnet_pair *pair)
{
	while (pair->rx_nused)
		vio_unpop(pair->rx, pair->rx_used[--pair->rx_nused].id);
}

/* @last: no more come right after it. Return: 0, or why the guest does not get the packet. */
static int give(struct vnet_pair *pair, struct sk_buff *skb, bool last)
{
	struct virtio_net_hdr_mrg_rxbuf hdr;
	int err;

	if (!vio_is_live(pair->rx))
		return -ENODEV;
	err = make_header(pair->vnet, skb, &hdr);
	if (err)
		return err;
	if (pair->rx_armed) {
		pair->rx_armed = false;
		vio_disable_kick(pair->rx);
	}
	pair->rx_nused = 0;
	err = fill(pair, skb, &hdr);
	if (err) {
		give_back(pair);
		if (err == -EFAULT)
			vio_break(pair->rx, "a receive buffer is not in RAM");
		return err;
	}
	/* One interrupt for all that the host sends in one go. */
	vio_push_many(pair->rx, pair->rx_used, pair->rx_nused, last);
	return 0;
}

netdev_tx_t vnet_rx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vnet *vnet = netdev_priv(dev);
	struct vnet_pair *pair = &vnet->pair[skb_get_queue_mapping(skb)];
	unsigned int len = skb->len;
	int err = give(pair, skb, !netdev_xmit_more());

	if (err)
		vio_signal(pair->rx);
	switch (err) {
	case 0:
		dev_sw_netstats_tx_add(dev, 1, len);
		skb_tx_timestamp(skb);
		dev_consume_skb_any(skb);
		return NETDEV_TX_OK;
	case -ENOBUFS:
	case -EAGAIN:
		return NETDEV_TX_BUSY;
	default:
		dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
}

void vnet_rx_bring_in(struct vnet_pair *pair)
{
	const struct ring_chain *chain = &pair->rx_missing;

	switch (smp_load_acquire(&pair->rx_wait)) {	/* before rx_missing */
	case NET_WAITS_TABLE:
		vio_bring_in(pair->rx);
		break;
	case NET_WAITS_CHAIN:
		if (vio_bring_in_chain(&pair->vnet->vio, chain, VIO_WRITE, 0, chain->write_len))
			vio_break(pair->rx, "a receive buffer can't be brought in");
		break;
	}
	smp_store_release(&pair->rx_wait, NET_WAITS_NOT);	/* done with rx_missing */
}

void vnet_rx_stop(struct vnet_pair *pair)
{
	struct netdev_queue *txq = netdev_get_tx_queue(pair->vnet->dev, pair->index);

	/* Who comes now finds the queue off; what is in the interface's queue can go. */
	__netif_tx_lock_bh(txq);
	netif_tx_wake_queue(txq);
	__netif_tx_unlock_bh(txq);
}
