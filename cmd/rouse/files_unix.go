//go:build unix

package main

import "syscall"

// openFiles is how many files and connections the system lets the process have.
func openFiles() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || uint64(l.Cur) > 2*mostConnections {
		return 2 * mostConnections
	}
	return int(l.Cur)
}
