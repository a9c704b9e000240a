//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/shm"
)

// childEnv is the environment variable that holds the Spec of a child.
const childEnv = "DISRUPTOR_KILLS"

// A Spec says what a child does. All fields except Role may be zero.
type Spec struct {
	Role   string // one of roles
	Ring   string // its file; "": the one of descriptor 3
	Ledger string // its file; "": the role needs none
	Strike Strike
	Spin   time.Duration // of BlockWait: -1 sleeps at once
	Waits  bool          // after the child has said "ready" it waits to be told

	UID      int    // user, if not 0; the group stays
	Isolated bool   // in a new PID namespace, where it can't kill itself
	Denied   string // what the kernel denies it, see deny
	Dumps    bool   // SIGABRT makes it dump core, in Dir
	Dir      string // its current folder, if not ""

	// Of producers.
	Name        string
	Incarnation int
	Batch       int  // events of a claim; 0: 1
	Claims      int  // how many claims; 0: until the ring ends
	Aborts      bool // some claims are aborted

	// Of consumers.
	Consumer shm.ConsumerConfig
	Row      int
	Late     bool
	Private  bool // it has a private ledger
}

var roles = map[string]func(*child) error{
	"produces":       produces,
	"consumes":       consumes,
	"sits":           sits,
	"comes and goes": comesAndGoes,
	"is a wreck":     isAWreck,
	"recovers":       recovers,
	"stays":          stays,
	"forks":          forks,
	"creates":        creates,
}

// A child is what a role uses.
type child struct {
	Spec
	ring   *shm.Ring[Event]
	ledger *Ledger
	in     *bufio.Reader
}

// Child plays the role that the parent has given to this process, and then ends the process. In a
// process that is not a child it returns at once.
func Child() {
	text := os.Getenv(childEnv)
	if text == "" {
		return
	}
	var c child
	err := json.Unmarshal([]byte(text), &c.Spec)
	if c.Role == "rests" {
		rest()
	}
	if err == nil {
		arm(c.Strike)
		err = c.settle()
	}
	if err == nil {
		err = c.play()
	}
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(4)
	}
	os.Exit(0)
}

// settle sets up the surroundings of this process as in the spec.
func (c *child) settle() error {
	if c.Dumps {
		if err := dumpCore(); err != nil {
			return err
		}
	}
	return deny(c.Denied)
}

func (c *child) play() (err error) {
	c.in = bufio.NewReaderSize(os.Stdin, 16)
	opts := shm.Options{Name: c.Role, Wait: disruptor.BlockWait{Spin: c.Spin}}
	if c.Ledger != "" {
		if c.ledger, err = OpenLedger(c.Ledger); err != nil {
			return err
		}
	}
	if err := become(c.UID); err != nil {
		return err
	}
	if c.Ring == "" {
		c.ring, err = shm.OpenFile[Event](os.NewFile(3, "ring"), opts)
	} else {
		c.ring, err = shm.Open[Event](c.Ring, opts)
	}
	if err != nil {
		return err
	}
	if err := roles[c.Role](c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return c.ring.Detach(ctx)
}

// say says a word to the parent.
func say(word string) { fmt.Println("> " + word) }

// ready says "ready", and waits to be told if the spec says so.
func (c *child) ready() {
	say("ready")
	if c.Waits {
		c.listen()
	}
}

// listen waits to be told, and ends the process if its parent is dead.
func (c *child) listen() {
	if _, err := c.in.ReadByte(); err != nil {
		os.Exit(3)
	}
}
