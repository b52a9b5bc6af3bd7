package wait_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marsad/pkg/wait"
)

func TestFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if !wait.For(t.Context(), time.Hour) || time.Since(start) != time.Hour {
			t.Errorf("waited %v, want an hour", time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start = time.Now()
		if wait.For(ctx, time.Hour) || time.Since(start) != time.Minute {
			t.Errorf("waited %v beyond the end of the context", time.Since(start))
		}
	})
}

func TestOutlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		outliving, cancel := wait.Outlive(ctx, time.Minute)
		defer cancel()
		end()
		start := time.Now()
		<-outliving.Done()
		if got := time.Since(start); got != time.Minute {
			t.Errorf("outlived by %v, want a minute", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		outliving, cancel := wait.Outlive(t.Context(), time.Minute)
		cancel()
		if outliving.Err() == nil {
			t.Error("lives on after its end")
		}
	})
}

func TestRoom(t *testing.T) {
	var changes []bool
	room := wait.Room{OnChange: func(waiting bool) { changes = append(changes, waiting) }}
	first, second := errors.New("first"), errors.New("second")
	leaveFirst, leaveSecond := room.Enter(first), room.Enter(second)
	leaveFirst()
	if got := room.Reason(); !errors.Is(got, second) {
		t.Errorf("reason = %v while one waits", got)
	}
	leaveSecond()
	if got := room.Reason(); got != nil {
		t.Errorf("reason = %v in an empty room", got)
	}
	if len(changes) != 2 || !changes[0] || changes[1] {
		t.Errorf("changes = %v", changes)
	}
}

// TestTrouble: it is said when it begins, once a minute, and when it is over.
func TestTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		trouble := wait.Trouble{Log: slog.New(slog.NewTextHandler(&log, nil)), What: "no answer"}
		trouble.Note(nil)
		for range 2 {
			for range 150 { // for two minutes and a half
				trouble.Note(errors.New("away"))
				time.Sleep(time.Second)
			}
			trouble.Note(nil)
			trouble.Note(nil)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != 8 || strings.Count(log.String(), "level=WARN") != 6 || !strings.Contains(lines[1], "since=1m0s") || !strings.Contains(lines[3], "over: no answer\" after=2m30s") {
			t.Errorf("%d lines:\n%s", len(lines), log.String())
		}
	})
}
