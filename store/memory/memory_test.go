package memory

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return New() }, storetest.Options{Locks: true})
}

func TestStoreRerun(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return storetest.Rerun(New()) }, storetest.Options{Locks: true, Reruns: true})
}

func TestDumpHasEveryRow(t *testing.T) {
	s := New()
	put := func(number int64, title string) string {
		t.Helper()
		err := s.Update(t.Context(), func(tx store.Tx) error {
			return tx.PutIncident(incident.Incident{Number: number, Title: title, State: incident.Triggered})
		})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := s.Dump(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	one, other := put(1, "Down"), put(1, "Up")
	if !strings.Contains(one, `"title":"Down"`) || one == other || other != put(1, "Up") {
		t.Errorf("dumps of a store with one incident, and of the same under another title:\n%s\n%s", one, other)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Dump(io.Discard); !errors.Is(err, store.ErrClosed) {
		t.Errorf("%v, want that it is closed", err)
	}
}
