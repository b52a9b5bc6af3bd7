package throwaway

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// process is a started server.
type process struct {
	pid  int
	done chan struct{} // closed when it has ended
}

// startProcess starts a server that does not outlive this process. The kernel
// tells it of the end of the thread that started it: so that thread waits for it.
func startProcess(cmd *exec.Cmd) (*process, error) {
	dieWithParent(cmd.SysProcAttr)
	started := make(chan error)
	p := &process{done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer close(p.done)
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log
		}
	}()
	return p, <-started
}

func (p *process) signal(s syscall.Signal) {
	select {
	case <-p.done: // and its number may be another's
	default:
		_ = syscall.Kill(p.pid, s) // it may have ended
	}
}

// children are the processes that the server started. Where there is no /proc
// they are not known, and end by themselves when they see that it is gone.
func (p *process) children() (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		if state, parent := stat(file); state != "" && parent == p.pid {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// alive reports whether a process still runs; one that only waits to be
// collected holds no memory.
func alive(pid int) bool {
	state, _ := stat(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return state != "" && state != "Z" && state != "X"
}

// stat reads the state and the parent of a process: proc_pid_stat(5).
func stat(file string) (state string, parent int) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", 0
	}
	_, after, _ := strings.Cut(string(raw), ") ") // pid (comm) state ppid
	fields := strings.Fields(after)
	if len(fields) < 2 {
		return "", 0
	}
	parent, _ = strconv.Atoi(fields[1])
	return fields[0], parent
}
