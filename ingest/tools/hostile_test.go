package tools

import (
	"fmt"
	"strings"
	"testing"
)

// spoils are what a value of a body may be turned into by whoever fills in a template.
var spoils = []string{`null`, `7`, `true`, `""`, `"x"`, `{}`, `{"a":{"b":[1]}}`, `[]`, `[null,[1,{}],"x"]`, `"\u0000\u202e"`, `1e400`}

// TestNoWordCostsTheAlert: of each tool, any one word may be of any kind; the tool is known all the same as long as its shape is, and
// what it says is an alert with a title, or a note.
func TestNoWordCostsTheAlert(t *testing.T) {
	for k := range table {
		r := &table[k]
		for i := range r.has {
			for _, spoil := range spoils {
				top := &node{object: true, fields: map[string]*node{}}
				for j, h := range r.has {
					one, _, _ := strings.Cut(h, "|")
					plant(top, one)
					if path, _, exact := strings.Cut(one, "="); i == j && !exact {
						if n := top.at(path); n != nil {
							*n = *parse([]byte(spoil))
						}
					}
				}
				if !r.fits(top) {
					continue // it took away what others stand in
				}
				for _, got := range r.reports(top) {
					if got.State != Nothing && got.Title == "" || got.State == Nothing && got.Note == "" {
						t.Errorf("%s %s = %s: %+v", r.name, r.has[i], spoil, got)
					}
				}
			}
		}
	}
}

// TestMangledBodiesFire: the words that tell a person most may be missing or of the wrong kind in real bodies; they page.
func TestMangledBodiesFire(t *testing.T) {
	for _, body := range []string{
		`{"check_id":null,"check_name":{"a":1},"current_state":["DOWN"]}`,
		`{"heartbeat":{"status":"0"},"monitor":{"name":null,"id":[]},"msg":7}`,
		`{"heartbeat":{"status":0},"heartbeat":null,"monitor":{"name":"x"},"msg":"y"}`,
		`{"AlarmName":7,"NewStateValue":"ALARM","Trigger":"none","AlarmArn":{}}`,
		`{"AlarmName":"a","AlarmName":null,"NewStateValue":"ALARM","NewStateValue":null}`,
		`{"schemaId":1,"data":{"essentials":{"alertRule":null,"monitorCondition":5},"alertContext":"x"}}`,
		`{"incident":{"incident_id":{},"state":"weird","summary":null}}`,
		`{"title":["x"],"alert_transition":{"a":"b"},"monitor_id":null}`,
		`{"event":{"event_type":"incident.triggered","data":{"id":1,"status":null,"title":null}}}`,
		`{"messages":[null,1,{"incident":{"status":"triggered"}}]}`,
		`{"messages":[{"incident":{"status":"triggered"}},null,1]}`,
		`{"webhookEvent":"jira:issue_created","issue":{"key":7,"fields":null}}`,
		`{"trigger":{"id":1,"name":null},"events":"none"}`,
		`{"event_id":"","trigger_id":null,"event_value":"1"}`,
		`{"site":"s","host":"h","notification_type":null,"what":null,"status":"DOWN"}`,
		`{"Type":"Notification","TopicArn":7,"Message":{"AlarmName":"a","NewStateValue":"ALARM"}}`,
		`{"Type":null,"TopicArn":null,"Message":null}`,
		`{"Type":"Notification","TopicArn":"t","Message":"{\"AlarmName\":"}`,
		`{"message":{"data":"%%%"},"subscription":7}`,
		`{"message":{"data":{"incident":{"incident_id":"1","state":"open"}}},"subscription":"s"}`,
		`{"Records":[{"Sns":{"Message":"x"}},null,7,{"Sns":null}]}`,
	} {
		reports, known := Read([]byte(body))
		if !known {
			if !strings.HasPrefix(body, `{"messages":[null`) { // what begins with nothing is nobody's
				t.Errorf("%s is nobody's", body)
			}
			continue
		}
		if reports[0].State != Firing || reports[0].Title == "" {
			t.Errorf("%s: %+v", body, reports)
		}
	}
}

// TestHugeBodies: a long word is read as it is, a long list is not kept whole, and depth is no way to end the process.
func TestHugeBodies(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, body := range map[string]string{
		"a long word":    fmt.Sprintf(`{"check_id":1,"check_name":"%s","current_state":"DOWN"}`, long),
		"a long list":    `{"check_id":1,"check_name":"c","current_state":"DOWN","tags":[` + strings.Repeat("1,", 1<<20) + `1]}`,
		"a deep message": `{"Type":"Notification","TopicArn":"t","Message":"{\"a\":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}"}`,
		"deeper":         `{"Type":"Notification","TopicArn":"t","Message":"{\"a\":` + strings.Repeat("[", 90000) + `"}`,
	} {
		reports, known := Read([]byte(body))
		if !known || len(reports) != 1 || reports[0].State != Firing {
			t.Errorf("%s: %v", name, known)
		}
		if len(reports[0].Tags) > 4*maxWords {
			t.Errorf("%s: %d bytes of tags", name, len(reports[0].Tags))
		}
	}
}

func TestForms(t *testing.T) {
	reports, known := ReadForm(map[string][]string{"Token": {"t"}, "Status": {"Down"}, "StatusCode": {"0"}, "Name": {"shop"}, "URL": {"https://shop.example.com"}})
	if !known || reports[0].Tool != "StatusCake" || reports[0].State != Firing {
		t.Errorf("got %+v", reports)
	}
	if reports, known := ReadForm(map[string][]string{"title": {"x"}, "status": {"firing"}}); known {
		t.Errorf("a generic form was taken for %+v", reports)
	}
	if _, known := ReadForm(map[string][]string{"data": {`{"heartbeat":null,"monitor":null,"msg":"x"}`}}); !known {
		t.Error("the data of Uptime Kuma's form was not read")
	}
}
