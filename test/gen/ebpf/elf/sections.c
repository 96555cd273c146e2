/*
 * Functions spread over sections: `twice` is global in .text, `first` and `second` are programs of their own that call
 * functions of other sections; `unused` refers to something that the device does not have, and nobody calls it.
 *
 * clang -target bpf -mcpu=v3 -O2 -c sections.c -o sections.o
 */
typedef unsigned long u64;
#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))

extern u64 elsewhere(u64 x);

static NOINLINE u64 sum(const u64 *data, u64 count) {
  u64 total = 0;
  while (count-- > 0) total += *data++;
  return total;
}

SEC("helpers") NOINLINE u64 scale(u64 x) { return x * 1000; }

SEC("one") u64 first(const u64 *data) { return scale(sum(data, 4)) + sum(data, 2); }

SEC("two") u64 second(const u64 *data) { return scale(data[0]) + 7; }

SEC("three") u64 unused(const u64 *data) { return elsewhere(data[0]); }

char _license[] SEC("license") = "GPL";
