// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmx.c - can this CPU do it, and what all vCPUs share: capabilities, the MSR bitmap
 *
 * Intel SDM vol. 3 app. A (capability MSRs), §24.6-24.7 (enabling), §25.6.9 (MSR bitmap).
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "../../compat.h"
#include "../../mm/tdp.h"
#include "../mitigations.h"
#include "../x86.h"
#include "vmx.h"

#define BASIC_TRUE_CONTROLS	BIT_ULL(55)
#define BASIC_MEMORY_TYPE(b)	((b) >> 50 & 15)
#define MEMORY_WRITE_BACK	6
#define CR4_FRED		BIT_ULL(32)

struct vmx_caps vmx_caps;
struct page *vmx_msr_bitmap;

const u32 vmx_late_msrs[NR_LATE_MSRS] = {
	MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_SYSCALL_MASK, MSR_KERNEL_GS_BASE,
};

/* A control that there is no Insula without. */
struct need {
	u32 bit;
	const char *name;
};

/**
 * struct control_word - a word of controls
 * @msr:	capability: bits that must be set in the low half, that may be in the high
 * @at:		where it goes in struct vmx_caps
 * @need:	what is required
 * @use:	what is used where it is there
 */
struct control_word {
	u32 msr;
	size_t at;
	struct need need[9];
	u32 use;
};

static const struct control_word words[] = { {
	.msr = MSR_IA32_VMX_TRUE_PINBASED_CTLS,
	.at = offsetof(struct vmx_caps, pin),
	.need = {
		{ PIN_BASED_EXT_INTR_MASK, "external-interrupt exiting" },
		{ PIN_BASED_NMI_EXITING, "NMI exiting" },
		{ PIN_BASED_VIRTUAL_NMIS, "virtual NMIs" },
	},
	.use = PIN_BASED_VMX_PREEMPTION_TIMER,
}, {
	.msr = MSR_IA32_VMX_TRUE_PROCBASED_CTLS,
	.at = offsetof(struct vmx_caps, proc),
	.need = {
		{ CPU_BASED_HLT_EXITING, "HLT exiting" },
		{ CPU_BASED_MWAIT_EXITING, "MWAIT exiting" },
		{ CPU_BASED_RDPMC_EXITING, "RDPMC exiting" },
		{ CPU_BASED_TPR_SHADOW, "TPR shadow" },
		{ CPU_BASED_MOV_DR_EXITING, "MOV-DR exiting" },
		{ CPU_BASED_UNCOND_IO_EXITING, "unconditional I/O exiting" },
		{ CPU_BASED_USE_MSR_BITMAPS, "MSR bitmaps" },
		{ CPU_BASED_ACTIVATE_SECONDARY_CONTROLS, "secondary controls" },
	},
	.use = CPU_BASED_USE_TSC_OFFSETTING | CPU_BASED_MONITOR_EXITING,
}, {
	.msr = MSR_IA32_VMX_PROCBASED_CTLS2,
	.at = offsetof(struct vmx_caps, proc2),
	.need = {
		{ SECONDARY_EXEC_ENABLE_EPT, "extended page tables (EPT)" },
		{ SECONDARY_EXEC_UNRESTRICTED_GUEST, "unrestricted guest" },
		{ SECONDARY_EXEC_WBINVD_EXITING, "WBINVD exiting" },
	},
	.use = SECONDARY_EXEC_ENABLE_VPID | SECONDARY_EXEC_ENABLE_RDTSCP |
	       SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_PAUSE_LOOP_EXITING |
	       EXEC_XSAVES,
}, {
	.msr = MSR_IA32_VMX_TRUE_EXIT_CTLS,
	.at = offsetof(struct vmx_caps, exit),
	.need = {
		{ VM_EXIT_HOST_ADDR_SPACE_SIZE, "64-bit host" },
		{ VM_EXIT_SAVE_DEBUG_CONTROLS, "saving of debug controls" },
		{ VM_EXIT_LOAD_IA32_PAT, "loading of PAT at exits" },
		{ VM_EXIT_SAVE_IA32_EFER, "saving of EFER at exits" },
		{ VM_EXIT_LOAD_IA32_EFER, "loading of EFER at exits" },
	},
	.use = VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL,
}, {
	.msr = MSR_IA32_VMX_TRUE_ENTRY_CTLS,
	.at = offsetof(struct vmx_caps, entry),
	.need = {
		{ VM_ENTRY_LOAD_DEBUG_CONTROLS, "loading of debug controls" },
		{ VM_ENTRY_LOAD_IA32_PAT, "loading of PAT at entries" },
		{ VM_ENTRY_LOAD_IA32_EFER, "loading of EFER at entries" },
	},
	.use = VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL,
} };

/* Bits of IA32_VMX_EPT_VPID_CAP. */
static const struct {
	u64 bit;
	const char *name;
} ept_needs[] = {
	{ VMX_EPT_PAGE_WALK_4_BIT, "EPT with four levels" },
	{ VMX_EPTP_WB_BIT, "EPT structures in write-back memory" },
	{ VMX_EPT_INVEPT_BIT, "INVEPT" },
	{ VMX_EPT_EXTENT_CONTEXT_BIT, "INVEPT of one context" },
};

static unsigned int missing(const char *name)
{
	pr_err("this CPU's VMX lacks what is required: %s\n", name);
	return 1;
}

static unsigned int read_word(struct vmx_caps *caps, const struct control_word *word)
{
	u32 must, may, want = word->use;
	unsigned int i, lacks = 0;

	rdmsr(word->msr, must, may);
	for (i = 0; i < ARRAY_SIZE(word->need) && word->need[i].bit; i++) {
		want |= word->need[i].bit;
		if (!(may & word->need[i].bit))
			lacks += missing(word->need[i].name);
	}
	*(u32 *)((void *)caps + word->at) = must | (want & may);
	return lacks;
}

static unsigned int read_ept(struct vmx_caps *caps)
{
	unsigned int i, lacks = 0;

	rdmsrl(MSR_IA32_VMX_EPT_VPID_CAP, caps->ept);
	for (i = 0; i < ARRAY_SIZE(ept_needs); i++) {
		if (!(caps->ept & ept_needs[i].bit))
			lacks += missing(ept_needs[i].name);
	}
	caps->eptp = VMX_EPTP_MT_WB | VMX_EPTP_PWL_4 |
		     (caps->ept & VMX_EPT_AD_BIT ? VMX_EPTP_AD_ENABLE_BIT : 0);
	return lacks;
}

/* VPIDs only if they can be flushed. The bits are in the high half of the MSR. */
static void choose_vpid(struct vmx_caps *caps)
{
	u64 vpid = caps->ept >> 32;

	if (!(vpid & VMX_VPID_INVVPID_BIT))
		caps->proc2 &= ~SECONDARY_EXEC_ENABLE_VPID;
	else if (vpid & VMX_VPID_EXTENT_SINGLE_CONTEXT_BIT)
		caps->invvpid = VMX_VPID_EXTENT_SINGLE_CONTEXT;
	else if (vpid & VMX_VPID_EXTENT_GLOBAL_CONTEXT_BIT)
		caps->invvpid = VMX_VPID_EXTENT_ALL_CONTEXT;
	else
		caps->proc2 &= ~SECONDARY_EXEC_ENABLE_VPID;
}

/* The counters' MSR exists with architectural performance monitoring only. */
static void choose_perf(struct vmx_caps *caps)
{
	if (boot_cpu_has(X86_FEATURE_ARCH_PERFMON) &&
	    (caps->exit & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL) &&
	    (caps->entry & VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL))
		return;
	caps->exit &= ~VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL;
	caps->entry &= ~VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL;
}

/*
 * Enabled only while it counts. Of the CPUs that have unrestricted guests, it counts at a wrong
 * rate on Arrandale and Clarkdale (errata AAT59, AAU65).
 */
static void choose_timer(struct vmx_caps *caps)
{
	u32 cpu = cpuid_eax(1);
	u64 misc;

	rdmsrl(MSR_IA32_VMX_MISC, misc);
	caps->timer_shift = vmx_misc_preemption_timer_rate(misc);
	caps->timer = (caps->pin & PIN_BASED_VMX_PREEMPTION_TIMER) &&
		      cpu != 0x20652 && cpu != 0x20655;
	caps->pin &= ~PIN_BASED_VMX_PREEMPTION_TIMER;
}

static int read_caps(struct vmx_caps *caps)
{
	unsigned int i, lacks = 0;

	memset(caps, 0, sizeof(*caps));
	rdmsrl(MSR_IA32_VMX_BASIC, caps->basic);
	if (!(caps->basic & BASIC_TRUE_CONTROLS) ||
	    BASIC_MEMORY_TYPE(caps->basic) != MEMORY_WRITE_BACK) {
		missing("true control MSRs, VMCS in write-back memory");
		return -EOPNOTSUPP;
	}
	for (i = 0; i < ARRAY_SIZE(words); i++)
		lacks += read_word(caps, &words[i]);
	if (lacks || read_ept(caps))
		return -EOPNOTSUPP;
	choose_vpid(caps);
	choose_perf(caps);
	choose_timer(caps);
	return 0;
}

static int vmx_probe(void)
{
	struct vmx_caps caps;
	u64 feat_ctl;
	int err;

	if (!(cpuid_ecx(1) & BIT(5))) {
		pr_err("this CPU has no VMX (CPUID 1 ECX bit 5 is clear)\n");
		return -EOPNOTSUPP;
	}
	rdmsrl(MSR_IA32_FEAT_CTL, feat_ctl);
	if (!(feat_ctl & FEAT_CTL_LOCKED) || !(feat_ctl & FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX)) {
		pr_err("VMX is disabled by the firmware (IA32_FEATURE_CONTROL): enable it in its setup\n");
		return -EOPNOTSUPP;
	}
	if (__read_cr4() & CR4_FRED) {
		pr_err("this host uses FRED, which is not supported: boot with fred=off\n");
		return -EOPNOTSUPP;
	}
	err = read_caps(&caps);
	if (err)
		return err;
	if (!vmx_caps.basic) {
		vmx_caps = caps;
	} else if (memcmp(&vmx_caps, &caps, sizeof(caps))) {
		pr_err("this CPU's VMX capabilities are not those of the others\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

/*
 * MSRs that entry and exit switch by themselves, or that window.c does, are the guest's
 * own; every other access exits. A bit an MSR, for reading at 0, for writing at 2048.
 */
static void allow_msr(u8 *map, u32 msr)
{
	unsigned int byte = (msr & 0x1fff) / 8 + (msr >= 0xc0000000 ? 1024 : 0);

	map[byte] &= ~BIT(msr % 8);
	map[byte + 2048] &= ~BIT(msr % 8);
}

static int init_msr_bitmap(void)
{
	static const u32 own[] = {
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
		MSR_FS_BASE, MSR_GS_BASE,
	};
	unsigned int i;

	vmx_msr_bitmap = alloc_page(GFP_KERNEL);
	if (!vmx_msr_bitmap)
		return -ENOMEM;
	memset(page_address(vmx_msr_bitmap), 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(own); i++)
		allow_msr(page_address(vmx_msr_bitmap), own[i]);
	for (i = 0; i < NR_LATE_MSRS; i++)
		allow_msr(page_address(vmx_msr_bitmap), vmx_late_msrs[i]);
	return 0;
}

static void free_maybe(struct page **page)
{
	if (*page)
		__free_page(*page);
	*page = NULL;
}

static void vmx_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		free_maybe(&per_cpu_ptr(&vmx_cpu, cpu)->region);
	free_maybe(&vmx_msr_bitmap);
}

static int init_cpu(int cpu)
{
	struct vmx_cpu *c = per_cpu_ptr(&vmx_cpu, cpu);

	c->region = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
	if (!c->region)
		return -ENOMEM;
	*(u32 *)page_address(c->region) = vmx_basic_vmcs_revision_id(vmx_caps.basic);
	return 0;
}

static int vmx_init(void)
{
	int cpu, err = init_msr_bitmap();

	for_each_possible_cpu(cpu) {
		if (!err)
			err = init_cpu(cpu);
	}
	if (err)
		vmx_exit();
	return err;
}

static unsigned int vmx_leaf_level(void)
{
	if (mitigate_avoids_large_pages() || !(vmx_caps.ept & VMX_EPT_2MB_PAGE_BIT))
		return 0;
	return vmx_caps.ept & VMX_EPT_1GB_PAGE_BIT ? 2 : 1;
}

static const struct host_fact *vmx_features(unsigned int *n)
{
	static struct host_fact facts[12];

	facts[0] = (struct host_fact){ "ept", true };
	facts[1] = (struct host_fact){ "unrestricted-guest", true };
	facts[2] = (struct host_fact){ "vpid", vmx_caps.proc2 & SECONDARY_EXEC_ENABLE_VPID };
	facts[3] = (struct host_fact){ "ept-accessed-dirty", vmx_caps.ept & VMX_EPT_AD_BIT };
	facts[4] = (struct host_fact){ "ept-2m-pages", vmx_leaf_level() >= 1 };
	facts[5] = (struct host_fact){ "pause-loop-exiting",
				       vmx_caps.proc2 & SECONDARY_EXEC_PAUSE_LOOP_EXITING };
	facts[6] = (struct host_fact){ "invpcid", vmx_caps.proc2 & SECONDARY_EXEC_ENABLE_INVPCID };
	facts[7] = (struct host_fact){ "rdtscp", vmx_caps.proc2 & SECONDARY_EXEC_ENABLE_RDTSCP };
	facts[8] = (struct host_fact){ "perf-global-ctrl-switch",
				       vmx_caps.exit & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL };
	facts[9] = (struct host_fact){ "preemption-timer", vmx_caps.timer };
	facts[10] = (struct host_fact){ "xsaves", vmx_caps.proc2 & EXEC_XSAVES };
	facts[11] = (struct host_fact){ "ept-1g-pages", vmx_leaf_level() >= 2 };
	*n = ARRAY_SIZE(facts);
	return facts;
}

/* A look at one moment: somebody else's CR4.VMXE outside of our windows. */
static void vmx_look(void *found)
{
	if (__read_cr4() & X86_CR4_VMXE)
		WRITE_ONCE(*(bool *)found, true);
}

static const char *vmx_foreign(void)
{
	bool found = false;

	on_each_cpu(vmx_look, &found, 1);
	return found ? "another hypervisor has VMX enabled (KVM?)" : NULL;
}

/* Without its control each of them is #UD. */
static u32 vmx_offers(void)
{
	u32 proc2 = vmx_caps.proc2;

	return (proc2 & SECONDARY_EXEC_ENABLE_RDTSCP ? CPUID_RDTSCP : 0) |
	       (proc2 & SECONDARY_EXEC_ENABLE_INVPCID ? CPUID_INVPCID : 0) |
	       (proc2 & EXEC_XSAVES ? CPUID_XSAVES : 0);
}

const struct virt_ops vmx_ops = {
	.name = "vmx",
	.tdp = &tdp_ept,
	.leaf_level = vmx_leaf_level,
	.probe = vmx_probe,
	.init = vmx_init,
	.exit = vmx_exit,
	.features = vmx_features,
	.foreign = vmx_foreign,
	.vcpu_create = vmx_vcpu_create,
	.vcpu_destroy = vmx_vcpu_destroy,
	.vcpu_reset = vmx_vcpu_reset,
	.open = vmx_open,
	.close = vmx_close,
	.leave = vmx_leave,
	.offers = vmx_offers,
	.counts_down = vmx_counts_down,
	.enter = vmx_enter,
	.get = vmx_get,
	.set = vmx_set,
	.get_seg = vmx_get_seg,
	.set_seg = vmx_set_seg,
	.get_sys = vmx_get_sys,
	.same_sys = vmx_same_sys,
	.nmi_blocked = vmx_nmi_blocked,
	.nmi_window = vmx_nmi_window,
};
