/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bzimage.h - Linux kernels, and whatever else comes in their format
 */
#ifndef INSULA_BOOT_BZIMAGE_H
#define INSULA_BOOT_BZIMAGE_H

#include "boot.h"

/**
 * bzimage_load() - plan the boot of a bzImage
 * @in: what to boot
 * @plan: segments, registers and boot_params are added to it
 *
 * Follows Documentation/arch/x86/boot.rst: the 64-bit boot protocol where
 * the header offers it (XLF_KERNEL_64), the 32-bit one otherwise.
 *
 * Return: 1 when planned, 0 when the file is no bzImage, -1 with plan->error
 * set when it is one that can't be booted.
 */
int bzimage_load(const struct boot_input *in, struct boot_plan *plan);

#endif
