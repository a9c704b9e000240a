// This folder has no Go code. The file makes it a module of its own, because a nested module is left out of the download
// of the one around it: programs that use the library have no need of the raw output of benchmarks, which was nearly half
// of what they fetched.
module github.com/be395dad/disruptor/docs/results

go 1.26.0
