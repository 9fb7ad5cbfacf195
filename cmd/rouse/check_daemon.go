package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

// knowledge is what a running rouse knows that no file says.
type knowledge struct {
	contacts  []client.Contact
	overrides []client.Override // that are not over
	labels    map[string]bool   // names that alerts had of late
	alerts    int               // how many were looked at
}

// sightDays is how long ago an alert may have come for its labels to count as seen.
const sightDays = 30

// askDaemon asks the daemon that is named, and answers nil when none is, or when it does not answer; then why says so.
func (r *remote) askDaemon(ctx context.Context, now time.Time) (k *knowledge, why string) {
	if r.url == "" && r.getenv("ROUSE_URL") == "" {
		return nil, ""
	}
	r.output = "json"
	s, err := r.session()
	if err != nil {
		return nil, err.Error()
	}
	ctx, stop := context.WithTimeout(ctx, planWait)
	defer stop()
	k = &knowledge{labels: map[string]bool{}}
	if k.contacts, err = s.Contacts(ctx); err != nil {
		return nil, s.explain(err).Error()
	}
	if k.overrides, err = s.Overrides(ctx, false); err != nil {
		return nil, s.explain(err).Error()
	}
	seen, err := s.seen(ctx, now.AddDate(0, 0, -sightDays))
	if err != nil {
		return nil, s.explain(err).Error()
	}
	k.alerts = len(seen)
	for _, a := range seen {
		for name := range a.Labels {
			k.labels[name] = true
		}
	}
	return k, ""
}

// doubts are what the rules say that need a daemon.
func (k *knowledge) doubts(c *configs.Config, at places) configs.Problems {
	return slices.Concat(k.contactDoubts(c, at), k.overrideDoubts(c, at), k.labelDoubts(c))
}

// contactDoubts finds people on a level whose numbers and addresses do not work, or never had anything arrive.
func (k *knowledge) contactDoubts(c *configs.Config, at places) configs.Problems {
	var found configs.Problems
	for _, id := range c.Roster().Paged() {
		var broken, proven, known int
		var last string
		for _, x := range k.contacts {
			if x.User != string(id) {
				continue
			}
			known++
			if x.Health == "broken" || x.Health == "opted-out" {
				broken++
				last = fmt.Sprintf("%s is %s", x.Address, x.Health)
				if x.LastWords != "" {
					last += ": " + x.LastWords
				}
			}
			if !x.LastOK.IsZero() {
				proven++
			}
		}
		p := at.problem("users."+string(id), "", "")
		p.Severity = configs.Warning
		switch {
		case known == 0: // the daemon's file has nobody of that name, or without a number: that is the file's own rule
			continue
		case broken == known:
			p.Rule, p.What, p.Do = "contact-broken", "is on a level and cannot be reached: "+plain(last), "correct it, or have it undone: rouse contacts says how"
		case proven == 0:
			p.Rule, p.What, p.Do = "contact-unproven", "is on a level, and nothing has ever arrived at any number or address of theirs", "send a test page: rouse send "+string(id)+" --via sms"
		default:
			continue
		}
		found = append(found, p)
	}
	return found
}

// overrideDoubts finds overrides made at run time that decide nothing with this file: what they name is not in it.
func (k *knowledge) overrideDoubts(c *configs.Config, at places) configs.Problems {
	var found configs.Problems
	for _, o := range k.overrides {
		why := c.Roster().Void(&oncall.Override{Schedule: oncall.ScheduleID(o.Schedule), User: oncall.UserID(o.User)})
		if o.Source != "runtime" || why == "" {
			continue
		}
		p := at.problem("schedules", "", "")
		p.Severity, p.Rule = configs.Warning, "void-override"
		p.What = fmt.Sprintf("do not carry the override %s (%s on %s until %s): %s, so the rotation counts", o.ID, plain(o.User), plain(o.Schedule), o.To.UTC().Format(time.RFC3339), plain(why))
		p.Do = "put somebody else there: rouse override add; then rouse override remove " + o.ID
		found = append(found, p)
	}
	return found
}

// labelDoubts finds matchers of routes on labels that no alert of late has.
func (k *knowledge) labelDoubts(c *configs.Config) configs.Problems {
	if k.alerts == 0 {
		return nil
	}
	var found configs.Problems
	for _, a := range c.Tree().Asks() {
		if k.labels[a.Label] {
			continue
		}
		line, _ := strconv.Atoi(a.Route[strings.LastIndexByte(a.Route, ':')+1:])
		p := configs.Problem{File: c.File, Line: max(line, 1), Column: 1, Severity: configs.Warning, Rule: "label-never-seen",
			What: fmt.Sprintf("%s asks for a label that no alert of the last %d days has (%d looked at)", a.Matcher, sightDays, k.alerts), Do: "correct the name of the label, or remove the route"}
		if !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	return found
}
