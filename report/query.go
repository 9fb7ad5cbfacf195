package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
)

// Dimension is something by which incidents are grouped.
type Dimension string

// The dimensions. Week and month are those of the creation, in the query's zone: 2026-W41 and 2026-10.
const (
	ByService  Dimension = "service"
	ByTeam     Dimension = "team"
	ByPriority Dimension = "priority"
	ByType     Dimension = "type"
	ByCategory Dimension = "category"
	BySource   Dimension = "source"
	ByAssignee Dimension = "assignee"
	ByWeek     Dimension = "week"
	ByMonth    Dimension = "month"
)

// Dimensions returns all of them, in the order in which people are offered them.
func Dimensions() []Dimension {
	return []Dimension{ByService, ByTeam, ByPriority, ByType, ByCategory, BySource, ByAssignee, ByWeek, ByMonth}
}

// What a query can be refused for.
var (
	ErrPeriod    = errors.New("a period ends after it begins")
	ErrDimension = errors.New("no such dimension")
)

// ParseDimensions reads "service,priority". Empty text is no dimension. Its error is ErrDimension and lists the right words.
func ParseDimensions(text string) ([]Dimension, error) {
	var by []Dimension
	for word := range strings.SplitSeq(text, ",") {
		d := Dimension(strings.ToLower(strings.TrimSpace(word)))
		if d == "" || slices.Contains(by, d) {
			continue
		}
		if !slices.Contains(Dimensions(), d) {
			return nil, fmt.Errorf("group by %q: %w; there are %s", word, ErrDimension, listed(Dimensions()))
		}
		by = append(by, d)
	}
	return by, nil
}

func listed[T ~string](words []T) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}

// Query says what a report is about: the incidents created in [From, To), grouped by By. Zone is that of its weeks, months
// and days; nil is UTC.
type Query struct {
	From, To time.Time
	By       []Dimension
	Zone     *time.Location
}

// Check says what is wrong with a query: ErrPeriod or ErrDimension. New does not ask.
func (q Query) Check() error {
	if !q.From.Before(q.To) {
		return fmt.Errorf("from %s to %s: %w", q.From.Format(time.RFC3339), q.To.Format(time.RFC3339), ErrPeriod)
	}
	for _, d := range q.By {
		if !slices.Contains(Dimensions(), d) {
			return fmt.Errorf("group by %q: %w; there are %s", string(d), ErrDimension, listed(Dimensions()))
		}
	}
	return nil
}

func (q Query) zone() *time.Location {
	if q.Zone == nil {
		return time.UTC
	}
	return q.Zone
}

// Month is the query of one calendar month of a zone, by service.
func Month(year int, month time.Month, zone *time.Location) Query {
	if zone == nil {
		zone = time.UTC
	}
	return Query{From: monthStart(year, month, zone), To: monthStart(year, month+1, zone), By: []Dimension{ByService}, Zone: zone}
}

func monthStart(year int, month time.Month, zone *time.Location) time.Time {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) // carries month 13 into the next year
	return oncall.Wall(zone, oncall.DateOf(first), 0)
}

// Previous is the query of the period before: as many calendar months, or else as many calendar days, or else as much time.
func (q Query) Previous() Query {
	p, zone := q, q.zone()
	p.To = q.From
	from, to := q.From.In(zone), q.To.In(zone)
	first, end := oncall.DateOf(from), oncall.DateOf(to)
	switch {
	case !midnight(from) || !midnight(to):
		p.From = q.From.Add(-q.To.Sub(q.From))
	case first.Day == 1 && end.Day == 1:
		months := (end.Year-first.Year)*12 + int(end.Month-first.Month)
		p.From = monthStart(first.Year, first.Month-time.Month(months), zone)
	default:
		p.From = oncall.Wall(zone, first.AddDays(-daysBetween(first, end)), 0)
	}
	return p
}

// midnight reports whether a local day begins at t, also where a change of the clocks begins it later than at 00:00.
func midnight(t time.Time) bool {
	return t.Equal(oncall.Wall(t.Location(), oncall.DateOf(t), 0))
}

// daysBetween counts the calendar days from one date to a later one. Days of UTC are all of one length.
func daysBetween(from, to oncall.Date) int {
	day := func(d oncall.Date) int64 {
		return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
	}
	return int(day(to) - day(from))
}

// Title is the period in words: "October 2026", "2026-10-05 to 2026-10-11" (both days included), or with times of day.
func (q Query) Title() string {
	zone := q.zone()
	from, to := q.From.In(zone), q.To.In(zone)
	first, end := oncall.DateOf(from), oncall.DateOf(to)
	switch {
	case !midnight(from) || !midnight(to):
		return from.Format("2006-01-02 15:04") + " to " + to.Format("2006-01-02 15:04")
	case q.To.Equal(monthStart(first.Year, first.Month+1, zone)) && first.Day == 1:
		return from.Format("January 2006")
	case end == first.AddDays(1):
		return first.String()
	}
	return first.String() + " to " + end.AddDays(-1).String()
}

// weekKey names the ISO week of a local time: 2026-W41.
func weekKey(local time.Time) string {
	year, week := local.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}
