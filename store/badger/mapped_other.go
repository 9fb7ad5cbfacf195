//go:build !linux

package badger

// Rest does nothing where the kernel takes no advice about mapped files.
func (s *Store) Rest() {}
