// SPDX-License-Identifier: GPL-2.0-only
/*
 * net-dev.c - the host's end of a network device: an interface like any other
 *
 * It comes and goes with its VM; it may be renamed, moved to another namespace and put into
 * bridges meanwhile. Its carrier is on while the guest's driver is up, its features are what
 * that driver can take; the guest sees the link up while the interface is.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <net/flow_dissector.h>
#include <net/rtnetlink.h>
#include <insula/version.h>
#include "devices.h"
#include "net.h"

#define HW_FEATURES (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_TSO | \
		     NETIF_F_TSO6 | NETIF_F_TSO_ECN)

/* With rtnl. */
static void tell_status(struct vnet *vnet, u16 status)
{
	__le16 val = cpu_to_le16(status);

	virtio_config_update(&vnet->vio.regs, offsetof(struct virtio_net_config, status), &val,
			     sizeof(val));
}

static int vnet_open(struct net_device *dev)
{
	netif_tx_start_all_queues(dev);
	tell_status(netdev_priv(dev), VIRTIO_NET_S_LINK_UP);
	return 0;
}

static int vnet_stop(struct net_device *dev)
{
	tell_status(netdev_priv(dev), 0);
	netif_tx_stop_all_queues(dev);
	return 0;
}

static netdev_features_t vnet_fix_features(struct net_device *dev, netdev_features_t features)
{
	const struct vnet *vnet = netdev_priv(dev);
	u64 offloads = READ_ONCE(vnet->ctrl.offloads);

	if (!(offloads & BIT_ULL(VIRTIO_NET_F_GUEST_CSUM)))
		features &= ~(NETIF_F_HW_CSUM | NETIF_F_ALL_TSO);
	if (!(offloads & BIT_ULL(VIRTIO_NET_F_GUEST_TSO4)))
		features &= ~(NETIF_F_TSO | NETIF_F_TSO_ECN);
	if (!(offloads & BIT_ULL(VIRTIO_NET_F_GUEST_TSO6)))
		features &= ~NETIF_F_TSO6;
	if (!(offloads & BIT_ULL(VIRTIO_NET_F_GUEST_ECN)))
		features &= ~NETIF_F_TSO_ECN;
	return features;
}

u8 *vnet_flow(struct vnet *vnet, struct sk_buff *skb)
{
	return &vnet->flow[__skb_get_hash_symmetric(skb) % NET_FLOWS];
}

/* The pair that the flow comes from; of those in use. */
static u16 vnet_select_queue(struct net_device *dev, struct sk_buff *skb,
			     struct net_device *sb_dev)
{
	struct vnet *vnet = netdev_priv(dev);
	u16 pairs = READ_ONCE(vnet->ctrl.pairs);

	return pairs == 1 ? 0 : READ_ONCE(*vnet_flow(vnet, skb)) % pairs;
}

/*
 * A driver that is up has been told an MTU that may not change under it (§5.1.4.1): it learns of
 * this one after its next reset.
 */
static int vnet_change_mtu(struct net_device *dev, int mtu)
{
	struct vnet *vnet = netdev_priv(dev);
	__le16 val = cpu_to_le16(mtu);

	WRITE_ONCE(dev->mtu, mtu);
	if (!READ_ONCE(vnet->vio.regs.status))
		virtio_config_update(&vnet->vio.regs, offsetof(struct virtio_net_config, mtu),
				     &val, sizeof(val));
	return 0;
}

static const struct net_device_ops netdev_ops = {
	.ndo_open		= vnet_open,
	.ndo_stop		= vnet_stop,
	.ndo_start_xmit		= vnet_rx_xmit,
	.ndo_select_queue	= vnet_select_queue,
	.ndo_fix_features	= vnet_fix_features,
	.ndo_change_mtu		= vnet_change_mtu,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_get_stats64	= dev_get_tstats64,
};

void vnet_link(struct vnet *vnet, bool up)
{
	if (!up) {
		netif_carrier_off(vnet->dev);
		return;
	}
	rtnl_lock();
	netdev_update_features(vnet->dev);
	rtnl_unlock();
	netif_carrier_on(vnet->dev);
}

/* ethtool. */

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	const struct vnet *vnet = netdev_priv(dev);

	strscpy(info->driver, "insula", sizeof(info->driver));
	strscpy(info->version, INSULA_VERSION, sizeof(info->version));
	strscpy(info->bus_info, vnet->vm, sizeof(info->bus_info));
}

static void get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	const struct vnet *vnet = netdev_priv(dev);

	channels->max_combined = vnet->npairs;
	channels->combined_count = READ_ONCE(vnet->ctrl.pairs);
}

static void get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kernel_ring,
			  struct netlink_ext_ack *extack)
{
	const struct virtio_queue *queue = ((struct vnet *)netdev_priv(dev))->vio.regs.queue;

	ring->rx_max_pending = NET_QUEUE_SIZE;
	ring->tx_max_pending = NET_QUEUE_SIZE;
	ring->tx_pending = READ_ONCE(queue[0].size);	/* what we send, the guest receives */
	ring->rx_pending = READ_ONCE(queue[1].size);
}

static const struct ethtool_ops ethtool_ops = {
	.get_drvinfo	= get_drvinfo,
	.get_link	= ethtool_op_get_link,
	.get_ts_info	= ethtool_op_get_ts_info,
	.get_channels	= get_channels,
	.get_ringparam	= get_ringparam,
};

/* rtnl. */

/* Asked before an interface is made or changed by its kind. */
static int vnet_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "an interface of this kind comes with a VM: insula create --nic");
	return -EOPNOTSUPP;
}

/* A namespace that goes gives it back to the first one: it belongs to its VM. */
static struct rtnl_link_ops link_ops = {
	.kind		= "insula",
	.netns_refund	= true,
	.validate	= vnet_validate,
};

void vnet_dev_setup(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &ethtool_ops;
	dev->rtnl_link_ops = &link_ops;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->needed_headroom = NET_HDR_LEN;	/* copy_at_once() likes that */
	dev->hw_features = HW_FEATURES;
	dev->features = HW_FEATURES | NETIF_F_HIGHDMA;
	dev->vlan_features = HW_FEATURES;
	netif_carrier_off(dev);
}

int virtio_net_init(void)
{
	return rtnl_link_register(&link_ops);
}

void virtio_net_exit(void)
{
	rtnl_link_unregister(&link_ops);
}
