; sort: insertion sort in place of signed 32-bit numbers.
; sort.data holds their count in 4 bytes, then the numbers. The result is how many places they moved altogether.
; expect r0 = 1019

  w2 = *(u32 *)(r1 + 0)
  r1 += 4
  r2 <<= 2
  r2 += r1                      ; end of the numbers
  r0 = 0
  r3 = r1
outer:
  r3 += 4
  if r3 >= r2 goto done
  r5 = *(s32 *)(r3 + 0)         ; the number to insert
  r4 = r3
inner:
  r6 = *(s32 *)(r4 - 4)
  if r6 s<= r5 goto place
  *(u32 *)(r4 + 0) = w6
  r4 -= 4
  r0 += 1
  if r4 > r1 goto inner
place:
  *(u32 *)(r4 + 0) = w5
  goto outer
done:
  exit
