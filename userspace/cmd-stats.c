// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd-stats.c - insula stats: what VMs have got of the host
 *
 * As JSON, always what was counted since a VM was made. For people, that once; after each
 * interval, what it was in between.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "insula.h"
#include "json.h"
#include "rates.h"
#include "sample.h"
#include "size.h"

static void print_json_sample(const struct vm_args *args, const struct sample *sample)
{
	json_t *array = json_array();

	for (size_t i = 0; i < sample->nr; i++) {
		json_t *object = vm_stats_to_json(&sample->vms[i]);

		if (sample->vcpus)
			json_object_set_new(object, "vcpus",
					    vcpus_to_json(sample->vcpus, sample->nr_vcpus));
		json_array_append_new(array, object);
	}
	print_json(array, args->interval ? JSON_COMPACT : JSON_INDENT(2));
}

static void print_latency(const uint32_t latency[INSULA_LATENCIES])
{
	char p50[SIZE_TEXT_MAX], p99[SIZE_TEXT_MAX], max[SIZE_TEXT_MAX];

	printf("  latency   p50 %s, p99 %s, max %s\n",
	       format_latency(latency_within(latency, 500), p50),
	       format_latency(latency_within(latency, 990), p99),
	       format_latency(latency_within(latency, 1000), max));
}

static void print_ram(const struct vm *vm)
{
	char resident[SIZE_TEXT_MAX], memory[SIZE_TEXT_MAX], target[SIZE_TEXT_MAX];
	char entitled[SIZE_TEXT_MAX], idle[SIZE_TEXT_MAX], demoted[SIZE_TEXT_MAX];
	char returned[SIZE_TEXT_MAX], tables[SIZE_TEXT_MAX];
	const struct vm_ram *ram = &vm->ram;

	printf("  resident  %s of %s, target %s; %s of tables\n", format_size(vm->resident, resident),
	       format_size(vm->memory, memory), format_size(ram->target, target),
	       format_size(ram->tables, tables));
	if (ram->target < vm->memory)
		printf("  ram       %s entitled, %s idle\n", format_size(ram->entitled, entitled),
		       format_size(ram->idle, idle));
	if (ram->demoted)
		printf("  demoted   %s, %s brought back\n", format_size(ram->demoted, demoted),
		       format_size(ram->returned, returned));
}

static void print_totals(const struct vm *vm)
{
	char received[SIZE_TEXT_MAX], entitled[SIZE_TEXT_MAX], uptime[SIZE_TEXT_MAX];
	char waiting[SIZE_TEXT_MAX], throttled[SIZE_TEXT_MAX], taken[SIZE_TEXT_MAX];
	const struct vm_sched *sched = &vm->sched;

	printf("%s: %s\n", vm->name, vm_state_name(vm->state));
	printf("  cpu       %s received, %s entitled; up %s\n",
	       format_duration(vm->cpu_time, received), format_duration(vm->cpu_entitled, entitled),
	       format_duration(vm->uptime, uptime));
	printf("  steal     %s waiting, %s throttled, %s taken\n",
	       format_duration(sched->waiting, waiting),
	       format_duration(sched->throttled, throttled), format_duration(sched->taken, taken));
	printf("  switches  %" PRIu64 ", %" PRIu64 " migrations, %" PRIu64 " wake-ups\n",
	       sched->switches, sched->migrations, sched->wakes);
	print_latency(sched->latency);
	print_ram(vm);
	print_balloon(vm);
	print_device_totals(vm);
	for (unsigned int i = 0; i < vm->nr_exits; i++)
		if (vm->exits[i].count)
			printf("  exits     %-20s %" PRIu64 "\n", vm->exits[i].reason,
			       vm->exits[i].count);
}

static void print_exit_rates(const struct vm *before, const struct vm *vm, uint64_t ns)
{
	for (unsigned int i = 0; i < vm->nr_exits; i++) {
		uint64_t then = before && i < before->nr_exits ? before->exits[i].count : 0;

		if (vm->exits[i].count != then)
			printf("  exits     %-20s %.0f/s\n", vm->exits[i].reason,
			       rate(then, vm->exits[i].count, ns));
	}
}

static void print_rates(const struct vm *before, const struct vm *vm, uint64_t ns)
{
	struct rates rates;

	rates_between(before ? &before->sched : NULL, &vm->sched, ns, &rates);
	printf("%s: %s\n", vm->name, vm_state_name(vm->state));
	printf("  cpu       %.1f%% received, %.1f%% entitled\n", rates.received,
	       rate_percent(before ? before->cpu_entitled : 0, vm->cpu_entitled, ns));
	printf("  steal     %.1f%% waiting, %.1f%% throttled, %.1f%% taken\n", rates.waiting,
	       rates.throttled, rates.taken);
	printf("  switches  %.0f/s, %.0f/s migrations, %.0f/s wake-ups\n", rates.switches,
	       rates.migrations, rates.wakes);
	print_latency(rates.latency);
	print_ram(vm);
	print_balloon(vm);
	print_device_rates(before, vm, ns);
	print_exit_rates(before, vm, ns);
}

static void print_vcpu(const struct vm_vcpu *vcpu)
{
	char received[SIZE_TEXT_MAX], waiting[SIZE_TEXT_MAX], throttled[SIZE_TEXT_MAX];
	char taken[SIZE_TEXT_MAX];

	printf("  vcpu %-4u %s, CPU %u; %s received, %s waiting, %s throttled, %s taken\n",
	       vcpu->index, vcpu_state_name(vcpu->state), vcpu->cpu,
	       format_duration(vcpu->sched.received, received),
	       format_duration(vcpu->sched.waiting, waiting),
	       format_duration(vcpu->sched.throttled, throttled),
	       format_duration(vcpu->sched.taken, taken));
}

static void print_vcpu_rates(const struct vm_sched *before, const struct vm_vcpu *vcpu, uint64_t ns)
{
	struct rates rates;

	rates_between(before, &vcpu->sched, ns, &rates);
	printf("  vcpu %-4u %s, CPU %u; %.1f%% received, %.1f%% waiting, %.1f%% throttled, %.1f%% taken\n",
	       vcpu->index, vcpu_state_name(vcpu->state), vcpu->cpu, rates.received,
	       rates.waiting, rates.throttled, rates.taken);
}

static void print_vcpus(const struct sample *before, const struct sample *sample)
{
	bool same = before->nr && before->vms[0].id == sample->vms[0].id;

	for (size_t i = 0; i < sample->nr_vcpus; i++) {
		if (before->at)
			print_vcpu_rates(same && i < before->nr_vcpus ?
					 &before->vcpus[i].sched : NULL,
					 &sample->vcpus[i], sample->at - before->at);
		else
			print_vcpu(&sample->vcpus[i]);
	}
}

static void print_text_sample(const struct sample *before, const struct sample *sample)
{
	for (size_t i = 0; i < sample->nr; i++) {
		if (before->at)
			print_rates(sample_find(before, sample->vms[i].id), &sample->vms[i],
				    sample->at - before->at);
		else
			print_totals(&sample->vms[i]);
	}
	print_vcpus(before, sample);
}

static int print_samples(struct nl *nl, const struct vm_args *args)
{
	const char *name = args->nr_names ? args->names[0] : NULL;
	struct sample before = { 0 }, sample;
	int status;

	do {
		status = sample_take(nl, name, &sample);
		if (!status && args->json)
			print_json_sample(args, &sample);
		else if (!status)
			print_text_sample(&before, &sample);
		sample_free(&before);
		before = sample;
		if (fflush(stdout) || ferror(stdout))
			break;
	} while (!status && args->interval && !sleep(args->interval));
	sample_free(&before);
	return status;
}

int cmd_stats(const struct vm_args *args)
{
	struct nl nl;
	int status = vm_connect(&nl);

	if (status)
		return status;
	status = print_samples(&nl, args);
	module_close(&nl);
	return status;
}
