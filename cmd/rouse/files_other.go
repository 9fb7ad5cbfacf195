//go:build !unix

package main

// openFiles is how many files and connections the system lets the process have.
func openFiles() int { return 2 * mostConnections }
