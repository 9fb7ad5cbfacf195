package rota_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/rota"
)

var update = flag.Bool("update", false, "write the golden files anew")

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// office is a schedule with all that a drawing can show, in the weeks in which Madrid's clocks go back.
func office(t testing.TB) *oncall.Roster {
	madrid := zone(t, "Europe/Madrid")
	at := func(day, minute int) time.Time {
		return oncall.Wall(madrid, oncall.Date{Year: 2026, Month: time.October, Day: day}, minute)
	}
	everyday := [7]bool{true, true, true, true, true, true, true}
	workday := [7]bool{false, true, true, true, true, true, false}
	s := &oncall.Schedule{ID: "payments", Team: "shop", Zone: madrid, Layers: []oncall.Layer{
		{Name: "follow-the-sun-east", Users: []oncall.UserID{"ana", "bo"}, Rotation: oncall.Rotation{Unit: oncall.Weekly},
			Start: oncall.Date{Year: 2026, Month: 1, Day: 5}, Handoff: oncall.Handoff{Weekday: time.Monday, HasDay: true, Minute: 540},
			Hours: []oncall.WeeklyHours{{Days: everyday, From: 360, To: 1080}}},
		{Name: "west", Users: []oncall.UserID{"cy"}, Rotation: oncall.Rotation{Unit: oncall.Weekly},
			Start: oncall.Date{Year: 2026, Month: 1, Day: 5}, Hours: []oncall.WeeklyHours{{Days: workday, From: 1080, To: 360}}},
	}, Overrides: []oncall.Override{{Schedule: "payments", User: "cy", From: at(24, 360), To: at(25, 360), Reason: "holiday <b>&"}}}
	users := []oncall.User{
		{ID: "ana", Name: "Ana Ruiz", Zone: madrid, Leave: []oncall.Leave{{User: "ana", From: at(28, 0), To: at(30, 0), Reason: "wedding"}}},
		{ID: "bo", Name: "Bo Lind", Zone: madrid}, {ID: "cy", Name: "Cy Okafor", Zone: zone(t, "America/New_York")},
	}
	r := oncall.NewRoster(users, nil, []*oncall.Schedule{s}, nil, "")
	return r.WithOverrides([]oncall.Override{{ID: "ov-1", Schedule: "payments", User: "bo", From: at(31, 1080), To: at(31, 1200), Reason: "swap", By: "ana", At: at(20, 0)}})
}

func drawn(t testing.TB) rota.Rota {
	madrid := zone(t, "Europe/Madrid")
	from := oncall.Wall(madrid, oncall.Date{Year: 2026, Month: time.October, Day: 19}, 0)
	to := oncall.Wall(madrid, oncall.Date{Year: 2026, Month: time.November, Day: 2}, 0)
	v, ok := rota.Of(office(t), "payments", from, to, from.Add(33*time.Hour))
	if !ok {
		t.Fatal("there is no such schedule")
	}
	return v
}

// golden compares with a file of testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test ./oncall/rota -update writes it anew. Got:\n%s", path, got)
	}
}

func TestDrawings(t *testing.T) {
	v := drawn(t)
	golden(t, "wide.txt", []byte(v.Text(rota.Look{Width: 120})))
	golden(t, "narrow.txt", []byte(v.Text(rota.Look{Width: 20})))
	golden(t, "colour.txt", []byte(v.Text(rota.Look{Width: 80, Colour: true})))
	golden(t, "rota.svg", v.SVG(rota.Picture{}))
	text, err := json.MarshalIndent(&v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "rota.json", append(text, '\n'))
	var again rota.Rota
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if again.Text(rota.Look{Width: 120}) != v.Text(rota.Look{Width: 120}) || !bytes.Equal(again.SVG(rota.Picture{}), v.SVG(rota.Picture{})) {
		t.Error("what was read from JSON is drawn differently")
	}
	if inline := string(v.SVG(rota.Picture{Inline: true})); strings.Contains(inline, "<style") || strings.Contains(inline, "style=") {
		t.Error("a picture for a page has styles of its own, which the page's policy refuses")
	}
}

// A picture is well-formed, whatever people are called and wherever the drawing begins and ends.
func TestPicturesAreXML(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.String().Draw(rt, "name")
		where := zone(t, rapid.SampledFrom([]string{"UTC", "Europe/Madrid", "Pacific/Apia", "Australia/Lord_Howe", "America/St_Johns"}).Draw(rt, "zone"))
		from := time.Unix(rapid.Int64Range(1.2e9, 2.1e9).Draw(rt, "from"), 0)
		s := &oncall.Schedule{ID: oncall.ScheduleID(name), Zone: where, Layers: []oncall.Layer{{
			Name: name, Users: []oncall.UserID{"u", oncall.UserID(name)}, Rotation: oncall.Rotation{Unit: oncall.Daily},
			Start: oncall.DateOf(from), Hours: []oncall.WeeklyHours{{Days: [7]bool{true, false, true, true, false, true, true}, From: 60, To: rapid.IntRange(61, 1440).Draw(rt, "to")}},
		}}}
		r := oncall.NewRoster([]oncall.User{{ID: "u", Name: name, Zone: where}}, nil, []*oncall.Schedule{s}, nil, "")
		v, _ := rota.Of(r, s.ID, from, from.Add(time.Duration(rapid.Int64Range(1, 40*86400).Draw(rt, "for"))*time.Second), from.Add(time.Hour))
		v.Text(rota.Look{Width: rapid.IntRange(-1, 300).Draw(rt, "width"), Colour: rapid.Bool().Draw(rt, "colour")})
		for d := xml.NewDecoder(bytes.NewReader(v.SVG(rota.Picture{}))); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				rt.Fatalf("%v in\n%s", err, v.SVG(rota.Picture{}))
			}
		}
	})
}

// The lane of who is on call and the gaps are what At says at every instant.
func TestLanesSayWhatAtSays(t *testing.T) {
	r, v := office(t), drawn(t)
	s, _ := r.Schedule("payments")
	final := v.Lanes[len(v.Lanes)-1]
	for at := v.From; at.Before(v.To); at = at.Add(7 * time.Minute) {
		var want, got string
		for _, u := range s.At(at) {
			want = string(u)
		}
		for _, b := range final.Bars {
			if !at.Before(b.From) && at.Before(b.To) {
				got = b.User
			}
		}
		gap := false
		for _, g := range v.Gaps {
			gap = gap || !at.Before(g.From) && at.Before(g.To)
		}
		if got != want || gap != (want == "") {
			t.Fatalf("at %v: drawn %q, gap %t; At says %q", at, got, gap, want)
		}
	}
}

func TestUnknownSchedule(t *testing.T) {
	if _, ok := rota.Of(office(t), "zzz", time.Unix(0, 0), time.Unix(1, 0), time.Time{}); ok {
		t.Error("a schedule that is not there was drawn")
	}
}
