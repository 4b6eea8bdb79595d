// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu.c - the VMCS of a vCPU: how it is set up, and registers by name
 *
 * Intel SDM vol. 3 §25 (VMCS), §10.1.1 (state after INIT), §26.3 (CR0 and CR4), app. B
 * (fields). May not run anything. Outside of windows registers are in struct vmx_vcpu only.
 */
#include <linux/gfp.h>
#include <linux/slab.h>
#include "../../vm/vcpu.h"
#include "../x86.h"
#include "vmx.h"

/* A spin loop: PAUSEs at most so many cycles apart, for so many cycles. */
#define PLE_LOOP_GAP	128
#define PLE_LOOP_WINDOW	4096

#define AR_UNUSABLE	VMX_AR_UNUSABLE_MASK

/*
 * #DB and #AC are intercepted and handed on so that a guest cannot make the CPU deliver
 * them for ever without an exit; #MC is the host's.
 */
#define EXCEPTIONS	(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | BIT(X86_TRAP_MC))

/*
 * Bits of CR0 that the guest only believes to have: NE must be set while VMX is on, and
 * caches are the host's.
 */
#define CR0_MASK	(X86_CR0_NE | X86_CR0_NW | X86_CR0_CD)

static const u16 fields[NR_VIRT_REGS] = {
	[VIRT_CR0]	= GUEST_CR0,
	[VIRT_CR3]	= GUEST_CR3,
	[VIRT_CR4]	= GUEST_CR4,
	[VIRT_EFER]	= GUEST_IA32_EFER,
	[VIRT_PAT]	= GUEST_IA32_PAT,
	[VIRT_DEBUGCTL]	= GUEST_IA32_DEBUGCTL,
	[VIRT_DR7]	= GUEST_DR7,
	[VIRT_TSC_OFFSET] = TSC_OFFSET,
	/* VIRT_CR2, VIRT_DR6: in no VMCS, 0 */
};

/* Where a segment's fields are: those of ES, and so many further. */
static unsigned int seg_place(unsigned int seg)
{
	static const u8 place[NR_ALL_SEGS] = {
		[SEG_ES] = 0, [SEG_CS] = 1, [SEG_SS] = 2, [SEG_DS] = 3, [SEG_FS] = 4,
		[SEG_GS] = 5, [SEG_LDTR] = 6, [SEG_TR] = 7, [SEG_GDTR] = 8, [SEG_IDTR] = 9,
	};

	return 2 * place[seg];
}

int vmx_vcpu_create(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = kzalloc(sizeof(*vmx), GFP_KERNEL_ACCOUNT);

	if (!vmx)
		return -ENOMEM;
	vmx->vmcs = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vmx->vapic = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vcpu->hw = vmx;
	if (!vmx->vmcs || !vmx->vapic) {
		vmx_vcpu_destroy(vcpu);
		return -ENOMEM;
	}
	vmx->vmcs_pa = __pa(vmx->vmcs);
	*(u32 *)vmx->vmcs = vmx_basic_vmcs_revision_id(vmx_caps.basic);
	return 0;
}

void vmx_vcpu_destroy(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	free_page((unsigned long)vmx->vmcs);
	free_page((unsigned long)vmx->vapic);
	kfree(vmx);
	vcpu->hw = NULL;
}

u64 vmx_eptp(const struct vcpu *vcpu)
{
	return __pa(vcpu->vm->ram.tdp.root) | vmx_caps.eptp;
}

/*
 * A bit of CR4 that the guest may not set is the host's, too: setting it exits. MCE, because
 * a machine check without it would shut the host down.
 */
static u64 cr4_mask(const struct vcpu *vcpu)
{
	return ~vcpu->vm->cpuid.cr4 | X86_CR4_VMXE | X86_CR4_MCE;
}

static void set_up_controls(struct vcpu *vcpu)
{
	vmcs_write(PIN_BASED_VM_EXEC_CONTROL, vmx_caps.pin);
	vmcs_write(CPU_BASED_VM_EXEC_CONTROL, vmx_caps.proc);
	vmcs_write(SECONDARY_VM_EXEC_CONTROL, vmx_caps.proc2);
	vmcs_write(VM_EXIT_CONTROLS, vmx_caps.exit);
	vmcs_write(EXCEPTION_BITMAP, EXCEPTIONS);
	vmcs_write(PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmcs_write(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	vmcs_write(CR3_TARGET_COUNT, 0);
	vmcs_write(VM_EXIT_MSR_STORE_COUNT, 0);
	vmcs_write(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmcs_write(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmcs_write(VM_ENTRY_INTR_INFO_FIELD, 0);
	vmcs_write(MSR_BITMAP, page_to_phys(vmx_msr_bitmap));
	vmcs_write(VIRTUAL_APIC_PAGE_ADDR, __pa(((struct vmx_vcpu *)vcpu->hw)->vapic));
	vmcs_write(TPR_THRESHOLD, 0);
	vmcs_write(EPT_POINTER, vmx_eptp(vcpu));
	vmcs_write(CR0_GUEST_HOST_MASK, CR0_MASK);
	vmcs_write(CR4_GUEST_HOST_MASK, cr4_mask(vcpu));
	if (vmx_caps.proc2 & SECONDARY_EXEC_ENABLE_VPID)
		vmcs_write(VIRTUAL_PROCESSOR_ID, VMX_GUEST_VPID);
	if (vmx_caps.proc2 & EXEC_XSAVES)
		vmcs_write(XSS_EXIT_BITMAP, 0);	/* XSS is 0, see fpu.c */
	if (vmx_caps.proc2 & SECONDARY_EXEC_PAUSE_LOOP_EXITING) {
		vmcs_write(PLE_GAP, PLE_LOOP_GAP);
		vmcs_write(PLE_WINDOW, PLE_LOOP_WINDOW);
	}
}

/* What of the guest no other place here sets, and of the host is the same on all CPUs. */
static void set_up_state(struct vmx_vcpu *vmx)
{
	vmcs_write(VMCS_LINK_POINTER, ~0ULL);
	vmcs_write(GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	vmcs_write(GUEST_INTERRUPTIBILITY_INFO, vmx->intr_state);
	vmcs_write(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	vmcs_write(GUEST_SYSENTER_CS, 0);
	vmcs_write(GUEST_SYSENTER_ESP, 0);
	vmcs_write(GUEST_SYSENTER_EIP, 0);
	vmcs_write(GUEST_RSP, vmx->rsp);
	vmcs_write(GUEST_RFLAGS, vmx->rflags);
	if (vmx_caps.entry & VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL)
		vmcs_write(GUEST_IA32_PERF_GLOBAL_CTRL, 0);

	vmcs_write(HOST_CS_SELECTOR, __KERNEL_CS);
	vmcs_write(HOST_SS_SELECTOR, __KERNEL_DS);
	vmcs_write(HOST_DS_SELECTOR, 0);
	vmcs_write(HOST_ES_SELECTOR, 0);
	vmcs_write(HOST_FS_SELECTOR, 0);
	vmcs_write(HOST_GS_SELECTOR, 0);
	vmcs_write(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	vmcs_write(HOST_RIP, (unsigned long)vmx_exited);
}

void vmx_set_up(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	set_up_controls(vcpu);
	set_up_state(vmx);
	vmx->world.host_rsp = 0;
	vmx->timer_on = false;
	vmx->dirty |= vmx->known;
	vmx->seg_dirty |= vmx->seg_known;
	vmx->new = false;
}

static void reset_segments(struct vcpu *vcpu)
{
	static const struct guest_seg data = { .attr = 0x93, .limit = 0xffff };
	static const struct guest_seg code = {
		.selector = 0xf000, .attr = 0x9b, .limit = 0xffff, .base = 0xffff0000,
	};
	static const struct guest_seg table = { .limit = 0xffff };
	static const struct guest_seg ldt = { .limit = 0xffff, .attr = 0x82 };
	static const struct guest_seg task = { .limit = 0xffff, .attr = 0x8b };
	unsigned int seg;

	for (seg = SEG_ES; seg < NR_SEGS; seg++)
		vmx_set_seg(vcpu, seg, seg == SEG_CS ? &code : &data);
	vmx_set_seg(vcpu, SEG_LDTR, &ldt);
	vmx_set_seg(vcpu, SEG_TR, &task);
	vmx_set_seg(vcpu, SEG_GDTR, &table);
	vmx_set_seg(vcpu, SEG_IDTR, &table);
}

void vmx_vcpu_reset(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	unsigned int reg;

	for (reg = 0; reg < NR_VIRT_REGS; reg++)
		vmx_set(vcpu, reg, 0);
	vmx_set(vcpu, VIRT_CR0, X86_CR0_NW | X86_CR0_CD | X86_CR0_ET);
	vmx_set(vcpu, VIRT_PAT, PAT_RESET);
	vmx_set(vcpu, VIRT_DR6, DR6_RESET);
	vmx_set(vcpu, VIRT_DR7, DR7_RESET);
	reset_segments(vcpu);
	memset(vmx->late, 0, sizeof(vmx->late));
	vmx->rsp = 0;
	vmx->rflags = X86_EFLAGS_FIXED;
	vmx->intr_state = 0;
	vmx->windows = 0;
	vmx->nmi_wanted = false;
	vmx->new = true;
}

/* Registers. */

static u64 merge(u64 real, u64 shadow, u64 mask)
{
	return (real & ~mask) | (shadow & mask);
}

static u64 read_reg(struct vcpu *vcpu, enum virt_reg reg)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	u64 val = vmcs_read(fields[reg]);

	if (reg == VIRT_CR0)
		return merge(val, vmx->cr0_shadow, CR0_MASK);
	if (reg == VIRT_CR4)
		return merge(val, vmx->cr4_shadow, cr4_mask(vcpu));
	return val;
}

u64 vmx_get(struct vcpu *vcpu, enum virt_reg reg)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	if (!(vmx->known & BIT(reg))) {
		vmx->reg[reg] = read_reg(vcpu, reg);
		vmx->known |= BIT(reg);
	}
	return vmx->reg[reg];
}

void vmx_set(struct vcpu *vcpu, enum virt_reg reg, u64 val)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	vmx->reg[reg] = val;
	vmx->known |= BIT(reg);
	if (fields[reg])
		vmx->dirty |= BIT(reg);
	vcpu->sys_known = false;
}

static void write_reg(struct vcpu *vcpu, enum virt_reg reg)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	u64 val = vmx->reg[reg];

	switch (reg) {
	case VIRT_CR0:
		vmx->cr0_shadow = val;
		vmcs_write(CR0_READ_SHADOW, val);
		val = merge(val, X86_CR0_NE, CR0_MASK);
		break;
	case VIRT_CR4:
		vmx->cr4_shadow = val;
		vmcs_write(CR4_READ_SHADOW, val);
		val = merge(val, X86_CR4_VMXE | (__read_cr4() & X86_CR4_MCE), cr4_mask(vcpu));
		break;
	case VIRT_EFER:
		vmcs_write(VM_ENTRY_CONTROLS,
			   vmx_caps.entry | (val & EFER_LMA ? VM_ENTRY_IA32E_MODE : 0));
		break;
	default:
		break;
	}
	vmcs_write(fields[reg], val);
}

enum exit_reason vmx_cr_exit(struct vcpu *vcpu, u64 qualification)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	u64 val = vcpu->gpr[qualification >> 8 & 15];

	if ((qualification & 15) == 8)
		return EXIT_CR8;
	if (qualification & CONTROL_REG_ACCESS_TYPE)
		return EXIT_FAILED;	/* reading, CLTS and LMSW do not touch such bits */
	if (vcpu_sys(vcpu)->mode != 8)
		val = (u32)val;
	switch (qualification & 15) {
	case 0:
		if (val >> 32 || ((val & X86_CR0_NW) && !(val & X86_CR0_CD)) ||
		    ((val & X86_CR0_PG) && !(val & X86_CR0_PE)))
			return EXIT_GP;
		vmx->cr0_shadow = val;
		vmcs_write(CR0_READ_SHADOW, val);
		break;
	case 4:
		if (val & ~vcpu->vm->cpuid.cr4)
			return EXIT_GP;
		vmx->cr4_shadow = val;
		vmcs_write(CR4_READ_SHADOW, val);
		break;
	default:
		return EXIT_FAILED;
	}
	return EXIT_CR;
}

/* Segments: attributes 8-11 are bits 12-15 in the VMCS, and one that is absent is unusable. */

static u32 attr_to_ar(u16 attr)
{
	u32 ar = (attr & 0xff) | (attr & 0xf00) << 4;

	return attr & VMX_AR_P_MASK ? ar : ar | AR_UNUSABLE;
}

static u16 ar_to_attr(u32 ar)
{
	u16 attr = (ar & 0xff) | (ar >> 4 & 0xf00);

	return ar & AR_UNUSABLE ? attr & ~VMX_AR_P_MASK : attr;
}

static bool has_attributes(unsigned int seg)
{
	return seg != SEG_GDTR && seg != SEG_IDTR;
}

static void read_seg(unsigned int seg, struct guest_seg *s)
{
	unsigned int place = seg_place(seg);

	s->base = vmcs_read(GUEST_ES_BASE + place);
	s->limit = vmcs_read(GUEST_ES_LIMIT + place);
	if (!has_attributes(seg))
		return;
	s->selector = vmcs_read(GUEST_ES_SELECTOR + place);
	s->attr = ar_to_attr(vmcs_read(GUEST_ES_AR_BYTES + place));
}

static void write_seg(unsigned int seg, const struct guest_seg *s)
{
	unsigned int place = seg_place(seg);

	vmcs_write(GUEST_ES_BASE + place, s->base);
	vmcs_write(GUEST_ES_LIMIT + place, s->limit);
	if (!has_attributes(seg))
		return;
	vmcs_write(GUEST_ES_SELECTOR + place, s->selector);
	vmcs_write(GUEST_ES_AR_BYTES + place, attr_to_ar(s->attr));
}

void vmx_get_seg(struct vcpu *vcpu, unsigned int seg, struct guest_seg *s)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	if (!(vmx->seg_known & BIT(seg))) {
		read_seg(seg, &vmx->seg[seg]);
		vmx->seg_known |= BIT(seg);
	}
	*s = vmx->seg[seg];
}

void vmx_set_seg(struct vcpu *vcpu, unsigned int seg, const struct guest_seg *s)
{
	struct vmx_vcpu *vmx = vcpu->hw;

	vmx->seg[seg] = *s;
	vmx->seg_known |= BIT(seg);
	vmx->seg_dirty |= BIT(seg);
	vcpu->sys_known = false;
}

void vmx_write_dirty(struct vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->hw;
	unsigned int i;

	for (i = 0; i < NR_VIRT_REGS; i++) {
		if ((vmx->dirty & BIT(i)) && fields[i])
			write_reg(vcpu, i);
	}
	for (i = 0; i < NR_ALL_SEGS; i++) {
		if (vmx->seg_dirty & BIT(i))
			write_seg(i, &vmx->seg[i]);
	}
	vmx->dirty = vmx->seg_dirty = 0;
}

/* The CPL is SS's DPL (§25.4.1), whatever else SS says. */
static u32 cpl(void)
{
	return VMX_AR_DPL(vmcs_read(GUEST_SS_AR_BYTES));
}

void vmx_get_sys(struct vcpu *vcpu, struct vcpu_sys *sys)
{
	sys->cr0 = vmx_get(vcpu, VIRT_CR0);
	sys->cr3 = vmx_get(vcpu, VIRT_CR3);
	sys->cr4 = vmx_get(vcpu, VIRT_CR4);
	sys->efer = vmx_get(vcpu, VIRT_EFER);
	sys->cs_base = vmcs_read(GUEST_CS_BASE);
	sys->cs_attr = ar_to_attr(vmcs_read(GUEST_CS_AR_BYTES));
	sys->cpl = cpl();
}

bool vmx_same_sys(struct vcpu *vcpu, const struct vcpu_sys *sys)
{
	return !((vmx_get(vcpu, VIRT_CR0) ^ sys->cr0) | (vmx_get(vcpu, VIRT_CR3) ^ sys->cr3) |
		 (vmx_get(vcpu, VIRT_CR4) ^ sys->cr4) | (vmx_get(vcpu, VIRT_EFER) ^ sys->efer) |
		 (vmcs_read(GUEST_CS_BASE) ^ sys->cs_base) |
		 (ar_to_attr(vmcs_read(GUEST_CS_AR_BYTES)) ^ sys->cs_attr) |
		 (cpl() ^ sys->cpl));
}
