package eventlog

import "sync"

// An index says for each key how many events it has and which is the last.
type index struct {
	mu   sync.RWMutex
	keys map[string]KeyInfo
}

// KeyInfo is what the index knows of a key.
type KeyInfo struct {
	Count int64 `json:"count"`
	Last  int64 `json:"seq"` // sequence of its last event
}

func (x *index) add(key string, seq int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.keys[key] = KeyInfo{x.keys[key].Count + 1, seq}
}

func (x *index) get(key string) (KeyInfo, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	info, ok := x.keys[key]
	return info, ok
}
