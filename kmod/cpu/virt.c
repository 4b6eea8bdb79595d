// SPDX-License-Identifier: GPL-2.0-only
/*
 * virt.c - which hardware this is; what the host offers
 */
#include <linux/cpu.h>
#include <linux/module.h>
#include <asm/cpufeature.h>
#include <asm/tsc.h>
#include "fpu.h"
#include "mitigations.h"
#include "virt.h"

const struct virt_ops *virt;
DEFINE_STATIC_CALL(virt_enter, svm_enter);
DEFINE_STATIC_CALL(virt_same_sys, svm_same_sys);

/* On each CPU that comes online: a CPU unlike the others must not get vCPUs. */
static int probe_cpu(unsigned int cpu)
{
	return virt->probe();
}

static enum cpuhp_state hotplug_state;

int virt_init(void)
{
	int err;

	/* By vendor: a CPU whose VMX the firmware has switched off is still to be told so. */
	virt = boot_cpu_data.x86_vendor == X86_VENDOR_INTEL ||
	       boot_cpu_has(X86_FEATURE_VMX) ? &vmx_ops : &svm_ops;
	static_call_update(virt_enter, virt->enter);
	static_call_update(virt_same_sys, virt->same_sys);
	err = virt->probe();
	if (!err)
		err = mitigations_init();
	if (err)
		return err;
	err = virt->init();
	if (err)
		goto mitigations;
	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "insula:online", probe_cpu, NULL);
	if (err < 0)
		goto backend;
	hotplug_state = err;
	return 0;

backend:
	virt->exit();
mitigations:
	mitigations_exit();
	return err;
}

void virt_exit(void)
{
	cpuhp_remove_state(hotplug_state);
	virt->exit();
	mitigations_exit();
}

const char *host_vendor(void)
{
	return virt->name;
}

const struct host_fact *host_features(unsigned int *n)
{
	return virt->features(n);
}

const char *host_foreign(void)
{
	return virt->foreign();
}

const char *const *host_problems(unsigned int *n)
{
	static const char *problems[2];

	*n = 0;
	if (check_tsc_unstable())
		problems[(*n)++] = "the host found its TSC unstable: guests' time may be off";
	if (!fpu_features())
		problems[(*n)++] = "no XSAVE: guests get no AVX";
	return problems;
}
