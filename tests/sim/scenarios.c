// SPDX-License-Identifier: GPL-2.0-only
/*
 * scenarios.c - what is simulated
 */
#include <linux/kernel.h>
#include "sim.h"

#define HOGS(n, ...) { .count = n, .shares = 100, .behaviour = HOG, ##__VA_ARGS__ }
#define GAMES(kind, r, s, ...) { .count = 1, .shares = 100, .behaviour = kind, \
	.run = r, .sleep = s, .games = true, ##__VA_ARGS__ }
#define WAKES(n, r, s, ...) { .count = n, .shares = 100, .behaviour = CLOCK, \
	.run = r, .sleep = s, .latency = true, ##__VA_ARGS__ }
#define WIDE .shares = 1, .shares_to = 10000

const struct scenario scenarios[] = {
	/* Shares. */
	{ "1 CPU: hogs 100:200:700", 1, 11, SHARES, {
		HOGS(1), HOGS(1, .shares = 200), HOGS(1, .shares = 700) } },
	{ "1 CPU: hogs 1:10000", 1, 11, SHARES, { HOGS(1, .shares = 1), HOGS(1, .shares = 10000) } },
	{ "1 CPU: 16 equal hogs", 1, 11, SHARES | COST_FEWEST, { HOGS(16) } },
	{ "1 CPU: 16 hogs, 1 to 10000", 1, 11, SHARES, { HOGS(16, WIDE) } },
	{ "1 CPU: 100 hogs of 1, one of 10000", 1, 11, SHARES, {
		HOGS(100, .shares = 1), HOGS(1, .shares = 10000) } },
	{ "2 CPUs: 3 equal hogs", 2, 11, SHARES, { HOGS(3) } },
	{ "2 CPUs: 8 hogs, 1 to 10000", 2, 11, SHARES, { HOGS(8, WIDE) } },
	{ "2 CPUs: 100:200:700, 2 vCPUs each", 2, 11, SHARES, {
		HOGS(1, .vcpus = 2), HOGS(1, .vcpus = 2, .shares = 200),
		HOGS(1, .vcpus = 2, .shares = 700) } },
	{ "3 CPUs: 4 equal hogs", 3, 11, SHARES, { HOGS(4) } },
	{ "3 CPUs: 12 hogs, 1 to 10000", 3, 11, SHARES, { HOGS(12, WIDE) } },
	{ "3 CPUs: 10000 with 1 vCPU, 5 of 100", 3, 11, SHARES, {
		HOGS(1, .shares = 10000), HOGS(5) } },
	{ "8 CPUs: 9 equal hogs", 8, 11, SHARES, { HOGS(9) } },
	{ "8 CPUs: 16 hogs, 1 to 10000", 8, 11, SHARES | COST_FEWEST, { HOGS(16, WIDE) } },
	{ "8 CPUs: 64 hogs, 1 to 10000", 8, 11, SHARES, { HOGS(64, WIDE) } },
	{ "8 CPUs: 100:200:700, 8 vCPUs each", 8, 11, SHARES, {
		HOGS(1, .vcpus = 8), HOGS(1, .vcpus = 8, .shares = 200),
		HOGS(1, .vcpus = 8, .shares = 700) } },
	{ "8 CPUs: 1 to 16 vCPUs, 50 to 400 shares", 8, 11, SHARES, {
		HOGS(2), HOGS(2, .vcpus = 2, .shares = 200), HOGS(2, .vcpus = 4, .shares = 50),
		HOGS(1, .vcpus = 16, .shares = 400) } },
	{ "16 CPUs: 17 equal hogs", 16, 11, SHARES, { HOGS(17) } },
	{ "64 CPUs: 65 equal hogs", 64, 11, SHARES, { HOGS(65) } },
	{ "64 CPUs: 96 hogs of 100, 32 of 10000", 64, 11, SHARES, {
		HOGS(96), HOGS(32, .shares = 10000) } },
	{ "64 CPUs: 512 hogs, 1 to 10000", 64, 11, SHARES, { HOGS(512, WIDE) } },
	{ "256 CPUs: 257 equal hogs", 256, 11, SHARES, { HOGS(257) } },
	{ "256 CPUs: 4096 equal hogs", 256, 11, SHARES | COST_MOST, { HOGS(4096) } },
	{ "256 CPUs: 4096 hogs, 1 to 10000", 256, 11, SHARES | COST_MOST, { HOGS(4096, WIDE) } },
	{ "256 CPUs: 512 VMs of 8 vCPUs, 1 to 10000", 256, 11, SHARES | COST_MOST, {
		HOGS(512, WIDE, .vcpus = 8) } },
	/* Affinities. */
	{ "2 CPUs: 2 hogs pinned to CPU 0, 1 free", 2, 11, SHARES, {
		HOGS(2, .cpus = 1), HOGS(1) } },
	{ "8 CPUs: 8 on CPUs 0-3, 8 on 2-5, 8 free", 8, 11, SHARES, {
		HOGS(8, .cpus = 4), HOGS(8, .first_cpu = 2, .cpus = 4), HOGS(8) } },
	{ "8 CPUs: 100:200:700, each on 4 CPUs in a ring", 8, 11, SHARES, {
		HOGS(8, .cpus = 4, .spread = 1), HOGS(8, .shares = 200, .cpus = 4, .spread = 1),
		HOGS(8, .shares = 700, .cpus = 4, .spread = 1) } },
	{ "64 CPUs: 256 on nodes of 16, 64 free", 64, 11, SHARES, {
		HOGS(256, .cpus = 16, .spread = 16, .shares = 50, .shares_to = 500), HOGS(64) } },
	/* What the host takes. */
	{ "2 CPUs: the host takes 30 % of CPU 0", 2, 11, SHARES, {
		HOGS(3), HOGS(2, .shares = 300) }, .steal = 3 * MSEC, .steal_period = 10 * MSEC },
	/* What passes until threads have arrived. */
	{ "1 CPU: hogs 100:200:700, 20 us until one is there", 1, 11, SHARES, {
		HOGS(1), HOGS(1, .shares = 200), HOGS(1, .shares = 700) }, .arrival = 20 * USEC },
	{ "2 CPUs: 16 equal hogs, 50 us until one is there", 2, 11, SHARES, {
		HOGS(16) }, .arrival = 50 * USEC },
	{ "1 CPU: min 50, max 10; later 100, 300; 10 us", 1, 13, SHARES | LIMITS | EFFECT, {
		HOGS(1, .shares = 1, .min = 50), HOGS(1, .shares = 10000, .max = 10),
		HOGS(1, .late = true), HOGS(1, .shares = 300, .late = true) }, {
		{ 2 * SEC, START, 2, 2 } }, .arrival = 10 * USEC },
	/* Sleepers. */
	{ "4 CPUs: 12 hogs, 12 sleepers of 5 %", 4, 11, SHARES | LATENCY, {
		HOGS(12), WAKES(12, 500 * USEC, 9500 * USEC) } },
	{ "4 CPUs: 16 random VMs, 8 hogs", 4, 11, SHARES_10S, {
		{ .count = 16, .shares = 50, .shares_to = 800, .behaviour = RANDOM,
		  .run = 2 * MSEC, .sleep = 18 * MSEC }, HOGS(8) } },
	{ "16 CPUs: 64 random VMs, too little to do", 16, 11, SHARES_10S, {
		{ .count = 64, .shares = 100, .behaviour = RANDOM, .run = MSEC, .sleep = 5 * MSEC } } },
	/* Latency. */
	{ "1 CPU: 8 hogs, one wakes up", 1, 11, SHARES | LATENCY, {
		HOGS(8), WAKES(1, 100 * USEC, 4900 * USEC) } },
	{ "1 CPU: 8 hogs of 10000, one of 100 wakes up", 1, 11, SHARES | LATENCY, {
		HOGS(8, .shares = 10000), WAKES(1, 10 * USEC, 19990 * USEC) } },
	{ "8 CPUs: 64 hogs, 8 wake up", 8, 11, SHARES | LATENCY, {
		HOGS(64), WAKES(8, 200 * USEC, 4800 * USEC) } },
	{ "8 CPUs: 64 hogs 1 to 10000, 16 of 1000 wake up", 8, 11, SHARES_10S | LATENCY, {
		HOGS(64, WIDE), WAKES(16, 100 * USEC, 9900 * USEC, .shares = 1000) } },
	{ "64 CPUs: 512 hogs, 128 wake up", 64, 11, SHARES | LATENCY, {
		HOGS(512), WAKES(128, 100 * USEC, 4900 * USEC) } },
	{ "1 CPU: 8 hogs, 4 wake up, a guarantee", 1, 11, LIMITS | LATENCY, {
		HOGS(8), HOGS(1, .shares = 1, .min = 40), WAKES(4, 100 * USEC, 9900 * USEC) } },
	/* Guarantees and caps. */
	{ "1 CPU: cpu-min 50 with 1 share", 1, 11, SHARES | LIMITS, {
		HOGS(1, .shares = 1, .min = 50), HOGS(8, .shares = 10000) } },
	{ "1 CPU: cpu-min 10, 20, 30 with 1 share", 1, 11, SHARES | LIMITS, {
		HOGS(1, .shares = 1, .min = 10), HOGS(1, .shares = 1, .min = 20),
		HOGS(1, .shares = 1, .min = 30), HOGS(4, .shares = 1000) } },
	{ "1 CPU: cpu-min 40 among floods", 1, 11, LIMITS, {
		HOGS(1, .shares = 1, .min = 40),
		{ .count = 8, .shares = 10000, .behaviour = NAP, .run = 10 * USEC, .sleep = 20 * USEC },
		HOGS(4, .shares = 10000) } },
	{ "4 CPUs: cpu-min 150 (2 vCPUs), 200 (4)", 4, 11, SHARES | LIMITS, {
		HOGS(1, .shares = 1, .min = 150, .vcpus = 2),
		HOGS(1, .shares = 1, .min = 200, .vcpus = 4), HOGS(8, .shares = 1000) } },
	{ "8 CPUs: cpu-min 600 of 8 vCPUs among floods", 8, 11, LIMITS, {
		HOGS(1, .shares = 1, .min = 600, .vcpus = 8),
		{ .count = 16, .shares = 1000, .behaviour = NAP, .run = 20 * USEC, .sleep = 50 * USEC },
		HOGS(16, .shares = 1000) } },
	{ "2 CPUs: cpu-min 100 with all CPUs promised", 2, 11, SHARES | LIMITS, {
		HOGS(2, .shares = 1, .min = 100), HOGS(4, .shares = 1000) } },
	{ "1 CPU: cpu-min 30, runs by the clock at 40 %", 1, 11, LIMITS, {
		{ .count = 1, .shares = 1, .min = 30, .behaviour = CLOCK, .run = 4 * MSEC,
		  .sleep = 6 * MSEC }, HOGS(8, .shares = 1000) } },
	{ "1 CPU: cpu-max 50, alone", 1, 11, SHARES | LIMITS, { HOGS(1, .max = 50) } },
	{ "2 CPUs: cpu-max 5, 20, 150, others", 2, 11, SHARES | LIMITS, {
		HOGS(1, .max = 5), HOGS(1, .max = 20), HOGS(1, .max = 150, .vcpus = 2,
		.shares = 1000), HOGS(3) } },
	{ "8 CPUs: cpu-max 250 with 8 vCPUs, 30 hogs", 8, 11, SHARES | LIMITS, {
		HOGS(1, .max = 250, .vcpus = 8, .shares = 10000), HOGS(30) } },
	{ "4 CPUs: cpu-max 70 of 4 that wake all the time", 4, 11, LIMITS, {
		{ .count = 1, .shares = 100, .max = 70, .vcpus = 4, .behaviour = NAP,
		  .run = 30 * USEC, .sleep = 30 * USEC }, HOGS(8) } },
	{ "4 CPUs: min 20 max 40 each of 8, 8 hogs", 4, 11, SHARES | LIMITS, {
		HOGS(8, .min = 20, .max = 40, WIDE), HOGS(8) } },
	{ "4 CPUs: max 40 each of 8, 1 to 10000, 8 hogs", 4, 11, SHARES | LIMITS, {
		HOGS(8, .max = 40, WIDE), HOGS(8) } },
	{ "4 CPUs: 4 of 1 min 20, 4 of 1000 max 40, 8 hogs", 4, 11, SHARES | LIMITS, {
		HOGS(4, .min = 20, .shares = 1), HOGS(4, .max = 40, .shares = 1000), HOGS(8) } },
	{ "4 CPUs: min 20 each of 8, 1 to 10000, 8 hogs", 4, 11, SHARES | LIMITS, {
		HOGS(8, .min = 20, WIDE), HOGS(8) } },
	{ "4 CPUs: max 40 each of 8 of 1000, 8 hogs", 4, 11, SHARES | LIMITS, {
		HOGS(8, .max = 40, .shares = 1000), HOGS(8) } },
	/* Those who game: their due is a hog's. */
	{ "1 CPU: sleeps 5 us before its turn ends", 1, 11, SHARES, {
		HOGS(4), GAMES(DODGE, 0, 10 * USEC) } },
	{ "1 CPU: the same, for 1 ms", 1, 11, SHARES, { HOGS(4), GAMES(DODGE, 0, MSEC) } },
	{ "1 CPU: sleeps over each tick of 1 ms", 1, 11, SHARES, {
		HOGS(4), GAMES(TICK, MSEC, 20 * USEC) } },
	{ "1 CPU: sleeps over each tick of 4 ms", 1, 11, SHARES, {
		HOGS(4), GAMES(TICK, 4 * MSEC, 100 * USEC) } },
	{ "1 CPU: runs 10 us, sleeps 10 us", 1, 11, SHARES, {
		HOGS(4), GAMES(NAP, 10 * USEC, 10 * USEC) } },
	{ "1 CPU: runs 2 us, halts 1 us", 1, 11, SHARES, {
		HOGS(4), GAMES(NAP, 2 * USEC, 1 * USEC) } },
	{ "1 CPU: runs 490 us, sleeps 10 us", 1, 11, SHARES, {
		HOGS(4), GAMES(NAP, 490 * USEC, 10 * USEC) } },
	{ "1 CPU: runs 2 ms, sleeps 6 ms", 1, 11, SHARES, {
		HOGS(4), GAMES(NAP, 2 * MSEC, 6 * MSEC) } },
	{ "2 CPUs: floods with wake-ups of 8 vCPUs", 2, 11, SHARES, {
		HOGS(8), GAMES(NAP, 5 * USEC, 20 * USEC, .vcpus = 8) } },
	{ "4 CPUs: relays a CPU among 8 vCPUs", 4, 11, SHARES, {
		HOGS(15), GAMES(RELAY, 0, 0, .vcpus = 8) } },
	{ "4 CPUs: 8 vCPUs, each sleeps before its turn ends", 4, 11, SHARES, {
		HOGS(16), GAMES(DODGE, 0, 10 * USEC, .vcpus = 8) } },
	{ "4 CPUs: 4 vCPUs that migrate by sleeping 1 us", 4, 11, SHARES, {
		HOGS(16), GAMES(NAP, 100 * USEC, 1 * USEC, .vcpus = 4) } },
	/* Changes. */
	{ "1 CPU: 100:200:700, then 700:200:100", 1, 10, SHARES | EFFECT, {
		HOGS(1), HOGS(1, .shares = 200), HOGS(1, .shares = 700) }, {
		{ 5 * SEC, SET, 0, 1, .shares = 700 }, { 5 * SEC, SET, 2, 1, .shares = 100 } } },
	{ "1 CPU: 1 share among 8 of 1000, then 8000", 1, 12, SHARES | EFFECT, {
		HOGS(1, .shares = 1), HOGS(8, .shares = 1000) }, {
		{ 4 * SEC, SET, 0, 1, .shares = 8000 }, { 8 * SEC, SET, 0, 1, .shares = 1 } } },
	{ "1 CPU: a guarantee of 80 % is given and taken", 1, 12, SHARES | EFFECT | LIMITS, {
		HOGS(5) }, { { 4 * SEC, SET, 0, 1, .shares = 100, .min = 80 },
		{ 8 * SEC, SET, 0, 1, .shares = 100 } } },
	{ "1 CPU: cpu-min 40 with 1 share, then 1000 shares", 1, 10, SHARES | EFFECT, {
		HOGS(1, .shares = 1, .min = 40), HOGS(4, .shares = 1000) }, {
		{ 5 * SEC, SET, 0, 1, .shares = 1000 } } },
	{ "8 CPUs: 4 of 24 get 10 times as much, and back", 8, 12, SHARES | EFFECT, {
		HOGS(24) }, { { 4 * SEC, SET, 0, 4, .shares = 1000 },
		{ 8 * SEC, SET, 0, 4, .shares = 100 } } },
	{ "2 CPUs: a guarantee, a cap, neither", 2, 16, SHARES | EFFECT | LIMITS, { HOGS(6) }, {
		{ 4 * SEC, SET, 0, 1, .shares = 100, .min = 60 },
		{ 8 * SEC, SET, 0, 1, .shares = 100, .max = 10 },
		{ 12 * SEC, SET, 0, 1, .shares = 100 } } },
	{ "8 CPUs: 4 of them go and come back", 8, 16, SHARES | EFFECT, {
		HOGS(12), HOGS(4, .shares = 300) }, {
		{ 5 * SEC, OFFLINE, 2, 4 }, { 10 * SEC, ONLINE, 2, 4 } } },
	{ "4 CPUs: CPU 3 goes, with pinned VMs", 4, 16, SHARES, {
		HOGS(4), HOGS(4, .first_cpu = 2, .cpus = 2) }, {
		{ 5 * SEC, OFFLINE, 3, 1 }, { 10 * SEC, ONLINE, 3, 1 } } },
};

const unsigned int nr_scenarios = ARRAY_SIZE(scenarios);
