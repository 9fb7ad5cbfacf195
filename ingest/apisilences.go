package ingest

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/api/v2/models"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
)

// getSilences lists silences: active ones by their end, then pending ones by their start, then expired ones, latest first.
func (c *call) getSilences() error {
	v := c.r.URL.Query()
	filter, err := parseMatchers(v["filter"])
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, state := range []string{models.SilenceStatusStateActive, models.SilenceStatusStatePending, models.SilenceStatusStateExpired} {
		if wanted[state], err = flagOf(v, state); err != nil {
			return err
		}
	}
	all, err := c.desk.Silences(c.r.Context())
	if err != nil {
		return err
	}
	now := c.now()
	all = slices.DeleteFunc(slices.Clone(all), func(s router.Silence) bool {
		values := map[string]string{}
		for _, m := range s.Matchers {
			values[m.Name] = m.Value
		}
		return !wanted[s.State(now)] || !matches(filter, values)
	})
	slices.SortStableFunc(all, func(a, b router.Silence) int { return silenceOrder(&a, &b, now) })
	out := models.GettableSilences{}
	for i := range all {
		out = append(out, gettableSilence(&all[i], now))
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

func silenceOrder(a, b *router.Silence, now time.Time) int {
	order := map[string]int{models.SilenceStatusStateActive: 0, models.SilenceStatusStatePending: 1, models.SilenceStatusStateExpired: 2}
	sa, sb := a.State(now), b.State(now)
	if sa != sb {
		return cmp.Compare(order[sa], order[sb])
	}
	switch sa {
	case models.SilenceStatusStateActive:
		return a.EndsAt.Compare(b.EndsAt)
	case models.SilenceStatusStatePending:
		return a.StartsAt.Compare(b.StartsAt)
	}
	return b.EndsAt.Compare(a.EndsAt)
}

func gettableSilence(s *router.Silence, now time.Time) *models.GettableSilence {
	state := s.State(now)
	list := models.Matchers{}
	for _, m := range s.Matchers {
		list = append(list, &models.Matcher{Name: &m.Name, Value: &m.Value, IsRegex: &m.IsRegex, IsEqual: &m.IsEqual})
	}
	return &models.GettableSilence{
		ID:        &s.ID,
		Status:    &models.SilenceStatus{State: &state},
		UpdatedAt: dateTime(s.UpdatedAt),
		Silence: models.Silence{
			Annotations: labelSet(s.Annotations), Comment: &s.Comment, CreatedBy: &s.CreatedBy,
			StartsAt: dateTime(s.StartsAt), EndsAt: dateTime(s.EndsAt), Matchers: list,
		},
	}
}

func (c *call) getSilence(id string) error {
	s, err := c.silence(id)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, gettableSilence(&s, c.now()))
	return nil
}

// silence finds one by its ID; a *refusal with 404 when there is none.
func (c *call) silence(id string) (router.Silence, error) {
	all, err := c.desk.Silences(c.r.Context())
	if err != nil {
		return router.Silence{}, err
	}
	i := slices.IndexFunc(all, func(s router.Silence) bool { return s.ID == id })
	if i < 0 {
		return router.Silence{}, unknownSilence(id)
	}
	return all[i], nil
}

func unknownSilence(id string) *refusal {
	return refuse(http.StatusNotFound, "", "silence %q not found", brief(id))
}

func (c *call) deleteSilence(id string) error {
	err := c.desk.ExpireSilence(c.r.Context(), id, c.actor())
	if errors.Is(err, ErrNotFound) {
		return unknownSilence(id)
	}
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// postSilence makes or changes a silence. One that is known is changed in place where that leaves its past true;
// otherwise a new one takes over and the old one ends. The new one comes first, so that nobody is paged in between.
func (c *call) postSilence() error {
	s, err := c.readSilence()
	if err != nil {
		return err
	}
	now, old := c.now(), router.Silence{}
	if s.ID != "" {
		if old, err = c.silence(s.ID); err != nil {
			return err
		}
	}
	if s.ID == "" || !inPlace(&old, &s, now) {
		s.ID = ""
		if s.StartsAt.Before(now) {
			s.StartsAt = now
		}
	}
	s.UpdatedAt = now
	stored, err := c.desk.PutSilence(c.r.Context(), s, c.actor())
	if errors.Is(err, ErrNotFound) {
		return unknownSilence(s.ID)
	}
	if err != nil {
		return err
	}
	if s.ID == "" && old.ID != "" && old.State(now) != models.SilenceStatusStateExpired {
		err := c.desk.ExpireSilence(c.r.Context(), old.ID, c.actor())
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	writeJSON(c.w, http.StatusOK, map[string]string{"silenceID": stored.ID})
	return nil
}

// actor is whose token it was: what a body says of who made it, anybody can write.
func (c *call) actor() incident.Actor {
	return incident.Actor{Kind: incident.ByIntegration, Name: c.src.Name}
}

// inPlace reports whether a silence may become another without changing what it has silenced so far (Alertmanager's rule):
// the same matchers, and of an active one the same start, to the second, and an end to come; of a pending one a start to come.
func inPlace(old, s *router.Silence, now time.Time) bool {
	if !slices.Equal(old.Matchers, s.Matchers) {
		return false
	}
	switch old.State(now) {
	case models.SilenceStatusStateActive:
		return old.StartsAt.Unix() == s.StartsAt.Unix() && !s.EndsAt.Before(now)
	case models.SilenceStatusStatePending:
		return !s.StartsAt.Before(now)
	}
	return false
}

// readSilence reads and checks the body of POST /silences. Its error is a *refusal.
func (c *call) readSilence() (router.Silence, error) {
	body, done, err := c.readBody(c.w, c.r, c.cfg().maxBody(), !c.src.Insecure)
	if err != nil {
		return router.Silence{}, err
	}
	defer done()
	if bodyForm(c.r.Header.Get("Content-Type"), body) != formJSON {
		return router.Silence{}, unsupported(c.r.Header.Get("Content-Type"), false)
	}
	return decodeSilence(body, c.now())
}

// forever is as late as a silence can end. 31 December 9999 is written for that, and east or west of UTC that is a year that no JSON has.
var forever = time.Date(9998, 12, 31, 0, 0, 0, 0, time.UTC)

// decodeSilence reads a silence as Alertmanager's clients post it. A start that is absent or zero is now.
func decodeSilence(body []byte, now time.Time) (router.Silence, error) {
	bad := func(format string, args ...any) (router.Silence, error) {
		return router.Silence{}, refuse(http.StatusBadRequest, "", "bad silence: "+format, args...)
	}
	var p models.PostableSilence
	if err := bound(body); err != nil {
		return bad("%v", err)
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return bad("%v", err)
	}
	if p.CreatedBy == nil || p.Comment == nil || p.EndsAt == nil {
		return bad("createdBy, comment and endsAt are required")
	}
	var cuts []string // what is too long is cut; nobody needs to be told
	s := router.Silence{
		ID: p.ID, EndsAt: time.Time(*p.EndsAt).UTC(), CreatedBy: oneLine(*p.CreatedBy, maxTitle),
		Comment: block(*p.Comment, maxValue, "", &cuts), Annotations: tidySet(alert.Labels(p.Annotations), "annotation", &cuts),
	}
	if s.EndsAt.After(forever) {
		s.EndsAt = forever
	}
	if p.StartsAt != nil && !time.Time(*p.StartsAt).After(forever) {
		s.StartsAt = plausible(time.Time(*p.StartsAt))
	} else if p.StartsAt != nil {
		return bad("it would never start")
	}
	if s.StartsAt.IsZero() {
		s.StartsAt = now.UTC()
	}
	switch {
	case !s.EndsAt.After(s.StartsAt):
		return bad("the end must be after the start")
	case !s.EndsAt.After(now):
		return bad("the end is in the past")
	}
	var err error
	if s.Matchers, err = silenceMatchers(p.Matchers); err != nil {
		return bad("%v", err)
	}
	if err := s.Validate(now); err != nil {
		return bad("%v", err)
	}
	return s, nil
}

// silenceMatchers reads matchers; what a silence needs of them is router's to say.
func silenceMatchers(list models.Matchers) ([]router.Matcher, error) {
	var out []router.Matcher
	for _, m := range list {
		if m == nil || m.Name == nil || *m.Name == "" || m.Value == nil {
			return nil, errors.New("each matcher needs a name and a value")
		}
		stored := router.Matcher{Name: *m.Name, Value: *m.Value, IsRegex: m.IsRegex != nil && *m.IsRegex, IsEqual: m.IsEqual == nil || *m.IsEqual}
		if !plain(stored.Name) || !harmless(stored.Value) {
			return nil, errors.New("a matcher holds control characters")
		}
		out = append(out, stored)
	}
	return out, nil
}
