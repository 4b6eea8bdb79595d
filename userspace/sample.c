// SPDX-License-Identifier: GPL-2.0-only
/*
 * sample.c - what VMs have got of the host, at one moment
 */
#include "sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "insula.h"

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

int sample_all(struct nl *nl, struct sample *sample)
{
	int err;

	memset(sample, 0, sizeof(*sample));
	err = vm_dump(nl, &sample->vms, &sample->nr);
	sample->at = now_ns();
	return err;
}

int sample_take(struct nl *nl, const char *name, struct sample *sample)
{
	int status;

	if (!name)
		return sample_all(nl, sample) ? vm_failed(nl, NULL) : EXIT_DONE;
	memset(sample, 0, sizeof(*sample));
	status = take_one(nl, name, sample);
	sample->at = now_ns();
	return status;
}

void sample_free(struct sample *sample)
{
	free(sample->vms);
	free(sample->vcpus);
	memset(sample, 0, sizeof(*sample));
}
