// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpus.c - the host's CPUs: which there are, how near to each other, which come and go
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include "../vm/vcpu.h"
#include "cpu.h"
#include "due.h"
#include "sched.h"
#include "trace.h"

struct sched_system sched_sys;
unsigned long *sched_online;

static u16 **near_table;
static int hotplug_state;

/* How far it is from @a to @b: the same core, package, node, or none of that. */
static unsigned int distance(unsigned int a, unsigned int b)
{
	if (a == b)
		return 0;
	if (cpumask_test_cpu(b, topology_core_cpumask(a)))
		return cpumask_test_cpu(b, topology_sibling_cpumask(a)) ? 2 : 1;
	return cpu_to_node(a) == cpu_to_node(b) ? 3 : 4;
}

/*
 * A CPU's siblings come behind other cores of the package: half a core is worth less than a whole
 * one a few steps away. Who reads it meanwhile sees an order that is neither the old nor the new
 * one, but always of CPUs.
 */
static void sort_near(unsigned int cpu)
{
	unsigned int far, other, n = 0;

	for (far = 0; far <= 4; far++) {
		for (other = 0; other < sched_sys.nr_cpus; other++) {
			if (distance(cpu, other) == far)
				WRITE_ONCE(near_table[cpu][n++], other);
		}
	}
}

/* On the CPU itself, which is able to run threads. */
static int come_online(unsigned int nr)
{
	struct sched_rq *rq = sched_sys.rq[nr];
	unsigned int cpu;

	/* At load they have just been sorted. */
	for_each_cpu(cpu, hotplug_state ? topology_core_cpumask(nr) : cpu_none_mask)
		sort_near(cpu);
	raw_spin_lock_irq(&rq->lock);
	rq->online = true;
	set_bit(nr, sched_online);
	set_bit(nr, sched_sys.idle);
	raw_spin_unlock_irq(&rq->lock);
	local_irq_disable();
	cpu_look(cpu_of(rq));
	local_irq_enable();
	due_review();
	return 0;
}

/* The last one may not go while there is work. It cannot: the host needs it, too. */
static struct sched_vcpu *evict(struct sched_cpu *cpu)
{
	struct sched_vcpu *v = cpu->rq.curr;
	u64 now = ktime_get_ns();

	if (!v)
		return sched_leave(&cpu->rq, now);
	cpu_charge(cpu, now);
	sched_block(v, now);
	cpu->away = 0;
	set_bit(REQ_SCHED, &vcpu_of(v)->requests);
	return v;
}

static int go_offline(unsigned int nr)
{
	struct sched_cpu *cpu = cpu_of(sched_sys.rq[nr]);
	struct sched_vcpu *v;

	do {
		local_irq_disable();
		raw_spin_lock(&cpu->rq.lock);
		cpu->rq.online = false;
		clear_bit(nr, sched_online);
		clear_bit(nr, sched_sys.idle);
		v = evict(cpu);
		raw_spin_unlock(&cpu->rq.lock);
		if (v)
			sched_move(v);
		local_irq_enable();
	} while (v);
	hrtimer_cancel(&cpu->timer);
	cpu->timer_at = ~0ULL;
	due_review();
	return 0;
}

static void throttled(struct sched_vm *v)
{
	struct vm *vm = container_of(v, struct vm, sched);

	trace_sched_throttle(vm, v->release);
	hrtimer_start(&vm->release, ns_to_ktime(v->release), HRTIMER_MODE_ABS_HARD);
}

static void free_all(void)
{
	unsigned int nr;

	for (nr = 0; nr < nr_cpu_ids; nr++) {
		if (sched_sys.rq && sched_sys.rq[nr])
			kfree(cpu_of(sched_sys.rq[nr]));
		if (near_table)
			kfree(near_table[nr]);
	}
	kfree(sched_sys.rq);
	kfree(near_table);
	bitmap_free(sched_sys.idle);
	bitmap_free(sched_sys.waiting);
	bitmap_free(sched_online);
}

static int create_cpu(unsigned int nr)
{
	struct sched_cpu *cpu = kzalloc_node(sizeof(*cpu), GFP_KERNEL, cpu_to_node(nr));

	near_table[nr] = kcalloc(nr_cpu_ids, sizeof(**near_table), GFP_KERNEL);
	if (!cpu || !near_table[nr]) {
		kfree(cpu);
		return -ENOMEM;
	}
	cpu_setup(cpu, nr);
	sched_sys.rq[nr] = &cpu->rq;
	sort_near(nr);
	return 0;
}

static int create_all(void)
{
	unsigned int nr;
	int err = 0;

	sched_sys.nr_cpus = nr_cpu_ids;
	sched_sys.rq = kcalloc(nr_cpu_ids, sizeof(*sched_sys.rq), GFP_KERNEL);
	near_table = kcalloc(nr_cpu_ids, sizeof(*near_table), GFP_KERNEL);
	sched_sys.near = (const u16 *const *)near_table;
	sched_sys.idle = bitmap_zalloc(nr_cpu_ids, GFP_KERNEL);
	sched_sys.waiting = bitmap_zalloc(nr_cpu_ids, GFP_KERNEL);
	sched_online = bitmap_zalloc(nr_cpu_ids, GFP_KERNEL);
	sched_sys.throttled = throttled;
	if (!sched_sys.rq || !near_table || !sched_sys.idle || !sched_sys.waiting ||
	    !sched_online)
		return -ENOMEM;
	for_each_possible_cpu(nr) {
		err = create_cpu(nr);
		if (err)
			break;
	}
	return err;
}

int sched_init(void)
{
	int err = create_all();

	if (!err)
		err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "insula/sched:online", come_online,
					go_offline);
	if (err < 0) {
		free_all();
		return err;
	}
	hotplug_state = err;
	return 0;
}

void sched_exit(void)
{
	unsigned int nr;

	cpuhp_remove_state(hotplug_state);
	due_stop();
	for_each_possible_cpu(nr) {
		struct sched_cpu *cpu = cpu_of(sched_sys.rq[nr]);

		irq_work_sync(&cpu->handover);
		cancel_work_sync(&cpu->fetch);
	}
	free_all();
}
