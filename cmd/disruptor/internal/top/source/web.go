package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const (
	// patience is how long an answer may take. The process may be stopped, or short of CPUs.
	patience = 5 * time.Second
	// most is how long an answer may be: a consumer takes some 400 bytes.
	most = 64 << 20
	// depth is how many maps of variables may be around a ring. A program has one.
	depth = 4
)

// web is a process that serves its variables at an address.
type web struct{ url string }

func (w web) read(ctx context.Context) (Look, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	vars, at, err := w.get(ctx)
	var address *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Look{}, fmt.Errorf("no answer in %v", patience)
	case errors.As(err, &address):
		return Look{}, address.Err // the address is known
	case err != nil:
		return Look{}, err
	}
	look := Look{At: at}
	for _, key := range slices.Sorted(maps.Keys(vars)) {
		if err := look.add(key, vars[key], depth); err != nil {
			return Look{}, err
		}
	}
	return look, nil
}

// get returns the variables, and when the process has begun to send them.
func (w web) get(ctx context.Context) (vars map[string]json.RawMessage, at time.Time, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url, nil)
	if err != nil {
		return nil, at, err
	}
	response, err := http.DefaultClient.Do(request)
	at = time.Now()
	if err != nil {
		return nil, at, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, at, fmt.Errorf("the answer is %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, at, err
	}
	if len(body) > most {
		return nil, at, fmt.Errorf("the answer is longer than %d MiB", most>>20)
	}
	if err := json.Unmarshal(body, &vars); err != nil {
		return nil, at, fmt.Errorf("the answer has no variables of expvar: %w", err)
	}
	return vars, at, nil
}

// add adds the ring that a variable is, or those in it if it is a map of variables.
func (l *Look) add(key string, value json.RawMessage, depth int) error {
	var object map[string]json.RawMessage
	if value[0] != '{' || json.Unmarshal(value, &object) != nil {
		return nil // a number, a string, a list
	}
	if isRing(object) {
		r := Ring{Key: key}
		if err := json.Unmarshal(value, &r); err != nil {
			return fmt.Errorf("variable %q is no Var of a ring: %w", key, err)
		}
		seen := map[string]int{}
		for i := range r.Consumers {
			r.Consumers[i].identify(seen)
		}
		l.Rings = append(l.Rings, r)
		return nil
	}
	for _, k := range slices.Sorted(maps.Keys(object)) {
		if depth == 0 {
			break
		}
		if err := l.add(key+"."+k, object[k], depth-1); err != nil {
			return err
		}
	}
	return nil
}

func isRing(object map[string]json.RawMessage) bool {
	for _, key := range []string{"capacity", "claimed", "published", "free", "consumers"} {
		if object[key] == nil {
			return false
		}
	}
	return true
}

// identify gives the consumer its key, its name: of several with the name, by their order.
func (c *Consumer) identify(seen map[string]int) {
	c.Key = fmt.Sprintf("%d %s", seen[c.Name], c.Name)
	seen[c.Name]++
	switch {
	case c.Workers > 0:
		c.Kind = fmt.Sprintf("group of %d", c.Workers)
	case c.Lossy:
		c.Kind = "lossy"
	default:
		c.Kind = "strict"
	}
}
