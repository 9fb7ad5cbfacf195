package ingest

import (
	"net/http"
	"runtime"
	"slices"
	"strings"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/models"
)

// call is one request to Alertmanager's API, with the integration it speaks for.
type call struct {
	*Server
	w   http.ResponseWriter
	r   *http.Request
	src *Source
}

// rootAPI answers Alertmanager's API at the root, where the token says which integration of type prometheus is meant.
func (s *Server) rootAPI(w http.ResponseWriter, r *http.Request, version, rest string) {
	sources := s.cfg().ofType(TypePrometheus)
	speak := apiDialect(version)
	if len(sources) == 0 {
		say(w, speak, refuse(http.StatusNotFound, "Add an integration of type prometheus to the configuration.", "Alertmanager's API is not offered: there is no such integration"))
		return
	}
	src := pick(sources, credentials(r))
	if src == nil {
		s.turnAway(w, speak, "", unauthorized(&Source{Tokens: []string{"?"}}))
		return
	}
	s.api(w, r, *src, version, rest)
}

// namedAPI answers Alertmanager's API below /ingest/NAME.
func (s *Server) namedAPI(w http.ResponseWriter, r *http.Request, src Source, version, rest string) {
	if !src.admits(credentials(r)) {
		s.turnAway(w, apiDialect(version), src.Name, unauthorized(&src))
		return
	}
	s.api(w, r, src, version, rest)
}

func apiDialect(version string) dialect {
	if version == "v1" {
		return speakAlertmanagerV1
	}
	return speakAlertmanager
}

// api answers one path of Alertmanager's API for a sender that was admitted. Of v1 only the posting of alerts is left,
// which Grafana 9 still uses.
func (s *Server) api(w http.ResponseWriter, r *http.Request, src Source, version, rest string) {
	c := &call{s, w, r, &src}
	speak := apiDialect(version)
	read := []string{http.MethodGet, http.MethodHead}
	id, isSilence := strings.CutPrefix(rest, "silence/")
	switch {
	case version == "v1":
		c.on(speak, nil, nil, map[string]func() error{http.MethodPost: c.postAlertsV1})
	case rest == "alerts":
		c.on(speak, read, c.getAlerts, map[string]func() error{http.MethodPost: c.postAlerts})
	case rest == "alerts/groups":
		c.on(speak, read, c.getGroups, nil)
	case rest == "status":
		c.on(speak, read, c.getStatus, nil)
	case rest == "receivers":
		c.on(speak, read, c.getReceivers, nil)
	case rest == "silences":
		c.on(speak, read, c.getSilences, map[string]func() error{http.MethodPost: c.postSilence})
	case isSilence && id != "" && !strings.Contains(id, "/"):
		c.on(speak, read, func() error { return c.getSilence(id) },
			map[string]func() error{http.MethodDelete: func() error { return c.deleteSilence(id) }})
	default:
		say(w, speak, refuse(http.StatusNotFound, "Offered are alerts, alerts/groups, status, receivers, silences and silence/{id}.", "no such path in Alertmanager's API v2"))
	}
}

// on runs what the method asks for, or answers 405; an error becomes an answer here and nowhere else.
func (c *call) on(speak dialect, reads []string, read func() error, others map[string]func() error) {
	do := others[c.r.Method]
	if slices.Contains(reads, c.r.Method) {
		do = read
	}
	if do == nil {
		allowed := slices.Clone(reads)
		for m := range others {
			allowed = append(allowed, m)
		}
		wrongMethod(c.w, c.r, speak, allowed...)
		return
	}
	if err := do(); err != nil {
		c.turnAway(c.w, speak, c.src.Name, err)
	}
}

// posted reads a body of alerts and stores those that are valid.
func (c *call) posted() (batch, error) {
	body, done, err := c.readBody(c.w, c.r, c.cfg().maxBody(), !c.src.Insecure)
	if err != nil {
		return batch{}, err
	}
	if bodyForm(c.r.Header.Get("Content-Type"), body) != formJSON {
		done()
		return batch{}, unsupported(c.r.Header.Get("Content-Type"), false)
	}
	b := decodePrometheus(body, c.now())
	done()
	return b, c.store(c.r.Context(), c.src, b)
}

func (c *call) postAlerts() error {
	b, err := c.posted()
	if err != nil {
		return err
	}
	if len(b.problems) > 0 {
		c.noteFaults(c.src.Name, b.problems)
		writeJSON(c.w, http.StatusBadRequest, strings.Join(lines(b.problems), "\n"))
		return nil
	}
	c.w.WriteHeader(http.StatusOK)
	return nil
}

func (c *call) postAlertsV1() error {
	b, err := c.posted()
	if err != nil {
		return err
	}
	if len(b.problems) > 0 {
		c.noteFaults(c.src.Name, b.problems)
		writeJSON(c.w, http.StatusBadRequest, map[string]string{"status": "error", "errorType": "bad_data", "error": strings.Join(lines(b.problems), "\n")})
		return nil
	}
	writeJSON(c.w, http.StatusOK, map[string]string{"status": "success"})
	return nil
}

// getStatus is what amtool asks for first.
func (c *call) getStatus() error {
	cfg := c.cfg()
	original, state := "", models.ClusterStatusStatusDisabled
	if cfg.Original != nil {
		original = cfg.Original()
	}
	none, goVersion, started := "", runtime.Version(), strfmt.DateTime(c.started.UTC())
	writeJSON(c.w, http.StatusOK, &models.AlertmanagerStatus{
		Cluster: &models.ClusterStatus{Status: &state, Peers: []*models.PeerStatus{}},
		Config:  &models.AlertmanagerConfig{Original: &original},
		Uptime:  &started,
		VersionInfo: &models.VersionInfo{
			Version: &cfg.Version, GoVersion: &goVersion, Branch: &none, BuildDate: &none, BuildUser: &none, Revision: &none,
		},
	})
	return nil
}

func (c *call) getReceivers() error {
	names := []string{}
	if f := c.cfg().Receivers; f != nil {
		names = f()
	}
	matchers, err := parseMatchers(c.r.URL.Query()["receiver_matchers"])
	if err != nil {
		return err
	}
	out := []*models.Receiver{}
	for _, n := range names {
		if matches(matchers, nil) {
			out = append(out, &models.Receiver{Name: &n})
		}
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}
