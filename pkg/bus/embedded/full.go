package embedded

import (
	"context"
	"syscall"
	"time"
)

const (
	fullLook = 2 * time.Second // between two looks at a disk that was full
	fullRoom = 32 << 20        // bytes that must be free before the server is booted again
)

// watch boots the server again when there is room on a disk that was full: a
// stream that could not write once refuses everything until then. Clients
// connect again by themselves.
func (s *Server) watch(ctx context.Context) {
	tick := time.NewTicker(fullLook)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if s.full.Load() && hasRoom(s.options.StoreDir) {
			s.reboot()
		}
	}
}

func (s *Server) reboot() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full.Store(false)
	s.shutdown()
	if err := s.boot(); err != nil {
		s.log.Error("the bus could not be started again after its disk was full: it is tried again", "error", err)
		s.full.Store(true)
		return
	}
	s.log.Warn("the bus was started again: its disk had been full")
}

func hasRoom(dir string) bool {
	var stat syscall.Statfs_t
	return syscall.Statfs(dir, &stat) == nil && float64(stat.Bavail)*float64(stat.Bsize) > fullRoom
}
