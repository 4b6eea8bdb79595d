// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vm-parse.c - what the module tells of VMs, and what it had better not
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "vm.h"

static struct nl_msg *msg;
static struct vm vm;
static struct vm_vcpu vcpus[GUEST_MAX_CPUS];

static int begin(void **state)
{
	(void)state;
	msg = nlmsg_alloc_size(100000);
	nlmsg_put(msg, 0, 0, NLMSG_MIN_TYPE, 0, 0);
	return !msg;
}

static int end(void **state)
{
	(void)state;
	nlmsg_free(msg);
	return 0;
}

static void parse(void)
{
	memset(&vm, 0xa5, sizeof(vm));
	vm_parse(nlmsg_attrdata(nlmsg_hdr(msg), 0), nlmsg_attrlen(nlmsg_hdr(msg), 0), &vm);
}

static size_t parse_vcpus(void)
{
	memset(vcpus, 0xa5, sizeof(vcpus));
	return vm_parse_vcpus(nlmsg_attrdata(nlmsg_hdr(msg), 0), nlmsg_attrlen(nlmsg_hdr(msg), 0),
			      vcpus);
}

static void put_sched(int type, uint64_t first)
{
	struct nlattr *nest = nla_nest_start(msg, type);
	uint32_t latency[INSULA_LATENCIES] = { [INSULA_LATENCIES - 1] = first };

	for (int i = INSULA_A_SCHED_RECEIVED; i <= INSULA_A_SCHED_WAKES; i++)
		nla_put_u64(msg, i, first + i);
	nla_put(msg, INSULA_A_SCHED_LATENCY, sizeof(latency), latency);
	nla_nest_end(msg, nest);
}

static void put_vcpu(uint32_t index)
{
	struct nlattr *nest = nla_nest_start(msg, INSULA_A_VM_VCPU);

	nla_put_u32(msg, INSULA_A_VCPU_INDEX, index);
	nla_put_u32(msg, INSULA_A_VCPU_STATE, INSULA_VCPU_STATE_THROTTLED);
	nla_put_u32(msg, INSULA_A_VCPU_CPU, 1000 + index);
	put_sched(INSULA_A_VCPU_SCHED, index * 100);
	nla_nest_end(msg, nest);
}

static void test_settings(void **state)
{
	(void)state;
	nla_put_string(msg, INSULA_A_VM_NAME, "web");
	nla_put_u32(msg, INSULA_A_VM_CPU_SHARES, 250);
	nla_put_u32(msg, INSULA_A_VM_CPU_MIN, 50);
	nla_put_u32(msg, INSULA_A_VM_CPU_MAX, 150);
	nla_put_u32(msg, INSULA_A_VM_CPU_LACKING, 30);
	nla_put_string(msg, INSULA_A_VM_CPU_AFFINITY, "0-3,8");
	nla_put_u64(msg, INSULA_A_VM_CPU_ENTITLED, 12345678901ULL);
	put_sched(INSULA_A_VM_SCHED, 40);
	parse();
	assert_string_equal(vm.name, "web");
	assert_int_equal(vm.cpu_shares, 250);
	assert_int_equal(vm.cpu_min, 50);
	assert_int_equal(vm.cpu_max, 150);
	assert_int_equal(vm.cpu_lacking, 30);
	assert_string_equal(vm.cpu_affinity, "0-3,8");
	assert_int_equal(vm.cpu_entitled, 12345678901ULL);
	assert_int_equal(vm.sched.received, 41);
	assert_int_equal(vm.sched.taken, 44);
	assert_int_equal(vm.sched.latency[0], 0);
	assert_int_equal(vm.sched.latency[INSULA_LATENCIES - 1], 40);
	assert_int_equal(parse_vcpus(), 0);
}

static void test_an_older_module(void **state)
{
	(void)state;
	nla_put_string(msg, INSULA_A_VM_NAME, "web");
	parse();
	assert_int_equal(vm.cpu_shares, 0);
	assert_int_equal(vm.cpu_lacking, 0);
	assert_string_equal(vm.cpu_affinity, "");
	assert_int_equal(vm.sched.wakes, 0);
}

static void test_vcpus(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < GUEST_MAX_CPUS + 3; i++)
		put_vcpu(i);
	assert_int_equal(parse_vcpus(), GUEST_MAX_CPUS);
	assert_int_equal(vcpus[0].index, 0);
	assert_int_equal(vcpus[254].index, 254);
	assert_int_equal(vcpus[254].cpu, 1254);
	assert_string_equal(vcpu_state_name(vcpus[254].state), "throttled");
	assert_int_equal(vcpus[254].sched.received, 25401);
	assert_int_equal(vcpus[254].sched.latency[INSULA_LATENCIES - 1], 25400);
}

static void put_numbers(int first, int last, uint64_t from)
{
	for (int i = first; i <= last; i++)
		nla_put_u64(msg, i, from + i);
}

static void put_disk(const char *path, bool ro)
{
	struct nlattr *nest = nla_nest_start(msg, INSULA_A_VM_DISK);

	nla_put_string(msg, INSULA_A_DISK_PATH, path);
	if (ro)
		nla_put_flag(msg, INSULA_A_DISK_RO);
	else
		nla_put_string(msg, INSULA_A_DISK_SERIAL, "12345678901234567890");
	put_numbers(INSULA_A_DISK_SIZE, INSULA_A_DISK_ERRORS, 1000);
	nla_put_u32(msg, INSULA_A_DISK_INFLIGHT, 3);
	nla_nest_end(msg, nest);
}

static void put_nic(const char *name)
{
	static const uint8_t mac[MAC_BYTES] = { 2, 3, 4, 5, 6, 7 };
	struct nlattr *nest = nla_nest_start(msg, INSULA_A_VM_NIC);

	nla_put_string(msg, INSULA_A_NIC_NAME, name);
	nla_put(msg, INSULA_A_NIC_MAC, MAC_BYTES, mac);
	nla_put_u32(msg, INSULA_A_NIC_IFINDEX, 7);
	nla_put_flag(msg, INSULA_A_NIC_LINK);
	put_numbers(INSULA_A_NIC_RX_PACKETS, INSULA_A_NIC_TX_DROPPED, 1000);
	nla_nest_end(msg, nest);
}

static void test_disks(void **state)
{
	(void)state;
	put_disk("/a", false);
	put_nic("web.0");
	put_disk("/b", true);
	parse();
	assert_int_equal(vm.nr_disks, 2);
	assert_string_equal(vm.disks[0].path, "/a");
	assert_string_equal(vm.disks[0].serial, "12345678901234567890");
	assert_false(vm.disks[0].ro);
	assert_int_equal(vm.disks[0].size, 1000 + INSULA_A_DISK_SIZE);
	assert_int_equal(vm.disks[0].reads, 1000 + INSULA_A_DISK_READS);
	assert_int_equal(vm.disks[0].read_bytes, 1000 + INSULA_A_DISK_READ_BYTES);
	assert_int_equal(vm.disks[0].writes, 1000 + INSULA_A_DISK_WRITES);
	assert_int_equal(vm.disks[0].write_bytes, 1000 + INSULA_A_DISK_WRITE_BYTES);
	assert_int_equal(vm.disks[0].flushes, 1000 + INSULA_A_DISK_FLUSHES);
	assert_int_equal(vm.disks[0].discards, 1000 + INSULA_A_DISK_DISCARDS);
	assert_int_equal(vm.disks[0].errors, 1000 + INSULA_A_DISK_ERRORS);
	assert_int_equal(vm.disks[0].inflight, 3);
	assert_string_equal(vm.disks[1].path, "/b");
	assert_string_equal(vm.disks[1].serial, "");
	assert_true(vm.disks[1].ro);
}

static void test_nics(void **state)
{
	(void)state;
	put_nic("web.0");
	parse();
	assert_int_equal(vm.nr_nics, 1);
	assert_string_equal(vm.nics[0].name, "web.0");
	assert_int_equal(vm.nics[0].mac[5], 7);
	assert_int_equal(vm.nics[0].ifindex, 7);
	assert_true(vm.nics[0].link);
	assert_int_equal(vm.nics[0].rx_packets, 1000 + INSULA_A_NIC_RX_PACKETS);
	assert_int_equal(vm.nics[0].rx_bytes, 1000 + INSULA_A_NIC_RX_BYTES);
	assert_int_equal(vm.nics[0].rx_dropped, 1000 + INSULA_A_NIC_RX_DROPPED);
	assert_int_equal(vm.nics[0].tx_packets, 1000 + INSULA_A_NIC_TX_PACKETS);
	assert_int_equal(vm.nics[0].tx_bytes, 1000 + INSULA_A_NIC_TX_BYTES);
	assert_int_equal(vm.nics[0].tx_dropped, 1000 + INSULA_A_NIC_TX_DROPPED);
}

static void put_balloon(int last)
{
	struct nlattr *nest = nla_nest_start(msg, INSULA_A_VM_BALLOON);

	put_numbers(INSULA_A_BALLOON_TARGET, last, 1000);
	nla_nest_end(msg, nest);
}

static void test_balloon(void **state)
{
	(void)state;
	nla_put_u64(msg, INSULA_A_VM_MEMORY_TARGET, 1ULL << 33);
	put_balloon(INSULA_A_BALLOON_HUGETLB_FAILURES);
	parse();
	assert_int_equal(vm.memory_target, 1ULL << 33);
	assert_true(vm.has_balloon);
	assert_int_equal(vm.balloon.target, 1000 + INSULA_A_BALLOON_TARGET);
	assert_int_equal(vm.balloon.actual, 1000 + INSULA_A_BALLOON_ACTUAL);
	assert_int_equal(vm.balloon.reported, 1000 + INSULA_A_BALLOON_REPORTED);
	assert_true(vm.balloon.has_stats);
	assert_int_equal(vm.balloon.stats_age, 1000 + INSULA_A_BALLOON_STATS_AGE);
	assert_int_equal(vm.balloon.stat[BALLOON_SWAP_IN], 1000 + INSULA_A_BALLOON_SWAP_IN);
	assert_int_equal(vm.balloon.stat[BALLOON_FREE], 1000 + INSULA_A_BALLOON_FREE);
	assert_int_equal(vm.balloon.stat[BALLOON_AVAILABLE], 1000 + INSULA_A_BALLOON_AVAILABLE);
	assert_int_equal(vm.balloon.stat[BALLOON_HUGETLB_FAILURES],
			 1000 + INSULA_A_BALLOON_HUGETLB_FAILURES);
	assert_true(vm.balloon.has_stat[BALLOON_HUGETLB_FAILURES]);
}

static void test_balloon_without_a_driver(void **state)
{
	(void)state;
	put_balloon(INSULA_A_BALLOON_REPORTED);
	parse();
	assert_true(vm.has_balloon);
	assert_false(vm.balloon.has_stats);
	assert_false(vm.balloon.has_stat[BALLOON_FREE]);
}

static void test_too_many_devices(void **state)
{
	(void)state;
	for (int i = 0; i < INSULA_DISKS_MAX + 3; i++)
		put_disk("/a", false);
	for (int i = 0; i < INSULA_NICS_MAX + 3; i++)
		put_nic("a");
	parse();
	assert_int_equal(vm.nr_disks, INSULA_DISKS_MAX);
	assert_int_equal(vm.nr_nics, INSULA_NICS_MAX);
}

static void test_malformed(void **state)
{
	char affinity[VM_AFFINITY_MAX * 2];

	(void)state;
	memset(affinity, '1', sizeof(affinity) - 1);
	affinity[sizeof(affinity) - 1] = '\0';
	nla_put(msg, INSULA_A_VM_CPU_AFFINITY, sizeof(affinity), affinity);
	parse();
	assert_int_equal(strlen(vm.cpu_affinity), VM_AFFINITY_MAX - 1);
	nla_put(msg, INSULA_A_VM_VCPU, 3, "abc");
	nla_put(msg, INSULA_A_VM_DISK, 3, "abc");
	nla_put(msg, INSULA_A_VM_NIC, 0, NULL);
	put_disk(affinity, true);
	put_nic("12345678901234567890");
	nla_put_u32(msg, INSULA_A_VM_VCPU, 5);
	parse();
	assert_int_equal(strlen(vm.disks[vm.nr_disks - 1].path), VM_PATH_MAX - 1);
	assert_string_equal(vm.nics[vm.nr_nics - 1].name, "123456789012345");
	assert_true(parse_vcpus() <= 2);
	assert_string_equal(vcpu_state_name(77), "unknown");
	assert_string_equal(vm_state_name(77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_settings, begin, end),
		cmocka_unit_test_setup_teardown(test_an_older_module, begin, end),
		cmocka_unit_test_setup_teardown(test_vcpus, begin, end),
		cmocka_unit_test_setup_teardown(test_disks, begin, end),
		cmocka_unit_test_setup_teardown(test_nics, begin, end),
		cmocka_unit_test_setup_teardown(test_balloon, begin, end),
		cmocka_unit_test_setup_teardown(test_balloon_without_a_driver, begin, end),
		cmocka_unit_test_setup_teardown(test_too_many_devices, begin, end),
		cmocka_unit_test_setup_teardown(test_malformed, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
