/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mitigations.h - what keeps guests from each other and from the host's secrets
 *
 * Chosen once by CPU bug and by what the kernel decided for itself; shown by `insula
 * check`. What has to be in assembly (RSB, return untraining) is in the backends'
 * entry.S.
 */
#ifndef _INSULA_MITIGATIONS_H
#define _INSULA_MITIGATIONS_H

#include <linux/types.h>

/** mitigations_init() - choose; once, at load */
void mitigations_init(void);
/**
 * mitigate_vm_switch() - this CPU goes over to VM @vm from *@last: branch predictor barrier
 * if they differ. IRQs off.
 */
void mitigate_vm_switch(u32 *last, u32 vm);
/** mitigate_entry() - last thing before a guest runs: clear buffers where the bug is */
void mitigate_entry(void);
/**
 * mitigate_spec_ctrl() - SPEC_CTRL of guest (low half) and host (high half); equal when
 * there is nothing to swap
 */
u64 mitigate_spec_ctrl(u64 guest);
/** host_machine_check() - a machine check exception came while a guest ran */
void host_machine_check(void);

#endif
