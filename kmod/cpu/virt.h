/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virt.h - what the hardware has to be able to do: SVM or VMX behind one table
 *
 * Nothing above cpu/ knows which of them it is. What every exit needs is in struct vcpu,
 * where a backend loads and stores it at each entry and exit: general registers, RIP,
 * RFLAGS, CR8, the interrupt shadow, the event to deliver, windows. The rest is asked for
 * here.
 */
#ifndef _INSULA_VIRT_H
#define _INSULA_VIRT_H

#include <linux/static_call.h>
#include <linux/types.h>
#include "host.h"

struct vcpu;
struct vcpu_sys;
struct tdp_format;

/**
 * struct guest_seg - a segment register; @attr as in a descriptor: bits 0-7 are its byte 5
 * (type, S, DPL, P), bits 8-11 its AVL, L, D/B, G
 */
struct guest_seg {
	u64 base;
	u32 limit;
	u16 selector, attr;
};

#define SEG_ATTR_L	(1 << 9)
#define SEG_ATTR_DB	(1 << 10)

/* Beyond enum insn_seg. */
enum { SEG_LDTR = 6, SEG_TR, SEG_GDTR, SEG_IDTR, NR_ALL_SEGS };

enum virt_reg {
	VIRT_CR0, VIRT_CR2, VIRT_CR3, VIRT_CR4, VIRT_EFER, VIRT_PAT, VIRT_DEBUGCTL,
	VIRT_DR6, VIRT_DR7, VIRT_TSC_OFFSET,
};

/**
 * struct virt_ops - a backend
 * @name:	"svm" or "vmx"
 * @tdp:	format of its second-level page tables
 * @leaf_level:	the largest leaves that they may have, see struct tdp. After @init.
 * @probe:	does this CPU have all that is needed? Return: 0, or -EOPNOTSUPP after a
 *		message that names what is missing. Runs on the CPU in question, may sleep.
 * @init:	global memory; @exit frees it. May sleep.
 * @features:	facts for `check`
 * @offers:	CPUID_*: which instructions guests can use. After @init.
 * @vcpu_create: allocate; on the vCPU's creator. Return: 0, -ENOMEM.
 * @vcpu_destroy: free
 * @vcpu_reset:	registers as after INIT. Parked, or in its own thread outside a window.
 * @open:	IRQs off: make this CPU able to run @vcpu; @first: something else may have
 *		run on this CPU since the vCPU's last window
 * @close:	IRQs off: leave the CPU as open() found it
 * @leave:	the vCPU leaves the CPU, which something else may use next. Preemption is off
 *		since the first open()
 * @counts_down: does @enter come back at vcpu->timer_tsc by itself, with EXIT_TIMER (or before)?
 * @enter:	run until an exit; fills vcpu->exit. Between open and close.
 * @get @set:	control registers and the like; @set takes what the caller has checked
 * @get_seg @set_seg: segments and table registers
 * @get_sys:	fill the registers of struct vcpu_sys
 * @same_sys:	are they as they were?
 * @nmi_blocked: an NMI was delivered and not yet completed, or in a shadow
 * @nmi_window:	exit with EXIT_NMI_WINDOW or EXIT_STEP when nmi_blocked ends
 *
 * Who sets a register that is in struct vcpu_sys clears vcpu->sys_known.
 */
struct virt_ops {
	const char *name;
	const struct tdp_format *tdp;
	unsigned int (*leaf_level)(void);
	int (*probe)(void);
	int (*init)(void);
	void (*exit)(void);
	const struct host_fact *(*features)(unsigned int *n);
	const char *(*foreign)(void);
	u32 (*offers)(void);
	int (*vcpu_create)(struct vcpu *vcpu);
	void (*vcpu_destroy)(struct vcpu *vcpu);
	void (*vcpu_reset)(struct vcpu *vcpu);
	void (*open)(struct vcpu *vcpu, bool first);
	void (*close)(struct vcpu *vcpu);
	void (*leave)(struct vcpu *vcpu);
	bool (*counts_down)(void);
	void (*enter)(struct vcpu *vcpu);
	u64 (*get)(struct vcpu *vcpu, enum virt_reg reg);
	void (*set)(struct vcpu *vcpu, enum virt_reg reg, u64 val);
	void (*get_seg)(struct vcpu *vcpu, unsigned int seg, struct guest_seg *s);
	void (*set_seg)(struct vcpu *vcpu, unsigned int seg, const struct guest_seg *s);
	void (*get_sys)(struct vcpu *vcpu, struct vcpu_sys *sys);
	bool (*same_sys)(struct vcpu *vcpu, const struct vcpu_sys *sys);
	bool (*nmi_blocked)(struct vcpu *vcpu);
	void (*nmi_window)(struct vcpu *vcpu);
};

/* The backend of this host; set by virt_init(), constant afterwards. */
extern const struct virt_ops *virt;

extern const struct virt_ops svm_ops;
extern const struct virt_ops vmx_ops;

/* Those that every exit needs. */
void svm_enter(struct vcpu *vcpu);
void vmx_enter(struct vcpu *vcpu);
bool svm_same_sys(struct vcpu *vcpu, const struct vcpu_sys *sys);
bool vmx_same_sys(struct vcpu *vcpu, const struct vcpu_sys *sys);
DECLARE_STATIC_CALL(virt_enter, svm_enter);
DECLARE_STATIC_CALL(virt_same_sys, svm_same_sys);

/** virt_init() - choose and set up. Return: 0, -EOPNOTSUPP (said why), -ENOMEM. */
int virt_init(void);
void virt_exit(void);

#endif
