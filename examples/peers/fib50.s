; fib50: the fiftieth turn of the Fibonacci series; a register loop with nothing but a taken branch to predict.
; expect r0 = 20365011074
; expect instructions = 254

  r1 = 50
  r2 = 0
  r0 = 1
loop:
  r3 = r0
  r0 += r2
  r2 = r3
  r1 -= 1
  if r1 != 0 goto loop
  exit
