package badger

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// madvPageout asks the kernel to take pages back now: since Linux 5.4, and only advice. What is needed again is read again.
const madvPageout = 21

// Rest gives back the memory in which the store's files are mapped; what is needed again is read again. It is for a calm after a storm.
func (s *Store) Rest() {
	if s.dir != "" {
		forgetFiles(s.dir)
	}
}

// forgetFiles gives back the memory in which the files of a directory are mapped. The store maps its tables and reads all of them
// after a start; what a storm or a look at an old report touched would otherwise stay for weeks. A mapping that ends meanwhile
// does no harm: unlike MADV_DONTNEED this advice never loses a byte, whatever has taken its place.
func forgetFiles(dir string) {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer func() { _ = maps.Close() }()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		from, size, ok := mappedBelow(lines.Text(), dir)
		if ok {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, size, madvPageout)
		}
	}
}

// mappedBelow reads a line of /proc/self/maps, such as "7f00-7f10 rw-s 0 fe:00 12  /var/lib/rouse/data/000001.sst".
func mappedBelow(line, dir string) (from, size uintptr, ok bool) {
	fields := strings.SplitN(line, " ", 6)
	if len(fields) < 6 || !strings.HasPrefix(strings.TrimLeft(fields[5], " "), strings.TrimSuffix(dir, "/")+"/") {
		return 0, 0, false
	}
	low, high, _ := strings.Cut(fields[0], "-")
	a, err := strconv.ParseUint(low, 16, strconv.IntSize)
	if err != nil {
		return 0, 0, false
	}
	b, err := strconv.ParseUint(high, 16, strconv.IntSize)
	return uintptr(a), uintptr(b - a), err == nil && b > a
}
