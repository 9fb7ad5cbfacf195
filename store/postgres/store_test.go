package postgres

import (
	"testing"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

func TestStore(t *testing.T) {
	places := map[store.Store]string{}
	opened := func(t *testing.T, at string) store.Store {
		s := open1(t, at, Options{})
		places[s] = at
		return s
	}
	storetest.Run(t, func(t *testing.T) store.Store { return opened(t, place(t)) }, storetest.Options{
		Locks: true,
		Reopen: func(t *testing.T, s store.Store) store.Store {
			if err := s.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
			return opened(t, places[s])
		},
	})
}
