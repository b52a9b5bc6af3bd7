package app

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"marsad/pkg/stage"
)

// CrashVariable names the variable that makes a process kill itself at a named
// point, for tests of survival: MARSAD_CRASH=<stage>:<point>[:<nth time>].
const CrashVariable = "MARSAD_CRASH"

// crashPoints reads the variable's value; an empty one crashes nowhere.
func crashPoints(value string) stage.CrashPoints {
	parts := strings.Split(value, ":")
	if len(parts) < 2 {
		return nil
	}
	nth := int64(1)
	if len(parts) > 2 {
		nth, _ = strconv.ParseInt(parts[2], 10, 64)
	}
	var met atomic.Int64
	return func(stage, point string) {
		if stage == parts[0] && point == parts[1] && met.Add(1) == nth {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal arrives
		}
	}
}
