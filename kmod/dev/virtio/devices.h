/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - the kinds of virtio devices, for who plugs them in
 *
 * Each is made at rest; the caller plugs in @regs.pci with vpci_add(), and destroys it with
 * vio_destroy() when no vCPU exists any more.
 */
#ifndef _INSULA_VIRTIO_DEVICES_H
#define _INSULA_VIRTIO_DEVICES_H

#include "device.h"

struct vm;

/**
 * virtio_rng_create() - an entropy device (virtio 1.2 §5.4)
 *
 * May sleep. Return: it, or ERR_PTR(-ENOMEM).
 */
struct vio *virtio_rng_create(struct vm *vm);

#endif
