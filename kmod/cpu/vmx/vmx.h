/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmx.h - the inside of the VMX backend
 *
 * Intel SDM vol. 3 ch. 24-29 and app. A is the source of everything here.
 */
#ifndef _INSULA_VMX_H
#define _INSULA_VMX_H

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <asm/desc.h>
#include "../../vm/vcpu.h"
#include "../virt.h"
#include "insn.h"
#include "world.h"

/* Of all guests: see window.c. KVM takes them from 1 upwards. */
#define VMX_GUEST_VPID	0xffff

/* Of the secondary controls; the kernel's name for it has changed. */
#define EXEC_XSAVES	(1 << 20)

#define SHADOW		(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

/* Only here: the window for NMIs, beside WINDOW_*. */
#define WINDOW_NMI	(1 << 7)

#define NR_VIRT_REGS	(VIRT_TSC_OFFSET + 1)

/* SYSCALL's MSRs and the GS base of user mode: neither in the VMCS nor used by the kernel. */
#define NR_LATE_MSRS	5

/**
 * struct vmx_world - what vmx_run() has to know
 * @host_rsp:	as in the VMCS
 * @spec_ctrl:	the guest's SPEC_CTRL; @host_spec_ctrl: the host's
 * @launched:	the VMCS was: VMRESUME is next, not VMLAUNCH
 */
struct vmx_world {
	u64 host_rsp;
	u32 spec_ctrl, host_spec_ctrl;
	u8 launched;
};

/**
 * struct vmx_vcpu - what a vCPU has on VMX
 *
 * A VMCS can be read and written only in a window. So registers have a copy here: @known
 * says of which the copy is right, @dirty which the VMCS has yet to get.
 *
 * @world:	for vmx_run()
 * @vmcs @vmcs_pa: the VMCS
 * @vapic:	virtual-APIC page, of which VTPR is used
 * @reg:	by enum virt_reg, as the guest sees them; CR2 and DR6 are in no VMCS
 * @seg:	by enum insn_seg and SEG_LDTR ...
 * @known @dirty: of @reg; @seg_known @seg_dirty: of @seg
 * @new:	the VMCS has to be written from scratch
 * @rsp @rflags: as in the VMCS
 * @shadow:	CR0 and CR4 as the guest believes them to be, of which the bits of
 *		cr_mask() count
 * @late:	MSRs while the host's are in the CPU; see window.c
 * @intr_state:	interruptibility state, as in the VMCS
 * @windows:	those that the VMCS is set up for
 * @nmi_wanted:	the next entry has to come back when NMIs are open
 * @timer_on:	the VMCS has the preemption timer enabled
 * @flush_l1d:	something of the host may be in the L1 data cache
 */
struct vmx_vcpu {
	struct vmx_world world;
	void *vmcs;
	u8 *vapic;
	u64 vmcs_pa;
	u64 reg[NR_VIRT_REGS];
	struct guest_seg seg[NR_ALL_SEGS];
	u32 known, dirty, seg_known, seg_dirty;
	u64 rsp, rflags;
	u64 cr0_shadow, cr4_shadow;
	u64 late[NR_LATE_MSRS];
	u32 intr_state;
	u8 windows;
	bool new, nmi_wanted, flush_l1d, timer_on;
};

/**
 * struct vmx_cpu - what a physical CPU has
 * @region:	for VMXON
 * @cr4:	before the window
 * @foreign:	someone else had the CPU in VMX operation before it; @their_vmcs: which was
 *		current then
 * @gdt @idt @ldt @debugctl: the host's, which exits spoil
 * @late:	the host's MSRs while a vCPU is resident
 * @last_vm:	whose branch predictor state this CPU holds: a VM's id, 0: none
 */
struct vmx_cpu {
	struct page *region;
	u64 cr4, their_vmcs;
	bool foreign;
	struct desc_ptr gdt, idt;
	u16 ldt;
	u64 debugctl;
	u64 late[NR_LATE_MSRS];
	u32 last_vm;
};

DECLARE_PER_CPU(struct vmx_cpu, vmx_cpu);

/**
 * struct vmx_caps - what all CPUs can, and so how every VMCS is set up
 * @pin @proc @proc2 @exit @entry: controls, without those that come and go
 * @basic @ept: IA32_VMX_BASIC, IA32_VMX_EPT_VPID_CAP
 * @eptp:	low bits of every EPT pointer
 * @invvpid:	extent that INVVPID is used with
 * @timer:	there is a preemption timer; it counts once each 1 << @timer_shift cycles of the TSC
 */
struct vmx_caps {
	u32 pin, proc, proc2, exit, entry;
	u64 basic, ept, eptp;
	u32 invvpid;
	bool timer;
	u8 timer_shift;
};

extern struct vmx_caps vmx_caps;
extern struct page *vmx_msr_bitmap;
extern const u32 vmx_late_msrs[NR_LATE_MSRS];

/* vcpu.c */
int vmx_vcpu_create(struct vcpu *vcpu);
void vmx_vcpu_destroy(struct vcpu *vcpu);
void vmx_vcpu_reset(struct vcpu *vcpu);
u64 vmx_get(struct vcpu *vcpu, enum virt_reg reg);
void vmx_set(struct vcpu *vcpu, enum virt_reg reg, u64 val);
void vmx_get_seg(struct vcpu *vcpu, unsigned int seg, struct guest_seg *s);
void vmx_set_seg(struct vcpu *vcpu, unsigned int seg, const struct guest_seg *s);
void vmx_get_sys(struct vcpu *vcpu, struct vcpu_sys *sys);
/** vmx_set_up() - write what is constant into a new VMCS, which is current */
void vmx_set_up(struct vcpu *vcpu);
/** vmx_write_dirty() - registers that were set, into the current VMCS */
void vmx_write_dirty(struct vcpu *vcpu);

/** vmx_forget() - after a run: what the guest may have changed is not known any more */
static inline void vmx_forget(struct vmx_vcpu *vmx)
{
	vmx->known &= ~(BIT(VIRT_CR0) | BIT(VIRT_CR3) | BIT(VIRT_CR4) | BIT(VIRT_EFER));
	vmx->seg_known = 0;
}

/** vmx_eptp() - EPT pointer of the vCPU's VM */
u64 vmx_eptp(const struct vcpu *vcpu);
/**
 * vmx_cr_exit() - MOV to CR0 or CR4 that touches bits which are not the guest's to have
 *
 * If the guest may believe that it has them it is made to, and the instruction succeeds
 * when it is carried out again. Return: EXIT_CR for that, EXIT_GP, EXIT_CR8, EXIT_FAILED.
 */
enum exit_reason vmx_cr_exit(struct vcpu *vcpu, u64 qualification);

/* event.c */
bool vmx_nmi_blocked(struct vcpu *vcpu);
void vmx_nmi_window(struct vcpu *vcpu);
/** vmx_set_windows() - which windows the entry has to come back for */
void vmx_set_windows(struct vcpu *vcpu);
/** vmx_put_event() - vcpu->event, of which there is one, into the VMCS */
void vmx_put_event(struct vcpu *vcpu);
/** vmx_take_event() - a delivery that the exit interrupted, back into vcpu->event */
void vmx_take_event(struct vcpu *vcpu, u32 info);

/* exit.c */

#define VMX_EXITS	(EXIT_REASON_TPAUSE + 1)

/* enum exit_reason by VMX's */
extern const u8 vmx_exit_reasons[VMX_EXITS];

/* Exits of which there is more to say than the reason and the next instruction. */
#define VMX_DETAILED_EXITS \
	(BIT(EXIT_FAILED) | BIT(EXIT_IO) | BIT(EXIT_CR) | BIT(EXIT_FAULT) | BIT(EXIT_EXCEPTION))

/**
 * vmx_decode_details() - the rest of vcpu->exit, for one of VMX_DETAILED_EXITS
 * @reason:	as in the VMCS
 * @vectoring:	IDT-vectoring information, likewise
 */
void vmx_decode_details(struct vcpu *vcpu, u32 reason, u32 vectoring);
/** vmx_decode_failure() - VMLAUNCH or VMRESUME failed */
void vmx_decode_failure(struct vcpu *vcpu);

/* window.c */
void vmx_open(struct vcpu *vcpu, bool first);
void vmx_close(struct vcpu *vcpu);
void vmx_leave(struct vcpu *vcpu);
bool vmx_counts_down(void);

/* entry.S */
/**
 * vmx_run() - VMLAUNCH or VMRESUME
 * @gpr:	general registers by enum insn_reg, all but RSP loaded and stored
 *
 * Context: IRQs off, the VMCS is current.
 * Return: 0 after an exit; else the instruction failed, and the guest did not run.
 */
asmlinkage int vmx_run(u64 *gpr, struct vmx_world *world);
/** vmx_exited() - where every exit goes; part of vmx_run(), not to be called */
asmlinkage void vmx_exited(void);

#endif
