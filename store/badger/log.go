package badger

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// words routes what Badger says to slog. Its debug lines are dropped, for they hold keys, and keys hold phone numbers.
type words struct {
	log  *slog.Logger
	fail func(error) error // told when Badger cannot write a table: it tries for ever, and Open or Close may wait for that; nil: nobody
}

// cannotFlush begins what Badger says, as an error, each time when it cannot write a table.
const cannotFlush = "error flushing memtable to disk"

func (w words) Errorf(format string, args ...any) {
	text := line(format, args)
	w.log.Warn("badger", "says", text)
	if w.fail != nil && strings.HasPrefix(text, cannotFlush) {
		_ = w.fail(errors.New(text)) // it says the same again
	}
}

func (w words) Warningf(format string, args ...any) { w.log.Warn("badger", "says", line(format, args)) }
func (w words) Infof(format string, args ...any)    { w.log.Debug("badger", "says", line(format, args)) }
func (w words) Debugf(string, ...any)               {}

func line(format string, args []any) string { return strings.TrimSpace(fmt.Sprintf(format, args...)) }
