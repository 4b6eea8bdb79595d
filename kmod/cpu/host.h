/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - what this host offers, as `insula check` shows it
 */
#ifndef _INSULA_HOST_H
#define _INSULA_HOST_H

#include <linux/types.h>

/**
 * struct host_fact - one line about the host
 * @name:	constant text
 * @present:	it is there (a feature) or in use (a mitigation)
 */
struct host_fact {
	const char *name;
	bool present;
};

/** host_vendor() - "svm" or "vmx" */
const char *host_vendor(void);
/** host_features() - features of the CPU that virtualization uses. @n: result, how many */
const struct host_fact *host_features(unsigned int *n);
/** host_mitigations() - mitigations between guest and host, by name. */
const struct host_fact *host_mitigations(unsigned int *n);
/** host_foreign() - who else holds virtualization on some CPU, or NULL */
const char *host_foreign(void);
/** host_problems() - what limits VMs here, texts; @n may be 0 */
const char *const *host_problems(unsigned int *n);

#endif
