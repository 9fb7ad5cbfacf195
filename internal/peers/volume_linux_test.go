package peers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// volume is a file system of its own, in a file.
type volume struct {
	t          *testing.T
	image, dir string
	mounted    bool
}

// newVolume makes and mounts an ext4 of some MiB. The test is skipped where that cannot be done.
func newVolume(t *testing.T, mib int64) *volume {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("skipped: mounting a file system of its own takes root")
	}
	for _, name := range []string{"mkfs.ext4", "mount", "umount", "losetup"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("skipped: %s is not installed", name)
		}
	}
	dir := t.TempDir()
	v := &volume{t: t, image: filepath.Join(dir, "image"), dir: filepath.Join(dir, "volume")}
	err := errors.Join(os.WriteFile(v.image, nil, 0o600), os.Truncate(v.image, mib<<20), os.Mkdir(v.dir, 0o700))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", v.image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ext4: %v\n%s", err, out)
	}
	t.Cleanup(v.unmount)
	if out, err := v.tryMount(); err != nil {
		t.Skipf("skipped: this machine mounts no loop device: %s", strings.TrimSpace(out))
	}
	return v
}

// tryMount mounts the volume; the system frees its loop device with the unmounting.
func (v *volume) tryMount() (string, error) {
	out, err := exec.Command("mount", "-o", "loop", v.image, v.dir).CombinedOutput()
	v.mounted = err == nil
	return string(out), err
}

func (v *volume) mount() {
	v.t.Helper()
	if out, err := v.tryMount(); err != nil {
		v.t.Fatalf("mount: %v\n%s", err, out)
	}
}

// remount makes the volume ro or rw.
func (v *volume) remount(how string) {
	v.t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,"+how, v.dir).CombinedOutput(); err != nil {
		v.t.Fatalf("mount -o remount,%s: %v\n%s", how, err, out)
	}
}

// unmount waits until nobody uses the volume any more.
func (v *volume) unmount() {
	if !v.mounted {
		return
	}
	var out []byte
	for range 50 {
		var err error
		if out, err = exec.Command("umount", v.dir).CombinedOutput(); err == nil {
			v.mounted = false
			return
		}
		time.Sleep(100 * time.Millisecond) // a dead process lets go of its files a little later
	}
	_ = exec.Command("umount", "-l", v.dir).Run() // at least it goes when it can
	v.mounted = false
	v.t.Errorf("umount: %s", out)
}

// The ways in which ext4 can be shut down (its EXT4_IOC_SHUTDOWN): what is in its journal may be written, or is lost like
// everything that was not synced.
const (
	shutdownIoctl = 0x8004587d
	shutdownWays  = 3
	loseJournal   = 2
)

// cut ends the volume as a power cut ends a disk: nothing that was not synced is ever written.
func (v *volume) cut(way uint32) {
	v.t.Helper()
	d, err := os.Open(v.dir)
	if err != nil {
		v.t.Fatal(err)
	}
	defer d.Close()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, d.Fd(), shutdownIoctl, uintptr(unsafe.Pointer(&way))); errno != 0 {
		v.t.Fatalf("shut the file system down: %v", errno)
	}
}

// free is what is left of the volume, in bytes.
func (v *volume) free() int64 {
	v.t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(v.dir, &s); err != nil {
		v.t.Fatal(err)
	}
	return int64(s.Bavail) * s.Bsize
}

// fill leaves so many bytes free, by a file of ballast that it makes, grows or shrinks.
func (v *volume) fill(leave int64) {
	v.t.Helper()
	name := filepath.Join(v.dir, "ballast")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		v.t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		v.t.Fatal(err)
	}
	size := info.Size() + v.free() - leave
	if size <= info.Size() {
		err = f.Truncate(max(size, 0))
	} else {
		err = syscall.Fallocate(int(f.Fd()), 0, 0, size)
	}
	if err != nil && !errors.Is(err, syscall.ENOSPC) {
		v.t.Fatal(fmt.Errorf("make ballast of %d bytes: %w", size, err))
	}
}
