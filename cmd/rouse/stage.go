package main

import (
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// stage is a configuration to rehearse on. Nothing of it reaches the world, so none of its secrets is needed.
func stage(c *configs.Config) *rehearsal.Stage {
	s := settings(c)
	var carriers []rehearsal.Carrier
	for _, p := range c.Providers {
		r := rehearsal.Carrier{Name: p.Name}
		for _, m := range []oncall.Method{oncall.SMS, oncall.Call, oncall.Email} {
			if p.Carries(m) && (m != oncall.Call || p.Twilio.Calls) {
				r.Methods = append(r.Methods, m)
			}
		}
		carriers = append(carriers, r)
	}
	return rehearsal.NewStage(s, carriers)
}

// rehearsable loads a configuration to rehearse with, or to explain: secrets that are not here are not missed.
func rehearsable(path string) (*configs.Config, configs.Problems) {
	return configs.LoadFile(path, configs.Options{SkipSecrets: true})
}
