package behaviour

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGoVetFindsACopyOfAConsumer(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	out, err := exec.CommandContext(testContext(t), "go", "vet", "./testdata/copied").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "assignment copies lock value to copied")
	require.Contains(t, string(out), "return copies lock value")
}
