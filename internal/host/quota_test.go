package host

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestQuotaIsTheLeastFromTheGroupUp(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  float64
	}{
		{"no groups", nil, 0},
		{"version 2", map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max": "50000 100000\n"}, 0.5},
		{"no limit", map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "max 100000\n"}, 0},
		{"a parent's", map[string]string{"proc/self/cgroup": "0::/a/b/c\n", "sys/fs/cgroup/a/b/c/cpu.max": "400000 100000\n",
			"sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\n"}, 1.5},
		{"mounted from inside", map[string]string{"proc/self/cgroup": "0::/docker/1\n", "sys/fs/cgroup/cpu.max": "20000 10000\n"}, 2},
		{"version 1", map[string]string{"proc/self/cgroup": "4:memory:/x\n3:cpu,cpuacct:/a\n",
			"sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "25000\n", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n"}, 0.25},
		{"version 1, no limit", map[string]string{"proc/self/cgroup": "3:cpu:/a\n",
			"sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n"}, 0},
		{"cpuset is no quota", map[string]string{"proc/self/cgroup": "3:cpuset:/a\n",
			"sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "5\n", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n"}, 0},
		{"nonsense", map[string]string{"proc/self/cgroup": "what\n0::/a\n", "sys/fs/cgroup/a/cpu.max": "many few\n",
			"sys/fs/cgroup/cpu.max": "1 0\n"}, 0},
	} {
		files := fstest.MapFS{}
		for name, text := range c.files {
			files[name] = &fstest.MapFile{Data: []byte(text), Mode: fs.ModePerm}
		}
		require.InDelta(t, c.want, quotaIn(files), 1e-9, c.name)
	}
	require.Zero(t, quotaIn(nil))
}
