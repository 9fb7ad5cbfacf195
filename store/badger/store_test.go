package badger

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

func open1(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return s
}

func TestStoreOnDisk(t *testing.T) {
	dirs := map[store.Store]string{}
	opened := func(t *testing.T, dir string) store.Store {
		s := open1(t, dir, Options{})
		dirs[s] = dir
		return s
	}
	storetest.Run(t, func(t *testing.T) store.Store { return opened(t, t.TempDir()) }, storetest.Options{
		Reopen: func(t *testing.T, s store.Store) store.Store {
			if err := s.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
			return opened(t, dirs[s])
		},
		Restore: func(t *testing.T, r io.Reader) store.Store {
			dir := filepath.Join(t.TempDir(), "restored")
			if err := Restore(dir, r); err != nil {
				t.Fatalf("Restore: %v", err)
			}
			return opened(t, dir)
		},
	})
}

// memory opens stores that touch no disk but for a restore.
func memory(t *testing.T) store.Store { return open1(t, "", Options{InMemory: true}) }

func restoreOnDisk(t *testing.T, r io.Reader) store.Store {
	dir := filepath.Join(t.TempDir(), "restored")
	if err := Restore(dir, r); err != nil {
		t.Fatalf("Restore: %v", err)
	}
	return open1(t, dir, Options{})
}

func TestStoreInMemory(t *testing.T) {
	storetest.Run(t, memory, storetest.Options{Restore: restoreOnDisk})
}

func TestStoreRerun(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return storetest.Rerun(memory(t)) }, storetest.Options{
		Reruns:  true,
		Restore: func(t *testing.T, r io.Reader) store.Store { return storetest.Rerun(restoreOnDisk(t, r)) },
	})
}
