/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi.h - the ACPI tables of an Insula machine
 */
#ifndef INSULA_BOOT_ACPI_H
#define INSULA_BOOT_ACPI_H

#include <stddef.h>
#include <stdint.h>

/**
 * acpi_build() - write RSDP, XSDT, FADT, FACS, MADT, MCFG and DSDT
 * @area: BOOT_ACPI_SIZE bytes, zero, that will lie at BOOT_ACPI in the guest;
 *	the RSDP is at its beginning
 * @cpus: number of vCPUs, 1 to GUEST_MAX_CPUS; their APIC ids count from 0
 *
 * The tables describe full ACPI hardware (ACPI 6.4, chapter 4) that has no
 * legacy mode: SCI_EN is always set.
 *
 * Return: bytes used.
 */
size_t acpi_build(uint8_t *area, unsigned int cpus);

#endif
