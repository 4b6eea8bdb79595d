// SPDX-License-Identifier: GPL-2.0-only
/* What a network device's driver may say: headers of packets, one rule after the other; commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <linux/kernel.h>
#include "dev/virtio/net-proto.h"

#define F(name) BIT_ULL(VIRTIO_NET_F_##name)

#define TX_FEATURES (F(CSUM) | F(HOST_TSO4) | F(HOST_TSO6) | F(HOST_ECN))
#define LEN 1514u

static const struct virtio_net_hdr plain;
static const struct virtio_net_hdr csum = {
	.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34, .csum_offset = 16,
};
static const struct virtio_net_hdr tso = {
	.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34, .csum_offset = 16,
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 1448,
};

static bool passes(struct virtio_net_hdr hdr, u64 features, u32 len)
{
	return net_check_packet(&hdr, features, len);
}

/* With one field changed. */
#define passes_with(base, field, value) ({		\
	struct virtio_net_hdr hdr_ = (base);		\
	hdr_.field = (value);				\
	passes(hdr_, TX_FEATURES, LEN);			\
})

static void test_length(void **state)
{
	assert_true(passes(plain, 0, ETH_HLEN));
	assert_false(passes(plain, 0, ETH_HLEN - 1));
	assert_false(passes(plain, 0, 0));
	assert_true(passes(plain, 0, NET_PACKET_MAX));
	assert_false(passes(plain, 0, NET_PACKET_MAX + 1));
	assert_false(passes(plain, 0, -5));
}

static void test_checksum(void **state)
{
	assert_true(passes(csum, F(CSUM), LEN));
	assert_false(passes(csum, TX_FEATURES & ~F(CSUM), LEN));
	assert_true(passes_with(csum, csum_start, ETH_HLEN));
	assert_false(passes_with(csum, csum_start, ETH_HLEN - 1));
	assert_true(passes_with(csum, csum_start, LEN - 18));
	assert_false(passes_with(csum, csum_start, LEN - 17));
	assert_true(passes_with(csum, csum_offset, LEN - 34 - 2));
	assert_false(passes_with(csum, csum_offset, LEN - 34 - 1));
	assert_false(passes_with(csum, csum_offset, 0xffff));
	assert_false(passes_with(csum, csum_start, 0xffff));
}

static void test_flags_that_are_not_for_us(void **state)
{
	struct virtio_net_hdr hdr = { .flags = VIRTIO_NET_HDR_F_DATA_VALID | 0xf8, .csum_start = 9 };

	assert_true(net_check_packet(&hdr, 0, LEN));
	assert_int_equal(hdr.flags, 0);
	hdr = csum;
	hdr.flags |= VIRTIO_NET_HDR_F_DATA_VALID;
	assert_true(net_check_packet(&hdr, TX_FEATURES, LEN));
	assert_int_equal(hdr.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
}

static void test_segmentation(void **state)
{
	u8 ecn = VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN;

	assert_true(passes(tso, TX_FEATURES, LEN));
	assert_false(passes(tso, TX_FEATURES & ~F(HOST_TSO4), LEN));
	assert_true(passes(tso, TX_FEATURES & ~F(HOST_TSO6), LEN));
	assert_true(passes_with(tso, gso_type, VIRTIO_NET_HDR_GSO_TCPV6));
	assert_true(passes_with(tso, gso_type, ecn));
	assert_false(passes_with(tso, gso_type, VIRTIO_NET_HDR_GSO_UDP));
	assert_false(passes_with(tso, gso_type, 2));
	assert_false(passes_with(tso, gso_type, VIRTIO_NET_HDR_GSO_ECN));
	assert_false(passes_with(tso, gso_size, 0));
	assert_false(passes_with(tso, flags, 0));
	assert_false(passes_with(tso, csum_offset, 6));
	assert_true(passes_with(tso, csum_start, LEN - 20));
	assert_false(passes_with(tso, csum_start, LEN - 19));
}

static void test_segmentation_not_negotiated(void **state)
{
	struct virtio_net_hdr hdr = tso;

	hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	assert_false(passes(hdr, TX_FEATURES & ~F(HOST_TSO6), LEN));
	hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN;
	assert_false(passes(hdr, TX_FEATURES & ~F(HOST_ECN), LEN));
	assert_false(passes(tso, TX_FEATURES & ~F(CSUM), LEN));
}

/* Commands. */

static struct net_ctrl ctrl;

static int setup(void **state)
{
	ctrl = (struct net_ctrl){
		.features = F(CTRL_VQ) | F(CTRL_RX) | F(CTRL_MAC_ADDR) | F(MQ) |
			    F(CTRL_GUEST_OFFLOADS) | F(GUEST_CSUM) | F(GUEST_TSO4),
		.max_pairs = 4, .pairs = 1, .mac = { 2, 0, 0, 0, 0, 1 },
	};
	return 0;
}

/* @len bytes, of which those after the first ones are zero; a refused one changes nothing. */
static u8 command(u8 class, u8 cmd, u64 data, u32 len)
{
	u8 bytes[NET_CTRL_BYTES] = { class, cmd }, answer;
	struct net_ctrl before = ctrl;

	memcpy(bytes + 2, &data, sizeof(data));
	answer = net_ctrl_command(&ctrl, bytes, len);
	if (answer != VIRTIO_NET_OK)
		assert_memory_equal(&before, &ctrl, sizeof(ctrl));
	return answer;
}

#define assert_ok(...)		assert_int_equal(command(__VA_ARGS__), VIRTIO_NET_OK)
#define assert_refused(...)	assert_int_equal(command(__VA_ARGS__), VIRTIO_NET_ERR)

static void test_rx_mode(void **state)
{
	assert_ok(VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1, 3);
	assert_ok(VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI, 0, 3);
	assert_refused(VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLUNI, 1, 3);
	assert_refused(VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1, 4);
	ctrl.features &= ~F(CTRL_RX);
	assert_refused(VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1, 3);
}

static void test_mac_tables(void **state)
{
	assert_ok(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 0, 2 + 8);
	assert_ok(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 2, 2 + 8 + 12);
	assert_refused(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 3, 2 + 8 + 12);
	assert_refused(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 0xffffffff, 2 + 8 + 12);
	assert_refused(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 0, 2 + 7);
	assert_refused(VIRTIO_NET_CTRL_MAC, 2, 0, 2 + 8);
}

static void test_mac(void **state)
{
	static const u8 mac[ETH_ALEN] = { 0x52, 1, 2, 3, 4, 5 };

	assert_ok(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 0x050403020152, 8);
	assert_memory_equal(ctrl.mac, mac, sizeof(mac));
	assert_refused(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 0x050403020153, 8);
	assert_refused(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 0, 8);
	assert_refused(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 0x52, 7);
	ctrl.features &= ~F(CTRL_MAC_ADDR);
	assert_refused(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 0x52, 8);
}

static void test_pairs(void **state)
{
	assert_ok(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 4, 4);
	assert_int_equal(ctrl.pairs, 4);
	assert_refused(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 5, 4);
	assert_refused(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 0, 4);
	assert_refused(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 2, 3);
	assert_refused(VIRTIO_NET_CTRL_MQ, 1, 2, 4);
	ctrl.features &= ~F(MQ);
	assert_refused(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 2, 4);
}

static void test_offloads(void **state)
{
	const u8 class = VIRTIO_NET_CTRL_GUEST_OFFLOADS, set = VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET;

	assert_ok(class, set, F(GUEST_CSUM) | F(GUEST_TSO4), 10);
	assert_true(ctrl.offloads == (F(GUEST_CSUM) | F(GUEST_TSO4)));
	assert_refused(class, set, F(GUEST_TSO6), 10);	/* not negotiated */
	assert_refused(class, set, F(MQ), 10);		/* no offload */
	assert_refused(class, set, 0, 9);
	assert_ok(class, set, 0, 10);
	assert_true(!ctrl.offloads);
	ctrl.features &= ~F(CTRL_GUEST_OFFLOADS);
	assert_refused(class, set, 0, 10);
}

static void test_no_command(void **state)
{
	assert_refused(0, 0, 0, 0);
	assert_refused(0, 0, 0, 1);
	assert_refused(0, 0, 0, 2);
	assert_refused(VIRTIO_NET_CTRL_VLAN, 0, 1, 4);
	assert_refused(255, 255, ~0ULL, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_flags_that_are_not_for_us),
		cmocka_unit_test(test_segmentation),
		cmocka_unit_test(test_segmentation_not_negotiated),
		cmocka_unit_test_setup(test_rx_mode, setup),
		cmocka_unit_test_setup(test_mac_tables, setup),
		cmocka_unit_test_setup(test_mac, setup),
		cmocka_unit_test_setup(test_pairs, setup),
		cmocka_unit_test_setup(test_offloads, setup),
		cmocka_unit_test_setup(test_no_command, setup),
	};

	return cmocka_run_group_tests_name("net-proto", tests, NULL, NULL);
}
