package ingest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
)

// event answers PagerDuty's Events API, v2 and v1. named is the integration in the path; nil: the key in the body says it.
func (s *Server) event(w http.ResponseWriter, r *http.Request, named *Source) {
	e, src, ok := s.envelope(w, r, named)
	if !ok {
		return
	}
	b, key := e.batch(mintKey)
	if len(b.problems) > 0 {
		s.noteFaults(src.Name, b.problems)
		pagerDutyError(w, http.StatusBadRequest, lines(b.problems))
		return
	}
	if err := s.store(r.Context(), src, b); err != nil {
		s.turnAway(w, speakPagerDuty, src.Name, err)
		return
	}
	if e.v1() {
		writeJSON(w, http.StatusOK, map[string]string{"status": "success", "message": "Event processed", "incident_key": key})
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]string{"status": "success", "message": "Event processed", "dedup_key": key})
}

// change answers PagerDuty's change events. They page nobody.
func (s *Server) change(w http.ResponseWriter, r *http.Request, named *Source) {
	e, src, ok := s.envelope(w, r, named)
	if !ok {
		return
	}
	c, problems := e.change(s.now())
	if len(problems) > 0 {
		s.noteFaults(src.Name, problems)
		pagerDutyError(w, http.StatusBadRequest, lines(problems))
		return
	}
	c.Integration = src.Name
	if err := s.sink.Record(r.Context(), c); err != nil {
		s.turnAway(w, speakPagerDuty, src.Name, err)
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]string{"status": "success", "message": "Change event processed"})
}

// envelope reads an event and finds whose it is, or answers why not.
func (s *Server) envelope(w http.ResponseWriter, r *http.Request, named *Source) (*event, *Source, bool) {
	if wrongMethod(w, r, speakPagerDuty, http.MethodPost) {
		return nil, nil, false
	}
	cfg := s.cfg()
	if named == nil && len(cfg.ofType(TypePagerDuty)) == 0 {
		s.turnAway(w, speakPagerDuty, "", wrongKey(r, nil)) // before anything is read
		return nil, nil, false
	}
	body, done, err := s.readBody(w, r, min(maxEvent, cfg.maxBody()), named != nil && opens(named.Tokens, credentials(r)))
	if err == nil {
		defer done()
	}
	if err == nil && bodyForm(r.Header.Get("Content-Type"), body) != formJSON {
		err = unsupported(r.Header.Get("Content-Type"), false)
	}
	if err != nil {
		s.turnAway(w, speakPagerDuty, nameOf(named), err)
		return nil, nil, false
	}
	e, err := decodeEvent(body)
	if err != nil {
		s.turnAway(w, speakPagerDuty, nameOf(named), refuse(http.StatusBadRequest, "", "JSON parse error: %v", err))
		return nil, nil, false
	}
	src := eventSource(cfg, named, append(credentials(r), e.key()))
	if src == nil {
		s.turnAway(w, speakPagerDuty, nameOf(named), wrongKey(r, named))
		return nil, nil, false
	}
	return e, src, true
}

// eventSource finds the integration that a key opens. Without a name in the path any of type pagerduty will do; one that
// needs no token is meant only where it is the only one.
func eventSource(cfg *Config, named *Source, offered []string) *Source {
	if named != nil {
		if named.admits(offered) {
			return named
		}
		return nil
	}
	return pick(cfg.ofType(TypePagerDuty), offered)
}

// pick returns the first source that a token opens; else the only one there is, if it needs none.
func pick(sources []Source, offered []string) *Source {
	for i := range sources {
		if opens(sources[i].Tokens, offered) {
			return &sources[i]
		}
	}
	if len(sources) == 1 && sources[0].Insecure {
		return &sources[0]
	}
	return nil
}

// wrongKey is PagerDuty's 400 on its own paths, where its clients expect no 401, and ours on /ingest/NAME.
func wrongKey(r *http.Request, named *Source) *refusal {
	if named != nil && strings.Trim(r.PathValue("rest"), "/") == "" {
		return unauthorized(named)
	}
	return refuse(http.StatusBadRequest, "The routing_key (service_key in v1) is the token of an integration of type pagerduty.", "Invalid routing key")
}

func nameOf(s *Source) string {
	if s == nil {
		return ""
	}
	return s.Name
}

// mintKey makes a dedup key for an event without one, as PagerDuty does: each such trigger is an alert of its own.
func mintKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails; see crypto/rand
	return hex.EncodeToString(b[:])
}
