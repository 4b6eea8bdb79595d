/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.h - which vCPU thread may hold which CPU
 *
 * A vCPU tells when it gets hold of a CPU and when it lets go. The policy so far: every
 * runnable vCPU may, the host's scheduler decides, and the time is accounted.
 */
#ifndef _INSULA_SCHED_H
#define _INSULA_SCHED_H

struct vcpu;

/** sched_in() - @vcpu begins to use this CPU. Preemption is off. */
void sched_in(struct vcpu *vcpu);
/** sched_out() - it ceases to; its time is added to vcpu->cpu_time. Preemption is off. */
void sched_out(struct vcpu *vcpu);

#endif
