package storetest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/rouse/rouse/store"
)

// TestEveryCallCanFail: a method that is new to store.Tx is to be one that can be made to fail, too. Without a transaction behind
// it, one that is not would be a panic.
func TestEveryCallCanFail(t *testing.T) {
	broken, c := errors.New("broken"), Calls(nil)
	tx := reflect.ValueOf(&callTx{c: c})
	all := reflect.TypeFor[store.Tx]()
	for k := range all.NumMethod() {
		m := all.Method(k)
		in := make([]reflect.Value, m.Type.NumIn())
		for j := range in {
			in[j] = reflect.Zero(m.Type.In(j))
		}
		c.FailAt(1, broken)
		out := tx.MethodByName(m.Name).Call(in)
		if err, _ := out[len(out)-1].Interface().(error); !errors.Is(err, broken) || c.Failed() != m.Name {
			t.Errorf("%s: %v, by %q", m.Name, err, c.Failed())
		}
	}
}
