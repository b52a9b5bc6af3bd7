//go:build !unix

package score

import "time"

// cpuTime is not known here: the report leaves the rate out.
func cpuTime() time.Duration { return 0 }
