package jetstream

import "fmt"

// Partition returns which of n partitions the key belongs to: the 64-bit FNV-1a hash of its bytes,
// modulo n. This is the same for ever, in every version and on every machine, because events of
// the past lie where it put them. Partition panics if n is not positive.
//
// Another n moves almost every key. So choose n for the future: partitions can share a process or
// a server until it is too small.
func Partition(key string, n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("jetstream: Partition into %d partitions: must be 1 or more", n))
	}
	hash := uint64(14695981039346656037)
	for i := range len(key) {
		hash = (hash ^ uint64(key[i])) * 1099511628211
	}
	return int(hash % uint64(n))
}
