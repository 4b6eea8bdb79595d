/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control.h - the control plane: the generic netlink family "insula"
 *
 * Turns requests into calls of vm/vm.h and nothing else.
 */
#ifndef _INSULA_CONTROL_H
#define _INSULA_CONTROL_H

int control_init(void);
void control_exit(void);

#endif
