//go:build !unix

package automation

import (
	"os"
	"os/exec"
)

// apart does nothing: there are no process groups here, and files are inherited by name alone.
func apart(*exec.Cmd) {}

// killGroup ends the program alone.
func killGroup(p *os.Process) error { return p.Kill() }
