// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_state.c - every state with every event
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include "vm/state.h"

/* One line an event in the order of enum vm_event, one letter a state; '-': not allowed. */
static const char * const want[NR_VM_EVENTS] = {
	/* from:		    SRPC (stopped, running, paused, crashed) */
	[VM_EVENT_START]	= "R--R",
	[VM_EVENT_STOP]		= "-SSS",
	[VM_EVENT_PAUSE]	= "-P--",
	[VM_EVENT_RESUME]	= "--R-",
	[VM_EVENT_RESET]	= "-RPR",
	[VM_EVENT_SHUTDOWN]	= "-R--",
	[VM_EVENT_POWER_OFF]	= "-SS-",
	[VM_EVENT_REBOOT]	= "-RP-",
	[VM_EVENT_CRASH]	= "-CC-",
};

static int state_of(char letter)
{
	switch (letter) {
	case 'S':
		return INSULA_VM_STATE_STOPPED;
	case 'R':
		return INSULA_VM_STATE_RUNNING;
	case 'P':
		return INSULA_VM_STATE_PAUSED;
	case 'C':
		return INSULA_VM_STATE_CRASHED;
	default:
		return -1;
	}
}

static void test_table(void **state)
{
	for (int event = 0; event < NR_VM_EVENTS; event++)
		for (int i = 0; i < 4; i++)
			assert_int_equal(vm_state_next(state_of("SRPC"[i]), event),
					 state_of(want[event][i]));
}

static void test_out_of_range(void **state)
{
	assert_int_equal(vm_state_next(4, VM_EVENT_STOP), -1);
	assert_int_equal(vm_state_next(U32_MAX, VM_EVENT_STOP), -1);
	assert_int_equal(vm_state_next(INSULA_VM_STATE_RUNNING, NR_VM_EVENTS), -1);
	assert_int_equal(vm_state_next(INSULA_VM_STATE_RUNNING, (enum vm_event)U32_MAX), -1);
}

/* Whoever owns a VM can always get it to stop, and from there to run. */
static void test_no_dead_end(void **state)
{
	for (u32 s = 0; s < 4; s++)
		if (s != INSULA_VM_STATE_STOPPED)
			assert_int_equal(vm_state_next(s, VM_EVENT_STOP), INSULA_VM_STATE_STOPPED);
	assert_int_equal(vm_state_next(INSULA_VM_STATE_STOPPED, VM_EVENT_START),
			 INSULA_VM_STATE_RUNNING);
}

static void test_names(void **state)
{
	assert_string_equal(vm_state_name(INSULA_VM_STATE_STOPPED), "stopped");
	assert_string_equal(vm_state_name(INSULA_VM_STATE_RUNNING), "running");
	assert_string_equal(vm_state_name(INSULA_VM_STATE_PAUSED), "paused");
	assert_string_equal(vm_state_name(INSULA_VM_STATE_CRASHED), "crashed");
	assert_string_equal(vm_state_name(4), "unknown");
	assert_string_equal(vm_state_name(U32_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_no_dead_end),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
