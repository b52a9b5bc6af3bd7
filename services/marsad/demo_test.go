package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDemo runs a small press for some seconds: some of what it publishes is found,
// the account adds up, and nothing is left behind.
func TestDemo(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Chdir(t.TempDir())
	code, out, errs := marsad(t, "demo", "--feeds", "12", "--pace", "200", "--for", "5s", "--http", "127.0.0.1:0")
	if code != 0 || !strings.Contains(out, "the audit holds") {
		t.Fatalf("exit %d:\n%s%s", code, out, errs)
	}
	numbers := func(pattern string) (list []int) {
		t.Helper()
		match := regexp.MustCompile(pattern).FindStringSubmatch(out)
		if match == nil {
			t.Fatalf("no %q in:\n%s", pattern, out)
		}
		for _, group := range match[1:] {
			n, err := strconv.Atoi(group)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, n)
		}
		return list
	}
	published := numbers(`published +(\d+) articles`)[0]
	total := numbers(`(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +total of 12 sources`)
	found, archived, open := total[0], total[1], total[4]
	if published == 0 || found == 0 || archived == 0 || found != archived+total[2]+total[3]+open {
		t.Errorf("published %d, %v:\n%s", published, total, out)
	}
	for _, dir := range []string{temporary, "."} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// TestDemoKeepsApart: it does not go into a folder that holds something, and says
// what its flags may be.
func TestDemoKeepsApart(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "marsad.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--data", dir, "demo"}, {"demo", "--feeds", "0"}, {"demo", "--pace", "NaN"}, {"demo", "--for", "-1s"}, {"--store", "x.db", "demo"}} {
		if code, out, errs := marsad(t, args...); code != exitUsage || out != "" || !strings.Contains(errs, "--") {
			t.Errorf("%v: exit %d, %s%s", args, code, out, errs)
		}
	}
}
