package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// piecesMost is how many stretches one text gives away.
const piecesMost = 50

// cover has somebody else take the sender's own hours. It counts at once; who takes them is told and may decline.
func (s *speaker) cover(c notify.Command) (string, error) {
	u, on, reason, none := s.taker(c.Text)
	if none != "" {
		return none, nil
	}
	mine, none, err := s.hours(s.user, c.Hours, on)
	if none != "" || err != nil {
		return none, err
	}
	if u.ID == "" {
		return "Covered by whom? Nothing was done. " + s.askWho(mine[0].schedule), nil
	}
	if none := s.cannot(u); none != "" {
		return none, nil
	}
	var list []oncall.Override
	for _, p := range mine {
		list = append(list, p.by(u.ID, reason))
	}
	made, _, err := s.b.override(list, s.by)
	if err != nil {
		return s.refused(err)
	}
	return fmt.Sprintf("Done: %s is on call for %s. %s is told, and may decline. Undo: decline %s", u.ID, s.told(mine, u), u.ID, number(made[0].ID)), nil
}

// taker reads who takes hours, on which schedule and why, from the end of a text: "bo on primary dentist". u is nobody where nothing
// is said; none says what was wrong.
func (s *speaker) taker(text string) (u oncall.User, on, reason, none string) {
	words := strings.Fields(text)
	if len(words) == 0 || words[0] == "on" {
		on, _ = s.onWhich(words)
		return u, on, "", ""
	}
	for n := min(len(words), 4); n > 0 && u.ID == ""; n-- {
		if found, ok := s.b.live.book.Roster.UserByName(strings.Trim(strings.Join(words[:n], " "), ".,:;!@")); ok {
			u, words = found, words[n:]
		}
	}
	if u.ID == "" {
		return u, "", "", fmt.Sprintf("There is nobody called %s. Nothing was done. Write when, then who: cover sat 09:00-18:00 bo", clip(words[0], 30))
	}
	on, words = s.onWhich(words)
	if len(words) > 1 && (strings.EqualFold(words[0], "because") || strings.EqualFold(words[0], "for")) {
		words = words[1:]
	}
	return u, on, clip(strings.Join(words, " "), 200), ""
}

// onWhich reads "on primary", or a schedule's name alone, and "on all".
func (s *speaker) onWhich(words []string) (on string, rest []string) {
	rest = words
	said := len(words) > 1 && strings.EqualFold(words[0], "on")
	if said {
		words = words[1:]
	}
	if len(words) == 0 {
		return "", rest
	}
	word := strings.Trim(words[0], ".,:;!")
	if said && (strings.EqualFold(word, onAll) || strings.EqualFold(word, "both")) {
		return onAll, words[1:]
	}
	for _, sch := range s.b.live.book.Roster.Schedules() {
		if strings.EqualFold(string(sch.ID), word) {
			return string(sch.ID), words[1:]
		}
	}
	return "", rest
}

const onAll = "all"

// hours are the stretches of what a text names in which somebody is on call: of the one schedule where they are, unless the text
// names one, or all. none asks back, or says why there are none.
func (s *speaker) hours(u oncall.User, h notify.Hours, on string) (mine []piece, none string, err error) {
	from, to := h.Between(s.b.now.Truncate(time.Minute), s.user.Zone)
	if !h.Shift() && !to.After(s.b.now) {
		return nil, "That time is over, or more than a year ahead. Nothing was done.", nil
	}
	var schedules []oncall.ScheduleID
	for _, sch := range s.b.live.book.Roster.Schedules() {
		var own []piece
		if h.Shift() {
			if p, err := s.b.shiftOf(sch.ID, u.ID, s.b.now); err == nil {
				own = append(own, p)
			}
		} else {
			own = pieces(sch, u.ID, from, to)
		}
		if len(own) > 0 && (on == "" || on == onAll || on == string(sch.ID)) {
			schedules, mine = append(schedules, sch.ID), append(mine, own...)
		}
	}
	switch {
	case len(mine) == 0:
		return nil, s.notOnCall(u, h, from, to, on), nil
	case len(schedules) > 1 && on == "":
		return nil, fmt.Sprintf("%s on call then for %s. Nothing was done. Add which: on %s, or on all.", s.areIs(u), andNames(schedules), schedules[0]), nil
	case len(mine) > piecesMost:
		return nil, fmt.Sprintf("That is %d shifts. Nothing was done. Name a shorter time.", len(mine)), nil
	}
	return mine, "", nil
}

func (s *speaker) areIs(u oncall.User) string {
	if u.ID == s.user.ID {
		return "You are"
	}
	return string(u.ID) + " is"
}

func andNames(ids []oncall.ScheduleID) string {
	words := make([]string, len(ids))
	for k, id := range ids {
		words[k] = string(id)
	}
	return strings.Join(words, " and ")
}

// notOnCall says that somebody has no hours then, and when they have the next.
func (s *speaker) notOnCall(u oncall.User, h notify.Hours, from, to time.Time, on string) string {
	text := s.areIs(u) + " not on call"
	if on != "" && on != onAll {
		text += " for " + on
	}
	if !h.Shift() {
		text += " " + notify.Span(from, to, s.user.Zone)
	}
	text += ". Nothing was done."
	var next []piece
	for _, sch := range s.b.live.book.Roster.Schedules() {
		if p, err := s.b.shiftOf(sch.ID, u.ID, s.b.now); err == nil && (len(next) == 0 || p.from.Before(next[0].from)) {
			next = []piece{p}
		}
	}
	if len(next) > 0 {
		text += " Next: " + ofPieces(next, s.user.Zone, true) + "."
	}
	return text
}

// askWho names who else takes turns on a schedule.
func (s *speaker) askWho(id oncall.ScheduleID) string {
	var others []oncall.UserID
	add := func(ids []oncall.UserID) {
		for _, u := range ids {
			if u != s.user.ID && !slices.Contains(others, u) {
				others = append(others, u)
			}
		}
	}
	sch, _ := s.b.live.book.Roster.Schedule(id)
	for _, l := range sch.Layers {
		add(l.Users)
	}
	if t, ok := s.b.live.book.Roster.Team(sch.Team); ok {
		add(t.Members)
	}
	if len(others) == 0 {
		return "Name somebody: cover tonight bo"
	}
	example := others[0]
	return fmt.Sprintf("On %s there are %s. Reply such as cover tonight %s", id, names(others[:min(len(others), 6)]), example)
}

// cannot says why somebody cannot take hours.
func (s *speaker) cannot(u oncall.User) string {
	if u.ID == s.user.ID {
		return "That is you. Nothing was done."
	}
	if !slices.ContainsFunc(u.Rules(oncall.High), func(r oncall.Rule) bool { return u.Address(r.Via) != "" }) {
		return fmt.Sprintf("%s cannot be paged: the configuration has no number. Nothing was done.", u.ID)
	}
	return ""
}

// told writes stretches on the sender's clock, and on the other's where that shows something else.
func (s *speaker) told(all []piece, other oncall.User) string {
	if len(all) == 1 {
		return string(all[0].schedule) + " " + s.b.spans(all[0], s.user, other.ID)
	}
	return ofPieces(all, s.user.Zone, true)
}

// refused turns what the rota refuses into words.
func (s *speaker) refused(err error) (string, error) {
	for _, known := range []error{ErrNoSchedule, ErrNoUser, ErrBackwards, ErrPast, oncall.ErrNoShift, oncall.ErrOverlap} {
		if errors.Is(err, known) {
			return "Nothing was done: " + known.Error() + ".", nil
		}
	}
	return "", err
}

// number is what a phone calls an override: 7 of ov-7.
func number(id string) string { return strings.TrimPrefix(id, "ov-") }

// swap gives the sender's hours for another's.
func (s *speaker) swap(c notify.Command) (string, error) {
	u, ok := s.b.live.book.Roster.UserByName(c.User)
	if !ok {
		return fmt.Sprintf("There is nobody called %s. Nothing was done.", clip(c.User, 30)), nil
	}
	if none := s.cannot(u); none != "" {
		return none, nil
	}
	mine, none, err := s.hours(s.user, c.Hours, "")
	if none != "" || err != nil {
		return none, err
	}
	theirs, none, err := s.hours(u, c.Theirs, s.sharedWith(u, c.Theirs, mine[0].schedule))
	if none != "" || err != nil {
		return none, err
	}
	var list []oncall.Override
	for _, p := range mine {
		if slices.ContainsFunc(theirs, p.overlaps) {
			return s.refused(oncall.ErrOverlap)
		}
		list = append(list, p.by(u.ID, "swap"))
	}
	for _, p := range theirs {
		list = append(list, p.by(s.user.ID, "swap"))
	}
	made, _, err := s.b.override(list, s.by)
	if err != nil {
		return s.refused(err)
	}
	return fmt.Sprintf("Done: %s has %s; you have %s. %s is told, and may decline. Undo: decline %s", u.ID, s.told(mine, u), s.told(theirs, u), u.ID, number(made[0].ID)), nil
}

// sharedWith is the schedule of the sender's hours, where the other is on it then, too; else none is meant before others.
func (s *speaker) sharedWith(u oncall.User, h notify.Hours, mine oncall.ScheduleID) string {
	if got, _, err := s.hours(u, h, string(mine)); err == nil && len(got) > 0 {
		return string(mine)
	}
	return ""
}

// decline ends what somebody gave the sender, or what the sender gave: all that the same text made.
func (s *speaker) decline(c notify.Command) (string, error) {
	id := fmt.Sprintf("ov-%d", c.Number)
	if c.Newest {
		mine, err := s.given()
		if err != nil {
			return "", err
		}
		switch len(mine) {
		case 0:
			return "Nobody has given you hours that you could decline. Nothing was done.", nil
		case 1:
			id = mine[0].ID
		default:
			return "Which? Nothing was done. " + s.choices(mine), nil
		}
	}
	o, group, err := s.b.overrideGroup(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !s.mayDecline(group) {
		return fmt.Sprintf("There is no cover %s of yours that is not over. Nothing was done.", number(id)), nil
	}
	if err != nil {
		return "", err
	}
	lead := fmt.Sprintf("%s declined", s.user.ID)
	if o.By == string(s.user.ID) {
		lead = fmt.Sprintf("%s takes it back", s.user.ID)
	}
	changes, err := s.b.endOverrides(group, s.by, "override.decline", said{lead: lead})
	if err != nil {
		return "", err
	}
	if err := s.tellMaker(o, changes); err != nil {
		return "", err
	}
	if len(changes) == 0 {
		return "Done. Nobody's hours have changed by it.", nil
	}
	return "Done: " + s.now(changes) + ".", nil
}

// tellMaker tells who made an override for others that it was declined.
func (s *speaker) tellMaker(o oncall.Override, changes []change) error {
	u, ok := s.b.live.book.Roster.User(oncall.UserID(o.By))
	concerned := func(c change) bool { return c.is == u.ID || c.was == u.ID }
	if !ok || u.ID == s.user.ID || slices.ContainsFunc(changes, concerned) {
		return nil
	}
	other := *s
	other.user = u
	text := fmt.Sprintf("%s declined what you gave (%s).", s.user.ID, o.ID)
	if len(changes) > 0 {
		text = fmt.Sprintf("%s declined what you gave (%s): %s.", s.user.ID, o.ID, other.now(changes))
	}
	return s.b.tellText(u, text, changes)
}

// now says who is on call after changes, to the sender.
func (s *speaker) now(changes []change) string {
	var parts []string
	for _, c := range changes[:min(len(changes), spansSaid)] {
		who := string(c.is) + " is"
		switch c.is {
		case s.user.ID:
			who = "you are"
		case "":
			who = "nobody is"
		}
		parts = append(parts, fmt.Sprintf("%s on call for %s %s", who, c.schedule, s.b.spans(c.piece, s.user, c.is)))
	}
	if more := len(changes) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

func (s *speaker) mayDecline(group []oncall.Override) bool {
	return slices.ContainsFunc(group, func(o oncall.Override) bool {
		return o.User == s.user.ID || o.By == string(s.user.ID)
	})
}

// given are overrides by which others put the sender on call, one of each act, the latest first.
func (s *speaker) given() (mine []oncall.Override, err error) {
	all, err := s.b.tx.Overrides()
	if err != nil {
		return nil, s.b.fail(err)
	}
	slices.SortStableFunc(all, func(a, b oncall.Override) int { return b.At.Compare(a.At) })
	for _, o := range all {
		again := slices.ContainsFunc(mine, func(p oncall.Override) bool { return o.Group != "" && p.Group == o.Group })
		if o.User == s.user.ID && o.By != string(s.user.ID) && o.To.After(s.b.now) && !again && s.b.live.book.Roster.Void(&o) == "" {
			mine = append(mine, o)
		}
	}
	return mine, nil
}

func (s *speaker) choices(mine []oncall.Override) string {
	var parts []string
	for _, o := range mine[:min(len(mine), spansSaid)] {
		parts = append(parts, fmt.Sprintf("decline %s (%s %s)", number(o.ID), o.Schedule, notify.Span(o.From, o.To, s.user.Zone)))
	}
	return strings.Join(parts, ", ")
}
