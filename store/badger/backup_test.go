package badger

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/store"
)

var update = flag.Bool("update", false, "write the golden store of the current layout again")

func backup(t *testing.T, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(context.Background(), &b); err != nil {
		t.Fatalf("Backup: %v", err)
	}
	return b.Bytes()
}

func TestBackupHeader(t *testing.T) {
	at := time.Date(2026, 11, 23, 4, 5, 6, 7000, time.UTC)
	s := open1(t, "", Options{InMemory: true, Now: func() time.Time { return at }})
	defer s.Close()
	commits(t, s, 3)
	seq, err := s.sequence()
	if err != nil {
		t.Fatal(err)
	}
	want := Header{Schema: schemaVersion, At: at, Sequence: seq}
	if h, err := Verify(bytes.NewReader(backup(t, s))); err != nil || h != want {
		t.Errorf("Verify: got %+v, error %v; want %+v", h, err, want)
	}
	if text := want.String(); !strings.Contains(text, "2026-11-23T04:05:06Z") || !strings.Contains(text, fmt.Sprint("commit ", seq)) {
		t.Errorf("header in words: got %q", text)
	}
}

func TestDamagedBackupIsRefused(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	commits(t, s, 2)
	whole := backup(t, s)
	dir := filepath.Join(t.TempDir(), "store")
	for at := range whole {
		b := bytes.Clone(whole)
		b[at] ^= 1 << (at % 8)
		if _, err := Verify(bytes.NewReader(b)); !errors.Is(err, ErrBackup) {
			t.Fatalf("byte %d of %d changed: got %v, want ErrBackup", at, len(whole), err)
		}
		if _, err := Verify(bytes.NewReader(whole[:at])); !errors.Is(err, ErrBackup) {
			t.Fatalf("cut at %d of %d: got %v, want ErrBackup", at, len(whole), err)
		}
	}
	for name, b := range map[string][]byte{
		"empty": nil, "no header": whole[40:], "cut": whole[:len(whole)-1], "one byte more": append(bytes.Clone(whole), 0),
		"a changed record": bytes.Replace(whole, []byte("xxxx"), []byte("yyyy"), 1),
	} {
		if err := Restore(dir, bytes.NewReader(b)); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: got %v, want ErrBackup", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, dataDir)); err == nil {
			t.Errorf("%s: the directory holds a store all the same", name)
		}
	}
	if err := Restore(dir, bytes.NewReader(whole)); err != nil { // what failed before stands in nobody's way
		t.Fatalf("Restore: %v", err)
	}
	r := open1(t, dir, Options{})
	defer r.Close()
	if n := counted(t, r); n != 2 {
		t.Errorf("got %d commits, want 2", n)
	}
}

func TestRestoreRefusesWhatIsThere(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	commits(t, s, 1)
	b := backup(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	overwrite(t, filepath.Join(foreign, "mine.txt"), []byte("x"))
	for _, dir := range []string{s.dir, foreign} {
		if err := Restore(dir, bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("Restore into %s: got %v, want that it is not empty", dir, err)
		}
	}
	again := open1(t, s.dir, Options{})
	defer again.Close()
	if n := counted(t, again); n != 1 {
		t.Errorf("the store that was there has %d commits, want 1", n)
	}
}

func TestRestoreContinuesTheSequence(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	commits(t, s, 50)
	want, err := s.sequence()
	if err != nil {
		t.Fatal(err)
	}
	b := backup(t, s)
	s.Close()
	dir := filepath.Join(t.TempDir(), "store")
	if err := Restore(dir, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if marked, err := readMark(dir); err != nil || marked != want {
		t.Errorf("mark: got %d, error %v; want %d", marked, err, want)
	}
	r := open1(t, dir, Options{})
	defer r.Close()
	if seq, err := r.sequence(); err != nil || seq != want {
		t.Errorf("sequence: got %d, error %v; want %d", seq, err, want)
	}
	if note := noted(t, r, store.NoteRestored); note != fmt.Sprintf("from a backup at commit %d", want) {
		t.Errorf("note: got %q", note)
	}
	commits(t, r, 1)
	copied := crash(t, r, true) // and what it writes from now on is guarded as well
	open1(t, copied, Options{}).Close()
}

// TestRestoreCutShort leaves what a crash in the middle of a restore leaves.
func TestRestoreCutShort(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	commits(t, s, 5)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, restoreDir), 0o700); err != nil {
		t.Fatal(err)
	}
	m, err := newMark(dir, 3)
	if err := errors.Join(err, m.close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("Open: got %v, want that the restore was cut short", err)
	}
	if err := Restore(dir, bytes.NewReader(backup(t, s))); err != nil {
		t.Fatalf("Restore again: %v", err)
	}
	r := open1(t, dir, Options{})
	defer r.Close()
	if n := counted(t, r); n != 5 {
		t.Errorf("got %d commits, want 5", n)
	}
}

// TestRestoreLarge restores more than one of Badger's transactions can hold.
func TestRestoreLarge(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	for k := range 8 {
		if err := put(s, fmt.Sprint("large-", k), strings.Repeat("x", 900<<10)); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "store")
	if err := Restore(dir, bytes.NewReader(backup(t, s))); err != nil {
		t.Fatal(err)
	}
	r := open1(t, dir, Options{})
	defer r.Close()
	for k := range 8 {
		if got := noted(t, r, fmt.Sprint("large-", k)); len(got) != 900<<10 {
			t.Errorf("note %d: got %d bytes", k, len(got))
		}
	}
}

func FuzzVerify(f *testing.F) {
	s, err := Open("", Options{InMemory: true})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := errors.Join(put(s, "n", "x"), s.Backup(context.Background(), &b), s.Close()); err != nil {
		f.Fatal(err)
	}
	whole := b.Bytes()
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(append(Header{Schema: 1, Sequence: 1}.bytes(), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Verify(bytes.NewReader(b)); err != nil && !errors.Is(err, ErrBackup) {
			t.Errorf("got %v, want nil or ErrBackup", err)
		}
	})
}

// golden is what the golden stores hold, all of them.
func golden(tx store.Tx) error {
	at := time.Date(2026, 11, 23, 12, 0, 0, 123456000, time.UTC)
	i := incident.Incident{Number: 1, State: incident.Acknowledged, Title: "HighErrorRate", Service: "web", Team: "core", GroupKey: "{}:{}", CreatedAt: at, WakeAt: at.Add(time.Hour), ReopenWindow: time.Minute}
	a := store.Alert{Alert: alert.Alert{Integration: "am", Key: "k", State: alert.Firing, Labels: alert.Labels{"a": "b"}}, Incidents: []int64{1}, FirstAt: at}
	p := store.Page{State: store.Accepted, NextAt: at.Add(time.Minute), Provider: "twilio", ProviderID: "SM1", UpdatedAt: at}
	p.ID, p.Incident = "1/1/0/0/ana/sms", 1
	n, err1 := tx.NextNumber()
	_, err2 := tx.PutAct(store.Act{At: at, Verb: "override.add"})
	_, err3 := tx.AddCounter("sms", n)
	return errors.Join(err1, err2, err3, tx.PutIncident(i), tx.PutAlert(a), tx.PutPage(p), tx.MarkSeen("seen", at),
		tx.Append(1, []incident.Entry{{Seq: 1, At: at, Kind: incident.DidOpen, What: "opened"}}),
		tx.PutNote("version", "v1"), tx.PutContact(store.Contact{Address: "+41790000001", Fails: 1}), tx.PutChange(alert.Change{Summary: "deploy", At: at}))
}

// golden2 is what those from layout 2 on hold besides.
func golden2(tx store.Tx) error {
	at := time.Date(2026, 11, 23, 12, 0, 0, 123456000, time.UTC)
	i := incident.Incident{Number: 2, State: incident.Closed, Title: "Disk full", Service: "db", CreatedAt: at, UpdatedAt: at, GroupLabels: map[string]string{"a": "b"}}
	i.MitigatedAt, i.Satisfied = at.Add(time.Minute), 4
	i.Rule, i.Said, i.Acts, i.Pings = "DiskFull", "deleted old logs", 2, []incident.Ping{{User: "ana", At: at}}
	i.Clocks = []incident.Clock{{Told: 50, Reading: sla.Reading{SLA: "gold", Kind: sla.Response, Calendar: "always", Stage: sla.Done, Target: time.Hour, StartAt: at, Elapsed: time.Second}}}
	n, err := tx.NextProblem()
	return errors.Join(err, tx.PutIncident(i), tx.PutReview(review.Review{Incident: 2, State: review.StateDraft, WakeAt: at}),
		tx.PutProblem(problem.Problem{Number: n, State: problem.StateOpen, Title: "Disks fill up"}),
		tx.PutSubscriber(store.Subscriber{ID: "s1", Service: "db", Recipient: incident.Recipient{Address: "bo@example.com"}, At: at}))
}

// describe is what a reader of that store sees, as text.
func describe(tx store.Tx) (string, error) {
	i, err1 := tx.LatestOf("web", "{}:{}")
	members, err2 := tx.AlertsOf(1, alert.ID{}, 0)
	p, err3 := tx.PageByProvider("twilio", "SM1")
	wake, err4 := tx.NextWake()
	next, err5 := tx.NextPage()
	line, err6 := tx.Timeline(1)
	c, err7 := tx.Contact("+41790000001")
	changes, err8 := tx.Changes(time.Time{}, 0)
	acts, err9 := tx.Acts(0, 0)
	count, err10 := tx.Counter("sms")
	open, err11 := tx.OpenNumbers()
	note, err12 := tx.Note("version")
	for k := range acts { // those of layout 1 have no chain yet
		acts[k].Hash = ""
	}
	text := fmt.Sprintln(i, members, p, wake, next, line, c, changes, acts, count, open, note)
	return text, errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12)
}

// describe2 is what a reader sees of the rest.
func describe2(tx store.Tx) (string, error) {
	var facts []incident.Facts
	err1 := tx.EachFacts(store.Filter{}, func(f *incident.Facts) error { facts = append(facts, *f); return nil })
	r, err2 := tx.Review(2)
	wake, err3 := tx.NextReview()
	problems, err4 := tx.Problems()
	subscribers, err5 := tx.Subscribers()
	last, err6 := tx.LastAct()
	return fmt.Sprintf("%+v\n", []any{facts, r, wake, problems, subscribers, last}), errors.Join(err1, err2, err3, err4, err5, err6)
}

func described(t *testing.T, s *Store, describe func(tx store.Tx) (string, error)) string {
	t.Helper()
	var text string
	if err := s.View(context.Background(), func(tx store.Tx) (err error) { text, err = describe(tx); return err }); err != nil {
		t.Fatalf("View: %v", err)
	}
	return text
}

// TestGolden reads stores that were written when their layouts were made.
func TestGolden(t *testing.T) {
	fresh := open1(t, "", Options{InMemory: true})
	defer fresh.Close()
	if err := errors.Join(fresh.Update(context.Background(), golden), fresh.Update(context.Background(), golden2)); err != nil {
		t.Fatal(err)
	}
	if *update {
		name := filepath.Join("testdata", fmt.Sprintf("layout-%d.backup", schemaVersion))
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(name, backup(t, fresh), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for layout := 1; layout <= schemaVersion; layout++ {
		b, err := os.ReadFile(filepath.Join("testdata", fmt.Sprintf("layout-%d.backup", layout)))
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "store")
		if err := Restore(dir, bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		s := open1(t, dir, Options{})
		defer s.Close()
		if got, want := described(t, s, describe), described(t, fresh, describe); got != want {
			t.Errorf("the store of layout %d reads\n%s\nwant\n%s", layout, got, want)
		}
		if layout == 1 {
			continue
		}
		if got, want := described(t, s, describe2), described(t, fresh, describe2); got != want {
			t.Errorf("the store of layout %d reads\n%s\nwant\n%s", layout, got, want)
		}
	}
}

// TestFailedRestoreLeavesNothing: a directory into which a broken backup was to go is as empty afterwards as before.
func TestFailedRestoreLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if err := Restore(dir, strings.NewReader("this is no backup")); err == nil {
		t.Fatal("restored from what is no backup")
	}
	names, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range names {
		t.Errorf("%s is left", e.Name())
	}
}
