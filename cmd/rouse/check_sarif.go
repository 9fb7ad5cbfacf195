package main

import (
	"cmp"
	"net/url"
	"path/filepath"

	"github.com/rouse/rouse/configs"
)

// sarifLog is a log of SARIF 2.1.0 (OASIS Standard, docs.oasis-open.org/sarif/sarif/v2.1.0), as far as it is used here.
type sarifLog struct {
	Version string     `json:"version"`
	Schema  string     `json:"$schema"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri,omitempty"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string       `json:"id"`
	ShortDescription sarifMessage `json:"shortDescription"`
	Help             sarifMessage `json:"help"`
	Default          struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Level        string             `json:"level"`
	Message      sarifMessage       `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			Line   int `json:"startLine"`
			Column int `json:"startColumn"`
		} `json:"region"`
	} `json:"physicalLocation"`
	Logical []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"` // inSource: a comment of the file
	Justification string `json:"justification"`
}

// badFile is the rule of what refuses a file.
const badFile = "configuration-error"

// sarif writes verdicts as a log. What the file silences is there as well, suppressed, with its reason.
func sarif(all []checked) sarifLog {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "rouse check", Version: buildVersion()}
	at := map[string]int{}
	add := func(id, level, why, mend string) {
		r := sarifRule{ID: id, ShortDescription: sarifMessage{why}, Help: sarifMessage{mend}}
		r.Default.Level = level
		at[id] = len(run.Tool.Driver.Rules)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r)
	}
	add(badFile, "error", "The daemon would refuse the file.", "Do what the message says.")
	for _, r := range configs.Rules() {
		add(r.Name, "warning", r.Why, r.Mend)
	}
	for _, c := range all {
		for _, p := range c.Problems {
			run.Results = append(run.Results, sarifOf(p, at))
		}
		for _, s := range c.Silenced {
			r := sarifOf(s.Problem, at)
			r.Suppressions = []sarifSuppression{{Kind: "inSource", Justification: s.Reason}}
			run.Results = append(run.Results, r)
		}
	}
	return sarifLog{Version: "2.1.0", Schema: "https://json.schemastore.org/sarif-2.1.0.json", Runs: []sarifRun{run}}
}

func sarifOf(p configs.Problem, at map[string]int) sarifResult {
	id := cmp.Or(p.Rule, badFile)
	r := sarifResult{RuleID: id, RuleIndex: at[id], Level: string(p.Severity), Message: sarifMessage{message(p)}, Locations: make([]sarifLocation, 1)}
	l := &r.Locations[0]
	l.Physical.Artifact.URI = (&url.URL{Path: filepath.ToSlash(p.File)}).String()
	l.Physical.Region.Line, l.Physical.Region.Column = p.Line, p.Column
	if p.Key != "" {
		l.Logical = []sarifLogical{{p.Key}}
	}
	return r
}
