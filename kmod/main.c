// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - load and unload, and the host's own changes of state; nothing else
 */
#include <linux/module.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include <net/genetlink.h>
#include <insula/version.h>
#include "control/control.h"
#include "cpu/virt.h"
#include "dev/console.h"
#include "dev/virtio/device.h"
#include "dev/virtio/devices.h"
#include "mm/reclaim.h"
#include "sched/sched.h"
#include "vm/power.h"
#include "vm/vms.h"

/* Nothing of ours may be running when the next kernel or the firmware takes over. */
static int on_reboot(struct notifier_block *nb, unsigned long action, void *data)
{
	vms_quiesce();
	return NOTIFY_DONE;
}

static int on_pm(struct notifier_block *nb, unsigned long action, void *data)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		vms_quiesce();
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		vms_unquiesce();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block reboot_nb = { .notifier_call = on_reboot };
static struct notifier_block pm_nb = { .notifier_call = on_pm };

static int __init insula_init(void)
{
	int err = virt_init();

	if (err)
		return err;
	err = sched_init();
	if (err)
		goto no_sched;
	err = vio_init();
	if (err)
		goto no_vio;
	err = virtio_net_init();
	if (err)
		goto no_net;
	err = reclaim_init();
	if (err)
		goto no_reclaim;
	err = power_init();
	if (err)
		goto no_power;
	err = console_driver_init();
	if (err)
		goto no_console;
	err = register_reboot_notifier(&reboot_nb);
	if (err)
		goto no_reboot;
	err = register_pm_notifier(&pm_nb);
	if (err)
		goto no_pm;
	err = control_init();
	if (err)
		goto no_control;
	pr_info("version %s, %s\n", INSULA_VERSION, host_vendor());
	return 0;

no_control:
	unregister_pm_notifier(&pm_nb);
no_pm:
	unregister_reboot_notifier(&reboot_nb);
no_reboot:
	console_driver_exit();
no_console:
	power_exit();
no_power:
	reclaim_exit();
no_reclaim:
	virtio_net_exit();
no_net:
	vio_exit();
no_vio:
	sched_exit();
no_sched:
	virt_exit();
	return err;
}

/* Each VM holds a reference on the module: there are none. */
static void __exit insula_exit(void)
{
	control_exit();
	unregister_pm_notifier(&pm_nb);
	unregister_reboot_notifier(&reboot_nb);
	console_driver_exit();
	power_exit();
	reclaim_exit();
	virtio_net_exit();
	vio_exit();
	sched_exit();
	virt_exit();
}

module_init(insula_init);
module_exit(insula_exit);

MODULE_DESCRIPTION("Insula hypervisor");
MODULE_LICENSE("GPL v2");
MODULE_VERSION(INSULA_VERSION);
MODULE_ALIAS_GENL_FAMILY("insula");
