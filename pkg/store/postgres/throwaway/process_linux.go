package throwaway

import "syscall"

// dieWithParent makes a server end at once ("immediate shutdown") when the
// process that started it ends.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
