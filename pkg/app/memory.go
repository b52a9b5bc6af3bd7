package app

import (
	"log/slog"
	"math"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// memoryRatio leaves a tenth of a container's memory to what Go does not
// manage: SQLite's and the bus's mapped files, and stacks of the kernel.
const memoryRatio = 0.9

// heapGrowth is by how many percent the heap grows before it is collected. With
// Go's own 100 a burst of large documents takes twice what is needed for them;
// the time that documents take is the same.
const heapGrowth = 50

// LimitMemory makes the garbage collector keep to the memory that the
// process's control group may use: without it Go would grow past the limit
// while there is garbage to collect, and be killed. GOMEMLIMIT and GOGC in the environment win.
func LimitMemory(log *slog.Logger) {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(heapGrowth)
	}
	limitMemory(log, memlimit.FromCgroup)
}

func limitMemory(log *slog.Logger, provider memlimit.Provider) {
	limit, err := memlimit.Set(memlimit.WithRatio(memoryRatio), memlimit.WithProvider(provider))
	switch value, set := os.LookupEnv("GOMEMLIMIT"); {
	case set:
		log.Info("memory is limited by GOMEMLIMIT", "limit", value)
	case err != nil:
		log.Info("memory is not limited", "reason", err) // a machine without control groups
	case limit == math.MaxInt64:
		log.Info("memory is not limited", "reason", "its control group has no limit")
	default:
		log.Info("memory is limited to nine tenths of the control group's", "limit_bytes", limit)
	}
}
