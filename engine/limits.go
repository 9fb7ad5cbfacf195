package engine

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// slot returns when the next message to a number may go. Most of the limit may be used at once; its last two messages are
// spread over the window, so that in a storm there is always one left to bring what has gathered.
func (b *batch) slot(c *store.Contact, via oncall.Method) time.Time {
	rate, times := b.live.Limits.SMS, c.Sent
	if via == oncall.Call {
		rate, times = b.live.Limits.Call, c.Called
	}
	return nextSlot(rate, recent(slices.Clone(times), b.now, rate.Per), b.now)
}

// newsSlot is slot for news, which waits for what was sent of pages and of news. Pages wait for pages alone: none may ever be late
// because of news.
func (b *batch) newsSlot(c *store.Contact) time.Time {
	rate := b.live.Limits.SMS
	all := append(slices.Clone(c.Sent), c.News...)
	slices.SortFunc(all, time.Time.Compare)
	return nextSlot(rate, recent(all, b.now, rate.Per), b.now)
}

// newsShare is how much of the day's cap news may use, of four parts: the rest is for what wakes people.
const newsShare = 3

func nextSlot(rate Rate, times []time.Time, now time.Time) time.Time {
	n := len(times)
	if rate.N <= 0 || n == 0 {
		return now
	}
	last := times[n-1]
	switch {
	case n >= rate.N:
		return times[n-rate.N].Add(rate.Per)
	case rate.N-n == 1 && rate.N > 2:
		return latest(now, last.Add(rate.Per/3))
	case rate.N-n == 2 && rate.N > 3:
		return latest(now, last.Add(rate.Per/5))
	}
	return now
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func dayCounter(via oncall.Method, now time.Time) string {
	return fmt.Sprintf("spend/%s/%s", via, now.UTC().Format(time.DateOnly))
}

// overCap says why the day's cap stops a method; "" when it does not. When both texts and calls are used up, texts go on
// all the same: a cap may change the way a person is reached, never the fact.
func (b *batch) overCap(p *store.Page) (string, error) {
	via := p.Via
	if p.Kind == incident.PageNews && via == oncall.SMS {
		full, err := b.capped(oncall.SMS, max(b.live.Limits.DailyMessages*newsShare/4, min(b.live.Limits.DailyMessages, 1)))
		if err != nil || !full {
			return "", err
		}
		return "the share of the day's cap of messages that is for news is used up", nil
	}
	sms, err := b.capped(oncall.SMS, b.live.Limits.DailyMessages)
	if err != nil {
		return "", err
	}
	call, err := b.capped(oncall.Call, b.live.Limits.DailyCalls)
	if err != nil {
		return "", err
	}
	switch {
	case via == oncall.SMS && sms && call:
		b.e.log.Warn("both daily caps are used up, texts go out all the same")
		return "", nil
	case via == oncall.Call && call && !b.otherWay(p):
		b.e.log.Warn("the daily cap of calls is used up, somebody whom only calls reach is called all the same", "user", string(p.User))
		return "", nil
	case via == oncall.SMS && sms:
		return "the day's cap of messages is used up", nil
	case via == oncall.Call && call:
		return "the day's cap of calls is used up", nil
	}
	return "", nil
}

// otherWay reports whether a person's rules have another method that works.
func (b *batch) otherWay(p *store.Page) bool {
	u, _ := b.live.book.Roster.User(p.User)
	for _, r := range u.Rules(p.Urgency) {
		to := u.Address(r.Via)
		if r.Via == p.Via || to == "" {
			continue
		}
		if c, err := b.tx.Contact(to); err == nil && unusable(&c, r.Via) == "" && b.e.breaker.works(b.live.Providers, r.Via) {
			return true
		}
	}
	return false
}

func (b *batch) capped(via oncall.Method, limit int) (bool, error) {
	if limit <= 0 {
		return false, nil
	}
	n, err := b.tx.Counter(dayCounter(via, b.now))
	return n >= int64(limit), b.fail(err)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // written by incident itself; 0 reads well enough
	return n
}
