/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - what the host offers, as the module or the kernel tells
 */
#ifndef INSULA_HOST_H
#define INSULA_HOST_H

#include <jansson.h>
#include <stdbool.h>

/**
 * struct host - the host
 * @loaded: the module is there
 * @version: the module's version, ""
 * @vendor: "svm", "vmx", or "" when the CPU has neither
 * @foreign: who else holds SVM or VMX, "" when nobody does
 * @features: object: name, and true or false
 * @mitigations: likewise: what keeps guests and host apart
 * @problems: array of texts
 */
struct host {
	bool loaded;
	char version[32];
	char vendor[8];
	char foreign[64];
	json_t *features;
	json_t *mitigations;
	json_t *problems;
};

/**
 * host_ask_kernel() - find out without the module
 * @host: filled in
 * @cpuinfo: path, in place of /proc/cpuinfo
 */
void host_ask_kernel(struct host *host, const char *cpuinfo);

/**
 * host_init() - an empty one
 * @host: set up; host_release() it
 */
void host_init(struct host *host);

/**
 * host_release() - free what it holds
 * @host: from host_init()
 */
void host_release(struct host *host);

/**
 * host_secure_boot() - is the firmware's Secure Boot on
 *
 * Return: 1 or 0; -1 when it can't be known, as without EFI.
 */
int host_secure_boot(void);

#endif
