// SPDX-License-Identifier: GPL-2.0-only
/*
 * spin.c - vCPUs that hold a CPU and make no use of it
 *
 * One that spins waits for another, which holds a lock, say, and perhaps waits for a CPU: they
 * change places (sched_swap()). That is neutral to all other VMs. Whom to choose, nobody knows:
 * not those that were spinning themselves if there are others, else one after the other.
 *
 * One that halts may get something to do right away, and then the way into sleep and back is
 * longer than the wait. So it polls for a while first, as long as nobody else wants the CPU, if
 * that would have been enough the last times. It is charged for that.
 */
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
#include "../vm/vcpu.h"
#include "cpu.h"
#include "sched.h"

/* ns: how long to poll, the first time and at most. */
#define POLL_MIN 10000
#define POLL_MAX 200000

/* The next one that waits for a CPU, by index behind @vcpu. NULL: none does. */
static struct vcpu *next_waiting(const struct vcpu *vcpu, bool spun)
{
	const struct vm *vm = vcpu->vm;
	struct vcpu *other;
	u32 i, at = READ_ONCE(vm->yielded_to);

	for (i = 1; i <= vm->ncpus; i++) {
		other = vm->vcpu[(at + i) % vm->ncpus];
		if (other != vcpu && READ_ONCE(other->sched.v.state) == SCHED_QUEUED &&
		    READ_ONCE(other->sched.spun) == spun)
			return other;
	}
	return NULL;
}

bool sched_spin(struct vcpu *vcpu)
{
	struct sched_rq *rq = READ_ONCE(vcpu->sched.v.rq);
	struct vcpu *other;

	if (READ_ONCE(vcpu->vm->sched.runnable) < 2)
		return false;
	other = next_waiting(vcpu, false) ?: next_waiting(vcpu, true);
	if (!other || !cpu_swap(cpu_of(rq), &vcpu->sched.v, &other->sched.v))
		return false;
	WRITE_ONCE(vcpu->sched.spun, true);
	WRITE_ONCE(vcpu->vm->yielded_to, other->id);
	return true;
}

static bool softirqs_wait(void)
{
	bool pending;

	preempt_disable();
	pending = local_softirq_pending();
	preempt_enable();
	return pending;
}

static bool is_wanted(const struct vcpu *vcpu)
{
	return READ_ONCE(vcpu->sched.v.state) != SCHED_RUNNING || READ_ONCE(vcpu->vm->quiesce) ||
	       need_resched() || !single_task_running() || softirqs_wait() ||
	       !bitmap_empty(sched_sys.waiting, sched_sys.nr_cpus);
}

static bool poll(struct vcpu *vcpu, u64 until)
{
	while (!is_wanted(vcpu) && ktime_get_ns() < until) {
		if (vcpu_has_work(vcpu))
			return true;
		cpu_relax();
	}
	return vcpu_has_work(vcpu);
}

void sched_halt(struct vcpu *vcpu)
{
	struct sched_task *task = &vcpu->sched;
	u64 began = ktime_get_ns(), passed;

	if (task->poll && poll(vcpu, began + task->poll))
		return;
	sched_sleep(vcpu);
	passed = ktime_get_ns() - began;
	if (passed < POLL_MAX)
		task->poll = clamp_t(u32, 2 * task->poll, POLL_MIN, POLL_MAX);
	else
		task->poll = 0;
}
