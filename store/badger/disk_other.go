//go:build !linux && !darwin

package badger

import (
	"errors"
	"io/fs"
)

func freeBytes(string) (int64, error) { return 0, errors.ErrUnsupported }

func taken(info fs.FileInfo) int64 { return info.Size() }
