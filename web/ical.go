package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/ical"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// What a feed's token is for. The token of a schedule or person has the number of times that its feed was revoked as its epoch, so
// that a revocation ends all before it.
const (
	scheduleFeed = "ical-schedule"
	userFeed     = "ical-user"
)

// feedEnd is when feeds end of themselves: never, for a calendar program cannot ask for another.
var feedEnd = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

var errNoFeeds = errors.New("this rouse signs no links, so it has no calendars")

// feedCounter names the count of a feed's revocations.
func feedCounter(purpose, name string) string { return "web/" + purpose + "/" + name }

// feedToken makes the token of a feed as it is now.
func (c *call) feedToken(purpose, name string) (string, error) {
	links := c.s.Config().Links
	if links == nil {
		return "", errNoFeeds
	}
	var n int64
	err := c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		n, err = tx.Counter(feedCounter(purpose, name))
		return err
	})
	return links.Sign(purpose, 0, name, int(n), feedEnd), err
}

// feedAddress is where calendar programs fetch a feed.
func (c *call) feedAddress(purpose, name string) (string, error) {
	token, err := c.feedToken(purpose, name)
	return c.s.Config().PublicURL + "/ical/" + token + ".ics", err
}

// feedPath says which feed a request for its address is about, and that it is there.
func (c *call) feedPath() (purpose, name string, err error) {
	r := c.s.Engine.Book().Roster
	id := c.r.PathValue("id")
	if strings.HasPrefix(c.r.URL.Path, "/api/v1/users/") {
		if _, ok := r.User(oncall.UserID(id)); ok {
			return userFeed, id, nil
		}
		return "", "", errGone
	}
	if _, ok := r.Schedule(oncall.ScheduleID(id)); ok {
		return scheduleFeed, id, nil
	}
	return "", "", errGone
}

// feed is GET /api/v1/schedules/{id}/ical and GET /api/v1/users/{id}/ical.
func (c *call) feed() error {
	purpose, name, err := c.feedPath()
	if err != nil {
		return err
	}
	address, err := c.feedAddress(purpose, name)
	if err != nil {
		return err
	}
	c.write(http.StatusOK, client.Feed{URL: address})
	return nil
}

// revokeFeed is DELETE of the same: every address of the feed so far stops working.
func (c *call) revokeFeed() error {
	purpose, name, err := c.feedPath()
	if err != nil {
		return err
	}
	if purpose == userFeed && oncall.UserID(name) != c.who.user && !c.who.role.allows(Manager) {
		return errForbidden(Manager)
	}
	if err := c.revoke(purpose, name); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// icalFeed is GET /ical/{file}: the calendar that a signed token names. Whoever has no good token learns nothing of why.
func (c *call) icalFeed() error {
	token, ok := strings.CutSuffix(c.r.PathValue("file"), ".ics")
	if !ok {
		return errNoRoute
	}
	f, key, err := c.openFeed(c.r.Context(), token)
	if err != nil {
		return err
	}
	sum := f.Sum()
	stamp := c.s.feeds.since(key, sum, c.now)
	text, err := f.Write(stamp)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="on-call.ics"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+sum+`"`)
	http.ServeContent(c.w, c.r, "", stamp, bytes.NewReader(text))
	return nil
}

// openFeed makes the feed that a token names; notify.ErrBadLink for a token that is not ours or was revoked, and where what it is
// about is gone from the configuration.
func (c *call) openFeed(ctx context.Context, token string) (f ical.Feed, key string, err error) {
	links := c.s.Config().Links
	if links == nil {
		return f, "", notify.ErrBadLink
	}
	g, err := links.Verify(token, c.now)
	if err != nil || g.Purpose != scheduleFeed && g.Purpose != userFeed {
		return f, "", notify.ErrBadLink
	}
	key = feedCounter(g.Purpose, g.User)
	var n int64
	err = c.s.Store.View(ctx, func(tx store.Tx) (err error) {
		n, err = tx.Counter(key)
		return err
	})
	if err != nil {
		return f, "", err
	}
	if int(n) != g.Epoch {
		return f, "", notify.ErrBadLink
	}
	f, ok := c.makeFeed(g.Purpose, g.User)
	if !ok {
		return f, "", notify.ErrBadLink
	}
	return f, key, nil
}

// makeFeed works out a feed. Its days are those of the schedule, or of the person.
func (c *call) makeFeed(purpose, name string) (ical.Feed, bool) {
	r := c.s.Engine.Book().Roster
	pages := c.s.Config().PublicURL + "/oncall/"
	if purpose == userFeed {
		u, ok := r.User(oncall.UserID(name))
		if !ok {
			return ical.Feed{}, false
		}
		from, to := ical.Window(u.Zone, c.now)
		return ical.OfUser(r, u.ID, from, to, c.now, pages)
	}
	s, ok := r.Schedule(oncall.ScheduleID(name))
	if !ok {
		return ical.Feed{}, false
	}
	from, to := ical.Window(s.Zone, c.now)
	return ical.OfSchedule(r, s.ID, from, to, c.now, pages+url.PathEscape(name))
}

// feedStamps remembers since when each feed has said what it says, from the first time that it was asked for in this process. There
// are no more of them than people and schedules, ever.
type feedStamps struct {
	mu    sync.Mutex
	known map[string]feedStamp
}

type feedStamp struct {
	sum string
	at  time.Time // in whole seconds, as HTTP and calendars have them
}

// since returns when a feed became what it is.
func (s *feedStamps) since(key, sum string, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.known[key]; ok && k.sum == sum {
		return k.at
	}
	if s.known == nil {
		s.known = map[string]feedStamp{}
	}
	at := now.UTC().Truncate(time.Second)
	s.known[key] = feedStamp{sum, at}
	return at
}
