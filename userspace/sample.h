/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sample.h - what VMs have got of the host, at one moment
 */
#ifndef INSULA_SAMPLE_H
#define INSULA_SAMPLE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "vm.h"

/**
 * struct sample - all VMs, or one of them, at one moment
 * @at: when, ns of the monotonic clock
 * @vms: by name
 * @nr: how many
 * @vcpus: of the one VM that was asked for; NULL when it was all
 * @nr_vcpus: how many
 */
struct sample {
	uint64_t at;
	struct vm *vms;
	size_t nr;
	struct vm_vcpu *vcpus;
	size_t nr_vcpus;
};

/**
 * sample_take() - ask the module
 * @nl: a connection
 * @name: of one VM, or NULL: all
 * @sample: filled in, also with an error; sample_free() it
 *
 * Return: an exit status; the error has been told.
 */
int sample_take(struct nl *nl, const char *name, struct sample *sample);

/**
 * sample_all() - ask the module for all VMs
 * @nl: a connection
 * @sample: filled in, also with an error; sample_free() it
 *
 * Return: 0 or -errno; the error has not been told.
 */
int sample_all(struct nl *nl, struct sample *sample);

/**
 * sample_free() - forget it
 * @sample: from sample_take(), or zeroes
 */
void sample_free(struct sample *sample);

/**
 * sample_find() - the same VM in an earlier sample
 * @sample: where; may be zeroes
 * @id: the VM's
 *
 * Return: the VM, or NULL: there was none.
 */
static inline const struct vm *sample_find(const struct sample *sample, uint32_t id)
{
	for (size_t i = 0; i < sample->nr; i++)
		if (sample->vms[i].id == id)
			return &sample->vms[i];
	return NULL;
}

/** now_ns() - the monotonic clock. Return: ns. */
static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

#endif
