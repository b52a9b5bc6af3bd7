package app

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/stage"
)

// CrashVariable names the variable that makes a process fail at named points,
// for tests of survival: a list, separated by commas, of
//
//	<stage>:<point>[:<n>|:<item id>][=<action>]
//
// which means the nth time the point is met (default: the first), or whenever
// that item is at hand. Actions are kill (SIGKILL, the default), stop (SIGSTOP),
// panic, and hang.
const CrashVariable = "MARSAD_CRASH"

// crashPoints reads the variable's value; an empty one makes nothing fail.
func crashPoints(value string) (stage.CrashPoints, error) {
	if value == "" {
		return nil, nil
	}
	var failures []*failure
	for spec := range strings.SplitSeq(value, ",") {
		f, err := parseFailure(spec)
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", CrashVariable, spec, err)
		}
		failures = append(failures, f)
	}
	return func(stage, point string, items []news.ID) {
		for _, f := range failures {
			if f.due(stage, point, items) {
				actions[f.action]()
			}
		}
	}, nil
}

// failure is something that goes wrong at a point.
type failure struct {
	stage, point string
	item         news.ID // whenever this one is at hand; "": see nth
	nth          int64
	action       string
	met          atomic.Int64
}

func parseFailure(spec string) (*failure, error) {
	where, action, _ := strings.Cut(spec, "=")
	parts := strings.Split(where, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return nil, fmt.Errorf("a stage and a point are needed")
	}
	f := &failure{stage: parts[0], point: parts[1], nth: 1, action: action}
	if action == "" {
		f.action = "kill"
	}
	if actions[f.action] == nil {
		return nil, fmt.Errorf("there is no action %q", action)
	}
	if len(parts) == 3 {
		if id := news.ID(parts[2]); id.Valid() {
			f.item = id
		} else if n, err := strconv.ParseInt(parts[2], 10, 32); err == nil {
			f.nth = n
		} else {
			return nil, fmt.Errorf("%q is neither a number nor an item", parts[2])
		}
	}
	return f, nil
}

func (f *failure) due(stage, point string, items []news.ID) bool {
	if stage != f.stage || point != f.point {
		return false
	}
	if f.item != "" {
		return slices.Contains(items, f.item)
	}
	return f.met.Add(1) == f.nth
}

var actions = map[string]func(){
	"kill": func() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until the signal arrives
	},
	"stop":  func() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) },
	"panic": func() { panic("at a crash point") },
	"hang":  func() { select {} },
}

// ClockVariable names a file that says by how much the clock of the process is
// wrong, as a Go duration, for tests of survival. It is read anew all the time.
const ClockVariable = "MARSAD_CLOCK"

// newClock is time.Now, made wrong by what the file says.
func newClock(path string) func() time.Time {
	if path == "" {
		return time.Now
	}
	var wrong, readAt atomic.Int64 // nanoseconds
	return func() time.Time {
		now := time.Now()
		if now.UnixNano()-readAt.Load() > int64(50*time.Millisecond) {
			readAt.Store(now.UnixNano())
			raw, _ := os.ReadFile(path) // none: the clock is right
			d, _ := time.ParseDuration(strings.TrimSpace(string(raw)))
			wrong.Store(int64(d))
		}
		return now.Add(time.Duration(wrong.Load()))
	}
}
