package main

import (
	"testing"
)

// TestWrongBuildsAreNoticed: the harness finds what it is there to find.
func TestWrongBuildsAreNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program three times, and kills it for a minute")
	}
	o := &options{seed: 7, root: "../..", dir: t.TempDir(), out: t.Output(), progress: t.Output()}
	var err error
	if o.binary, err = o.build(t.Context(), "marsad"); err != nil {
		t.Fatal(err)
	}
	if err := broken(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}
