package source

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
)

// varsPath is where package expvar serves the variables of a process.
const varsPath = "/debug/vars"

// Parse returns the target that a text names: an address of HTTP, HOST:PORT with or without a
// path, or the path of a file, which need not exist yet if it begins with / or a dot. It reads
// nothing.
func Parse(text string) (Target, error) {
	if text == "" {
		return Target{}, errors.New("a target is empty")
	}
	if !isAddress(text) && isPath(text) {
		return Target{Name: printable.Escape(text), read: file{text}.read}, nil
	}
	address, name, err := parseAddress(text)
	if err != nil {
		return Target{}, fmt.Errorf("target %q %w", text, err)
	}
	return Target{Name: printable.Escape(name), read: web{address}.read}, nil
}

func isAddress(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

func isPath(text string) bool {
	if filepath.IsAbs(text) || strings.HasPrefix(text, ".") {
		return true
	}
	_, err := os.Stat(text)
	return err == nil
}

// parseAddress returns the address that a text means, in full, and as short as it can be said.
func parseAddress(text string) (address, name string, err error) {
	switch {
	case isAddress(text):
	case !strings.Contains(text, ":"):
		return "", "", errors.New("is neither a file nor HOST:PORT nor an address of http")
	case strings.HasPrefix(text, ":"):
		text = "http://localhost" + text
	default:
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) { // which repeats the text
			err = parse.Err
		}
		return "", "", fmt.Errorf("is no address: %w", err)
	}
	if u.Hostname() == "" {
		return "", "", errors.New("has no host")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = varsPath
	}
	name = u.Redacted() // without a password
	if u.Scheme == "http" && u.Path == varsPath && u.RawQuery == "" && u.User == nil {
		name = u.Host
	}
	return u.String(), name, nil
}
