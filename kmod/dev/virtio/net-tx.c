// SPDX-License-Identifier: GPL-2.0-only
/*
 * net-tx.c - what a guest transmits: from its transmit queue to the host's interface
 *
 * Runs in NAPI, a batch at a time: the chains of a batch are given back together, with one
 * interrupt at most, then its packets go to the host. What a guest can make the host keep is
 * bounded by that and by the host's own queues.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>
#include "net.h"

/* Before a packet; what the driver says of it is copied there, too. */
#define NET_ROOM	(NET_SKB_PAD + NET_IP_ALIGN)
/* A packet up to this size is in one piece; of a larger one, NET_LINEAR bytes are. */
#define NET_COPY_MAX	SKB_MAX_ORDER(NET_ROOM, 0)
#define NET_LINEAR	256	/* has all headers, as a rule */

/* In no more memory than it takes: napi_alloc_skb() gives small ones 1 KiB each. */
static struct sk_buff *alloc_linear(u32 len)
{
	u32 size = SKB_DATA_ALIGN(NET_ROOM + len) + SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	void *data = napi_alloc_frag(size);
	struct sk_buff *skb = data ? napi_build_skb(data, size) : NULL;

	if (data && !skb)
		skb_free_frag(data);
	return skb;
}

static struct sk_buff *alloc_packet(u32 len)
{
	u32 linear = len <= NET_COPY_MAX ? len : NET_LINEAR;
	struct sk_buff *skb;
	int err;

	if (linear == len)
		skb = alloc_linear(len);
	else
		skb = alloc_skb_with_frags(NET_ROOM + linear, len - linear, PAGE_ALLOC_COSTLY_ORDER,
					   &err, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_ROOM);
	skb_put(skb, linear);
	skb->data_len = len - linear;
	skb->len = len;
	return skb;
}

/* With the header in front. */
static int copy_packet(const struct vio *vio, const struct ring_chain *chain, struct sk_buff *skb)
{
	u32 offset = 0, len = NET_HDR_LEN + skb_headlen(skb);
	int i, err = vio_copy_from(vio, chain, offset, skb->data - NET_HDR_LEN, len);

	for (i = 0; !err && i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		offset += len;
		len = skb_frag_size(frag);
		err = vio_copy_from(vio, chain, offset, skb_frag_address(frag), len);
	}
	return err;
}

/* Check the header that was copied, and do as it says. */
static int obey_header(const struct vio *vio, struct sk_buff *skb)
{
	struct virtio_net_hdr hdr;

	memcpy(&hdr, skb->data - NET_HDR_LEN, sizeof(hdr));
	if (!net_check_packet(&hdr, vio->regs.features, skb->len))
		return -EINVAL;
	return virtio_net_hdr_to_skb(skb, &hdr, true);
}

/* Return: the packet in pair->sent, or ERR_PTR(-EAGAIN: not mapped, -EFAULT, -EINVAL, -ENOMEM). */
static struct sk_buff *make_packet(struct vnet_pair *pair)
{
	const struct ring_chain *chain = &pair->sent;
	const struct vio *vio = &pair->vnet->vio;
	u32 len = chain->read_len - NET_HDR_LEN;
	struct sk_buff *skb;
	int err;

	if (chain->read_len < NET_HDR_LEN || len > NET_PACKET_MAX)
		return ERR_PTR(-EINVAL);
	skb = alloc_packet(len);
	if (!skb)
		return ERR_PTR(-ENOMEM);
	err = copy_packet(vio, chain, skb) ?: obey_header(vio, skb);
	if (!err)
		return skb;
	kfree_skb(skb);
	return ERR_PTR(err);
}

/* Where it goes is remembered, so that its answers come to the same pair (§5.1.6.5.5). */
static void remember_flow(struct vnet_pair *pair, struct sk_buff *skb)
{
	u8 *flow;

	if (READ_ONCE(pair->vnet->ctrl.pairs) == 1)
		return;
	skb_reset_network_header(skb);
	flow = vnet_flow(pair->vnet, skb);
	if (READ_ONCE(*flow) != pair->index)
		WRITE_ONCE(*flow, pair->index);
}

struct batch {
	struct list_head packets;
	unsigned int chains, npackets, bytes;
};

static void add_packet(struct vnet_pair *pair, struct batch *batch, struct sk_buff *skb)
{
	batch->npackets++;
	batch->bytes += skb->len;
	skb->protocol = eth_type_trans(skb, pair->vnet->dev);
	skb_record_rx_queue(skb, pair->index);
	remember_flow(pair, skb);
	list_add_tail(&skb->list, &batch->packets);
}

static void wait_for(struct vnet_pair *pair, enum net_wait what)
{
	smp_store_release(&pair->tx_wait, what);	/* after pair->sent */
	vio_run_later(pair->tx);
}

/* Take one chain. Return: 1; 0: not now. */
static int take(struct vnet_pair *pair, struct batch *batch)
{
	int n = vio_pop_now(pair->tx, &pair->sent);
	struct sk_buff *skb;

	if (n == -EAGAIN)
		wait_for(pair, NET_WAITS_TABLE);
	if (n <= 0)
		return 0;
	skb = make_packet(pair);
	if (skb == ERR_PTR(-EAGAIN)) {
		vio_unpop(pair->tx, pair->sent.id);
		wait_for(pair, NET_WAITS_CHAIN);
		return 0;
	}
	pair->tx_used[batch->chains++] = (struct vio_used){ .id = pair->sent.id };
	if (skb == ERR_PTR(-EFAULT))
		vio_break(pair->tx, "a packet is not in RAM");
	if (!IS_ERR(skb) && netif_running(pair->vnet->dev)) {
		add_packet(pair, batch, skb);
		return 1;
	}
	dev_core_stats_rx_dropped_inc(pair->vnet->dev);
	if (!IS_ERR(skb))
		kfree_skb(skb);
	return 1;
}

static void count(struct net_device *dev, const struct batch *batch)
{
	struct pcpu_sw_netstats *stats = this_cpu_ptr(dev->tstats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->rx_packets, batch->npackets);
	u64_stats_add(&stats->rx_bytes, batch->bytes);
	u64_stats_update_end(&stats->syncp);
}

/* A driver that does not have the host segment gets its packets merged here, if they can be. */
static void deliver(struct vnet_pair *pair, struct list_head *packets)
{
	struct sk_buff *skb, *next;

	if (virtio_has(&pair->vnet->vio.regs, VIRTIO_NET_F_HOST_TSO4)) {
		netif_receive_skb_list(packets);
		return;
	}
	list_for_each_entry_safe(skb, next, packets, list) {
		skb_list_del_init(skb);
		napi_gro_receive(&pair->napi, skb);
	}
}

int vnet_tx_poll(struct vnet_pair *pair, int budget)
{
	struct batch batch = { .packets = LIST_HEAD_INIT(batch.packets) };

	if (!vio_is_live(pair->tx) || smp_load_acquire(&pair->tx_wait)) /* the worker is done */
		return 0;
	budget = min_t(int, budget, ARRAY_SIZE(pair->tx_used));
	vio_disable_kick(pair->tx);
	while (batch.chains < budget && take(pair, &batch))
		;
	if (!batch.chains)
		return 0;
	vio_push_many(pair->tx, pair->tx_used, batch.chains, true);
	count(pair->vnet->dev, &batch);
	deliver(pair, &batch.packets);
	return batch.chains;
}

bool vnet_tx_rearm(struct vnet_pair *pair)
{
	return vio_is_live(pair->tx) && !READ_ONCE(pair->tx_wait) && vio_enable_kick(pair->tx);
}

void vnet_tx_bring_in(struct vnet_pair *pair)
{
	const struct vio *vio = &pair->vnet->vio;

	switch (smp_load_acquire(&pair->tx_wait)) {	/* before pair->sent */
	case NET_WAITS_TABLE:
		vio_bring_in(pair->tx);
		break;
	case NET_WAITS_CHAIN:
		if (vio_bring_in_chain(vio, &pair->sent, VIO_READ, 0, pair->sent.read_len))
			vio_break(pair->tx, "a packet can't be brought in");
		break;
	}
	smp_store_release(&pair->tx_wait, NET_WAITS_NOT);	/* pair->sent is NAPI's again */
}
