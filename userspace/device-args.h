/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device-args.h - what --disk and --nic take
 *
 * Nothing here opens files or talks to the kernel.
 */
#ifndef INSULA_DEVICE_ARGS_H
#define INSULA_DEVICE_ARGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/insula.h>

#define MAC_BYTES	6

/**
 * struct disk_args - a disk as it was asked for
 * @path: of its file
 * @ro: the guest may not write to it
 * @serial: its serial number, "": none
 */
struct disk_args {
	char path[PATH_MAX];
	bool ro;
	char serial[INSULA_SERIAL_MAX + 1];
};

/**
 * struct nic_args - a nic as it was asked for
 * @name: of the host's end, "": one made from the VM's name
 * @has_mac: an address was given
 * @mac: the address
 */
struct nic_args {
	char name[INSULA_NIC_NAME_MAX + 1];
	bool has_mac;
	uint8_t mac[MAC_BYTES];
};

/**
 * disk_args_parse() - read "FILE[,ro][,serial=S]"
 * @value: the text; in a part of it, two commas stand for one
 * @disk: filled in
 *
 * Return: NULL, or what would be right.
 */
const char *disk_args_parse(const char *value, struct disk_args *disk);

/**
 * nic_args_parse() - read "[name=IF][,mac=MAC]"
 * @value: the text; may be empty
 * @nic: filled in
 *
 * Return: NULL, or what would be right.
 */
const char *nic_args_parse(const char *value, struct nic_args *nic);

#endif
