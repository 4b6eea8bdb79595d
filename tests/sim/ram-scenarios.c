// SPDX-License-Identifier: GPL-2.0-only
/*
 * ram-scenarios.c - what is simulated of RAM shares
 */
#include <linux/kernel.h>
#include "ram-scenario.h"

/* Those who use all of their memory; those who have touched @t of it, and use @u. */
#define HOGS(n, most, ...) { .count = n, .shares = 100, .max = most, .uses = most, ##__VA_ARGS__ }
#define IDLE(n, most, t, u, ...) { .count = n, .shares = 100, .max = most, .touched = t, \
	.uses = u, ##__VA_ARGS__ }
#define WIDE .shares = 1, .shares_to = 10000

const struct ram_scenario ram_scenarios[] = {
	/* Shares. */
	{ "1.5 GiB: hogs 100:100:200:400", 1536, 60, RAM_ENDS | RAM_COST_FEW, {
		HOGS(2, 1024, .min = 128), HOGS(1, 1024, .min = 128, .shares = 200),
		HOGS(1, 1024, .min = 128, .shares = 400) } },
	{ "1.5 GiB: hogs 100:100:200:400, one slower than the other", 1536, 120, RAM_ENDS, {
		HOGS(1, 1024, .min = 128), HOGS(1, 1024, .min = 128, .lap = 4),
		HOGS(1, 1024, .min = 128, .shares = 200, .lap = 15),
		HOGS(1, 1024, .min = 128, .shares = 400, .lap = 30) } },
	{ "1.5 GiB: 4 equal hogs", 1536, 60, RAM_ENDS, { HOGS(4, 1024, .min = 128) } },
	{ "1.5 GiB: hogs 100:400, then 400:100", 1536, 90, RAM_ENDS, {
		HOGS(1, 1024), HOGS(1, 1024, .shares = 400) }, {
		{ 40, RAM_SHARES, 0, 1, 400 }, { 40, RAM_SHARES, 1, 1, 100 } } },
	{ "16 GiB: 32 hogs, 1 to 10000", 16384, 60, RAM_ENDS, { HOGS(32, 2048, WIDE) } },
	{ "16 GiB: 32 hogs, 1 to 10000, min 256", 16384, 60, RAM_ENDS, {
		HOGS(32, 2048, .min = 256, WIDE) } },
	{ "64 GiB: 1000 hogs of 512 MiB, 1 to 10000", 65536, 60, RAM_ENDS | RAM_COST_MANY, {
		HOGS(1000, 512, .min = 16, WIDE) } },
	/* Minima and ceilings. */
	{ "4 GiB: min 1 GiB with 1 share, 8 of 10000", 4096, 60, RAM_ENDS | RAM_TO_MIN, {
		HOGS(1, 2048, .min = 1024, .shares = 1), HOGS(8, 2048, .shares = 10000) } },
	{ "4 GiB: min of all is all there is", 4096, 60, RAM_ENDS | RAM_TO_MIN, {
		HOGS(4, 2048, .min = 900, WIDE) } },
	{ "4 GiB: two of three ceilings lowered, one raised", 4096, 120, RAM_ENDS, {
		HOGS(3, 2048) }, {
		{ 40, RAM_CEILING, 0, 2, 512 }, { 80, RAM_CEILING, 1, 1, 2048 } } },
	{ "4 GiB: a minimum is set", 4096, 90, RAM_ENDS, { HOGS(4, 2048) }, {
		{ 40, RAM_MIN, 0, 1, 1536 } } },
	{ "8 GiB: one ceiling lowered, no pressure", 8192, 60, RAM_ENDS, { HOGS(3, 2048) }, {
		{ 30, RAM_CEILING, 0, 1, 512 } } },
	/* Idle memory. */
	{ "1.5 GiB: 800 MiB idle beside a hog; wakes; sleeps", 1536, 150, RAM_ENDS, {
		IDLE(1, 1536, 800, 20, .min = 128), HOGS(1, 1536, .min = 128) }, {
		{ 50, RAM_USE, 0, 1, 800 }, { 100, RAM_USE, 0, 1, 20 } } },
	{ "1.5 GiB: 800 MiB idle beside a hog, tax 0", 1536, 90, RAM_ENDS, {
		IDLE(1, 1536, 800, 20), HOGS(1, 1536) }, .taxed = true, .tax = 0 },
	{ "1.5 GiB: 800 MiB idle beside a hog, tax 95", 1536, 120, RAM_ENDS, {
		IDLE(1, 1536, 800, 20), HOGS(1, 1536) }, .taxed = true, .tax = 95 },
	{ "1.5 GiB: 800 MiB idle, half of it in use, and a hog", 1536, 90, RAM_ENDS, {
		IDLE(1, 1536, 800, 400), HOGS(1, 1536) } },
	{ "1.5 GiB: 100:100:200, the first sleeps, wakes up", 1536, 120, RAM_ENDS, {
		IDLE(1, 1024, 800, 20), HOGS(1, 1024), HOGS(1, 1024, .shares = 200) }, {
		{ 40, RAM_USE, 0, 1, 800 }, { 80, RAM_USE, 0, 1, 20 } } },
	{ "1.5 GiB: an idle one goes to its min, 3 hogs", 1536, 90, RAM_ENDS | RAM_TO_MIN, {
		IDLE(1, 1024, 1024, 4, .min = 128), HOGS(3, 1024, .min = 128) } },
	{ "4 GiB: an idle one keeps all, no pressure", 4096, 90, RAM_ENDS | RAM_UNTOUCHED, {
		IDLE(1, 1024, 1024, 4, .min = 128), HOGS(2, 1024, .min = 128) } },
	{ "4 GiB: pressure comes and goes", 4096, 150, RAM_ENDS, {
		IDLE(1, 2048, 2000, 100), HOGS(1, 1024), IDLE(1, 2048, 64, 64) }, {
		{ 40, RAM_USE, 2, 1, 2000 }, { 90, RAM_USE, 2, 1, 64 },
		{ 90, RAM_USE, 0, 1, 1200 } } },
	{ "6 GiB: one after the other of 8 wakes up", 6144, 200, RAM_ENDS, {
		IDLE(8, 1024, 600, 60, .min = 64) }, {
		{ 40, RAM_USE, 0, 2, 1024 }, { 80, RAM_USE, 2, 2, 1024 },
		{ 120, RAM_USE, 0, 1, 60 }, { 160, RAM_USE, 1, 3, 60 } } },
	/* The host's own needs. */
	{ "4 GiB: the host takes 1 GiB, gives it back", 4096, 120, RAM_ENDS, {
		HOGS(2, 2048), HOGS(1, 2048, .shares = 200) }, {
		{ 40, RAM_HOST, 0, 0, 1280 }, { 80, RAM_HOST, 0, 0, 256 } } },
	/* What changes all the time. */
	{ "8 GiB: 8 that grow and shrink", 8192, 180, RAM_FOLLOWS, {
		{ .count = 8, .shares = 100, .max = 2048, .min = 128, .behaviour = WAVES,
		  .uses = 256, .uses_to = 2048, .period = 60 } } },
	{ "16 GiB: 32 that sleep and wake", 16384, 300, RAM_FOLLOWS, {
		{ .count = 32, .shares = 50, .shares_to = 800, .max = 1024, .min = 64,
		  .behaviour = NAPS, .uses = 32, .uses_to = 1024, .period = 120 } } },
	{ "64 GiB: 400 that sleep, 300 that wave, 300 hogs", 65536, 120, RAM_FOLLOWS | RAM_COST_MANY, {
		{ .count = 400, .shares = 50, .shares_to = 800, .max = 256, .min = 16,
		  .behaviour = NAPS, .uses = 16, .uses_to = 256, .period = 60 },
		{ .count = 300, .shares = 100, .max = 256, .min = 16, .behaviour = WAVES,
		  .uses = 32, .uses_to = 256, .period = 60 },
		HOGS(300, 128, .min = 16) } },
	{ "64 GiB: 1000 that sleep and wake, no pressure", 65536, 60, RAM_FOLLOWS | RAM_UNTOUCHED, {
		{ .count = 1000, .shares = 100, .max = 48, .min = 16, .behaviour = NAPS,
		  .uses = 4, .uses_to = 48, .period = 20 } } },
};

const unsigned int nr_ram_scenarios = ARRAY_SIZE(ram_scenarios);
