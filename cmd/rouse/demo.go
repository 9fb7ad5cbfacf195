package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// demoSignIn is the demo's API token; the embedded configuration has it.
const demoSignIn = "demo"

// demoNames are the phones of the demo's people.
func demoNames() map[string]string {
	return map[string]string{"+34600000001": "Ana Ruiz", "+46700000002": "Bo Lind", "+12025550103": "Cy Okafor"}
}

// demoAlert fires an example alert by the same door that a script uses, and shows the line that did it.
func demoAlert(ctx context.Context, e env, base string) error {
	body := `{"key":"demo","title":"HighErrorRate: 12% of checkouts fail","severity":"critical","labels":{"alertname":"HighErrorRate","cluster":"eu-1","service":"checkout"}}`
	fmt.Fprintf(e.stdout, "An example alert, as a script would send it:\n\n  curl -H 'Authorization: Bearer demo' -d '%s' \\\n    %s/ingest/scripts\n\n", body, base)
	fmt.Fprint(e.stdout, "Look at Ana's phone. Reply 1 to acknowledge; or wait: a call after 15 seconds, Bo after 45, everybody after that.\n"+
		"In six minutes the heartbeat \"demo\" pages, because nothing sends it: that is what a backup that stopped looks like.\nCtrl-C ends it.\n\n")
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/ingest/scripts", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer demo")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the example alert: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return fmt.Errorf("the example alert: %s: %s", resp.Status, text)
	}
	return nil
}
