// Release rehearses a release of the last commit: it packs the modules as the Go command would,
// offers them on a module proxy, and does what a stranger does in the first ten minutes, with an
// empty module cache and outside the repository.
//
//	go run ./verification/release
//
// It prints each command, what the command says and how long it takes. The exit status is 1 if one
// does not do what it should, or takes longer than -limit, if the library's download is too large,
// or if CHANGELOG.md does not admit an incompatible change of the API since the last release.
// Packages come from the download cache of this machine or else from its module proxy. It needs
// git, tar and timeout.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const library = "github.com/be395dad/disruptor"

// others are the modules that are released after the library, because they require it. The module
// cmd/disruptor/lfq is not: it replaces a module, and go install refuses such a one.
var others = []string{"bridge/jetstream", "cmd/disruptor", "metrics", "slogring"}

func main() {
	limit := flag.Duration("limit", 5*time.Minute, "how long one command may take")
	flag.Parse()
	if err := rehearse(*limit); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func rehearse(limit time.Duration) error {
	temp, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)

	repo, err := openRepository()
	if err != nil {
		return err
	}
	tree := filepath.Join(temp, "tree")
	if err := repo.export("HEAD", tree); err != nil {
		return err
	}
	readme, err := os.ReadFile(filepath.Join(tree, "README.md"))
	if err != nil {
		return err
	}
	changelog, err := os.ReadFile(filepath.Join(tree, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	plan, err := planRelease(string(changelog), repo.tags)
	if err != nil {
		return err
	}
	fmt.Printf("the commit %s, released as %s\n", repo.commit, plan.version)

	if err := compare(repo, plan, tree, temp); err != nil {
		return err
	}

	p, err := serve(filepath.Join(temp, "proxy"))
	if err != nil {
		return err
	}
	defer p.close()
	maintainer := &user{home: filepath.Join(temp, "maintainer"), proxy: p.url, limit: limit}
	stranger := &user{home: filepath.Join(temp, "stranger"), proxy: p.url, limit: limit}
	if err := publish(p, maintainer, tree, plan.version); err != nil {
		return err
	}
	return visit(stranger, string(readme), plan.version)
}

// publish releases the modules in the tree, the library first. Each of the others then asks for
// that version.
func publish(p *proxy, maintainer *user, tree, version string) error {
	if err := p.add(library, version, tree); err != nil {
		return err
	}
	for _, dir := range others {
		maintainer.dir = filepath.Join(tree, dir)
		// In a release, go get does this too. Here it would ask the proxy for the version that was required before.
		if _, err := goIn(maintainer.dir, "mod", "edit", "-require="+library+"@"+version); err != nil {
			return err
		}
		if _, err := maintainer.run("go", "get", library+"@"+version); err != nil {
			return err
		}
		// Outside the workspace, go.sum must have all that a build needs.
		if _, err := maintainer.run("go", "list", "-deps", "-f", "{{with .Error}}{{.}}{{end}}", "./..."); err != nil {
			return err
		}
		if err := p.add(library+"/"+dir, version, maintainer.dir); err != nil {
			return err
		}
	}
	return nil
}
