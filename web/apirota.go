package web

import (
	"net/http"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/web/client"
)

// silences is GET /api/v1/silences.
func (c *call) silences() error {
	all, err := c.flag("all")
	if err != nil {
		return err
	}
	got, err := c.s.Engine.Silences(c.r.Context())
	if err != nil {
		return err
	}
	out := []client.Silence{}
	for k := range got {
		if s := wireSilence(&got[k], c.now); all || s.State != router.SilenceExpired {
			out = append(out, s)
		}
	}
	c.write(http.StatusOK, out)
	return nil
}

// addSilence is POST /api/v1/silences.
func (c *call) addSilence() error {
	var in client.NewSilence
	if err := c.decode(&in); err != nil {
		return err
	}
	s, err := c.silence(in)
	if err != nil {
		return err
	}
	if s, err = c.s.Engine.PutSilence(c.r.Context(), s, c.who.actor()); err != nil {
		return err
	}
	c.write(http.StatusCreated, wireSilence(&s, c.now))
	return nil
}

// silence checks a request for one.
func (c *call) silence(in client.NewSilence) (s router.Silence, err error) {
	ms, err := router.ParseMatchers(in.Matchers)
	if err != nil {
		return s, bad("matchers", "", "%v", err)
	}
	s = router.Silence{Matchers: stored(ms), CreatedBy: c.who.actor().Name, StartsAt: in.Starts.UTC(), EndsAt: in.Ends.UTC()}
	if in.Starts.IsZero() {
		s.StartsAt = c.now.UTC()
	}
	switch {
	case in.For != "" && !in.Ends.IsZero():
		return s, bad("ends", "Send for or ends, not both.", "there is a duration as well")
	case in.For != "":
		var d time.Duration
		if d, err = duration("for", in.For); err != nil {
			return s, err
		}
		s.EndsAt = s.StartsAt.Add(d)
	case in.Ends.IsZero():
		return s, bad("ends", "Send for, such as 2h, or ends.", "the silence has no end")
	}
	if s.Comment, err = text("comment", in.Comment, longestText); err != nil {
		return s, err
	}
	if !sane(s.StartsAt) || !sane(s.EndsAt) {
		return s, bad("ends", "Name a time within this millennium.", "the silence is too far away")
	}
	if err := s.Validate(c.now); err != nil {
		return s, bad("", "Correct it and send it again.", "%v", err)
	}
	return s, nil
}

// stored turns matchers into the form in which silences keep them.
func stored(ms labels.Matchers) []router.Matcher {
	out := make([]router.Matcher, len(ms))
	for i, m := range ms {
		out[i] = router.Matcher{
			Name: m.Name, Value: m.Value,
			IsRegex: m.Type == labels.MatchRegexp || m.Type == labels.MatchNotRegexp,
			IsEqual: m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp,
		}
	}
	return out
}

// expireSilence is DELETE /api/v1/silences/{id}.
func (c *call) expireSilence() error {
	if err := c.s.Engine.ExpireSilence(c.r.Context(), c.r.PathValue("id"), c.who.actor()); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
