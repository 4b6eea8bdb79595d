// SPDX-License-Identifier: GPL-2.0-only
/*
 * sample.c - what VMs have got of the host, at one moment
 */
#include "sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "insula.h"

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* One is asked for by itself: only then is there something about its vCPUs. */
static int take_one(struct nl *nl, const char *name, struct sample *sample)
{
	sample->vms = malloc(sizeof(*sample->vms));
	sample->vcpus = calloc(GUEST_MAX_CPUS, sizeof(*sample->vcpus));
	if (!sample->vms || !sample->vcpus)
		return fail(EXIT_FAILED, name, "%s", strerror(ENOMEM));
	if (vm_get_vcpus(nl, name, sample->vms, sample->vcpus, &sample->nr_vcpus))
		return vm_failed(nl, name);
	sample->nr = 1;
	return EXIT_DONE;
}

int sample_take(struct nl *nl, const char *name, struct sample *sample)
{
	int status = EXIT_DONE;

	memset(sample, 0, sizeof(*sample));
	if (name)
		status = take_one(nl, name, sample);
	else if (vm_dump(nl, &sample->vms, &sample->nr))
		status = vm_failed(nl, NULL);
	sample->at = now_ns();
	return status;
}

void sample_free(struct sample *sample)
{
	free(sample->vms);
	free(sample->vcpus);
	memset(sample, 0, sizeof(*sample));
}

const struct vm *sample_find(const struct sample *sample, uint32_t id)
{
	for (size_t i = 0; i < sample->nr; i++)
		if (sample->vms[i].id == id)
			return &sample->vms[i];
	return NULL;
}
