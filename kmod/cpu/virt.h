/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virt.h - what the hardware has to be able to do: SVM or VMX behind one table
 *
 * Nothing above cpu/ knows which of them it is. A vCPU's registers are in struct vcpu
 * (general registers, RIP, RFLAGS, CR8) where a backend loads and stores them at each
 * entry and exit; the others are asked for here.
 */
#ifndef _INSULA_VIRT_H
#define _INSULA_VIRT_H

#include <linux/types.h>
#include "host.h"

struct vcpu;
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
	VIRT_DR6, VIRT_DR7,
};

/**
 * struct virt_ops - a backend
 * @name:	"svm" or "vmx"
 * @tdp:	format of its second-level page tables
 * @maxphyaddr:	of the second-level tables, bits
 * @probe:	does this CPU have all that is needed? Return: 0, or -EOPNOTSUPP after a
 *		message that names what is missing. Runs on the CPU in question, may sleep.
 * @init:	global memory; @exit frees it. May sleep.
 * @features:	facts for `check`
 * @vcpu_create: allocate; on the vCPU's creator. Return: 0, -ENOMEM.
 * @vcpu_destroy: free
 * @vcpu_reset:	registers as after INIT. Parked, or in its own thread outside a window.
 * @open:	IRQs off: make this CPU able to run @vcpu; @first: something else may have
 *		run on this CPU since the vCPU's last window
 * @close:	IRQs off: leave the CPU as open() found it
 * @enter:	run until an exit; fills vcpu->exit. Between open and close.
 * @get @set:	control registers; @set takes what the caller has checked
 * @get_seg @set_seg: segments and table registers
 * @cpl:	current privilege level
 * @irq_blocked: RFLAGS.IF clear, or in the shadow of STI or MOV SS
 * @nmi_blocked: an NMI was delivered and not yet completed, or in a shadow
 * @irq_window:	exit (or not) with EXIT_IRQ_WINDOW as soon as irq_blocked ends
 * @tpr_window:	exit (or not) with EXIT_CR8 when the guest writes CR8: an interrupt waits
 *		for a lower task priority
 * @nmi_window:	exit with EXIT_NMI_WINDOW or EXIT_STEP when nmi_blocked ends
 * @clear_shadow: an instruction was stepped over
 */
struct virt_ops {
	const char *name;
	const struct tdp_format *tdp;
	int (*probe)(void);
	int (*init)(void);
	void (*exit)(void);
	const struct host_fact *(*features)(unsigned int *n);
	const char *(*foreign)(void);
	int (*vcpu_create)(struct vcpu *vcpu);
	void (*vcpu_destroy)(struct vcpu *vcpu);
	void (*vcpu_reset)(struct vcpu *vcpu);
	void (*open)(struct vcpu *vcpu, bool first);
	void (*close)(struct vcpu *vcpu);
	void (*enter)(struct vcpu *vcpu);
	u64 (*get)(struct vcpu *vcpu, enum virt_reg reg);
	void (*set)(struct vcpu *vcpu, enum virt_reg reg, u64 val);
	void (*get_seg)(struct vcpu *vcpu, unsigned int seg, struct guest_seg *s);
	void (*set_seg)(struct vcpu *vcpu, unsigned int seg, const struct guest_seg *s);
	unsigned int (*cpl)(struct vcpu *vcpu);
	bool (*irq_blocked)(struct vcpu *vcpu);
	bool (*nmi_blocked)(struct vcpu *vcpu);
	void (*irq_window)(struct vcpu *vcpu, bool on);
	void (*tpr_window)(struct vcpu *vcpu, bool on);
	void (*nmi_window)(struct vcpu *vcpu);
	void (*clear_shadow)(struct vcpu *vcpu);
};

/* The backend of this host; set by virt_init(), constant afterwards. */
extern const struct virt_ops *virt;

extern const struct virt_ops svm_ops;

/** virt_init() - choose and set up. Return: 0, -EOPNOTSUPP (said why), -ENOMEM. */
int virt_init(void);
void virt_exit(void);

#endif
