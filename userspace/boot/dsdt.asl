// SPDX-License-Identifier: GPL-2.0-only
/*
 * dsdt.asl - the devices that a guest can't find by itself
 *
 * dsdt.hex is compiled from this file: "make -C userspace dsdt" after a
 * change. Ports, interrupts and PCI's windows are those of
 * include/insula/guest-abi.h.
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

		Device (PCI0)
		{
			Name (_HID, EisaId ("PNP0A08"))
			Name (_CID, EisaId ("PNP0A03"))
			Name (_UID, 0)
			Name (_BBN, 0)
			Name (_CRS, ResourceTemplate ()
			{
				WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode,
					0, 0, 0, 0, 1)
				IO (Decode16, 0x0CF8, 0x0CF8, 0x01, 0x08)
				WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode,
					EntireRange, 0, 0x8000, 0xFFFF, 0, 0x8000)
				DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed,
					NonCacheable, ReadWrite, 0,
					0xC0000000, 0xDFFFFFFF, 0, 0x20000000)
			})

			/*
			 * INTA of slots 1 to 31; no device has more than that. Both
			 * are ISA interrupts, so that with 8259s and with the IOAPIC
			 * they are the same; ELCR has them as levels.
			 */
			Name (_PRT, Package ()
			{
				Package () { 0x0001FFFF, 0, 0, 11 },
				Package () { 0x0002FFFF, 0, 0, 10 },
				Package () { 0x0003FFFF, 0, 0, 11 },
				Package () { 0x0004FFFF, 0, 0, 10 },
				Package () { 0x0005FFFF, 0, 0, 11 },
				Package () { 0x0006FFFF, 0, 0, 10 },
				Package () { 0x0007FFFF, 0, 0, 11 },
				Package () { 0x0008FFFF, 0, 0, 10 },
				Package () { 0x0009FFFF, 0, 0, 11 },
				Package () { 0x000AFFFF, 0, 0, 10 },
				Package () { 0x000BFFFF, 0, 0, 11 },
				Package () { 0x000CFFFF, 0, 0, 10 },
				Package () { 0x000DFFFF, 0, 0, 11 },
				Package () { 0x000EFFFF, 0, 0, 10 },
				Package () { 0x000FFFFF, 0, 0, 11 },
				Package () { 0x0010FFFF, 0, 0, 10 },
				Package () { 0x0011FFFF, 0, 0, 11 },
				Package () { 0x0012FFFF, 0, 0, 10 },
				Package () { 0x0013FFFF, 0, 0, 11 },
				Package () { 0x0014FFFF, 0, 0, 10 },
				Package () { 0x0015FFFF, 0, 0, 11 },
				Package () { 0x0016FFFF, 0, 0, 10 },
				Package () { 0x0017FFFF, 0, 0, 11 },
				Package () { 0x0018FFFF, 0, 0, 10 },
				Package () { 0x0019FFFF, 0, 0, 11 },
				Package () { 0x001AFFFF, 0, 0, 10 },
				Package () { 0x001BFFFF, 0, 0, 11 },
				Package () { 0x001CFFFF, 0, 0, 10 },
				Package () { 0x001DFFFF, 0, 0, 11 },
				Package () { 0x001EFFFF, 0, 0, 10 },
				Package () { 0x001FFFFF, 0, 0, 11 },
			})

			/*
			 * The system may use what it has found; what it asks to
			 * control (bit 0 on: hot plug, PME, AER, ...) is not there.
			 */
			Method (_OSC, 4, NotSerialized)
			{
				CreateDWordField (Arg3, 0, CDW1)
				If (Arg0 == ToUUID ("33db4d5b-1ff7-401c-9657-7441c03dd766"))
				{
					CreateDWordField (Arg3, 8, CDW3)
					If (Arg1 != 1)
					{
						CDW1 |= 0x08	/* unknown revision */
					}
					If (CDW3 != 0)
					{
						CDW1 |= 0x10	/* bits were masked */
						CDW3 = 0
					}
				}
				Else
				{
					CDW1 |= 0x04		/* unknown UUID */
				}
				Return (Arg3)
			}
		}

		/* Memory that is nobody's to give: PCI's configuration space (MCFG) */
		Device (MBRD)
		{
			Name (_HID, EisaId ("PNP0C02"))
			Name (_UID, 0)
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0xE0000000, 0x00100000)
			})
		}
	}
}
