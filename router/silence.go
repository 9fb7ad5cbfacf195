package router

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// The states of a silence, in Alertmanager's words.
const (
	SilencePending = "pending"
	SilenceActive  = "active"
	SilenceExpired = "expired"
)

// Active reports whether the silence mutes at now: from StartsAt, until just before EndsAt.
func (s Silence) Active(now time.Time) bool {
	return !now.Before(s.StartsAt) && now.Before(s.EndsAt)
}

// State is the silence's state at now: pending, active or expired.
func (s Silence) State(now time.Time) string {
	switch {
	case !now.Before(s.EndsAt):
		return SilenceExpired
	case now.Before(s.StartsAt):
		return SilencePending
	}
	return SilenceActive
}

// Words are the silence's matchers as Alertmanager's tools write them: alertname="Down",env=~"a|b".
func (s Silence) Words() string {
	words := make([]string, len(s.Matchers))
	for k, m := range s.Matchers {
		c, err := m.Compile()
		if err != nil { // of a store that somebody else wrote
			words[k] = m.Name
			continue
		}
		words[k] = c.String()
	}
	return strings.Join(words, ",")
}

// Validate says why a silence cannot be stored at now, by the rules of Alertmanager's POST /api/v2/silences: it has a matcher,
// not only ones that match an absent label, each well formed; it starts before it ends, and does not end in the past.
func (s Silence) Validate(now time.Time) error {
	if _, err := s.compile(); err != nil {
		return err
	}
	switch {
	case s.StartsAt.IsZero():
		return errors.New("the silence has no start time: set startsAt")
	case s.EndsAt.IsZero():
		return errors.New("the silence has no end time: set endsAt")
	case !s.StartsAt.Before(s.EndsAt):
		return fmt.Errorf("the silence starts at %s, which is not before its end at %s",
			s.StartsAt.Format(time.RFC3339), s.EndsAt.Format(time.RFC3339))
	case s.EndsAt.Before(now):
		return fmt.Errorf("the silence ended at %s, which is in the past: set a later endsAt", s.EndsAt.Format(time.RFC3339))
	}
	return nil
}

// compile makes the matchers, refusing a silence that would mute everything by mistake.
func (s Silence) compile() (labels.Matchers, error) {
	if len(s.Matchers) == 0 {
		return nil, errors.New("the silence has no matchers and would mute everything: give it at least one")
	}
	ms := make(labels.Matchers, len(s.Matchers))
	all := true
	for i, m := range s.Matchers {
		c, err := m.check()
		if err != nil {
			return nil, fmt.Errorf("matcher %d of the silence: %w", i+1, err)
		}
		ms[i] = c
		// Alertmanager counts a negative matcher as one that needs its label, and so amtool and karma send them.
		all = all && m.IsEqual && c.Matches("")
	}
	if all {
		return nil, fmt.Errorf("the silence (%s) matches alerts without these labels too: at least one matcher must not match the empty string", inWords(ms))
	}
	return ms, nil
}

// check is Compile with what Alertmanager asks of a silence's matcher beyond that.
func (m Matcher) check() (*labels.Matcher, error) {
	switch {
	case m.Name == "":
		return nil, errors.New("the label name is empty")
	case !utf8.ValidString(m.Name):
		return nil, fmt.Errorf("the label name %q is not valid UTF-8", m.Name)
	case !utf8.ValidString(m.Value):
		return nil, fmt.Errorf("the value %q of label %s is not valid UTF-8", m.Value, m.Name)
	}
	if m.IsRegex {
		// Parsed bare first: "a)(b" is only well formed once it stands between the anchors.
		if _, err := syntax.Parse(m.Value, syntax.Perl); err != nil {
			return nil, fmt.Errorf("the regular expression for label %s cannot be read: %w", m.Name, err)
		}
	}
	c, err := m.Compile()
	if err != nil {
		return nil, fmt.Errorf("the regular expression for label %s cannot be read: %w", m.Name, err)
	}
	return c, nil
}
