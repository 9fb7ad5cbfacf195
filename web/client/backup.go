package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Backup opens a consistent copy of the store, taken while rouse runs, for the caller to read and close. It takes the role
// admin. However long it takes, only ctx ends it. A copy that broke off ends with an error or fails its own checksum, never
// quietly: check it as a whole before it is relied upon (store/badger.Verify).
func (c *Client) Backup(ctx context.Context) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/api/v1/backup", nil)
	if err != nil {
		return nil, fmt.Errorf("the address %q cannot be used: %w", c.base, err)
	}
	r.Header.Set("Accept", "application/octet-stream, application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.patient().http.Do(r) // a timeout would cut a large copy short
	if err != nil {
		return nil, fmt.Errorf("rouse at %s did not answer: %w", c.base, err)
	}
	if answer.StatusCode/100 == 2 {
		return answer.Body, nil
	}
	defer func() { _ = answer.Body.Close() }()
	return nil, read(answer, nil)
}
