// SPDX-License-Identifier: GPL-2.0-only
/*
 * pvclock: clocks in memory: what they say, and where they may not be asked for
 *
 * epoch=SECONDS, if given, is what the date is to be, give or take a minute. What the rate is
 * compared with is the TSC's frequency as CPUID tells it, so no interval is measured.
 */
#include "guest.h"

#define MSR_WALL	0x4b564d00
#define MSR_TIME	0x4b564d01
#define MSR_STEAL	0x4b564d03
#define MSR_TSC		0x10
#define MSR_TSC_ADJUST	0x3b
#define ON		1
#define STABLE		1
#define LOW_TOP		0xc0000000ULL
#define SECOND		1000000000ULL

/* Memory that nobody has touched; but for the first, pages apart. */
#define TIME_AT		0x2000004UL
#define STEAL_AT	0x2100040UL
#define WALL_AT		0x2200ff8UL	/* across two pages */
#define ACROSS_AT	0x2300ff0UL

struct time {
	u32 version, pad;
	u64 tsc, ns;
	u32 mul;
	signed char shift;
	u8 flags, pad2[2];
} __attribute__((packed));

struct wall {
	u32 version, sec, nsec;
};

struct steal {
	u64 steal;
	u32 version, flags;
	u8 preempted, pad[3];
	u32 unused[11];
};

static void do_write(void *arg)
{
	u64 *a = arg;

	wrmsr(a[0], a[1]);
}

static u32 try_write(u32 msr, u64 value)
{
	u64 a[2] = { msr, value };

	return trap_catch(do_write, a);
}

static u64 scaled(const struct time *t, u64 cycles)
{
	cycles = t->shift < 0 ? cycles >> -t->shift : cycles << t->shift;
	return (u64)((unsigned __int128)cycles * t->mul >> 32);
}

/* A consistent copy. */
static struct time look(ulong at)
{
	volatile struct time *t = (volatile struct time *)at;
	struct time copy;
	u32 version;

	do {
		version = t->version;
		barrier();
		copy = *(struct time *)at;
		barrier();
	} while ((version & 1) || t->version != version);
	return copy;
}

static u64 now(ulong at)
{
	struct time t = look(at);

	return t.ns + scaled(&t, rdtsc() - t.tsc);
}

static u32 cpuid_khz(void)
{
	u32 a, b, c, d;

	cpuid(0x40000010, 0, &a, &b, &c, &d);
	return a;
}

static void test_cpuid(void)
{
	u32 a, b, c, d;

	cpuid(0x40000101, 0, &a, &b, &c, &d);
	check((a & 0x28) == 0x28, "pvclock-cpuid", "eax %x", a);
	check(!(a & 0x10091), "pvclock-cpuid-rest", "eax %x", a);	/* what there is not */
}

static void test_refused(void)
{
	static const struct { u32 msr; u64 val; } list[] = {
		{ MSR_WALL, 0x100001 }, { MSR_WALL, 0x100002 }, { MSR_WALL, ~0ULL },
		{ MSR_TIME, 0x100003 }, { MSR_TIME, 2 }, { MSR_TIME, ~0ULL },
		{ MSR_STEAL, 0x100003 }, { MSR_STEAL, 0x100021 }, { MSR_STEAL, 0x20 },
		{ MSR_STEAL, ~0ULL },
		/* the hole, the local APIC, above 4 GiB, beyond any address */
		{ MSR_WALL, LOW_TOP }, { MSR_TIME, LOW_TOP | ON }, { MSR_STEAL, LOW_TOP | ON },
		{ MSR_WALL, LAPIC }, { MSR_TIME, LAPIC | ON }, { MSR_STEAL, LAPIC | ON },
		{ MSR_TIME, 1ULL << 32 | ON }, { MSR_STEAL, 1ULL << 32 | ON },
		{ MSR_WALL, 1ULL << 52 }, { MSR_TIME, 1ULL << 52 | ON },
		{ MSR_STEAL, 1ULL << 63 | ON }, { MSR_WALL, ~3ULL }, { MSR_TIME, ~2ULL },
		{ MSR_STEAL, ~0x3eULL }, { 0x4b564d02, 0 }, { 0x4b564d04, 0 },
	};
	u32 i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		u32 vector = try_write(list[i].msr, list[i].val);

		if (vector != GP) {
			print("# %x, %llx: %u\n", list[i].msr, list[i].val, vector);
			bad++;
		}
	}
	check(!bad, "pvclock-refused", "%u are not refused", bad);
	check(!rdmsr(MSR_WALL) && !rdmsr(MSR_TIME) && !rdmsr(MSR_STEAL), "pvclock-still-off",
	      "%llx %llx %llx", rdmsr(MSR_WALL), rdmsr(MSR_TIME), rdmsr(MSR_STEAL));
	/* Without the bit an address is only a number. */
	check(try_write(MSR_TIME, LOW_TOP) == NO_TRAP && try_write(MSR_STEAL, ~0x3fULL) == NO_TRAP,
	      "pvclock-off-anywhere", "refused");
	check(rdmsr(MSR_TIME) == LOW_TOP && rdmsr(MSR_STEAL) == ~0x3fULL, "pvclock-read-back",
	      "%llx %llx", rdmsr(MSR_TIME), rdmsr(MSR_STEAL));
}

static u64 end_of_ram(void)
{
	u64 start, length, end = 0;
	u32 i, type;

	for (i = 0; (type = memory_map(i, &start, &length)); i++) {
		if (type == 1 && start + length > end && start < LOW_TOP)
			end = start + length;
	}
	return end;
}

/* The last bytes of RAM, and those just behind. */
static void test_end(void)
{
	u64 end = end_of_ram();

	check(try_write(MSR_STEAL, (end - 64) | ON) == NO_TRAP, "steal-at-the-end", "refused");
	check(try_write(MSR_STEAL, end | ON) == GP, "steal-behind-the-end", "taken");
	check(try_write(MSR_TIME, (end - 96) | ON) == NO_TRAP && look(end - 96).mul,
	      "time-at-the-end", "refused, or empty");
	check(try_write(MSR_TIME, (end - 28) | ON) == GP, "time-across-the-end", "taken");
	check(rdmsr(MSR_TIME) == ((end - 96) | ON), "time-stays", "%llx", rdmsr(MSR_TIME));
	check(try_write(MSR_WALL, end - 12) == NO_TRAP && ((struct wall *)(ulong)(end - 12))->sec,
	      "wall-at-the-end", "refused, or empty");
	check(try_write(MSR_WALL, end - 8) == GP, "wall-across-the-end", "taken");
	wrmsr(MSR_STEAL, 0);
	wrmsr(MSR_TIME, 0);
}

static void test_time(void)
{
	u64 last, t, second, start;
	struct time time;
	u32 i, back = 0;

	wrmsr(MSR_TIME, TIME_AT | ON);
	time = look(TIME_AT);
	print("# version %u tsc %llu ns %llu mul %x shift %d flags %x\n", time.version, time.tsc,
	      time.ns, time.mul, time.shift, time.flags);
	check(time.version && !(time.version & 1), "time-version", "%u", time.version);
	check(!(time.flags & ~STABLE), "time-flags", "%x", time.flags);
	second = scaled(&time, cpuid_khz() * 1000ULL);
	check(second <= SECOND && second > SECOND - 10, "time-rate", "%llu ns a second", second);

	start = last = now(TIME_AT);
	for (i = 0; i < 2000; i++) {
		t = now(TIME_AT);
		back += t < last;
		last = t;
		if (!(i & 15))
			cpuid_khz();
	}
	/* Without that flag, it is for the guest to see to it: the host's clock and its TSC may differ. */
	check(!back || !(look(TIME_AT).flags & STABLE), "time-monotone", "went back %u times", back);
	check(last > start, "time-advances", "stands at %llu", start);
	/* This machine has not been on for long. */
	check(last < 600 * SECOND, "time-since-power-on", "%llu ns", last);

	wrmsr(MSR_TIME, ACROSS_AT | ON);
	t = now(ACROSS_AT);
	check(t >= last && t - last < 60 * SECOND, "time-across-pages", "%llu, then %llu", last, t);
	check(look(ACROSS_AT).version > time.version, "time-version-rises", "%u",
	      look(ACROSS_AT).version);
}

/* Whatever the guest does to its TSC, time goes on. */
static void test_tsc_written(void)
{
	u64 before, after, old = rdmsr(MSR_TSC_ADJUST);
	u32 a, b, c, d, version;

	wrmsr(MSR_TIME, TIME_AT | ON);
	before = now(TIME_AT);
	version = look(TIME_AT).version;
	wrmsr(MSR_TSC, rdtsc() + (1ULL << 50));
	after = now(TIME_AT);
	check(after >= before && after - before < 60 * SECOND, "time-tsc-forward", "%llu, then %llu",
	      before, after);
	check(look(TIME_AT).version > version, "time-told-at-once", "%u", version);
	before = after;
	wrmsr(MSR_TSC, 5);
	after = now(TIME_AT);
	check(after >= before && after - before < 60 * SECOND, "time-tsc-back", "%llu, then %llu",
	      before, after);
	cpuid(7, 0, &a, &b, &c, &d);
	if (!(b & 2)) {
		skip("time-tsc-adjust", "not offered");
	} else {
		before = after;
		wrmsr(MSR_TSC_ADJUST, old);
		after = now(TIME_AT);
		check(after >= before && after - before < 60 * SECOND, "time-tsc-adjust",
		      "%llu, then %llu", before, after);
	}
}

static void test_wall(void)
{
	struct wall *wall = (struct wall *)WALL_AT;
	const char *given = argument("epoch");
	u64 date, epoch = 0;

	wrmsr(MSR_TIME, TIME_AT | ON);
	wrmsr(MSR_WALL, WALL_AT);
	date = wall->sec + div64(wall->nsec + now(TIME_AT), SECOND);
	check(wall->version && !(wall->version & 1) && wall->nsec < SECOND, "wall",
	      "version %u, %u s, %u ns", wall->version, wall->sec, wall->nsec);
	while (given && *given >= '0' && *given <= '9')
		epoch = epoch * 10 + *given++ - '0';
	if (epoch)
		check(date - epoch < 60 || epoch - date < 60, "wall-date", "%llu, not %llu", date,
		      epoch);
	check(rdmsr(MSR_WALL) == WALL_AT, "wall-read-back", "%llx", rdmsr(MSR_WALL));
	wall->version = 1234567;
	wrmsr(MSR_WALL, 0);
	check(wall->version == 1234567, "wall-nowhere", "%u", wall->version);
}

static void test_steal(void)
{
	volatile struct steal *steal = (volatile struct steal *)STEAL_AT;
	u32 i, changed = 0;
	u64 last;

	memset((void *)STEAL_AT, 0xa5, sizeof(*steal));
	wrmsr(MSR_STEAL, STEAL_AT | ON);
	print("# steal %llu version %u\n", steal->steal, steal->version);
	check(!(steal->version & 1), "steal-version", "%u", steal->version);
	check(steal->steal < 600 * SECOND, "steal", "%llu", steal->steal);
	check(!steal->flags && !steal->preempted, "steal-flags", "%x, preempted %u", steal->flags,
	      steal->preempted);
	for (i = 0; i < ARRAY_SIZE(steal->unused); i++)
		changed += steal->unused[i] != 0xa5a5a5a5;
	check(!changed, "steal-unused", "%u changed", changed);
	last = steal->steal;
	delay_us(50000);
	check(steal->steal >= last && !steal->preempted, "steal-monotone", "%llu, then %llu", last,
	      steal->steal);
}

static void test_off(void)
{
	wrmsr(MSR_TIME, TIME_AT);
	wrmsr(MSR_STEAL, STEAL_AT);
	memset((void *)TIME_AT, 0x5a, sizeof(struct time));
	memset((void *)STEAL_AT, 0x5a, sizeof(struct steal));
	wrmsr(MSR_TSC, rdtsc() + 1000);
	delay_us(50000);
	check(*(volatile u32 *)TIME_AT == 0x5a5a5a5a, "time-off", "%x", *(u32 *)TIME_AT);
	check(*(volatile u32 *)STEAL_AT == 0x5a5a5a5a, "steal-off", "%x", *(u32 *)STEAL_AT);
}

/* Two CPUs in turn: the one's time is never before the other's. */
static volatile u64 told;
static volatile u32 turn, went_back, differ;
#define TURNS	400

static void take_turns(u32 me, ulong at)
{
	u64 t;

	while (turn < TURNS) {
		if ((turn & 1) != me)
			continue;
		t = now(at);
		went_back += t < told;
		told = t;
		barrier();
		turn++;
	}
}

static void second_cpu(void *arg)
{
	wrmsr(MSR_TIME, ACROSS_AT | ON);
	take_turns(1, ACROSS_AT);
	wrmsr(MSR_TSC_ADJUST, rdmsr(MSR_TSC_ADJUST) + 1000000);
	differ = look(ACROSS_AT).flags & STABLE;
	turn = TURNS + 1;
	while (turn != TURNS + 2)
		pause();
	wrmsr(MSR_TSC_ADJUST, rdmsr(MSR_TSC_ADJUST) - 1000000);
	wrmsr(MSR_TIME, 0);
}

static void test_two(void)
{
	struct time mine, apart;
	u32 version;

	if (!smp_start()) {
		skip("time-of-two", "one CPU");
		return;
	}
	wrmsr(MSR_TSC_ADJUST, 0);
	wrmsr(MSR_TIME, TIME_AT | ON);
	mine = look(TIME_AT);
	smp_call(1, second_cpu, NULL);
	take_turns(0, TIME_AT);
	if (mine.flags & STABLE)
		check(!went_back, "time-of-two", "went back %u times", went_back);
	else
		skip("time-of-two", "the host's TSC is not stable");

	/* The other's TSC is moved: this one is told, too. */
	version = mine.version;
	while (turn != TURNS + 1)
		pause();
	delay_us(20000);
	apart = look(TIME_AT);
	check(apart.version > version, "time-told-of-the-other", "version %u", apart.version);
	check(!(apart.flags & STABLE) && !differ, "time-apart", "flags %x, %x", apart.flags, differ);
	turn = TURNS + 2;
	smp_wait(1);
	delay_us(20000);
	check((look(TIME_AT).flags & STABLE) == (mine.flags & STABLE), "time-together-again",
	      "flags %x, were %x", look(TIME_AT).flags, mine.flags);
}

void guest_main(void)
{
	if (!on_insula()) {
		skip("pvclock", "not under Insula");
		return;
	}
	lapic_enable();
	test_cpuid();
	test_refused();
	test_end();
	test_time();
	test_wall();
	test_steal();
	test_two();
	test_tsc_written();
	test_off();
}
