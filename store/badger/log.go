package badger

import (
	"fmt"
	"log/slog"
	"strings"
)

// words routes what Badger says to slog. Its debug lines are dropped, for they hold keys, and keys hold phone numbers.
type words struct{ log *slog.Logger }

func (w words) Errorf(format string, args ...any)   { w.log.Warn("badger", "says", line(format, args)) }
func (w words) Warningf(format string, args ...any) { w.log.Warn("badger", "says", line(format, args)) }
func (w words) Infof(format string, args ...any)    { w.log.Debug("badger", "says", line(format, args)) }
func (w words) Debugf(string, ...any)               {}

func line(format string, args []any) string { return strings.TrimSpace(fmt.Sprintf(format, args...)) }
