package configs

import (
	"fmt"
	"testing"
	"time"

	"github.com/rouse/rouse/oncall"
)

func TestHandoffNotice(t *testing.T) {
	const file = `
server: {public_url: "https://rouse.test", store: "badger:./data"}
users: {ana: {name: Ana, timezone: UTC, phone: "+34600000001"}}
schedules:
  primary: {timezone: UTC, layers: [{users: [ana], rotation: weekly, start: 2026-01-05}]%s}
escalations: {everyone: {levels: [{notify: [schedule/primary], wait: 5m}], repeat: forever}}
fallback: everyone
services: {shop: {escalation: everyone}}
route: {service: shop}
`
	for in, want := range map[string]oncall.Notice{
		"": {}, ", handoff_notice: on": {}, ", handoff_notice: true": {}, ", handoff_notice: off": {Off: true}, ", handoff_notice: false": {Off: true},
		", handoff_notice: 12h": {Before: 12 * time.Hour},
	} {
		c, problems := Load("rouse.yaml", fmt.Appendf(nil, file, in), Options{SkipSecrets: true})
		if err := problems.Err(); err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if s, _ := c.Roster().Schedule("primary"); s.Notice != want {
			t.Errorf("%q is %+v, want %+v", in, s.Notice, want)
		}
	}
}
