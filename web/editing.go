package web

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/oncall"
)

// editing checks the fields of an edit, of which each may be missing, and keeps the first fault.
type editing struct {
	c   *call
	err error
}

func (e *editing) keep(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *editing) text(field string, s *string) *string {
	if s == nil {
		return nil
	}
	out, err := text(field, *s, longestText)
	e.keep(err)
	return &out
}

func (e *editing) line(field string, s *string) *string {
	if s == nil {
		return nil
	}
	out, err := line(field, *s)
	e.keep(err)
	return &out
}

// user finds a user. An empty name is nobody, which empties the field.
func (e *editing) user(s *string) *oncall.UserID {
	var out oncall.UserID
	if s == nil {
		return nil
	}
	if *s != "" {
		id, err := e.c.somebody(*s)
		e.keep(err)
		out = id
	}
	return &out
}

func (e *editing) users(list *[]string) *[]oncall.UserID {
	if list == nil {
		return nil
	}
	out := []oncall.UserID{}
	for _, name := range *list {
		if id := e.user(&name); id != nil && *id != "" {
			out = append(out, *id)
		}
	}
	return &out
}

// linesMost bounds a list of an edit.
const linesMost = 100

func (e *editing) lines(field string, list *[]string) *[]string {
	if list == nil {
		return nil
	}
	if len(*list) > linesMost {
		e.keep(bad(field, fmt.Sprintf("Use at most %d.", linesMost), "there are %d", len(*list)))
		return nil
	}
	out := []string{}
	for _, s := range *list {
		out = append(out, *e.text(field, &s))
	}
	return &out
}

// longestOutage bounds the duration of an impact, in seconds: ten years.
const longestOutage = 10 * 365 * 24 * 60 * 60

func (e *editing) duration(field string, s *int64) *time.Duration {
	if s == nil {
		return nil
	}
	if *s < 0 || *s > longestOutage {
		e.keep(bad(field, "Write seconds.", "%d cannot be used", *s))
		return nil
	}
	d := time.Duration(*s) * time.Second
	return &d
}
