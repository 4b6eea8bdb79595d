// SPDX-License-Identifier: GPL-2.0-only
/*
 * device-args.c - what --disk and --nic take: parts between commas
 */
#include "device-args.h"

#include <ctype.h>
#include <string.h>

#define STRING(x)	#x
#define NUMBER(x)	STRING(x)

#define DISK_FORM	"takes FILE[,ro][,serial=S] (and ,, for a comma in a name)"
#define NIC_FORM	"takes [name=IF][,mac=MAC]"

/*
 * The next part, up to a comma; two commas are one that belongs to it. *text is set to what
 * follows, NULL when that was the last one. Returns false when it is too long.
 */
static bool next_part(const char **text, char *part, size_t size)
{
	const char *from = *text;
	size_t len = 0;

	*text = NULL;
	while (*from) {
		if (*from == ',' && *++from != ',') {
			*text = from;
			break;
		}
		if (len + 1 == size)
			return false;
		part[len++] = *from++;
	}
	part[len] = '\0';
	return true;
}

/* What is behind "KEY=" in a part, or NULL. */
static const char *value_of(const char *part, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(part, key, len) && part[len] == '=' ? part + len + 1 : NULL;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static const char *set_serial(const char *serial, struct disk_args *disk)
{
	if (!*serial || strlen(serial) > INSULA_SERIAL_MAX || !is_printable(serial))
		return "takes a serial of 1 to " NUMBER(INSULA_SERIAL_MAX) " printable characters";
	strcpy(disk->serial, serial);
	return NULL;
}

const char *disk_args_parse(const char *value, struct disk_args *disk)
{
	char part[64];
	const char *serial, *wrong = NULL;

	memset(disk, 0, sizeof(*disk));
	if (!next_part(&value, disk->path, sizeof(disk->path)))
		return "takes a shorter path";
	if (!disk->path[0])
		return DISK_FORM;
	while (value && !wrong) {
		if (!next_part(&value, part, sizeof(part)))
			return DISK_FORM;
		serial = value_of(part, "serial");
		if (serial)
			wrong = set_serial(serial, disk);
		else if (!strcmp(part, "ro"))
			disk->ro = true;
		else
			wrong = DISK_FORM;
	}
	return wrong;
}

/* What Linux takes, but for patterns ("%") and what is no printable ASCII. */
static const char *set_name(const char *name, struct nic_args *nic)
{
	if (!*name || strlen(name) > INSULA_NIC_NAME_MAX || !is_printable(name) ||
	    strpbrk(name, " /:%") || !strcmp(name, ".") || !strcmp(name, ".."))
		return "takes an interface's name of 1 to " NUMBER(INSULA_NIC_NAME_MAX)
		       " characters, without spaces, \"/\", \":\" and \"%\"";
	strcpy(nic->name, name);
	return NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_mac(const char *text, uint8_t mac[MAC_BYTES])
{
	for (int i = 0; i < MAC_BYTES; i++, text += 3) {
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || text[2] != (i < MAC_BYTES - 1 ? ':' : '\0'))
			return false;
		mac[i] = high << 4 | low;
	}
	return true;
}

static const char *set_mac(const char *text, struct nic_args *nic)
{
	static const uint8_t zero[MAC_BYTES];

	if (!read_mac(text, nic->mac))
		return "takes an address such as mac=52:54:00:12:34:56";
	if (nic->mac[0] & 1)
		return "takes the address of one interface: its first byte is even";
	if (!memcmp(nic->mac, zero, MAC_BYTES))
		return "takes an address that is not all zero";
	nic->has_mac = true;
	return NULL;
}

const char *nic_args_parse(const char *value, struct nic_args *nic)
{
	char part[64];
	const char *wrong = NULL;

	memset(nic, 0, sizeof(*nic));
	if (!*value)
		return NULL;
	while (value && !wrong) {
		if (!next_part(&value, part, sizeof(part)))
			return NIC_FORM;
		if (value_of(part, "name"))
			wrong = set_name(value_of(part, "name"), nic);
		else if (value_of(part, "mac"))
			wrong = set_mac(value_of(part, "mac"), nic);
		else
			wrong = NIC_FORM;
	}
	return wrong;
}
