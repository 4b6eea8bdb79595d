// SPDX-License-Identifier: GPL-2.0-only
/*
 * size.c - numbers and sizes as people write them
 *
 * strtoull() takes blanks, signs and what not; here only digits are digits.
 */
#include "size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char units[] = "KMGT";

/* Reads digits and returns what follows them; NULL when there are none. */
static const char *read_digits(const char *text, uint64_t *number)
{
	const char *p = text;

	*number = 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, *p - '0', number))
			return NULL;
	}
	return p == text ? NULL : p;
}

bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t value;
	const char *end = read_digits(text, &value);

	if (!end || *end || value > max)
		return false;
	*number = value;
	return true;
}

bool is_cpu_list(const char *text)
{
	uint64_t first, last;

	if (!strcmp(text, "all"))
		return true;
	for (;;) {
		text = read_digits(text, &first);
		if (text && *text == '-') {
			text = read_digits(text + 1, &last);
			if (text && last < first)
				return false;
		}
		if (!text || (*text && *text != ','))
			return false;
		if (!*text++)
			return true;
	}
}

bool parse_size(const char *text, uint64_t *bytes)
{
	uint64_t value;
	const char *end = read_digits(text, &value);
	const char *unit;

	if (!end)
		return false;
	if (*end) {
		unit = strchr(units, *end >= 'a' ? *end - ('a' - 'A') : *end);
		if (!unit || end[1])
			return false;
		if (__builtin_mul_overflow(value, 1ULL << 10 * (unit - units + 1), &value))
			return false;
	}
	*bytes = value;
	return true;
}

const char *format_size(uint64_t bytes, char text[SIZE_TEXT_MAX])
{
	double value = bytes;
	int unit = -1;

	while (value >= 1024 && unit < 3) {
		value /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64, bytes);
	else if (value < 10 && value * 10 != (int)value * 10)
		snprintf(text, SIZE_TEXT_MAX, "%.1f%c", value, units[unit]);
	else
		snprintf(text, SIZE_TEXT_MAX, "%.0f%c", value, units[unit]);
	return text;
}

const char *format_duration(uint64_t ns, char text[SIZE_TEXT_MAX])
{
	uint64_t s = ns / 1000000000;

	if (s < 60)
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64 ".%02us", s,
			 (unsigned int)(ns % 1000000000 / 10000000));
	else if (s < 3600)
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64 "d%02" PRIu64 "h", s / 86400,
			 s / 3600 % 24);
	return text;
}

const char *format_latency(uint64_t ns, char text[SIZE_TEXT_MAX])
{
	static const char *const names[] = { "ns", "us", "ms", "s" };
	unsigned int unit = 0;
	double value = ns;

	for (; value >= 1000 && unit < 3; unit++)
		value /= 1000;
	if (!ns)
		snprintf(text, SIZE_TEXT_MAX, "-");
	else if (value < 10 && value * 10 != (int)value * 10)
		snprintf(text, SIZE_TEXT_MAX, "%.1f%s", value, names[unit]);
	else
		snprintf(text, SIZE_TEXT_MAX, "%.0f%s", value, names[unit]);
	return text;
}
