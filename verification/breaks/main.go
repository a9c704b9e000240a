// Breaks shows that tests can fail: the tests of waiting, and a few others that no other test
// backs up. It breaks the real source in one place at a time, and expects the test named in the
// break's row to notice. It never changes the tree: it hands the changed file to the compiler as
// an overlay.
//
//	go run ./verification/breaks                  # all: three to four minutes on two cores
//	go run ./verification/breaks -run 'fence'     # the breaks whose names match
//	go run ./verification/breaks -check           # only whether each applies and its test exists: seconds
//	go run ./verification/breaks -list
//
// Each test must first pass on the unbroken source. The exit status is 1 if a break survives,
// does not compile, or does not find its text exactly once. Breaks of the order of memory
// accesses need the plain store of amd64 and two CPUs.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	run := flag.String("run", "", "only the breaks whose name matches this `regexp`")
	list := flag.Bool("list", false, "list the breaks and what they show, and do nothing")
	check := flag.Bool("check", false, "only see that each break finds its text exactly once, leaves source that compiles and names a test that is there")
	flag.Parse()
	if err := try(*run, *list, *check); err != nil {
		fmt.Fprintln(os.Stderr, "breaks:", err)
		os.Exit(1)
	}
}

func try(run string, list, check bool) error {
	pattern, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	var chosen []breakage
	for _, b := range breaks {
		if pattern.MatchString(b.name) {
			chosen = append(chosen, b)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("no break matches %q", run)
	}
	if list {
		for _, b := range chosen {
			fmt.Printf("%-50s %-20s %s\n", b.name, b.file, b.why)
		}
		return nil
	}
	w, err := newWorkshop()
	if err != nil {
		return err
	}
	defer w.close()
	if check {
		return checkAll(w, chosen)
	}
	if err := w.passes(chosen); err != nil {
		return err
	}
	failed := 0
	for _, b := range chosen {
		began := time.Now()
		verdict, err := w.try(b)
		if err != nil {
			verdict = "ERROR"
		}
		fmt.Printf("%-9s %-50s %5.1f s\n", verdict, b.name, time.Since(began).Seconds())
		if verdict != killed {
			failed++
			fmt.Printf("          %s: %s\n", b.file, b.why)
		}
		if err != nil {
			fmt.Printf("          %v\n", err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d breaks were not killed", failed, len(chosen))
	}
	fmt.Printf("%d breaks, all killed\n", len(chosen))
	return nil
}
