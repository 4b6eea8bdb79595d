/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu.h - a virtual CPU, and the inside of a VM as the run loop sees it
 *
 * Who may touch what, on each field: [c] constant after creation; [o] the vCPU's own
 * thread, or whoever has quiesced the VM; [a] atomic, any CPU; [l] guarded by vm->lock;
 * [p] guarded by platform.lock.
 */
#ifndef _INSULA_VCPU_H
#define _INSULA_VCPU_H

#include <linux/smp.h>
#include <linux/wait.h>
#include "../cpu/fpu.h"
#include "../cpu/msr.h"
#include "../cpu/pvclock.h"
#include "../cpu/virt.h"
#include "../dev/platform.h"
#include "../insn/insn.h"
#include "../irq/lapic.h"
#include "../sched/sched.h"
#include "devices.h"
#include "vm.h"

/* Why the guest was left; also the index of the exit counters. */
enum exit_reason {
	EXIT_FAILED,		/* entry was refused, or an exit that we never asked for */
	EXIT_HOST,		/* host interrupt or NMI */
	EXIT_CPUID,
	EXIT_HLT,
	EXIT_IO,
	EXIT_RDMSR,
	EXIT_WRMSR,
	EXIT_FAULT,		/* nothing mapped at a guest-physical address */
	EXIT_IRQ_WINDOW,	/* an interrupt can be delivered now */
	EXIT_NMI_WINDOW,	/* IRET after an NMI */
	EXIT_STEP,		/* single step asked for by the NMI window */
	EXIT_CR8,		/* MOV to CR8 */
	EXIT_CR4,		/* MOV to or from CR4 */
	EXIT_CR,		/* MOV to CR0 or CR4: settled, to be carried out again */
	EXIT_DR,		/* MOV to or from a debug register */
	EXIT_XSETBV,
	EXIT_WBINVD,		/* and INVD */
	EXIT_PAUSE,
	EXIT_UD,		/* what this machine does not have: #UD */
	EXIT_GP,		/* likewise: #GP */
	EXIT_EXCEPTION,		/* one of the guest's own that has to be watched */
	EXIT_SHUTDOWN,		/* triple fault */
	EXIT_TIMER,		/* vcpu->timer_tsc */
	NR_EXIT_REASONS,
};

/**
 * struct vm_exit - an exit, the same for every kind of hardware
 * @reason:	why
 * @next_rip:	that of the instruction after the one that exited, or 0: the CPU doesn't tell
 * @io:		EXIT_IO
 * @fault:	EXIT_FAULT; access is made of WALK_* bits
 * @exception:	EXIT_EXCEPTION: to be delivered, after all
 * @failure:	EXIT_FAILED: the hardware's words for it
 */
struct vm_exit {
	enum exit_reason reason;
	u64 next_rip;
	union {
		struct {
			u16 port;
			u8 size;
			bool in, string;
		} io;
		struct {
			u64 gpa;
			u32 access;
		} fault;
		struct {
			u8 vector;
			bool has_error;
			u32 error;
		} exception;
		char failure[104];
	};
};

/* Something to deliver at the next entry. */
enum event_type {
	EVENT_NONE,
	EVENT_IRQ,
	EVENT_NMI,
	EVENT_EXCEPTION,
};

struct vcpu_event {
	u8 type;		/* enum event_type */
	u8 vector;
	bool has_error;
	u32 error;
};

/* vcpu->requests: what a vCPU has to look at before it enters again. */
enum vcpu_request {
	REQ_EVENT,		/* nothing but a look at the interrupt controllers */
	REQ_TIMER,		/* the LAPIC timer's deadline was reached */
	REQ_NMI,
	REQ_FLUSH,		/* flush the guest's TLB */
	REQ_INIT,
	REQ_STARTUP,		/* vector in vcpu->sipi_vector */
	REQ_SCHED,		/* the CPU may belong to another vCPU by now */
	REQ_CLOCK,		/* something for pvclock_enter() */
};

/* What the next entry has to come back for, as soon as it is possible. */
#define WINDOW_IRQ	(1 << 0)	/* interrupts are not blocked any more: EXIT_IRQ_WINDOW */
#define WINDOW_TPR	(1 << 1)	/* MOV to CR8: EXIT_CR8 */

/**
 * struct vcpu_sys - what decides how the guest's addresses and instructions are read
 * @cr0 @cr3 @cr4 @efer @cs_base @cs_attr @cpl: registers, from the backend; EFER may have a
 *		bit of the backend's own
 * @mode:	default operand size of the code segment: 2 or 4; 8 in 64-bit mode
 * @walk:	enum walk_mode
 */
struct vcpu_sys {
	u64 cr0, cr3, cr4, efer, cs_base;
	u32 cs_attr, cpl;
	u8 mode, walk;
};

#define CODE_ENTRIES	4	/* levels of paging whose entries are 8 bytes */

/**
 * struct vcpu_code - an instruction that was decoded, and what that rests on
 *
 * It is found again while the guest's RAM tree has not changed (@gen; 0: never), every
 * guest paging entry on the way still has the value that was seen, and so have the bytes.
 *
 * @rip @sys:	registers; those of @sys decide what RIP means
 * @next:	RIP after it
 * @entry @value: the paging entries; those that are not needed are a constant
 * @at @mask:	where the bytes are, and which of the first 8 belong to the instruction
 * @bytes:	as they were; the rest of 16 is zero
 */
struct vcpu_code {
	u64 rip, next;
	struct vcpu_sys sys;
	unsigned long gen;
	const u64 *entry[CODE_ENTRIES];
	u64 value[CODE_ENTRIES];
	const u64 *at;
	u64 mask, bytes[2];
	struct insn insn;
};

#define VCPU_CODES	8	/* remembered, by address */

/**
 * struct vcpu_pvclock - what it tells its guest about time: see vm/pvclock.c
 * @wall @time @steal: MSRs
 * @wall_version @time_version @steal_version: of the structures, as written last
 * @stale:	which of them have to be written
 * @preempted:	the guest has been told that the vCPU lost its CPU
 * @stolen:	ns, as the guest knows it
 * @unstolen:	vcpu_steal() at power-on
 */
struct vcpu_pvclock {
	u64 wall, time, steal;
	u32 wall_version, time_version, steal_version;
	u8 stale;
	bool preempted;
	u64 stolen, unstolen;
};

/**
 * struct vcpu - a virtual CPU
 */
struct vcpu {
	struct vm *vm;			/* [c] */
	u32 id;				/* [c] index and APIC id */
	struct task_struct *task;	/* [c] */
	void *hw;			/* [c] the backend's */

	u64 gpr[NR_GPRS];		/* [o] by enum insn_reg */
	u64 rip, rflags;		/* [o] */
	u64 cr8;			/* [o] TPR class as the guest last set it */
	u64 dr[4];			/* [o] */
	u64 xcr0;			/* [o] while its FPU state is in memory */
	u64 tsc_offset;			/* [o], read by any: guest TSC = host TSC + this */
	u64 tsc_adjust;			/* [o] IA32_TSC_ADJUST */
	u64 tsc_aux;			/* [o] */
	u64 spec_ctrl;			/* [o] */
	struct vcpu_pvclock pv;		/* [o] */
	struct guest_msrs msrs;		/* [o] */
	struct guest_fpu fpu;		/* [o] */
	struct vcpu_event event;	/* [o] */
	struct vm_exit exit;		/* [o] */
	struct vcpu_sys sys;		/* [o] use vcpu_sys() */
	struct vcpu_code code[VCPU_CODES]; /* [o] */
	struct vcpu_code *now;		/* [o] the one that vcpu_fetch() found last */

	u8 windows;			/* [o] WINDOW_*, for the next entry */
	bool shadow;			/* [o] in the shadow of STI or MOV SS */
	bool sys_known;			/* [o] sys is of the last exit */
	bool nmi_pending;		/* [o] taken from the requests, not yet delivered */
	bool halted;			/* [o] */
	bool wait_sipi;			/* [o] */
	bool flush_tlb;			/* [o] flush at the next entry */
	u64 missing;			/* [o] guest-physical page wanted before going on */
	u32 refused;			/* [o] how often in a row the host had none for it */
	u64 stream_next;		/* [o] the page behind those last brought in */
	u64 stream;			/* [o] how many bytes those were */

	unsigned long requests;		/* [a] enum vcpu_request */
	u8 sipi_vector;			/* [a] before REQ_STARTUP */
	bool in_guest;			/* [a] written by the vCPU, see vcpu_kick() */
	int cpu;			/* [a] where it runs or ran last */
	call_single_data_t kick;	/* [a] */

	struct lapic lapic;		/* [o], parts any CPU: see lapic.h */
	struct hrtimer timer;		/* [o] for lapic.deadline */
	u64 timer_armed;		/* [o] what the hrtimer was armed for last */
	u64 timer_set;			/* [o] lapic.deadline at vcpu_timer_set() */
	u64 timer_tsc;			/* [o] the host's TSC then, if the CPU counts down to it */

	struct sched_task sched;	/* see there */
	struct rcu_head rcu;
	u64 exits[NR_EXIT_REASONS];	/* [o], read by any */
};

/**
 * struct vm_clock - the clock that all vCPUs tell their guest: see vm/pvclock.c
 * @scale:	of the TSC
 * @by_tsc:	it is the VM's TSC; else the host's clock, less @base
 * @base:	ns
 * @slept_at @slept_tsc: the host's clock (0: long ago) and TSC when it was about to be suspended
 */
struct vm_clock {
	struct pv_scale scale;
	bool by_tsc;
	u64 base;
	u64 slept_at, slept_tsc;
};

/**
 * struct vm - see vm.h
 */
struct vm {
	struct kref ref;
	u32 id;				/* [c] */
	char name[INSULA_NAME_MAX + 1];	/* [c] */
	u32 ncpus;			/* [c] */
	u64 memory;			/* [c] bytes */
	struct boot_segment *segment;	/* [c] */
	unsigned int nsegments;		/* [c] */
	struct boot_regs boot;		/* [c] */

	struct mutex lock;
	u32 state;			/* [l] */
	bool gone;			/* [l] destroyed, off the list */
	char reason[INSULA_REASON_MAX + 1]; /* [l] */
	u32 exit_code;			/* [l] */
	u32 boots;			/* [l] */
	struct vm_settings settings;	/* [l]; on_reboot [a] */
	struct sched_vm sched;		/* see there */
	struct hrtimer release;		/* of sched, when sched.release has come */
	struct list_head due_link;	/* guarded by due_lock, see sched/due.c; and what follows */
	struct list_head promise_link;	/* empty: it has no guarantee */
	cpumask_t allowed;		/* settings.cpu.affinity as the scheduler knows it; [a] */
	u32 lacking;			/* [a] percent of its guarantee that there is no CPU for */
	u32 yielded_to;			/* [a] the vCPU to which one that spun gave its CPU last */
	bool debug_exit;		/* [c] */
	u64 started;			/* [l] ns, for uptime */
	struct sched_stats sched_before; /* [l] of vCPUs that are gone */
	u64 exits_before[NR_EXIT_REASONS]; /* [l] */

	unsigned long wish;		/* [a] bit 0: one begins, bit 1: it is whole */
	enum vm_event wish_event;	/* [a] by the winner of the wish */
	u32 wish_code;			/* [a] likewise */
	char wish_reason[INSULA_REASON_MAX + 1]; /* [a] likewise */
	struct work_struct work, news;

	bool quiesce;			/* [a] vCPUs have to park */
	atomic_t parked;
	wait_queue_head_t park_wait;

	struct vcpu **vcpu;		/* [l]; constant while vCPUs exist */
	struct guest_ram ram;
	struct reclaim_vm reclaim;	/* see there */
	struct cpuid_table cpuid;	/* [c] */
	u64 tsc_offset;			/* [o] at power-on, of all vCPUs */
	struct vm_clock clock;		/* [o]; @base, @by_tsc: change together, once */
	struct platform platform;
	struct console_port *console;	/* [c] */
	struct vm_devices devices;	/* see there */
};

/* vm/power.c */

/**
 * vm_wish() - the guest asks for something that happens to the whole VM
 * @event:	VM_EVENT_POWER_OFF, VM_EVENT_REBOOT or VM_EVENT_CRASH
 * @code:	exit code (debug exit)
 *
 * The first wish counts until it is carried out (by a worker). No vCPU enters the guest
 * after it. Context: any.
 */
__printf(4, 5)
void vm_wish(struct vm *vm, enum vm_event event, u32 code, const char *why, ...);

/** vm_kill() - the guest did what it can't be forgiven: it crashes. Context: any. */
#define vm_kill(vm, why, ...) vm_wish(vm, VM_EVENT_CRASH, 0, why, ##__VA_ARGS__)

/** sched_lost() - has it lost the CPU though it has something to do? */
static inline bool sched_lost(const struct vcpu *vcpu)
{
	enum sched_state state = READ_ONCE(vcpu->sched.v.state);

	return state == SCHED_QUEUED || state == SCHED_THROTTLED;
}

/**
 * vm_stop() - the host cannot keep it: switch it off
 * @started:	what vm->started was when that was decided: if it has been started since, it stays
 *
 * May sleep.
 */
void vm_stop(struct vm *vm, u64 started, const char *why);

/** vm_tell() - some time soon, tell listeners about the VM. Context: any but NMI. */
void vm_tell(struct vm *vm);

/** vm_quiesce() - park all vCPUs; returns when none runs. May sleep. */
void vm_quiesce(struct vm *vm);
/** vm_unquiesce() - let them go on */
void vm_unquiesce(struct vm *vm);

/* vm/info.c */

/** vm_count_vcpus() - vCPUs are about to go: what they counted stays with the VM. vm->lock held. */
void vm_count_vcpus(struct vm *vm);
/** vm_fill_info() - see vm_info(). vm->lock held. */
void vm_fill_info(struct vm *vm, struct vm_info *info);
/**
 * vm_tell_now() - tell listeners about the VM, as it is. With vm->lock, so that events come in the
 * order in which things happened. May sleep.
 */
void vm_tell_now(struct vm *vm);

/* vm/vcpu.c */

/** vcpu_create() - with its thread, not yet started. Return: it or ERR_PTR(-ENOMEM, ...). */
struct vcpu *vcpu_create(struct vm *vm, u32 id);
/** vcpu_destroy() - stops the thread, too. NULL is allowed. May sleep. */
void vcpu_destroy(struct vcpu *vcpu);
/** vcpu_reset() - as after power-on; the boot processor gets @boot's registers. Parked. */
void vcpu_reset(struct vcpu *vcpu, const struct boot_regs *boot);
/** vcpu_request() - set a request and make the vCPU see it. Context: any but NMI. */
void vcpu_request(struct vcpu *vcpu, enum vcpu_request req);
/** vcpu_info() - see struct vcpu_info. May sleep. */
void vcpu_info(struct vcpu *vcpu, struct vcpu_info *info);
/** vcpu_kick() - make it look at its requests and interrupts. Context: any but NMI. */
void vcpu_kick(struct vcpu *vcpu);

/* vm/run.c */

/** vcpu_thread() - body of the vCPU's kthread; @data is the vCPU */
int vcpu_thread(void *data);

/* vm/pvclock.c */

/** vm_clock_reset() - vm->tsc_offset is that of a new power-on. No vCPU runs. */
void vm_clock_reset(struct vm *vm);
/** vm_clock_suspend() - the host is about to be suspended; no vCPU runs. */
void vm_clock_suspend(struct vm *vm);
/** vm_clock_resume() - it was, or was not: the TSC goes on where it was. No vCPU runs yet. */
void vm_clock_resume(struct vm *vm);
/** pvclock_reset() - nothing is told any more: INIT, or @power_on. Own thread, or parked. */
void pvclock_reset(struct vcpu *vcpu, bool power_on);
/** pvclock_msr_read() - PV_MSR_*. Return: 0. */
int pvclock_msr_read(struct vcpu *vcpu, u32 msr, u64 *val);
/** pvclock_msr_write() - likewise. Return: 0; -EINVAL: #GP: reserved bits, not in RAM. */
int pvclock_msr_write(struct vcpu *vcpu, u32 msr, u64 val);
/** pvclock_tsc_written() - the guest has changed vcpu->tsc_offset. Own thread. */
void pvclock_tsc_written(struct vcpu *vcpu);
/**
 * pvclock_enter() - a residence begins: write what the guest is to know into its RAM, if
 * anything has changed. If that RAM has to be brought in first, the guest will not be entered.
 * Preemption is off.
 */
void pvclock_enter(struct vcpu *vcpu);
/**
 * pvclock_preempted() - the vCPU loses its CPU and would rather not: tell the guest's others,
 * until the next pvclock_enter(). Own thread, which does not sleep meanwhile.
 */
void pvclock_preempted(struct vcpu *vcpu);
/** vcpu_steal() - ns since it was made that it wanted to run and did not. Own thread. */
u64 vcpu_steal(struct vcpu *vcpu);

/* vm/event.c */

/**
 * vcpu_raise() - an exception for the guest, merged with what is being delivered:
 * contributory faults make #DF, a fault while delivering #DF is a triple fault
 */
void vcpu_raise(struct vcpu *vcpu, u8 vector, bool has_error, u32 error);
/** vcpu_raise_gp() - #GP(0) */
void vcpu_raise_gp(struct vcpu *vcpu);
/**
 * vcpu_deliver() - choose what the next entry delivers and comes back for, if any of
 * vcpu_may_deliver(). IRQs off.
 */
void vcpu_deliver(struct vcpu *vcpu);

/** vcpu_may_deliver() - might vcpu_deliver() find something? */
static inline bool vcpu_may_deliver(struct vcpu *vcpu)
{
	return lapic_requested(&vcpu->lapic) | vcpu->nmi_pending |
	       platform_intr(&vcpu->vm->platform);
}

/** vcpu_has_work() - does something end a HLT? Its own thread. */
bool vcpu_has_work(struct vcpu *vcpu);
/** vm_apic_send() - bring a message to the local APICs; @from is NULL but for IPIs */
void vm_apic_send(struct vm *vm, struct vcpu *from, const struct apic_msg *msg);
/**
 * vcpu_timer_set() - see to it that the guest exits at lapic.deadline: by the CPU itself if it
 * can, else by the hrtimer. Preemption is off.
 */
void vcpu_timer_set(struct vcpu *vcpu);

/** vcpu_timer_update() - likewise, if it has changed */
static inline void vcpu_timer_update(struct vcpu *vcpu)
{
	if (unlikely(vcpu->lapic.deadline != vcpu->timer_set))
		vcpu_timer_set(vcpu);
}

/** vcpu_timer_forget() - what was set has come to pass: vcpu_timer_update() is to set it anew */
static inline void vcpu_timer_forget(struct vcpu *vcpu)
{
	vcpu->timer_set = vcpu->timer_tsc = NEVER;
}

/** vcpu_timer_leave() - the CPU will not count while the vCPU has none. Preemption is off. */
void vcpu_timer_leave(struct vcpu *vcpu);

extern const struct lapic_ops vcpu_lapic_ops;

/* vm/exit.c, vm/msr.c, vm/mmio.c: what handlers say */

enum exit_action {
	EXIT_RESUME = 1,	/* enter again at once */
	EXIT_REOPEN,		/* let the host have its interrupts first */
	EXIT_LEAVE,		/* leave the CPU: look at halted, missing, quiesce */
};

/* By reason, to act on vcpu->exit. IRQs off, window open. */
extern enum exit_action (*const vcpu_exit_handlers[NR_EXIT_REASONS])(struct vcpu *vcpu);

enum exit_action exit_rdmsr(struct vcpu *vcpu);
enum exit_action exit_wrmsr(struct vcpu *vcpu);
/** exit_fault() - EXIT_FAULT: RAM that is not there yet, or a device */
enum exit_action exit_fault(struct vcpu *vcpu);
/** exit_string_io() - INS and OUTS */
enum exit_action exit_string_io(struct vcpu *vcpu);

/**
 * vcpu_after_device() - where to go after a device was accessed: it may have asked for softirqs, or
 * for the end of the VM
 */
enum exit_action vcpu_after_device(const struct vcpu *vcpu);
/** vcpu_skip() - the instruction is done: go on at exit.next_rip */
void vcpu_skip(struct vcpu *vcpu);
/** vcpu_stepped() - RIP has been advanced over an instruction: shadow and single step */
void vcpu_stepped(struct vcpu *vcpu);

/* vm/guest-mem.c */

/** vcpu_sys_load() - ask the backend; for vcpu_sys() */
void vcpu_sys_load(struct vcpu *vcpu);

/** vcpu_sys() - registers of the last exit; good until one of them is set */
static inline const struct vcpu_sys *vcpu_sys(struct vcpu *vcpu)
{
	if (!vcpu->sys_known)
		vcpu_sys_load(vcpu);
	return &vcpu->sys;
}

/**
 * vcpu_fetch() - the instruction at RIP, into vcpu->now; the next one's, into exit.next_rip
 *
 * On failure the bytes there are those that were read.
 * Return: 0; -EAGAIN: vcpu->missing says what has to be brought in; -EFAULT: an exception
 * was raised; -ENXIO: there is no RAM; else as insn_decode(). IRQs off.
 */
int vcpu_fetch(struct vcpu *vcpu);
/**
 * vcpu_find_next() - the instruction after the one that exited, into exit.next_rip: from the
 * CPU or by decoding
 * @op:		what it has to be
 *
 * To be asked before anything is done. Return: 0; or an exit_action: go back to the guest by
 * it, nothing may be done (bytes have to be brought in, an exception was raised, or another
 * vCPU has changed the instruction).
 */
int vcpu_find_next(struct vcpu *vcpu, enum insn_op op);
/** vcpu_read() - from a linear address, RAM or device; errors as vcpu_fetch() */
int vcpu_read(struct vcpu *vcpu, u64 la, void *buf, unsigned int size);
/** vcpu_write() - to a linear address, likewise */
int vcpu_write(struct vcpu *vcpu, u64 la, const void *buf, unsigned int size);
/** vcpu_probe() - would that write go through? */
int vcpu_probe(struct vcpu *vcpu, u64 la, unsigned int size);

#endif
