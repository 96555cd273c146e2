	.text
	.file	"classify.c"
	.globl	classify                        # -- Begin function classify
	.p2align	3
	.type	classify,@function
classify:                               # @classify
# %bb.0:
	r6 = r1
	r0 = 0
	w8 = *(u32 *)(r6 + 0)
	if w8 == 0 goto LBB0_4
# %bb.1:
	r1 = r6
	r1 += 2076
	*(u64 *)(r10 - 64) = r1
	r1 = r6
	r1 += 2048
	*(u64 *)(r10 - 56) = r1
	w9 = 0
	r6 += 4
	w1 = 0
	*(u64 *)(r10 - 48) = r1
	goto LBB0_2
LBB0_6:                                 #   in Loop: Header=BB0_2 Depth=1
	r7 += r6
	r7 += 2
	w8 += -1
	r6 = r7
	if w8 == 0 goto LBB0_3
LBB0_2:                                 # =>This Inner Loop Header: Depth=1
	w7 = *(u16 *)(r6 + 0)
	r1 = r6
	r1 += 2
	r2 = r1
	r2 += r7
	*(u64 *)(r10 - 8) = r2
	*(u64 *)(r10 - 16) = r1
	*(u64 *)(r10 - 24) = 0
	*(u64 *)(r10 - 32) = 0
	*(u64 *)(r10 - 40) = 0
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -40
	call parse
	r1 = w0
	r1 <<= 2
	r2 = *(u64 *)(r10 - 56)
	r2 += r1
	w1 = 1
	lock *(u32 *)(r2 + 0) += w1
	w1 = w0
	w1 += -2
	if w1 > 3 goto LBB0_6
# %bb.5:                                #   in Loop: Header=BB0_2 Depth=1
	r2 = *(u64 *)(r10 - 40)
	w1 = w0
	call mix
	r2 = *(u64 *)(r10 - 32)
	w1 = w0
	call mix
	r2 = *(u64 *)(r10 - 24)
	w1 = w0
	call mix
	w1 = w0
	w1 >>= 29
	r1 <<= 2
	r2 = *(u64 *)(r10 - 64)
	r2 += r1
	w1 = 1
	lock *(u32 *)(r2 + 0) += w1
	w9 *= 31
	w0 += w9
	r1 = *(u64 *)(r10 - 48)
	w1 += 1
	*(u64 *)(r10 - 48) = r1
	w9 = w0
	goto LBB0_6
LBB0_3:
	r0 = *(u64 *)(r10 - 48)
	r0 <<= 32
	r1 = w9
	r0 |= r1
LBB0_4:
	exit
.Lfunc_end0:
	.size	classify, .Lfunc_end0-classify
                                        # -- End function
	.p2align	3                               # -- Begin function parse
	.type	parse,@function
parse:                                  # @parse
# %bb.0:
	r3 = r2
	w0 = 6
	r5 = *(u64 *)(r1 + 8)
	r4 = *(u64 *)(r1 + 0)
	r2 = r5
	r2 -= r4
	if r2 < 14 goto LBB1_10
# %bb.1:
	r6 = r4
	r6 += 14
	*(u64 *)(r1 + 0) = r6
	if r4 == 0 goto LBB1_10
# %bb.2:
	w7 = *(u16 *)(r4 + 12)
	if w7 == 129 goto LBB1_4
# %bb.3:
	r2 = r7
	r2 = bswap16 r2
	if w7 != 43144 goto LBB1_9
LBB1_4:
	r2 = r5
	r2 -= r6
	if r2 < 4 goto LBB1_10
# %bb.5:
	r6 = r4
	r6 += 18
	*(u64 *)(r1 + 0) = r6
	w7 = *(u16 *)(r4 + 16)
	if w7 == 129 goto LBB1_7
# %bb.6:
	r2 = r7
	r2 = bswap16 r2
	if w7 != 43144 goto LBB1_9
LBB1_7:
	r5 -= r6
	if r5 < 4 goto LBB1_10
# %bb.8:
	r2 = r4
	r2 += 22
	*(u64 *)(r1 + 0) = r2
	w2 = *(u16 *)(r4 + 20)
	r2 = bswap16 r2
LBB1_9:
                                        # kill: def $w2 killed $w2 killed $r2
	call network
LBB1_10:
	exit
.Lfunc_end1:
	.size	parse, .Lfunc_end1-parse
                                        # -- End function
	.p2align	3                               # -- Begin function mix
	.type	mix,@function
mix:                                    # @mix
# %bb.0:
	w3 = w2
	w3 ^= w1
	w3 *= -1640531535
	r2 >>= 32
	w3 ^= w2
	w3 *= -2048144777
	w0 = w3
	w0 >>= 15
	w0 ^= w3
	exit
.Lfunc_end2:
	.size	mix, .Lfunc_end2-mix
                                        # -- End function
	.p2align	3                               # -- Begin function network
	.type	network,@function
network:                                # @network
# %bb.0:
	r4 = r3
	if w2 == 34525 goto LBB3_9
# %bb.1:
	if w2 != 2048 goto LBB3_13
# %bb.2:
	r3 = *(u64 *)(r1 + 8)
	r2 = *(u64 *)(r1 + 0)
	r5 = r3
	r5 -= r2
	w0 = 6
	if r5 < 20 goto LBB3_15
# %bb.3:
	r5 = r2
	r5 += 20
	*(u64 *)(r1 + 0) = r5
	if r2 == 0 goto LBB3_15
# %bb.4:
	w6 = *(u8 *)(r2 + 0)
	w7 = w6
	w7 &= 240
	if w7 != 64 goto LBB3_15
# %bb.5:
	w6 &= 15
	if w6 < 5 goto LBB3_15
# %bb.6:
	w0 = *(u32 *)(r2 + 12)
	*(u64 *)(r4 + 0) = r0
	w0 = *(u32 *)(r2 + 16)
	*(u64 *)(r4 + 8) = r0
	w0 = 0
	w6 = *(u16 *)(r2 + 6)
	w6 &= 65311
	if w6 != 0 goto LBB3_15
# %bb.7:
	r3 -= r5
	w5 = *(u8 *)(r2 + 0)
	r5 <<= 2
	r5 &= 60
	r6 = r5
	r6 += -20
	w0 = 6
	if r3 < r6 goto LBB3_15
# %bb.8:
	r3 = r2
	r3 += r5
	*(u64 *)(r1 + 0) = r3
	w2 = *(u8 *)(r2 + 9)
	w3 = 2
	call transport
	goto LBB3_15
LBB3_9:
	w0 = 6
	r2 = *(u64 *)(r1 + 0)
	r3 = *(u64 *)(r1 + 8)
	r3 -= r2
	if r3 < 40 goto LBB3_15
# %bb.10:
	r3 = r2
	r3 += 40
	*(u64 *)(r1 + 0) = r3
	if r2 == 0 goto LBB3_15
# %bb.11:
	w3 = *(u8 *)(r2 + 0)
	w3 &= 240
	if w3 != 96 goto LBB3_15
# %bb.12:
	r3 = *(u64 *)(r2 + 8)
	r5 = *(u64 *)(r2 + 16)
	r5 ^= r3
	*(u64 *)(r4 + 0) = r5
	r3 = *(u64 *)(r2 + 24)
	r5 = *(u64 *)(r2 + 32)
	r5 ^= r3
	*(u64 *)(r4 + 8) = r5
	w2 = *(u8 *)(r2 + 6)
	w3 = 4
	call transport
	goto LBB3_15
LBB3_13:
	w0 = 1
	if w2 == 2054 goto LBB3_15
# %bb.14:
	w0 = 0
LBB3_15:
	exit
.Lfunc_end3:
	.size	network, .Lfunc_end3-network
                                        # -- End function
	.p2align	3                               # -- Begin function transport
	.type	transport,@function
transport:                              # @transport
# %bb.0:
	if w2 == 17 goto LBB4_2
# %bb.1:
	w0 = 0
	if w2 != 6 goto LBB4_7
LBB4_2:
	w0 = 6
	r5 = *(u64 *)(r1 + 0)
	r6 = *(u64 *)(r1 + 8)
	r6 -= r5
	if r6 < 4 goto LBB4_7
# %bb.3:
	r6 = r5
	r6 += 4
	*(u64 *)(r1 + 0) = r6
	if r5 == 0 goto LBB4_7
# %bb.4:
	w1 = *(u32 *)(r5 + 0)
	*(u64 *)(r4 + 16) = r1
	w0 = 1
	if w2 != 6 goto LBB4_6
# %bb.5:
	w0 = 0
LBB4_6:
	w0 += w3
LBB4_7:
	exit
.Lfunc_end4:
	.size	transport, .Lfunc_end4-transport
                                        # -- End function
	.addrsig
