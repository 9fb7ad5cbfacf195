package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// silencesView is what nobody is paged for, and the form for more of it.
type silencesView struct {
	formState
	List     []silenceView
	Matchers string // of the alerts of the incident from which somebody came, one on a line
	Of       string // its reference
	Comment  string
	Lengths  []option
}

type silenceView struct {
	ID       string
	Matchers []string
	Pending  bool
	From, To moment
	By       string
	Comment  string
}

// silenceLengths are how long a silence may last, as the form offers it.
var silenceLengths = []option{{"30m", "30 minutes"}, {"1h", "1 hour"}, {"2h", "2 hours"}, {"4h", "4 hours"}, {"8h", "8 hours"}, {"1d", "a day"}, {"3d", "3 days"}, {"1w", "a week"}}

// silencesPage is GET /silences. With of, the form is filled in for the alerts of an incident.
func (c *call) silencesPage() error {
	n, err := c.sequence("of")
	if err != nil {
		return err
	}
	v, err := c.silencesView(n)
	if err != nil {
		return err
	}
	return c.showSilences(http.StatusOK, v)
}

func (c *call) showSilences(status int, v silencesView) error {
	return c.show(status, "silences", frame{Title: "Silences", Here: "oncall", Refresh: 60, Zone: c.user().Zone.String(), Body: v})
}

func (c *call) silencesView(of int64) (v silencesView, err error) {
	t := c.teller()
	v = silencesView{Lengths: silenceLengths}
	v.may = map[string]bool{"add": c.who.role.allows(Responder)}
	got, err := c.s.Engine.Silences(c.r.Context())
	if err != nil {
		return v, err
	}
	slices.SortStableFunc(got, func(a, b router.Silence) int { return a.EndsAt.Compare(b.EndsAt) })
	for k := range got {
		s := wireSilence(&got[k], c.now)
		if s.State == router.SilenceExpired {
			continue
		}
		v.List = append(v.List, silenceView{
			ID: s.ID, Matchers: s.Matchers, Pending: s.State == router.SilencePending, From: t.moment(s.StartsAt), To: t.moment(s.EndsAt), By: t.name(s.CreatedBy), Comment: s.Comment,
		})
	}
	if of == 0 {
		return v, nil
	}
	return v, c.view(func(tx store.Tx, h *veil) error {
		i, err := h.shown(of)
		if err != nil {
			return err
		}
		v.Of, v.Comment = i.Ref(), i.Ref()+": "
		match := i.GroupLabels
		if len(match) == 0 {
			members, err := tx.AlertsOf(of, alert.ID{}, 1)
			if err != nil {
				return err
			}
			for k := range members {
				match = members[k].Labels
			}
		}
		v.Matchers = matching(match)
		return nil
	})
}

// matching writes matchers for labels, one on a line.
func matching(of map[string]string) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if m, err := labels.NewMatcher(labels.MatchEqual, name, of[name]); err == nil {
			lines = append(lines, m.String())
		}
	}
	return strings.Join(lines, "\n")
}

// silenceAct is POST /silences: somebody makes a silence, or ends one.
func (c *call) silenceAct() error {
	form, err := c.form()
	if err != nil {
		return err
	}
	if id := form.Get("end"); id != "" {
		err = c.s.Engine.ExpireSilence(c.r.Context(), id, c.who.actor())
	} else {
		err = c.makeSilence(form)
	}
	return c.posted(err, "add", form, "/silences", func(status int, f *fault) error {
		v, err := c.silencesView(0)
		if err != nil {
			return err
		}
		v.Fault = f
		return c.showSilences(status, v)
	})
}

func (c *call) makeSilence(form url.Values) error {
	in := client.NewSilence{For: form.Get("for"), Comment: form.Get("comment")}
	for line := range strings.Lines(form.Get("matchers")) {
		if line = strings.TrimSpace(line); line != "" {
			in.Matchers = append(in.Matchers, line)
		}
	}
	s, err := c.silence(in)
	if err == nil {
		_, err = c.s.Engine.PutSilence(c.r.Context(), s, c.who.actor())
	}
	return err
}
