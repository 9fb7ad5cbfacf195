package badger

import "github.com/rouse/rouse/store"

// Room is how many bytes are free for the store, -1 where that is not known, and store.ErrFull as long as commits that bring
// alerts are refused for want of them.
func (s *Store) Room() (free int64, err error) {
	if s.disk == nil {
		return -1, nil
	}
	free, err = s.disk.free(s.dir)
	if err != nil {
		return -1, nil
	}
	if s.disk.judge(free) != roomPlenty {
		return free, store.ErrFull
	}
	return free, nil
}
