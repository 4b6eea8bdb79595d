/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - tracepoints of the vCPU scheduler: insula:sched_*
 *
 * They are told under queues' locks, in any context but NMI.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM insula

#if !defined(_INSULA_SCHED_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _INSULA_SCHED_TRACE_H

#include <linux/tracepoint.h>
#include "../vm/vcpu.h"

DECLARE_EVENT_CLASS(insula_vcpu,
	TP_PROTO(const struct vcpu *vcpu, unsigned int cpu),
	TP_ARGS(vcpu, cpu),
	TP_STRUCT__entry(
		__array(char, vm, INSULA_NAME_MAX + 1)
		__field(u32, vcpu)
		__field(u32, cpu)
	),
	TP_fast_assign(
		memcpy(__entry->vm, vcpu->vm->name, sizeof(__entry->vm));
		__entry->vcpu = vcpu->id;
		__entry->cpu = cpu;
	),
	TP_printk("vm=%s vcpu=%u target_cpu=%u", __entry->vm, __entry->vcpu, __entry->cpu)
);

/* It has something to do again, and is put into that CPU's queue. */
DEFINE_EVENT(insula_vcpu, sched_wake,
	TP_PROTO(const struct vcpu *vcpu, unsigned int cpu), TP_ARGS(vcpu, cpu));

/* It is given that CPU. */
DEFINE_EVENT(insula_vcpu, sched_give,
	TP_PROTO(const struct vcpu *vcpu, unsigned int cpu), TP_ARGS(vcpu, cpu));

/* It loses that CPU, and has something to do still; or its VM is at its cap. */
DEFINE_EVENT(insula_vcpu, sched_take,
	TP_PROTO(const struct vcpu *vcpu, unsigned int cpu), TP_ARGS(vcpu, cpu));

/* It spins on that CPU, and another of its VM is given it instead. */
DEFINE_EVENT(insula_vcpu, sched_spin,
	TP_PROTO(const struct vcpu *vcpu, unsigned int cpu), TP_ARGS(vcpu, cpu));

/* It has nothing more to do, and leaves that CPU. */
DEFINE_EVENT(insula_vcpu, sched_sleep,
	TP_PROTO(const struct vcpu *vcpu, unsigned int cpu), TP_ARGS(vcpu, cpu));

/* The VM is at its cap until then, ns of CLOCK_MONOTONIC. */
TRACE_EVENT(sched_throttle,
	TP_PROTO(const struct vm *vm, u64 until),
	TP_ARGS(vm, until),
	TP_STRUCT__entry(
		__array(char, vm, INSULA_NAME_MAX + 1)
		__field(u64, until)
	),
	TP_fast_assign(
		memcpy(__entry->vm, vm->name, sizeof(__entry->vm));
		__entry->until = until;
	),
	TP_printk("vm=%s until=%llu", __entry->vm, __entry->until)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH sched
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
