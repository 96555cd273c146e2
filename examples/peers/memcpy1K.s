; memcpy1K: copies the first 1024 bytes of the data slot to the 1024 after them, eight at a time.
; memcpy1K.data holds 1024 bytes, byte i being (11 i + i / 256) mod 256. The result is the last word copied.
; expect r0 = 0xf8ede2d7ccc1b6ab
; expect instructions = 774

  r1 = 0x10000000
  r2 = 0x10000400
  r4 = 128
  r0 = 0
loop:
  r3 = *(u64 *)(r1 + 0)
  *(u64 *)(r2 + 0) = r3
  r1 += 8
  r2 += 8
  r4 -= 1
  if r4 != 0 goto loop
  r0 = *(u64 *)(r2 - 8)
  exit
