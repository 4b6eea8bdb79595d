// SPDX-License-Identifier: GPL-2.0-only
/*
 * state.c - the states of a VM and what leads from one to another
 *
 * Pure: one table. What an event does besides is vm.c's.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>
#include "state.h"

#define STOPPED	INSULA_VM_STATE_STOPPED
#define RUNNING	INSULA_VM_STATE_RUNNING
#define PAUSED	INSULA_VM_STATE_PAUSED
#define CRASHED	INSULA_VM_STATE_CRASHED
#define NR_VM_STATES (CRASHED + 1)

/*
 * State by event to the next state plus one, so that what is not listed is not allowed.
 *
 * What the guest does may arrive late. A vCPU that switches the machine off, resets it or
 * crashes just as somebody pauses it has done so: a paused VM takes these. A stopped or
 * crashed VM does not: it is over, and the first reason stays. The power button needs a
 * guest that runs; one that is paused could not answer.
 */
static const u8 next[NR_VM_STATES][NR_VM_EVENTS] = {
	[STOPPED] = {
		[VM_EVENT_START]	= RUNNING + 1,
	},
	[RUNNING] = {
		[VM_EVENT_STOP]		= STOPPED + 1,
		[VM_EVENT_PAUSE]	= PAUSED + 1,
		[VM_EVENT_RESET]	= RUNNING + 1,
		[VM_EVENT_SHUTDOWN]	= RUNNING + 1,
		[VM_EVENT_POWER_OFF]	= STOPPED + 1,
		[VM_EVENT_REBOOT]	= RUNNING + 1,
		[VM_EVENT_CRASH]	= CRASHED + 1,
	},
	[PAUSED] = {
		[VM_EVENT_STOP]		= STOPPED + 1,
		[VM_EVENT_RESUME]	= RUNNING + 1,
		[VM_EVENT_RESET]	= PAUSED + 1,
		[VM_EVENT_POWER_OFF]	= STOPPED + 1,
		[VM_EVENT_REBOOT]	= PAUSED + 1,
		[VM_EVENT_CRASH]	= CRASHED + 1,
	},
	[CRASHED] = {
		[VM_EVENT_START]	= RUNNING + 1,
		[VM_EVENT_STOP]		= STOPPED + 1,
		[VM_EVENT_RESET]	= RUNNING + 1,
	},
};

int vm_state_next(u32 state, enum vm_event event)
{
	u32 column = event;

	if (state >= NR_VM_STATES || column >= NR_VM_EVENTS)
		return -1;
	state = array_index_nospec(state, NR_VM_STATES);
	column = array_index_nospec(column, NR_VM_EVENTS);
	return next[state][column] - 1;
}

const char *vm_state_name(u32 state)
{
	static const char * const names[NR_VM_STATES] = {
		[STOPPED] = "stopped",
		[RUNNING] = "running",
		[PAUSED]  = "paused",
		[CRASHED] = "crashed",
	};

	if (state >= NR_VM_STATES)
		return "unknown";
	return names[array_index_nospec(state, NR_VM_STATES)];
}
