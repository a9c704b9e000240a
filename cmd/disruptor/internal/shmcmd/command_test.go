//go:build linux

package shmcmd

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCallsThatFail(t *testing.T) {
	for _, args := range [][]string{
		{}, {"nothing"}, {"stat"}, {"stat", "a", "b"}, {"stat", "-x", "a"}, {"stat", "/dev/shm/there is none"}, {"ls", "/nothing"},
		{"who", "/dev/null"}, {"check", "/dev"}, {"tail", "-n", "-1", "/dev/shm"}, {"evict", "a"}, {"recover", "/nothing"}, {"gc", "/nothing"},
	} {
		status, out, stderr := run(args...)
		require.Equal(t, failed, status, args)
		require.NotEmpty(t, stderr, args)
		require.Empty(t, out, args)
	}
	status, out, _ := run("help")
	require.Equal(t, fine, status)
	for _, c := range commands {
		require.Contains(t, out, "disruptor shm "+c.name)
		status, out, stderr := run(c.name, "-h")
		require.Equal(t, fine, status, c.name)
		require.Contains(t, out, "usage: disruptor shm "+c.name)
		require.Contains(t, out, "-json")
		require.Empty(t, stderr, c.name)
	}
}

func TestAWrongCallIsReportedOnce(t *testing.T) {
	for text, args := range map[string][]string{
		`unknown command "shm stta"`:   {"stta", "x"},
		"not defined: -x":              {"stat", "-x", "a"},
		`unexpected argument "second"`: {"stat", "first", "second"},
		"evict needs PATH NAME":        {"evict", "a"},
	} {
		_, _, stderr := run(args...)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		require.Contains(t, stderr, text)
		require.Contains(t, stderr, "-h shows the ")
	}
}

// TestHelpNamesEveryField has the help tell what documents have.
func TestHelpNamesEveryField(t *testing.T) {
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				require.Regexp(t, `\b`+name+`\b`, usage, "%v", typ)
			}
			if f.IsExported() {
				visit(f.Type)
			}
		}
	}
	for _, document := range []any{listing{}, statistics{}, people{}, checkup{}, seen{}, end{}, recovered{}, evicted{}, collected{}} {
		visit(reflect.TypeOf(document))
	}
}
