// SPDX-License-Identifier: GPL-2.0-only
/*
 * svm.c - can this CPU do it, and what all vCPUs share: permission maps, per-CPU pages
 *
 * AMD APM vol. 2 §15.4 (enabling), §15.10-15.11 (permission maps), vol. 3 app. E.4.9
 * (CPUID 8000_000A).
 */
#include <linux/cc_platform.h>
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "../../compat.h"
#include "../../vm/vcpu.h"
#include "../x86.h"
#include "svm.h"

#define IOPM_ORDER	2	/* 12 KiB; the last page is not used */
#define MSRPM_ORDER	1	/* 8 KiB */

/* CPUID 8000_000A EDX */
#define SVM_NPT			BIT(0)
#define SVM_NRIPS		BIT(3)
#define SVM_CLEAN_BITS		BIT(5)
#define SVM_FLUSH_BY_ASID	BIT(6)
#define SVM_DECODE_ASSISTS	BIT(7)
#define SVM_PAUSE_FILTER	BIT(10)
#define SVM_V_SPEC_CTRL		BIT(20)

struct svm_caps svm_caps;
phys_addr_t svm_iopm_pa, svm_msrpm_pa;
static struct page *iopm, *msrpm;

static u32 svm_edx(void)
{
	return cpuid_edx(0x8000000a);
}

static int svm_probe(void)
{
	u64 vm_cr;

	if (cpuid_eax(0x80000000) < 0x8000000a ||
	    !(cpuid_ecx(0x80000001) & BIT(2))) {
		pr_err("this CPU has no SVM (CPUID 8000_0001 ECX bit 2 is clear)\n");
		return -EOPNOTSUPP;
	}
	rdmsrl(MSR_VM_CR, vm_cr);
	if (vm_cr & SVM_VM_CR_SVM_DIS_MASK) {
		pr_err("SVM is disabled by the firmware (VM_CR.SVMDIS): enable it in its setup\n");
		return -EOPNOTSUPP;
	}
	if (!(svm_edx() & SVM_NPT)) {
		pr_err("this CPU has SVM but no nested paging (NPT), which is required\n");
		return -EOPNOTSUPP;
	}
	if (cc_platform_has(CC_ATTR_HOST_MEM_ENCRYPT)) {
		pr_err("this host encrypts its memory (SME), which is not supported: boot with mem_encrypt=off\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

/*
 * MSRs that VMLOAD, VMSAVE and VMRUN switch by themselves are the guest's own; every
 * other access exits. Two bits an MSR: read, write.
 */
static void msrpm_allow(u8 *map, u32 msr)
{
	unsigned int bit = (msr & 0x1fff) * 2;

	if (msr >= 0xc0000000)
		bit += 0x800 * 8;
	map[bit / 8] &= ~(3 << (bit % 8));
}

static int svm_init_maps(void)
{
	static const u32 own[] = {
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
		MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_SYSCALL_MASK,
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
	};
	unsigned int i;

	iopm = alloc_pages(GFP_KERNEL, IOPM_ORDER);
	msrpm = alloc_pages(GFP_KERNEL, MSRPM_ORDER);
	if (!iopm || !msrpm)
		return -ENOMEM;
	memset(page_address(iopm), 0xff, PAGE_SIZE << IOPM_ORDER);
	memset(page_address(msrpm), 0xff, PAGE_SIZE << MSRPM_ORDER);
	for (i = 0; i < ARRAY_SIZE(own); i++)
		msrpm_allow(page_address(msrpm), own[i]);
	svm_iopm_pa = page_to_phys(iopm);
	svm_msrpm_pa = page_to_phys(msrpm);
	return 0;
}

/*
 * The stub has a virtual interrupt pending that it is open for and that is intercepted:
 * it exits before it fetches anything, and if it did not there is nothing mapped.
 */
static void svm_init_stub(struct svm_cpu *c)
{
	struct vmcb *vmcb = svm_vmcb(c->stub);

	vmcb->control.intercepts[INTERCEPT_VINTR / 32] =
		BIT(INTERCEPT_VINTR % 32) | BIT(INTERCEPT_INTR % 32) |
		BIT(INTERCEPT_NMI % 32) | BIT(INTERCEPT_SHUTDOWN % 32);
	vmcb->control.intercepts[INTERCEPT_VMRUN / 32] = BIT(INTERCEPT_VMRUN % 32);
	vmcb->control.iopm_base_pa = svm_iopm_pa;
	vmcb->control.msrpm_base_pa = svm_msrpm_pa;
	vmcb->control.asid = 1;
	vmcb->control.tlb_ctl = TLB_CONTROL_FLUSH_ALL_ASID;
	vmcb->control.int_ctl = V_INTR_MASKING_MASK | V_IRQ_MASK | V_INTR_PRIO_MASK |
				V_IGN_TPR_MASK;
	vmcb->control.nested_ctl = SVM_NESTED_CTL_NP_ENABLE;
	vmcb->control.nested_cr3 = page_to_phys(c->empty_npt);
	vmcb->save.efer = EFER_SVME;
	vmcb->save.cr0 = X86_CR0_ET;
	vmcb->save.dr6 = DR6_RESET;
	vmcb->save.dr7 = DR7_RESET;
	vmcb->save.rflags = X86_EFLAGS_FIXED | X86_EFLAGS_IF;
	vmcb->save.cs.attrib = 0x9b;
	vmcb->save.cs.limit = 0xffff;
	vmcb->save.ss.attrib = 0x93;
	vmcb->save.ss.limit = 0xffff;
	vmcb->save.tr.attrib = 0x8b;
	vmcb->save.ldtr.attrib = 0x82;
	vmcb->save.g_pat = PAT_RESET;
}

static int svm_init_cpu(int cpu)
{
	struct svm_cpu *c = per_cpu_ptr(&svm_cpu, cpu);
	struct page **pages[] = { &c->hsave, &c->host, &c->stub, &c->empty_npt };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		*pages[i] = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
		if (!*pages[i])
			return -ENOMEM;
	}
	c->stub_world.vmcb_pa = page_to_phys(c->stub);
	c->stub_world.host_pa = page_to_phys(c->host);
	svm_init_stub(c);
	return 0;
}

static void free_maybe(struct page **page, unsigned int order)
{
	if (*page)
		__free_pages(*page, order);
	*page = NULL;
}

static void svm_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct svm_cpu *c = per_cpu_ptr(&svm_cpu, cpu);

		free_maybe(&c->hsave, 0);
		free_maybe(&c->host, 0);
		free_maybe(&c->stub, 0);
		free_maybe(&c->empty_npt, 0);
	}
	free_maybe(&iopm, IOPM_ORDER);
	free_maybe(&msrpm, MSRPM_ORDER);
}

static int svm_init(void)
{
	u32 edx = svm_edx();
	int cpu, err = svm_init_maps();

	svm_caps = (struct svm_caps){
		.nrips = edx & SVM_NRIPS,
		.decode_assists = edx & SVM_DECODE_ASSISTS,
		.flush_by_asid = edx & SVM_FLUSH_BY_ASID,
		.pause_filter = edx & SVM_PAUSE_FILTER,
		.v_spec_ctrl = edx & SVM_V_SPEC_CTRL,
		.clean_bits = edx & SVM_CLEAN_BITS,
		.tcg = hypervisor_cpuid_base("TCGTCGTCGTCG", 0),
	};
	for_each_possible_cpu(cpu) {
		if (!err)
			err = svm_init_cpu(cpu);
	}
	if (err)
		svm_exit();
	return err;
}

/* The nested tables may have what the CPU's own may. */
static unsigned int svm_leaf_level(void)
{
	return boot_cpu_has(X86_FEATURE_GBPAGES) ? 2 : 1;
}

static const struct host_fact *svm_features(unsigned int *n)
{
	static struct host_fact facts[8];

	facts[0] = (struct host_fact){ "npt", true };
	facts[1] = (struct host_fact){ "nrips", svm_caps.nrips };
	facts[2] = (struct host_fact){ "decode-assists", svm_caps.decode_assists };
	facts[3] = (struct host_fact){ "flush-by-asid", svm_caps.flush_by_asid };
	facts[4] = (struct host_fact){ "pause-filter", svm_caps.pause_filter };
	facts[5] = (struct host_fact){ "v-spec-ctrl", svm_caps.v_spec_ctrl };
	facts[6] = (struct host_fact){ "vmcb-clean-bits", svm_caps.clean_bits };
	facts[7] = (struct host_fact){ "npt-1g-pages", svm_leaf_level() == 2 };
	*n = ARRAY_SIZE(facts);
	return facts;
}

/* A look at one moment: somebody else's EFER.SVME outside of our windows. */
static void svm_look(void *found)
{
	u64 efer;

	rdmsrl(MSR_EFER, efer);
	if (efer & EFER_SVME)
		WRITE_ONCE(*(bool *)found, true);
}

static const char *svm_foreign(void)
{
	bool found = false;

	on_each_cpu(svm_look, &found, 1);
	return found ? "another hypervisor has SVM enabled (KVM?)" : NULL;
}

/* Nothing of this has an intercept that is on. */
static u32 svm_offers(void)
{
	return CPUID_RDTSCP | CPUID_INVPCID | CPUID_XSAVES;
}

const struct virt_ops svm_ops = {
	.name = "svm",
	.tdp = &tdp_npt,
	.leaf_level = svm_leaf_level,
	.probe = svm_probe,
	.init = svm_init,
	.exit = svm_exit,
	.features = svm_features,
	.foreign = svm_foreign,
	.vcpu_create = svm_vcpu_create,
	.vcpu_destroy = svm_vcpu_destroy,
	.vcpu_reset = svm_vcpu_reset,
	.open = svm_open,
	.close = svm_close,
	.leave = svm_leave,
	.offers = svm_offers,
	.counts_down = svm_counts_down,
	.enter = svm_enter,
	.get = svm_get,
	.set = svm_set,
	.get_seg = svm_get_seg,
	.set_seg = svm_set_seg,
	.get_sys = svm_get_sys,
	.same_sys = svm_same_sys,
	.nmi_blocked = svm_nmi_blocked,
	.nmi_window = svm_nmi_window,
};
