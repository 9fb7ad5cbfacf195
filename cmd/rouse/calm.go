package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	calmMost = 100              // lines with one message in a span; what is beyond is counted
	calmSpan = 10 * time.Second //
	calmKeys = 500              // messages told apart
)

// calm is a log that a flood cannot fill: of lines with the same message it lets some through in each span of time, and says
// afterwards how many it left out. Messages are constants, what varies stands in their attributes.
type calm struct {
	slog.Handler
	s *spell
}

// spell is the span under way, shared by all that was derived from one log.
type spell struct {
	mu    sync.Mutex
	since time.Time
	lines map[string]int
}

func newCalm(h slog.Handler) *calm { return &calm{h, &spell{lines: map[string]int{}}} }

// Handle writes a record, or counts it.
func (c *calm) Handle(ctx context.Context, r slog.Record) error {
	left, write := c.s.count(r.Message, r.Time)
	for message, n := range left {
		more := slog.NewRecord(r.Time, slog.LevelWarn, "lines like one of before were left out", 0)
		more.AddAttrs(slog.String("message", message), slog.Int("lines", n))
		if err := c.Handler.Handle(ctx, more); err != nil {
			return err
		}
	}
	if !write {
		return nil
	}
	return c.Handler.Handle(ctx, r)
}

// count notes a line. left is what was left out of a span that is over.
func (s *spell) count(message string, at time.Time) (left map[string]int, write bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := at.Sub(s.since); age < 0 || age >= calmSpan {
		for m, n := range s.lines {
			if n > calmMost {
				if left == nil {
					left = map[string]int{}
				}
				left[m] = n - calmMost
			}
		}
		s.since = at
		clear(s.lines)
	}
	if _, known := s.lines[message]; !known && len(s.lines) >= calmKeys {
		message = "others"
	}
	s.lines[message]++
	return left, s.lines[message] <= calmMost
}

// WithAttrs is for slog.
func (c *calm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &calm{c.Handler.WithAttrs(attrs), c.s}
}

// WithGroup is for slog.
func (c *calm) WithGroup(name string) slog.Handler { return &calm{c.Handler.WithGroup(name), c.s} }
