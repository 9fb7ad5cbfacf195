package badger

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rouse/rouse/store"
)

// room is how much space is left for commits.
type room int32

const (
	roomPlenty room = iota
	roomLittle      // below the floor: none that brings alerts, so that acknowledgements and pages still go through
	roomNone        // below half of it
)

// logSpace is what a log takes at most: it ends with the first commit that brings it over the size of a table in memory.
const logSpace = memTable + 4<<20

// disk measures the free space when somebody commits, at most once a second.
type disk struct {
	dir   string
	floor int64
	log   *slog.Logger
	free  func(dir string) (int64, error) // replaced in tests
	fresh atomic.Bool
	last  atomic.Int32
	timer *time.Timer // ends fresh

	mu     sync.Mutex
	newest int // number of the newest log that has its space
}

// newDisk watches dir; nil when floor is negative or the system does not tell.
func newDisk(dir string, floor int64, log *slog.Logger) *disk {
	if floor < 0 {
		return nil
	}
	if floor == 0 {
		floor = DefaultFloor
	}
	d := &disk{dir: dir, floor: floor, log: log, free: freeBytes}
	if _, err := d.free(dir); err != nil {
		return nil
	}
	d.timer = time.AfterFunc(time.Hour, func() { d.fresh.Store(false) })
	d.timer.Stop()
	return d
}

// room is the space as last measured. A measurement that fails changes nothing.
func (d *disk) room() room {
	if d == nil {
		return roomPlenty
	}
	if d.fresh.CompareAndSwap(false, true) {
		if free, err := d.free(d.dir); err == nil {
			d.tell(room(d.last.Swap(int32(d.judge(free)))), free)
		}
		d.reserveLog()
		d.timer.Reset(time.Second)
	}
	return room(d.last.Load())
}

// tell logs a change of room, once.
func (d *disk) tell(was room, free int64) {
	if now := d.judge(free); now != was {
		words := map[room]string{
			roomPlenty: "the disk has room again: everything is taken",
			roomLittle: "the disk is nearly full: alerts are refused, pages and acknowledgements go on",
			roomNone:   "the disk is full: everything is refused until there is room again",
		}
		d.log.Warn(words[now], "free_mib", free>>20, "floor_mib", d.floor>>20, "dir", d.dir)
	}
}

func (d *disk) judge(free int64) room {
	switch {
	case free < d.floor/2:
		return roomNone
	case free < d.floor:
		return roomLittle
	}
	return roomPlenty
}

// reserveLog gives the newest log its space. Badger writes its logs through memory: where a file has a hole and the disk is
// full, a write ends the process, and a moment is enough for others to fill a disk.
func (d *disk) reserveLog() {
	names, err := filesIn(filepath.Join(d.dir, dataDir), ".mem")
	if err != nil {
		return // as with a measurement
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range names {
		if n := logNumber(name); n > d.newest && reserve(name, logSpace) == nil {
			d.newest = n
		}
	}
}

// tight reports whether Badger had better write nothing more, not even what it writes when it is closed.
func (d *disk) tight() bool {
	if d == nil {
		return false
	}
	free, err := d.free(d.dir)
	return err == nil && free < d.floor/4
}

// start explains why a store cannot be opened on a disk without space: Badger would write into a full file system and die.
func (d *disk) start() error {
	if d == nil {
		return nil
	}
	if !d.tight() {
		return nil
	}
	free, _ := d.free(d.dir) // it has just been measured
	return fmt.Errorf("%w: %s has %d MiB free and opening the store takes %d MiB; nothing is lost, make room and start again",
		store.ErrFull, d.dir, free>>20, d.floor>>22)
}

// diskUse is what the files under dir really take.
func diskUse(dir string) (int64, error) {
	var n int64
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return gone(err)
		}
		info, err := e.Info()
		if err != nil {
			return gone(err)
		}
		n += taken(info)
		return nil
	})
	return n, err
}

// private takes all access from others to what belongs to the store in dir, and to nothing else that may be there: Badger
// makes its files as the umask lets it. Their directory lets nobody in in the meantime.
func private(dir string) error {
	for _, own := range []string{dataDir, damagedDir, restoreDir, markFile, holderFile} {
		err := filepath.WalkDir(filepath.Join(dir, own), func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return gone(err)
			}
			mode := fs.FileMode(0o600)
			if e.IsDir() {
				mode = 0o700
			}
			return gone(os.Chmod(name, mode))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// gone forgives a file that a compaction has removed meanwhile.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
