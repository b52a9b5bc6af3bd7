// Package throwaway runs PostgreSQL from the binaries of this machine on a
// folder of its own, for tests and for tools that kill it: nothing of it stays
// behind when the process that started it ends, however that ends.
//
// A Cluster listens on loopback only, with a password made for it. Tests ask
// for a database of a cluster that all tests of the process share:
//
//	func TestMain(m *testing.M) { os.Exit(throwaway.Main(m)) }
//
//	dsn := throwaway.Database(t)
package throwaway
