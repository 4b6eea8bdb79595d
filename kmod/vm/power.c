// SPDX-License-Identifier: GPL-2.0-only
/*
 * power.c - on, off and what lies between: a VM's state, and its vCPUs as far as they come and go
 *
 * Who changes a VM's state holds vm->lock and goes through transition(). The guest's own
 * wishes (power off, reset, a crash) come from contexts that may not sleep: they are
 * noted in vm->wish, stop the vCPUs, and are carried out by a worker.
 */
#include <linux/kthread.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include "../control/extack.h"
#include "../dev/console.h"
#include "power.h"
#include "vcpu.h"

static struct workqueue_struct *power_wq;

/* Parking. */

/* Each is to look at vm->quiesce, also one that waits for a CPU, or is parked. */
static void kick_all(struct vm *vm)
{
	struct vcpu **vcpu = READ_ONCE(vm->vcpu);
	u32 i;

	for (i = 0; vcpu && i < vm->ncpus; i++) {
		vcpu_kick(vcpu[i]);
		wake_up_process(vcpu[i]->task);
	}
}

void vm_quiesce(struct vm *vm)
{
	WRITE_ONCE(vm->quiesce, true);
	if (!vm->vcpu)
		return;
	kick_all(vm);
	wait_event(vm->park_wait, atomic_read(&vm->parked) == vm->ncpus);
}

/* Unless the guest has just wished for something that has to come first. */
void vm_unquiesce(struct vm *vm)
{
	WRITE_ONCE(vm->quiesce, false);
	smp_mb();	/* against the order in vm_wish() */
	if (test_bit(0, &vm->wish))
		WRITE_ONCE(vm->quiesce, true);
	kick_all(vm);
}

/* Devices, which release RAM while vCPUs run, are at rest whenever those come or go. */
void vm_flush_tlbs(struct guest_ram *ram)
{
	struct vm *vm = container_of(ram, struct vm, ram);
	struct vcpu **vcpu = READ_ONCE(vm->vcpu);
	u32 i;

	for (i = 0; vcpu && i < vm->ncpus; i++)
		vcpu_request(vcpu[i], REQ_FLUSH);
}

/* vCPUs. */

static void destroy_vcpus(struct vm *vm)
{
	struct vcpu **vcpu = vm->vcpu;
	u32 i;

	if (!vcpu)
		return;
	platform_stop(&vm->platform);
	vm_count_vcpus(vm);
	/* Devices and consoles look at vm->vcpu under the platform's lock. */
	raw_spin_lock_irq(&vm->platform.lock);
	WRITE_ONCE(vm->vcpu, NULL);
	raw_spin_unlock_irq(&vm->platform.lock);
	for (i = 0; i < vm->ncpus; i++)
		vcpu_destroy(vcpu[i]);
	kfree(vcpu);
	sched_vm_stop(vm);
	atomic_set(&vm->parked, 0);
}

static int create_vcpus(struct vm *vm)
{
	struct vcpu **vcpu = kcalloc(vm->ncpus, sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	u32 i;

	if (!vcpu)
		return -ENOMEM;
	for (i = 0; i < vm->ncpus; i++) {
		vcpu[i] = vcpu_create(vm, i);
		if (IS_ERR(vcpu[i])) {
			int err = PTR_ERR(vcpu[i]);

			while (i--)
				vcpu_destroy(vcpu[i]);
			kfree(vcpu);
			return err;
		}
	}
	WRITE_ONCE(vm->vcpu, vcpu);
	return 0;
}

/* Power. */

static int lay_segments(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->nsegments; i++) {
		const struct boot_segment *s = &vm->segment[i];
		int err = ram_write_file(&vm->ram, s->gpa, s->len, s->file, s->offset);

		if (err)
			return err;
	}
	return 0;
}

/*
 * Registers, devices and boot segments as at power-on. vCPUs are parked or new. Devices come to
 * rest first: what they are still doing to RAM must not be done to the segments.
 */
static int reset_machine(struct vm *vm)
{
	int err;
	u32 i;

	vm->tsc_offset = -rdtsc_ordered();
	vm_clock_reset(vm);
	platform_reset(&vm->platform);
	err = lay_segments(vm);
	if (err)
		return err;
	for (i = 0; i < vm->ncpus; i++)
		vcpu_reset(vm->vcpu[i], &vm->boot);
	vm->wish = 0;
	vm->boots++;
	return 0;
}

static void start_vcpus(struct vm *vm)
{
	u32 i;

	vm->quiesce = false;
	for (i = 0; i < vm->ncpus; i++)
		wake_up_process(vm->vcpu[i]->task);
	vm->started = ktime_get_ns();
}

static int power_on(struct vm *vm)
{
	int err;

	destroy_vcpus(vm);	/* of a crashed VM: they were kept to be looked at */
	err = ram_forget(&vm->ram);
	if (!err)
		err = create_vcpus(vm);
	if (!err)
		err = reset_machine(vm);
	if (err) {
		destroy_vcpus(vm);
		ram_forget(&vm->ram);
		return err;
	}
	start_vcpus(vm);
	return 0;
}

/*
 * Before a power_off(): no vCPU runs any more, and what the guest wrote goes to who reads it.
 * Without vm->lock, because a reader asks about the VM whenever it hears of it, and reads
 * on only when it has the answer. Whoever comes between finds the VM as if it ran.
 */
static void drain_console(struct vm *vm)
{
	bool on;

	mutex_lock(&vm->lock);
	on = vm->vcpu;
	if (on)
		vm_quiesce(vm);
	mutex_unlock(&vm->lock);
	if (on)
		console_drain(vm->console);
}

static void power_off(struct vm *vm)
{
	vm_quiesce(vm);
	destroy_vcpus(vm);
	ram_forget(&vm->ram);
	console_hangup(vm->console);
}

static int reset(struct vm *vm)
{
	int err;

	vm_quiesce(vm);
	if (!vm->vcpu)
		return power_on(vm);
	err = reset_machine(vm);
	if (!err && vm->state != INSULA_VM_STATE_PAUSED)
		vm_unquiesce(vm);
	return err;
}

static void set_reason(struct vm *vm, const char *reason)
{
	strscpy(vm->reason, reason, sizeof(vm->reason));
}

/* Do what @event means. With vm->lock. The state has not changed if an error is returned. */
static int act(struct vm *vm, enum vm_event event)
{
	switch (event) {
	case VM_EVENT_START:
		return power_on(vm);
	case VM_EVENT_STOP:
	case VM_EVENT_POWER_OFF:
		power_off(vm);
		return 0;
	case VM_EVENT_PAUSE:
		vm_quiesce(vm);
		return 0;
	case VM_EVENT_RESUME:
		vm_unquiesce(vm);
		return 0;
	case VM_EVENT_RESET:
	case VM_EVENT_REBOOT:
		return reset(vm);
	case VM_EVENT_SHUTDOWN:
		platform_power_button(&vm->platform);
		return 0;
	case VM_EVENT_CRASH:
		vm_quiesce(vm);
		return 0;
	default:
		return -EINVAL;
	}
}

static int transition(struct vm *vm, enum vm_event event, const char *reason, u32 exit_code)
{
	int next = vm_state_next(vm->state, event), err;

	if (next < 0)
		return -EINVAL;
	err = act(vm, event);
	if (err)
		return err;
	vm->state = next;
	if (event != VM_EVENT_SHUTDOWN) {
		set_reason(vm, reason);
		vm->exit_code = exit_code;
		vm_tell_now(vm);
	}
	/* A reason belongs to an end; a reset has one only in the event that tells of it. */
	if (next == INSULA_VM_STATE_RUNNING || next == INSULA_VM_STATE_PAUSED)
		set_reason(vm, "");
	return 0;
}

/* The guest's wishes. */

void vm_wish(struct vm *vm, enum vm_event event, u32 code, const char *why, ...)
{
	va_list args;

	if (test_and_set_bit(0, &vm->wish))
		return;
	va_start(args, why);
	vsnprintf(vm->wish_reason, sizeof(vm->wish_reason), why, args);
	va_end(args);
	vm->wish_code = code;
	WRITE_ONCE(vm->wish_event, event);
	smp_mb__before_atomic();	/* against carry_out_wish() */
	set_bit(1, &vm->wish);
	WRITE_ONCE(vm->quiesce, true);
	kick_all(vm);
	queue_work(power_wq, &vm->work);
}

/* What a wish comes to: a reboot may mean the end. */
static enum vm_event wished(struct vm *vm)
{
	enum vm_event event = READ_ONCE(vm->wish_event);

	if (event == VM_EVENT_REBOOT && READ_ONCE(vm->settings.on_reboot) == INSULA_ON_REBOOT_STOP)
		return VM_EVENT_POWER_OFF;
	return event;
}

static void carry_out_wish(struct work_struct *work)
{
	struct vm *vm = container_of(work, struct vm, work);
	int err;

	if (wished(vm) == VM_EVENT_POWER_OFF)
		drain_console(vm);
	mutex_lock(&vm->lock);
	/* It may have been stopped or started anew since; then a new wish has work of its own. */
	if (test_bit_acquire(1, &vm->wish) && vm->vcpu) {
		err = transition(vm, wished(vm), vm->wish_reason, vm->wish_code);
		if (err && err != -EINVAL) {
			char why[64];

			snprintf(why, sizeof(why), "reset failed: error %d", -err);
			transition(vm, VM_EVENT_CRASH, why, 0);
		}
	}
	mutex_unlock(&vm->lock);
}

static void tell_news(struct work_struct *work)
{
	struct vm *vm = container_of(work, struct vm, news);

	mutex_lock(&vm->lock);
	if (!vm->gone && vm->id)	/* else listeners know nothing of it (yet) */
		vm_tell_now(vm);
	mutex_unlock(&vm->lock);
}

void vm_tell(struct vm *vm)
{
	queue_work(power_wq, &vm->news);
}

/* Asked for from outside. */

static const struct { enum vm_event event; const char *done; } actions[] = {
	[INSULA_ACTION_START]	 = { VM_EVENT_START,	"" },
	[INSULA_ACTION_STOP]	 = { VM_EVENT_STOP,	"killed" },
	[INSULA_ACTION_PAUSE]	 = { VM_EVENT_PAUSE,	"" },
	[INSULA_ACTION_RESUME]	 = { VM_EVENT_RESUME,	"" },
	[INSULA_ACTION_RESET]	 = { VM_EVENT_RESET,	"reset" },
	[INSULA_ACTION_SHUTDOWN] = { VM_EVENT_SHUTDOWN,	"" },
};

int vm_action(struct vm *vm, enum insula_action action, struct netlink_ext_ack *extack)
{
	int err;

	if (action >= ARRAY_SIZE(actions))
		return -EINVAL;
	if (action == INSULA_ACTION_STOP)
		drain_console(vm);
	mutex_lock(&vm->lock);
	if (vm->gone) {
		err = -ENOENT;
	} else if (vm_state_next(vm->state, actions[action].event) < 0) {
		extack_set(extack, NULL, "the VM is %s", vm_state_name(vm->state));
		err = -EINVAL;
	} else {
		err = transition(vm, actions[action].event, actions[action].done, 0);
		if (err == -ENODATA)
			NL_SET_ERR_MSG(extack, "a boot segment's file is shorter than it was");
		if (err == -ENOSPC)
			NL_SET_ERR_MSG(extack, "no room in the RAM file: its limit?");
	}
	mutex_unlock(&vm->lock);
	return err;
}

void vm_stop(struct vm *vm, u64 started, const char *why)
{
	mutex_lock(&vm->lock);
	if (vm->started == started)
		transition(vm, VM_EVENT_STOP, why, 0);
	mutex_unlock(&vm->lock);
}

/* Beginning and end. */

void vm_power_init(struct vm *vm)
{
	init_waitqueue_head(&vm->park_wait);
	INIT_WORK(&vm->work, carry_out_wish);
	INIT_WORK(&vm->news, tell_news);
}

void vm_power_end(struct vm *vm)
{
	drain_console(vm);
	mutex_lock(&vm->lock);
	if (vm_state_next(vm->state, VM_EVENT_STOP) >= 0) {
		transition(vm, VM_EVENT_STOP, "destroyed", 0);
	} else {
		set_reason(vm, "destroyed");
		vm_tell_now(vm);
	}
	mutex_unlock(&vm->lock);
}

int power_init(void)
{
	power_wq = alloc_workqueue("insula", WQ_UNBOUND, 0);
	return power_wq ? 0 : -ENOMEM;
}

void power_exit(void)
{
	destroy_workqueue(power_wq);
}
