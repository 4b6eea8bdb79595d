/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - disks, nics and the balloon as text
 */
#ifndef INSULA_DEVICES_H
#define INSULA_DEVICES_H

#include <stdint.h>

#include "vm.h"

#define MAC_TEXT_MAX	(3 * MAC_BYTES)

/**
 * format_mac() - write an address
 * @mac: the address
 * @text: set to such as "52:54:00:12:34:56"
 *
 * Return: @text.
 */
const char *format_mac(const uint8_t mac[MAC_BYTES], char text[MAC_TEXT_MAX]);

/**
 * print_devices() - print which disks and nics there are, and the balloon
 * @vm: whose
 */
void print_devices(const struct vm *vm);

/**
 * print_device_totals() - print what went through them since the VM was made
 * @vm: whose
 */
void print_device_totals(const struct vm *vm);

/**
 * print_balloon() - print what a guest has given up, and what it told of its memory
 * @vm: whose
 */
void print_balloon(const struct vm *vm);

/**
 * print_device_rates() - print what went through them over a while, per second
 * @before: the VM then; NULL: there was none
 * @now: the VM now
 * @ns: time in between
 */
void print_device_rates(const struct vm *before, const struct vm *now, uint64_t ns);

#endif
