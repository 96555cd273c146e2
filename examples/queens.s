; queens: how many ways there are to place six queens; recursive calls, one frame a row, eight frames at the deepest.
; expect r0 = 4

  r1 = 0                        ; files taken
  r2 = 0                        ; diagonals taken, falling
  r3 = 0                        ; diagonals taken, rising
  call place
  exit

; r0 = ways to fill the rows from here on, r1..r3 = squares of this row under attack.
place:
  r0 = 1
  if r1 == 63 goto full
  r6 = r1
  r7 = r2
  r8 = r3
  r9 = r1
  r9 |= r2
  r9 |= r3
  r9 ^= 63
  r9 &= 63                      ; free squares
  r4 = 0
  *(u64 *)(r10 - 8) = r4        ; ways so far
square:
  if r9 == 0 goto done
  r4 = r9
  r4 = -r4
  r4 &= r9                      ; lowest free square
  r9 ^= r4
  r1 = r6
  r1 |= r4
  r2 = r7
  r2 |= r4
  r2 <<= 1
  r3 = r8
  r3 |= r4
  r3 >>= 1
  call place
  r1 = *(u64 *)(r10 - 8)
  r1 += r0
  *(u64 *)(r10 - 8) = r1
  goto square
done:
  r0 = *(u64 *)(r10 - 8)
full:
  exit
