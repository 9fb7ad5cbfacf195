package oncall

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var (
	casesFlag = flag.Int("cases", 25_000, "how many random (schedule, zone, instant) are compared with the oracle")
	casesSeed = flag.Uint64("cases-seed", 1, "from which seed they are drawn")
)

// The share of cases that one watched clock, and one schedule, serve.
const (
	schedulesPerClock  = 10
	instantsOfSchedule = 8
)

// TestCasesAgreeWithOracle compares At and Shifts with the oracle for random schedules in every IANA zone, at instants of which most
// are near a change of the clocks in 2020-2037: just before, in and after gaps and folds. The oracle's clock is read from the zone's
// file by code of this test. A million: go test ./oncall -run CasesAgree -v -cases 1000000 (make oracle).
func TestCasesAgreeWithOracle(t *testing.T) {
	began := time.Now()
	places := placesOf(allZones(t))
	r := rand.New(rand.NewPCG(*casesSeed, 2037))
	r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	o := &casesRun{t: t, r: r}
	seen := map[string]bool{}
	for k := 0; o.cases < *casesFlag; k++ {
		p := places[k%len(places)]
		seen[p.zone.name] = true
		o.visit(p, k)
	}
	t.Logf("%d cases: %d schedules in %d zones at %d places, %d shifts and %d minutes in a row beside, 0 differences, in %v (seed %d)",
		o.cases, o.schedules, len(seen), min(o.clocks, len(places)), o.shifts, o.minutes, time.Since(began).Round(time.Second), *casesSeed)
}

// place is where and when schedules are tried.
type place struct {
	zone *zoneTable
	near int64 // second
}

// placesOf are all changes of all zones, and two other instants of each zone.
func placesOf(zones []*zoneTable) []place {
	var all []place
	for i, z := range zones {
		for _, at := range z.changes(2020, 2038) {
			all = append(all, place{z, at})
		}
		all = append(all, place{z, civil(2028, 2, 29)*86400 + int64(i)*3600}, place{z, civil(2020+i%18, 1+i%12, 1)*86400 + int64(i)*61})
	}
	return all
}

// casesRun counts what was compared.
type casesRun struct {
	t                                         *testing.T
	r                                         *rand.Rand
	cases, clocks, schedules, shifts, minutes int
}

// visit tries some schedules at one place.
func (o *casesRun) visit(p place, k int) {
	back := 45
	if k%16 == 0 {
		back = 400 // turns that began a year ago
	}
	near := time.Unix(p.near, 0).In(p.zone.zone)
	c := watchBy(o.t, p.zone.zone, p.zone.stepping(), near.AddDate(0, 0, -back), near.AddDate(0, 0, 12))
	o.clocks++
	for i := range schedulesPerClock {
		s := randomSchedule(o.r, p.zone.zone, near, back-7)
		o.schedules++
		o.compare(s, c, near, i == 0)
	}
}

// stepping is ahead for seconds that are asked in order, as a walk does.
func (z *zoneTable) stepping() func(int64) int {
	i := -1
	return func(second int64) int {
		if i < 0 || second < z.at[i] {
			i = 0
		}
		for i < len(z.at) && z.at[i] <= second {
			i++
		}
		if i--; i < 0 {
			return z.initial
		}
		return z.offset[i]
	}
}

// compare compares one schedule with the oracle: every shift of four days, instants of all kinds, and, if asked, minute by minute.
func (o *casesRun) compare(s *Schedule, c *wallClock, near time.Time, closely bool) {
	from, to := near.Add(-50*time.Hour), near.Add(50*time.Hour+1)
	slow := newSlow(o.t, s, c, near.AddDate(0, 0, -5), near.AddDate(0, 0, 5))
	shifts, prepared := s.Shifts(from, to), s.with(nil)
	end := from
	for i, sh := range shifts {
		if !sh.From.Equal(end) || !sh.From.Before(sh.To) || i > 0 && slices.Equal(sh.Users, shifts[i-1].Users) && sh.Override == shifts[i-1].Override {
			o.t.Fatalf("%s: shift %d of %v does not follow, or is one with the one before\n%+v", s.Zone, i, shifts, s)
		}
		end = sh.To
		o.same(s, prepared, slow, shifts, sh.From)
		o.same(s, prepared, slow, shifts, sh.To.Add(-1))
		o.shifts++
	}
	if !end.Equal(to) {
		o.t.Fatalf("%s: the shifts end at %v, not at %v\n%+v", s.Zone, end, to, s)
	}
	for range instantsOfSchedule {
		o.same(s, prepared, slow, shifts, o.instant(slow, near))
		o.cases++
	}
	for m := -180; closely && m < 180; m++ {
		o.same(s, prepared, slow, shifts, near.Add(time.Duration(m)*time.Minute))
		o.minutes++
	}
}

// same demands that At, the schedule that was prepared, the shift of the instant and the oracle agree.
func (o *casesRun) same(s, prepared *Schedule, slow *slow, shifts []Shift, at time.Time) {
	user, override := slow.who(at)
	want := []UserID{user}
	if user == "" {
		want = nil
	}
	i, _ := slices.BinarySearchFunc(shifts, at, func(sh Shift, at time.Time) int {
		if sh.To.After(at) {
			return 1
		}
		return -1
	})
	got, again, sh := s.At(at), prepared.At(at), shifts[i]
	if !slices.Equal(got, want) || !slices.Equal(again, want) || !slices.Equal(sh.Users, want) || sh.Override != override {
		o.t.Fatalf("%s at %v (%s UTC): the oracle says %q %q, At %v, At of the prepared schedule %v, the shift %v\nseed %d, %+v",
			s.Zone, at, at.UTC().Format(time.RFC3339Nano), user, override, got, again, sh, *casesSeed, s)
	}
}

// instant draws an instant, most often one at which something could go wrong.
func (o *casesRun) instant(slow *slow, near time.Time) time.Time {
	nudge := []time.Duration{-time.Minute, -time.Second, -1, 0, 0, 1, time.Second, time.Minute}[o.r.IntN(8)]
	at := near
	switch o.r.IntN(8) {
	case 0: // at the change
	case 1, 2, 3: // in the gap or fold, or as long before or after
		at = near.Add(time.Duration(o.r.Int64N(int64(4*time.Hour))) - 2*time.Hour)
	case 4: // at a handoff
		if l := slow.layers[o.r.IntN(len(slow.layers))]; len(l.handoffs) > 0 {
			at = time.Unix(l.handoffs[len(l.handoffs)-1-o.r.IntN(min(len(l.handoffs), 12))], 0)
		}
	case 5: // where hours begin or end
		if l := slow.layers[o.r.IntN(len(slow.layers))]; len(l.open) > 0 {
			at = time.Unix(l.open[o.r.IntN(len(l.open))][o.r.IntN(2)], 0)
		}
	case 6: // where an override begins or ends
		if n := len(slow.s.Overrides); n > 0 {
			at = slow.s.Overrides[o.r.IntN(n)].From
			if o.r.IntN(2) == 0 {
				at = slow.s.Overrides[o.r.IntN(n)].To
			}
		}
	case 7:
		at = near.Add(time.Duration(o.r.Int64N(int64(90*time.Hour))) - 45*time.Hour)
	}
	if at = at.Add(nudge); at.Sub(near).Abs() > 49*time.Hour {
		return near.Add(nudge)
	}
	return at
}

// pick draws one of a list.
func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func randomMinute(r *rand.Rand) int {
	if r.IntN(2) == 0 {
		return pick(r, riskyMinutes...)
	}
	return r.IntN(1441)
}

// randomSchedule draws a schedule whose first turns are at most back days before an instant, or a little after it.
func randomSchedule(r *rand.Rand, zone *time.Location, near time.Time, back int) *Schedule {
	s := &Schedule{ID: "s", Zone: zone}
	for range 1 + r.IntN(4) {
		s.Layers = append(s.Layers, randomLayer(r, near, back))
	}
	for range r.IntN(4) {
		from := near.Add(time.Duration(r.IntN(6000)-3000) * time.Minute)
		o := Override{Schedule: "s", User: pick[UserID](r, "ana", "bo", "cy", "di", ""), From: from, To: from.Add(time.Duration(r.Int64N(1e14) - 1e12)), Reason: pick(r, "", "leave")}
		if r.IntN(2) == 0 {
			o.ID, o.At = fmt.Sprint("ov-", r.IntN(9)), near.Add(time.Duration(r.IntN(3))*time.Hour)
		}
		s.Overrides = append(s.Overrides, o)
	}
	return s
}

func randomLayer(r *rand.Rand, near time.Time, back int) Layer {
	l := Layer{
		Rotation: Rotation{
			Unit:  pick(r, Hourly, Daily, Daily, Weekly, Weekly, Monthly, Monthly, Every, Every, ""),
			Every: time.Duration(pick(r, 0, 59, 1260, 3600, 5400, 28800, 43200, 86400, 90000, 129630, 604800)) * time.Second,
		},
		Start:   DateOf(near).AddDays(1 - r.IntN(back)),
		Handoff: Handoff{Weekday: time.Weekday(r.IntN(7)), HasDay: r.IntN(2) == 0, Day: pick(r, 0, 0, 1, 15, 28, 29, 30, 31), Minute: randomMinute(r)},
	}
	for range r.IntN(6) {
		l.Users = append(l.Users, pick[UserID](r, "ana", "bo", "cy", "di"))
	}
	for range r.IntN(3) {
		h := WeeklyHours{From: min(randomMinute(r), 1439), To: randomMinute(r)}
		for i := range h.Days {
			h.Days[i] = r.IntN(4) > 0
		}
		l.Hours = append(l.Hours, h)
	}
	return l
}
