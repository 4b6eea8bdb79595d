// SPDX-License-Identifier: GPL-2.0-only
/*
 * pvclock.c - the guest's clocks that are structures in its RAM: see cpu/pvclock.h
 *
 * System time is the time since power-on. While the host's TSC can be trusted it is the VM's
 * TSC (the host's, and vm->tsc_offset) in ns: then nothing has to be told twice, and all vCPUs
 * say the same to the ns. Else it is the host's clock, told anew in each residence: the TSC
 * has to serve for the time between only.
 *
 * RAM is written by the vCPU's own thread, before the guest is entered. If it is not there,
 * it is brought in as for a fault.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <asm/tsc.h>
#include "../cpu/virt.h"
#include "../cpu/x86.h"
#include "vcpu.h"

/* vcpu->pv.stale */
#define WALL	BIT(0)
#define TIME	BIT(1)
#define STEAL	BIT(2)

/* The VM's clock. */

static u64 vm_tsc(struct vm *vm)
{
	return rdtsc_ordered() + vm->tsc_offset;
}

void vm_clock_reset(struct vm *vm)
{
	struct vm_clock *clock = &vm->clock;

	pv_scale_set(&clock->scale, tsc_khz);
	clock->by_tsc = !check_tsc_unstable();
	clock->base = ktime_get_ns();
}

/* The host has found its TSC out: go on from here by its clock. At most once a boot. */
static void forsake_tsc(struct vm *vm)
{
	static DEFINE_RAW_SPINLOCK(lock);
	struct vm_clock *clock = &vm->clock;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	if (clock->by_tsc) {
		clock->base = ktime_get_ns() - pv_scale_ns(&clock->scale, vm_tsc(vm));
		smp_store_release(&clock->by_tsc, false);	/* after @base */
	}
	raw_spin_unlock_irqrestore(&lock, flags);
}

static bool trusts_tsc(struct vm *vm)
{
	if (!smp_load_acquire(&vm->clock.by_tsc))	/* before @base */
		return false;
	if (likely(!check_tsc_unstable()))
		return true;
	forsake_tsc(vm);
	return false;
}

/* The host's TSC may begin anew while it sleeps; what its clock counts is no sleep. */

void vm_clock_suspend(struct vm *vm)
{
	vm->clock.slept_tsc = rdtsc_ordered();
	vm->clock.slept_at = ktime_get_ns();
}

void vm_clock_resume(struct vm *vm)
{
	u64 ns = ktime_get_ns() - vm->clock.slept_at;
	u64 tsc = vm->clock.slept_tsc + mul_u64_u64_div_u64(ns, tsc_khz, NSEC_PER_MSEC);
	s64 lost = tsc - rdtsc_ordered();
	u32 i;

	if (!vm->clock.slept_at || lost <= 0 || !vm->vcpu)
		return;
	vm->clock.slept_at = 0;
	vm->tsc_offset += lost;
	for (i = 0; i < vm->ncpus; i++) {
		struct vcpu *vcpu = vm->vcpu[i];

		WRITE_ONCE(vcpu->tsc_offset, vcpu->tsc_offset + lost);
		virt->set(vcpu, VIRT_TSC_OFFSET, vcpu->tsc_offset);
	}
}

/* Into RAM. Interrupts are off: what ram_ptr() said is good. */

/* Where it is now. Return: false: it has to be brought in first. */
static bool find(struct vcpu *vcpu, u64 gpa, unsigned int words, struct pv_place *place)
{
	struct guest_ram *ram = &vcpu->vm->ram;
	u64 avail, size = words * sizeof(u32);

	place->piece[0] = ram_ptr(ram, gpa, &avail);
	place->words = words;
	if (place->piece[0] && avail < size) {
		place->words = avail / sizeof(u32);
		gpa += avail;
		place->piece[1] = ram_ptr(ram, gpa, &avail);
	}
	if (place->piece[0] && (place->words == words || place->piece[1]))
		return true;
	/* The request ends the residence before the guest is entered. */
	vcpu->missing = gpa;
	set_bit(REQ_CLOCK, &vcpu->requests);
	return false;
}

/* Which vCPU's TSC differs can be seen when its request has come: see pvclock_tsc_written(). */
static bool same_tsc(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	u32 i;

	for (i = 0; i < vm->ncpus; i++) {
		if (READ_ONCE(vm->vcpu[i]->tsc_offset) != vcpu->tsc_offset)
			return false;
	}
	return true;
}

static bool write_time(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	struct pv_time time = { .mul = vm->clock.scale.mul, .shift = vm->clock.scale.shift };
	struct pv_place place;

	if (!find(vcpu, vcpu->pv.time & ~PV_MSR_ON, PV_WORDS(time), &place))
		return false;
	if (trusts_tsc(vm)) {
		time.tsc = vcpu->tsc_offset - vm->tsc_offset;
		time.flags = same_tsc(vcpu) ? PV_TIME_STABLE : 0;
	} else {
		time.tsc = rdtsc_ordered() + vcpu->tsc_offset;
		time.ns = ktime_get_ns() - vm->clock.base;
	}
	pv_publish(&place, &time, PV_WORDS(time), 0, &vcpu->pv.time_version);
	return true;
}

static bool write_wall(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	struct pv_wall wall = {};
	struct pv_place place;
	u64 now;

	if (!find(vcpu, vcpu->pv.wall, PV_WORDS(wall), &place))
		return false;
	if (trusts_tsc(vm))
		now = pv_scale_ns(&vm->clock.scale, vm_tsc(vm));
	else
		now = ktime_get_ns() - vm->clock.base;
	wall.sec = div_u64_rem(ktime_get_real_ns() - now, NSEC_PER_SEC, &wall.nsec);
	pv_publish(&place, &wall, PV_WORDS(wall), 0, &vcpu->pv.wall_version);
	return true;
}

static bool write_steal(struct vcpu *vcpu)
{
	struct pv_steal steal = { .steal = vcpu->pv.stolen };
	struct pv_place place;

	if (!find(vcpu, vcpu->pv.steal & ~PV_MSR_ON, PV_STEAL_WORDS, &place))
		return false;
	pv_publish(&place, &steal, PV_STEAL_WORDS, PV_STEAL_AT, &vcpu->pv.steal_version);
	vcpu->pv.preempted = false;
	return true;
}

static void write_stale(struct vcpu *vcpu)
{
	struct vcpu_pvclock *pv = &vcpu->pv;
	unsigned long flags;

	local_irq_save(flags);
	if ((pv->stale & TIME) && write_time(vcpu))
		pv->stale &= ~TIME;
	if ((pv->stale & WALL) && write_wall(vcpu))
		pv->stale &= ~WALL;
	if ((pv->stale & STEAL) && write_steal(vcpu))
		pv->stale &= ~STEAL;
	local_irq_restore(flags);
}

/* A vCPU's. */

u64 vcpu_steal(struct vcpu *vcpu)
{
	const struct sched_stats *stats = &vcpu->sched.v.stats;

	return READ_ONCE(stats->waiting) + READ_ONCE(stats->throttled) + READ_ONCE(stats->taken);
}

static bool stolen_more(struct vcpu *vcpu)
{
	u64 stolen = vcpu_steal(vcpu) - vcpu->pv.unstolen;

	if ((s64)(stolen - vcpu->pv.stolen) <= 0)
		return false;
	vcpu->pv.stolen = stolen;
	return true;
}

void pvclock_enter(struct vcpu *vcpu)
{
	struct vcpu_pvclock *pv = &vcpu->pv;
	bool asked = unlikely(READ_ONCE(vcpu->requests) & BIT(REQ_CLOCK)) &&
		     test_and_clear_bit(REQ_CLOCK, &vcpu->requests);

	if ((pv->time & PV_MSR_ON) && (asked || !trusts_tsc(vcpu->vm)))
		pv->stale |= TIME;
	if ((pv->steal & PV_MSR_ON) && (stolen_more(vcpu) || pv->preempted))
		pv->stale |= STEAL;
	if (unlikely(pv->stale))
		write_stale(vcpu);
}

void pvclock_preempted(struct vcpu *vcpu)
{
	u64 gpa = (vcpu->pv.steal & ~PV_MSR_ON) + offsetof(struct pv_steal, preempted);
	unsigned long flags;
	u64 avail;
	u8 *flag;

	if (!(vcpu->pv.steal & PV_MSR_ON) || vcpu->pv.preempted)
		return;
	local_irq_save(flags);
	flag = ram_ptr(&vcpu->vm->ram, gpa, &avail);
	if (flag) {
		WRITE_ONCE(*flag, 1);
		vcpu->pv.preempted = true;
	}
	local_irq_restore(flags);
}

void pvclock_tsc_written(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	u32 i;

	for (i = 0; i < vm->ncpus; i++)
		vcpu_request(vm->vcpu[i], REQ_CLOCK);
}

void pvclock_reset(struct vcpu *vcpu, bool power_on)
{
	struct vcpu_pvclock *pv = &vcpu->pv;

	pv->wall = pv->time = pv->steal = 0;
	pv->stale = 0;
	pv->preempted = false;
	if (power_on) {
		pv->unstolen = vcpu_steal(vcpu);
		pv->stolen = 0;
	}
}

/* MSRs. */

int pvclock_msr_read(struct vcpu *vcpu, u32 msr, u64 *val)
{
	const struct vcpu_pvclock *pv = &vcpu->pv;

	*val = msr == PV_MSR_WALL ? pv->wall : msr == PV_MSR_TIME ? pv->time : pv->steal;
	return 0;
}

static void set(u64 *reg, u64 val, u8 *stale, u8 bit, bool on)
{
	*reg = val;
	*stale = on ? *stale | bit : *stale & ~bit;
}

int pvclock_msr_write(struct vcpu *vcpu, u32 msr, u64 val)
{
	const struct guest_ram *ram = &vcpu->vm->ram;
	struct vcpu_pvclock *pv = &vcpu->pv;
	int size = pv_msr_size(msr, val);
	u64 gpa = val & ~PV_MSR_ON;

	/* RAM has one hole, which is larger: what both ends are in, all is in. */
	if (size < 0 || (size && (!ram_contains(ram, gpa) || !ram_contains(ram, gpa + size - 1))))
		return -EINVAL;
	switch (msr) {
	case PV_MSR_WALL:
		set(&pv->wall, val, &pv->stale, WALL, size);
		break;
	case PV_MSR_TIME:
		set(&pv->time, val, &pv->stale, TIME, size);
		break;
	default:
		set(&pv->steal, val, &pv->stale, STEAL, size);
		pv->preempted = false;
		break;
	}
	/* The next instruction is to find it written. */
	if (size)
		set_bit(REQ_CLOCK, &vcpu->requests);
	return 0;
}
