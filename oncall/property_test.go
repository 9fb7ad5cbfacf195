package oncall

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Minutes of the day at which clocks are changed somewhere, and their neighbours.
var riskyMinutes = []int{0, 1, 30, 59, 60, 61, 90, 105, 119, 120, 121, 135, 150, 165, 179, 180, 181, 210, 240, 540, 1380, 1410, 1439, 1440}

func drawMinute(t *rapid.T, label string) int {
	return rapid.OneOf(rapid.SampledFrom(riskyMinutes), rapid.IntRange(0, 1440)).Draw(t, label)
}

func drawUsers(t *rapid.T, least int) []UserID {
	return rapid.SliceOfN(rapid.SampledFrom([]UserID{"ana", "bo", "cy", "di"}), least, 4).Draw(t, "users")
}

func drawHandoff(t *rapid.T) Handoff {
	return Handoff{
		Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")),
		HasDay:  rapid.Bool().Draw(t, "hasDay"),
		Day:     rapid.SampledFrom([]int{0, 0, 1, 15, 28, 29, 30, 31}).Draw(t, "day"),
		Minute:  drawMinute(t, "handoff"),
	}
}

func drawRotation(t *rapid.T) Rotation {
	return Rotation{
		Unit:  rapid.SampledFrom([]Unit{Hourly, Daily, Daily, Weekly, Weekly, Monthly, Every, Every, ""}).Draw(t, "unit"),
		Every: time.Duration(rapid.SampledFrom([]int{0, 59, 1260, 3600, 5400, 43200, 86400, 90000, 129630}).Draw(t, "every")) * time.Second,
	}
}

func drawHours(t *rapid.T) []WeeklyHours {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) WeeklyHours {
		h := WeeklyHours{From: min(drawMinute(t, "from"), 1439), To: drawMinute(t, "to")}
		for i := range h.Days {
			h.Days[i] = rapid.IntRange(0, 3).Draw(t, "on") > 0
		}
		return h
	}), 0, 2).Draw(t, "hours")
}

// drawLayer draws a layer whose first turn is at most 45 days before an instant, or a little after.
func drawLayer(t *rapid.T, near time.Time) Layer {
	return Layer{
		Users:    drawUsers(t, 0),
		Rotation: drawRotation(t),
		Start:    DateOf(near).AddDays(rapid.IntRange(-38, 1).Draw(t, "start")),
		Handoff:  drawHandoff(t),
		Hours:    drawHours(t),
	}
}

func drawOverrides(t *rapid.T, near time.Time, most int) []Override {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Override {
		from := near.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "from")) * time.Minute)
		length := time.Duration(rapid.Int64Range(-1e12, 1e14).Draw(t, "length"))
		o := Override{User: rapid.SampledFrom([]UserID{"ana", "bo", "cy", "di", ""}).Draw(t, "user"), From: from, To: from.Add(length)}
		if rapid.Bool().Draw(t, "runTime") {
			o.ID = fmt.Sprint("o", rapid.IntRange(0, 9).Draw(t, "id"))
			o.At = near.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "made")) * time.Hour)
		}
		o.Reason = rapid.SampledFrom([]string{"", "leave"}).Draw(t, "reason")
		return o
	}), 0, most).Draw(t, "overrides")
}

// oneUser is At's answer as a name, empty for nobody.
func oneUser(t *rapid.T, users []UserID) UserID {
	if len(users) > 1 {
		t.Fatalf("%v are on call at once", users)
	}
	return append(slices.Clone(users), "")[0]
}

// checkPartition demands that shifts cover [from, to) exactly, that neighbours differ, and that At and the oracle agree with
// each at its first and its last instant.
func checkPartition(t *rapid.T, s *Schedule, o *slow, shifts []Shift, from, to time.Time) {
	end := from
	for i, sh := range shifts {
		if !sh.From.Equal(end) || !sh.From.Before(sh.To) {
			t.Fatalf("shift %d of %v: from %v to %v does not follow %v", i, shifts, sh.From, sh.To, end)
		}
		if i > 0 && slices.Equal(sh.Users, shifts[i-1].Users) && sh.Override == shifts[i-1].Override {
			t.Fatalf("shifts %d and %d are one: %v", i-1, i, sh)
		}
		end = sh.To
		for _, at := range []time.Time{sh.From, sh.To.Add(-1)} {
			if got := s.At(at); !slices.Equal(got, sh.Users) {
				t.Fatalf("at %v: At says %v, the shift %v", at, got, sh)
			}
			user, override := o.who(at)
			if user != oneUser(t, sh.Users) || override != sh.Override {
				t.Fatalf("at %v: the shift is %v, the oracle says %q %q", at, sh, user, override)
			}
		}
	}
	if !end.Equal(to) {
		t.Fatalf("the shifts end at %v, not at %v", end, to)
	}
}

// checkMinutes compares shifts with the oracle minute by minute near a change of the clocks, and less closely farther away.
func checkMinutes(t *rapid.T, o *slow, shifts []Shift, change time.Time) {
	i := 0
	for at := shifts[0].From; at.Before(shifts[len(shifts)-1].To); {
		for !at.Before(shifts[i].To) {
			i++
		}
		user, override := o.who(at)
		if user != oneUser(t, shifts[i].Users) || override != shifts[i].Override {
			t.Fatalf("at %v: the shift is %v, the oracle says %q %q", at, shifts[i], user, override)
		}
		if away := at.Sub(change).Abs(); away < 90*time.Minute {
			at = at.Add(time.Minute)
		} else {
			at = at.Add(29 * time.Minute)
		}
	}
}

// TestScheduleAgreesWithOracle is the law of the package near the real changes of the clocks in 2020-2037. Run it for longer
// with -rapid.checks=100000.
func TestScheduleAgreesWithOracle(t *testing.T) {
	for i, name := range zoneNames {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := mustZone(t, name)
			near := someOf(changes(zone), i)
			clocks := map[time.Time]*wallClock{}
			rapid.Check(t, func(t *rapid.T) {
				change := rapid.SampledFrom(near).Draw(t, "change").In(zone)
				if clocks[change] == nil {
					clocks[change] = watch(t, zone, change.AddDate(0, 0, -42), change.AddDate(0, 0, 8))
				}
				for range 2 {
					checkSchedule(t, zone, change, clocks[change])
				}
			})
		})
	}
}

// someOf thins out a zone's changes, for watching the clock at one costs more than all the tests there; the next zone takes
// others. A leap day without a change is always among them.
func someOf(list []time.Time, from int) []time.Time {
	some := []time.Time{time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)}
	for i := from % 8; i < len(list); i += 8 {
		some = append(some, list[i])
	}
	return append(some, list[max(0, len(list)-2):]...)
}

func checkSchedule(t *rapid.T, zone *time.Location, change time.Time, c *wallClock) {
	s := &Schedule{ID: "s", Zone: zone, Overrides: drawOverrides(t, change, 4)}
	for range rapid.IntRange(1, 3).Draw(t, "layers") {
		s.Layers = append(s.Layers, drawLayer(t, change))
	}
	from := change.Add(-time.Duration(rapid.IntRange(1800, 3000).Draw(t, "before")) * time.Minute)
	to := change.Add(time.Duration(rapid.IntRange(1800, 3000).Draw(t, "after"))*time.Minute + 1)
	o := newSlow(t, s, c, from, to)
	prepared := s.with(nil)
	shifts := s.Shifts(from, to)
	checkPartition(t, prepared, o, shifts, from, to)
	checkMinutes(t, o, shifts, change)
	for range 4 {
		at := change.Add(time.Duration(rapid.Int64Range(-1e14, 1e14).Draw(t, "at")))
		user, _ := o.who(at)
		if got := oneUser(t, s.At(at)); got != user {
			t.Fatalf("at %v: At says %q, the oracle %q", at, got, user)
		}
		if got := oneUser(t, prepared.At(at)); got != user {
			t.Fatalf("at %v: At of the prepared schedule says %q, the oracle %q", at, got, user)
		}
	}
	checkCurrentAndNext(t, s, shifts, to)
}

// checkCurrentAndNext compares both with the shifts of a stretch that ends at a given instant.
func checkCurrentAndNext(t *rapid.T, s *Schedule, shifts []Shift, to time.Time) {
	at := shifts[0].From
	i := slices.IndexFunc(shifts, func(sh Shift) bool { return !slices.Equal(sh.Users, shifts[0].Users) })
	now := s.Current(at)
	if !now.From.Equal(at) || !slices.Equal(now.Users, shifts[0].Users) {
		t.Fatalf("Current = %v, the first shift is %v", now, shifts[0])
	}
	next, ok := s.Next(at)
	if ok != !now.To.IsZero() || ok && !next.From.Equal(now.To) {
		t.Fatalf("Current = %v, Next = %v %t", now, next, ok)
	}
	if i < 0 {
		if ok && next.From.Before(to) {
			t.Fatalf("Next = %v, but nothing changes until %v", next, to)
		}
		return
	}
	if !ok || !next.From.Equal(shifts[i].From) || !slices.Equal(next.Users, shifts[i].Users) {
		t.Fatalf("Next = %v %t, want from %v %v", next, ok, shifts[i].From, shifts[i].Users)
	}
}

// A first turn years ago costs and means the same: the turns are counted one by one here, day after day.
func TestTurnsYearsAfterTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := mustZone(t, rapid.SampledFrom(zoneNames).Draw(t, "zone"))
		l := drawLayer(t, time.Date(2013, 6, 1, 0, 0, 0, 0, time.UTC))
		l.Users, l.Hours = []UserID{"u0", "u1", "u2", "u3", "u4"}, nil
		l.Rotation.Unit = rapid.SampledFrom([]Unit{Daily, Weekly, Monthly}).Draw(t, "unit")
		s := &Schedule{Zone: zone, Layers: []Layer{l}}
		day := time.Date(l.Start.Year, l.Start.Month, l.Start.Day, 0, 0, 0, 0, time.UTC)
		start, turn := day, 0
		for last := start.AddDate(16, 0, 0); day.Before(last); {
			if at := Wall(zone, DateOf(day), l.Handoff.Minute); at.Year() != 2011 { // Apia's lost day has a turn of no length
				want := l.Users[turn%5]
				if got := oneUser(t, s.At(at)); got != want {
					t.Fatalf("turn %d at %v: got %s, want %s", turn, at, got, want)
				}
			}
			day = day.AddDate(0, 0, 1)
			for !slowHandoffDay(l, start, day) {
				day = day.AddDate(0, 0, 1)
			}
			turn++
		}
	})
}

func TestQuietHoursAgreeWithOracle(t *testing.T) {
	for i, name := range zoneNames {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := mustZone(t, name)
			near := someOf(changes(zone), i)
			clocks := map[time.Time]*wallClock{}
			rapid.Check(t, func(t *rapid.T) {
				change := rapid.SampledFrom(near).Draw(t, "change").In(zone)
				if clocks[change] == nil {
					clocks[change] = watch(t, zone, change.AddDate(0, 0, -5), change.AddDate(0, 0, 5))
				}
				c := clocks[change]
				from, to := min(drawMinute(t, "from"), 1439), min(drawMinute(t, "to"), 1439)
				u := User{Zone: zone, Quiet: &QuietHours{From: from, To: to}}
				for range 10 {
					at := change.Add(time.Duration(rapid.Int64Range(-1e14, 1e14).Draw(t, "at")))
					got, quiet := u.QuietUntil(at)
					want := int64(0)
					for day := midnight(at).AddDate(0, 0, -2); from != to && !day.After(at.AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
						end := day
						if to < from {
							end = day.AddDate(0, 0, 1)
						}
						if c.on(t, day, from) <= at.Unix() && at.Unix() < c.on(t, end, to) {
							want = max(want, c.on(t, end, to))
						}
					}
					if quiet != (want != 0) || quiet && got.Unix() != want {
						t.Fatalf("%d-%d at %v: got %v %t, want %d", from, to, at, got, quiet, want)
					}
				}
			})
		})
	}
}

// No data makes the package panic or run for ever, and the shifts stay a partition.
func TestOddDataIsHarmless(t *testing.T) {
	anyInt := rapid.OneOf(rapid.IntRange(-3, 40), rapid.IntRange(-1_000_000, 1_000_000), rapid.Int())
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.OneOf(rapid.IntRange(0, 2040), rapid.IntRange(-100_000, 100_000)).Draw(t, "year")
		l := Layer{
			Users:    rapid.SliceOfN(rapid.SampledFrom([]UserID{"ana", "bo", ""}), 0, 3).Draw(t, "users"),
			Rotation: Rotation{rapid.SampledFrom([]Unit{Hourly, Daily, Weekly, Monthly, Every, "yearly", ""}).Draw(t, "unit"), time.Duration(anyInt.Draw(t, "every"))},
			Start:    Date{year, time.Month(rapid.IntRange(-20, 20).Draw(t, "month")), rapid.IntRange(-50, 50).Draw(t, "day")},
			Handoff:  Handoff{time.Weekday(anyInt.Draw(t, "weekday")), rapid.Bool().Draw(t, "hasDay"), anyInt.Draw(t, "dom"), anyInt.Draw(t, "minute")},
		}
		for range rapid.IntRange(0, 2).Draw(t, "hours") {
			h := WeeklyHours{From: anyInt.Draw(t, "from"), To: anyInt.Draw(t, "to")}
			h.Days[rapid.IntRange(0, 6).Draw(t, "weekday")] = rapid.Bool().Draw(t, "on")
			l.Hours = append(l.Hours, h)
		}
		s := &Schedule{Layers: []Layer{l, {}}, Overrides: []Override{{}, {User: "ana"}, {User: "bo", To: time.Unix(0, 0)}}}
		from := time.Unix(rapid.Int64Range(-1e11, 1e11).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		to := from.Add(200 * time.Hour)
		end := from
		for _, sh := range s.Shifts(from, to) {
			if !sh.From.Equal(end) || !sh.To.After(sh.From) || !slices.Equal(s.At(sh.From), sh.Users) {
				t.Fatalf("%v after %v, At %v", sh, end, s.At(sh.From))
			}
			end = sh.To
		}
		if !end.Equal(to) {
			t.Fatalf("the shifts end at %v, not at %v", end, to)
		}
		u := User{Quiet: &QuietHours{From: anyInt.Draw(t, "from"), To: anyInt.Draw(t, "to")}}
		if until, quiet := u.QuietUntil(from); quiet && !until.After(from) {
			t.Fatalf("quiet at %v until %v", from, until)
		}
	})
}
