// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu.c - a vCPU's birth, reset and death, and how others get its attention
 */
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "../compat.h"
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

/*
 * Whoever sets a request (or an interrupt) and then sees in_guest set sends an IPI, which
 * makes the guest exit, or not enter: the vCPU sets in_guest with interrupts off before it
 * looks at its requests for the last time. See enter() in run.c. Else it looks before it enters,
 * or before it sleeps, or it sleeps and is waked.
 */
void vcpu_kick(struct vcpu *vcpu)
{
	smp_mb();	/* what was set before, against in_guest: see enter() */
	if (READ_ONCE(vcpu->in_guest)) {
		int cpu = READ_ONCE(vcpu->cpu);

		/* -EBUSY: one is on its way already. On this CPU it has left already. */
		if (cpu != raw_smp_processor_id())
			smp_call_function_single_async(cpu, &vcpu->kick);
	} else {
		sched_kick(vcpu);
	}
}

void vcpu_request(struct vcpu *vcpu, enum vcpu_request req)
{
	set_bit(req, &vcpu->requests);
	/* Its own doing: it looks before it enters. (An interrupt handler is not its own.) */
	if (vcpu->task != current || !in_task())
		vcpu_kick(vcpu);
}

/* The IPI itself has done the work: the guest has exited. */
static void kicked(void *info)
{
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	struct vcpu *vcpu = container_of(timer, struct vcpu, timer);

	set_bit(REQ_TIMER, &vcpu->requests);
	vcpu_kick(vcpu);
	return HRTIMER_NORESTART;
}

/* As BIOS_SIGN_ID shows it: guests look for errata that it mends. */
static u64 host_microcode(void)
{
	u64 revision = boot_cpu_data.microcode;

	return boot_cpu_data.x86_vendor == X86_VENDOR_INTEL ? revision << 32 : revision;
}

struct vcpu *vcpu_create(struct vm *vm, u32 id)
{
	struct vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	int err;

	if (!vcpu)
		return ERR_PTR(-ENOMEM);
	vcpu->vm = vm;
	vcpu->id = id;
	INIT_CSD(&vcpu->kick, kicked, NULL);
	hrtimer_setup(&vcpu->timer, timer_fired, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_PINNED_HARD);
	vcpu->timer_armed = vcpu->timer_set = vcpu->timer_tsc = NEVER;
	sched_vcpu_create(vcpu);
	lapic_init(&vcpu->lapic, id, id == 0, &vcpu_lapic_ops);
	guest_msrs_init(&vcpu->msrs, &vm->cpuid, host_microcode());

	err = fpu_create(&vcpu->fpu);
	if (!err)
		err = virt->vcpu_create(vcpu);
	if (!err) {
		vcpu->task = kthread_create(vcpu_thread, vcpu, "%s/%u", vm->name, id);
		err = PTR_ERR_OR_ZERO(vcpu->task);
		if (err)
			vcpu->task = NULL;
	}
	if (err) {
		vcpu_destroy(vcpu);
		return ERR_PTR(err);
	}
	get_task_struct(vcpu->task);
	return vcpu;
}

void vcpu_destroy(struct vcpu *vcpu)
{
	if (!vcpu)
		return;
	if (vcpu->task) {
		kthread_stop(vcpu->task);
		put_task_struct(vcpu->task);
	}
	hrtimer_cancel(&vcpu->timer);
	if (vcpu->hw)
		virt->vcpu_destroy(vcpu);
	fpu_destroy(&vcpu->fpu);
	kfree_rcu(vcpu, rcu);
}

void vcpu_info(struct vcpu *vcpu, struct vcpu_info *info)
{
	info->cpu = READ_ONCE(vcpu->sched.v.rq)->cpu;
	info->state = READ_ONCE(vcpu->sched.v.state);
	sched_vcpu_stats(vcpu, &info->sched);
}

/* Flat segments of the mode in which the boot processor starts; see INSULA_A_BOOT_*. */
static void boot_segments(struct vcpu *vcpu, const struct boot_regs *boot)
{
	bool is_long = boot->mode == INSULA_BOOT_MODE_LONG;
	struct guest_seg data = { .selector = 0x18, .limit = ~0u, .attr = 0xc93 };
	struct guest_seg code = {
		.selector = 0x10, .limit = ~0u, .attr = is_long ? 0xa9b : 0xc9b,
	};
	struct guest_seg gdt = { .base = boot->gdt_base, .limit = boot->gdt_limit };
	unsigned int seg;

	for (seg = SEG_ES; seg < NR_SEGS; seg++)
		virt->set_seg(vcpu, seg, seg == SEG_CS ? &code : &data);
	virt->set_seg(vcpu, SEG_GDTR, &gdt);
}

static void boot_state(struct vcpu *vcpu, const struct boot_regs *boot)
{
	vcpu->gpr[REG_RSP] = boot->rsp;
	vcpu->gpr[REG_RBX] = boot->rbx;
	vcpu->gpr[REG_RSI] = boot->rsi;
	vcpu->gpr[REG_RAX] = boot->rax;

	switch (boot->mode) {
	case INSULA_BOOT_MODE_REAL: {
		struct guest_seg cs;

		virt->get_seg(vcpu, SEG_CS, &cs);
		cs.base = boot->rip & ~0xffffULL;
		cs.selector = (cs.base >> 4) & 0xffff;
		virt->set_seg(vcpu, SEG_CS, &cs);
		vcpu->rip = boot->rip & 0xffff;
		return;
	}
	case INSULA_BOOT_MODE_PROTECTED:
		virt->set(vcpu, VIRT_CR0, X86_CR0_PE | X86_CR0_ET | X86_CR0_NE);
		break;
	case INSULA_BOOT_MODE_LONG:
		virt->set(vcpu, VIRT_CR3, boot->cr3);
		virt->set(vcpu, VIRT_CR4, X86_CR4_PAE);
		virt->set(vcpu, VIRT_CR0, X86_CR0_PG | X86_CR0_PE | X86_CR0_ET | X86_CR0_NE);
		virt->set(vcpu, VIRT_EFER, EFER_LME | EFER_LMA);
		break;
	}
	vcpu->rip = boot->rip;
	boot_segments(vcpu, boot);
}

void vcpu_reset(struct vcpu *vcpu, const struct boot_regs *boot)
{
	memset(vcpu->gpr, 0, sizeof(vcpu->gpr));
	memset(vcpu->dr, 0, sizeof(vcpu->dr));
	vcpu->gpr[REG_RDX] = cpuid_eax(1);	/* family, model, stepping */
	vcpu->rip = 0xfff0;
	vcpu->rflags = X86_EFLAGS_FIXED;
	vcpu->cr8 = 0;
	vcpu->event.type = EVENT_NONE;
	memset(vcpu->code, 0, sizeof(vcpu->code));
	vcpu->now = vcpu->code;
	vcpu->windows = 0;
	vcpu->nmi_pending = false;
	vcpu->shadow = false;
	vcpu->sys_known = false;
	vcpu->missing = NEVER;
	vcpu->halted = false;
	vcpu->wait_sipi = vcpu->id != 0;
	vcpu->flush_tlb = true;
	if (boot)
		vcpu->tsc_offset = vcpu->vm->tsc_offset;
	pvclock_reset(vcpu, boot);
	virt->vcpu_reset(vcpu);
	virt->set(vcpu, VIRT_TSC_OFFSET, vcpu->tsc_offset);
	if (!boot)
		return;		/* INIT: the rest stays */

	vcpu->requests = 0;
	vcpu->xcr0 = 1;
	vcpu->tsc_adjust = 0;
	vcpu->tsc_aux = 0;
	vcpu->spec_ctrl = 0;
	guest_msrs_reset(&vcpu->msrs);
	fpu_reset(&vcpu->fpu);
	lapic_reset(&vcpu->lapic, false);
	if (vcpu->id == 0) {
		lapic_virtual_wire(&vcpu->lapic);
		boot_state(vcpu, boot);
	}
}
