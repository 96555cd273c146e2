; parser: what the kernel's sample xdp1 does up to the protocol field of IPv4: Ethernet, at most two VLAN tags, then IPv4
; or IPv6. The map of the sample is counter[protocol], 64 bits each, at data + 1024. The packet has 64 bytes.
; parser.data holds an Ethernet frame with an IPv4 header and a UDP datagram. The result is XDP_DROP.
; expect r0 = 1
; expect instructions = 28

  r1 = 0x10000000               ; data
  r2 = 0x10000040               ; data_end
  r3 = r1
  r3 += 14
  if r3 > r2 goto drop
  r5 = *(u8 *)(r1 + 12)         ; h_proto, as a packed struct is read
  r4 = *(u8 *)(r1 + 13)
  r4 <<= 8
  r4 |= r5
  r3 = 14                       ; nh_off
  if r4 == 0xa888 goto outer    ; 802.1ad
  if r4 != 0x0081 goto untagged ; 802.1Q
outer:
  r5 = r1
  r5 += 18
  if r5 > r2 goto drop
  r4 = *(u16 *)(r1 + 16)
  r3 = 18
untagged:
  if r4 == 0xa888 goto inner
  if r4 != 0x0081 goto network
inner:
  r5 = r1
  r5 += r3
  r3 += 4
  r0 = r5
  r0 += 4
  if r0 > r2 goto drop
  r4 = *(u16 *)(r5 + 2)
network:
  if r4 == 0xdd86 goto ipv6
  if r4 != 0x0008 goto other
  r1 += r3
  r3 = r1
  r3 += 20
  if r3 > r2 goto other
  r4 = *(u8 *)(r1 + 9)          ; protocol
count:
  r4 <<= 3
  r4 += 0x10000400
  r3 = *(u64 *)(r4 + 0)
  r3 += 1
  *(u64 *)(r4 + 0) = r3
drop:
  r0 = 1
  exit
ipv6:
  r1 += r3
  r3 = r1
  r3 += 40
  if r3 > r2 goto other
  r4 = *(u8 *)(r1 + 6)          ; next header
  goto count
other:
  r4 = 0
  goto count
