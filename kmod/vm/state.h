/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - the states of a VM and what leads from one to another
 *
 * Pure: one table, tested in userspace.
 */
#ifndef _INSULA_STATE_H
#define _INSULA_STATE_H

#include <linux/insula.h>
#include <linux/types.h>

/* What happens to a VM; the first ones are enum insula_action, in its order. */
enum vm_event {
	VM_EVENT_START		= INSULA_ACTION_START,
	VM_EVENT_STOP		= INSULA_ACTION_STOP,
	VM_EVENT_PAUSE		= INSULA_ACTION_PAUSE,
	VM_EVENT_RESUME		= INSULA_ACTION_RESUME,
	VM_EVENT_RESET		= INSULA_ACTION_RESET,
	VM_EVENT_SHUTDOWN	= INSULA_ACTION_SHUTDOWN,
	VM_EVENT_POWER_OFF,	/* the guest switched itself off, or its debug exit */
	VM_EVENT_REBOOT,	/* the guest reset itself */
	VM_EVENT_CRASH,		/* vm_kill() */
	NR_VM_EVENTS,
};

/**
 * vm_state_next() - the state after @event in @state
 * Return: enum insula_vm_state, or -1 if the event is not allowed there.
 */
int vm_state_next(u32 state, enum vm_event event);

/** vm_state_name() - "stopped", "running", "paused", "crashed" */
const char *vm_state_name(u32 state);

#endif
