package badger

import (
	"os"
	"syscall"
)

// keepSize is fallocate's FALLOC_FL_KEEP_SIZE.
const keepSize = 1

// reserve gives a file the space that it will take. Where the file system cannot, it has it not.
func reserve(name string, bytes int64) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return gone(err)
	}
	defer f.Close() // nothing was written
	return syscall.Fallocate(int(f.Fd()), keepSize, 0, bytes)
}
