//go:build !unix

package main

// tightenUmask does nothing where there is no umask.
func tightenUmask() {}
