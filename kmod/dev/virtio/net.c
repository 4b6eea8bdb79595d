// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.c - a network device: its making, its queues' life, its control queue
 *
 * Pair i has queues 2i (receive) and 2i + 1 (transmit); the control queue comes after those of all
 * pairs that can be used, which is one pair unless VIRTIO_NET_F_MQ was negotiated (§5.1.2).
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include "../../control/extack.h"
#include "../../vm/vcpu.h"
#include "devices.h"
#include "net.h"

#define FEATURES (BIT_ULL(VIRTIO_NET_F_CSUM) | BIT_ULL(VIRTIO_NET_F_HOST_TSO4) |	\
		  BIT_ULL(VIRTIO_NET_F_HOST_TSO6) | BIT_ULL(VIRTIO_NET_F_HOST_ECN) |	\
		  NET_GUEST_OFFLOADS | BIT_ULL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) |	\
		  BIT_ULL(VIRTIO_NET_F_MRG_RXBUF) | BIT_ULL(VIRTIO_NET_F_STATUS) |	\
		  BIT_ULL(VIRTIO_NET_F_MAC) | BIT_ULL(VIRTIO_NET_F_MTU) |		\
		  BIT_ULL(VIRTIO_NET_F_CTRL_VQ) | BIT_ULL(VIRTIO_NET_F_CTRL_RX) |	\
		  BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR))

/* What the driver has said that it will use. */

static unsigned int pairs_usable(const struct vnet *vnet)
{
	return virtio_has(&vnet->vio.regs, VIRTIO_NET_F_MQ) ? vnet->npairs : 1;
}

/* The pair of a queue, or NULL: the control queue, or one that is not used. */
static struct vnet_pair *pair_of(const struct vio_queue *q)
{
	struct vnet *vnet = to_vnet(q->vio);
	unsigned int i = q->index / 2;

	return i < pairs_usable(vnet) ? &vnet->pair[i] : NULL;
}

static bool is_control(const struct vio_queue *q)
{
	return q->index == 2 * pairs_usable(to_vnet(q->vio)) &&
	       virtio_has(&q->vio->regs, VIRTIO_NET_F_CTRL_VQ);
}

static bool is_rx(const struct vio_queue *q)
{
	return q->index % 2 == 0;
}

/* Queues of packets. */

static int poll(struct napi_struct *napi, int budget)
{
	struct vnet_pair *pair = container_of(napi, struct vnet_pair, napi);
	int n;

	if (READ_ONCE(pair->rx_kicked)) {
		WRITE_ONCE(pair->rx_kicked, false);
		netif_tx_wake_queue(netdev_get_tx_queue(pair->vnet->dev, pair->index));
	}
	n = vnet_tx_poll(pair, budget);
	if (n < budget && napi_complete_done(napi, n) && vnet_tx_rearm(pair))
		napi_schedule(napi);
	return n;
}

static void kick_pair(struct vnet_pair *pair, const struct vio_queue *q)
{
	if (is_rx(q))
		WRITE_ONCE(pair->rx_kicked, true);
	napi_schedule(&pair->napi);
}

/* The vCPU looks for softirqs after each access to a device: no need to wake anybody. */
static void on_kick(struct vio_queue *q)
{
	struct vnet_pair *pair = pair_of(q);

	if (pair)
		kick_pair(pair, q);
	else
		vio_run_later(q);
}

static void serve_control(struct vio_queue *q);

static void on_run(struct vio_queue *q)
{
	struct vnet_pair *pair = pair_of(q);

	if (!pair) {
		if (is_control(q))
			serve_control(q);
		return;
	}
	if (is_rx(q))
		vnet_rx_bring_in(pair);
	else
		vnet_tx_bring_in(pair);
	local_bh_disable();
	kick_pair(pair, q);
	local_bh_enable();
}

static void on_start(struct vio_queue *q)
{
	struct vnet *vnet = to_vnet(q->vio);
	struct vnet_pair *pair = pair_of(q);

	if (!pair)
		return;
	vio_disable_kick(q);	/* of a receive queue none is wanted before it was found empty */
	if (is_rx(q))
		pair->rx_wait = NET_WAITS_NOT;
	else
		pair->tx_wait = NET_WAITS_NOT;
	if (q->index == 0) {
		vnet->ctrl.features = q->vio->regs.features;
		WRITE_ONCE(vnet->ctrl.offloads, vnet->ctrl.features & NET_GUEST_OFFLOADS);
		vnet_link(vnet, true);
	}
}

static void on_stop(struct vio_queue *q)
{
	struct vnet_pair *pair = pair_of(q);

	if (!pair)
		return;
	if (q->index == 0)
		vnet_link(to_vnet(q->vio), false);
	if (is_rx(q)) {
		vnet_rx_stop(pair);
		return;
	}
	/* Once it is disabled it does not run; what the other queue of the pair wants is next. */
	napi_disable(&pair->napi);
	napi_enable(&pair->napi);
	local_bh_disable();
	napi_schedule(&pair->napi);
	local_bh_enable();
}

/* The control queue. */

static void tell_mac(struct vnet *vnet)
{
	virtio_config_update(&vnet->vio.regs, offsetof(struct virtio_net_config, mac),
			     vnet->ctrl.mac, ETH_ALEN);
}

/* Do what the command says. Return: the answer. */
static u8 command(struct vnet *vnet, const struct ring_chain *chain)
{
	u32 len = min_t(u32, chain->read_len, NET_CTRL_BYTES);
	u8 request[NET_CTRL_BYTES], answer;
	struct net_ctrl new = vnet->ctrl;

	if (vio_get(&vnet->vio, chain, 0, request, len))
		return VIRTIO_NET_ERR;
	answer = net_ctrl_command(&new, request, chain->read_len);
	if (answer != VIRTIO_NET_OK)
		return answer;
	WRITE_ONCE(vnet->ctrl.pairs, new.pairs);
	if (!ether_addr_equal(vnet->ctrl.mac, new.mac)) {
		memcpy(vnet->ctrl.mac, new.mac, ETH_ALEN);
		tell_mac(vnet);
	}
	if (vnet->ctrl.offloads != new.offloads) {
		WRITE_ONCE(vnet->ctrl.offloads, new.offloads);
		rtnl_lock();
		netdev_update_features(vnet->dev);
		rtnl_unlock();
	}
	return answer;
}

static void serve_control(struct vio_queue *q)
{
	struct vnet *vnet = to_vnet(q->vio);
	struct ring_chain *chain = &vnet->request;
	u8 answer;

	do {
		vio_disable_kick(q);
		while (vio_pop(q, chain) > 0) {
			answer = command(vnet, chain);
			if (vio_put(q->vio, chain, 0, &answer, sizeof(answer))) {
				vio_break(q, "a command has no room for its answer");
				return;
			}
			vio_push(q, chain->id, sizeof(answer));
		}
	} while (vio_enable_kick(q));
}

/* The device. */

static void forget(struct vnet *vnet)
{
	__le16 mtu = cpu_to_le16(READ_ONCE(vnet->dev->mtu));

	WRITE_ONCE(vnet->ctrl.pairs, 1);
	WRITE_ONCE(vnet->ctrl.offloads, 0);
	memcpy(vnet->ctrl.mac, vnet->mac, ETH_ALEN);
	tell_mac(vnet);
	virtio_config_update(&vnet->vio.regs, offsetof(struct virtio_net_config, mtu), &mtu,
			     sizeof(mtu));
}

static void on_reset(struct vio *vio)
{
	forget(to_vnet(vio));
}

static void free_dev(struct vnet *vnet)
{
	struct net_device *dev = vnet->dev;

	kvfree(vnet->pair);
	free_percpu(dev->tstats);
	free_netdev(dev);
}

static void on_free(struct vio *vio)
{
	struct vnet *vnet = to_vnet(vio);
	unsigned int i;

	if (vnet->dev->reg_state == NETREG_REGISTERED)
		unregister_netdev(vnet->dev);
	for (i = 0; i < vnet->npairs; i++) {
		napi_disable(&vnet->pair[i].napi);
		netif_napi_del(&vnet->pair[i].napi);
	}
	free_dev(vnet);
}

static const struct vio_ops ops = {
	.start	= on_start,
	.run	= on_run,
	.kick	= on_kick,
	.stop	= on_stop,
	.reset	= on_reset,
	.free	= on_free,
};

static void init_pairs(struct vnet *vnet)
{
	unsigned int i;

	for (i = 0; i < vnet->npairs; i++) {
		struct vnet_pair *pair = &vnet->pair[i];

		pair->vnet = vnet;
		pair->index = i;
		pair->rx = &vnet->vio.queue[2 * i];
		pair->tx = &vnet->vio.queue[2 * i + 1];
		netif_napi_add(vnet->dev, &pair->napi, poll);
		napi_enable(&pair->napi);
	}
}

static struct vnet *alloc_vnet(struct vm *vm, const struct vm_nic *nic)
{
	unsigned int n = min_t(unsigned int, vm->ncpus, NET_PAIRS_MAX);
	struct net_device *dev = alloc_netdev_mqs(sizeof(struct vnet), nic->name, NET_NAME_USER,
						  vnet_dev_setup, n, n);
	struct vnet *vnet;

	if (!dev)
		return NULL;
	vnet = netdev_priv(dev);
	vnet->dev = dev;
	vnet->npairs = n;
	vnet->ctrl.max_pairs = n;
	strscpy(vnet->vm, vm->name, sizeof(vnet->vm));
	memcpy(vnet->mac, nic->mac, ETH_ALEN);
	vnet->pair = kvcalloc(n, sizeof(*vnet->pair), GFP_KERNEL_ACCOUNT);
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (vnet->pair && dev->tstats)
		return vnet;
	free_dev(vnet);
	return NULL;
}

static int create(struct vnet *vnet, struct vm *vm)
{
	struct vio_setup setup = {
		.ops = &ops,
		.type = VIRTIO_ID_NET,
		.features = FEATURES | (vnet->npairs > 1 ? BIT_ULL(VIRTIO_NET_F_MQ) : 0),
		.nqueues = 2 * vnet->npairs + 1,
		.queue_size = NET_QUEUE_SIZE,
		.config = &vnet->config,
		.config_len = offsetofend(struct virtio_net_config, mtu),
	};
	int err = vio_create(&vnet->vio, &vm->ram, &setup);

	if (err)
		return err;
	vnet->config.max_virtqueue_pairs = (__force __virtio16)cpu_to_le16(vnet->npairs);
	forget(vnet);
	init_pairs(vnet);
	return 0;
}

struct vio *virtio_net_create(struct vm *vm, unsigned int i, const struct vm_nic *nic,
			      struct netlink_ext_ack *extack)
{
	struct vnet *vnet = alloc_vnet(vm, nic);
	int err;

	if (!vnet)
		return ERR_PTR(-ENOMEM);
	err = create(vnet, vm);
	if (err) {
		free_dev(vnet);
		return ERR_PTR(err);
	}
	err = register_netdev(vnet->dev);
	if (!err)
		return &vnet->vio;
	if (err == -EEXIST)
		extack_set(extack, NULL, "nic %u: the host has an interface of the name %s already",
			   i, nic->name);
	else if (err == -EINVAL)
		extack_set(extack, NULL, "nic %u: an interface of the host cannot have the name %s",
			   i, nic->name);
	vio_destroy(&vnet->vio);
	return ERR_PTR(err);
}

void virtio_net_info(struct vio *vio, struct nic_info *info)
{
	struct vnet *vnet = to_vnet(vio);
	struct rtnl_link_stats64 stats;

	dev_get_stats(vnet->dev, &stats);
	*info = (struct nic_info){
		.ifindex = vnet->dev->ifindex,
		.link = netif_carrier_ok(vnet->dev),
		/* What the interface sends the guest receives. */
		.rx_packets = stats.tx_packets,
		.rx_bytes = stats.tx_bytes,
		.rx_dropped = stats.tx_dropped,
		.tx_packets = stats.rx_packets,
		.tx_bytes = stats.rx_bytes,
		.tx_dropped = stats.rx_dropped,
	};
	strscpy(info->name, vnet->dev->name, sizeof(info->name));
	memcpy(info->mac, vnet->ctrl.mac, sizeof(info->mac));
}
