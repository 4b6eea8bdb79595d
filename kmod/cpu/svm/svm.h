/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm.h - the inside of the SVM backend
 *
 * AMD APM vol. 2 ch. 15 is the source of everything here.
 */
#ifndef _INSULA_SVM_H
#define _INSULA_SVM_H

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <asm/svm.h>
#include "../../vm/vcpu.h"
#include "../virt.h"
#include "world.h"

/* int_state, bit 0: in the shadow of STI or MOV SS (§15.21.5) */
#define SVM_SHADOW	1

/* Of all guests: see window.c. */
#define SVM_GUEST_ASID	1

/**
 * struct svm_world - between what svm_run() switches
 * @vmcb_pa:	the guest's VMCB
 * @host_pa:	what VMLOAD restores of the host
 * @spec_ctrl:	the guest's SPEC_CTRL; @host_spec_ctrl: the host's
 */
struct svm_world {
	phys_addr_t vmcb_pa, host_pa;
	u32 spec_ctrl, host_spec_ctrl;
};

/**
 * struct svm_vcpu - what a vCPU has on SVM
 * @world:	the guest, and the host around it
 * @vmcb:	what is at @world.vmcb_pa
 * @fifth_level: page table above the VM's, for hosts with five levels
 * @cr4:	as the guest believes it to be: the VMCB's has the host's MCE
 * @windows:	those of vcpu->windows that the VMCB is set up for
 * @tcg_irq:	the last entry had a virtual interrupt; see svm_tcg_put_irq()
 * @tcg_shadow:	it should have had an interrupt shadow, at @tcg_shadow_rip
 * @nmi_blocked: an NMI was delivered, IRET has not been seen
 * @unsettled:	after the exit there is something to do even if no delivery was interrupted
 * @nmi_step:	IRET was seen at @nmi_iret_rip; NMIs are open once it is complete
 * @stepping:	RFLAGS.TF was set by us (@step_tf: the guest had it set as well)
 */
struct svm_vcpu {
	struct svm_world world;
	struct vmcb *vmcb;
	u64 *fifth_level, cr4;
	u8 windows;
	bool unsettled, nmi_blocked, nmi_step, stepping, step_tf;
	bool tcg_irq, tcg_shadow;
	u64 nmi_iret_rip, tcg_shadow_rip;
};

/**
 * struct svm_cpu - what a physical CPU has
 * @hsave:	page for VM_HSAVE_PA
 * @host:	VMCB that holds what VMLOAD restores of the host while a window is open
 * @stub:	VMCB of a guest that exits before its first instruction: to flush TLBs
 * @stub_world:	that guest, and @host
 * @empty_npt:	the stub's page table, of which nothing is mapped
 * @efer @hsave_pa: as they were before the window
 * @foreign:	someone else had SVM enabled at the last window
 * @last_vm:	whose branch predictor state this CPU holds: a VM's id, 0: none
 */
struct svm_cpu {
	struct page *hsave, *host, *stub, *empty_npt;
	struct svm_world stub_world;
	u64 efer, hsave_pa;
	bool foreign;
	u32 last_vm;
};

DECLARE_PER_CPU(struct svm_cpu, svm_cpu);

/**
 * struct svm_caps - of all CPUs together; constant after init
 *
 * @tcg: this CPU is emulated by QEMU; see tcg.c
 */
struct svm_caps {
	bool nrips, decode_assists, flush_by_asid, pause_filter, v_spec_ctrl, clean_bits;
	bool tcg;
};

extern struct svm_caps svm_caps;
extern phys_addr_t svm_iopm_pa, svm_msrpm_pa;

static inline struct vmcb *svm_vmcb(struct page *page)
{
	return page_address(page);
}

/* vcpu.c */
int svm_vcpu_create(struct vcpu *vcpu);
void svm_vcpu_destroy(struct vcpu *vcpu);
void svm_vcpu_reset(struct vcpu *vcpu);
u64 svm_get(struct vcpu *vcpu, enum virt_reg reg);
void svm_set(struct vcpu *vcpu, enum virt_reg reg, u64 val);
void svm_get_seg(struct vcpu *vcpu, unsigned int seg, struct guest_seg *s);
void svm_set_seg(struct vcpu *vcpu, unsigned int seg, const struct guest_seg *s);
void svm_get_sys(struct vcpu *vcpu, struct vcpu_sys *sys);
/** svm_intercept() - set or clear one INTERCEPT_* bit */
void svm_intercept(struct svm_vcpu *svm, unsigned int bit, bool on);

/* event.c */
bool svm_nmi_blocked(struct vcpu *vcpu);
void svm_nmi_window(struct vcpu *vcpu);
/** svm_set_windows() - vcpu->windows into the VMCB */
void svm_set_windows(struct vcpu *vcpu);
/** svm_put_event() - vcpu->event, of which there is one, into EVENTINJ */
void svm_put_event(struct vcpu *vcpu);
/** svm_take_event() - after an exit: a delivery that it interrupted back into vcpu->event */
void svm_take_event(struct vcpu *vcpu);
/**
 * svm_step_end() - a #DB was intercepted: was it our single step? Takes our TF back.
 * Return: true if nothing is left of it that the guest should see
 */
bool svm_step_end(struct vcpu *vcpu);
/** svm_update_cr8_intercept() - after a change of the windows or of V_IRQ */
void svm_update_cr8_intercept(struct svm_vcpu *svm);

/* tcg.c */
/** svm_tcg_put_irq() - an interrupt into the VMCB; Return: what is left for EVENTINJ */
u32 svm_tcg_put_irq(struct svm_vcpu *svm, u8 vector);
/** svm_tcg_take_irq() - after the exit: if it was not taken, back into vcpu->event */
void svm_tcg_take_irq(struct vcpu *vcpu);
/** svm_tcg_enter_shadow() - an entry in an interrupt shadow */
void svm_tcg_enter_shadow(struct vcpu *vcpu);
/** svm_tcg_keep_shadow() - after the exit: is the shadow still there? */
void svm_tcg_keep_shadow(struct vcpu *vcpu);

/* exit.c */

#define SVM_PLAIN_EXITS	(SVM_EXIT_RDPRU + 1)

/* enum exit_reason by exit code, as far as they are small numbers */
extern const u8 svm_exit_reasons[SVM_PLAIN_EXITS];

/* Exits of which there is more to say than the reason and the next instruction. */
#define SVM_DETAILED_EXITS \
	(BIT(EXIT_FAILED) | BIT(EXIT_IO) | BIT(EXIT_RDMSR) | BIT(EXIT_FAULT) | BIT(EXIT_EXCEPTION))

/** svm_decode_details() - the rest of vcpu->exit, for one of SVM_DETAILED_EXITS */
void svm_decode_details(struct vcpu *vcpu);

/* window.c */
void svm_open(struct vcpu *vcpu, bool first);
void svm_close(struct vcpu *vcpu);
void svm_leave(struct vcpu *vcpu);
bool svm_counts_down(void);

/* entry.S */
/**
 * svm_run() - VMLOAD, VMRUN, VMSAVE, and the host's own state back
 * @gpr:	general registers by enum insn_reg, all but RAX and RSP loaded and stored
 * Context: GIF clear, RFLAGS.IF set on entry to the guest by itself.
 */
asmlinkage void svm_run(u64 *gpr, const struct svm_world *world);

#endif
