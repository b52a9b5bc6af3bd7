package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the lock is held from outside

	"marsad/pkg/survive"
)

// storeLocked holds the store's write lock for longer than writers wait for it.
func storeLocked() survive.Fault {
	return survive.Fault{Name: "store locked", Do: func(ctx context.Context, r *survive.Rig) (err error) {
		r.World.Publish(12)
		db, err := sql.Open("sqlite", "file:"+r.Server().StoreFile()+"?_pragma=busy_timeout(10000)")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, conn.Close()) }()
		if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		r.World.Publish(12)
		err = survive.Pause(ctx, 35*time.Second)
		if code, _ := r.Server().Get(ctx, "/readyz"); code != http.StatusServiceUnavailable {
			err = errors.Join(err, fmt.Errorf("the store was locked, and readiness %d", code))
		}
		_, unlock := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, unlock)
	}}
}

// disk is the one process on a file system that gets full.
func disk(ctx context.Context, o *options) error {
	dir := filepath.Join(o.dir, "tmpfs")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=192m"); err != nil {
		fmt.Fprintf(o.out, "disk: SKIPPED: a small file system cannot be mounted here: %v\n", err)
		return nil
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH) //nolint:errcheck // the folder is then left behind
	return o.survives(ctx, survive.Campaign{
		Name: "disk", Dir: dir, Layout: (*survive.Rig).Single,
		Faults: append(survive.Repeat(o.times, diskFull(dir, false)), survive.Repeat(o.times, diskFull(dir, true))...),
	}, 0)
}

// diskFull leaves no room on the disk for a while; or until the process was killed, too.
func diskFull(dir string, kill bool) survive.Fault {
	name := "disk full"
	if kill {
		name += ", then killed"
	}
	return survive.Fault{Name: name, Do: func(ctx context.Context, r *survive.Rig) error {
		r.World.Publish(12)
		if err := r.Sometime(ctx, time.Second); err != nil {
			return err
		}
		ballast, n, felt := filepath.Join(dir, "ballast"), r.Server(), false
		var err error
		// Until it is felt: files have room of their own at first, and become shorter, too.
		for end := time.Now().Add(time.Minute); time.Now().Before(end) && !felt && err == nil; {
			r.World.Publish(10)
			err = errors.Join(fill(ballast), survive.Pause(ctx, 250*time.Millisecond))
			code, _ := n.Get(ctx, "/readyz")
			felt = code == http.StatusServiceUnavailable
		}
		if err == nil && !felt {
			err = errors.New("the disk was full for a minute, and the process ready")
		}
		err = errors.Join(err, survive.Pause(ctx, 3*time.Second))
		if kill {
			n.Kill()
		}
		if err := errors.Join(err, os.Remove(ballast)); err != nil {
			return err
		}
		if kill {
			return n.StartReady(ctx)
		}
		return n.AwaitReady(ctx)
	}}
}

// fill writes to a file until nothing more fits.
func fill(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 1<<16); len(block) > 0; {
		n, err := f.Write(block)
		if errors.Is(err, syscall.ENOSPC) {
			block = block[:n/2]
		} else if err != nil {
			return err
		}
	}
	return nil
}
