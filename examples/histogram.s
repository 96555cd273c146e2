; histogram: counts every byte value of a block with atomic additions, then takes the largest count by exchange.
; histogram.data holds the length of the block in 8 bytes, then the block. The counts, 32 bits each, are at data + 2048.
; The result is the most frequent byte in bits 7..0 and its count above.
; expect r0 = 0x5a20

  r2 = *(u64 *)(r1 + 0)
  r3 = r1
  r3 += 8
  r2 += r3
  r6 = r1
  r6 += 2048
  w5 = 1
count:
  if r3 >= r2 goto largest
  w4 = *(u8 *)(r3 + 0)
  r4 <<= 2
  r4 += r6
  lock *(u32 *)(r4 + 0) += w5
  r3 += 1
  goto count
largest:
  r0 = 0
  r3 = 0                        ; byte value
  w4 = 0                        ; largest count
each:
  w5 = 0
  w5 = atomic_fetch_add((u32 *)(r6 + 0), w5)
  if w5 <= w4 goto smaller
  w4 = w5
  r0 = r3
smaller:
  r6 += 4
  r3 += 1
  if r3 != 256 goto each
  r4 <<= 8
  r0 |= r4
  exit
