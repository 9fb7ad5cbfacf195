// Package lapse writes lengths of time as people read them. Rooms that want another form, for a reason, write it themselves.
package lapse

import (
	"fmt"
	"strings"
	"time"
)

// Exact writes a length to the second, in hours, minutes and seconds without those that are zero: 0s, 1m30s, 2h, 50h. It has no
// days, whose length would be anybody's guess when the clocks change.
func Exact(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Largest writes a length in its largest unit, as a text has room for: 40s, 2m, 47h, 2d. What is less than nothing is 0s.
func Largest(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(d, 0)/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}
