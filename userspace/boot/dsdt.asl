// SPDX-License-Identifier: GPL-2.0-only
/*
 * dsdt.asl - the devices that a guest can't find by itself
 *
 * dsdt.hex is compiled from this file: "make -C userspace dsdt" after a
 * change. Ports and interrupts are those of include/insula/guest-abi.h.
 */
DefinitionBlock ("dsdt.aml", "DSDT", 2, "INSULA", "INSULA", 1)
{
	/* Soft off: SLP_TYP for PM1a (PM1_SLP_TYP_S5), PM1b, two reserved */
	Name (\_S5, Package () { 5, 0, 0, 0 })

	Scope (\_SB)
	{
		Device (TIMR)
		{
			Name (_HID, EisaId ("PNP0100"))
			Name (_CRS, ResourceTemplate ()
			{
				IO (Decode16, 0x0040, 0x0040, 0x01, 0x04)
				IRQNoFlags () { 0 }
			})
		}

		Device (RTC0)
		{
			Name (_HID, EisaId ("PNP0B00"))
			Name (_CRS, ResourceTemplate ()
			{
				IO (Decode16, 0x0070, 0x0070, 0x01, 0x02)
				IRQNoFlags () { 8 }
			})
		}

		Device (COM1)
		{
			Name (_HID, EisaId ("PNP0501"))
			Name (_UID, 1)
			Name (_CRS, ResourceTemplate ()
			{
				IO (Decode16, 0x03F8, 0x03F8, 0x01, 0x08)
				IRQNoFlags () { 4 }
			})
		}
	}
}
