// SPDX-License-Identifier: GPL-2.0-only
/*
 * request.c - a request's attributes as values that the rest of the module takes
 *
 * The policies have seen to types and lengths; check.c judges the numbers; here is what
 * needs the attributes themselves and the sender: what is missing, and the files behind
 * descriptors. Generic netlink runs a request in its sender's task, so that fget() looks
 * into the right table. Disks and nics are taken in request-devices.c.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <insula/guest-abi.h>
#include "check.h"
#include "extack.h"
#include "family.h"
#include "request-int.h"

#define RESET_VECTOR 0xfffffff0ULL

int request_refuse_missing(struct genl_info *info, struct nlattr *nest, u32 type,
			   const char *what)
{
	extack_set(info->extack, nest, "%s is missing", what);
	NL_SET_ERR_ATTR_MISS(info->extack, nest, type);
	return -EINVAL;
}

int request_refuse(struct genl_info *info, const struct nlattr *attr, const char *why)
{
	extack_set(info->extack, attr, "%s", why);
	return -EINVAL;
}

struct vm *request_vm(struct genl_info *info)
{
	struct nlattr *id = info->attrs[INSULA_A_VM_ID];
	struct nlattr *name = info->attrs[INSULA_A_VM_NAME];
	struct vm *vm;

	if (id && name)
		return ERR_PTR(request_refuse(info, name, "give an id or a name, not both"));
	if (!id && !name)
		return ERR_PTR(request_refuse_missing(info, NULL, INSULA_A_VM_NAME, "id or name"));
	vm = id ? vm_find_id(nla_get_u32(id)) : vm_find(nla_data(name));
	if (vm)
		return vm;
	extack_set(info->extack, id ?: name, "no such VM");
	return ERR_PTR(-ENOENT);
}

struct file *request_file(struct genl_info *info, const struct nlattr *attr, const char *what)
{
	struct file *file = fget(nla_get_u32(attr));

	if (file)
		return file;
	extack_set(info->extack, attr, "%s %u is not an open file", what, nla_get_u32(attr));
	return ERR_PTR(-EBADF);
}

int request_each(struct genl_info *info, struct vm_config *cfg, const struct request_list *list,
		 unsigned int *n)
{
	struct nlattr *attr;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != list->type)
			continue;
		if (*n == list->max) {
			extack_set(info->extack, attr, "there are more than %u %s", list->max,
				   list->what);
			return -EINVAL;
		}
		err = list->take(info, attr, cfg);
		if (err)
			return err;
		++*n;
	}
	return 0;
}

/* It is read at every start, so it must have a beginning that stays where it is. */
static int check_segment_file(struct genl_info *info, const struct nlattr *attr,
			      const struct boot_segment *seg, struct file *file)
{
	u64 size = i_size_read(file_inode(file));

	if (!S_ISREG(file_inode(file)->i_mode))
		return request_refuse(info, attr, "a segment's file must be a regular file");
	if (!(file->f_mode & FMODE_READ))
		return request_refuse(info, attr, "a segment's file must be open for reading");
	if (size < seg->offset + seg->len) {
		extack_set(info->extack, attr,
			   "a segment of %llu bytes at offset %llu of a file that has only %llu bytes",
			   seg->len, seg->offset, size);
		return -EINVAL;
	}
	return 0;
}

static int take_segment(struct genl_info *info, struct nlattr *nest, struct vm_config *cfg)
{
	struct boot_segment *seg = &cfg->segment[cfg->nsegments];
	struct nlattr *tb[INSULA_A_SEGMENT_MAX + 1], *fd, *address, *length;
	char why[CHECK_TEXT];
	struct file *file;
	int err;

	err = nla_parse_nested(tb, INSULA_A_SEGMENT_MAX, nest, policy_segment, info->extack);
	if (err)
		return err;
	fd = tb[INSULA_A_SEGMENT_FD];
	address = tb[INSULA_A_SEGMENT_ADDRESS];
	length = tb[INSULA_A_SEGMENT_LENGTH];
	if (!fd)
		return request_refuse_missing(info, nest, INSULA_A_SEGMENT_FD, "a segment's fd");
	if (!address)
		return request_refuse_missing(info, nest, INSULA_A_SEGMENT_ADDRESS,
					      "a segment's address");
	if (!length)
		return request_refuse_missing(info, nest, INSULA_A_SEGMENT_LENGTH,
					      "a segment's length");

	if (tb[INSULA_A_SEGMENT_OFFSET])
		seg->offset = nla_get_u64(tb[INSULA_A_SEGMENT_OFFSET]);
	seg->gpa = nla_get_u64(address);
	seg->len = nla_get_u64(length);
	if (check_segment(seg->offset, seg->gpa, seg->len, cfg->memory, why))
		return request_refuse(info, nest, why);

	file = request_file(info, fd, "a segment's fd");
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = check_segment_file(info, fd, seg, file);
	if (err) {
		fput(file);
		return err;
	}
	seg->file = file;
	return 0;
}

static u64 u64_or_zero(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static u32 u32_or(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

static int take_boot(struct genl_info *info, struct vm_config *cfg)
{
	struct nlattr *nest = info->attrs[INSULA_A_VM_BOOT], *tb[INSULA_A_BOOT_MAX + 1];
	struct boot_regs *boot = &cfg->boot;
	char why[CHECK_TEXT];
	int err;

	if (!nest) {
		boot->mode = INSULA_BOOT_MODE_REAL;
		boot->rip = RESET_VECTOR;
		return 0;
	}
	err = nla_parse_nested(tb, INSULA_A_BOOT_MAX, nest, policy_boot, info->extack);
	if (err)
		return err;
	boot->mode = u32_or(tb[INSULA_A_BOOT_MODE], INSULA_BOOT_MODE_REAL);
	boot->rip = u64_or_zero(tb[INSULA_A_BOOT_RIP]);
	boot->rsp = u64_or_zero(tb[INSULA_A_BOOT_RSP]);
	boot->rbx = u64_or_zero(tb[INSULA_A_BOOT_RBX]);
	boot->rsi = u64_or_zero(tb[INSULA_A_BOOT_RSI]);
	boot->rax = u64_or_zero(tb[INSULA_A_BOOT_RAX]);
	boot->cr3 = u64_or_zero(tb[INSULA_A_BOOT_CR3]);
	boot->gdt_base = u64_or_zero(tb[INSULA_A_BOOT_GDT_BASE]);
	boot->gdt_limit = u32_or(tb[INSULA_A_BOOT_GDT_LIMIT], 0);
	if (check_boot(boot->mode, boot->rip, boot->cr3, boot->gdt_limit, cfg->memory, why))
		return request_refuse(info, nest, why);
	return 0;
}

static int take_name(struct genl_info *info, struct vm_config *cfg)
{
	struct nlattr *attr = info->attrs[INSULA_A_VM_NAME];
	char why[CHECK_TEXT];

	if (!attr)
		return request_refuse_missing(info, NULL, INSULA_A_VM_NAME, "name");
	if (check_name(nla_data(attr), why))
		return request_refuse(info, attr, why);
	nla_strscpy(cfg->name, attr, sizeof(cfg->name));
	return 0;
}

static_assert(INSULA_CPU_SHARES_MIN == SCHED_SHARES_MIN);
static_assert(INSULA_CPU_SHARES_MAX == SCHED_SHARES_MAX);
static_assert(INSULA_CPU_SHARES_DEFAULT == SCHED_SHARES_DEFAULT);
static_assert(INSULA_CPU_PERCENT_MAX == 100 * GUEST_MAX_CPUS);
static_assert(SCHED_NO_MAX == 0);
static_assert(INSULA_MEMORY_SHARES_MIN == SHARE_SHARES_MIN);
static_assert(INSULA_MEMORY_SHARES_MAX == SHARE_SHARES_MAX);
static_assert(INSULA_MEMORY_SHARES_DEFAULT == SHARE_SHARES_DEFAULT);

/* A number that may be absent, and then stays what it is. Return: 1: taken, 0: absent, -EINVAL. */
static int take_setting(struct genl_info *info, u32 type, int (*check)(u32 value, char *why),
			u32 *setting)
{
	struct nlattr *attr = info->attrs[type];
	char why[CHECK_TEXT];

	if (!attr)
		return 0;
	if (check(nla_get_u32(attr), why))
		return request_refuse(info, attr, why);
	*setting = nla_get_u32(attr);
	return 1;
}

/*
 * All of them must be possible: one that is not would be forgotten without a word. Whether any is
 * online is for vm/ to see.
 */
static int refuse_cpus(struct genl_info *info, const struct nlattr *attr)
{
	extack_set(info->extack, attr, "cpu-affinity %.64s: this host has no other CPUs than %*pbl",
		   (const char *)nla_data(attr), cpumask_pr_args(cpu_possible_mask));
	return -EINVAL;
}

static int take_affinity(struct genl_info *info, struct cpumask *affinity)
{
	struct nlattr *attr = info->attrs[INSULA_A_VM_CPU_AFFINITY];
	const char *list;
	int err;

	if (!attr)
		return 0;
	list = nla_data(attr);
	/* The kernel's parser would stop at the end of a line. */
	err = strchr(list, '\n') ? -EINVAL : cpulist_parse(list, affinity);
	if (err == -ERANGE || err == -EOVERFLOW)
		return refuse_cpus(info, attr);
	if (err == -ENOMEM)
		return err;
	if (err) {
		extack_set(info->extack, attr,
			   "cpu-affinity \"%.64s\" is no list of CPUs such as 0-3,8", list);
		return -EINVAL;
	}
	if (cpumask_empty(affinity)) {
		extack_set(info->extack, attr,
			   "cpu-affinity is empty: name one or more of the CPUs %*pbl",
			   cpumask_pr_args(cpu_possible_mask));
		return -EINVAL;
	}
	return cpumask_subset(affinity, cpu_possible_mask) ? 1 : refuse_cpus(info, attr);
}

/* take_setting() for a number of bytes. */
static int take_bytes(struct genl_info *info, u32 type, int (*check)(u64 bytes, char *why),
		      u64 *setting)
{
	struct nlattr *attr = info->attrs[type];
	char why[CHECK_TEXT];

	if (!attr)
		return 0;
	if (check(nla_get_u64(attr), why))
		return request_refuse(info, attr, why);
	*setting = nla_get_u64(attr);
	return 1;
}

static int take_memory(struct genl_info *info, struct vm_memory *memory)
{
	int target = take_bytes(info, INSULA_A_VM_MEMORY_TARGET, check_memory_target,
				&memory->target);
	int min = target < 0 ? target : take_bytes(info, INSULA_A_VM_MEMORY_MIN, check_memory_min,
						   &memory->min);

	if (min < 0)
		return min;
	return (target ? VM_SET_MEMORY_TARGET : 0) | (min ? VM_SET_MEMORY_MIN : 0);
}

/* All settings that the request has. Return: which they are, of enum vm_setting, or -errno. */
static int take_settings(struct genl_info *info, struct vm_settings *settings)
{
	struct vm_cpu *cpu = &settings->cpu;
	const struct {
		u32 type, which;
		int (*check)(u32 value, char *why);
		u32 *setting;
	} numbers[] = {
		{ INSULA_A_VM_ON_REBOOT, VM_SET_ON_REBOOT, check_on_reboot, &settings->on_reboot },
		{ INSULA_A_VM_CPU_SHARES, VM_SET_CPU_SHARES, check_cpu_shares, &cpu->shares },
		{ INSULA_A_VM_CPU_MIN, VM_SET_CPU_MIN, check_cpu_min, &cpu->min },
		{ INSULA_A_VM_CPU_MAX, VM_SET_CPU_MAX, check_cpu_max, &cpu->max },
		{ INSULA_A_VM_MEMORY_SHARES, VM_SET_MEMORY_SHARES, check_memory_shares,
		  &settings->memory.shares },
	};
	unsigned int i;
	u32 which = 0;
	int taken;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		taken = take_setting(info, numbers[i].type, numbers[i].check, numbers[i].setting);
		if (taken < 0)
			return taken;
		if (taken)
			which |= numbers[i].which;
	}
	taken = take_affinity(info, &cpu->affinity);
	if (taken < 0)
		return taken;
	which |= taken ? VM_SET_CPU_AFFINITY : 0;
	taken = take_memory(info, &settings->memory);
	return taken < 0 ? taken : which | taken;
}

static int take_numbers(struct genl_info *info, struct vm_config *cfg)
{
	struct nlattr **attrs = info->attrs;
	char why[CHECK_TEXT];

	cfg->cpus = u32_or(attrs[INSULA_A_VM_CPUS], 1);
	if (check_cpus(cfg->cpus, why))
		return request_refuse(info, attrs[INSULA_A_VM_CPUS], why);
	if (!attrs[INSULA_A_VM_MEMORY])
		return request_refuse_missing(info, NULL, INSULA_A_VM_MEMORY, "memory");
	cfg->memory = nla_get_u64(attrs[INSULA_A_VM_MEMORY]);
	if (check_memory(cfg->memory, why))
		return request_refuse(info, attrs[INSULA_A_VM_MEMORY], why);
	cfg->debug_exit = nla_get_flag(attrs[INSULA_A_VM_DEBUG_EXIT]);
	return 0;
}

static int take_all_settings(struct genl_info *info, struct vm_settings *settings)
{
	int which;

	settings->on_reboot = INSULA_ON_REBOOT_RESTART;
	settings->cpu.shares = SCHED_SHARES_DEFAULT;
	settings->cpu.max = SCHED_NO_MAX;
	settings->memory.shares = SHARE_SHARES_DEFAULT;
	cpumask_copy(&settings->cpu.affinity, cpu_possible_mask);
	which = take_settings(info, settings);
	return which < 0 ? which : 0;
}

static int take_ram(struct genl_info *info, struct vm_config *cfg)
{
	struct nlattr *attr = info->attrs[INSULA_A_VM_MEMORY_FD];
	struct file *file;

	if (!attr)
		return request_refuse_missing(info, NULL, INSULA_A_VM_MEMORY_FD, "memory-fd");
	file = request_file(info, attr, "memory-fd");
	if (IS_ERR(file))
		return PTR_ERR(file);
	cfg->ram = file;
	return 0;
}

static const struct request_list segments = {
	INSULA_A_VM_SEGMENT, INSULA_SEGMENTS_MAX, "segments", take_segment
};

int request_config(struct genl_info *info, struct vm_config *cfg)
{
	int err = take_name(info, cfg);

	if (!err)
		err = take_numbers(info, cfg);
	if (!err)
		err = take_all_settings(info, &cfg->settings);
	if (!err)
		err = take_boot(info, cfg);
	if (!err)
		err = take_ram(info, cfg);
	if (!err)
		err = request_each(info, cfg, &segments, &cfg->nsegments);
	if (!err)
		err = request_each(info, cfg, &request_disks, &cfg->ndisks);
	if (!err)
		err = request_each(info, cfg, &request_nics, &cfg->nnics);
	return err;
}

void request_config_release(struct vm_config *cfg)
{
	unsigned int i;

	for (i = 0; i < cfg->ndisks; i++)
		fput(cfg->disk[i].file);
	for (i = 0; i < cfg->nsegments; i++)
		fput(cfg->segment[i].file);
	if (cfg->ram)
		fput(cfg->ram);
}

int request_action(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[INSULA_A_VM_ACTION];
	char why[CHECK_TEXT];

	if (!attr)
		return request_refuse_missing(info, NULL, INSULA_A_VM_ACTION, "action");
	if (check_action(nla_get_u32(attr), why))
		return request_refuse(info, attr, why);
	return nla_get_u32(attr);
}

int request_settings(struct genl_info *info, struct vm_settings *settings)
{
	int which = take_settings(info, settings);

	return which ?: request_refuse_missing(info, NULL, INSULA_A_VM_CPU_SHARES, "a setting");
}
