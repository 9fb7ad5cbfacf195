package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// contacts is GET /api/v1/contacts: every number and address of the configuration, with what is known of it.
func (c *call) contacts() error {
	out, err := c.knownContacts()
	if err == nil {
		c.write(http.StatusOK, out)
	}
	return err
}

func (c *call) knownContacts() ([]client.Contact, error) {
	out := []client.Contact{}
	err := c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		for _, u := range c.s.Engine.Book().Roster.Users() {
			for _, address := range []string{u.Phone, u.Email} {
				if address == "" {
					continue
				}
				known, err := tx.Contact(address)
				if err != nil {
					return err
				}
				out = append(out, c.wireContact(u, address, &known))
			}
		}
		return nil
	})
	return out, err
}

func (c *call) wireContact(u oncall.User, address string, k *store.Contact) client.Contact {
	out := client.Contact{
		User: string(u.ID), Name: u.Name, Via: []string{string(oncall.Email)}, Address: mask(oncall.Email, address), Health: "unknown",
		LastOK: k.LastOK, LastFail: k.LastFail, LastClass: string(k.LastClass), LastCode: k.LastCode, Fails: k.Fails,
		Dead: []string{}, Use: []client.Use{},
	}
	if k.LastClass != notify.None {
		out.LastWords = k.LastClass.Words()
	}
	if address == u.Phone {
		out.Via, out.Address = []string{string(oncall.SMS), string(oncall.Call)}, notify.MaskNumber(address)
		out.Use = []client.Use{c.use(oncall.SMS, k.Sent), c.use(oncall.Call, k.Called)}
	}
	for _, via := range k.Dead {
		out.Dead = append(out.Dead, string(via))
	}
	if k.OptedOut {
		out.Dead = append(out.Dead, string(oncall.SMS))
	}
	slices.Sort(out.Dead)
	out.Dead = slices.Compact(out.Dead)
	switch {
	case len(k.Dead) > 0:
		out.Health, out.Undo = "broken", notify.Undo(notify.Dead, u.ID, k.Dead[0])
	case k.OptedOut:
		out.Health, out.Undo = "opted-out", notify.Undo(notify.Consent, u.ID, oncall.SMS)
	case k.Fails > 0:
		out.Health = "failing"
	case !k.LastOK.IsZero():
		out.Health = "ok"
	}
	return out
}

// use is how much of its limit a number has used up.
func (c *call) use(via oncall.Method, times []time.Time) client.Use {
	n, per := c.s.Engine.Allowed(via)
	u := client.Use{Via: string(via), Most: n, Per: "1h"}
	if per > 0 {
		u.Per = lapse.Exact(per)
	} else {
		per = time.Hour
	}
	for _, t := range times {
		if c.now.Sub(t) <= per {
			u.Sent++
		}
	}
	return u
}

// lines is GET /api/v1/lines: every method over every provider, and which are out of use.
func (c *call) lines() error {
	out := []client.Line{}
	for _, l := range c.s.Engine.Lines() {
		w := client.Line{Provider: l.Provider, Via: string(l.Via), State: "in use", Since: l.Since, Until: l.Until, Class: string(l.Class), Code: l.Code, Why: l.Why()}
		switch {
		case l.Since.IsZero():
		case l.Until.After(c.now):
			w.State = "out of use"
		default:
			w.State = "probed"
		}
		out = append(out, w)
	}
	c.write(http.StatusOK, out)
	return nil
}

// failsMany is from how many in a row on a phone that is off, busy or not picked up looks like one that fails, and not like
// somebody asleep.
const failsMany = 3

// numberView is one number or address on the page of who is on call.
type numberView struct {
	Who, Address, Health, Note, Use string
	Bad                             bool
}

// numberViews is what the page shows of numbers, and of lines that are out of use, to who may see them.
func (c *call) numberViews(t teller) (numbers []numberView, lines []string, err error) {
	if !c.who.role.allows(Responder) {
		return nil, nil, nil
	}
	all, err := c.knownContacts()
	for _, k := range all {
		v := numberView{Who: t.name(k.User), Address: k.Address, Health: k.Health, Bad: k.Health == "broken" || k.Health == "opted-out", Note: k.Undo}
		switch asleep := k.LastClass == string(notify.Handset) && k.Fails < failsMany; {
		case v.Note != "" || k.Fails == 0:
		case k.Health == "failing" && asleep && k.Fails == 1:
			v.Health = "not reached last time"
		case k.Health == "failing" && asleep:
			v.Health = fmt.Sprintf("not reached %d times in a row", k.Fails)
		default:
			v.Note = fmt.Sprintf("%d in a row; the last: %s", k.Fails, k.LastWords)
		}
		var use []string
		for _, u := range k.Use {
			if u.Sent > 0 {
				use = append(use, u.String())
			}
		}
		v.Use = strings.Join(use, ", ")
		numbers = append(numbers, v)
	}
	for _, l := range c.s.Engine.Lines() {
		if !l.Since.IsZero() {
			lines = append(lines, fmt.Sprintf("%s over %s is out of use: %s", l.Via, l.Provider, l.Why()))
		}
	}
	return numbers, lines, err
}
