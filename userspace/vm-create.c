// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-create.c - from settings to a VM
 *
 * Files and descriptors are dealt with here; what becomes of their contents
 * is planned by boot/. The module takes its own references, so everything is
 * closed again in the end.
 */
#include "vm-create.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/boot.h"
#include "disk-file.h"
#include "insula.h"
#include "size.h"
#include "vm.h"

#define HUGE_PAGE	(2u << 20)

/* Everything a VM is made of; descriptors are -1 when there is none. */
struct parts {
	int memory;
	int disks[INSULA_DISKS_MAX];
	int sources[BOOT_NR_SOURCES];
	struct boot_plan *plan;
};

static int read_fd(const struct boot_image *image, void *buf, size_t len, uint64_t offset)
{
	int fd = *(const int *)image->context;

	while (len) {
		ssize_t n = pread(fd, buf, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		buf = (char *)buf + n;
		offset += n;
		len -= n;
	}
	return 0;
}

/* O_NONBLOCK: a FIFO is to be refused, not waited for. */
static int open_image(const char *vm, const char *path, int *fd, struct boot_image *image)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0 || fstat(*fd, &st))
		return fail(EXIT_FAILED, vm, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(EXIT_FAILED, vm, "%s: not a regular file", path);
	*image = (struct boot_image){
		.name = path,
		.size = st.st_size,
		.read = read_fd,
		.context = fd,
	};
	return EXIT_DONE;
}

/* A file without a name that nobody can resize: the module relies on it. */
static int make_memfd(const char *vm, const char *kind, uint64_t size)
{
	char name[sizeof("insula:.blob") + INSULA_NAME_MAX];
	int fd;

	snprintf(name, sizeof(name), "insula:%s%s", vm, kind);
	fd = memfd_create(name, MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, size)) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		complain(vm, "can't make a memory file: %s", strerror(errno));
	return fd;
}

static int seal(const char *vm, int fd, int seals)
{
	if (fcntl(fd, F_ADD_SEALS, seals | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return fail(EXIT_FAILED, vm, "can't seal a memory file: %s", strerror(errno));
	return EXIT_DONE;
}

/* A tmpfs of its own, mounted nowhere, which makes 2 MiB pages wherever the host has them. */
static int make_huge_mount(uint64_t size)
{
	char bytes[32];
	int mount = -1, fs = fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (fs < 0)
		return -1;
	snprintf(bytes, sizeof(bytes), "%" PRIu64, size);
	if (!fsconfig(fs, FSCONFIG_SET_STRING, "huge", "always", 0) &&
	    !fsconfig(fs, FSCONFIG_SET_STRING, "size", bytes, 0) &&
	    !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	close(fs);
	return mount;
}

/* It cannot be sealed, as a memfd can; but nobody else has it. */
static int make_huge_file(const char *vm, uint64_t size)
{
	/* A whole number of large pages, or the last one would be of small ones. */
	int mount = make_huge_mount((size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE), fd = -1;

	if (mount >= 0)
		fd = openat(mount, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, size)) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		complain(vm, "can't make a memory file of huge pages: %s", strerror(errno));
	if (mount >= 0)
		close(mount);
	return fd;
}

static int make_ram(const char *vm, const struct vm_args *args, int *fd)
{
	if (args->hugepages) {
		*fd = make_huge_file(vm, args->memory);
		return *fd < 0 ? EXIT_FAILED : EXIT_DONE;
	}
	*fd = make_memfd(vm, "", args->memory);
	return *fd < 0 ? EXIT_FAILED : seal(vm, *fd, 0);
}

static int make_blob(const char *vm, const struct boot_plan *plan, int *fd)
{
	*fd = make_memfd(vm, ".blob", sizeof(plan->blob) + plan->blob_zeroes);
	if (*fd < 0)
		return EXIT_FAILED;
	if (pwrite(*fd, plan->blob, sizeof(plan->blob), 0) != sizeof(plan->blob))
		return fail(EXIT_FAILED, vm, "can't write a memory file: %s", strerror(errno));
	return seal(vm, *fd, F_SEAL_WRITE);
}

static int plan_boot(const char *vm, const struct vm_args *args, struct parts *parts)
{
	struct boot_image kernel, initrd;
	struct boot_input in = {
		.kernel = &kernel,
		.cmdline = args->append ? args->append : "",
		.memory = args->memory,
		.cpus = args->cpus,
	};
	int status;

	status = open_image(vm, args->kernel, &parts->sources[BOOT_FROM_KERNEL], &kernel);
	if (!status && args->initrd) {
		status = open_image(vm, args->initrd, &parts->sources[BOOT_FROM_INITRD], &initrd);
		in.initrd = &initrd;
	}
	if (status)
		return status;
	parts->plan = malloc(sizeof(*parts->plan));
	if (!parts->plan)
		return fail(EXIT_FAILED, vm, "%s", strerror(ENOMEM));
	if (boot_prepare(&in, parts->plan))
		return fail(EXIT_FAILED, vm, "%s", parts->plan->error);
	return make_blob(vm, parts->plan, &parts->sources[BOOT_FROM_BLOB]);
}

static int open_disks(const char *vm, const struct vm_args *args, struct parts *parts)
{
	int status = EXIT_DONE;

	for (unsigned int i = 0; i < args->nr_disks && !status; i++)
		status = disk_file_open(vm, &args->disks[i], &parts->disks[i]);
	return status;
}

/*
 * What can be told early. A name that is made from the VM's is taken mostly because there is such
 * a VM, which the module will say.
 */
static int check_nics(const char *vm, const struct vm_args *args)
{
	for (unsigned int i = 0; i < args->nr_nics; i++) {
		const char *name = args->nics[i].name;

		if (*name && if_nametoindex(name))
			return fail(EXIT_FAILED, vm, "nic %s: there is an interface of that name",
				    name);
		if (!*name && snprintf(NULL, 0, "%s.%u", vm, i) > INSULA_NIC_NAME_MAX)
			return fail(EXIT_USAGE, vm, "nic %u: %s.%u has more than %d characters:"
				    " give it another name (--nic name=IF)",
				    i, vm, i, INSULA_NIC_NAME_MAX);
	}
	return EXIT_DONE;
}

static struct nlattr *begin_nest(struct nl_msg *msg, int type)
{
	return nla_nest_start(msg, type | NLA_F_NESTED);
}

static void put_segments(struct nl_msg *msg, const struct parts *parts)
{
	for (unsigned int i = 0; i < parts->plan->nr_segments; i++) {
		const struct boot_segment *segment = &parts->plan->segments[i];
		struct nlattr *nest = begin_nest(msg, INSULA_A_VM_SEGMENT);

		nla_put_u32(msg, INSULA_A_SEGMENT_FD, parts->sources[segment->source]);
		nla_put_u64(msg, INSULA_A_SEGMENT_OFFSET, segment->offset);
		nla_put_u64(msg, INSULA_A_SEGMENT_ADDRESS, segment->address);
		nla_put_u64(msg, INSULA_A_SEGMENT_LENGTH, segment->length);
		nla_nest_end(msg, nest);
	}
}

static void put_registers(struct nl_msg *msg, const struct boot_registers *regs)
{
	struct nlattr *nest = begin_nest(msg, INSULA_A_VM_BOOT);

	nla_put_u32(msg, INSULA_A_BOOT_MODE, regs->mode);
	nla_put_u64(msg, INSULA_A_BOOT_RIP, regs->rip);
	nla_put_u64(msg, INSULA_A_BOOT_RSP, regs->rsp);
	nla_put_u64(msg, INSULA_A_BOOT_RBX, regs->rbx);
	nla_put_u64(msg, INSULA_A_BOOT_RSI, regs->rsi);
	nla_put_u64(msg, INSULA_A_BOOT_RAX, regs->rax);
	nla_put_u64(msg, INSULA_A_BOOT_CR3, regs->cr3);
	nla_put_u64(msg, INSULA_A_BOOT_GDT_BASE, regs->gdt_base);
	nla_put_u32(msg, INSULA_A_BOOT_GDT_LIMIT, regs->gdt_limit);
	nla_nest_end(msg, nest);
}

static void put_disks(struct nl_msg *msg, const struct vm_args *args, const struct parts *parts)
{
	for (unsigned int i = 0; i < args->nr_disks; i++) {
		struct nlattr *nest = begin_nest(msg, INSULA_A_VM_DISK);

		nla_put_u32(msg, INSULA_A_DISK_FD, parts->disks[i]);
		if (args->disks[i].ro)
			nla_put_flag(msg, INSULA_A_DISK_RO);
		if (args->disks[i].serial[0])
			nla_put_string(msg, INSULA_A_DISK_SERIAL, args->disks[i].serial);
		nla_nest_end(msg, nest);
	}
}

static void put_nics(struct nl_msg *msg, const struct vm_args *args)
{
	for (unsigned int i = 0; i < args->nr_nics; i++) {
		struct nlattr *nest = begin_nest(msg, INSULA_A_VM_NIC);

		if (args->nics[i].name[0])
			nla_put_string(msg, INSULA_A_NIC_NAME, args->nics[i].name);
		if (args->nics[i].has_mac)
			nla_put(msg, INSULA_A_NIC_MAC, MAC_BYTES, args->nics[i].mac);
		/* Empty or not: it is a nic. */
		nla_nest_end_keep_empty(msg, nest);
	}
}

static void on_created(struct nlattr *attrs, int len, void *arg)
{
	struct vm vm;

	vm_parse(attrs, len, &vm);
	*(uint32_t *)arg = vm.id;
}

static int request(struct nl *nl, const char *name, const struct vm_args *args,
		   const struct parts *parts, uint32_t *id)
{
	struct nl_msg *msg = module_new(nl, INSULA_CMD_VM_CREATE, false);

	nla_put_string(msg, INSULA_A_VM_NAME, name);
	nla_put_u32(msg, INSULA_A_VM_CPUS, args->cpus);
	nla_put_u64(msg, INSULA_A_VM_MEMORY, args->memory);
	nla_put_u32(msg, INSULA_A_VM_MEMORY_FD, parts->memory);
	vm_put_settings(msg, args);
	if (args->debug_exit)
		nla_put_flag(msg, INSULA_A_VM_DEBUG_EXIT);
	put_disks(msg, args, parts);
	put_nics(msg, args);
	if (parts->plan) {
		put_segments(msg, parts);
		put_registers(msg, &parts->plan->regs);
	}
	return module_call(nl, msg, on_created, id) ? vm_failed(nl, name) : EXIT_DONE;
}

static void open_no_parts(struct parts *parts)
{
	parts->memory = -1;
	for (int i = 0; i < INSULA_DISKS_MAX; i++)
		parts->disks[i] = -1;
	for (int i = 0; i < BOOT_NR_SOURCES; i++)
		parts->sources[i] = -1;
	parts->plan = NULL;
}

static void close_parts(struct parts *parts)
{
	if (parts->memory >= 0)
		close(parts->memory);
	for (int i = 0; i < INSULA_DISKS_MAX; i++)
		if (parts->disks[i] >= 0)
			close(parts->disks[i]);
	for (int i = 0; i < BOOT_NR_SOURCES; i++)
		if (parts->sources[i] >= 0)
			close(parts->sources[i]);
	free(parts->plan);
}

int vm_create(struct nl *nl, const char *name, const struct vm_args *args, uint32_t *id)
{
	struct parts parts;
	uint32_t ignored;
	int status;

	open_no_parts(&parts);
	status = check_nics(name, args);
	if (!status)
		status = open_disks(name, args, &parts);
	if (!status && args->kernel)
		status = plan_boot(name, args, &parts);
	if (!status)
		status = make_ram(name, args, &parts.memory);
	if (!status)
		status = request(nl, name, args, &parts, id ? id : &ignored);
	close_parts(&parts);
	return status;
}
