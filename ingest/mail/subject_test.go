package mail

import (
	"testing"

	"github.com/rouse/rouse/ingest/tools"
)

// TestSubjects: what monitors write, and what people write that looks like it.
func TestSubjects(t *testing.T) {
	const fires, ends, acks, nothing = tools.Firing, tools.Resolved, tools.Acknowledged, tools.Nothing
	for _, c := range []struct {
		subject  string
		state    tools.State
		topic    string
		severity string
	}{
		// Nagios, Icinga, Checkmk.
		{"** PROBLEM Service Alert: web1/HTTP is CRITICAL **", fires, "Service web1/HTTP", "critical"},
		{"** RECOVERY Service Alert: web1/HTTP is OK **", ends, "Service web1/HTTP", ""},
		{"** PROBLEM Host Alert: web1 is DOWN **", fires, "Host web1", ""},
		{"** RECOVERY Host Alert: web1 is UP **", ends, "Host web1", ""},
		{"Re: ** RECOVERY Host Alert: web1 is UP **", ends, "Host web1", ""},
		{"** ACKNOWLEDGEMENT Service Alert: web1/HTTP is CRITICAL **", acks, "Service web1/HTTP", "critical"},
		{"** FLAPPINGSTART Service Alert: web1/HTTP is WARNING **", fires, "Service web1/HTTP", "warning"},
		{"** FLAPPINGSTOP Service Alert: web1/HTTP is OK **", ends, "Service web1/HTTP", ""},
		{"** FLAPPINGSTOP Service Alert: web1/HTTP is CRITICAL **", nothing, "", ""},
		{"** DOWNTIMESTART Host Alert: web1 is UP **", nothing, "", ""},
		{"[PROBLEM] HTTP on web1 is CRITICAL!", fires, "HTTP on web1", "critical"},
		{"[RECOVERY] HTTP on web1 is OK!", ends, "HTTP on web1", ""},
		{"[DOWNTIMEEND] Host web1 is UP!", nothing, "", ""},
		{"Check_MK: web1/CPU load OK -> WARN", fires, "Check_MK: web1/CPU load", "warning"},
		{"Check_MK: web1/CPU load WARN -> OK", ends, "Check_MK: web1/CPU load", ""},
		{"Check_MK: web1 - UP -> DOWN", fires, "Check_MK: web1", ""},
		{"Check_MK: web1 - DOWN -> UP", ends, "Check_MK: web1", ""},
		// Zabbix.
		{"Problem: High CPU utilization on db1", fires, "High CPU utilization on db1", ""},
		{"Resolved: High CPU utilization on db1", ends, "High CPU utilization on db1", ""},
		{"Resolved in 1h 5m 3s: High CPU utilization on db1", ends, "High CPU utilization on db1", ""},
		{"Updated problem in 5m: High CPU utilization on db1", nothing, "", ""},
		{"PROBLEM: Zabbix agent on db1 is unreachable for 5 minutes", fires, "Zabbix agent on db1 is unreachable for 5 minutes", ""},
		{"OK: Zabbix agent on db1 is unreachable for 5 minutes", ends, "Zabbix agent on db1 is unreachable for 5 minutes", ""},
		// Alertmanager, Grafana, CloudWatch, Datadog.
		{"[FIRING:1] DiskFull db (db1 critical)", fires, "DiskFull db", ""},
		{"[FIRING:2] DiskFull db (critical)", fires, "DiskFull db", ""},
		{"[FIRING:1, RESOLVED:1] DiskFull db (web (old) critical)", fires, "DiskFull db", ""},
		{"[RESOLVED] DiskFull db (db1 critical)", ends, "DiskFull db", ""},
		{"Re: [RESOLVED:2] DiskFull db", ends, "DiskFull db", ""},
		{"[FIRING:1]  (db1 critical)", fires, "", ""},
		{"[PROBLEM] DiskFull (db1)", fires, "DiskFull (db1)", ""},
		{"[Alerting] Disk of db1", fires, "Disk of db1", ""},
		{"[OK] Disk of db1", ends, "Disk of db1", ""},
		{"[No Data] Disk of db1", fires, "Disk of db1", ""},
		{`ALARM: "cpu-high" in EU (Ireland)`, fires, `"cpu-high" in EU (Ireland)`, ""},
		{`OK: "cpu-high" in EU (Ireland)`, ends, `"cpu-high" in EU (Ireland)`, ""},
		{"[Monitor Alert] Triggered: CPU on web", fires, "[Monitor Alert] CPU on web", ""},
		{"[Monitor Alert] Recovered: CPU on web", ends, "[Monitor Alert] CPU on web", ""},
		{"[P1] [Triggered on {host:web1}] CPU", fires, "on {host:web1} CPU", "critical"},
		{"[P1] [Recovered on {host:web1}] CPU", ends, "on {host:web1} CPU", "critical"},
		// Checks from outside.
		{"DOWN alert: Shop (shop.example.com) is DOWN", fires, "Shop (shop.example.com)", ""},
		{"UP alert: Shop (shop.example.com) is UP", ends, "Shop (shop.example.com)", ""},
		{"Monitor is DOWN: Shop", fires, "Monitor is Shop", ""},
		{"Monitor is UP: Shop", ends, "Monitor is Shop", ""},
		{"⚠️ Monitor DOWN: https://shop.example.com", fires, "Monitor https://shop.example.com", ""},
		{"✅ Monitor UP: https://shop.example.com", ends, "Monitor https://shop.example.com", ""},
		{"[Shop] [🔴 Down] connect ECONNREFUSED", fires, "Shop", ""},
		{"[Shop] [✅ Up] 200 - OK", ends, "Shop", ""},
		{"DOWN | nightly-backup", fires, "nightly-backup", ""},
		{"UP | nightly-backup", ends, "nightly-backup", ""},
		{"Website Down: Shop", fires, "Website Shop", ""},
		{"Website Up: Shop", ends, "Website Shop", ""},
		{"[DOWN] Marketing site (example.com) — started 14:22 UTC", fires, "Marketing site (example.com) — started", ""},
		{"[services-web/shop] Alert triggered", fires, "[services-web/shop] Alert", ""},
		{"[services-web/shop] Alert resolved", ends, "[services-web/shop] Alert", ""},
		{"Pingdom Alert: incident #1234 is open", fires, "Pingdom Alert: incident #1234", ""},
		{"Pingdom Alert: incident #1234 is closed", ends, "Pingdom Alert: incident #1234", ""},
		// Machines.
		{"Cron <root@db1> /usr/local/bin/backup --full", fires, "Cron <root@db1> /usr/local/bin/backup --full", ""},
		{"SMART error (CurrentPendingSector) detected on host: nas1", fires, "SMART error (CurrentPendingSector) detected on host: nas1", ""},
		{"DegradedArray event on /dev/md0:nas1", fires, "DegradedArray event on /dev/md0:nas1", ""},
		{"Fail event on /dev/md0:nas1", fires, "Fail event on /dev/md0:nas1", ""},
		{"vzdump backup status (pve1): backup failed", fires, "vzdump backup status (pve1)", ""},
		{"vzdump backup status (pve1): backup successful", ends, "vzdump backup status (pve1)", ""},
		{"vzdump backup status (pve1): OK", ends, "vzdump backup status (pve1)", ""},
		{"srv1 UPS ups0 Power Failure !!!", fires, "srv1 UPS ups0 power", ""},
		{"srv1 UPS ups0 Power has returned", ends, "srv1 UPS ups0 power", ""},
		{"UPS ups@srv1 on battery", fires, "UPS ups@srv1 power", ""},
		{"UPS ups@srv1 on line power", ends, "UPS ups@srv1 power", ""},
		{"srv1 Communications with UPS ups0 lost", fires, "srv1 Communications with UPS ups0", ""},
		{"srv1 Communications with UPS ups0 restored", ends, "srv1 Communications with UPS ups0", ""},
		{"srv1 UPS ups0 battery needs changing NOW.", fires, "srv1 UPS ups0 battery needs changing NOW", ""},
		{"[nas1] Storage Pool 1 on nas1 has degraded", fires, "[nas1] Storage Pool 1 on nas1", ""},
		{"[nas1] Hyper Backup: Backup task home has failed", fires, "[nas1] Hyper Backup: Backup task home", ""},
		{"[nas1] Hyper Backup: Backup task home completed successfully", ends, "[nas1] Hyper Backup: Backup task home", ""},
		{"[Failed] Nightly (3 objects) 1 failed", fires, "Nightly", ""},
		{"[Success] Nightly (3 objects)", ends, "Nightly", ""},
		{"[PRTG Network Monitor (P1)] sw1 Ping (Ping) Down (Request timed out)", fires, "[PRTG Network Monitor (P1)] sw1 Ping (Ping)", ""},
		{"[PRTG Network Monitor (P1)] sw1 Ping (Ping) Down ended (now: Up) (OK)", ends, "[PRTG Network Monitor (P1)] sw1 Ping (Ping)", ""},
		{"monit alert --  Connection failed nginx", fires, "monit alert -- Connection nginx", ""},
		{"monit alert --  Connection succeeded nginx", ends, "monit alert -- Connection nginx", ""},
		{"web1 needs attention - disk space usage - disk_space./", fires, "web1 - disk space usage - disk_space./", ""},
		{"web1 recovered - disk space usage - disk_space./", ends, "web1 - disk space usage - disk_space./", ""},
		{"Alert for device sw1 - Port down", fires, "sw1 - Port down", ""},
		{"Device sw1 recovered from Port down", ends, "sw1 - Port down", ""},
		{"Alarm 'Host connection' on esx1 changed from Green to Red", fires, "Alarm 'Host connection' on esx1", ""},
		{"Alarm 'Host connection' on esx1 changed from Red to Green", ends, "Alarm 'Host connection' on esx1", ""},
		// How bad it is.
		{"[CRITICAL] Disk of db1 is full", fires, "Disk of db1 is full", "critical"},
		{"[RESOLVED] [CRITICAL] Disk of db1 is full", ends, "Disk of db1 is full", "critical"},
		{"WARNING: Disk of db1 is 91% full", fires, "Disk of db1 is 91% full", "warning"},
		{"Free memory of db1 is low", fires, "Free memory of db1", ""},
		{"[Info][nas1] Firmware is out of date", fires, "[nas1] Firmware is out of date", "info"},
		// Answers and forwards, in other languages and with what mail servers add.
		{"Fwd: RE: AW: [EXTERNAL] RESOLVED: Disk of db1 is full", ends, "Disk of db1 is full", ""},
		{"RESOLVED: [EXT] PROBLEM: Disk of db1 is full", ends, "Disk of db1 is full", ""},
		{"故障: 磁盘已满", fires, "磁盘已满", ""},
		{"恢复: 磁盘已满", ends, "磁盘已满", ""},
		{"【恢复】磁盘已满", ends, "磁盘已满", ""},
		// When it was is no part of what it is.
		{"PROBLEM: Link down on sw1 at 2026-03-04 12:00:01 UTC", fires, "Link down on sw1", ""},
		{"RECOVERY: Link down on sw1 at 12:07:44", ends, "Link down on sw1", ""},
		{"Shop is back online after 5 minutes 3 seconds", ends, "Shop", ""},
		{"Flap of 00:11:22:33:44:55 on sw1", fires, "Flap of 00:11:22:33:44:55 on sw1", ""},
		// No ends.
		{"The OK button of the shop is broken", fires, "The OK button of the shop is broken", ""},
		{"Everything was OK until 3 o'clock, then it broke", fires, "Everything was OK until 3 o'clock, then it broke", ""},
		{"Not everything is OK", fires, "Not everything is OK", ""},
		{"web1 is not OK", fires, "web1", ""},
		{"NOT OK: web1", fires, "web1", ""},
		{"UNRESOLVED: web1", fires, "UNRESOLVED: web1", ""},
		{"Is web1 up?", fires, "Is web1 up?", ""},
		{"Check if web1 is up", fires, "Check if web1 is up", ""},
		{"db1.example.com cannot be resolved", fires, "db1.example.com cannot be resolved", ""},
		{"Disk errors still to be resolved", fires, "Disk errors still to be resolved", ""},
		{"Error rate of shop is up", fires, "Error rate of shop is up", ""},
		{"Login of root successful", fires, "Login of root", ""},
		{"[SUCCESS] root logged in on db1", fires, "root logged in on db1", ""},
		{"The audit log was cleared", fires, "The audit log", ""},
		{"Port 443 of web1 is closed", fires, "Port 443 of web1 is closed", ""},
		{"The deadline has passed", fires, "The deadline has passed", ""},
		{"Recovery of database shop failed", fires, "Recovery of database shop", ""},
		{"Upgrade of web1: please approve", fires, "Upgrade of web1: please approve", ""},
		{"[PROBLEM] HTTP on web1 is OK", fires, "HTTP on web1", ""},
		{"FAILED: all systems are OK", fires, "all systems", ""},
		{"", fires, "", ""},
		{"OK", ends, "", ""},
	} {
		got := readSubject(c.subject)
		if got.state != c.state || got.state != nothing && (got.topic != c.topic || got.severity != c.severity) || got.state == nothing && got.note == "" {
			t.Errorf("%s\n got %s %q %q %q\nwant %s %q %q", c.subject, got.state, got.topic, got.severity, got.note, c.state, c.topic, c.severity)
		}
	}
}
