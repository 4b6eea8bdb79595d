// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_devices.c - disks, nics and the balloon as people and as scripts read them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "devices.h"
#include "json.h"

static struct vm vm, before;
static char said[4096];
static FILE *terminal;

static int setup(void **state)
{
	(void)state;
	memset(&vm, 0, sizeof(vm));
	vm.nr_disks = 1;
	vm.disks[0] = (struct vm_disk){
		.path = "/srv/a.img", .serial = "S1", .ro = true, .size = 10 << 20,
		.reads = 12, .read_bytes = 12 << 12, .writes = 5, .write_bytes = 2048,
		.flushes = 4, .discards = 3, .errors = 2, .inflight = 1,
	};
	vm.nr_nics = 1;
	vm.nics[0] = (struct vm_nic){
		.name = "web.0", .ifindex = 7, .mac = { 0x52, 0x54, 0, 0x12, 0xab, 0xff }, .link = true,
		.rx_packets = 20, .rx_bytes = 3072, .rx_dropped = 1,
		.tx_packets = 40, .tx_bytes = 5120, .tx_dropped = 6,
	};
	vm.has_balloon = true;
	vm.balloon = (struct vm_balloon){
		.target = 64 << 20, .actual = 60 << 20, .reported = 5ULL << 30,
		.has_stats = true, .stats_age = 500000000,
	};
	for (int i = 0; i < NR_BALLOON_STATS; i++) {
		vm.balloon.has_stat[i] = i != BALLOON_CACHES;
		vm.balloon.stat[i] = (uint64_t)(i + 1) << 10;
	}
	before = vm;
	return 0;
}

/* What is printed between these two is in said[] then. */
static void listen_on(void)
{
	terminal = stdout;
	memset(said, 0, sizeof(said));
	stdout = fmemopen(said, sizeof(said) - 1, "w");
	assert_non_null(stdout);
}

static void listen_off(void)
{
	fclose(stdout);
	stdout = terminal;
}

static void test_show(void **state)
{
	(void)state;
	listen_on();
	print_devices(&vm);
	listen_off();
	assert_string_equal(said,
			    "disk         /srv/a.img (10M, ro, serial S1)\n"
			    "nic          web.0 (52:54:00:12:ab:ff, link up)\n"
			    "balloon      60M of 64M\n");
	strcpy(vm.disks[0].path, "a\n\033[2Jb");
	vm.disks[0].ro = false;
	vm.disks[0].serial[0] = '\0';
	vm.nics[0].link = false;
	vm.has_balloon = false;
	listen_on();
	print_devices(&vm);
	listen_off();
	assert_string_equal(said,
			    "disk         a??[2Jb (10M)\n"
			    "nic          web.0 (52:54:00:12:ab:ff, link down)\n");
}

static void test_totals(void **state)
{
	(void)state;
	listen_on();
	print_device_totals(&vm);
	listen_off();
	assert_string_equal(said,
			    "  disk      /srv/a.img: 12 reads (48K), 5 writes (2K), 4 flushes, 3 discards, "
			    "2 errors, 1 in flight\n"
			    "  nic       web.0: to the guest 20 packets (3K), 1 dropped; "
			    "from it 40 packets (5K), 6 dropped\n");
}

static void test_rates(void **state)
{
	(void)state;
	vm.disks[0].reads += 20;
	vm.disks[0].write_bytes += 8192;
	vm.nics[0].tx_packets += 600;
	listen_on();
	print_device_rates(&before, &vm, 2000000000);
	listen_off();
	assert_string_equal(said,
			    "  disk      /srv/a.img: 10/s reads (0/s), 0/s writes (4K/s), 0/s flushes, "
			    "0/s discards, 0/s errors, 1 in flight\n"
			    "  nic       web.0: to the guest 0/s packets (0/s), 0/s dropped; "
			    "from it 300/s packets (0/s), 0/s dropped\n");
	listen_on();
	print_device_rates(NULL, &before, 1000000000);
	listen_off();
	assert_non_null(strstr(said, "12/s reads (48K/s)"));
}

static void test_balloon(void **state)
{
	(void)state;
	listen_on();
	print_balloon(&vm);
	listen_off();
	assert_string_equal(said,
			    "  balloon   60M of 64M, 5G reported free\n"
			    "  guest     5K free, 7K available of 6K; 3072 major faults, 1K swapped in, "
			    "2K out; 0.50s ago\n");
	vm.balloon.has_stats = false;
	listen_on();
	print_balloon(&vm);
	listen_off();
	assert_string_equal(said, "  balloon   60M of 64M, 5G reported free\n");
	vm.has_balloon = false;
	listen_on();
	print_balloon(&vm);
	listen_off();
	assert_string_equal(said, "");
}

static void assert_balloon(const char *wanted)
{
	json_t *object = vm_to_json(&vm);
	char *text = json_dumps(json_object_get(object, "balloon"), JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(text, wanted);
	free(text);
	json_decref(object);
}

static void test_json_of_balloon(void **state)
{
	(void)state;
	assert_balloon("{\"target\":67108864,\"actual\":62914560,\"reported\":5368709120,"
		       "\"stats\":{\"age_ns\":500000000,\"swap_in\":1024,\"swap_out\":2048,"
		       "\"major_faults\":3072,\"minor_faults\":4096,\"free\":5120,\"total\":6144,"
		       "\"available\":7168,\"hugetlb_allocs\":9216,\"hugetlb_failures\":10240}}");
	vm.balloon.has_stats = false;
	assert_balloon("{\"target\":67108864,\"actual\":62914560,\"reported\":5368709120,"
		       "\"stats\":null}");
	vm.has_balloon = false;
	assert_balloon("null");
}

static void test_json(void **state)
{
	json_t *object = vm_to_json(&vm);
	const json_t *disk = json_array_get(json_object_get(object, "disks"), 0);
	const json_t *nic = json_array_get(json_object_get(object, "nics"), 0);
	char *text = json_dumps(disk, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"path\":\"/srv/a.img\",\"size\":10485760,\"ro\":true,\"serial\":\"S1\","
			    "\"reads\":12,\"read_bytes\":49152,\"writes\":5,\"write_bytes\":2048,"
			    "\"flushes\":4,\"discards\":3,\"errors\":2,\"inflight\":1}");
	free(text);
	text = json_dumps(nic, JSON_COMPACT);
	assert_string_equal(text, "{\"name\":\"web.0\",\"ifindex\":7,\"mac\":\"52:54:00:12:ab:ff\","
			    "\"link\":true,\"rx_packets\":20,\"rx_bytes\":3072,\"rx_dropped\":1,"
			    "\"tx_packets\":40,\"tx_bytes\":5120,\"tx_dropped\":6}");
	free(text);
	json_decref(object);
}

/* JSON knows UTF-8 only; the key has to be there nevertheless. */
static void test_json_of_odd_names(void **state)
{
	json_t *object;
	const json_t *disk;

	(void)state;
	strcpy(vm.disks[0].path, "/\xff\xc3.img");
	object = vm_to_json(&vm);
	disk = json_array_get(json_object_get(object, "disks"), 0);
	assert_string_equal(json_string_value(json_object_get(disk, "path")), "/??.img");
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_show, setup),
		cmocka_unit_test_setup(test_totals, setup),
		cmocka_unit_test_setup(test_rates, setup),
		cmocka_unit_test_setup(test_balloon, setup),
		cmocka_unit_test_setup(test_json_of_balloon, setup),
		cmocka_unit_test_setup(test_json, setup),
		cmocka_unit_test_setup(test_json_of_odd_names, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
