package survive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	readyWithin = 30 * time.Second
	token       = "only-for-survival-runs" // an audit costs too much to be had by anybody
)

// Node is one process of the system under test.
type Node struct {
	Name     string // the service it runs; "marsad" if it runs all
	Services []string
	Data     string

	rig     *Rig
	command []string
	args    []string
	addr    string
	cmd     *exec.Cmd
	done    chan struct{} // closed when the process has ended
	told    atomic.Bool   // to end, by us
	ready   atomic.Bool   // it was, since it was started
	hold    sync.Mutex    // of the plague that has it in its hands
}

// Start starts the process, with more variables in its environment.
func (n *Node) Start(environ ...string) error {
	if err := os.MkdirAll(n.Data, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(n.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	fmt.Fprintf(log, "--- started with %v\n", environ)
	args := append([]string{"--config", n.rig.configFile(), "--data", n.Data, "--http", n.addr}, n.args...)
	n.cmd = exec.Command(n.command[0], append(slices.Clone(n.command[1:]), args...)...)
	n.cmd.Env = append(append(os.Environ(), n.rig.environ()...), environ...)
	n.cmd.Stdout, n.cmd.Stderr = log, log
	if err := n.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	n.ready.Store(false)
	n.told.Store(slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, "MARSAD_CRASH=") }))
	done := make(chan struct{})
	n.done = done
	go n.await(n.cmd, done)
	return nil
}

// await waits until the process has ended. One that was not told to has failed;
// but where a supervisor starts it again it may give up before it is ready,
// when what it needs is away.
func (n *Node) await(cmd *exec.Cmd, done chan struct{}) {
	defer close(done)
	_ = cmd.Wait() // how it ended is in cmd.ProcessState
	switch {
	case n.told.Load():
	case n.rig.supervised.Load() && !n.ready.Load() && cmd.ProcessState.ExitCode() == 1:
		n.rig.gaveUp.Add(1)
	default:
		n.rig.fail(fmt.Errorf("%w: %s ended by itself: %v\n%s", ErrBroken, n.Name, cmd.ProcessState, n.Log()))
	}
}

// StartReady starts the process and waits until it is ready.
func (n *Node) StartReady(ctx context.Context, environ ...string) error {
	if err := n.Start(environ...); err != nil {
		return err
	}
	return n.AwaitReady(ctx)
}

// AwaitReady waits until the process says that it is ready.
func (n *Node) AwaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		if code, _ := n.Get(ctx, "/readyz"); code == http.StatusOK {
			n.ready.Store(true)
			return nil
		}
		select {
		case <-n.done:
			return fmt.Errorf("%s has ended: %v\n%s", n.Name, n.cmd.ProcessState, n.Log())
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready within %v\n%s", n.Name, readyWithin, n.Log())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Get asks the process over HTTP. The code is 0 if there was no answer.
func (n *Node) Get(ctx context.Context, path string) (code int, body []byte) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.addr+path, nil)
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	body, _ = io.ReadAll(resp.Body)
	return resp.StatusCode, body
}

// Kill kills the process (SIGKILL) and waits until it has ended.
func (n *Node) Kill() {
	if !n.Running() {
		return
	}
	n.rig.countKill(n)
	n.told.Store(true)
	n.signal(syscall.SIGKILL)
	<-n.done
}

// AwaitKill waits until the process has killed itself at a crash point.
func (n *Node) AwaitKill(ctx context.Context, d time.Duration) error {
	select {
	case <-n.done:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return errNotMet
	}
	if status, ok := n.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		return fmt.Errorf("%s was to be killed and ended with %v\n%s", n.Name, n.cmd.ProcessState, n.Log())
	}
	n.rig.countKill(n)
	return nil
}

var errNotMet = errors.New("the crash point was not met")

// Freeze stops the process (SIGSTOP) until Thaw.
func (n *Node) Freeze() { n.signal(syscall.SIGSTOP) }

// Thaw lets a stopped process go on.
func (n *Node) Thaw() { n.signal(syscall.SIGCONT) }

// Frozen reports whether the process is stopped.
func (n *Node) Frozen() bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.cmd.Process.Pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(raw), ") ") // proc_pid_stat(5): pid (comm) state
	return strings.HasPrefix(state, "T")
}

// Terminate asks the process to end (SIGTERM) and returns how long it took. An
// exit code other than 0 is an error.
func (n *Node) Terminate(ctx context.Context) (time.Duration, error) {
	if !n.Running() {
		return 0, nil
	}
	start := time.Now()
	n.told.Store(true)
	n.signal(syscall.SIGTERM)
	select {
	case <-n.done:
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(readyWithin):
		n.Kill()
		return 0, fmt.Errorf("%s did not end within %v of SIGTERM\n%s", n.Name, readyWithin, n.Log())
	}
	if code := n.cmd.ProcessState.ExitCode(); code != 0 {
		return 0, fmt.Errorf("%s ended with %d\n%s", n.Name, code, n.Log())
	}
	return time.Since(start), nil
}

// Running reports whether the process was started and has not ended.
func (n *Node) Running() bool {
	if n.done == nil {
		return false
	}
	select {
	case <-n.done:
		return false
	default:
		return true
	}
}

// Metric is a sample of the process: its name and labels as they are exposed. -1 if it is not there.
func (n *Node) Metric(ctx context.Context, sample string) float64 {
	_, body := n.Get(ctx, "/metrics")
	_, after, ok := strings.Cut("\n"+string(body), "\n"+sample+" ")
	value := -1.0
	if ok {
		_, _ = fmt.Sscan(after, &value)
	}
	return value
}

// PeakMemory is the most resident memory the process ever had, in bytes.
func (n *Node) PeakMemory() int {
	if !n.Running() {
		return 0
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(raw), "VmHWM:")
	var kilobytes int
	_, _ = fmt.Sscan(after, &kilobytes)
	return kilobytes << 10
}

func (n *Node) signal(s syscall.Signal) {
	_ = n.cmd.Process.Signal(s) // it may have ended
}

func (n *Node) logFile() string { return filepath.Join(n.rig.Dir, n.Name+".log") }

// Log is the end of what the process logged.
func (n *Node) Log() string {
	raw, _ := os.ReadFile(n.logFile())
	const most = 4000
	if len(raw) > most {
		raw = raw[len(raw)-most:]
	}
	return string(raw)
}
