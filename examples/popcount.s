; popcount: the number of bits set in a block of 64-bit words, by halves, quarters and a multiplication.
; popcount.data holds the number of words in 8 bytes, then the words.
; expect r0 = 2117

  r2 = *(u64 *)(r1 + 0)
  r6 = 0x5555555555555555 ll
  r7 = 0x3333333333333333 ll
  r8 = 0x0f0f0f0f0f0f0f0f ll
  r9 = 0x0101010101010101 ll
  r0 = 0
word:
  if r2 == 0 goto done
  r1 += 8
  r3 = *(u64 *)(r1 + 0)
  r4 = r3
  r4 >>= 1
  r4 &= r6
  r3 -= r4
  r4 = r3
  r4 >>= 2
  r4 &= r7
  r3 &= r7
  r3 += r4
  r4 = r3
  r4 >>= 4
  r3 += r4
  r3 &= r8
  r3 *= r9
  r3 >>= 56
  r0 += r3
  r2 -= 1
  goto word
done:
  exit
