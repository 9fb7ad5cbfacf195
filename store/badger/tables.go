package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
	"golang.org/x/sync/errgroup"
)

// checkTables verifies every table that the manifest names and returns the highest commit in them. Badger would not do:
// it ends the process, at best, where a table is damaged, and its compaction drops blocks that it cannot read.
func checkTables(data string, o badger.Options) (last uint64, err error) {
	m, err := readManifest(data, o)
	if err != nil {
		return 0, err
	}
	var highest atomic.Uint64
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for id, t := range m.Tables {
		g.Go(func() error {
			name := table.NewFilename(id, data)
			n, err := checkTable(name, id, t)
			if err != nil {
				return damaged(name, err)
			}
			for was := highest.Load(); was < n && !highest.CompareAndSwap(was, n); {
				was = highest.Load()
			}
			return nil
		})
	}
	err = g.Wait()
	return highest.Load(), err
}

// readManifest reads which tables there are. Badger removes those that are not named, so a manifest must not be missing.
func readManifest(data string, o badger.Options) (m badger.Manifest, err error) {
	name := filepath.Join(data, badger.ManifestFilename)
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		names, err := filesIn(data, ".sst")
		if err == nil && len(names) > 0 {
			err = damaged(name, errors.New("it is missing, though there are tables"))
		}
		return m, err
	}
	if err != nil {
		return m, err
	}
	m, _, err = badger.ReplayManifestFile(f, o.ExternalMagicVersion, o)
	if err := errors.Join(err, f.Close()); err != nil {
		return m, damaged(name, err)
	}
	return m, nil
}

// checkManifest is asked when commits are missing. A whole table that holds some of them, and is not named, was forgotten:
// it is the manifest that is damaged, and Badger must not remove the table.
func checkManifest(data string, o badger.Options, have uint64) error {
	m, err := readManifest(data, o)
	if err != nil {
		return err
	}
	names, err := filesIn(data, ".sst")
	for _, name := range names {
		id, ok := table.ParseFileID(name)
		if _, named := m.Tables[id]; !ok || named {
			continue
		}
		last, err := checkTable(name, id, badger.TableManifest{Compression: o.Compression})
		if err == nil && last > have {
			return damaged(filepath.Join(data, badger.ManifestFilename),
				fmt.Errorf("it does not name %s, which holds commit %d", filepath.Base(name), last))
		}
	}
	return err
}

// checkTable verifies one table and returns the highest commit in it.
func checkTable(name string, id uint64, m badger.TableManifest) (last uint64, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	if err := checkIndex(b); err != nil {
		return 0, err
	}
	defer func() { // the table package trusts what it reads
		if v := recover(); v != nil {
			err = fmt.Errorf("one of its blocks cannot be read: %v", v)
		}
	}()
	t, err := table.OpenInMemoryTable(b, id, &table.Options{
		BlockSize: 4 << 10, Compression: m.Compression, ChkMode: options.OnBlockRead,
	})
	if err != nil {
		return 0, err
	}
	return t.MaxVersion(), t.VerifyChecksum()
}

// damaged says that the store cannot go on without a file, whatever loss is accepted: others rely on what it held. What
// Badger says of it may be long; its first line will do.
func damaged(name string, err error) error {
	why, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return fmt.Errorf("%s is damaged (%s). Nothing was changed, and nothing can go on without it: "+
		"restore a backup into an empty directory with rouse restore, or move this store away and begin anew", name, why)
}

var errIndex = errors.New("its index does not fit its checksum")

// checkIndex verifies the index of a table: blocks, index, its length, checksum, length of that. Badger ends the process
// when these lengths are wrong.
func checkIndex(b []byte) error {
	sum, b, ok := cutSized(b)
	if !ok {
		return errIndex
	}
	index, _, ok := cutSized(b)
	if want, known := checksumOf(sum); !ok || !known || want != uint64(crc32.Checksum(index, castagnoli)) {
		return errIndex
	}
	return nil
}

// cutSized cuts a length of four bytes from the end, and then as many bytes as it says.
func cutSized(b []byte) (last, rest []byte, ok bool) {
	at := len(b) - 4
	if at < 0 {
		return nil, nil, false
	}
	n := int64(binary.BigEndian.Uint32(b[at:]))
	if n > int64(at) {
		return nil, nil, false
	}
	return b[int64(at)-n : at], b[:int64(at)-n], true
}

// checksumOf reads Badger's protobuf message Checksum{algo = 1, sum = 2}; CRC-32C is algorithm 0.
func checksumOf(b []byte) (sum uint64, ok bool) {
	for len(b) > 0 {
		v, used := binary.Uvarint(b[1:])
		if used <= 0 {
			return 0, false
		}
		switch {
		case b[0] == 0x10:
			sum = v
		case b[0] != 0x08 || v != 0:
			return 0, false
		}
		b = b[1+used:]
	}
	return sum, true
}
