//go:build !linux

package throwaway

import "syscall"

// dieWithParent does nothing: only Linux tells.
func dieWithParent(*syscall.SysProcAttr) {}
