package throwaway

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// ErrNoPostgreSQL is returned where there are no binaries to run.
var ErrNoPostgreSQL = errors.New("there is no PostgreSQL 15 or newer here: install it (Debian: apt-get install postgresql), or put the folder of its initdb and postgres into PATH")

// oldest is the first major version that is good enough.
const oldest = 15

// packaged is where Debian puts them, outside of PATH.
var packaged = "/usr/lib/postgresql/*/bin"

// installation is a folder with PostgreSQL's binaries.
type installation string

// installed finds the installation to run: that in PATH, or else the newest
// packaged one.
func installed() (installation, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			if in := installation(filepath.Dir(path)); in.major() >= oldest {
				return in, nil
			}
		}
	}
	dirs, err := filepath.Glob(packaged)
	if err != nil {
		return "", err
	}
	best := slices.MaxFunc(append(dirs, ""), func(a, b string) int { return cmp.Compare(installation(a).major(), installation(b).major()) })
	if installation(best).major() < oldest {
		return "", ErrNoPostgreSQL
	}
	return installation(best), nil
}

// major asks the server for its version; 0 if there is none.
func (in installation) major() int {
	if in == "" {
		return 0
	}
	out, err := exec.Command(in.binary("postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	var major int
	_, version, _ := strings.Cut(string(out), ") ") // postgres (PostgreSQL) 15.14 (Debian …)
	_, _ = fmt.Sscan(strings.NewReplacer(".", " ", "beta", " ", "rc", " ").Replace(version), &major)
	return major
}

func (in installation) binary(name string) string { return filepath.Join(string(in), name) }

// owner is who PostgreSQL runs as: it refuses to be root.
type owner struct{ uid, gid int }

// newOwner is nobody in particular (nil) unless this process is root.
func newOwner() (*owner, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		return &owner{uid, gid}, errors.Join(errUID, errGID)
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody to run it as")
}

func (o *owner) credential() *syscall.Credential {
	if o == nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}
}

// take makes a file or folder the owner's.
func (o *owner) take(path string) error {
	if o == nil {
		return nil
	}
	return os.Chown(path, o.uid, o.gid)
}

// reaches says why the owner cannot reach a folder, if so.
func (o *owner) reaches(dir string) error {
	if o == nil {
		return nil
	}
	for above := filepath.Dir(dir); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil {
			return err
		}
		if info.Mode()&0o001 == 0 {
			return fmt.Errorf("PostgreSQL runs as user %d here, who cannot pass through %s: chmod o+x", o.uid, above)
		}
		if above == filepath.Dir(above) {
			return nil
		}
	}
}
