/* SPDX-License-Identifier: GPL-2.0-only */
/* regs-int.h - between regs.c and regs-pci.c: registers with the device's lock held */
#ifndef _INSULA_VIRTIO_REGS_INT_H
#define _INSULA_VIRTIO_REGS_INT_H

#include <linux/virtio_pci.h>
#include "regs.h"

#define COMMON_SIZE	60	/* up to queue_reset */

/** common_read() - @size bytes at @offset of the common configuration (§4.1.4.3) */
u64 common_read(struct virtio_dev *dev, u32 offset, unsigned int size);

/** common_write() - write a field of it, of its own width; other widths are ignored */
void common_write(struct virtio_dev *dev, u32 offset, unsigned int size, u64 val);

/** registers_reset() - all registers as after power-on */
void registers_reset(struct virtio_dev *dev);

/** signal_config() - interrupt: a change of the configuration, or of the status */
void signal_config(struct virtio_dev *dev);

#endif
