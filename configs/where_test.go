package configs

import (
	"strings"
	"testing"
)

func TestWhere(t *testing.T) {
	const text = `x-person: &person {timezone: Europe/Madrid, phone: "+34600000001"}
users:
  ana.r:
    <<: *person
    quiet_hours: {from: "22:00", to: "07:00"}
escalations:
  everyone:
    levels:
      - {notify: [user/ana.r], wait: 5m}
      - {notify: [user/ana.r], wait: 5m}
fallback: everyone
services: {web: {}}
route: {service: web}
time_intervals:
  - time_intervals: [{weekdays: [saturday]}]
    name: weekend
`
	c, problems := Load("dir/rouse.yaml", []byte(text), Options{})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"users/ana.r":                       "dir/rouse.yaml:3",
		"users/ana.r/quiet_hours":           "dir/rouse.yaml:5",
		"users/ana.r/phone":                 "dir/rouse.yaml:1", // where it is written
		"users/bo":                          "",
		"escalations/everyone/levels/1":     "dir/rouse.yaml:10",
		"escalations/everyone/levels/2":     "",
		"escalations/everyone/levels/0/x/y": "",
		"time_intervals/weekend":            "dir/rouse.yaml:15",
		"fallback":                          "dir/rouse.yaml:11",
		"fallback/x":                        "",
	} {
		if got := c.Where(strings.Split(path, "/")...); got != want {
			t.Errorf("Where(%s) = %q, want %q", path, got, want)
		}
	}
}
