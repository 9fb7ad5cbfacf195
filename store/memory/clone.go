package memory

import (
	"reflect"
	"sync"
	"time"
)

// in is a copy that shares nothing with v, its times as every store keeps them: to the microsecond, in UTC.
func in[T any](v T) *T {
	copierOf(reflect.TypeFor[T]()).in(reflect.ValueOf(&v).Elem())
	return &v
}

// out is a copy of a row, for a reader to do with as it likes.
func out[T any](row any) T {
	v := *row.(*T)
	if c := copierOf(reflect.TypeFor[T]()); c.out != nil {
		c.out(reflect.ValueOf(&v).Elem())
	}
	return v
}

// copier parts a value from the one that it was copied from, in place; nil: a plain copy shares nothing. in mends times, too.
type copier struct{ in, out func(reflect.Value) }

var copiers sync.Map // reflect.Type to *copier

func copierOf(t reflect.Type) *copier {
	if c, ok := copiers.Load(t); ok {
		return c.(*copier)
	}
	c := newCopier(t)
	copiers.Store(t, c)
	return c
}

func newCopier(t reflect.Type) *copier {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &copier{in: func(v reflect.Value) {
			p := v.Addr().Interface().(*time.Time)
			*p = p.Round(0).UTC().Truncate(time.Microsecond)
		}}
	case t.Kind() == reflect.Struct:
		return structCopier(t)
	case t.Kind() == reflect.Slice:
		return sliceCopier(t)
	case t.Kind() == reflect.Map:
		return mapCopier(t)
	case t.Kind() == reflect.Pointer:
		return pointerCopier(t)
	case t.Kind() == reflect.Interface, t.Kind() == reflect.Func, t.Kind() == reflect.Chan:
		panic("memory: a record cannot have a " + t.String())
	}
	return &copier{}
}

func structCopier(t reflect.Type) *copier {
	type part struct {
		field int
		do    func(reflect.Value)
	}
	var ins, outs []part
	for k := range t.NumField() {
		c := copierOf(t.Field(k).Type)
		if c.in != nil {
			ins = append(ins, part{k, c.in})
		}
		if c.out != nil {
			outs = append(outs, part{k, c.out})
		}
	}
	each := func(parts []part) func(reflect.Value) {
		if len(parts) == 0 {
			return nil
		}
		return func(v reflect.Value) {
			for _, p := range parts {
				p.do(v.Field(p.field))
			}
		}
	}
	return &copier{in: each(ins), out: each(outs)}
}

func sliceCopier(t reflect.Type) *copier {
	c := copierOf(t.Elem())
	each := func(do func(reflect.Value)) func(reflect.Value) {
		return func(v reflect.Value) {
			if v.IsNil() {
				return
			}
			fresh := reflect.MakeSlice(t, v.Len(), v.Len())
			reflect.Copy(fresh, v)
			for k := range v.Len() {
				if do != nil {
					do(fresh.Index(k))
				}
			}
			v.Set(fresh)
		}
	}
	return &copier{in: each(c.in), out: each(c.out)}
}

func mapCopier(t reflect.Type) *copier {
	c := copierOf(t.Elem())
	each := func(do func(reflect.Value)) func(reflect.Value) {
		return func(v reflect.Value) {
			if v.IsNil() {
				return
			}
			fresh := reflect.MakeMapWithSize(t, v.Len())
			for entry := v.MapRange(); entry.Next(); {
				val := reflect.New(t.Elem()).Elem()
				val.Set(entry.Value())
				if do != nil {
					do(val)
				}
				fresh.SetMapIndex(entry.Key(), val)
			}
			v.Set(fresh)
		}
	}
	return &copier{in: each(c.in), out: each(c.out)}
}

func pointerCopier(t reflect.Type) *copier {
	c := copierOf(t.Elem())
	each := func(do func(reflect.Value)) func(reflect.Value) {
		return func(v reflect.Value) {
			if v.IsNil() {
				return
			}
			fresh := reflect.New(t.Elem())
			fresh.Elem().Set(v.Elem())
			if do != nil {
				do(fresh.Elem())
			}
			v.Set(fresh)
		}
	}
	return &copier{in: each(c.in), out: each(c.out)}
}
