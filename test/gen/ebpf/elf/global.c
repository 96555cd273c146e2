/*
 * What a device without maps, data and helpers must refuse, each in a section of its own.
 *
 * clang -target bpf -mcpu=v3 -O2 -c global.c -o global.o
 */
typedef unsigned long u64;
#define SEC(name) __attribute__((section(name), used))

struct { int (*type)[2]; u64 *value; } counters SEC(".maps");
static void *(*lookup)(void *map, const void *key) = (void *)1;
static const u64 primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
u64 total;
extern u64 elsewhere(u64 x);

SEC("map") u64 use_map(void) { int key = 0; u64 *value = lookup(&counters, &key); return value ? *value : 0; }
SEC("constant") u64 use_constant(const u64 *data) { return primes[data[0] & 7]; }
SEC("variable") u64 use_variable(const u64 *data) { return total += data[0]; }
SEC("foreign") u64 use_foreign(const u64 *data) { return elsewhere(data[0]); }
SEC("helper") u64 use_helper(void *data) { return (u64)lookup(data, data); }
