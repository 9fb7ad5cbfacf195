package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Unit says what a number counts.
type Unit string

// The units of numbers.
const (
	Count    Unit = "count"
	Duration Unit = "seconds"
	Part     Unit = "share" // between 0 and 1
	Ratio    Unit = "ratio"
	Stars    Unit = "stars" // 1 to 5
)

// Better says which way a number gets better.
type Better string

// The ways. Neither means that more is not better and not worse.
const (
	Lower   Better = "lower"
	Higher  Better = "higher"
	Neither Better = ""
)

// measure is one number of a row: a column of the CSV and, where it has a title, a line of the key numbers.
type measure struct {
	field  string
	title  string
	unit   Unit
	better Better
	value  func(*Numbers) (float64, bool) // false: nothing was measured
}

// measures lists every number there is, in the order of the CSV.
func measures() []measure {
	list := []measure{
		counted("incidents", "Incidents", Lower, func(n *Numbers) int { return n.Incidents }),
		counted("open", "Open", Lower, func(n *Numbers) int { return n.Open }),
		counted("resolved", "", Neither, func(n *Numbers) int { return n.Resolved }),
		counted("duplicates", "Duplicates", Neither, func(n *Numbers) int { return n.Duplicates }),
	}
	list = append(list, spreads("mttd", "MTTD", func(n *Numbers) *Spread { return &n.MTTD })...)
	list = append(list, spreads("mtta", "MTTA", func(n *Numbers) *Spread { return &n.MTTA })...)
	list = append(list, spreads("mttm", "MTTM", func(n *Numbers) *Spread { return &n.MTTM })...)
	list = append(list, spreads("mttr", "MTTR", func(n *Numbers) *Spread { return &n.MTTR })...)
	list = append(list, spreads("mttr_by_people", "MTTR by people", func(n *Numbers) *Spread { return &n.MTTRByPeople })...)
	list = append(list, promises("sla_response", "SLA response", func(n *Numbers) *Adherence { return &n.Response })...)
	list = append(list, promises("sla_resolution", "SLA resolution", func(n *Numbers) *Adherence { return &n.Resolution })...)
	list = append(list, shares("reopened", "Reopened", Lower, func(n *Numbers) Share { return n.Reopened })...)
	list = append(list, shares("auto_resolved", "Auto-resolved", Neither, func(n *Numbers) Share { return n.AutoResolved })...)
	list = append(list, shares("not_acted_on", "Not acted on", Lower, func(n *Numbers) Share { return n.NotActedOn })...)
	list = append(list,
		measure{"satisfaction_mean", "Satisfaction (of 5)", Stars, Higher, func(n *Numbers) (float64, bool) { return n.Satisfaction.Mean, n.Satisfaction.Answers > 0 }},
		counted("satisfaction_answers", "Satisfaction (answers)", Neither, func(n *Numbers) int { return n.Satisfaction.Answers }))
	return append(list,
		counted("alerts", "Alerts", Neither, func(n *Numbers) int { return n.Alerts }),
		measure{"alerts_per_incident", "Alerts per incident", Ratio, Neither, func(n *Numbers) (float64, bool) { return n.PerIncident, n.Incidents > 0 }},
		counted("reopens", "", Lower, func(n *Numbers) int { return n.Reopens }),
		counted("escalations_timeout", "Escalations by timeout", Lower, func(n *Numbers) int { return n.Escalations }),
		counted("escalations_by_hand", "Escalations by hand", Neither, func(n *Numbers) int { return n.ByHand }),
		counted("lapses", "Lapsed acks", Lower, func(n *Numbers) int { return n.Lapses }),
		counted("reassigns", "Reassigns", Neither, func(n *Numbers) int { return n.Reassigns }),
		counted("updates", "Status updates", Neither, func(n *Numbers) int { return n.Updates }),
		counted("reviews_required", "Reviews required", Neither, func(n *Numbers) int { return n.Reviews.Required }),
		counted("reviews_published", "Reviews published", Neither, func(n *Numbers) int { return n.Reviews.Published }),
		counted("reviews_overdue", "Reviews overdue", Lower, func(n *Numbers) int { return n.Reviews.Overdue }),
	)
}

func counted(field, title string, better Better, of func(*Numbers) int) measure {
	return measure{field, title, Count, better, func(n *Numbers) (float64, bool) { return float64(of(n)), true }}
}

func shares(field, title string, better Better, of func(*Numbers) Share) []measure {
	return []measure{
		counted(field, "", better, func(n *Numbers) int { return of(n).Count }),
		{field + "_share", title, Part, better, func(n *Numbers) (float64, bool) { return of(n).Value() }},
	}
}

// spreads are the columns of a Spread. Its median and its 90th percentile have a title.
func spreads(field, title string, of func(*Numbers) *Spread) []measure {
	took := func(name, title string, d func(*Spread) time.Duration) measure {
		return measure{field + "_" + name + "_seconds", title, Duration, Lower, func(n *Numbers) (float64, bool) {
			return *seconds(d(of(n))), of(n).Count > 0
		}}
	}
	return []measure{
		counted(field+"_count", "", Neither, func(n *Numbers) int { return of(n).Count }),
		took("mean", "", func(s *Spread) time.Duration { return s.Mean }),
		took("p50", title+" (median)", func(s *Spread) time.Duration { return s.P50 }),
		took("p75", "", func(s *Spread) time.Duration { return s.P75 }),
		took("p90", title+" (p90)", func(s *Spread) time.Duration { return s.P90 }),
		took("p95", "", func(s *Spread) time.Duration { return s.P95 }),
	}
}

func promises(field, title string, of func(*Numbers) *Adherence) []measure {
	return []measure{
		counted(field+"_kept", "", Neither, func(n *Numbers) int { return of(n).Kept }),
		counted(field+"_running", "", Neither, func(n *Numbers) int { return of(n).Running }),
		counted(field+"_breached", "", Lower, func(n *Numbers) int { return of(n).Breached }),
		counted(field+"_open_breached", "", Lower, func(n *Numbers) int { return of(n).OpenBreached }),
		{field + "_share", title, Part, Higher, func(n *Numbers) (float64, bool) { return of(n).Share().Value() }},
	}
}

// write is a value for a person: 42, 3h20m, 97.5%, 1.8.
func (u Unit) write(v float64) string {
	switch u {
	case Duration:
		return human(time.Duration(v * float64(time.Second)))
	case Part:
		return percent(v)
	case Ratio, Stars:
		return trimZero(strconv.FormatFloat(v, 'f', 1, 64))
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// none is what a person reads where nothing was measured.
const none = "-"

// human writes a duration in its two largest units, of which those are counted that have passed: 42s, 5m30s, 3h20m, 2d4h. A day is 24
// hours.
func human(d time.Duration) string {
	d = d.Truncate(time.Second)
	s := int64(d / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 60*60:
		return twoUnits(s/60, "m", s%60, "s")
	case s < 24*60*60:
		return twoUnits(s/3600, "h", s%3600/60, "m")
	}
	return twoUnits(s/86400, "d", s%86400/3600, "h")
}

func twoUnits(n int64, unit string, rest int64, small string) string {
	if rest == 0 {
		return fmt.Sprintf("%d%s", n, unit)
	}
	return fmt.Sprintf("%d%s%d%s", n, unit, rest, small)
}

// percent writes a share to a tenth. Not quite all is never 100%, and not quite nothing is never 0%.
func percent(v float64) string {
	tenths := math.Round(v * 1000)
	if v < 1 {
		tenths = min(tenths, 999)
	}
	if v > 0 {
		tenths = max(tenths, 1)
	}
	return trimZero(strconv.FormatFloat(tenths/10, 'f', 1, 64)) + "%"
}

func (s Share) String() string {
	v, ok := s.Value()
	if !ok {
		return none
	}
	return percent(v)
}

func trimZero(s string) string { return strings.TrimSuffix(s, ".0") }
