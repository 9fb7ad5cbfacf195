package oncall

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cause is why somebody is not on call by a schedule.
type Cause string

// The causes.
const (
	OffRota    Cause = "rota"     // no layer and no coming override names them
	OffTurn    Cause = "turn"     // it is somebody else's turn, or none has begun
	OffHours   Cause = "hours"    // it is their turn, but the layer covers other hours
	Hidden     Cause = "hidden"   // it is their turn, but a later layer has somebody
	Overridden Cause = "override" // an override puts somebody else on call
)

// Absence is why somebody is not on call by a schedule at an instant.
type Absence struct {
	Cause   Cause     `json:"cause"`
	Layer   string    `json:"layer,omitempty"`   // the layer that has their turn, or the last one that names them
	Instead UserID    `json:"instead,omitempty"` // who is on call; empty: nobody
	By      string    `json:"by,omitempty"`      // the override or the later layer that put them there
	Back    time.Time `json:"back,omitzero"`     // when they next are on call by this schedule; zero: not within two years
}

// Absent says why u is not on call at t; false: they are. An override is named by its reason, a layer without a name by its number.
func (s *Schedule) Absent(u UserID, t time.Time) (Absence, bool) {
	now := s.look(s.overrideLine(), t)
	if slices.Contains(now.users, u) {
		return Absence{}, false
	}
	a := Absence{Cause: OffRota}
	if len(now.users) > 0 {
		a.Instead = now.users[0]
	}
	s.reason(&a, u, t, now)
	if a.Cause != OffRota || s.comes(u, t) {
		if back, ok := s.NextOf(u, t); ok {
			a.Back = back.From
		}
	}
	if a.Cause == OffRota && !a.Back.IsZero() {
		a.Cause = OffTurn // an override to come
	}
	return a, true
}

// reason looks for the layer that comes nearest to putting u on call.
func (s *Schedule) reason(a *Absence, u UserID, t time.Time, now view) {
	zone := orUTC(s.Zone)
	for i := len(s.Layers) - 1; i >= 0; i-- {
		l := &s.Layers[i]
		if !slices.Contains(l.Users, u) {
			continue
		}
		open, turn := l.turn(zone, t.Unix())
		switch {
		case turn != u:
			if a.Cause == OffRota {
				a.Cause, a.Layer, a.By = OffTurn, s.layerName(i), now.override
			}
			continue
		case now.override != "":
			a.Cause, a.By = Overridden, now.override
		case open:
			a.Cause, a.By = Hidden, s.layerName(now.layer)
		default:
			a.Cause = OffHours
		}
		a.Layer = s.layerName(i)
		return
	}
}

// turn says whose turn it is in a layer, whatever its hours are, and whether it is within them.
func (l *Layer) turn(zone *time.Location, t int64) (open bool, u UserID) {
	if len(l.Users) == 0 {
		return false, ""
	}
	k := newTurns(zone, l)
	n, _ := k.at(t)
	if n < 0 {
		return false, ""
	}
	if open = len(l.Hours) == 0; !open {
		open, _ = hoursAt(zone, l.Hours, t)
	}
	return open, l.Users[n%int64(len(l.Users))]
}

// comes reports whether an override that is not over names u.
func (s *Schedule) comes(u UserID, t time.Time) bool {
	return slices.ContainsFunc(s.Overrides, func(o Override) bool { return o.User == u && o.To.After(t) })
}

// NextOf returns the first stretch at or after t in which u is on call; false: none begins within two years.
func (s *Schedule) NextOf(u UserID, t time.Time) (Shift, bool) {
	line := s.overrideLine()
	now := s.run(line, t)
	for limit := t.Add(horizon); !slices.Contains(now.Users, u); {
		if now.To.IsZero() || now.To.After(limit) {
			return Shift{}, false
		}
		now = s.run(line, now.To)
	}
	return now, true
}

// Ground is what puts somebody on call by a schedule: "layer NAME" or "override REASON"; empty in a gap.
func (s *Schedule) Ground(t time.Time) string {
	now := s.look(s.overrideLine(), t)
	switch {
	case now.override != "":
		return "override " + now.override
	case len(now.users) > 0:
		if name := s.layerName(now.layer); strings.HasPrefix(name, "layer ") {
			return name
		}
		return "layer " + s.layerName(now.layer)
	}
	return ""
}

// layerName is the name of a layer, or its number, from 1.
func (s *Schedule) layerName(i int) string {
	return cmp.Or(s.Layers[i].Name, "layer "+strconv.Itoa(i+1))
}
