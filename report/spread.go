package report

import (
	"encoding/json"
	"slices"
	"time"
)

// Spread says how long something took, over all that were measured. With a Count of 0 the durations mean nothing; in JSON
// they are null then. JSON has seconds, to the millisecond.
type Spread struct {
	Count                    int
	Mean, P50, P75, P90, P95 time.Duration
}

// spreadJSON is Spread on the wire.
type spreadJSON struct {
	Count int      `json:"count"`
	Mean  *float64 `json:"mean_seconds"`
	P50   *float64 `json:"p50_seconds"`
	P75   *float64 `json:"p75_seconds"`
	P90   *float64 `json:"p90_seconds"`
	P95   *float64 `json:"p95_seconds"`
}

// MarshalJSON writes count, mean_seconds, p50_seconds, p75_seconds, p90_seconds and p95_seconds.
func (s Spread) MarshalJSON() ([]byte, error) {
	w := spreadJSON{Count: s.Count}
	if s.Count > 0 {
		w.Mean, w.P50, w.P75, w.P90, w.P95 = seconds(s.Mean), seconds(s.P50), seconds(s.P75), seconds(s.P90), seconds(s.P95)
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Spread) UnmarshalJSON(b []byte) error {
	var w spreadJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*s = Spread{Count: w.Count, Mean: span(w.Mean), P50: span(w.P50), P75: span(w.P75), P90: span(w.P90), P95: span(w.P95)}
	return nil
}

func seconds(d time.Duration) *float64 {
	s := d.Round(time.Millisecond).Seconds()
	return &s
}

func span(s *float64) time.Duration {
	if s == nil {
		return 0
	}
	return time.Duration(*s * float64(time.Second)).Round(time.Millisecond)
}

// spreadOf measures durations, which it sorts in place.
func spreadOf(all []time.Duration) Spread {
	if len(all) == 0 {
		return Spread{}
	}
	slices.Sort(all)
	return Spread{
		Count: len(all), Mean: mean(all),
		P50: nearestRank(all, 50), P75: nearestRank(all, 75), P90: nearestRank(all, 90), P95: nearestRank(all, 95),
	}
}

// nearestRank returns the smallest of the sorted values that at least percent of them do not exceed. It is always one of
// them: nothing is interpolated.
func nearestRank(sorted []time.Duration, percent int) time.Duration {
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}

// mean adds up seconds and what is left of them apart: the nanoseconds of 300 years do not fit in 64 bits, and 100,000
// incidents of a day are nearly as long.
func mean(all []time.Duration) time.Duration {
	var whole, rest int64
	for _, d := range all {
		whole += int64(d / time.Second)
		rest += int64(d % time.Second)
	}
	n := int64(len(all))
	return time.Duration(whole/n)*time.Second + time.Duration((whole%n*int64(time.Second)+rest)/n)
}

// Share is so many of so many.
type Share struct {
	Count int
	Of    int
}

// Value is the share between 0 and 1; false when there is nothing of which it could be a share.
func (s Share) Value() (float64, bool) {
	if s.Of == 0 {
		return 0, false
	}
	return float64(s.Count) / float64(s.Of), true
}

// shareJSON is Share on the wire.
type shareJSON struct {
	Count int      `json:"count"`
	Of    int      `json:"of"`
	Share *float64 `json:"share"`
}

// MarshalJSON writes count, of, and share, which is null when of is 0.
func (s Share) MarshalJSON() ([]byte, error) {
	w := shareJSON{Count: s.Count, Of: s.Of}
	if v, ok := s.Value(); ok {
		w.Share = &v
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Share) UnmarshalJSON(b []byte) error {
	var w shareJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*s = Share{Count: w.Count, Of: w.Of}
	return nil
}

// Satisfaction is what reporters said when they confirmed that it is over, 1 to 5. Without Answers the mean means nothing; in
// JSON it is null then.
type Satisfaction struct {
	Answers int
	Mean    float64 // rounded to a tenth
}

// satisfactionOf works out the mean of answers that add up to sum.
func satisfactionOf(answers, sum int) Satisfaction {
	if answers == 0 {
		return Satisfaction{}
	}
	return Satisfaction{Answers: answers, Mean: float64((sum*20+answers)/(2*answers)) / 10}
}

// satisfactionJSON is Satisfaction on the wire.
type satisfactionJSON struct {
	Answers int      `json:"answers"`
	Mean    *float64 `json:"mean"`
}

// MarshalJSON writes answers and mean.
func (s Satisfaction) MarshalJSON() ([]byte, error) {
	w := satisfactionJSON{Answers: s.Answers}
	if s.Answers > 0 {
		w.Mean = &s.Mean
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Satisfaction) UnmarshalJSON(b []byte) error {
	var w satisfactionJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*s = Satisfaction{Answers: w.Answers}
	if w.Mean != nil {
		s.Mean = *w.Mean
	}
	return nil
}

// Adherence counts the SLA clocks of one kind. A clock that is open and past its target counts as breached: a promise is not
// kept because nobody has finished breaking it.
type Adherence struct {
	Kept         int // done in time
	Running      int // open, and not breached yet
	Breached     int
	OpenBreached int // of Breached, those still open
}

// Clocks is how many there were.
func (a Adherence) Clocks() int { return a.Kept + a.Running + a.Breached }

// Share is the share that was done in time, of the clocks that are decided: one that still runs in time is neither kept nor broken.
func (a Adherence) Share() Share { return Share{Count: a.Kept, Of: a.Kept + a.Breached} }

// adherenceJSON is Adherence on the wire.
type adherenceJSON struct {
	Clocks       int      `json:"clocks"`
	Kept         int      `json:"kept"`
	Running      int      `json:"running"`
	Breached     int      `json:"breached"`
	OpenBreached int      `json:"open_breached"`
	Share        *float64 `json:"share"`
}

// MarshalJSON writes clocks, kept, running, breached, open_breached, and share, which is null when no clock is decided.
func (a Adherence) MarshalJSON() ([]byte, error) {
	w := adherenceJSON{Clocks: a.Clocks(), Kept: a.Kept, Running: a.Running, Breached: a.Breached, OpenBreached: a.OpenBreached}
	if v, ok := a.Share().Value(); ok {
		w.Share = &v
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Adherence) UnmarshalJSON(b []byte) error {
	var w adherenceJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*a = Adherence{Kept: w.Kept, Running: w.Running, Breached: w.Breached, OpenBreached: w.OpenBreached}
	return nil
}
