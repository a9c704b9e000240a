package main

import (
	"testing"

	"github.com/be395dad/disruptor"
	"github.com/stretchr/testify/require"
)

func TestMarketData(t *testing.T) {
	m, err := run(20_000, 0)
	require.NoError(t, err)
	require.NoError(t, m.check(20_000))
}

func TestUsersFind(t *testing.T) {
	m := &market{recorded: 5}
	require.NoError(t, m.record(5, &tick{}))
	require.Error(t, m.record(5, &tick{}), "a tick twice")
	require.Error(t, m.record(7, &tick{}), "a tick lost")
	require.NoError(t, m.assess(0, &tick{symbol: 3, count: 1}))
	require.Error(t, m.assess(0, &tick{symbol: 3, count: 3}), "a tick of a symbol lost")
	require.NoError(t, m.show(disruptor.Copy[tick]{Events: make([]tick, 2), Missed: 3}))
	require.Error(t, m.check(6))
}
