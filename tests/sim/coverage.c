// SPDX-License-Identifier: GPL-2.0-only
/*
 * coverage.c - what decisions cost
 *
 * The policy is compiled so that each of its basic blocks calls this. Unlike time, and unlike
 * instructions, their number is the same on every machine and with every run.
 */
#include "sim.h"

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	sim_cost++;
}
