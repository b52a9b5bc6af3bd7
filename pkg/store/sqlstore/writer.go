package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"marsad/pkg/store"
)

// maxBatch bounds how many writes share a transaction, and so how long the
// first of them waits for the others.
const maxBatch = 256

var errClosed = errors.New("the store is closed")

// writer commits what many goroutines want written: all that wait at a moment
// share one transaction and its fsync.
type writer struct {
	db      *sql.DB
	dialect Dialect
	name    string // of this writer, among all
	tx      *Tx    // nil: there is no connection
	metrics *store.Metrics
	waiting chan *write
	stopped chan struct{} // closed when the goroutine has ended

	mu     sync.RWMutex // held for reading while a write is handed over
	closed bool
}

type write struct {
	fn        func(*Tx) error
	cancelled func() error // the caller's ctx.Err
	err       error
	panicked  error // the write panicked: so does who asked for it
	done      chan struct{}
}

// startWriter takes db over.
func startWriter(db *sql.DB, dialect Dialect, metrics *store.Metrics) *writer {
	w := &writer{
		db:      db,
		dialect: dialect,
		name:    rand.Text(),
		metrics: metrics,
		waiting: make(chan *write),
		stopped: make(chan struct{}),
	}
	go w.run()
	return w
}

// do runs fn in a transaction and returns when it is committed, or was rolled
// back because of the error it returns. A ctx that ends before fn is run, ends
// the wait; after that it is too late.
func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	job := &write{fn: fn, cancelled: ctx.Err, done: make(chan struct{})}
	if err := w.hand(ctx, job); err != nil {
		return err
	}
	<-job.done
	if job.panicked != nil {
		panic(job.panicked)
	}
	return job.err
}

func (w *writer) hand(ctx context.Context, job *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.waiting <- job:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close serves who already waits, and refuses who comes later.
func (w *writer) close() error {
	w.mu.Lock() // those who wait hold it for reading
	wasClosed := w.closed
	w.closed = true
	w.mu.Unlock()
	if wasClosed {
		return nil
	}
	close(w.waiting)
	<-w.stopped
	return errors.Join(w.disconnect(), w.db.Close())
}

func (w *writer) run() {
	defer close(w.stopped)
	batch := make([]*write, 0, maxBatch)
	for job := range w.waiting {
		batch = w.gather(append(batch[:0], job))
		w.metrics.Batch("write", len(batch))
		w.commit(batch)
		for i, job := range batch {
			batch[i] = nil
			close(job.done)
		}
	}
}

// gather adds the writes that wait right now.
func (w *writer) gather(batch []*write) []*write {
	for len(batch) < maxBatch {
		select {
		case job, ok := <-w.waiting:
			if !ok {
				return batch
			}
			batch = append(batch, job)
		default:
			return batch
		}
	}
	return batch
}

// commit runs the batch in one transaction and sets each write's error.
func (w *writer) commit(batch []*write) {
	if err := w.runBatch(batch); err != nil {
		for _, job := range batch {
			if job.err == nil {
				job.err = err
			}
		}
	}
}

// runBatch returns what went wrong with the transaction itself: then nothing was kept.
func (w *writer) runBatch(batch []*write) error {
	if err := w.beginAgain(); err != nil {
		return err
	}
	kept, useless := 0, false
	for _, job := range batch {
		if job.err = job.cancelled(); job.err != nil {
			continue
		}
		if len(batch) == 1 {
			job.err = w.protect(job)
		} else if fatal := w.runSavepoint(job); fatal != nil {
			w.abandon()
			return fatal
		}
		failed := w.tx.hasFailed()
		if job.err == nil {
			job.err = failed // of a transaction in which a statement failed, nothing may be kept
		}
		if job.err == nil {
			kept++
		}
		useless = useless || failed != nil && !w.dialect.Refused(failed)
	}
	if useless {
		defer w.disconnect() //nolint:errcheck // what was wrong with it is told already
	}
	if kept == 0 {
		return w.rollback()
	}
	return w.commitSigned()
}

// lostAtOnce is how soon a connection that was lost while nobody looked shows it.
const lostAtOnce = time.Second

// beginAgain begins a transaction: on a new connection, if the one there is was lost.
func (w *writer) beginAgain() error {
	old, start := w.tx != nil, time.Now()
	err := w.begin()
	if err != nil && old && time.Since(start) < lostAtOnce {
		w.abandon()
		err = w.begin()
	}
	if err != nil {
		w.abandon()
	}
	return err
}

// begin begins a transaction, on a new connection if there is none.
func (w *writer) begin() error {
	if w.tx == nil {
		ctx, cancel := w.dialect.limited()
		defer cancel()
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return err
		}
		w.tx = newTx(conn, w.dialect)
	}
	for _, statement := range w.dialect.Begin {
		if err := w.tx.Run(statement); err != nil {
			return err
		}
	}
	w.tx.failed, w.tx.wrote = nil, false
	return nil
}

// commitSigned commits. If that is not answered, it finds out whether it was done.
func (w *writer) commitSigned() error {
	sign := ""
	if w.dialect.Sign != "" && w.tx.wrote {
		sign = rand.Text()
		if err := w.tx.Run(w.dialect.Sign, w.name, sign); err != nil {
			w.abandon()
			return err
		}
	}
	err := w.tx.Run("COMMIT")
	if err == nil {
		return nil
	}
	w.abandon()
	if sign != "" && w.signed(sign) {
		return nil
	}
	return err
}

// signedPause is between two questions for a sign.
const signedPause = 200 * time.Millisecond

// signed reports whether the transaction with that sign was committed. It asks in a
// transaction of its own, which begins when the other has ended. If nobody can
// say for as long as a statement may take, it counts as not done.
func (w *writer) signed(sign string) bool {
	for deadline := time.Now().Add(w.dialect.Patience); time.Now().Before(deadline); time.Sleep(signedPause) {
		if err := w.begin(); err != nil {
			w.abandon()
			continue
		}
		last, err := One(w.tx.Query, Value[string], w.dialect.Signed, w.name)
		w.abandon()
		if err == nil || errors.Is(err, sql.ErrNoRows) {
			return last == sign
		}
	}
	return false
}

// abandon ends the transaction after an error that says what is wrong already, and
// the connection with it.
func (w *writer) abandon() {
	_ = w.rollback() // whatever it says
	_ = w.disconnect()
}

// disconnect gives up the connection, if there is one: nobody gets it again.
func (w *writer) disconnect() error {
	if w.tx == nil {
		return nil
	}
	tx := w.tx
	w.tx = nil
	return tx.discard()
}

// runSavepoint runs one write of several: should it fail, the others stand.
func (w *writer) runSavepoint(job *write) (fatal error) {
	if _, err := w.tx.Exec("SAVEPOINT one"); err != nil {
		return err
	}
	if job.err = w.protect(job); job.err == nil {
		job.err = w.tx.failed
	}
	if job.err != nil {
		if _, err := w.tx.Exec("ROLLBACK TO one"); err != nil {
			return err
		}
	}
	_, err := w.tx.Exec("RELEASE one")
	return err
}

// protect keeps a panic of the write from the others, and for its caller.
func (w *writer) protect(job *write) (err error) {
	defer func() {
		if r := recover(); r != nil {
			job.panicked = fmt.Errorf("in a write: %v\n%s", r, debug.Stack())
			err = job.panicked
		}
	}()
	return job.fn(w.tx)
}

// rollback ends the transaction unless the backend has done so already, as
// SQLite does on a full disk. A connection that is lost takes it along.
func (w *writer) rollback() error {
	if w.tx == nil {
		return nil
	}
	err := w.tx.Run("ROLLBACK")
	if err == nil || w.dialect.Ended(err) {
		return nil
	}
	return errors.Join(err, w.disconnect())
}
