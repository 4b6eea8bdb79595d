// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink-abuse MODE: the protocol as no honest client speaks it
 *
 *   commands       each command with attributes missing, short, long, unknown, wrongly nested
 *   files          descriptors that are no RAM file, none at all, of another kind
 *   truncate       RAM files that shrink: before the start, and under a running guest; that get a hole
 *   full           RAM files for which there is no room: on a tmpfs with a limit, on hugetlbfs
 *   unprivileged   without privileges, and as root of a user namespace
 *   fuzz SEED N    N requests made of a valid one by random changes
 *   fail-create, fail-start   with the N-th allocation failing, N = 1, 2, ... (fault injection)
 *
 * Prints `ok NAME` or `not ok NAME: why`, and `done`. It uses no library on purpose: it must
 * be able to say what a library would not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/insula.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif
#define RAM		(16 << 20)
#define DISK		(1 << 20)
#define MAX_FAULTS	20000

/* A request being written, and what came back. */
struct message {
	union {
		struct nlmsghdr head;
		uint8_t bytes[8192];
	};
};

static struct message req;
static uint8_t reply[65536];
static int sock, family, seq, failures;
static char text[256];		/* what the kernel said */
static struct nlattr *nest;

static void check(int good, const char *name, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %s", good ? "" : "not ", name);
	if (!good) {
		failures++;
		fputs(": ", stdout);
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
	}
	putchar('\n');
	fflush(stdout);
}

/* Writing a request */

static void begin_for(int type, int command, int flags)
{
	struct genlmsghdr *genl = NLMSG_DATA(&req.head);

	memset(&req, 0, sizeof(req));
	req.head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	req.head.nlmsg_type = type;
	req.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	req.head.nlmsg_seq = ++seq;
	genl->cmd = command;
	genl->version = INSULA_FAMILY_VERSION;
}

static void begin(int command)
{
	begin_for(family, command, 0);
}

static struct nlattr *put(int type, const void *data, int len)
{
	struct nlattr *attr = (void *)(req.bytes + NLMSG_ALIGN(req.head.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(attr + 1, data, len);
	req.head.nlmsg_len = NLMSG_ALIGN(req.head.nlmsg_len) + NLA_ALIGN(attr->nla_len);
	return attr;
}

static void put_u8(int type, uint8_t v) { put(type, &v, 1); }
static void put_u32(int type, uint32_t v) { put(type, &v, 4); }
static void put_u64(int type, uint64_t v) { put(type, &v, 8); }
static void put_string(int type, const char *s) { put(type, s, strlen(s) + 1); }

static void open_nest(int type)
{
	nest = put(type | NLA_F_NESTED, NULL, 0);
}

static void close_nest(void)
{
	nest->nla_len = req.bytes + req.head.nlmsg_len - (uint8_t *)nest;
}

/* Sending it */

static int send_bytes(const void *data, int len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return sendto(sock, data, len, 0, (void *)&kernel, sizeof(kernel)) < 0 ? -errno : 0;
}

static void keep_text(struct nlmsghdr *head)
{
	struct nlmsgerr *err = NLMSG_DATA(head);
	int skip = NLMSG_HDRLEN + sizeof(*err), rest;
	struct nlattr *attr;

	text[0] = '\0';
	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(head->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(err->msg.nlmsg_len - NLMSG_HDRLEN);
	rest = head->nlmsg_len - skip;
	attr = (void *)((uint8_t *)head + skip);
	while (rest >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= rest) {
		if ((attr->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			snprintf(text, sizeof(text), "%.*s", attr->nla_len - NLA_HDRLEN,
				 (char *)(attr + 1));
		rest -= NLA_ALIGN(attr->nla_len);
		attr = (void *)((uint8_t *)attr + NLA_ALIGN(attr->nla_len));
	}
}

typedef void (*reply_fn)(struct genlmsghdr *genl, int len, void *arg);

/* All answers to the request; fn sees what is no error. Returns the error, or 0. */
static int answers(reply_fn fn, void *arg)
{
	for (;;) {
		int len = recv(sock, reply, sizeof(reply), 0);
		struct nlmsghdr *head = (void *)reply;

		if (len < 0)
			return -errno;
		for (; NLMSG_OK(head, (unsigned int)len); head = NLMSG_NEXT(head, len)) {
			if ((int)head->nlmsg_seq != seq)
				continue;
			if (head->nlmsg_type == NLMSG_ERROR) {
				keep_text(head);
				return ((struct nlmsgerr *)NLMSG_DATA(head))->error;
			}
			if (head->nlmsg_type == NLMSG_DONE)
				return 0;
			if (fn)
				fn(NLMSG_DATA(head), head->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), arg);
		}
	}
}

static int transact_with(reply_fn fn, void *arg)
{
	int err = send_bytes(&req, req.head.nlmsg_len);

	return err ? err : answers(fn, arg);
}

static int transact(void)
{
	return transact_with(NULL, NULL);
}

static struct nlattr *find(struct genlmsghdr *genl, int len, int type)
{
	struct nlattr *attr = (void *)((uint8_t *)genl + GENL_HDRLEN);

	while (len >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= len) {
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		len -= NLA_ALIGN(attr->nla_len);
		attr = (void *)((uint8_t *)attr + NLA_ALIGN(attr->nla_len));
	}
	return NULL;
}

static void take_family(struct genlmsghdr *genl, int len, void *arg)
{
	struct nlattr *attr = find(genl, len, CTRL_ATTR_FAMILY_ID);

	if (attr)
		*(int *)arg = *(uint16_t *)(attr + 1);
}

static int open_socket(void)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 60 };
	int on = 1;

	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0 || bind(sock, (void *)&self, sizeof(self)))
		return -errno;
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(sock, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	begin_for(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_string(CTRL_ATTR_FAMILY_NAME, INSULA_FAMILY_NAME);
	family = 0;
	return transact_with(take_family, &family) ?: family ? 0 : -ENOENT;
}

/* Pieces of honest requests */

static int disk_fd, ram_fd, code_fd;

/*
 * 16-bit code, at 0x1000: waits for a character on COM1, then writes to every page from
 * 0x20000 to 0xa0000, again and again.
 */
static const uint8_t code[] = {
	0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb,
	0xb8, 0x00, 0x20, 0x8e, 0xc0, 0x26, 0xa2, 0x00, 0x00, 0x05, 0x00, 0x01,
	0x3d, 0x00, 0xa0, 0x72, 0xf2, 0xeb, 0xed,
};

static int make_memfd(long size)
{
	int fd = memfd_create("abuse", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, size)) {
		perror("memfd");
		exit(1);
	}
	return fd;
}

static int sealed(long size)
{
	int fd = make_memfd(size);

	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	return fd;
}

static void put_segment(int fd, uint64_t address, uint64_t length)
{
	open_nest(INSULA_A_VM_SEGMENT);
	put_u32(INSULA_A_SEGMENT_FD, fd);
	put_u64(INSULA_A_SEGMENT_OFFSET, 0);
	put_u64(INSULA_A_SEGMENT_ADDRESS, address);
	put_u64(INSULA_A_SEGMENT_LENGTH, length);
	close_nest();
}

static void put_disk(int fd, const char *serial)
{
	open_nest(INSULA_A_VM_DISK);
	put_u32(INSULA_A_DISK_FD, fd);
	put(INSULA_A_DISK_RO, NULL, 0);
	if (serial)
		put_string(INSULA_A_DISK_SERIAL, serial);
	close_nest();
}

static void put_nic(const char *name, const uint8_t *mac, int mac_bytes)
{
	open_nest(INSULA_A_VM_NIC);
	if (name)
		put_string(INSULA_A_NIC_NAME, name);
	if (mac)
		put(INSULA_A_NIC_MAC, mac, mac_bytes);
	close_nest();
}

static void put_boot(void)
{
	open_nest(INSULA_A_VM_BOOT);
	put_u32(INSULA_A_BOOT_MODE, INSULA_BOOT_MODE_REAL);
	put_u64(INSULA_A_BOOT_RIP, 0x1000);
	close_nest();
}

static void put_valid(const char *name, int fd)
{
	begin(INSULA_CMD_VM_CREATE);
	put_string(INSULA_A_VM_NAME, name);
	put_u32(INSULA_A_VM_CPUS, 1);
	put_u64(INSULA_A_VM_MEMORY, RAM);
	put_u32(INSULA_A_VM_MEMORY_FD, fd);
	put_segment(code_fd, 0x1000, sizeof(code));
	put_boot();
	put_disk(disk_fd, "serial");
	put_nic(NULL, NULL, 0);
}

static int destroy(const char *name)
{
	begin(INSULA_CMD_VM_DESTROY);
	put_string(INSULA_A_VM_NAME, name);
	return transact();
}

static int act(const char *name, int action)
{
	begin(INSULA_CMD_VM_ACTION);
	put_string(INSULA_A_VM_NAME, name);
	put_u32(INSULA_A_VM_ACTION, action);
	return transact();
}

static void count_one(struct genlmsghdr *genl, int len, void *arg)
{
	struct nlattr *id = find(genl, len, INSULA_A_VM_ID);

	if (id)
		((uint32_t *)arg)[0]++, ((uint32_t *)arg)[1] = *(uint32_t *)(id + 1);
}

/* How many VMs there are; the last one's id in *id. */
static int count_vms(uint32_t *id)
{
	uint32_t seen[2] = { 0, 0 };
	int err;

	begin_for(family, INSULA_CMD_VM_GET, NLM_F_DUMP);
	err = transact_with(count_one, seen);
	*id = seen[1];
	return err ? err : (int)seen[0];
}

static void destroy_all(void)
{
	uint32_t id;

	while (count_vms(&id) > 0) {
		begin(INSULA_CMD_VM_DESTROY);
		put_u32(INSULA_A_VM_ID, id);
		if (transact())
			return;
	}
}

/* commands */

static void refused(const char *name)
{
	int err = transact();

	check(err < 0 && err != -EAGAIN, name, "answered %d", err);
	if (err < 0)
		check(text[0], name, "refused (%d) without a word", err);
}

static void abuse_addressing(int command)
{
	char name[64];

#define CASE(what) (snprintf(name, sizeof(name), "command %d: " what, command), begin(command), name)
	CASE("neither name nor id");
	if (command != INSULA_CMD_VM_GET)
		refused(name);
	CASE("name without its end");
	put(INSULA_A_VM_NAME, "abc", 3);
	refused(name);
	CASE("empty name attribute");
	put(INSULA_A_VM_NAME, "", 0);
	refused(name);
	CASE("id of one byte");
	put_u8(INSULA_A_VM_ID, 1);
	refused(name);
	CASE("id of eight bytes");
	put_u64(INSULA_A_VM_ID, 1);
	refused(name);
	CASE("unknown id");
	put_u32(INSULA_A_VM_ID, 0x7fffffff);
	if (command == INSULA_CMD_VM_ACTION)
		put_u32(INSULA_A_VM_ACTION, INSULA_ACTION_START);
	if (command == INSULA_CMD_VM_SET)
		put_u32(INSULA_A_VM_ON_REBOOT, 0);
	refused(name);
	CASE("both name and id");
	put_u32(INSULA_A_VM_ID, 1);
	put_string(INSULA_A_VM_NAME, "abc");
	refused(name);
	CASE("an attribute it does not have");
	put_string(INSULA_A_VM_NAME, "abc");
	put_u64(INSULA_A_VM_MEMORY, RAM);
	refused(name);
	CASE("an attribute nobody knows");
	put_string(INSULA_A_VM_NAME, "abc");
	put_u32(INSULA_A_VM_MAX + 1, 1);
	refused(name);
	CASE("attribute 0");
	put_string(INSULA_A_VM_NAME, "abc");
	put_u32(0, 1);
	refused(name);
	CASE("a nested string");
	put(INSULA_A_VM_NAME | NLA_F_NESTED, "abcdefg", 8);
	refused(name);
	CASE("an attribute longer than the request");
	put(INSULA_A_VM_NAME, "abcdefg", 8)->nla_len = 400;
	refused(name);
	CASE("an attribute shorter than its header");
	put(INSULA_A_VM_NAME, "abcdefg", 8)->nla_len = 2;
	refused(name);
}

static void abuse_numbers(void)
{
	static const uint32_t cpus[] = { 0, 256, 10000, 0xffffffff };
	static const uint64_t memory[] = { 0, 1, 1024, 4095, (16 << 20) + 1, 1ULL << 41, 100ULL << 40,
					   1ULL << 63, ~0ULL };
	unsigned int i;

	for (i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		begin(INSULA_CMD_VM_CREATE);
		put_string(INSULA_A_VM_NAME, "abc");
		put_u32(INSULA_A_VM_CPUS, cpus[i]);
		put_u64(INSULA_A_VM_MEMORY, RAM);
		put_u32(INSULA_A_VM_MEMORY_FD, ram_fd);
		refused("create: wrong cpus");
	}
	for (i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		begin(INSULA_CMD_VM_CREATE);
		put_string(INSULA_A_VM_NAME, "abc");
		put_u64(INSULA_A_VM_MEMORY, memory[i]);
		put_u32(INSULA_A_VM_MEMORY_FD, ram_fd);
		refused("create: wrong memory");
	}
}

/* A create that is right but for what follows. */
static void begin_create(void)
{
	begin(INSULA_CMD_VM_CREATE);
	put_string(INSULA_A_VM_NAME, "abc");
	put_u64(INSULA_A_VM_MEMORY, RAM);
	put_u32(INSULA_A_VM_MEMORY_FD, ram_fd);
}

static void abuse_segments(void)
{
	static const struct { uint64_t offset, address, length; } bad[] = {
		{ 0, RAM, 16 }, { 0, RAM - 8, 16 }, { 0, ~0ULL, 16 }, { 0, ~0ULL - 7, 16 },
		{ 0, 0, 0 }, { 0, 0, ~0ULL }, { 0, 0, 1ULL << 63 }, { ~0ULL, 0, 16 },
		{ 1ULL << 62, 0, 16 }, { 0, 0, sizeof(code) + 1 }, { sizeof(code), 0, 1 },
		{ 0, 0xc0000000, 16 }, { 0, 0xfee00000, 16 }, { 0, 0x100000000ULL, 16 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin_create();
		open_nest(INSULA_A_VM_SEGMENT);
		put_u32(INSULA_A_SEGMENT_FD, code_fd);
		put_u64(INSULA_A_SEGMENT_OFFSET, bad[i].offset);
		put_u64(INSULA_A_SEGMENT_ADDRESS, bad[i].address);
		put_u64(INSULA_A_SEGMENT_LENGTH, bad[i].length);
		close_nest();
		refused("create: a segment that cannot be");
	}
	begin_create();
	for (i = 0; i < INSULA_SEGMENTS_MAX + 1; i++)
		put_segment(code_fd, 0x1000, sizeof(code));
	refused("create: too many segments");
	begin_create();
	open_nest(INSULA_A_VM_SEGMENT);
	close_nest();
	refused("create: an empty segment");
	begin_create();
	put_u32(INSULA_A_VM_SEGMENT, 1);
	refused("create: a segment that is a number");
	begin_create();
	put_u32(INSULA_A_VM_SEGMENT | NLA_F_NESTED, 1);
	refused("create: a segment of noise");
	begin_create();
	put(INSULA_A_VM_SEGMENT | NLA_F_NESTED, "x", 1);
	refused("create: a segment of a byte");
	begin_create();
	open_nest(INSULA_A_VM_SEGMENT);
	put_u32(INSULA_A_SEGMENT_FD, code_fd);
	put_u32(INSULA_A_SEGMENT_ADDRESS, 0);
	put_u64(INSULA_A_SEGMENT_LENGTH, 1);
	close_nest();
	refused("create: a segment's address of four bytes");
	begin_create();
	open_nest(INSULA_A_VM_SEGMENT);
	put_u32(INSULA_A_SEGMENT_FD, code_fd);
	put_u64(INSULA_A_SEGMENT_ADDRESS, 0);
	put_u64(INSULA_A_SEGMENT_LENGTH, 1);
	put_u64(INSULA_A_SEGMENT_MAX + 1, 1);
	close_nest();
	refused("create: a segment with an unknown attribute");
	begin_create();
	nest = put(INSULA_A_VM_SEGMENT, NULL, 0);
	put_u32(INSULA_A_SEGMENT_FD, code_fd);
	put_u64(INSULA_A_SEGMENT_ADDRESS, 0);
	put_u64(INSULA_A_SEGMENT_LENGTH, 1);
	close_nest();
	refused("create: a segment without its flag");
}

static void abuse_boot(void)
{
	begin_create();
	open_nest(INSULA_A_VM_BOOT);
	put_u32(INSULA_A_BOOT_MODE, 99);
	close_nest();
	refused("create: no such boot mode");
	begin_create();
	open_nest(INSULA_A_VM_BOOT);
	put_u32(INSULA_A_BOOT_MODE, INSULA_BOOT_MODE_REAL);
	put_u64(INSULA_A_BOOT_RIP, 1ULL << 40);
	close_nest();
	refused("create: real mode above 4 GiB");
	begin_create();
	open_nest(INSULA_A_VM_BOOT);
	put_u32(INSULA_A_BOOT_MODE, INSULA_BOOT_MODE_LONG);
	put_u64(INSULA_A_BOOT_CR3, 0x123);
	close_nest();
	refused("create: page tables askew");
	begin_create();
	open_nest(INSULA_A_VM_BOOT);
	put_u32(INSULA_A_BOOT_MODE, INSULA_BOOT_MODE_LONG);
	put_u64(INSULA_A_BOOT_CR3, RAM);
	close_nest();
	refused("create: page tables beyond RAM");
	begin_create();
	open_nest(INSULA_A_VM_BOOT);
	put_u8(INSULA_A_BOOT_MODE, 0);
	close_nest();
	refused("create: a boot mode of one byte");
	begin_create();
	open_nest(INSULA_A_VM_BOOT);
	open_nest(INSULA_A_BOOT_MODE);
	put_u32(1, 1);
	close_nest();
	nest = (void *)(req.bytes + NLMSG_ALIGN(NLMSG_LENGTH(GENL_HDRLEN)));
	refused("create: nests askew");
}

static void abuse_missing(void)
{
	begin(INSULA_CMD_VM_CREATE);
	refused("create: nothing");
	begin(INSULA_CMD_VM_CREATE);
	put_string(INSULA_A_VM_NAME, "abc");
	refused("create: a name only");
	begin(INSULA_CMD_VM_CREATE);
	put_u64(INSULA_A_VM_MEMORY, RAM);
	put_u32(INSULA_A_VM_MEMORY_FD, ram_fd);
	refused("create: no name");
	begin(INSULA_CMD_VM_CREATE);
	put_string(INSULA_A_VM_NAME, "abc");
	put_u32(INSULA_A_VM_MEMORY_FD, ram_fd);
	refused("create: no memory");
	begin(INSULA_CMD_VM_CREATE);
	put_string(INSULA_A_VM_NAME, "abc");
	put_u64(INSULA_A_VM_MEMORY, RAM);
	refused("create: no memory-fd");
	begin(INSULA_CMD_VM_CREATE);
	put_u32(INSULA_A_VM_ID, 5);
	refused("create: an id");
	begin(INSULA_CMD_VM_ACTION);
	put_string(INSULA_A_VM_NAME, "there");
	refused("action: no action");
	begin(INSULA_CMD_VM_ACTION);
	put_string(INSULA_A_VM_NAME, "there");
	put_u32(INSULA_A_VM_ACTION, 1000);
	refused("action: no such action");
	begin(INSULA_CMD_VM_SET);
	put_string(INSULA_A_VM_NAME, "there");
	refused("set: no setting");
	begin(INSULA_CMD_VM_SET);
	put_string(INSULA_A_VM_NAME, "there");
	put_u32(INSULA_A_VM_ON_REBOOT, 1000);
	refused("set: no such value");
	begin(INSULA_CMD_HOST_GET);
	put_u32(1, 1);
	refused("host-get: an attribute");
}

static void begin_set(void)
{
	begin(INSULA_CMD_VM_SET);
	put_string(INSULA_A_VM_NAME, "there");
}

static void take_shares(struct genlmsghdr *genl, int len, void *arg)
{
	struct nlattr *attr = find(genl, len, INSULA_A_VM_CPU_SHARES);

	if (attr)
		*(uint32_t *)arg = *(uint32_t *)(attr + 1);
}

static uint32_t shares_of(const char *name)
{
	uint32_t shares = 0;

	begin(INSULA_CMD_VM_GET);
	put_string(INSULA_A_VM_NAME, name);
	transact_with(take_shares, &shares);
	return shares;
}

static void abuse_cpu_numbers(void)
{
	static const struct { int type; uint32_t value; const char *says; } bad[] = {
		{ INSULA_A_VM_CPU_SHARES, 0, "cpu-shares 0 is below the minimum of 1" },
		{ INSULA_A_VM_CPU_SHARES, 10001, "cpu-shares 10001 is above the maximum of 10000" },
		{ INSULA_A_VM_CPU_SHARES, ~0u, "cpu-shares 4294967295 is above" },
		{ INSULA_A_VM_CPU_MIN, 25501, "cpu-min 25501 is above the maximum of 25500%" },
		{ INSULA_A_VM_CPU_MIN, ~0u, "cpu-min 4294967295 is above" },
		{ INSULA_A_VM_CPU_MIN, 101, "exceeds what 1 vCPUs can use" },
		{ INSULA_A_VM_CPU_MAX, 25501, "cpu-max 25501 is above the maximum of 25500%" },
		{ INSULA_A_VM_CPU_MAX, ~0u, "cpu-max 4294967295 is above" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin_set();
		put_u32(bad[i].type, bad[i].value);
		refused("set: a number out of range");
		check(strstr(text, bad[i].says) != NULL, "and it says so", "%s", text);
		begin_create();
		put_u32(bad[i].type, bad[i].value);
		refused("create: a number out of range");
		begin_set();
		put_u8(bad[i].type, 1);
		refused("set: a number of one byte");
		begin_set();
		put_u64(bad[i].type, 1);
		refused("set: a number of eight bytes");
	}
	begin_set();
	put_u32(INSULA_A_VM_CPU_MIN, 50);
	put_u32(INSULA_A_VM_CPU_MAX, 49);
	refused("set: a guarantee above the cap");
	begin_set();
	put_u32(INSULA_A_VM_CPU_SHARES, 77);
	put_u32(INSULA_A_VM_CPU_MIN, 50);
	put_u32(INSULA_A_VM_CPU_MAX, 49);
	refused("set: one right, two wrong");
	check(shares_of("there") == INSULA_CPU_SHARES_DEFAULT, "and nothing was set", "shares %u",
	      shares_of("there"));
}

static void abuse_affinity(void)
{
	static const char *const bad[] = {
		"", ",", " ", "-", "x", "0-", "-1", "1-0", "0,,x", "0-0:0/0", "0x0", "0;0", "0\n!", "99-100",
		"8191", "65536", "4294967296", "18446744073709551616", "0-4294967295", "0-99999:1/99999",
		"%s%n", "\xff\xfe",
	};
	static char large[4000];
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin_set();
		put_string(INSULA_A_VM_CPU_AFFINITY, bad[i]);
		refused("set: an affinity that is none");
		begin_create();
		put_string(INSULA_A_VM_CPU_AFFINITY, bad[i]);
		refused("create: an affinity that is none");
	}
	for (i = 0; i < sizeof(large) - 1; i += 2)
		memcpy(large + i, "0,", 2);
	large[sizeof(large) - 2] = 'x';
	begin_set();
	put_string(INSULA_A_VM_CPU_AFFINITY, large);
	refused("set: a long affinity with a wrong end");
	begin_set();
	put(INSULA_A_VM_CPU_AFFINITY, "0", 1);
	refused("set: an affinity without its end");
	begin_set();
	put(INSULA_A_VM_CPU_AFFINITY, NULL, 0);
	refused("set: an affinity of no bytes");
	begin_set();
	put_u32(INSULA_A_VM_CPU_AFFINITY, 0x01010101);
	refused("set: an affinity that is a number");
	large[sizeof(large) - 2] = '0';
	begin_set();
	put_string(INSULA_A_VM_CPU_AFFINITY, large);
	check(!transact(), "set: CPU 0 two thousand times", "%s", text);
}

static void abuse_memory_target(void)
{
	static const uint64_t bad[] = {
		1, 4096, INSULA_MEMORY_TARGET_MIN - 4096, INSULA_MEMORY_TARGET_MIN + 1, RAM + 4096, 1ULL << 40,
		(1ULL << 40) + 4096, 1ULL << 63, ~0ULL, ~0ULL << 12,
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin_set();
		put_u64(INSULA_A_VM_MEMORY_TARGET, bad[i]);
		refused("set: a target out of range");
		begin_create();
		put_u64(INSULA_A_VM_MEMORY_TARGET, bad[i]);
		refused("create: a target out of range");
	}
	begin_set();
	put_u32(INSULA_A_VM_MEMORY_TARGET, 0);
	refused("set: a target of four bytes");
	begin_set();
	put(INSULA_A_VM_BALLOON, NULL, 0);
	refused("set: a balloon");
	begin_set();
	put_u64(INSULA_A_VM_MEMORY_TARGET, 0);
	check(!transact(), "set: no target", "%s", text);
}

static void count_vcpus(struct genlmsghdr *genl, int len, void *arg)
{
	struct nlattr *attr = find(genl, len, INSULA_A_VM_VCPU);

	*(int *)arg += attr != NULL;
}

static void abuse_vcpus(void)
{
	int vcpus = 0, err;

	begin(INSULA_CMD_VM_GET);
	put_string(INSULA_A_VM_NAME, "there");
	put(INSULA_A_VM_WITH_VCPUS, NULL, 0);
	err = transact_with(count_vcpus, &vcpus);
	check(!err && !vcpus, "vCPUs of a VM that is off", "answered %d, %d vCPUs", err, vcpus);
	begin(INSULA_CMD_VM_GET);
	put_string(INSULA_A_VM_NAME, "there");
	put_u32(INSULA_A_VM_WITH_VCPUS, 1);
	refused("get: a flag with a value");
	begin(INSULA_CMD_VM_GET);
	put_string(INSULA_A_VM_NAME, "there");
	open_nest(INSULA_A_VM_VCPU);
	close_nest();
	refused("get: what is an answer's");
	begin_for(family, INSULA_CMD_VM_GET, NLM_F_DUMP);
	put(INSULA_A_VM_WITH_VCPUS, NULL, 0);
	err = transact();
	check(err == -EINVAL, "a dump with vCPUs", "answered %d", err);
}

static void abuse_disks(void)
{
	static const char *const serials[] = {
		"", "123456789012345678901", "a\n", "\x7f", "\xc3\xa4", "\x01",
	};
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
		begin_create();
		put_disk(disk_fd, serials[i]);
		refused("create: a disk's serial that cannot be");
	}
	begin_create();
	for (i = 0; i < INSULA_DISKS_MAX + 1; i++)
		put_disk(disk_fd, NULL);
	refused("create: too many disks");
	begin_create();
	open_nest(INSULA_A_VM_DISK);
	close_nest();
	refused("create: an empty disk");
	begin_create();
	put_u32(INSULA_A_VM_DISK, disk_fd);
	refused("create: a disk that is a number");
	begin_create();
	put(INSULA_A_VM_DISK | NLA_F_NESTED, "x", 1);
	refused("create: a disk of a byte");
	begin_create();
	open_nest(INSULA_A_VM_DISK);
	put_u32(INSULA_A_DISK_FD, disk_fd);
	put_u64(INSULA_A_DISK_SIZE, 512);
	close_nest();
	refused("create: a disk with what only answers have");
	fd = make_memfd(DISK);
	begin_create();
	put_disk(fd, NULL);
	open_nest(INSULA_A_VM_DISK);
	put_u32(INSULA_A_DISK_FD, fd);
	close_nest();
	refused("create: a disk twice, once to be written to");
	close(fd);
	begin(INSULA_CMD_VM_SET);
	put_string(INSULA_A_VM_NAME, "there");
	put_disk(disk_fd, NULL);
	refused("set: a disk");
}

static void abuse_nics(void)
{
	static const char *const names[] = {
		"", ".", "..", "1234567890123456", "a b", "a/b", "a:b", "eth%d", "a\n", "\xa0",
	};
	static const uint8_t zero[6], group[6] = { 1 }, good[8] = { 2 };
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		begin_create();
		put_nic(names[i], NULL, 0);
		refused("create: a nic's name that cannot be");
	}
	begin_create();
	put_nic("a", zero, 6);
	refused("create: a nic's address of zeroes");
	begin_create();
	put_nic("a", group, 6);
	refused("create: a nic's address of a group");
	for (i = 0; i <= 8; i++) {
		if (i == 6)
			continue;
		begin_create();
		put_nic("a", good, i);
		refused("create: a nic's address of another length");
	}
	begin_create();
	for (i = 0; i < INSULA_NICS_MAX + 1; i++)
		put_nic(NULL, NULL, 0);
	refused("create: too many nics");
	begin_create();
	put_nic("a", NULL, 0);
	put_nic("a", NULL, 0);
	refused("create: a nic's name twice");
	begin_create();
	open_nest(INSULA_A_VM_NIC);
	put_u32(INSULA_A_NIC_IFINDEX, 1);
	close_nest();
	refused("create: a nic with what only answers have");
}

static void abuse_headers(void)
{
	uint8_t junk[64];
	int cmd, err;

	for (cmd = 0; cmd < 256; cmd += cmd < 10 ? 1 : 61) {
		if (cmd >= 1 && cmd <= INSULA_CMD_MAX && cmd != INSULA_CMD_VM_EVENT)
			continue;
		begin(cmd);
		err = transact();
		check(err == -EOPNOTSUPP, "no such command", "%d: answered %d", cmd, err);
	}
	begin_for(family, INSULA_CMD_VM_CREATE, NLM_F_DUMP);
	err = transact();
	check(err < 0, "create as a dump", "answered %d", err);
	begin(INSULA_CMD_VM_GET);
	req.head.nlmsg_len = NLMSG_HDRLEN;
	err = transact();
	check(err < 0, "without the generic header", "answered %d", err);
	memset(junk, 0xa5, sizeof(junk));
	send_bytes(junk, sizeof(junk));
	send_bytes(junk, 3);
	begin_for(family, INSULA_CMD_HOST_GET, 0);
	err = transact();
	check(!err, "sound after noise", "answered %d: %s", err, text);
}

static void mode_commands(void)
{
	static const int addressed[] = { INSULA_CMD_VM_DESTROY, INSULA_CMD_VM_ACTION,
					 INSULA_CMD_VM_SET, INSULA_CMD_VM_GET };
	uint32_t id;
	unsigned int i;
	int err;

	put_valid("there", ram_fd);
	err = transact();
	check(!err, "an honest create", "answered %d: %s", err, text);
	put_valid("there", ram_fd);
	refused("a name that is taken");
	for (i = 0; i < sizeof(addressed) / sizeof(addressed[0]); i++)
		abuse_addressing(addressed[i]);
	abuse_missing();
	abuse_numbers();
	abuse_segments();
	abuse_boot();
	abuse_cpu_numbers();
	abuse_affinity();
	abuse_memory_target();
	abuse_vcpus();
	abuse_disks();
	abuse_nics();
	abuse_headers();
	check(count_vms(&id) == 1, "none was made", "%d VMs", count_vms(&id));
	err = destroy("there");
	check(!err, "an honest destroy", "answered %d: %s", err, text);
	check(destroy("there") == -ENOENT, "destroy again", "not ENOENT");
}

/* files */

static void bad_ram(const char *name, int fd)
{
	put_valid("abc", fd);
	refused(name);
	if (fd > 2)
		close(fd);
}

static void bad_segment(const char *name, int fd)
{
	begin_create();
	put_segment(fd, 0x1000, 16);
	refused(name);
	if (fd > 2)
		close(fd);
}

static void bad_disk(const char *name, int fd)
{
	begin_create();
	put_disk(fd, NULL);
	refused(name);
	if (fd > 2)
		close(fd);
}

static void bad_writable_disk(const char *name, int fd)
{
	begin_create();
	open_nest(INSULA_A_VM_DISK);
	put_u32(INSULA_A_DISK_FD, fd);
	close_nest();
	refused(name);
	close(fd);
}

static void bad_disks(void)
{
	int pipes[2];

	bad_disk("disk: no descriptor", 999);
	bad_disk("disk: -1", -1);
	bad_disk("disk: /dev/zero", open("/dev/zero", O_RDONLY));
	bad_disk("disk: a directory", open("/", O_RDONLY | O_DIRECTORY));
	bad_disk("disk: a path", open("/proc/self/exe", O_PATH));
	bad_disk("disk: a file of proc", open("/proc/version", O_RDONLY));
	bad_disk("disk: a socket", socket(AF_UNIX, SOCK_STREAM, 0));
	bad_disk("disk: empty", make_memfd(0));
	bad_disk("disk: an odd size", make_memfd(DISK + 1));
	if (!pipe(pipes)) {
		bad_disk("disk: a pipe", pipes[0]);
		close(pipes[1]);
	}
	close(open("/tmp/abuse-disk", O_WRONLY | O_CREAT | O_TRUNC, 0600));
	if (truncate("/tmp/abuse-disk", DISK))
		check(0, "a file for disks", "%m");
	bad_disk("disk: write-only", open("/tmp/abuse-disk", O_WRONLY));
	bad_writable_disk("disk: read-only", open("/tmp/abuse-disk", O_RDONLY));
	bad_writable_disk("disk: for appending", open("/tmp/abuse-disk", O_RDWR | O_APPEND));
	unlink("/tmp/abuse-disk");
}

static void mode_files(void)
{
	int pipes[2], err;
	uint32_t id;

	bad_ram("memory-fd -1", -1);
	bad_ram("memory-fd 999", 999);
	bad_ram("memory-fd: /dev/null", open("/dev/null", O_RDWR));
	bad_ram("memory-fd: /dev/zero", open("/dev/zero", O_RDWR));
	bad_ram("memory-fd: a directory", open("/", O_RDONLY | O_DIRECTORY));
	bad_ram("memory-fd: a path", open("/proc/self/exe", O_PATH));
	bad_ram("memory-fd: a file of proc", open("/proc/self/status", O_RDONLY));
	bad_ram("memory-fd: a socket", socket(AF_UNIX, SOCK_STREAM, 0));
	bad_ram("memory-fd: read-only", open("/proc/self/exe", O_RDONLY));
	if (!pipe(pipes)) {
		bad_ram("memory-fd: a pipe", pipes[0]);
		close(pipes[1]);
	}
	bad_ram("memory-fd: too small", sealed(RAM - 4096));
	bad_ram("memory-fd: empty", sealed(0));
	bad_segment("segment: no descriptor", 999);
	bad_segment("segment: /dev/zero", open("/dev/zero", O_RDONLY));
	bad_segment("segment: a directory", open("/", O_RDONLY | O_DIRECTORY));
	bad_segment("segment: write-only", open("/tmp/abuse-wo", O_WRONLY | O_CREAT, 0600));
	unlink("/tmp/abuse-wo");
	bad_disks();

	/* The descriptor's number may be used again at once; the file stays. */
	put_valid("abc", ram_fd);
	err = transact();
	check(!err, "create", "answered %d: %s", err, text);
	put_valid("abd", ram_fd);
	err = transact();
	printf("# the same RAM file for two VMs: %d %s\n", err, err ? text : "");
	destroy_all();
	check(!count_vms(&id), "all are gone", "%d VMs", count_vms(&id));
}

/* truncate */

struct status {
	uint32_t state;
	char reason[INSULA_REASON_MAX + 1], console[64];
};

static void take_status(struct genlmsghdr *genl, int len, void *arg)
{
	struct status *s = arg;
	struct nlattr *attr = find(genl, len, INSULA_A_VM_STATE);

	if (attr)
		s->state = *(uint32_t *)(attr + 1);
	attr = find(genl, len, INSULA_A_VM_REASON);
	if (attr)
		snprintf(s->reason, sizeof(s->reason), "%s", (char *)(attr + 1));
	attr = find(genl, len, INSULA_A_VM_CONSOLE);
	if (attr)
		snprintf(s->console, sizeof(s->console), "%s", (char *)(attr + 1));
}

static int get_status(const char *name, struct status *s)
{
	memset(s, 0, sizeof(*s));
	begin(INSULA_CMD_VM_GET);
	put_string(INSULA_A_VM_NAME, name);
	return transact_with(take_status, s);
}

static void truncate_before_start(void)
{
	int fd = make_memfd(RAM), err;
	struct status s;

	put_valid("early", fd);
	err = transact();
	if (err) {
		check(text[0], "a RAM file that may shrink", "refused without a word (%d)", err);
		printf("# a RAM file that may shrink is refused: %s\n", text);
		close(fd);
		return;
	}
	check(!ftruncate(fd, 0), "truncate before start", "ftruncate: %m");
	err = act("early", INSULA_ACTION_START);
	sleep(1);
	get_status("early", &s);
	check(err || s.state == INSULA_VM_STATE_CRASHED, "start on an empty file", "state %u", s.state);
	printf("# start on an empty file: %d %s, %s\n", err, text, s.reason);
	check(!destroy("early"), "destroy", "%s", text);
	close(fd);
}

/* A guest with RAM in @fd, which waits until it is let go. Return: was it made? */
static int start_on(const char *name, int fd)
{
	int err;

	put_valid(name, fd);
	if (transact()) {
		close(fd);
		return 0;
	}
	err = act(name, INSULA_ACTION_START);
	check(!err, "start", "%d %s", err, text);
	return 1;
}

/* It goes through its RAM from now on. Return: its console. */
static int let_go(const char *name)
{
	struct status s;
	int tty;

	get_status(name, &s);
	tty = open(s.console, O_RDWR | O_NOCTTY | O_NONBLOCK);
	check(tty >= 0 && write(tty, "x", 1) == 1, "console", "%s: %m", s.console);
	return tty;
}

/* Let go, it has to come upon what its RAM file lacks, whose @fd this is, and goes with that. */
static void ends_with(const char *name, const char *reason, int fd)
{
	struct status s = { 0 };
	int tty = let_go(name), tries;

	for (tries = 0; tries < 100 && s.state != INSULA_VM_STATE_CRASHED; tries++) {
		usleep(100000);
		get_status(name, &s);
	}
	check(s.state == INSULA_VM_STATE_CRASHED && strstr(s.reason, reason),
	      "the guest ends with a reason", "state %u, reason '%s'", s.state, s.reason);
	printf("# reason: %s\n", s.reason);
	check(!destroy(name), "destroy", "%s", text);
	close(tty);
	close(fd);
}

static void truncate_while_running(void)
{
	int fd = make_memfd(RAM);

	if (!start_on("late", fd))
		return;
	check(!ftruncate(fd, 0x8000), "truncate under a running guest", "ftruncate: %m");
	ends_with("late", "truncated?", fd);
}

/* What is mapped is still the guest's, what is not is new: it goes on. */
static void punch_while_running(void)
{
	int fd = make_memfd(RAM), err = 0, tty, i;
	struct status s;
	struct stat stat;

	if (!start_on("hole", fd))
		return;
	tty = let_go("hole");
	for (i = 0; i < 20 && !err; i++) {
		usleep(50000);
		err = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, RAM);
	}
	check(!err && !fstat(fd, &stat) && stat.st_blocks < 64, "holes under a running guest", "%m");
	get_status("hole", &s);
	check(s.state == INSULA_VM_STATE_RUNNING, "the guest goes on", "state %u, reason '%s'", s.state,
	      s.reason);
	check(!destroy("hole"), "destroy", "%s", text);
	close(tty);
	close(fd);
}

static void mode_truncate(void)
{
	truncate_before_start();
	truncate_while_running();
	punch_while_running();
}

/* full */

/* A file of RAM's size on a tmpfs with room for some of it. */
static int on_small_tmpfs(void)
{
	int fs = fsopen("tmpfs", FSOPEN_CLOEXEC), mount, fd;

	if (fs < 0 || fsconfig(fs, FSCONFIG_SET_STRING, "size", "256k", 0) ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	fd = openat(mount, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	close(mount);
	close(fs);
	return fd < 0 || ftruncate(fd, RAM) ? -1 : fd;
}

static int on_hugetlbfs(void)
{
	int fd = memfd_create("abuse", MFD_HUGETLB | MFD_CLOEXEC);

	return fd < 0 || ftruncate(fd, RAM) ? -1 : fd;
}

#define POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/"

static int pool(const char *what)
{
	char path[128];
	FILE *f;
	int n = -1;

	snprintf(path, sizeof(path), POOL "%s", what);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static void set_pool(int n)
{
	FILE *f = fopen(POOL "nr_hugepages", "w");

	check(f && fprintf(f, "%d\n", n) > 0 && !fclose(f) && pool("nr_hugepages") == n,
	      "a pool of huge pages", "%d instead of %d", pool("nr_hugepages"), n);
}

/* It is the only one that ends: nobody else could help it. */
static void full_tmpfs(void)
{
	struct status s;

	if (!start_on("other", make_memfd(RAM)))
		return;
	if (start_on("full", on_small_tmpfs()))
		ends_with("full", "no room", -1);
	get_status("other", &s);
	check(s.state == INSULA_VM_STATE_RUNNING, "another one goes on", "state %u, reason '%s'",
	      s.state, s.reason);
	check(!destroy("other"), "destroy", "%s", text);
}

static void hugetlb(void)
{
	struct status s;
	int fd, tty;

	set_pool(4);
	fd = on_hugetlbfs();
	if (!start_on("huge", fd))
		return;
	tty = let_go("huge");
	usleep(500000);
	get_status("huge", &s);
	check(s.state == INSULA_VM_STATE_RUNNING, "it runs on huge pages", "state %u, reason '%s'",
	      s.state, s.reason);
	check(pool("free_hugepages") == 3, "it has one", "%d are free", pool("free_hugepages"));
	check(!destroy("huge"), "destroy", "%s", text);
	close(tty);
	close(fd);
	set_pool(0);
}

static void hugetlb_full(void)
{
	int fd = on_hugetlbfs(), err;

	put_valid("none", fd);
	check(!transact(), "create without a huge page", "%s", text);
	err = act("none", INSULA_ACTION_START);
	check(err == -ENOSPC && strstr(text, "no room"), "the start fails", "%d %s", err, text);
	printf("# %s\n", text);
	check(!destroy("none"), "destroy", "%s", text);
	close(fd);
}

static void mode_full(void)
{
	full_tmpfs();
	hugetlb();
	hugetlb_full();
}

/* unprivileged */

static void all_refused(const char *who)
{
	char name[64];
	int cmd, err;

	err = open_socket();
	if (err) {
		/* in another network namespace there is no such family */
		check(err == -EPERM || err == -ENOENT, who, "the family: %d", err);
		return;
	}
	for (cmd = 1; cmd <= INSULA_CMD_MAX; cmd++) {
		if (cmd == INSULA_CMD_VM_EVENT)
			continue;
		snprintf(name, sizeof(name), "%s: command %d", who, cmd);
		if (cmd == INSULA_CMD_VM_CREATE)
			put_valid("abc", ram_fd);
		else
			begin(cmd);
		err = transact();
		check(err == -EPERM || err == -EACCES, name, "answered %d %s", err, text);
	}
	snprintf(name, sizeof(name), "%s: a dump", who);
	begin_for(family, INSULA_CMD_VM_GET, NLM_F_DUMP);
	err = transact();
	check(err == -EPERM || err == -EACCES, name, "answered %d %s", err, text);
}

static void as_child(const char *who, int (*become)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (become())
			check(0, who, "cannot become that: %m");
		else
			all_refused(who);
		_exit(failures != 0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		failures++;
}

static int become_nobody(void)
{
	return setgid(65534) || setuid(65534);
}

static int become_namespace_root(void)
{
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return -1;
	fd = open("/proc/self/uid_map", O_WRONLY);
	if (fd < 0 || write(fd, "0 0 1", 5) != 5)
		return -1;
	close(fd);
	return 0;
}

static int become_user_namespace_root(void)
{
	return unshare(CLONE_NEWUSER);
}

static void mode_unprivileged(void)
{
	as_child("nobody", become_nobody);
	as_child("root of a user namespace", become_user_namespace_root);
	as_child("root of namespaces", become_namespace_root);
}

/* fuzz */

static uint32_t random_state;

static uint32_t random32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void mutate(void)
{
	unsigned int start = NLMSG_HDRLEN, i, n = 1 + random32() % 4;

	for (i = 0; i < n; i++) {
		unsigned int at = start + random32() % (req.head.nlmsg_len - start);

		switch (random32() % 4) {
		case 0:
			req.bytes[at] = random32();
			break;
		case 1:
			req.bytes[at] ^= 1 << random32() % 8;
			break;
		case 2:
			*(uint32_t *)(req.bytes + (at & ~3)) = random32() & 1 ? random32() : ~0u;
			break;
		case 3:
			if (req.head.nlmsg_len > NLMSG_LENGTH(GENL_HDRLEN) + 8)
				req.head.nlmsg_len -= random32() % 8;
		}
	}
}

static void random_request(void)
{
	switch (random32() % 8) {
	case 0:
		begin(INSULA_CMD_VM_ACTION);
		put_string(INSULA_A_VM_NAME, "fuzz");
		put_u32(INSULA_A_VM_ACTION, random32() % 6);
		break;
	case 1:
		begin(INSULA_CMD_VM_SET);
		put_string(INSULA_A_VM_NAME, "fuzz");
		put_u32(INSULA_A_VM_ON_REBOOT, random32() % 3);
		put_u32(INSULA_A_VM_CPU_SHARES, random32() % 10002);
		put_u32(INSULA_A_VM_CPU_MIN, random32() % 110);
		put_u32(INSULA_A_VM_CPU_MAX, random32() % 110);
		put_u64(INSULA_A_VM_MEMORY_TARGET, (uint64_t)(random32() % 9000) << 12);
		put_string(INSULA_A_VM_CPU_AFFINITY, random32() & 1 ? "0" : "0-3,8");
		break;
	case 2:
		begin_for(family, INSULA_CMD_VM_GET, random32() & 1 ? NLM_F_DUMP : 0);
		put_string(INSULA_A_VM_NAME, "fuzz");
		if (random32() & 1)
			put(INSULA_A_VM_WITH_VCPUS, NULL, 0);
		break;
	case 3:
		begin(INSULA_CMD_VM_DESTROY);
		put_string(INSULA_A_VM_NAME, "fuzz");
		break;
	default:
		put_valid("fuzz", ram_fd);
	}
	if (random32() % 4)
		mutate();
}

static void mode_fuzz(uint32_t seed, int n)
{
	int i, err, done = 0;
	uint32_t id;

	random_state = seed * 2654435761u + 1;
	for (i = 0; i < n; i++) {
		random_request();
		err = transact();
		done += !err;
		if (err == -EAGAIN) {
			check(0, "an answer in time", "request %d", i);
			break;
		}
	}
	printf("# %d requests, %d were carried out\n", i, done);
	check(count_vms(&id) >= 0, "the list can be read", "%d", count_vms(&id));
	destroy_all();
	check(!count_vms(&id), "all are gone", "%d VMs", count_vms(&id));
}

/* fault injection: the N-th allocation of this task fails */

static int fail_fd;

static void arm(int n)
{
	char number[16];
	int len = snprintf(number, sizeof(number), "%d", n);

	if (pwrite(fail_fd, number, len, 0) != len) {
		perror("fail-nth");
		exit(1);
	}
}

/* Whether the fault has happened; there will be none afterwards. */
static int disarm(void)
{
	char number[16] = "";

	if (pread(fail_fd, number, sizeof(number) - 1, 0) < 0)
		perror("fail-nth");
	arm(0);
	return atoi(number) == 0;
}

/* Send what is in req with its N-th allocation failing. */
static int send_failing(int n, int *hit)
{
	int err;

	arm(n);
	err = send_bytes(&req, req.head.nlmsg_len);
	*hit = disarm();
	return err ? err : answers(NULL, NULL);
}

static void mode_fail(int start)
{
	int n, hit = 1, err, refusals = 0, vms;
	uint32_t id;

	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_fd < 0) {
		check(0, "fault injection", "not in this kernel: %m");
		return;
	}
	for (n = 1; hit && n < MAX_FAULTS; n++) {
		int fd = sealed(RAM);

		put_valid("f", fd);
		if (start) {
			err = transact();
			if (err) {
				check(0, "create", "%d %s", err, text);
				return;
			}
			begin(INSULA_CMD_VM_ACTION);
			put_string(INSULA_A_VM_NAME, "f");
			put_u32(INSULA_A_VM_ACTION, INSULA_ACTION_START);
		}
		err = send_failing(n, &hit);
		refusals += err != 0;
		if (err == -EAGAIN)
			check(0, "an answer", "none with allocation %d failing", n);
		vms = count_vms(&id);
		/* -ENOBUFS: netlink itself had no memory for the answer, whatever it was. */
		if (err != -ENOBUFS && vms != (start || !err))
			check(0, "as many VMs as were made", "%d with allocation %d failing, answer %d",
			      vms, n, err);
		if (vms > 0 && destroy("f"))
			check(0, "destroy", "after allocation %d failed: %s", n, text);
		close(fd);
	}
	printf("# %d allocations failed, %d requests with them\n", n - 2, refusals);
	check(!hit && n > 3, "every allocation was made to fail once", "%d", n);
	check(!err, "without a fault it succeeds", "%d %s", err, text);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	int err = open_socket();

	if (err) {
		check(0, "the family", "%d", err);
		return 1;
	}
	ram_fd = sealed(RAM);
	disk_fd = make_memfd(DISK);
	code_fd = make_memfd(0);
	if (write(code_fd, code, sizeof(code)) != sizeof(code))
		return 1;
	if (!strcmp(mode, "commands"))
		mode_commands();
	else if (!strcmp(mode, "files"))
		mode_files();
	else if (!strcmp(mode, "truncate"))
		mode_truncate();
	else if (!strcmp(mode, "full"))
		mode_full();
	else if (!strcmp(mode, "unprivileged"))
		mode_unprivileged();
	else if (!strcmp(mode, "fuzz") && argc == 4)
		mode_fuzz(atoi(argv[2]), atoi(argv[3]));
	else if (!strcmp(mode, "fail-create") || !strcmp(mode, "fail-start"))
		mode_fail(!strcmp(mode, "fail-start"));
	else
		return 2;
	puts("done");
	return failures != 0;
}
