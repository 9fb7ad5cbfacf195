package main

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
)

// errInterrupted is what a read returns that a signal cut short.
var errInterrupted = errors.New("interrupted")

// interruptible reads a file until it ends or ctx does. A read of a terminal or a pipe may wait for ever, and closing the file does
// not end it (read(2)): the read that waits is left behind, for the program's end to end it.
type interruptible struct {
	ctx  context.Context
	file *os.File

	once sync.Once
	from *io.PipeReader
}

func newInterruptible(ctx context.Context, file *os.File) *interruptible {
	return &interruptible{ctx: ctx, file: file}
}

// Read takes nothing from the file before it is called for the first time. Its error is errInterrupted once ctx has ended.
func (i *interruptible) Read(p []byte) (int, error) {
	i.once.Do(func() {
		from, to := io.Pipe()
		i.from = from
		go func() {
			_, err := io.Copy(to, i.file)
			to.CloseWithError(err)
		}()
		context.AfterFunc(i.ctx, func() { to.CloseWithError(errInterrupted) })
	})
	return i.from.Read(p)
}

// Stat tells what kind of file is read.
func (i *interruptible) Stat() (os.FileInfo, error) { return i.file.Stat() }
