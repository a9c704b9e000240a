// Package host asks the operating system for what this process needs: its CPU quota, a memory
// barrier on all of its threads, and binding a thread to CPUs.
package host

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"
)

// CPUQuota returns how many CPUs the control groups of this process let it use on average, or 0
// if they set no limit or there are none. Go keeps GOMAXPROCS at 2 or more whatever the quota;
// with a quota below one CPU, a spinning goroutine uses up the time that the other side needs.
// The quota is read once.
var CPUQuota = sync.OnceValue(func() float64 { return quotaIn(systemFiles()) })

// quotaIn reads the quota in a file system that has /proc and /sys. It returns the lowest limit
// of the process's group and the groups above it, by cgroups(7), version 2 or 1.
func quotaIn(files fs.FS) float64 {
	if files == nil {
		return 0
	}
	quota := 0.0
	lower := func(q float64) {
		if q > 0 && (quota == 0 || q < quota) {
			quota = q
		}
	}
	memberships, _ := fs.ReadFile(files, "proc/self/cgroup")
	for _, line := range strings.Split(string(memberships), "\n") {
		fields := strings.SplitN(line, ":", 3) // number:controllers:path
		if len(fields) != 3 {
			continue
		}
		v2 := fields[0] == "0"
		if !v2 && !strings.Contains(","+fields[1]+",", ",cpu,") {
			continue
		}
		for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
			if v2 {
				lower(quotaV2(files, "sys/fs/cgroup"+group))
			} else {
				lower(quotaV1(files, "sys/fs/cgroup/cpu"+group))
			}
			if group == "/" {
				break
			}
		}
	}
	return quota
}

// quotaV2 reads cpu.max: quota or "max", and period, in microseconds.
func quotaV2(files fs.FS, dir string) float64 {
	quota, period, _ := strings.Cut(readLine(files, path.Join(dir, "cpu.max")), " ")
	return ratio(quota, period)
}

// quotaV1 reads quota and period from two files, in microseconds; a quota of -1 means no limit.
func quotaV1(files fs.FS, dir string) float64 {
	return ratio(readLine(files, path.Join(dir, "cpu.cfs_quota_us")), readLine(files, path.Join(dir, "cpu.cfs_period_us")))
}

func readLine(files fs.FS, name string) string {
	text, _ := fs.ReadFile(files, name)
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// ratio returns quota/period, or 0 if they are not positive numbers.
func ratio(quota, period string) float64 {
	q, err1 := strconv.ParseFloat(quota, 64)
	p, err2 := strconv.ParseFloat(period, 64)
	if err1 != nil || err2 != nil || q <= 0 || p <= 0 {
		return 0
	}
	return q / p
}
