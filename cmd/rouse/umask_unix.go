//go:build unix

package main

import "syscall"

// tightenUmask makes new files readable by their owner alone.
func tightenUmask() { syscall.Umask(0o077) }
