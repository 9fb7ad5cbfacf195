package memory

import (
	"testing"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return New() }, storetest.Options{Locks: true})
}

func TestStoreRerun(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return storetest.Rerun(New()) }, storetest.Options{Locks: true, Reruns: true})
}
