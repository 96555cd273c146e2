; search: finds a word in a text and counts how often it occurs; compare loops that end early.
; search.data holds the length of the word and of the text, 4 bytes each, then the word, then the text.
; The result is the count in the upper 32 bits and the offset of the first occurrence in the lower 32.
; expect r0 = 0x300000014

  w2 = *(u32 *)(r1 + 0)         ; length of the word
  w3 = *(u32 *)(r1 + 4)         ; length of the text
  r1 += 8                       ; word
  r4 = r1
  r4 += r2                      ; text
  r5 = r4
  r5 += r3
  r5 -= r2                      ; last place where it can be
  r6 = r4
  r0 = 0xffffffff ll
here:
  if r6 > r5 goto done
  r7 = 0
compare:
  r8 = r1
  r8 += r7
  w8 = *(u8 *)(r8 + 0)
  r9 = r6
  r9 += r7
  w9 = *(u8 *)(r9 + 0)
  if w8 != w9 goto next
  r7 += 1
  if r7 < r2 goto compare
  if w0 != -1 goto again        ; keep the offset of the first
  r0 = r6
  r0 -= r4
again:
  r7 = 0x100000000 ll
  r0 += r7
next:
  r6 += 1
  goto here
done:
  exit
