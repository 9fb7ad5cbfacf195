package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

const (
	weekHours  = 7 * 24
	weeksShown = 2
	palette    = 8 // colours that people get in turn
)

// gridCSS places bars in a week of hours. A class does it, for a style attribute would need a weaker Content-Security-Policy.
func gridCSS() []byte {
	var b bytes.Buffer
	for h := 1; h <= weekHours; h++ {
		fmt.Fprintf(&b, ".f%d{grid-column-start:%d}.n%d{grid-column-end:span %d}\n", h, h, h, h)
	}
	return b.Bytes()
}

// onCallView is who is on call, now and for two weeks.
type onCallView struct {
	Schedules []scheduleView
	Services  []serviceView
	Numbers   []numberView
	Lines     []string // that are out of use
	Void      []string // overrides that decide nothing
	Drills    []drillView
}

// drillView is one drill, and how the last one went.
type drillView struct {
	Name, Policy, When string
	Next               moment
	Last               moment
	Incident           int64
	How                string
	Bad                bool
	Missed             []string
}

type scheduleView struct {
	ID, Team, Zone string
	Who            string
	Until          moment
	Next           string
	Gap            bool // nobody is on call now
	Override       string
	Weeks          []weekView
	Shifts         []shiftView
}

type weekView struct {
	Days []dayView
	Bars []bar
	Now  int // the column of this hour; 0: not in this week
}

type dayView struct {
	Name, Day string
	Today     bool
	Free      bool // Saturday or Sunday
}

// bar is a shift in a week: its first hour from 1, its length in hours, and how it looks.
type bar struct {
	From, Span int
	Colour     int
	Who, Tip   string
	Short      string // initials, for where there is no room for names
	Size       string // t, s, m or l, for how much of the name fits
	Override   bool
	Gap        bool
}

type shiftView struct {
	Who, From, To, Override string
	Gap                     bool
}

type serviceView struct {
	Name, Policy string
	Levels       []string
}

// onCallPage is GET /oncall.
func (c *call) onCallPage() error {
	t := c.teller()
	r := t.book.Roster
	var v onCallView
	for _, s := range r.Schedules() {
		v.Schedules = append(v.Schedules, t.schedule(s))
	}
	for _, name := range t.services() {
		d := serviceDuty(t.book, t.book.Services[name], c.now)
		sv := serviceView{Name: name, Policy: d.Policy}
		for _, l := range d.Levels {
			var who []string
			for _, p := range l.People {
				who = append(who, p.Name)
			}
			sv.Levels = append(sv.Levels, and(who))
		}
		v.Services = append(v.Services, sv)
	}
	void, err := c.voidOverrides(r)
	if err != nil {
		return err
	}
	for _, o := range void {
		v.Void = append(v.Void, fmt.Sprintf("The override %s, %s on %s until %s, decides nothing: %s.", o.ID, o.User, o.Schedule, t.day(o.To), o.Void))
	}
	if v.Numbers, v.Lines, err = c.numberViews(t); err != nil {
		return err
	}
	drills, err := c.drills(1)
	if err != nil {
		return err
	}
	for k := range drills {
		v.Drills = append(v.Drills, t.drill(&drills[k]))
	}
	return c.show(http.StatusOK, "oncall", frame{Title: "On call", Here: "oncall", Refresh: 60, Reload: true, Zone: "each schedule's own zone", Body: v})
}

// drill words one drill and its last result.
func (t teller) drill(d *client.Drill) drillView {
	v := drillView{Name: d.Name, Policy: d.Policy, When: d.When + " " + d.Zone, Next: t.moment(d.Next), How: "not yet"}
	if len(d.Results) == 0 {
		return v
	}
	r := &d.Results[0]
	v.Last, v.Incident, v.Missed = t.moment(r.At), r.Incident, r.Missed
	switch r.State {
	case "answered":
		v.How = strings.TrimSpace("answered by " + t.names([]string{r.By}) + onlyIf(r.Channel != "", " by "+r.Channel) + " after " + r.After)
	case "unanswered":
		v.How, v.Bad = "nobody answered", true
	default:
		v.How = "under way"
	}
	return v
}

// schedule words one schedule on its own clock.
func (t teller) schedule(s *oncall.Schedule) scheduleView {
	own := t
	own.zone, own.me = s.Zone, ""
	now := s.Current(t.now)
	v := scheduleView{
		ID: string(s.ID), Team: string(s.Team), Zone: s.Zone.String(), Who: own.names(userStrings(now.Users)), Until: own.moment(now.To),
		Gap: len(now.Users) == 0, Override: own.override(s, now.From),
	}
	if next, ok := s.Next(t.now); ok {
		v.Next = own.names(userStrings(next.Users))
	}
	today := oncall.DateOf(t.now.In(s.Zone))
	for w := range weeksShown {
		v.Weeks = append(v.Weeks, own.week(s, today.AddDays(7*w), today))
	}
	for _, sh := range s.Shifts(oncall.Wall(s.Zone, today, 0), oncall.Wall(s.Zone, today.AddDays(7*weeksShown), 0)) {
		v.Shifts = append(v.Shifts, shiftView{
			Who: own.names(userStrings(sh.Users)), From: own.day(sh.From), To: own.day(sh.To), Override: own.override(s, sh.From), Gap: len(sh.Users) == 0,
		})
	}
	return v
}

// override says which override decides at an instant, who made it and why, and whom the file names beside it; "" for none.
func (t teller) override(s *oncall.Schedule, at time.Time) string {
	o, until, ok := s.Deciding(at)
	if !ok {
		return ""
	}
	text := "override"
	if o.By != "" {
		text += " by " + t.names([]string{o.By})
	}
	if o.ID != "" {
		text += " until " + t.day(until)
	}
	if o.Reason != "" {
		text += ": " + o.Reason
	}
	file, ok := t.book.Roster.Filed(s.ID)
	if o.ID == "" || !ok {
		return text
	}
	who := "nobody"
	if users := file.At(at); len(users) > 0 {
		who = t.names(userStrings(users))
	}
	return text + "; the file says " + who
}

// week draws seven days from a first one. The days are days of the calendar, so where the clocks change an hour is missing or
// double in the drawing; what is shorter than an hour is drawn as one, and pushes on what follows. The list beneath it is exact.
func (t teller) week(s *oncall.Schedule, start, today oncall.Date) weekView {
	var v weekView
	for d := range 7 {
		day := start.AddDays(d)
		wd := day.Weekday()
		v.Days = append(v.Days, dayView{wd.String()[:3], fmt.Sprint(day.Day), day == today, wd == time.Saturday || wd == time.Sunday})
	}
	if start == today {
		v.Now = column(t.now.In(s.Zone), start) + 1
	}
	drawn := 0
	for _, sh := range s.Shifts(oncall.Wall(s.Zone, start, 0), oncall.Wall(s.Zone, start.AddDays(7), 0)) {
		from := min(max(column(sh.From.In(s.Zone), start), drawn), weekHours-1)
		to := max(column(sh.To.In(s.Zone), start), from+1)
		drawn = to
		b := t.bar(sh, from, to)
		if b.Override {
			b.Tip += " (" + t.override(s, sh.From) + ")"
		}
		v.Bars = append(v.Bars, b)
	}
	return v
}

func (t teller) bar(sh oncall.Shift, from, to int) bar {
	b := bar{From: from + 1, Span: to - from, Who: t.names(userStrings(sh.Users)), Override: sh.Override != "", Gap: len(sh.Users) == 0}
	b.Tip = b.Who + ", " + t.day(sh.From) + " to " + t.day(sh.To)
	if !b.Gap {
		b.Colour, b.Short = t.colour(sh.Users[0]), initials(b.Who)
	}
	switch {
	case b.Span < 5:
		b.Size = "t"
	case b.Span < 13:
		b.Size = "s"
	case b.Span < 42:
		b.Size = "m"
	default:
		b.Size = "l"
	}
	return b
}

// initials are the first letters of the first two words of a name.
func initials(name string) string {
	var out string
	for _, word := range strings.Fields(name)[:min(2, len(strings.Fields(name)))] {
		r, _ := utf8.DecodeRuneInString(word)
		out += string(unicode.ToUpper(r))
	}
	return out
}

// colour gives everybody one, by their place among all users.
func (t teller) colour(id oncall.UserID) int {
	for k, u := range t.book.Roster.Users() {
		if u.ID == id {
			return k % palette
		}
	}
	return 0
}

// column is the hour of the week that begins with start, from 0 to weekHours.
func column(local time.Time, start oncall.Date) int {
	day := oncall.DateOf(local)
	for d := range 7 {
		if start.AddDays(d) == day {
			return d*24 + local.Hour()
		}
	}
	return weekHours
}

func userStrings(ids []oncall.UserID) []string {
	out := make([]string, len(ids))
	for k, id := range ids {
		out[k] = cmp.Or(string(id), "somebody")
	}
	return out
}
