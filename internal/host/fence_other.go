//go:build !linux

package host

// expeditedFence reports false: the system offers no fence for the whole process, or none that Go can reach.
func expeditedFence() bool { return false }

// registerExpedited reports false for the same reason.
func registerExpedited() bool { return false }

func fenceOthers() bool    { return false }
func registerGlobal() bool { return false }
