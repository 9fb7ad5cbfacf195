package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

var recordTests = []test{
	{name: "every field is kept", run: everyField},
	{name: "times are microseconds in UTC", run: timesInMicros},
	{name: "zero is zero", run: zeroIsZero},
	{name: "any text is kept", run: anyText},
	{name: "text that is not UTF-8 is not refused", run: notUTF8},
	{name: "nothing is shared", run: nothingShared},
	{name: "large records are kept", run: largeKept},
	{name: "a record is kept or refused whole", run: tooLarge},
}

// filler gives every field it meets a value of its own.
type filler struct {
	n    int
	when func(n int) time.Time
}

var timeType = reflect.TypeFor[time.Time]()

// fill sets everything that v reaches: fields added to a type later are tested from then on.
func (f *filler) fill(v reflect.Value) {
	f.n++
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(f.when(f.n)))
	case v.Kind() == reflect.Struct:
		for k := range v.NumField() {
			f.fill(v.Field(k))
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0))
		f.fill(v.Index(1))
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key)
		f.fill(val)
		v.SetMapIndex(key, val)
	default:
		f.scalar(v)
	}
}

func (f *filler) scalar(v reflect.Value) {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprint("text ", f.n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(int64(f.n))
	case v.CanUint():
		v.SetUint(uint64(f.n))
	case v.CanFloat():
		v.SetFloat(float64(f.n) + 0.5)
	default:
		panic("storetest: teach filler to fill " + v.Type().String())
	}
}

func filled[T any](when func(n int) time.Time) T {
	var v T
	(&filler{when: when}).fill(reflect.ValueOf(&v).Elem())
	return v
}

// everything is one record of each kind.
type everything struct {
	Alert      store.Alert
	Incident   incident.Incident
	Entry      incident.Entry
	Page       store.Page
	Override   oncall.Override
	Silence    router.Silence
	Contact    store.Contact
	Beat       store.Beat
	Change     alert.Change
	Act        store.Act
	Review     review.Review
	Problem    problem.Problem
	Subscriber store.Subscriber
}

// kept is e as it is read back, of an audit log that was empty.
func (e everything) kept() everything {
	e.Act.Seq, e.Act.Erased = 1, false
	e.Act.Hash = store.Chain("", e.Act)
	return e
}

func (e *everything) put(tx store.Tx) error {
	_, err := tx.PutAct(e.Act)
	return all(err, tx.PutAlert(e.Alert), tx.PutIncident(e.Incident), tx.Append(e.Incident.Number, []incident.Entry{e.Entry}), tx.PutPage(e.Page),
		tx.PutOverride(e.Override), tx.PutSilence(e.Silence), tx.PutContact(e.Contact), tx.PutBeat(e.Beat), tx.PutChange(e.Change),
		tx.PutReview(e.Review), tx.PutProblem(e.Problem), tx.PutSubscriber(e.Subscriber))
}

// fetch reads what e names.
func (e *everything) fetch(tx store.Tx) (got everything, err error) {
	var errs [13]error
	got.Alert, errs[0] = tx.Alert(e.Alert.ID())
	got.Incident, errs[1] = tx.Incident(e.Incident.Number)
	got.Entry, errs[2] = only(tx.Timeline(e.Incident.Number))
	got.Page, errs[3] = tx.Page(e.Page.ID)
	got.Override, errs[4] = only(tx.Overrides())
	got.Silence, errs[5] = tx.Silence(e.Silence.ID)
	got.Contact, errs[6] = tx.Contact(e.Contact.Address)
	got.Beat, errs[7] = only(tx.Beats())
	got.Change, errs[8] = only(tx.Changes(time.Time{}, 0))
	got.Act, errs[9] = only(tx.Acts(0, 0))
	got.Review, errs[10] = tx.Review(e.Review.Incident)
	got.Problem, errs[11] = tx.Problem(e.Problem.Number)
	got.Subscriber, errs[12] = only(tx.Subscribers())
	return got, errors.Join(errs[:]...)
}

func only[T any](list []T, err error) (T, error) {
	if len(list) == 1 {
		return list[0], err
	}
	var none T
	return none, errors.Join(err, fmt.Errorf("got %d records, want 1", len(list)))
}

func everyField(h *harness) {
	want := filled[everything](func(n int) time.Time { return at(n).Add(time.Duration(n) * time.Microsecond) })
	h.update(want.put)
	want = want.kept()
	same(h, "records", read(h, want.fetch), want)
	h.update(func(tx store.Tx) error { // and they survive being read and written again
		got, err := want.fetch(tx)
		return all(err, tx.PutAlert(got.Alert), tx.PutIncident(got.Incident), tx.PutPage(got.Page), tx.PutContact(got.Contact), tx.PutReview(got.Review), tx.PutProblem(got.Problem))
	})
	same(h, "records again", read(h, want.fetch), want)
}

func timesInMicros(h *harness) {
	zone := time.FixedZone("east", 2*3600+1800)
	put := filled[everything](func(n int) time.Time { return at(n).Add(time.Duration(n)*time.Microsecond + 999).In(zone) })
	want := filled[everything](func(n int) time.Time { return at(n).Add(time.Duration(n) * time.Microsecond) })
	h.update(put.put)
	got := read(h, put.fetch)
	same(h, "records", got, want.kept())
	eachTime(reflect.ValueOf(got), func(t time.Time) {
		if t.Location() != time.UTC {
			h.Errorf("a time came back in %v, want UTC: %v", t.Location(), t)
		}
	})
}

func eachTime(v reflect.Value, fn func(time.Time)) {
	switch {
	case v.Type() == timeType:
		fn(v.Interface().(time.Time))
	case v.Kind() == reflect.Struct:
		for k := range v.NumField() {
			eachTime(v.Field(k), fn)
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		eachTime(v.Elem(), fn)
	case v.Kind() == reflect.Slice:
		for k := range v.Len() {
			eachTime(v.Index(k), fn)
		}
	}
}

// bare is what has nothing but its identity.
func bare() everything {
	e := everything{}
	e.Alert.Key, e.Incident.Number, e.Page.ID, e.Override.ID, e.Silence.ID, e.Contact.Address, e.Beat.Name = "k", 1, "p", "o", "s", "+1", "b"
	e.Entry.Seq, e.Review.Incident, e.Problem.Number, e.Subscriber.ID = 1, 1, 1, "s"
	return e
}

func zeroIsZero(h *harness) {
	want := bare()
	h.update(want.put)
	got := read(h, want.fetch)
	same(h, "records", got, want.kept())
	eachTime(reflect.ValueOf(got), func(t time.Time) {
		if !t.IsZero() {
			h.Errorf("a time that was never set came back as %v", t)
		}
	})
}

func anyText(h *harness) {
	e := bare()
	e.Alert.Title = "quote \" back \\ null \x00 tab \t newline \n del \x7f"
	e.Alert.Labels = alert.Labels{"größe": "日本語 🔥", "": "empty name", "empty": "", "__proto__": "x", "a.b-c": "\u2028\u202e\ufeff"}
	e.Alert.Description = strings.Repeat("<script>&amp;'", 100)
	e.Incident.Title, e.Incident.GroupKey = "\ufffd \U0010ffff", "{}:{a=\"b\"}"
	e.Page.ID, e.Page.Text = "1/1/0/0/ä/sms", "ACK 42 ↵"
	h.update(e.put)
	same(h, "records", read(h, e.fetch), e.kept())
}

func notUTF8(h *harness) {
	e := bare()
	e.Alert.Title, e.Alert.Key = "caf\xe9 \xff\xfe", "caf\xe9"
	e.Alert.Labels = alert.Labels{"name": "\xc3\x28", "a\xff": "1", "a\xfe": "2"}
	h.update(func(tx store.Tx) error { return tx.PutAlert(e.Alert) })
	got := read(h, func(tx store.Tx) (store.Alert, error) { return tx.Alert(e.Alert.ID()) })
	same(h, "identity, to the byte", got.ID(), e.Alert.ID())
	if !strings.HasPrefix(got.Title, "caf") {
		h.Errorf("title: got %q, want what can be kept of %q", got.Title, e.Alert.Title)
	}
}

func nothingShared(h *harness) {
	a, i := firing("am", "a", 1), opened(1, "web", "g")
	i.Receivers = []string{"room"}
	h.update(func(tx store.Tx) error {
		if err := all(tx.PutAlert(a), tx.PutIncident(i)); err != nil {
			return err
		}
		labels := a.Labels["instance"]
		a.Labels["instance"], a.Incidents[0], i.Receivers[0] = "changed by its owner", 9, "changed"
		got, err1 := tx.Alert(a.ID())
		inc, err2 := tx.Incident(1)
		got.Labels["instance"], inc.Receivers[0] = "changed by a reader", "changed"
		a.Labels["instance"], a.Incidents[0], i.Receivers[0] = labels, 1, "room"
		return all(err1, err2)
	})
	got := read(h, func(tx store.Tx) (store.Alert, error) { return tx.Alert(a.ID()) })
	inc := read(h, func(tx store.Tx) (incident.Incident, error) { return tx.Incident(1) })
	same(h, "alert", got, firing("am", "a", 1))
	same(h, "receivers", inc.Receivers, []string{"room"})
}

func largeKept(h *harness) {
	e := bare()
	e.Alert.Description = strings.Repeat("0123456789abcdef", 12<<10) // 192 KiB
	e.Alert.Key = strings.Repeat("k", 1000)
	e.Incident.Note = strings.Repeat("n", 100<<10)
	h.update(e.put)
	same(h, "records", read(h, e.fetch), e.kept())
}

func tooLarge(h *harness) {
	a := firing("am", "a", 1)
	a.Description = strings.Repeat("x", 4<<20)
	err := h.s.Update(h.Context(), func(tx store.Tx) error { return tx.PutAlert(a) })
	switch {
	case err == nil:
		same(h, "alert", read(h, func(tx store.Tx) (store.Alert, error) { return tx.Alert(a.ID()) }), a)
	case errors.Is(err, store.ErrRecord):
		h.view(func(tx store.Tx) error {
			_, err := tx.Alert(a.ID())
			absent(h, "refused alert", err)
			return nil
		})
	default:
		h.Errorf("Update: got %v, want nil or store.ErrRecord", err)
	}
	h.update(func(tx store.Tx) error { return tx.PutAlert(firing("am", "a", 1)) }) // and the store goes on
}
