package postgres_test

import (
	"net"
	"net/url"
	"sync/atomic"
	"testing"
)

// cutter stands between a client and PostgreSQL, and cuts the connection at a
// message of the client: before PostgreSQL has it, or before its answer is back.
type cutter struct {
	to      string
	left    atomic.Int32 // messages until then; below 1: never
	deliver bool
}

// start returns the address in front of the one of dsn.
func (c *cutter) start(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	c.to, u.Host = u.Host, listener.Addr().String()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go c.pass(client)
		}
	}()
	return u.String()
}

func (c *cutter) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer server.Close()
	var deaf atomic.Bool
	answered := make(chan struct{}, 1)
	go forward(server, client, func([]byte) bool {
		if deaf.Load() {
			answered <- struct{}{}
		}
		return !deaf.Load()
	})
	forward(client, server, func(message []byte) bool {
		if c.left.Add(-1) != 0 {
			return true
		}
		if c.deliver {
			deaf.Store(true)
			server.Write(message)
			<-answered
		}
		return false
	})
}

// forward passes on what may pass, until something may not.
func forward(from, to net.Conn, may func(message []byte) bool) {
	defer to.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil || !may(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// TestLostCommit cuts the connection at each message of a write. Whatever was heard
// of it: a write that is answered is there once, one that failed is not.
func TestLostCommit(t *testing.T) {
	const messages = 5 // BEGIN, the lock, the write, its sign, COMMIT
	for _, deliver := range []bool{false, true} {
		for at := int32(1); at <= messages; at++ {
			dsn := migrated(t)
			c := &cutter{deliver: deliver}
			s := open(t, c.start(t, dsn))
			if _, err := s.RecordStart(t.Context(), "test", "key"); err != nil { // now all statements are prepared
				t.Fatal(err)
			}
			c.left.Store(at)
			n, err := s.RecordStart(t.Context(), "test", "key")
			after, again := open(t, dsn).RecordStart(t.Context(), "test", "key")
			if again != nil {
				t.Fatal(again)
			}
			switch {
			case c.left.Load() > 0:
				t.Errorf("message %d was never sent", at)
			case err == nil && (n != 2 || after != 3):
				t.Errorf("cut at message %d, heard: %v: it was done, and counted to %d and then %d", at, deliver, n, after)
			case err != nil && after != 2:
				t.Errorf("cut at message %d, heard: %v: it failed (%v), and counted to %d", at, deliver, err, after)
			case at == messages && (err == nil) != deliver:
				t.Errorf("COMMIT was heard: %v, and the write says %v", deliver, err)
			case at < 3 && err != nil:
				t.Errorf("a connection that was lost before anything was done costs more than another one: %v", err)
			}
		}
	}
}
