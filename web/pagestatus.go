package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

const (
	statusRefresh = 60 // seconds
	statusAge     = 15 // seconds for which the page may be kept
	statusDays    = 14
)

// outsideView is the status page. It says what people published for everybody and nothing else: no titles of alerts, no names of
// people, no numbers, nothing of an incident of which the public was not told.
type outsideView struct {
	Title    string
	Tone     string // good | watch | warn | bad
	Head     string
	At       moment
	Services []outsideService
	Now      []outsideIncident
	Days     []outsideDay
	Inside   bool // somebody with a login looks
}

type outsideService struct{ Name, Tone, Word string }

type outsideIncident struct {
	Service, Phase, Tone string
	Began                moment
	Took                 string
	Updates              []outsideUpdate // newest first
}

type outsideUpdate struct {
	Phase, Text string
	At          moment
}

// outsideDay is one day, or several quiet ones in a row.
type outsideDay struct {
	Name      string
	Since     string // the earliest of several
	Incidents []outsideIncident
	Above     bool // something that is still going on, and stands above, was so on this day
}

// statusPage is GET /status: open to everybody where the configuration says so, else to who is logged in.
func (c *call) statusPage() error {
	public := c.s.Config().StatusPage.Public
	k := clockIn{zone: time.UTC, now: c.now}
	if !public {
		if err := c.enter(); err != nil {
			c.failPage(judge(err), err)
			return nil
		}
		k.zone = c.user().Zone
	}
	told, err := c.s.statusPage(c.r.Context(), c.now)
	if err != nil {
		c.s.Log.Error("the status page cannot be read", "correlation", c.id, "err", err)
		c.failPage(judge(err), err)
		return nil
	}
	v := k.outside(&told)
	v.Inside = !public
	whose := "private"
	if public {
		whose = "public"
	}
	c.w.Header().Set("Cache-Control", fmt.Sprintf("%s, max-age=%d", whose, statusAge))
	return c.show(http.StatusOK, "status", frame{Title: v.Title, Here: "status", Bare: true, Refresh: statusRefresh, Zone: k.zone.String(), Body: v})
}

// outside words what the public was told.
func (k clockIn) outside(told *client.StatusPage) outsideView {
	v := outsideView{Title: told.Title, At: k.moment(told.At)}
	worst := 0
	for _, s := range told.Services {
		g := phaseRank[s.State]
		worst = max(worst, g)
		v.Services = append(v.Services, outsideService{s.Service, gravityTones[g], gravityWords[g]})
	}
	v.Tone, v.Head = gravityTones[worst], gravityHeads[worst]
	days := map[string][]outsideIncident{}
	var since time.Time // the earliest word of what is going on
	for _, group := range byIncident(told) {
		o := k.outsideIncident(group)
		if slices.ContainsFunc(told.Current, func(n client.Notice) bool { return n.Ref == group[0].Ref }) {
			v.Now = append(v.Now, o)
			if at := group[len(group)-1].At; since.IsZero() || at.Before(since) {
				since = at
			}
			continue
		}
		day := group[len(group)-1].At.In(k.zone).Format(time.DateOnly)
		days[day] = append(days[day], o)
	}
	today := oncall.DateOf(k.now.In(k.zone))
	for d := range statusDays {
		at := oncall.Wall(k.zone, today.AddDays(-d), 12*60)
		of := days[at.In(k.zone).Format(time.DateOnly)]
		above := !since.IsZero() && since.Before(oncall.Wall(k.zone, today.AddDays(1-d), 0))
		if n := len(v.Days); n > 0 && len(of)+len(v.Days[n-1].Incidents) == 0 && above == v.Days[n-1].Above {
			v.Days[n-1].Since = k.dayName(at, d)
			continue
		}
		v.Days = append(v.Days, outsideDay{Name: k.dayName(at, d), Incidents: of, Above: above})
	}
	return v
}

// byIncident puts together what was said of each incident, the newest first, and the incidents in the order of the last word.
func byIncident(told *client.StatusPage) (groups [][]client.Notice) {
	at := map[string]int{}
	add := func(n client.Notice) {
		k, known := at[n.Ref]
		if !known {
			at[n.Ref] = len(groups)
			groups = append(groups, []client.Notice{n})
			return
		}
		if !slices.Contains(groups[k], n) {
			groups[k] = append(groups[k], n)
		}
	}
	for _, n := range slices.Concat(told.Past, told.Current) {
		add(n)
	}
	for _, g := range groups {
		slices.Reverse(g) // of one instant the later word comes first
		slices.SortStableFunc(g, func(a, b client.Notice) int { return b.At.Compare(a.At) })
	}
	return groups
}

// How a service does, by what was last said of it: nothing, that it is mended and watched, that the cause is known, that it is
// looked for. The words are those that customers know from other status pages.
var (
	gravityTones = []string{"good", "watch", "warn", "bad"}
	gravityWords = []string{"Operational", "Fixed, monitoring", "Disruption, cause identified", "Disruption, under investigation"}
	gravityHeads = []string{"All systems operational", "Fixed, monitoring", "Disruption: cause identified, a fix is under way", "Disruption: under investigation"}
)

func (k clockIn) outsideIncident(group []client.Notice) outsideIncident {
	last, began := group[0], group[len(group)-1]
	o := outsideIncident{Service: last.Service, Phase: upper(last.Phase), Tone: gravityTones[phaseRank[last.Phase]], Began: k.moment(began.At)}
	if last.Phase == string(incident.PhaseResolved) && last.At.After(began.At) {
		o.Took = age(last.At.Sub(began.At))
	}
	for _, n := range group {
		o.Updates = append(o.Updates, outsideUpdate{upper(n.Phase), n.Text, k.moment(n.At)})
	}
	return o
}
