package configs

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestUnitIsShut: the unit takes from rouse whatever it does not need, and brings it back whatever happens. systemd itself is not
// asked, for it is not everywhere; its own verdict is `systemd-analyze security`.
func TestUnitIsShut(t *testing.T) {
	text, err := os.ReadFile("rouse.service")
	if err != nil {
		t.Fatal(err)
	}
	section, got := "", map[string][]string{}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		switch name, value, ok := strings.Cut(line, "="); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case !ok || section == "":
			t.Errorf("line %d is no setting: %s", n+1, line)
		default:
			got[section+"."+name] = append(got[section+"."+name], value)
		}
	}
	for name, want := range map[string]string{
		"Unit.StartLimitIntervalSec": "0", "Service.Type": "notify", "Service.Restart": "always", "Service.WatchdogSec": "30",
		"Service.DynamicUser": "yes", "Service.StateDirectory": "rouse", "Service.StateDirectoryMode": "0700", "Service.UMask": "0077",
		"Service.NoNewPrivileges": "yes", "Service.CapabilityBoundingSet": "", "Service.AmbientCapabilities": "",
		"Service.ProtectSystem": "strict", "Service.ProtectHome": "yes", "Service.PrivateTmp": "yes", "Service.PrivateDevices": "yes",
		"Service.PrivateUsers": "yes", "Service.ProtectClock": "yes", "Service.ProtectControlGroups": "yes", "Service.ProtectHostname": "yes",
		"Service.ProtectKernelLogs": "yes", "Service.ProtectKernelModules": "yes", "Service.ProtectKernelTunables": "yes",
		"Service.ProtectProc": "invisible", "Service.RemoveIPC": "yes", "Service.RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
		"Service.RestrictNamespaces": "yes", "Service.RestrictRealtime": "yes", "Service.RestrictSUIDSGID": "yes", "Service.LockPersonality": "yes",
		"Service.MemoryDenyWriteExecute": "yes", "Service.SystemCallArchitectures": "native", "Service.LimitNOFILE": "65536",
		"Service.LimitCORE": "0", // a core holds every secret
		"Service.MemoryMax": "1G",
	} {
		if !slices.Equal(got[name], []string{want}) {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if want := []string{"@system-service", "~@privileged"}; !slices.Equal(got["Service.SystemCallFilter"], want) {
		t.Errorf("Service.SystemCallFilter is %q, want %q", got["Service.SystemCallFilter"], want)
	}
}
