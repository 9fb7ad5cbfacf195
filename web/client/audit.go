package client

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Act is one line of the audit log. Of what was done to an incident that you may not see it has no words.
type Act struct {
	Seq      int64             `json:"seq"`
	At       time.Time         `json:"at"`
	By       Actor             `json:"by"`
	Verb     string            `json:"verb"`
	What     string            `json:"what"`
	Incident int64             `json:"incident,omitempty"`
	Data     map[string]string `json:"data,omitempty"`
	Hash     string            `json:"hash,omitempty"`   // of this act and, by its hash, of all before it; empty: older than the chain
	Erased   bool              `json:"erased,omitempty"` // its words were erased
	Hidden   bool              `json:"hidden,omitempty"` // its words are not for you
}

// Verdict is what checking the audit log came to.
type Verdict struct {
	Whole     bool   `json:"whole"`            // nothing was found to be wrong
	Acts      int64  `json:"acts"`             // that were read
	Unchained int64  `json:"unchained"`        // of these, older than the chain: nothing vouches for what they say
	Erased    int64  `json:"erased"`           // of these, whose words were erased
	Broken    int64  `json:"broken,omitempty"` // the first act that is missing or not what was written
	Why       string `json:"why,omitempty"`
	LastSeq   int64  `json:"lastSeq"`
	LastHash  string `json:"lastHash,omitempty"` // compare it with a copy kept elsewhere: who can write the store can write a new chain
}

// Erasure names a person who is to be forgotten, and who has left the configuration.
type Erasure struct {
	User string   `json:"user"`
	Also []string `json:"also,omitempty"` // name, number, mail address, as they were written
}

// Erased is what an erasure changed.
type Erased struct {
	Alias     string `json:"alias"` // what stands in the person's place
	Incidents int    `json:"incidents"`
	Entries   int    `json:"entries"`
	Acts      int    `json:"acts"`
	Contacts  int    `json:"contacts"`
}

// Acts reads the audit log above a sequence number, oldest first, at most limit (0: 100; at most 1000).
func (c *Client) Acts(ctx context.Context, after int64, limit int) ([]Act, error) {
	q := url.Values{}
	if after > 0 {
		q.Set("after", number(after))
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return get[[]Act](ctx, c, "/api/v1/acts", q)
}

// VerifyAudit checks the whole audit log.
func (c *Client) VerifyAudit(ctx context.Context) (Verdict, error) {
	return get[Verdict](ctx, c, "/api/v1/audit/verify", nil)
}

// Erase replaces everything that names a person by an alias. It takes the role admin, and may take minutes: only ctx ends it.
func (c *Client) Erase(ctx context.Context, e Erasure) (Erased, error) {
	return post[Erased](ctx, c.patient(), "/api/v1/erase", e)
}
