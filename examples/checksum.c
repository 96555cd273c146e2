/*
 * checksum: the Internet checksum (RFC 1071) of a block of any length, four bytes at a time.
 * checksum.data holds the length of the block in 4 bytes, then the block.
 * expect r0 = 6864
 *
 * clang -target bpf -mcpu=v4 -O2 -c checksum.c -o checksum.o
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

struct block {
  u32 length;
  u8 bytes[];
};

static u64 fold(u64 sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  return (sum & 0xffff) + (sum >> 16);
}

u64 checksum(const struct block *block) {
  const u8 *at = block->bytes;
  u32 left = block->length;
  u64 sum = 0;
  for (; left >= 4; left -= 4, at += 4) sum += *(const u32 *)at;
  if (left >= 2) {
    sum += *(const u16 *)at;
    at += 2;
    left -= 2;
  }
  if (left) sum += *at;
  return ~fold(sum) & 0xffff;
}
