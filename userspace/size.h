/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * size.h - numbers and sizes as people write them
 */
#ifndef INSULA_SIZE_H
#define INSULA_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define SIZE_TEXT_MAX	24

/**
 * parse_number() - read a decimal number
 * @text: digits, nothing else
 * @max: the largest that is accepted
 * @number: set on success
 *
 * Return: true on success.
 */
bool parse_number(const char *text, uint64_t max, uint64_t *number);

/**
 * is_cpu_list() - does it look like a list of CPUs
 * @text: numbers and ranges such as "0-3,8", or "all"
 *
 * Return: true if it does; whether there are such CPUs, is another question.
 */
bool is_cpu_list(const char *text);

/**
 * parse_size() - read a size in bytes
 * @text: a decimal number, and perhaps K, M, G or T (powers of 1024, either
 *	case)
 * @bytes: set on success
 *
 * Return: true on success; false also when it does not fit into 64 bits.
 */
bool parse_size(const char *text, uint64_t *bytes);

/**
 * format_size() - write a size for people
 * @bytes: the size
 * @text: set to at most four digits and a unit, such as "512M" or "5.2G"
 *
 * Return: @text.
 */
const char *format_size(uint64_t bytes, char text[SIZE_TEXT_MAX]);

/**
 * format_duration() - write a span of time for people
 * @ns: nanoseconds
 * @text: set to such as "0.25s", "3m07s" or "2d04h"
 *
 * Return: @text.
 */
const char *format_duration(uint64_t ns, char text[SIZE_TEXT_MAX]);

/**
 * format_latency() - write a short span of time for people
 * @ns: nanoseconds; 0: there was none
 * @text: set to such as "-", "1.5us", "12us" or "3.1s"
 *
 * Return: @text.
 */
const char *format_latency(uint64_t ns, char text[SIZE_TEXT_MAX]);

#endif
