package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFloodDoesNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(newCalm(slog.NewTextHandler(&out, nil)))
		derived := log.With("integration", "am")
		for k := range 1000 {
			derived.Warn("refused", "status", k)
		}
		log.Error("the store cannot commit")
		if n := strings.Count(out.String(), "msg=refused"); n != calmMost {
			t.Errorf("%d lines of a flood, want %d", n, calmMost)
		}
		if !strings.Contains(out.String(), "msg=\"the store cannot commit\"") {
			t.Error("a flood silences what else is said")
		}
		time.Sleep(calmSpan)
		out.Reset()
		log.Info("something else")
		if got := out.String(); !strings.Contains(got, "message=refused lines=900") || !strings.Contains(got, "something else") {
			t.Errorf("after it: %q", got)
		}
		for k := range 10 * calmKeys {
			log.Info(fmt.Sprint("message ", k))
		}
		if n := len(log.Handler().(*calm).s.lines); n > calmKeys+1 {
			t.Errorf("%d messages are told apart", n)
		}
	})
}
