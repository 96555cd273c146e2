; prime1009: whether 1009 is prime, by trial division up to its square root; one division a turn.
; expect r0 = 1
; expect instructions = 214

  r1 = 1009
  r0 = 1
  r2 = 2
loop:
  r3 = r1
  r3 %= r2
  if r3 == 0 goto no
  r2 += 1
  r4 = r2
  r4 *= r2
  if r4 <= r1 goto loop
  exit
no:
  r0 = 0
  exit
