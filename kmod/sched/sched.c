// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched.c - see sched.h
 */
#include <linux/sched/clock.h>
#include "../vm/vcpu.h"
#include "sched.h"

void sched_in(struct vcpu *vcpu)
{
	vcpu->in_since = local_clock();
}

void sched_out(struct vcpu *vcpu)
{
	WRITE_ONCE(vcpu->cpu_time, vcpu->cpu_time + (local_clock() - vcpu->in_since));
}
