// SPDX-License-Identifier: GPL-2.0-only
/*
 * behave.c - what guests do
 */
#include <linux/kernel.h>
#include "sim.h"

/* As long before the end of its turn one that games it gives the CPU away. */
#define JUST_BEFORE	(5 * USEC)

/* A request has come: that much work. */
static u64 request(struct sim *sim, struct sim_vcpu *vcpu)
{
	const struct vm_spec *spec = vcpu->vm->spec;
	u64 run = spec->run, gap = spec->run + spec->sleep;

	if (spec->behaviour == RANDOM) {
		run = 1 + sim_random(sim, 2 * run);
		gap = 1 + sim_random(sim, 2 * gap);
	}
	vcpu->due_at += gap;
	vcpu->requested += run;
	return run;
}

void behave_start(struct sim *sim, struct sim_vcpu *vcpu)
{
	const struct vm_spec *spec = vcpu->vm->spec;
	u64 at = 0;

	if (spec->late || (spec->behaviour == RELAY && vcpu->index))
		at = NEVER;
	else if (spec->behaviour != HOG)
		at = 1 + sim_random(sim, spec->run + spec->sleep);
	vcpu->due_at = at;
	heap_arm(&sim->heap, &vcpu->wake, at);
}

void behave_wake(struct sim *sim, struct sim_vcpu *vcpu)
{
	switch (vcpu->vm->spec->behaviour) {
	case CLOCK:
	case RANDOM:
		vcpu->left = request(sim, vcpu);
		break;
	case NAP:
		vcpu->left = vcpu->vm->spec->run;
		break;
	default:
		vcpu->left = NEVER;
		break;
	}
}

void behave_run(struct sim *sim, struct sim_vcpu *vcpu, u64 until)
{
	const struct vm_spec *spec = vcpu->vm->spec;

	switch (spec->behaviour) {
	case DODGE:
	case RELAY:
		vcpu->left = max(until, sim->now + 2 * JUST_BEFORE) - JUST_BEFORE - sim->now;
		break;
	case TICK:
		vcpu->left = spec->run - sim->now % spec->run;
		vcpu->left -= min(vcpu->left - 1, JUST_BEFORE);
		break;
	default:
		break;
	}
}

static u64 sleeps_until(struct sim *sim, struct sim_vcpu *vcpu)
{
	const struct vm_spec *spec = vcpu->vm->spec;

	switch (spec->behaviour) {
	case CLOCK:
	case RANDOM:
		return vcpu->due_at;
	case TICK:
		return sim->now + JUST_BEFORE + spec->sleep;
	case RELAY:
		return NEVER;
	default:
		return sim->now + spec->sleep;
	}
}

static void pass_on(struct sim *sim, struct sim_vcpu *vcpu)
{
	struct sim_vcpu *next = &vcpu->vm->vcpu[(vcpu->index + 1) % vcpu->vm->spec->vcpus];

	heap_arm(&sim->heap, &next->wake, sim->now);
}

bool behave_done(struct sim *sim, struct sim_vcpu *vcpu)
{
	u64 until = sleeps_until(sim, vcpu);

	if (until <= sim->now) {
		behave_wake(sim, vcpu);
		return false;
	}
	heap_arm(&sim->heap, &vcpu->wake, until);
	if (vcpu->vm->spec->behaviour == RELAY)
		pass_on(sim, vcpu);
	return true;
}
