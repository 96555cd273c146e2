; csum1500: the Internet checksum of 1500 bytes, two at a time; every load is used by the next instruction.
; csum1500.data holds 1500 bytes, byte i being (7 i + 3) mod 256.
; expect r0 = 57702
; expect instructions = 3763

  r1 = 0x10000000
  r2 = 750
  r0 = 0
loop:
  r3 = *(u16 *)(r1 + 0)
  r0 += r3
  r1 += 2
  r2 -= 1
  if r2 != 0 goto loop
  r3 = r0
  r3 >>= 16
  r0 &= 65535
  r0 += r3
  r3 = r0
  r3 >>= 16
  r0 &= 65535
  r0 += r3
  r0 ^= 65535
  exit
