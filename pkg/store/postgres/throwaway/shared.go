package throwaway

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Main runs the tests of a package and stops the cluster that they share. It
// returns the code to exit with. Without it the cluster ends with the process,
// and leaves its folder to whoever starts the next.
func Main(m *testing.M) int {
	code := m.Run()
	if !used.Load() {
		return code
	}
	if c, err := shared(); err == nil {
		if err := c.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return max(code, 1)
		}
	}
	return code
}

var (
	used   atomic.Bool  // whether shared was called
	number atomic.Int64 // of databases made
	copied sync.Map     // name of a template to its *template
)

// shared is the cluster of this process.
var shared = sync.OnceValues(func() (*Cluster, error) {
	used.Store(true)
	sweep()
	return Start(context.Background(), Options{NoFsync: true})
})

// Shared returns the cluster that all tests of this process share, without
// fsync. Nobody may stop or kill it. Where there is no PostgreSQL the test is
// skipped; but not under CI (CI or MARSAD_CI is set), where it fails.
func Shared(t testing.TB) *Cluster {
	t.Helper()
	c, err := shared()
	if errors.Is(err, ErrNoPostgreSQL) && os.Getenv("CI") == "" && os.Getenv("MARSAD_CI") == "" {
		t.Skipf("NOT TESTED ON POSTGRESQL: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Database returns the DSN of an empty database that goes when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	return database(t, Shared(t), nil)
}

// Copy returns the DSN of a copy of a database, which goes when the test ends.
// The original is made by fill, once for each name in this process; fill leaves
// no connection to it open.
func Copy(t testing.TB, name string, fill func(dsn string) error) string {
	t.Helper()
	c := Shared(t)
	value, _ := copied.LoadOrStore(name, &template{name: "template_" + name})
	original := value.(*template)
	if err := original.fill(c, fill); err != nil {
		t.Fatal(err)
	}
	return database(t, c, original)
}

// template is a database that others are copies of.
type template struct {
	name string
	once sync.Once
	err  error
	// copying is held by who makes a copy: there may be one at a time.
	copying sync.Mutex
}

func (o *template) fill(c *Cluster, fill func(dsn string) error) error {
	o.once.Do(func() {
		var dsn string
		if dsn, o.err = c.CreateDatabase(context.Background(), o.name, ""); o.err == nil {
			o.err = fill(dsn)
		}
	})
	return o.err
}

func database(t testing.TB, c *Cluster, from *template) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", number.Add(1))
	dsn, err := from.copyTo(t.Context(), c, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.DropDatabase(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
	return dsn
}

// copyTo makes a database; an empty one if there is no template.
func (o *template) copyTo(ctx context.Context, c *Cluster, name string) (dsn string, err error) {
	if o == nil {
		return c.CreateDatabase(ctx, name, "")
	}
	o.copying.Lock()
	defer o.copying.Unlock()
	for range 100 {
		dsn, err = c.CreateDatabase(ctx, name, o.name)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != objectInUse {
			return dsn, err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return dsn, err
}

// objectInUse is the code of a refusal: somebody is connected to the template.
// A connection that was just closed is one for a moment.
const objectInUse = "55006"

const tempName = "marsad-postgres-"

// tempPrefix names temporary folders by the process that made them.
func tempPrefix() string { return fmt.Sprintf("%s%d-", tempName, os.Getpid()) }

// sweep removes folders of processes that were killed.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), tempName+"*"))
	for _, dir := range dirs {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(dir), tempName+"%d-", &pid); err == nil && !alive(pid) {
			_ = os.RemoveAll(dir) // it may be another user's
		}
	}
}
