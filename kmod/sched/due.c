// SPDX-License-Identifier: GPL-2.0-only
/*
 * due.c - see due.h
 *
 * As long as any vCPU wants to run, sched_entitle() is called every SCHED_ENTITLE_NS; when none
 * does, it stops, and whoever is queued next starts it again.
 */
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include "../control/extack.h"
#include "../vm/vcpu.h"
#include "admit.h"
#include "cpu.h"
#include "due.h"

#define PERIOD nsecs_to_jiffies(SCHED_ENTITLE_NS)

/* Guards what follows, and of each VM: allowed, lacking, the guarantee. Inside of vm->lock. */
static DEFINE_MUTEX(due_lock);
static LIST_HEAD(vms);
static LIST_HEAD(promised);	/* VMs with a guarantee: who has had one for longer comes first */
static unsigned int nr_vms, nr_promised;

static unsigned long active;	/* bit 0: the work is due some time */
static void keep_track(struct work_struct *work);
static DECLARE_DELAYED_WORK(track, keep_track);

void due_start(void)
{
	if (!test_bit(0, &active) && !test_and_set_bit(0, &active))
		queue_delayed_work(system_unbound_wq, &track, PERIOD);
}

void due_stop(void)
{
	cancel_delayed_work_sync(&track);
}

/* Now rather than in a while. */
static void due_hurry(void)
{
	set_bit(0, &active);
	mod_delayed_work(system_unbound_wq, &track, 0);
}

static bool anybody_wants(void)
{
	struct vm *vm;

	list_for_each_entry(vm, &vms, due_link) {
		if (READ_ONCE(vm->sched.runnable) || READ_ONCE(vm->sched.throttled))
			return true;
	}
	return false;
}

/* Without memory for it what was found last stands for another while. */
static void entitle(void)
{
	struct sched_vm **array = kvmalloc_array(nr_vms, sizeof(*array), GFP_KERNEL);
	unsigned int n = 0;
	struct vm *vm;

	if (!array)
		return;
	list_for_each_entry(vm, &vms, due_link)
		array[n++] = &vm->sched;
	sched_entitle(&sched_sys, array, n, ktime_get_ns());
	kvfree(array);
}

static void keep_track(struct work_struct *work)
{
	mutex_lock(&due_lock);
	if (nr_vms)
		entitle();
	if (anybody_wants()) {
		queue_delayed_work(system_unbound_wq, &track, PERIOD);
	} else {
		clear_bit(0, &active);
		smp_mb__after_atomic();	/* against due_start(), which comes after the queuing */
		if (anybody_wants())
			due_start();
	}
	mutex_unlock(&due_lock);
}

void due_add(struct vm *vm)
{
	mutex_lock(&due_lock);
	INIT_LIST_HEAD(&vm->promise_link);
	list_add_tail(&vm->due_link, &vms);
	nr_vms++;
	mutex_unlock(&due_lock);
}

/* Guarantees. */

static void claim(struct admit_claim *claim, u32 percent, const cpumask_t *allowed)
{
	claim->percent = percent;
	claim->allowed = cpumask_bits(allowed);
}

static void *admit_memory(struct admit_claim **claims, unsigned int n)
{
	size_t scratch = ALIGN(sched_admit_size(n, nr_cpu_ids), sizeof(long));
	void *memory = kvmalloc(scratch + n * sizeof(**claims), GFP_KERNEL);

	if (memory)
		*claims = memory + scratch;
	return memory;
}

/* All but @vm's. Return: how many. */
static unsigned int claim_others(struct admit_claim *claims, const struct vm *vm)
{
	unsigned int n = 0;
	struct vm *other;

	list_for_each_entry(other, &promised, promise_link) {
		if (other != vm)
			claim(&claims[n++], other->sched.min.percent, &other->allowed);
	}
	return n;
}

/* Percent that the CPUs of @allowed have. */
static unsigned int all_of(const cpumask_t *allowed)
{
	return ADMIT_CPU * bitmap_weight_and(cpumask_bits(allowed), sched_online, nr_cpu_ids);
}

static int admit(const struct vm *vm, const struct vm_cpu *cpu, struct netlink_ext_ack *extack)
{
	struct admit_claim *claims;
	void *memory = admit_memory(&claims, nr_promised + 1);
	unsigned int n;
	int err = 0;

	if (!memory)
		return -ENOMEM;
	n = claim_others(claims, vm);
	claim(&claims[n], cpu->min, &cpu->affinity);
	sched_admit(claims, n + 1, sched_online, nr_cpu_ids, memory);
	if (claims[n].granted < cpu->min) {
		extack_set(extack, NULL, "cpu-min %u%% exceeds what is left (%u%% of %u%%)",
			   cpu->min, claims[n].granted, all_of(&cpu->affinity));
		err = -ENOSPC;
	}
	kvfree(memory);
	return err;
}

/* A guarantee that cannot be kept any more is no reason to refuse what does not concern it. */
static bool asks_for_more(const struct vm *vm, const struct vm_cpu *cpu)
{
	return cpu->min && (cpu->min > vm->sched.min.percent ||
			    !cpumask_equal(&cpu->affinity, &vm->allowed));
}

/* Who is concerned learns of it: a guarantee that was kept is not any more, or the reverse. */
static void set_lacking(struct vm *vm, u32 lacking)
{
	if (lacking == vm->lacking)
		return;
	WRITE_ONCE(vm->lacking, lacking);
	vm_tell(vm);
}

static void promise(struct vm *vm)
{
	if (list_empty(&vm->promise_link)) {
		list_add_tail(&vm->promise_link, &promised);
		nr_promised++;
	}
}

static void unpromise(struct vm *vm)
{
	if (!list_empty(&vm->promise_link)) {
		list_del_init(&vm->promise_link);
		nr_promised--;
	}
}

static void review(void)
{
	struct admit_claim *claims;
	unsigned int i = 0;
	struct vm *vm;
	void *memory;

	if (!nr_promised)
		return;
	memory = admit_memory(&claims, nr_promised);
	if (!memory)
		return;
	sched_admit(claims, claim_others(claims, NULL), sched_online, nr_cpu_ids, memory);
	list_for_each_entry(vm, &promised, promise_link) {
		set_lacking(vm, claims[i].percent - claims[i].granted);
		i++;
	}
	kvfree(memory);
}

int due_set(struct vm *vm, const struct vm_cpu *cpu, struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&due_lock);
	if (asks_for_more(vm, cpu))
		err = admit(vm, cpu, extack);
	if (!err) {
		cpumask_copy(&vm->allowed, &cpu->affinity);
		local_irq_disable();
		sched_vm_set(&vm->sched, cpu->shares, cpu->min, cpu->max, ktime_get_ns());
		local_irq_enable();
		if (cpu->min) {
			promise(vm);
		} else {
			unpromise(vm);
			set_lacking(vm, 0);
		}
		review();
	}
	mutex_unlock(&due_lock);
	if (!err)
		due_hurry();
	return err;
}

void due_remove(struct vm *vm)
{
	mutex_lock(&due_lock);
	if (!list_empty(&vm->due_link)) {
		list_del_init(&vm->due_link);
		nr_vms--;
		unpromise(vm);
		review();
	}
	mutex_unlock(&due_lock);
}

void due_review(void)
{
	mutex_lock(&due_lock);
	review();
	if (nr_vms)
		due_hurry();
	mutex_unlock(&due_lock);
}
