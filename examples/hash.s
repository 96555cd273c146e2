; hash: FNV-1a of 64 bits over a text: one xor and one 64-bit multiplication a byte.
; hash.data holds the length of the text in 8 bytes, then the text.
; expect r0 = 0xb8beb32b77c5c3cc

  r2 = *(u64 *)(r1 + 0)
  r1 += 8
  r2 += r1                      ; end of the text
  r0 = 0xcbf29ce484222325 ll
  r3 = 0x100000001b3 ll
next:
  if r1 >= r2 goto done
  r4 = *(u8 *)(r1 + 0)
  r0 ^= r4
  r0 *= r3
  r1 += 1
  goto next
done:
  exit
