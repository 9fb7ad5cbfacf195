package badger

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestDamagedTableIsRefused flips bits in everything that a closed store has: Open must fail, or everything must be there.
func TestDamagedTableIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open1(t, dir, Options{})
	for range 3 { // several tables
		commits(t, s, made)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open1(t, dir, Options{})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	names, _ := filepath.Glob(filepath.Join(dir, dataDir, "*"))
	found := 0
	for _, name := range names {
		if ext := filepath.Ext(name); ext != ".sst" && filepath.Base(name) != "MANIFEST" {
			continue
		}
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 25 {
			at := rng.IntN(len(whole))
			copied := filepath.Join(t.TempDir(), "store")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			b := bytes.Clone(whole)
			b[at] ^= 1 << rng.IntN(8)
			overwrite(t, filepath.Join(copied, dataDir, filepath.Base(name)), b)
			if intact(t, copied, fmt.Sprintf("%s, byte %d of %d", filepath.Base(name), at, len(b))) {
				continue
			}
			found++
		}
	}
	if found < 50 {
		t.Errorf("only %d damages were refused", found)
	}
}

// intact opens a damaged store; it may be refused (false), but never be short of anything (true).
func intact(t *testing.T, dir, what string) bool {
	t.Helper()
	defer os.RemoveAll(dir)
	s, err := Open(dir, Options{})
	if err != nil {
		return false
	}
	defer s.Close()
	if n := counted(t, s); n != 3*made {
		t.Errorf("%s: opened with %d commits of %d", what, n, 3*made)
	}
	return true
}
