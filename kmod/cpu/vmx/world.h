/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - offsets in struct vmx_world (vmx.h), for entry.S
 */
#ifndef _INSULA_VMX_WORLD_H
#define _INSULA_VMX_WORLD_H

#define VMX_WORLD_HOST_RSP	0
#define VMX_WORLD_SPEC_CTRL	8
#define VMX_WORLD_HOST_SPEC_CTRL 12
#define VMX_WORLD_LAUNCHED	16

#endif
