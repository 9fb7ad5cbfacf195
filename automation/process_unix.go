//go:build unix

package automation

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// apart puts the program into a process group of its own, so that all it starts can be ended with it, and keeps files from it
// that rouse itself was started with: what rouse opens is closed for programs already, but not what it inherited.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	files, err := os.ReadDir("/dev/fd")
	for _, f := range files {
		if fd, err := strconv.Atoi(f.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
	for fd := 3; err != nil && fd < 1024; fd++ { // no such list here
		syscall.CloseOnExec(fd)
	}
}

// killGroup ends the program and what it started, unless that went into a group of its own.
func killGroup(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
