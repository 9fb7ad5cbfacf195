package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/notify/receivers"
)

// deep finds what only shows when the parts are built as the daemon builds them: providers, and Alertmanager's receivers.
func deep(c *configs.Config, source []byte, skipSecrets bool) configs.Problems {
	at := places{c.File, source}
	quiet := slog.New(slog.DiscardHandler)
	var found configs.Problems
	for k, pc := range c.Providers {
		if skipSecrets {
			break // a provider without its secrets is none
		}
		if _, err := provider(c, pc, nil, quiet); err != nil {
			found = append(found, at.problem(fmt.Sprintf("providers[%d]", k), err.Error(), "see providers in docs/operations.md"))
		}
	}
	rooms, err := loadRooms(c, quiet)
	if err != nil {
		return append(found, at.rooms(c, err)...)
	}
	if rooms != nil {
		rooms.Close()
	}
	return found
}

// rooms turns what receivers.Load refuses into problems at their places in the file.
func (p places) rooms(c *configs.Config, err error) configs.Problems {
	const advice = "write it as Alertmanager's configuration has it (prometheus.io/docs/alerting/latest/configuration)"
	var found configs.Problems
	for _, one := range flatten(err) {
		var ce *receivers.ConfigError
		if !errors.As(one, &ce) {
			key := "receivers"
			if strings.Contains(one.Error(), "template") && len(c.Templates) > 0 {
				key = "templates"
			}
			found = append(found, p.problem(key, strings.TrimPrefix(one.Error(), "receivers: "), advice))
			continue
		}
		key := "receivers"
		for k, r := range c.Receivers {
			if r.Name == ce.Receiver {
				key = fmt.Sprintf("receivers[%d]", k)
			}
		}
		if ce.Field != "" {
			key += "." + ce.Field
		}
		found = append(found, p.problem(key, ce.Err.Error(), advice))
	}
	return found
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	switch e := err.(type) {
	case *receivers.ConfigError:
		return []error{err}
	case interface{ Unwrap() []error }:
		var all []error
		for _, one := range e.Unwrap() {
			all = append(all, flatten(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		if errors.As(err, new(*receivers.ConfigError)) {
			return flatten(e.Unwrap())
		}
	}
	return []error{err}
}

// places knows where the keys of a file are written.
type places struct {
	file   string
	source []byte
}

// problem is an error at a dotted path such as receivers[1].slack_configs[0].channel.
func (p places) problem(key, what, do string) configs.Problem {
	line, column := configs.Place(p.source, key)
	return configs.Problem{File: p.file, Line: line, Column: column, Key: key, Severity: configs.Error, What: plain(what), Do: do}
}
